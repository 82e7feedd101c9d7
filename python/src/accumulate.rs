//! One run, value by value: what `EventAccumulator` and tbparse are made of.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use tfevents::event::{DataRef, ValueRef};
use tfevents::plugin::Metadata;
use tfevents::proto::{self, HistogramProto};
use tfevents::series;
use tfevents::state::{BlobPoint, RunState};
use tfevents::tensor::Elements;
use tfevents::{Logdir, Policy, Selection, Tensor, Value};

use crate::configured;
use crate::failure;
use crate::problem::{self, Problem};
use crate::wait;

/// A run that can be read again when it has grown.
#[pyclass(frozen, module = "tfevents._native")]
pub(crate) struct Run {
    path: PathBuf,
    /// Nothing before there is an event file.
    state: Arc<Mutex<Option<RunState>>>,
}

/// What a run knows about one of its series.
#[derive(IntoPyObject)]
struct Series {
    tag: String,
    /// How its values are stored: `scalar`, `image`, `audio`, `histogram`, `tensor`, `graph`, `meta_graph`, `run_metadata` or
    /// `none`.
    form: &'static str,
    kind: &'static str,
    plugin: String,
    content: Py<PyBytes>,
    display_name: String,
    description: String,
}

/// Wall times, steps and values.
type Lists = (Vec<f64>, Vec<i64>, Vec<f64>);

/// The name of a tensor's type, its shape, and its elements: as bytes, or as strings.
type Decoded<'py> = (
    &'static str,
    Vec<usize>,
    Option<Bound<'py, PyBytes>>,
    Vec<Bound<'py, PyBytes>>,
);

/// When a value was logged, and what it is.
type Timed = (f64, i64, Stored);

/// A value in the form in which it is stored.
#[derive(IntoPyObject)]
enum Stored {
    Image(i32, i32, Py<PyBytes>),
    Audio(f32, i64, i64, String, Py<PyBytes>),
    Histogram([f64; 5], Vec<f64>, Vec<f64>),
    /// A serialized message.
    Message((Py<PyBytes>,)),
}

#[pymethods]
impl Run {
    /// The run of a directory, of its own files alone, or of one file.
    #[new]
    fn new(path: PathBuf) -> Self {
        Self {
            path,
            state: Arc::default(),
        }
    }

    /// Reads what is new. Returns what went wrong.
    fn reload(&self, py: Python<'_>) -> PyResult<Vec<Problem>> {
        let (path, state) = (self.path.clone(), Arc::clone(&self.state));
        let done = wait::run(py, move |_| {
            let logdir = Logdir::open(&path)?;
            let Some(run) = logdir
                .run(".")
                .or_else(|| logdir.runs().first().filter(|_| path.is_file()))
            else {
                return Ok(Vec::new());
            };
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            let state = state.get_or_insert_with(|| RunState::follow(run));
            state.update(run);
            state.poll(&Selection::all(), 1);
            Ok(problem::of_run(state).collect())
        })?;
        done.map_err(|e| failure::of(py, &e))
    }

    /// The series, ordered by tag.
    fn series(&self, py: Python<'_>) -> PyResult<Vec<Series>> {
        let state = self.state(py);
        let Some(state) = &state else {
            return Ok(Vec::new());
        };
        let series = state.series().map(|series| {
            let metadata: &Metadata = &series.metadata;
            Ok(Series {
                tag: series.tag.to_owned(),
                form: match series.is_numbers {
                    true => "scalar",
                    false => form(state, series.tag),
                },
                kind: series.kind.name(),
                plugin: metadata.plugin_name.to_string(),
                content: PyBytes::new(py, &metadata.content).unbind(),
                display_name: metadata.display_name.to_string(),
                description: metadata.description.to_string(),
            })
        });
        series.collect()
    }

    /// The wall times, steps and values of a scalar series, of at most about so many points.
    fn scalars(
        &self,
        py: Python<'_>,
        tag: &str,
        policy: &str,
        sample: usize,
    ) -> PyResult<Option<Lists>> {
        let policy = policy.parse().map_err(|e| failure::of(py, &e))?;
        let state = self.state(py);
        let Some(scalars) = state.as_ref().and_then(|state| state.scalars(tag, policy)) else {
            return Ok(None);
        };
        let kept = kept(&scalars.steps, sample);
        let times = kept.iter().map(|&i| scalars.wall_times[i].as_secs());
        let steps = kept.iter().map(|&i| scalars.steps[i]);
        let values = scalars.values.to_f64();
        let values = kept.iter().map(|&i| values[i]);
        Ok(Some((times.collect(), steps.collect(), values.collect())))
    }

