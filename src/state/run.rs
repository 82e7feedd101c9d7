//! One run: its files, put together.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::followed::{FileState, GLANCE};
use super::purges::Purges;
use super::reading;
use crate::files::is_absent;
use crate::reader::copies::Change;
use crate::reader::{Progress, Run};
use crate::select::Selection;

/// A run in memory: scalars in columns, everything else as places in files.
///
/// A clone is cheap: it shares what was read with the original until one of them [reads on](Self::poll), and then only
/// the files that grew are copied. So whoever answers questions can keep one clone while another reads on.
#[derive(Clone, Debug)]
pub struct RunState {
    pub(super) name: Arc<str>,
    pub(super) dir: PathBuf,
    /// In byte order of their paths, which is TensorBoard's order.
    pub(super) files: Vec<Arc<FileState>>,
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
        state.poll(selection, 1);
        state
    }

    /// Begins with a run that is still written to. Nothing is read before the first [`poll`](Self::poll).
    ///
    /// [`LogdirState`](super::LogdirState) follows all runs of a logdir; this is for those who want to decide when each
    /// of them is read.
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
    /// writer.flush()?;
    ///
    /// let listed = Logdir::open(logdir)?;
    /// let mut run = RunState::follow(&listed.runs()[0]);
    /// run.poll(&Selection::all(), 1);
    /// let shown = run.clone();
    /// assert!(!run.has_news());
    ///
    /// writer.add_scalar("loss", 0.4, 2)?;
    /// writer.close()?;
    /// assert!(run.has_news());
    /// run.poll(&Selection::all(), 1);
    /// let steps = |run: &RunState| run.scalars("loss", Policy::Raw).map(|loss| loss.steps);
    /// assert_eq!(steps(&shown), Some(vec![1]));
    /// assert_eq!(steps(&run), Some(vec![1, 2]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn follow(run: &Run) -> Self {
        let mut state = Self::new(run);
        state.update(run);
        state
    }

    /// Adds the files of the run that are new in a later listing. One that got another name stays the file that
    /// it was; copies of other files are left out.
    pub fn update(&mut self, run: &Run) {
        self.add_files(run, false);
    }

    /// Whether [`poll`](Self::poll) would find anything new. Costs one `stat` per file.
    #[must_use]
    pub fn has_news(&self) -> bool {
        self.files.iter().any(|file| file.follower.has_news())
    }

    /// Reads on, with as many threads as that. Files that did not change cost one `stat` each, and what clones of the
    /// run hold stays as it is.
    pub fn poll(&mut self, selection: &Selection, threads: usize) -> Progress {
        let changed = self.files.iter_mut();
        let changed: Vec<_> = changed
            .filter(|file| file.follower.has_news())
            .map(|file| ((), Arc::make_mut(file)))
            .collect();
        if changed.is_empty() {
            return Progress::Unchanged;
        }
        self.purges.take();
        match reading::read_on(changed, selection, threads).is_empty() {
            true => Progress::Unchanged,
            false => Progress::Grown,
        }
    }

    /// How many bytes the files have that were not [polled](Self::poll) yet.
    #[must_use]
    pub fn unread(&self) -> u64 {
        let files = self.files.iter();
        files.map(|file| file.unread()).sum()
    }

    /// Has a first look at files that were not [polled](Self::poll) yet: of large ones the first points of their series
    /// and the last ones, without those between; small ones are read. Compressed ones have to wait. However large the
    /// files are, this takes little time. The next poll reads them as if nothing had been seen of them.
    ///
    /// Returns whether there are large files that are not compressed. If not, nothing is done.
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
    /// for step in 0..10_000 {
    ///     writer.add_scalar("loss", 0.5, step)?;
    /// }
    /// writer.close()?;
    ///
    /// let listed = Logdir::open(logdir)?;
    /// let mut run = RunState::follow(&listed.runs()[0]);
    /// assert!(run.glance(&Selection::all()));
    /// let steps = run.scalars("loss", Policy::Raw).ok_or("no loss")?.steps;
    /// assert!(steps.len() < 10_000);
    /// assert_eq!((steps.first(), steps.last()), (Some(&0), Some(&9999)));
    ///
    /// run.poll(&Selection::all(), 1);
    /// let steps = run.scalars("loss", Policy::Raw).ok_or("no loss")?.steps;
    /// assert_eq!(steps.len(), 10_000);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn glance(&mut self, selection: &Selection) -> bool {
        let (mut seen, mut small) = (false, Vec::new());
        for file in &mut self.files {
            let file = Arc::make_mut(file);
            match file.glance(selection, GLANCE) {
                true => seen = true,
                false => small.extend(file.is_small().then_some(file)),
            }
        }
        if seen {
            for file in small {
                file.poll(selection);
            }
            self.purges.take();
        }
        seen
    }

    /// Whether its directory is gone.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        match self.dir.symlink_metadata() {
            // A file may have taken its place. A link may lead somewhere again.
            Ok(metadata) => !metadata.is_dir() && !metadata.is_symlink(),
            Err(e) => is_absent(&e),
        }
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
        let known = self.files.iter().map(|file| file.path());
        let mut change = match finished {
            true => Change::with_copies(run, known),
            false => Change::of(run, known),
        };
        for path in std::mem::take(&mut change.new) {
            let continued = change.take_renamed(|old| {
                let at = self.place(old).ok();
                let file = at.and_then(|at| self.files.get_mut(at));
                file.is_some_and(|file| Arc::make_mut(file).follower.move_to(path))
            });
            // It has its new name, but not its new place yet.
            let file = continued.and_then(|_| {
                let at = self.files.iter().position(|file| file.path() == path);
                at.map(|at| self.files.remove(at))
            });
            self.add(path, || {
                let new = || {
                    let file = FileState::new(path.to_path_buf(), finished, run.max_record());
                    file.defer(run.defers).into()
                };
                file.unwrap_or_else(new)
            });
        }
    }

    fn add(&mut self, path: &Path, file: impl FnOnce() -> Arc<FileState>) {
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
