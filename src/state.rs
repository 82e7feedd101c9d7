//! A logdir in memory: loaded in parallel, polled cheaply, and always complete.
//!
//! This is what converters, live views and servers stand on. Scalars are held in columns; pictures, tensors
//! and graphs as places in their files, read when they are asked for. No descriptor is held between polls.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use crate::error::{Error, Result};
use crate::event::PlainScalar;
use crate::reader::copies::{self, Change};
use crate::reader::visit::Visitor;
use crate::reader::{
    FileStatus, Finding, FollowItem, Follower, Health, Logdir, Progress, Root, Run,
};
use crate::record::MAX_RECORD;
use crate::select::Selection;

mod blob;
mod column;
mod file;
pub(crate) mod hidden;
pub(crate) mod listing;
mod marks;
mod restarts;
pub(crate) mod seen;
pub(crate) mod shape;
mod view;

use file::FileData;
use restarts::Restarts;

pub use blob::{Blob, BlobPoint};
pub use view::SeriesInfo;

/// A file is read in pieces only if it has more bytes than this; what they gain is otherwise too little.
const PIECE: u64 = 4 << 20;

/// The runs of a logdir, as far as they were written at the last [`poll`](Self::poll).
///
/// A logdir that is polled leaves out the copies that a [`Tail`](crate::reader::Tail) does, which come and go; one
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
    max_record: u64,
    runs: BTreeMap<String, RunState>,
    problems: Vec<Error>,
}

/// One run of a [`LogdirState`].
#[derive(Debug)]
pub struct RunState {
    name: Arc<str>,
    dir: PathBuf,
    /// In byte order of their paths, which is TensorBoard's order.
    files: Vec<FileState>,
    /// Of the files as they are; made when it is asked for.
    restarts: OnceLock<Restarts>,
}

/// One event file of a [`RunState`].
#[derive(Debug)]
pub struct FileState {
    follower: Follower,
    /// One after the other, as if they were files of their own: one, unless the file was read in pieces.
    parts: Vec<FileData>,
    /// Values that are broken inside records that are not.
    broken: Vec<Finding>,
}

impl FileState {
    fn new(path: PathBuf, finished: bool, max_record: u64) -> Self {
        let mut follower = Follower::new(path).max_record(max_record);
        if finished {
            follower.finish();
        }
        Self {
            follower,
            parts: Vec::new(),
            broken: Vec::new(),
        }
    }

    fn poll(&mut self, selection: &Selection) -> Progress {
        self.follower.poll_into(&mut Intake {
            parts: &mut self.parts,
            broken: &mut self.broken,
            selection,
        })
    }

    /// The first look at a large file, by several threads.
    fn poll_pieces(&mut self, selection: &Selection, count: usize) -> Progress {
        let mut pieces: Vec<_> = (0..count).map(|_| (Vec::new(), Vec::new())).collect();
        let intakes = pieces.iter_mut().map(|(parts, broken)| Intake {
            parts,
            broken,
            selection,
        });
        let intakes = intakes.collect();
        let Some(good) = self.follower.poll_pieces(intakes) else {
            return self.poll(selection);
        };
        for (number, before) in good {
            let Some((parts, broken)) = pieces.get_mut(number) else {
                continue;
            };
            for part in parts.drain(..) {
                if !part.can_follow(&self.parts) {
                    self.follower.reset();
                    self.parts.clear();
                    self.broken.clear();
                    return self.poll(selection);
                }
                self.parts.push(part);
            }
            let room = Health::MAX_FINDINGS - self.broken.len();
            let broken = broken.drain(..).take(room);
            self.broken.extend(broken.map(|finding| Finding {
                record: finding.record + before,
                ..finding
            }));
        }
        Progress::Grown
    }

    /// Bytes of a file that was not looked at yet.
    fn unread(&self) -> u64 {
        match self.follower.status() {
            FileStatus::New => self.path().metadata().map_or(0, |m| m.len()),
            _ => 0,
        }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.follower.path()
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
        self.parts.iter().find_map(|part| part.writer.as_deref())
    }
}