    /// The wall times, steps and values of a scalar series, as 64-bit numbers in the order of this machine.
    fn columns<'py>(
        &self,
        py: Python<'py>,
        tag: &str,
        policy: &str,
    ) -> PyResult<Option<[Bound<'py, PyBytes>; 3]>> {
        let policy = policy.parse().map_err(|e| failure::of(py, &e))?;
        let state = self.state(py);
        let Some(scalars) = state.as_ref().and_then(|state| state.scalars(tag, policy)) else {
            return Ok(None);
        };
        let times = scalars
            .wall_times
            .iter()
            .flat_map(|time| time.as_secs().to_ne_bytes());
        let steps = scalars.steps.iter().flat_map(|step| step.to_ne_bytes());
        let values = scalars
            .values
            .iter()
            .flat_map(|value| value.as_f64().to_ne_bytes());
        let columns: [Vec<u8>; 3] = [times.collect(), steps.collect(), values.collect()];
        Ok(Some(columns.map(|column| PyBytes::new(py, &column))))
    }

    /// The hyperparameters of the session that TensorBoard shows.
    fn hparams<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let hparams = self.state(py).map(|state| state.hparams(Policy::Fast));
        let hparams = hparams
            .transpose()
            .map_err(|e| failure::of(py, &e))?
            .flatten();
        configured::dictionary(py, &hparams.unwrap_or_default().values)
    }

    /// The values of any other series, of at most about so many points.
    fn values(
        &self,
        py: Python<'_>,
        tag: &str,
        policy: &str,
        sample: usize,
    ) -> PyResult<Option<Vec<Timed>>> {
        let policy: Policy = policy.parse().map_err(|e| failure::of(py, &e))?;
        let state = self.state(py);
        let Some(points) = state.as_ref().and_then(|state| state.blobs(tag, policy)) else {
            return Ok(None);
        };
        let steps: Vec<_> = points.iter().map(|point| point.step).collect();
        let points = kept(&steps, sample).into_iter().map(|i| &points[i]);
        let values = points.map(|point| {
            value(py, point).map(|value| (point.wall_time.as_secs(), point.step, value))
        });
        let values = values.collect::<tfevents::Result<_>>();
        Ok(Some(values.map_err(|e| failure::of(py, &e))?))
    }

    /// The earliest wall time.
    fn start_time(&self, py: Python<'_>) -> Option<f64> {
        Some(self.state(py)?.start_time()?.as_secs())
    }

    /// The program that wrote the files, as the first that says so has it.
    fn writer(&self, py: Python<'_>) -> Option<String> {
        self.state(py)?
            .files()
            .find_map(|file| file.writer().map(str::to_owned))
    }
}

impl Run {
    /// What was read. Clones share it.
    fn state(&self, py: Python<'_>) -> Option<RunState> {
        // Another thread may be reading, and want the interpreter.
        py.detach(|| {
            self.state
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone()
        })
    }
}

/// The names and directories of the runs in and below a directory.
#[pyfunction]
pub(crate) fn directories(py: Python<'_>, path: PathBuf) -> PyResult<Vec<(String, PathBuf)>> {
    let logdir = wait::run(py, move |_| Logdir::open(&path))?;
    let logdir = logdir.map_err(|e| failure::of(py, &e))?;
    let runs = logdir.runs().iter();
    Ok(runs
        .map(|run| (run.name().to_owned(), run.dir().to_path_buf()))
        .collect())
}

