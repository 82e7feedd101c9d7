//! One column while it grows.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Float64Builder, Int64Builder, StringBuilder};
use arrow_array::{
    ArrayRef, Decimal128Array, Float64Array, StringArray, TimestampMicrosecondArray,
};
use arrow_schema::{ArrowError, DataType, Field, TimeUnit};
use tfevents::Number;
use tfevents::series::Numbers;

use super::{Dictionary, Form, Stretches};
use crate::row_writer::{Cell, Column, Holds, Rounded, to_integer};

/// Integers of any sign and 64 bits have up to 20 digits.
const INTEGER: DataType = DataType::Decimal128(20, 0);
/// The column for values that were stored as integers, and are more than a float holds exactly.
const INTEGERS: &str = "integer";
/// The column for times as what programs compute with, beside the seconds that are stored.
const TIMESTAMPS: &str = "timestamp";

pub(crate) struct Builder {
    name: String,
    optional: bool,
    cells: Cells,
}

enum Cells {
    Names(Stretches),
    /// Names as numbers, and a list of them.
    Keys(Dictionary),
    Text(StringBuilder),
    Integers(Int64Builder),
    Floats(Float64Builder),
    /// Seconds since the Unix epoch, and the same as timestamps.
    Times(Vec<f64>),
    /// Floats, and those that are integers a second time, with their places.
    Numbers {
        floats: Vec<f64>,
        integers: Vec<(usize, i128)>,
    },
    Booleans(BooleanBuilder),
}

impl Builder {
    pub(crate) fn new(column: &Column, form: Form) -> Self {
        let cells = match (column.holds, form) {
            (Holds::Names, Form::File) => Cells::Names(Stretches::default()),
            (Holds::Names, Form::Memory) => Cells::Keys(Dictionary::default()),
            (Holds::Text, _) => Cells::Text(StringBuilder::new()),
            (Holds::Integers, _) => Cells::Integers(Int64Builder::new()),
            (Holds::Times, Form::Memory) => Cells::Times(Vec::new()),
            (Holds::Numbers, Form::File) => Cells::Numbers {
                floats: Vec::new(),
                integers: Vec::new(),
            },
            (Holds::Floats | Holds::Times | Holds::Numbers, _) => {
                Cells::Floats(Float64Builder::new())
            }
            (Holds::Booleans, _) => Cells::Booleans(BooleanBuilder::new()),
        };
        Self {
            name: column.name.to_string(),
            optional: column.optional,
            cells,
        }
    }

    /// The fields that the column becomes: one, or two for times and for numbers of any type.
    pub(crate) fn fields(&self) -> Vec<Field> {
        let field = |data_type| Field::new(&self.name, data_type, self.optional);
        match &self.cells {
            Cells::Names(_) | Cells::Text(_) => vec![field(DataType::Utf8)],
            Cells::Keys(_) => vec![field(Dictionary::data_type())],
            Cells::Integers(_) => vec![field(DataType::Int64)],
            Cells::Floats(_) => vec![field(DataType::Float64)],
            Cells::Times(_) => vec![
                field(DataType::Float64),
                Field::new(TIMESTAMPS, timestamp(), true),
            ],
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
            (Cells::Keys(names), Cell::Text(name)) => names.push(name, 1),
            (Cells::Keys(names), _) => names.push("", 1),
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
            (Cells::Times(times), Cell::Number(number)) => times.push(number.as_f64()),
            (Cells::Times(times), _) => times.push(f64::NAN),
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
        match &mut self.cells {
            Cells::Names(names) => names.push(name, times),
            Cells::Keys(names) => names.push(name, times),
            _ => {}
        }
    }

    /// The names, if it is a column of such.
    #[cfg(feature = "parquet")]
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
        match &mut self.cells {
            Cells::Floats(builder) => builder.append_slice(list),
            Cells::Times(times) => times.extend(list),
            _ => {}
        }
    }

    pub(crate) fn push_numbers(
        &mut self,
        list: &Numbers,
        part: Range<usize>,
        rounded: &mut Rounded,
    ) {
        match (&mut self.cells, list) {
            (Cells::Numbers { floats, .. }, Numbers::F32(list)) => {
                floats.extend(list[part].iter().map(|&v| f64::from(v)));
            }
            (Cells::Numbers { floats, .. }, Numbers::F64(list)) => floats.extend(&list[part]),
            (Cells::Numbers { floats, integers }, other) => {
                for number in part.filter_map(|i| other.number(i)) {
                    push_number(floats, integers, number);
                }
            }
            (Cells::Floats(builder), Numbers::F32(list)) => {
                builder.extend(list[part].iter().map(|&v| Some(f64::from(v))));
            }
            (Cells::Floats(builder), Numbers::F64(list)) => builder.append_slice(&list[part]),
            (Cells::Floats(builder), other) => {
                for number in part.filter_map(|i| other.number(i)) {
                    builder.append_value(rounded.float(number));
                }
            }
            _ => {}
        }
    }

    /// Takes the cells out, as an array for each of [`fields`](Self::fields).
    pub(crate) fn finish(&mut self) -> Result<Vec<ArrayRef>, ArrowError> {
        Ok(match &mut self.cells {
            Cells::Keys(names) => vec![names.take()?],
            Cells::Times(times) => {
                let seconds = std::mem::take(times);
                let timestamps = TimestampMicrosecondArray::from_iter(
                    seconds.iter().map(|&secs| microseconds(secs)),
                );
                vec![
                    Arc::new(Float64Array::from(seconds)),
                    Arc::new(timestamps.with_timezone(UTC)),
                ]
            }
            Cells::Names(names) => {
                let array = StringArray::from_iter_values(std::mem::take(names).rows());
                vec![Arc::new(array)]
            }
            Cells::Text(builder) => vec![Arc::new(builder.finish())],
            Cells::Integers(builder) => vec![Arc::new(builder.finish())],
            Cells::Floats(builder) => vec![Arc::new(builder.finish())],
            Cells::Numbers { floats, integers } => {
                let integers = decimals(floats.len(), integers.drain(..));
                let floats = Float64Array::from(std::mem::take(floats));
                vec![Arc::new(floats), integers]
            }
            Cells::Booleans(builder) => vec![Arc::new(builder.finish())],
        })
    }
}

const UTC: &str = "UTC";

fn timestamp() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some(UTC.into()))
}

/// Seconds since the Unix epoch in microseconds, as fine as a float tells them today; nothing for what is no time.
fn microseconds(secs: f64) -> Option<i64> {
    let micros = (secs * 1e6).round();
    // The bounds are exact as floats, which `i64::MAX` is not.
    let range = -9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0;
    #[expect(clippy::cast_possible_truncation, reason = "it is in range")]
    range.contains(&micros).then_some(micros as i64)
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
