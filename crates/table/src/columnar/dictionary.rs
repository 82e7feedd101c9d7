//! Names as numbers and a list of them: what repeats takes four bytes per row.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef, DictionaryArray, Int32Array, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType};

use super::Stretches;

/// A column of names while it grows. Its list only ever gets longer, so a name has the same number in all batches.
#[derive(Default)]
pub(crate) struct Dictionary {
    rows: Stretches,
    /// The list as it last was.
    list: Option<ArrayRef>,
}

impl Dictionary {
    pub(crate) fn data_type() -> DataType {
        DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
    }

    /// Appends so many rows of that name.
    pub(crate) fn push(&mut self, name: &str, rows: usize) {
        self.rows.push(name, rows);
    }

    /// Takes the rows out, with the list of all names so far.
    pub(crate) fn take(&mut self) -> Result<ArrayRef, ArrowError> {
        let list = match self.list.take() {
            Some(list) if list.len() == self.rows.names().len() => list,
            _ => Arc::new(StringArray::from_iter_values(self.rows.names())),
        };
        self.list = Some(Arc::clone(&list));
        let stretches = self.rows.take_rows();
        let mut keys = Vec::with_capacity(stretches.iter().map(|&(_, rows)| rows).sum());
        for (number, rows) in stretches {
            // A number that does not fit is behind the end of the list, which is refused below.
            let key = i32::try_from(number).unwrap_or(i32::MAX);
            keys.extend(std::iter::repeat_n(key, rows));
        }
        let array = DictionaryArray::<Int32Type>::try_new(Int32Array::from(keys), list)?;
        Ok(Arc::new(array))
    }
}

/// The batches of one table with the lists of the last of them, which have all names: so every column has one list.
pub(crate) fn shared(batches: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, ArrowError> {
    let Some(last) = batches.last().cloned() else {
        return Ok(batches);
    };
    let with_lists = |batch: RecordBatch| {
        let columns = batch.columns().iter().zip(last.columns());
        let columns = columns.map(|(column, last)| {
            let typed = |array: &ArrayRef| array.as_any().downcast_ref().cloned();
            match (typed(column), typed(last)) {
                (Some(column), Some(last)) => of_list(&column, &last),
                _ => Ok(Arc::clone(column)),
            }
        });
        RecordBatch::try_new(batch.schema(), columns.collect::<Result<_, _>>()?)
    };
    batches.into_iter().map(with_lists).collect()
}

fn of_list(
    column: &DictionaryArray<Int32Type>,
    last: &DictionaryArray<Int32Type>,
) -> Result<ArrayRef, ArrowError> {
    let (keys, list) = (column.keys().clone(), Arc::clone(last.values()));
    Ok(Arc::new(DictionaryArray::try_new(keys, list)?))
}
