//! A logdir in memory: loaded in parallel, polled cheaply, and always complete.
//!
//! This is what converters, live views and servers stand on. Scalars are held in columns; pictures, tensors
//! and graphs as places in their files, read when they are asked for. No descriptor is held between polls.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::error::{Error, Result};
use crate::reader::{Finding, FollowItem, Follower, Logdir, Progress, Root, Run};
use crate::select::Selection;

mod file;
pub(crate) mod hidden;
mod shape;
mod view;

use file::FileData;

pub use view::{Blob, BlobPoint, SeriesInfo};

/// The runs of a logdir, as far as they were written at the last [`poll`](Self::poll).
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
/// state.poll()?;
/// writer.add_scalar("loss", 0.4, 2)?;
/// writer.close()?;
/// let changed = state.poll()?;
/// assert_eq!(changed, ["exp1"]);
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
    runs: BTreeMap<String, RunState>,
    problems: Vec<Error>,
}

/// One run of a [`LogdirState`].
#[derive(Debug)]
pub struct RunState {
    name: Arc<str>,
    dir: PathBuf,
    files: BTreeMap<FileKey, FileState>,
}

/// Paths in byte order, which is TensorBoard's order of files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct FileKey(Vec<u8>);

impl FileKey {
    fn of(path: &Path) -> Self {
        Self(path.as_os_str().as_encoded_bytes().to_vec())
    }
}

/// One event file of a [`RunState`].
#[derive(Debug)]
pub struct FileState {
    path: Arc<Path>,
    follower: Follower,
    data: FileData,
    /// Values that are broken inside records that are not.
    broken: Vec<Finding>,
}

impl FileState {
    fn new(path: PathBuf, finished: bool) -> Self {
        let mut follower = Follower::new(path.clone());
        if finished {
            follower.finish();
        }
        Self {
            path: path.into(),
            follower,
            data: FileData::default(),
            broken: Vec::new(),
        }
    }

    fn poll(&mut self, selection: &Selection) -> Progress {
        let Self {
            follower,
            data,
            broken,
            ..
        } = self;
        follower.poll(&mut |item| match item {
            FollowItem::Event(record) => data.event(&record, selection, &mut |what| {
                if broken.len() < crate::reader::Health::MAX_FINDINGS {
                    broken.push(Finding::content(&record, what));
                }
            }),
            FollowItem::Replaced => {
                *data = FileData::default();
                broken.clear();
            }
            FollowItem::Damage(_) => {}
        })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How it was followed: its status, health and cursor.
    #[must_use]
    pub fn follower(&self) -> &Follower {
        &self.follower
    }

    /// Values that could not be decoded inside records that could.
    #[must_use]
    pub fn broken_values(&self) -> &[Finding] {
        &self.broken
    }

    /// The program that wrote it, if it says so.
    #[must_use]
    pub fn writer(&self) -> Option<&str> {
        self.data.writer.as_deref()
    }
}

impl RunState {
    /// Reads a run that is no longer written to: all of its files, whatever is wrong with them.
    pub(crate) fn load(run: &Run) -> Self {
        let mut state = Self::new(run);
        state.add_files(run, true);
        for file in state.files.values_mut() {
            file.poll(&Selection::all());
        }
        state
    }

    fn new(run: &Run) -> Self {
        Self {
            name: run.name().into(),
            dir: run.dir().to_path_buf(),
            files: BTreeMap::new(),
        }
    }

    fn add_files(&mut self, run: &Run, finished: bool) {
        for file in run.files() {
            self.files
                .entry(FileKey::of(file))
                .or_insert_with(|| FileState::new(file.clone(), finished));
        }
    }
}

impl LogdirState {
    /// A logdir of which nothing was read yet. Series outside the selection are never decoded.
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
            runs: BTreeMap::new(),
            problems: Vec::new(),
        }
    }

    /// Reads a logdir that is no longer written to, including what stands behind torn records.
    ///
    /// # Errors
    ///
    /// A logdir that does not exist or cannot be listed.
    pub fn load(path: impl AsRef<Path>, selection: Selection) -> Result<Self> {
        let mut state = Self::new(path, selection);
        state.finished = true;
        state.poll()?;
        Ok(state)
    }

    /// Uses so many threads instead of one for each core.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// Looks for new runs and files, and reads what is new in all of them. The names of the runs that changed.
    ///
    /// A run goes only when its directory is gone; what was read of a deleted file stays.
    ///
    /// # Errors
    ///
    /// A logdir that cannot be listed. Known files were read on all the same.
    pub fn poll(&mut self) -> Result<Vec<String>> {
        let listing = Logdir::open_all(&self.roots);
        let mut changed = match &listing {
            Ok(logdir) => self.reconcile(logdir),
            Err(_) => Vec::new(),
        };
        changed.extend(self.read_all());
        changed.sort_unstable();
        changed.dedup();
        listing.map(|_| changed)
    }

    fn reconcile(&mut self, logdir: &Logdir) -> Vec<String> {
        self.problems = logdir.problems().to_vec();
        let mut gone = Vec::new();
        self.runs.retain(|name, run| {
            let keep = run.dir.exists() || !run.dir.symlink_metadata().is_err_and(not_found);
            if !keep {
                gone.push(name.clone());
            }
            keep
        });
        for run in logdir
            .runs()
            .iter()
            .filter(|run| self.selection.has_run(run.name()))
        {
            let state = self
                .runs
                .entry(run.name().to_owned())
                .or_insert_with(|| RunState::new(run));
            state.add_files(run, self.finished);
        }
        gone
    }

    /// Reads every file on, in parallel, and names the runs that grew.
    fn read_all(&mut self) -> Vec<String> {
        let selection = &self.selection;
        let files: Vec<_> = self
            .runs
            .values_mut()
            .flat_map(|run| {
                let name = Arc::clone(&run.name);
                run.files
                    .values_mut()
                    .map(move |file| (Arc::clone(&name), file))
            })
            .collect();
        let workers = self.threads.min(files.len());
        let queue = Mutex::new(files.into_iter());
        let work = || {
            let mut grown = Vec::new();
            loop {
                // The lock must not be held while reading.
                let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((run, file)) = next else {
                    return grown;
                };
                if file.poll(selection) == Progress::Grown {
                    grown.push(run.to_string());
                }
            }
        };
        thread::scope(|scope| {
            let others: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
            let mut grown = work();
            for other in others {
                grown.extend(other.join().unwrap_or_default());
            }
            grown
        })
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

    /// What could not be looked at during the last poll.
    #[must_use]
    pub fn problems(&self) -> &[Error] {
        &self.problems
    }
}

fn not_found(e: std::io::Error) -> bool {
    e.kind() == std::io::ErrorKind::NotFound
}
