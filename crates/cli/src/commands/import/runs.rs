//! The event files that come out.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Seek as _, Write as _};
use std::path::PathBuf;

use anyhow::Result;
use tfevents::proto::event::What;
use tfevents::proto::summary::value::Value;
use tfevents::proto::{self, DataType};
use tfevents::writer::EventWriter;
use tfevents::{Number, WallTime, plugin};

use super::Place;
use crate::output::ClosedFile;
use crate::output::destination::{Destination, Targets, relative};
use crate::output::written::Written;
use crate::ui::reporter::Reporter;

/// How much is held back of each run, so that files need not be open all the time.
const CHUNK: usize = 64 << 10;

/// A file for each run.
pub(super) struct Runs<'a> {
    output: Option<&'a Destination>,
    dry_run: bool,
    runs: BTreeMap<String, Run>,
}

struct Run {
    name: PathBuf,
    file: Option<Held>,
    /// What has not been written to the file yet.
    pending: EventWriter<Vec<u8>>,
    values: u64,
    /// In the file.
    bytes: u64,
}

/// What is written so far.
enum Held {
    /// In the directory that it will be in.
    Closed(ClosedFile),
    /// Somewhere else, as long as there may be another run and so no place for this one.
    Aside(File),
}

impl<'a> Runs<'a> {
    pub(super) fn new(output: Option<&'a Destination>, dry_run: bool) -> Self {
        Self {
            output,
            dry_run,
            runs: BTreeMap::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    pub(super) fn scalar(&mut self, place: Place<'_>, tag: &str, number: Number) -> Result<()> {
        if !self.runs.contains_key(place.run) {
            let run = self.begin(place)?;
            self.runs.insert(place.run.to_owned(), run);
        }
        if let Some(run) = self.runs.get_mut(place.run) {
            run.values += 1;
            run.put(&scalar(place, tag, number))?;
        }
        Ok(())
    }

    /// Starts a run. Its file is named after the time of its first value, so that the same input makes the
    /// same files.
    fn begin(&self, place: Place<'_>) -> Result<Run> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "`as` clamps"
        )]
        let secs = place.time.secs as u64;
        let name = format!("events.out.tfevents.{secs:010}.import");
        let name = PathBuf::from(name);
        let file = match self.output {
            _ if self.dry_run => None,
            Some(Destination::Dir(tree)) => {
                let file = tree.create(&relative(place.run, &name))?;
                Some(Held::Closed(file.close()?))
            }
            Some(_) if self.runs.is_empty() => Some(Held::Aside(tempfile::tempfile()?)),
            _ => None,
        };
        let start = WallTime::from_secs(place.time.secs);
        Ok(Run {
            name,
            file,
            pending: EventWriter::new(Vec::new(), start)?,
            values: 0,
            bytes: 0,
        })
    }

    /// Completes all files.
    pub(super) fn finish(self, inputs: &[PathBuf], reporter: &Reporter) -> Result<Vec<Written>> {
        let mut targets = Targets::default();
        for (name, run) in &self.runs {
            targets.add_new(name, [&run.name]);
        }
        targets.check_for(self.output, reporter)?;
        let mut written = Vec::new();
        for (name, mut run) in self.runs {
            run.flush()?;
            match run.file {
                Some(Held::Closed(file)) => file.finish()?,
                Some(Held::Aside(mut file)) => {
                    file.rewind()?;
                    if let Some(destination) = self.output {
                        let mut target = destination.create(&name, &run.name)?;
                        io::copy(&mut file, &mut target)?;
                        target.finish()?;
                    }
                }
                None => {}
            }
            let output = self.output.map(|output| output.path(&name, &run.name));
            written.push(Written {
                run: name,
                paths: inputs.to_vec(),
                output,
                read: run.values,
                kept: run.values,
                bytes: run.bytes,
                stays: true,
            });
        }
        Ok(written)
    }
}

impl Run {
    fn put(&mut self, event: &proto::Event) -> Result<()> {
        self.pending.write_event(event)?;
        if self.pending.get_ref().len() >= CHUNK {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        let pending = self.pending.get_mut();
        match &mut self.file {
            Some(Held::Closed(file)) => file.append(pending)?,
            Some(Held::Aside(file)) => file.write_all(pending)?,
            None => {}
        }
        self.bytes += pending.len() as u64;
        pending.clear();
        Ok(())
    }
}

/// An event with one scalar: a plain one where 32 bits hold it, else a tensor of its type.
fn scalar(place: Place<'_>, tag: &str, number: Number) -> proto::Event {
    let tensor = |dtype: DataType| proto::TensorProto {
        dtype: dtype as i32,
        tensor_shape: Some(proto::TensorShapeProto::default()),
        ..Default::default()
    };
    let value = match number {
        Number::F32(v) => Value::SimpleValue(v),
        Number::I64(v) => Value::Tensor(proto::TensorProto {
            int64_val: vec![v],
            ..tensor(DataType::Int64)
        }),
        Number::U64(v) => Value::Tensor(proto::TensorProto {
            uint64_val: vec![v],
            ..tensor(DataType::Uint64)
        }),
        Number::Bool(v) => Value::Tensor(proto::TensorProto {
            bool_val: vec![v],
            ..tensor(DataType::Bool)
        }),
        other => Value::Tensor(proto::TensorProto {
            double_val: vec![other.as_f64()],
            ..tensor(DataType::Double)
        }),
    };
    let is_tensor = matches!(value, Value::Tensor(_));
    proto::Event {
        wall_time: place.time.secs,
        step: place.step,
        what: Some(What::Summary(proto::Summary {
            value: vec![proto::summary::Value {
                tag: tag.to_owned(),
                metadata: is_tensor.then(|| plugin::metadata("scalars", Vec::new())),
                value: Some(value),
                ..Default::default()
            }],
        })),
        ..Default::default()
    }
}
