//! The runs below a run that hold one line each of a chart.

use std::collections::HashMap;
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};
use crate::os;
use crate::writer::process::{Lock, Process};
use crate::writer::{SummaryWriter, SummaryWriterBuilder};

/// A writer for each name that was logged under a main tag.
#[derive(Debug)]
pub(crate) struct SubRuns {
    state: Lock<State>,
}

#[derive(Debug, Default)]
struct State {
    /// By directory, as the file system tells them apart.
    writers: HashMap<String, SubRun>,
    closed: bool,
}

#[derive(Debug)]
struct SubRun {
    main_tag: String,
    name: String,
    writer: SummaryWriter,
}

impl SubRuns {
    pub(crate) fn new(process: Process) -> Self {
        Self {
            state: Lock::new(process, State::default()),
        }
    }

    /// The writer of a name, in the directory that PyTorch would take.
    pub(crate) fn writer(
        &self,
        parent: &SummaryWriterBuilder,
        main_tag: &str,
        name: &str,
    ) -> Result<SummaryWriter> {
        let dir = os::part_of_path(&format!("{main_tag}_{name}"));
        let key = os::folded(&dir);
        let mut state = self.state.lock()?;
        if state.closed {
            return Err(Error::new(ErrorKind::Closed).with_path(parent.logdir.join(dir)));
        }
        if let Some(known) = state.writers.get(&key) {
            return if (known.main_tag.as_str(), known.name.as_str()) == (main_tag, name) {
                Ok(known.writer.clone())
            } else {
                Err(Error::argument(format!(
                    "{name:?} of {main_tag:?} would share the run {dir:?} with {:?} of {:?}; use another name",
                    known.name, known.main_tag
                )))
            };
        }
        let options = SummaryWriterBuilder {
            logdir: parent.logdir.join(&dir),
            ..parent.clone()
        };
        let writer = options.open()?;
        let sub_run = SubRun {
            main_tag: main_tag.to_owned(),
            name: name.to_owned(),
            writer: writer.clone(),
        };
        state.writers.insert(key, sub_run);
        Ok(writer)
    }

    /// Does something to every writer, and returns the first error.
    pub(crate) fn each(&self, action: impl Fn(&SummaryWriter) -> Result<()>) -> Result<()> {
        let results: Vec<_> = self.writers()?.iter().map(action).collect();
        results.into_iter().collect()
    }

    /// Without the lock, because a flush takes its time.
    fn writers(&self) -> Result<Vec<SummaryWriter>> {
        let state = self.state.lock()?;
        let writers = state.writers.values().map(|run| run.writer.clone());
        Ok(writers.collect())
    }

    /// How many events their writers have left out.
    pub(crate) fn dropped(&self) -> u64 {
        let writers = self.writers().unwrap_or_default();
        writers.iter().map(SummaryWriter::dropped).sum()
    }

    pub(crate) fn close(&self) -> Result<()> {
        self.state.lock()?.closed = true;
        self.each(SummaryWriter::close)
    }

    pub(crate) fn close_within(&self, patience: Duration) {
        if let Ok(mut state) = self.state.lock() {
            state.closed = true;
        }
        for writer in self.writers().unwrap_or_default() {
            writer.close_within(patience);
        }
    }
}
