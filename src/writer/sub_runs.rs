//! The runs below a run that hold one line each of a chart.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::{Error, ErrorKind, Result};
use crate::writer::{SummaryWriter, SummaryWriterBuilder};

/// A writer for each name that was logged under a main tag.
#[derive(Debug, Default)]
pub(crate) struct SubRuns {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// By directory.
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
    /// The writer of a name, in the directory that PyTorch would take.
    pub(crate) fn writer(
        &self,
        parent: &SummaryWriterBuilder,
        main_tag: &str,
        name: &str,
    ) -> Result<SummaryWriter> {
        let dir = format!("{main_tag}_{name}").replace(['/', '\\'], "_");
        let mut state = self.lock();
        if state.closed {
            return Err(Error::new(ErrorKind::Closed).with_path(parent.logdir.join(dir)));
        }
        if let Some(known) = state.writers.get(&dir) {
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
        state.writers.insert(dir, sub_run);
        Ok(writer)
    }

    /// Does something to every writer, and returns the first error.
    pub(crate) fn each(&self, action: impl Fn(&SummaryWriter) -> Result<()>) -> Result<()> {
        // Without the lock, because a flush takes its time.
        let writers: Vec<_> = self
            .lock()
            .writers
            .values()
            .map(|sub_run| sub_run.writer.clone())
            .collect();
        let results: Vec<_> = writers.iter().map(action).collect();
        results.into_iter().collect()
    }

    /// How many events their writers have left out.
    pub(crate) fn dropped(&self) -> u64 {
        let state = self.lock();
        state.writers.values().map(|run| run.writer.dropped()).sum()
    }

    pub(crate) fn close(&self) -> Result<()> {
        self.lock().closed = true;
        self.each(SummaryWriter::close)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
