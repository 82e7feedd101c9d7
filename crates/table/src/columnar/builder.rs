//! One column while it grows.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Float64Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, Decimal128Array, StringArray};
use arrow_schema::{DataType, Field};
use tfevents::Number;
use tfevents::series::Numbers;

use super::Stretches;
use crate::row_writer::{Cell, Column, Holds, Rounded, to_integer};

/// Integers of any sign and 64 bits have up to 20 digits.
const INTEGER: DataType = DataType::Decimal128(20, 0);
/// The column for values that were stored as integers, and are more than a float holds exactly.
const INTEGERS: &str = "integer";

pub(crate) struct Builder {
    name: String,
    optional: bool,
    cells: Cells,
}

enum Cells {
    Names(Stretches),
    Text(StringBuilder),
    Integers(Int64Builder),
    Floats(Float64Builder),
    /// Floats, and those that are integers a second time, with their places.
    Numbers {
        floats: Vec<f64>,
        integers: Vec<(usize, i128)>,
    },
    Booleans(BooleanBuilder),
}

impl Builder {
    pub(crate) fn new(column: &Column) -> Self {
        Self {
            name: column.name.to_string(),
            optional: column.optional,
            cells: match column.holds {
                Holds::Names => Cells::Names(Stretches::default()),
                Holds::Text => Cells::Text(StringBuilder::new()),
                Holds::Integers => Cells::Integers(Int64Builder::new()),
                Holds::Floats => Cells::Floats(Float64Builder::new()),
                Holds::Numbers => Cells::Numbers {
                    floats: Vec::new(),
                    integers: Vec::new(),
                },
                Holds::Booleans => Cells::Booleans(BooleanBuilder::new()),
            },
        }
    }

    /// The fields that the column becomes: one, or two for numbers of any type.
    pub(crate) fn fields(&self) -> Vec<Field> {
        let field = |data_type| Field::new(&self.name, data_type, self.optional);
        match &self.cells {
            Cells::Names(_) | Cells::Text(_) => vec![field(DataType::Utf8)],
            Cells::Integers(_) => vec![field(DataType::Int64)],
            Cells::Floats(_) => vec![field(DataType::Float64)],
            Cells::Numbers { .. } => vec![
                field(DataType::Float64),
                Field::new(INTEGERS, INTEGER, true),
            ],
            Cells::Booleans(_) => vec![field(DataType::Boolean)],
        }
    }

    pub(crate) fn push(&mut self, cell: &Cell<'_>, rounded: &mut Rounded) {
        match (&mut self.cells, *cell) {
            (Cells::Names(names), Cell::Text(name)) => names.push(name, 1),
            (Cells::Names(names), _) => names.push("", 1),
            (Cells::Text(builder), Cell::Text(text)) => builder.append_value(text),
            (Cells::Text(builder), _) => builder.append_null(),
            (Cells::Integers(builder), Cell::Number(number)) => {
                builder.append_option(to_integer(number).and_then(|v| i64::try_from(v).ok()));
            }
            (Cells::Integers(builder), _) => builder.append_null(),
            (Cells::Floats(builder), Cell::Number(number)) => {
                builder.append_value(rounded.float(number));
            }
            (Cells::Floats(builder), _) => builder.append_null(),
            (Cells::Numbers { floats, integers }, Cell::Number(number)) => {
                push_number(floats, integers, number);
            }
            (Cells::Numbers { floats, .. }, _) => floats.push(f64::NAN),
            (Cells::Booleans(builder), Cell::Boolean(v)) => builder.append_value(v),
            (Cells::Booleans(builder), _) => builder.append_null(),
        }
    }

    /// Appends a name so many times.
    pub(crate) fn push_same(&mut self, name: &str, times: usize) {
        if let Cells::Names(names) = &mut self.cells {
            names.push(name, times);
        }
    }

    /// The names, if it is a column of such.
    pub(crate) fn names(&mut self) -> Option<&mut Stretches> {
        match &mut self.cells {
            Cells::Names(names) => Some(names),
            _ => None,
        }
    }

    pub(crate) fn push_integers(&mut self, list: &[i64]) {
        if let Cells::Integers(builder) = &mut self.cells {
            builder.append_slice(list);
        }
    }

    pub(crate) fn push_floats(&mut self, list: &[f64]) {
        if let Cells::Floats(builder) = &mut self.cells {
            builder.append_slice(list);
        }
    }

    pub(crate) fn push_numbers(&mut self, list: &Numbers, part: Range<usize>) {
        if let Cells::Numbers { floats, integers } = &mut self.cells {
            match list {
                Numbers::F32(list) => floats.extend(list[part].iter().map(|&v| f64::from(v))),
                Numbers::F64(list) => floats.extend(&list[part]),
                other => {
                    for number in part.filter_map(|i| other.number(i)) {
                        push_number(floats, integers, number);
                    }
                }
            }
        }
    }

    /// Takes the cells out, as an array for each of [`fields`](Self::fields).
    pub(crate) fn finish(&mut self) -> Vec<ArrayRef> {
        match &mut self.cells {
            Cells::Names(names) => {
                let array = StringArray::from_iter_values(std::mem::take(names).rows());
                vec![Arc::new(array)]
            }
            Cells::Text(builder) => vec![Arc::new(builder.finish())],
            Cells::Integers(builder) => vec![Arc::new(builder.finish())],
            Cells::Floats(builder) => vec![Arc::new(builder.finish())],
            Cells::Numbers { floats, integers } => {
                let integers = decimals(floats.len(), integers.drain(..));
                let floats = arrow_array::Float64Array::from(std::mem::take(floats));
                vec![Arc::new(floats), integers]
            }
            Cells::Booleans(builder) => vec![Arc::new(builder.finish())],
        }
    }
}

fn push_number(floats: &mut Vec<f64>, integers: &mut Vec<(usize, i128)>, number: Number) {
    if let Some(integer) = to_integer(number) {
        integers.push((floats.len(), integer));
    }
    floats.push(number.as_f64());
}

/// A column of so many cells, empty but for these.
fn decimals(len: usize, cells: impl ExactSizeIterator<Item = (usize, i128)>) -> ArrayRef {
    if cells.len() == 0 {
        return arrow_array::new_null_array(&INTEGER, len);
    }
    let mut column = vec![None; len];
    for (i, integer) in cells {
        column[i] = Some(integer);
    }
    let array = Decimal128Array::from(column).with_data_type(INTEGER);
    Arc::new(array)
}
