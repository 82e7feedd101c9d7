//! The runs below a run that hold one line each of a chart.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};
use crate::os;
use crate::writer::process::{Lock, Process};

/// A writer for each name that was logged under a main tag.
#[derive(Debug)]
pub(crate) struct SubRuns<W> {
    state: Lock<State<W>>,
}

#[derive(Debug)]
struct State<W> {
    /// By directory, as the file system tells them apart.
    writers: HashMap<String, SubRun<W>>,
    closed: bool,
}

#[derive(Debug)]
struct SubRun<W> {
    main_tag: String,
    name: String,
    writer: W,
}

impl<W: Clone> SubRuns<W> {
    pub(crate) fn new(process: Process) -> Self {
        Self {
            state: Lock::new(
                process,
                State {
                    writers: HashMap::new(),
                    closed: false,
                },
            ),
        }
    }

    /// The writer of a name below `logdir`, in the directory that PyTorch would take.
    pub(crate) fn writer(
        &self,
        logdir: &Path,
        main_tag: &str,
        name: &str,
        open: impl FnOnce(PathBuf) -> Result<W>,
    ) -> Result<W> {
        let dir = os::part_of_path(&format!("{main_tag}_{name}"));
        let key = os::folded(&dir);
        let mut state = self.state.lock()?;
        if state.closed {
            return Err(Error::new(ErrorKind::Closed).with_path(logdir.join(dir)));
        }
        if let Some(known) = state.writers.get(&key) {
            return if (known.main_tag.as_str(), known.name.as_str()) == (main_tag, name) {
                Ok(known.writer.clone())
            } else {
                Err(Error::argument(format!(
                    "{name:?} of {main_tag:?} would share the run {dir:?} with {:?} of {:?}; use a different name",
                    known.name, known.main_tag
                )))
            };
        }
        let writer = open(logdir.join(&dir))?;
        let sub_run = SubRun {
            main_tag: main_tag.to_owned(),
            name: name.to_owned(),
            writer: writer.clone(),
        };
        state.writers.insert(key, sub_run);
        Ok(writer)
    }

    /// Does something to every writer, and returns the first error.
    pub(crate) fn each(&self, action: impl Fn(&W) -> Result<()>) -> Result<()> {
        let results: Vec<_> = self.writers()?.iter().map(action).collect();
        results.into_iter().collect()
    }

    /// All writers. They are used without the lock, because a flush takes its time.
    pub(crate) fn writers(&self) -> Result<Vec<W>> {
        let state = self.state.lock()?;
        let writers = state.writers.values().map(|run| run.writer.clone());
        Ok(writers.collect())
    }

    /// Opens no other writer, and closes every one that there is.
    pub(crate) fn close(&self, close: impl Fn(&W) -> Result<()>) -> Result<()> {
        let results: Vec<_> = self.end()?.iter().map(close).collect();
        results.into_iter().collect()
    }

    /// Opens no other writer. Returns those that there are.
    pub(crate) fn end(&self) -> Result<Vec<W>> {
        self.state.lock()?.closed = true;
        self.writers()
    }
}
