//! A table as Python gets it: record batches, for whoever takes Arrow, and as lists.

use std::io::Cursor;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::cast::AsArray as _;
use arrow_array::ffi::FFI_ArrowSchema;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch, RecordBatchIterator};
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, DataType, SchemaRef};
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule, PyList};
use tfevents::{Number, Scalars};
use tfevents_table::{Batches, Table as _, Wide, batches};

use crate::problem::Problem;

/// Record batches of one schema.
#[pyclass(frozen, module = "tfevents._native")]
pub(crate) struct RawTable {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

impl RawTable {
    pub(crate) fn new(schema: SchemaRef, batches: Vec<RecordBatch>) -> Self {
        Self { schema, batches }
    }
}

#[pymethods]
impl RawTable {
    /// The table that `to_bytes` was of.
    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<Self> {
        let reader = StreamReader::try_new(Cursor::new(bytes), None).map_err(invalid)?;
        let schema = reader.schema();
        let batches = reader.collect::<Result<Vec<_>, _>>().map_err(invalid)?;
        Ok(Self::new(schema, batches))
    }

    /// As a stream of Arrow's IPC.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let write = || {
            let mut writer = StreamWriter::try_new(Vec::new(), &self.schema)?;
            self.batches
                .iter()
                .try_for_each(|batch| writer.write(batch))?;
            writer.into_inner()
        };
        Ok(PyBytes::new(py, &py.detach(write).map_err(invalid)?))
    }

    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    fn column_names(&self) -> Vec<&str> {
        let fields = self.schema.fields().iter();
        fields.map(|field| field.name().as_str()).collect()
    }

    /// How many bytes its columns take.
    fn nbytes(&self) -> usize {
        let batches = self.batches.iter();
        batches.map(RecordBatch::get_array_memory_size).sum()
    }

    /// The cells of a column from one row to before another, as Python's numbers and strings.
    fn column<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        start: usize,
        stop: usize,
    ) -> PyResult<Bound<'py, PyList>> {
        let unknown = |_| PyKeyError::new_err(name.to_owned());
        let number = self.schema.index_of(name).map_err(unknown)?;
        let cells = PyList::empty(py);
        let mut before = 0;
        for batch in &self.batches {
            let rows = batch.num_rows();
            let from = start.saturating_sub(before).min(rows);
            let to = stop.saturating_sub(before).min(rows);
            before += rows;
            if from < to {
                append(&cells, &batch.column(number).slice(from, to - from))?;
            }
        }
        Ok(cells)
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(&*self.schema).map_err(invalid)?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    /// All batches. Consumers ask for another schema at times; what they get is this one, as the protocol allows.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let batches: Vec<_> = self.batches.iter().cloned().map(Ok).collect();
        let reader = RecordBatchIterator::new(batches, SchemaRef::clone(&self.schema));
        let stream = FFI_ArrowArrayStream::new(Box::new(reader));
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }

    /// Scalars with a row per run and step and a column per tag, and what was lost on the way.
    fn pivot(&self, py: Python<'_>) -> PyResult<(Self, Vec<Problem>)> {
        Ok(py.detach(|| self.wide())?)
    }
}

impl RawTable {
    fn wide(&self) -> std::io::Result<(Self, Vec<Problem>)> {
        let found = Arc::new(Mutex::new(Vec::new()));
        let each = {
            let found = Arc::clone(&found);
            move |batch| {
                found
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(batch);
                Ok(())
            }
        };
        let mut wide = Wide::new(Box::new(Batches::new(1 << 20, each)), "run");
        for batch in &self.batches {
            put_series(&mut wide, batch)?;
        }
        let losses = wide.finish()?;
        drop(wide);
        let found = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
        let found = batches::shared(found)?;
        let schema = found.first().map_or_else(
            || SchemaRef::new(arrow_schema::Schema::empty()),
            RecordBatch::schema,
        );
        let losses = losses.into_iter().map(Problem::loss).collect();
        Ok((Self::new(schema, found), losses))
    }
}

/// Writes the stretches of a batch that are of one run and tag.
fn put_series(wide: &mut Wide<'_>, batch: &RecordBatch) -> std::io::Result<()> {
    let column = |name| {
        let missing = || std::io::Error::other("only scalars can be pivoted");
        batch.column_by_name(name).ok_or_else(missing)
    };
    let names = |name| {
        let column = column(name)?.as_dictionary::<Int32Type>();
        let list = column.values().as_string::<i32>();
        std::io::Result::Ok((column.keys().values(), list))
    };
    let ((runs, run_names), (tags, tag_names)) = (names("run")?, names("tag")?);
    let steps = column("step")?.as_primitive::<Int64Type>().values();
    let times = column("wall_time")?.as_primitive::<Float64Type>().values();
    let values = column("value")?.as_primitive::<Float64Type>().values();
    let mut from = 0;
    while from < batch.num_rows() {
        let key = (runs[from], tags[from]);
        let same = (from..batch.num_rows()).take_while(|&i| (runs[i], tags[i]) == key);
        let to = from + same.count();
        let mut scalars = Scalars::default();
        for i in from..to {
            scalars.push(steps[i], times[i], Number::F64(values[i]));
        }
        let name = |number: i32| usize::try_from(number).unwrap_or_default();
        let (run, tag) = (run_names.value(name(key.0)), tag_names.value(name(key.1)));
        wide.scalars(run, tag, &scalars)?;
        from = to;
    }
    Ok(())
}

/// Appends the cells of an array to a list.
fn append(cells: &Bound<'_, PyList>, array: &dyn Array) -> PyResult<()> {
    match array.data_type() {
        DataType::Dictionary(..) => {
            let array = array.as_dictionary::<Int32Type>();
            // Each name once, however many cells have it.
            let names = PyList::new(cells.py(), array.values().as_string::<i32>().iter())?;
            let keys = array.keys().values().iter();
            keys.map(|&key| names.get_item(usize::try_from(key).unwrap_or_default()))
                .try_for_each(|name| cells.append(name?))
        }
        DataType::Utf8 => array
            .as_string::<i32>()
            .iter()
            .try_for_each(|v| cells.append(v)),
        DataType::Int64 => {
            let mut array = array.as_primitive::<Int64Type>().iter();
            array.try_for_each(|v| cells.append(v))
        }
        DataType::Float64 => {
            let mut array = array.as_primitive::<Float64Type>().iter();
            array.try_for_each(|v| cells.append(v))
        }
        DataType::Timestamp(..) => {
            let mut array = array.as_primitive::<TimestampMicrosecondType>().iter();
            array.try_for_each(|v| cells.append(v))
        }
        other => Err(PyValueError::new_err(format!("a column of type {other}"))),
    }
}

fn invalid(error: ArrowError) -> PyErr {
    PyValueError::new_err(error.to_string())
}
