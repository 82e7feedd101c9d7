//! All runs of a logdir.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use super::{RunState, reading};
use crate::error::{Error, Result};
use crate::reader::{Logdir, Root};
use crate::record::MAX_RECORD;
use crate::select::Selection;

/// The runs of a logdir, as far as they were written at the last [`poll`](Self::poll).
///
/// A logdir that is polled leaves out the same copies as a [`Tail`](crate::reader::Tail), because they come and go. One
/// that is [loaded](Self::load) has every event file, as TensorBoard does.
///
/// # Examples
///
/// ```
/// use tfevents::{LogdirState, Policy, Selection, SummaryWriter};
///
/// # let dir = tempfile::tempdir()?;
/// # let logdir = dir.path();
/// let writer = SummaryWriter::new(logdir.join("exp1"))?;
/// writer.add_scalar("loss", 0.5, 1)?;
/// writer.flush()?;
///
/// let mut state = LogdirState::new(logdir, Selection::all());
/// assert_eq!(state.poll().changed, ["exp1"]);
/// writer.add_scalar("loss", 0.4, 2)?;
/// writer.close()?;
/// let polled = state.poll();
/// assert_eq!(polled.changed, ["exp1"]);
/// for problem in polled.problems {
///     eprintln!("{problem}");
/// }
///
/// let loss = state.run("exp1").unwrap().scalars("loss", Policy::Raw).unwrap();
/// assert_eq!(loss.steps, [1, 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct LogdirState {
    roots: Vec<Root>,
    selection: Selection,
    threads: usize,
    finished: bool,
    max_record: u64,
    runs: BTreeMap<String, RunState>,
    problems: Vec<Error>,
}

/// What a [poll](LogdirState::poll) found: what changed, and what went wrong. Neither hides the other.
#[derive(Debug)]
#[must_use = "each change is reported once"]
#[non_exhaustive]
pub struct Polled {
    /// The names of the runs that changed, in order: those that are new, that were read on, or that are gone. Each
    /// change is reported by the one poll that found it, whatever else failed.
    pub changed: Vec<String>,
    /// What could not be listed: see [`Logdir::problems`]. If nothing could, this is the reason. Every poll reports a
    /// problem again as long as it lasts. Files that cannot be read are not among them: each says so in its
    /// [status](crate::reader::Follower::status).
    pub problems: Vec<Error>,
}

impl LogdirState {
    /// Prepares to read a logdir; the first [`poll`](Self::poll) does. Series outside the selection are never decoded.
    pub fn new(path: impl AsRef<Path>, selection: Selection) -> Self {
        Self::of_roots(vec![path.into()], selection)
    }

    /// The same for several trees: see [`Logdir::open_all`].
    #[must_use]
    pub fn of_roots(roots: Vec<Root>, selection: Selection) -> Self {
        Self {
            roots,
            selection,
            threads: thread::available_parallelism().map_or(1, usize::from),
            finished: false,
            max_record: MAX_RECORD,
            runs: BTreeMap::new(),
            problems: Vec::new(),
        }
    }

    /// Reads a logdir that is no longer written to, including what follows torn records.
    ///
    /// # Errors
    ///
    /// A logdir that does not exist or cannot be listed.
    pub fn load(path: impl AsRef<Path>, selection: Selection) -> Result<Self> {
        Self::load_all(vec![path.into()], selection)
    }

    /// The same for several trees: see [`Logdir::open_all`].
    ///
    /// # Errors
    ///
    /// None of the trees can be listed.
    pub fn load_all(roots: Vec<Root>, selection: Selection) -> Result<Self> {
        Self::of_roots(roots, selection).loaded()
    }

    /// The same for a logdir with options, such as how large its records may be.
    ///
    /// # Errors
    ///
    /// As for [`load_all`](Self::load_all).
    pub fn loaded(mut self) -> Result<Self> {
        self.finish();
        let (_, listing) = self.look();
        self.problems = listing?;
        Ok(self)
    }

    /// Uses this many threads instead of one per core.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// Holds records of at most so many bytes in memory, in each thread: see
    /// [`EventReader::max_record`](crate::EventReader::max_record).
    #[must_use]
    pub fn max_record(mut self, bytes: u64) -> Self {
        self.max_record = bytes;
        self
    }

    /// Declares that nothing more will be written, so that the next [`poll`](Self::poll) reads what
    /// [`load`](Self::load) does: also what follows torn records, and copies.
    pub fn finish(&mut self) {
        self.finished = true;
        let files = self.runs.values_mut().flat_map(|run| &mut run.files);
        files.for_each(|file| Arc::make_mut(file).follower.finish());
    }

    /// Looks for new runs and files, and reads what is new in all of them.
    ///
    /// Files that are known are read on even where the logdir cannot be listed. A run is dropped only when its directory
    /// is gone; what was read of a deleted file stays.
    pub fn poll(&mut self) -> Polled {
        let (changed, listing) = self.look();
        self.problems = listing.unwrap_or_else(|e| vec![e]);
        Polled {
            changed,
            problems: self.problems.clone(),
        }
    }

    /// Which runs changed, and what could not be listed; an error if nothing could.
    fn look(&mut self) -> (Vec<String>, Result<Vec<Error>>) {
        let listing = Logdir::open_all(&self.roots).map(|l| l.max_record(self.max_record));
        let mut changed = match &listing {
            Ok(logdir) => self.reconcile(logdir),
            Err(_) => Vec::new(),
        };
        changed.extend(self.read_all());
        changed.sort_unstable();
        changed.dedup();
        (changed, listing.map(|logdir| logdir.problems().to_vec()))
    }

    /// Drops the runs that are gone, and adds runs and files that are new. Returns the names of these runs.
    fn reconcile(&mut self, logdir: &Logdir) -> Vec<String> {
        let mut changed = Vec::new();
        self.runs.retain(|name, run| {
            let keep = !run.is_gone();
            if !keep {
                changed.push(name.clone());
            }
            keep
        });
        for run in logdir
            .runs()
            .iter()
            .filter(|run| self.selection.has_run(run.name()))
            .filter(|run| self.finished || !run.is_in_transit())
        {
            let state = match self.runs.entry(run.name().to_owned()) {
                Entry::Occupied(state) => state.into_mut(),
                Entry::Vacant(place) => {
                    changed.push(run.name().to_owned());
                    place.insert(RunState::new(run))
                }
            };
            state.add_files(run, self.finished);
        }
        changed
    }

    /// Reads every file on, and names the runs that grew.
    fn read_all(&mut self) -> Vec<String> {
        let files = self.runs.values_mut().flat_map(|run| {
            let name = Arc::clone(&run.name);
            run.purges.take();
            let files = run.files.iter_mut().map(Arc::make_mut);
            files.map(move |file| (Arc::clone(&name), file))
        });
        let grown = reading::read_on(files.collect(), &self.selection, self.threads);
        grown.iter().map(ToString::to_string).collect()
    }

    /// The runs, ordered by name.
    pub fn runs(&self) -> impl ExactSizeIterator<Item = &RunState> {
        self.runs.values()
    }

    /// The run of that name.
    #[must_use]
    pub fn run(&self, name: &str) -> Option<&RunState> {
        self.runs.get(name)
    }

    /// What could not be listed when the logdir was loaded or last polled: see [`Polled::problems`].
    #[must_use]
    pub fn problems(&self) -> &[Error] {
        &self.problems
    }
}