/// A serialized tensor: the name of its type, its shape, and its elements as bytes in the order of this machine, or as strings.
#[pyfunction]
pub(crate) fn decode_tensor<'py>(py: Python<'py>, bytes: &[u8]) -> PyResult<Decoded<'py>> {
    let tensor = Tensor::decode(bytes).map_err(|e| failure::of(py, &e))?;
    let name = tensor.dtype().map_or("unknown", |dtype| dtype.name());
    let shape = tensor.shape().to_vec();
    let mut strings = Vec::new();
    let numbers: Vec<u8> = match tensor.elements() {
        Elements::F32(v) => v.iter().flat_map(|v| v.to_ne_bytes()).collect(),
        Elements::F64(v) => v.iter().flat_map(|v| v.to_ne_bytes()).collect(),
        Elements::I8(v) => v.iter().flat_map(|v| v.to_ne_bytes()).collect(),
        Elements::I16(v) => v.iter().flat_map(|v| v.to_ne_bytes()).collect(),
        Elements::I32(v) => v.iter().flat_map(|v| v.to_ne_bytes()).collect(),
        Elements::I64(v) => v.iter().flat_map(|v| v.to_ne_bytes()).collect(),
        Elements::U16(v) | Elements::F16(v) | Elements::BF16(v) => {
            v.iter().flat_map(|v| v.to_ne_bytes()).collect()
        }
        Elements::U32(v) => v.iter().flat_map(|v| v.to_ne_bytes()).collect(),
        Elements::U64(v) => v.iter().flat_map(|v| v.to_ne_bytes()).collect(),
        Elements::Bool(v) => v.iter().map(|&v| u8::from(v)).collect(),
        Elements::C64(v) => v.iter().flatten().flat_map(|v| v.to_ne_bytes()).collect(),
        Elements::C128(v) => v.iter().flatten().flat_map(|v| v.to_ne_bytes()).collect(),
        Elements::U8(v) | Elements::Opaque(v) => v.to_vec(),
        _ => {
            strings.extend(tensor.strings().map(|string| PyBytes::new(py, string)));
            return Ok((name, shape, None, strings));
        }
    };
    Ok((name, shape, Some(PyBytes::new(py, &numbers)), strings))
}

/// The positions of at most about so many points; of all for 0.
fn kept(steps: &[i64], sample: usize) -> Vec<usize> {
    match sample {
        0 => (0..steps.len()).collect(),
        n => series::reservoir(steps, n),
    }
}

/// How the values of a series are stored, by the first.
fn form(state: &RunState, tag: &str) -> &'static str {
    if tag == tfevents::plugin::META_GRAPH_TAG {
        return "meta_graph";
    }
    let points = state.blobs(tag, Policy::Raw).unwrap_or_default();
    let Some(blob) = points.first().and_then(|point| point.read().ok()) else {
        return "none";
    };
    match blob.stored() {
        Ok(None) => match blob.value() {
            Ok(Value::RunMetadata(_)) => "run_metadata",
            _ => "graph",
        },
        Ok(Some(value)) => match value.data {
            DataRef::Image(_) => "image",
            DataRef::Audio(_) => "audio",
            DataRef::Histogram(_) => "histogram",
            DataRef::Tensor(_) => "tensor",
            _ => "none",
        },
        Err(_) => "none",
    }
}

fn value(py: Python<'_>, point: &BlobPoint) -> tfevents::Result<Stored> {
    let bytes = |bytes: &[u8]| PyBytes::new(py, bytes).unbind();
    let blob = point.read()?;
    let data = blob.stored()?.map(|value: ValueRef<'_>| value.data);
    Ok(match data {
        None => Stored::Message((bytes(blob.bytes()),)),
        Some(DataRef::Image(image)) => {
            Stored::Image(image.width, image.height, bytes(image.encoded))
        }
        Some(DataRef::Audio(audio)) => Stored::Audio(
            audio.sample_rate,
            audio.num_channels,
            audio.length_frames,
            audio.content_type.to_owned(),
            bytes(audio.encoded),
        ),
        Some(DataRef::Histogram(encoded)) => {
            let histogram: HistogramProto = proto::merge(encoded.pieces())?;
            let HistogramProto {
                min,
                max,
                num,
                sum,
                sum_squares,
                bucket_limit,
                bucket,
            } = histogram;
            Stored::Histogram([min, max, num, sum, sum_squares], bucket_limit, bucket)
        }
        Some(DataRef::Tensor(encoded)) => {
            // Pieces of a message, one after the other, are that message.
            Stored::Message((bytes(&encoded.pieces().collect::<Vec<_>>().concat()),))
        }
        Some(_) => Stored::Message((bytes(&[]),)),
    })
}