/// Where what is read of a file goes.
struct Intake<'s> {
    parts: &'s mut Vec<FileData>,
    broken: &'s mut Vec<Finding>,
    selection: &'s Selection,
}

impl Visitor for Intake<'_> {
    type Stop = Infallible;
    const SCALARS: bool = true;

    // Calls between these functions are a tenth of what a scalar costs.
    #[inline(always)]
    fn scalar(&mut self, scalar: &PlainScalar<'_>) -> bool {
        match self.parts.last_mut() {
            Some(data) => data.scalar(scalar, self.selection),
            None => false,
        }
    }

    fn item(&mut self, item: FollowItem<'_>) -> std::result::Result<(), Infallible> {
        match item {
            FollowItem::Event(record) => {
                if self.parts.is_empty() {
                    self.parts.push(FileData::default());
                }
                let broken = &mut *self.broken;
                let mut complain = |what| {
                    if broken.len() < Health::MAX_FINDINGS {
                        broken.push(Finding::content(&record, what));
                    }
                };
                if let Some(data) = self.parts.last_mut() {
                    data.event(&record, self.selection, &mut complain);
                }
            }
            FollowItem::Replaced => {
                self.parts.clear();
                self.broken.clear();
            }
            FollowItem::Damage(_) => {}
        }
        Ok(())
    }
}

impl RunState {
    /// Reads a run that is no longer written to: all of its files, whatever is wrong with them. What is wrong
    /// is told by each of [`files`](Self::files).
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

    fn new(run: &Run) -> Self {
        Self {
            name: run.name().into(),
            dir: run.dir().to_path_buf(),
            files: Vec::new(),
            restarts: OnceLock::new(),
        }
    }

    /// Takes in all files of a run.
    fn add_files(&mut self, run: &Run, finished: bool) {
        for path in run.files() {
            self.add(path, || {
                FileState::new(path.clone(), finished, run.max_record())
            });
        }
    }

    /// Takes in those that are to be followed: no copies of others, and none twice that got another name.
    fn follow_files(&mut self, run: &Run) {
        if run.files().iter().all(|path| self.place(path).is_ok()) {
            return;
        }
        let mut change = Change::of(run, self.files.iter().map(FileState::path));
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
                let new = || FileState::new(path.to_path_buf(), false, run.max_record());
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
            max_record: MAX_RECORD,
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
        Self::load_all(vec![path.into()], selection)
    }

    /// The same for several trees: see [`Logdir::open_all`].
    ///
    /// # Errors
    ///
    /// Trees of which none can be listed.
    pub fn load_all(roots: Vec<Root>, selection: Selection) -> Result<Self> {
        let mut state = Self::of_roots(roots, selection);
        state.finish();
        state.poll()?;
        Ok(state)
    }

    /// Uses so many threads instead of one for each core.
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

    /// Declares, before the first [`poll`](Self::poll), that nothing more is written: see [`load`](Self::load).
    pub fn finish(&mut self) {
        self.finished = true;
    }

    /// Looks for new runs and files, and reads what is new in all of them. The names of the runs that changed.
    ///
    /// A run goes only when its directory is gone; what was read of a deleted file stays.
    ///
    /// # Errors
    ///
    /// A logdir that cannot be listed. Known files were read on all the same.
    pub fn poll(&mut self) -> Result<Vec<String>> {
        let listing = Logdir::open_all(&self.roots).map(|l| l.max_record(self.max_record));
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
            .filter(|run| self.finished || !copies::is_transit(run.dir()))
        {
            let state = self
                .runs
                .entry(run.name().to_owned())
                .or_insert_with(|| RunState::new(run));
            if self.finished {
                state.add_files(run, true);
            } else {
                state.follow_files(run);
            }
        }
        gone
    }

