//! One run: its files, put together.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::followed::FileState;
use super::purges::Purges;
use crate::reader::Run;
use crate::reader::copies::Change;
use crate::select::Selection;

/// A run in memory: scalars in columns, everything else as places in files.
#[derive(Debug)]
pub struct RunState {
    pub(super) name: Arc<str>,
    pub(super) dir: PathBuf,
    /// In byte order of their paths, which is TensorBoard's order.
    pub(super) files: Vec<FileState>,
    /// Of the files as they are; made when it is asked for.
    pub(super) purges: OnceLock<Purges>,
}

impl RunState {
    /// Reads a run that is no longer written to: all of its files, whatever is wrong with them. Each of the
    /// [`files`](Self::files) says what is.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::state::RunState;
    /// use tfevents::{Logdir, Policy, Selection, SummaryWriter};
    ///
    /// # let dir = tempfile::tempdir()?;
    /// # let logdir = dir.path();
    /// let writer = SummaryWriter::new(logdir)?;
    /// writer.add_scalar("loss", 0.5, 1)?;
    /// writer.close()?;
    ///
    /// for run in Logdir::open(logdir)?.runs() {
    ///     let run = RunState::load(run, &Selection::all());
    ///     let loss = run.scalars("loss", Policy::LastWins).ok_or("no loss")?;
    ///     assert_eq!(loss.steps, [1]);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn load(run: &Run, selection: &Selection) -> Self {
        let mut state = Self::new(run);
        state.add_files(run, true);
        for file in &mut state.files {
            file.poll(selection);
        }
        state
    }

    pub(super) fn new(run: &Run) -> Self {
        Self {
            name: run.name().into(),
            dir: run.dir().to_path_buf(),
            files: Vec::new(),
            purges: OnceLock::new(),
        }
    }

    /// Adds the files of the run that are new. One that got another name stays the file that it was. Until the run is
    /// finished, copies of other files are left out.
    pub(super) fn add_files(&mut self, run: &Run, finished: bool) {
        if run.files().iter().all(|path| self.place(path).is_ok()) {
            return;
        }
        let known = self.files.iter().map(FileState::path);
        let mut change = match finished {
            true => Change::with_copies(run, known),
            false => Change::of(run, known),
        };
        for path in std::mem::take(&mut change.new) {
            let continued = change.take_renamed(|old| {
                let at = self.place(old).ok();
                let file = at.and_then(|at| self.files.get_mut(at));
                file.is_some_and(|file| file.follower.move_to(path))
            });
            // It has its new name, but not its new place yet.
            let file = continued.and_then(|_| {
                let at = self.files.iter().position(|file| file.path() == path);
                at.map(|at| self.files.remove(at))
            });
            self.add(path, || {
                let new = || FileState::new(path.to_path_buf(), finished, run.max_record());
                file.unwrap_or_else(new)
            });
        }
    }

    fn add(&mut self, path: &Path, file: impl FnOnce() -> FileState) {
        if let Err(place) = self.place(path) {
            self.files.insert(place, file());
        }
    }

    /// Where a file is, or would have to be.
    fn place(&self, path: &Path) -> Result<usize, usize> {
        let bytes = path.as_os_str().as_encoded_bytes();
        self.files
            .binary_search_by(|known| known.path().as_os_str().as_encoded_bytes().cmp(bytes))
    }
}