    /// Reads every file on, in parallel, and names the runs that grew.
    fn read_all(&mut self) -> Vec<String> {
        let selection = &self.selection;
        let threads = self.threads;
        let mut files: Vec<_> = self
            .runs
            .values_mut()
            .flat_map(|run| {
                let name = Arc::clone(&run.name);
                run.restarts.take();
                run.files
                    .iter_mut()
                    .map(move |file| (Arc::clone(&name), file))
            })
            .collect();
        let mut grown = Vec::new();
        // Where there are few files, one of them may be most of the work.
        if threads > 1 && files.len() <= 4 * threads {
            let sizes = files.iter().map(|(_, file)| file.unread());
            let share = (sizes.sum::<u64>() / threads as u64).max(PIECE);
            files.retain_mut(|(run, file)| {
                let large = file.unread() > share;
                if large && file.poll_pieces(selection, threads) == Progress::Grown {
                    grown.push(run.to_string());
                }
                !large
            });
        }
        let workers = threads.min(files.len());
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
            grown.extend(work());
            for other in others {
                // What panics there, such as a selection, must not make a run silently short.
                match other.join() {
                    Ok(more) => grown.extend(more),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
        });
        grown
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::Policy;

    fn run_of(file: FileState) -> RunState {
        RunState {
            name: "run".into(),
            dir: PathBuf::new(),
            files: vec![file],
            restarts: OnceLock::new(),
        }
    }

    /// Everything that can be asked of a run, as text.
    fn views(run: &RunState) -> String {
        let mut text = format!(
            "{:?} {:?}\n",
            run.start_time(),
            run.hidden().collect::<Vec<_>>()
        );
        for file in run.files() {
            let (health, broken) = (file.follower().health(), file.broken_values());
            text += &format!("{:?} {health:?} {broken:?}\n", file.writer());
        }
        for info in run.series() {
            text += &format!("{info:?}\n");
            for policy in [Policy::Raw, Policy::Fast, Policy::Slow, Policy::LastWins] {
                let scalars = run.scalars(info.tag, policy);
                let blobs = run.blobs(info.tag, policy);
                text += &format!("{policy:?} {scalars:?} {blobs:?}\n");
            }
        }
        text
    }

    #[test]
    fn pieces_of_a_file_are_the_file() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        if !root.is_dir() {
            eprintln!("skipped: the published package comes without fixtures");
            return;
        }
        let logdir = Logdir::open(root).unwrap();
        let selection = Selection::all();
        let (mut files, mut parts) = (0, 0);
        for path in logdir.runs().iter().flat_map(Run::files) {
            let mut whole = FileState::new(path.clone(), true, MAX_RECORD);
            whole.poll(&selection);
            files += whole.parts.len();
            let expected = views(&run_of(whole));
            for count in [2, 3, 7] {
                let mut file = FileState::new(path.clone(), true, MAX_RECORD);
                file.poll_pieces(&selection, count);
                parts += file.parts.len();
                assert_eq!(
                    views(&run_of(file)),
                    expected,
                    "{} in {count}",
                    path.display()
                );
            }
        }
        assert!(parts > 5 * files, "{parts} parts of {files} files");
    }

    /// As TensorFlow 1 writes them: what a value is stands only in the tag's first event.
    #[test]
    fn what_only_the_first_value_says_is_known_to_all_pieces() {
        use crate::proto::{self, Message as _, summary::value::Value};

        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("events.out.tfevents.1");
        let mut file = Vec::new();
        for step in 0..100 {
            let metadata = crate::plugin::metadata("custom", Vec::new());
            let summary = proto::Summary {
                value: vec![proto::summary::Value {
                    tag: "t".to_owned(),
                    metadata: (step == 0).then_some(metadata),
                    value: Some(Value::Tensor(crate::tensor::float_tensor(&[], [0.5]))),
                    ..Default::default()
                }],
            };
            let event = proto::Event {
                step,
                what: Some(proto::event::What::Summary(summary)),
                ..Default::default()
            };
            crate::record::frame(&mut file, &event.encode_to_vec());
        }
        std::fs::write(&path, file).unwrap();
        let mut whole = FileState::new(path.clone(), true, MAX_RECORD);
        whole.poll(&Selection::all());
        let mut pieces = FileState::new(path, true, MAX_RECORD);
        pieces.poll_pieces(&Selection::all(), 3);
        assert_eq!(views(&run_of(pieces)), views(&run_of(whole)));
    }
}
