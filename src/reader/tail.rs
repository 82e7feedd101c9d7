//! Following a whole logdir, point by point.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::event::What;
use crate::files::is_absent;
use crate::plugin::{Point, PointDecoder};
use crate::reader::event_record::EventRecord;
use crate::reader::follow::{Cursor, FileStatus, Follower};
use crate::reader::health::Defect;
use crate::reader::logdir::{Logdir, Root};
use crate::reader::paths::{escape, unescape};
use crate::reader::restarts::{Restart, Restarts};
use crate::reader::visit::FollowItem;
use crate::record::MAX_RECORD;
use crate::types::WallTime;

mod discover;

/// Follows a file, a run or a logdir, and reports each new point once.
///
/// When a tool such as rsync replaces a followed file by a longer copy of it, reading goes on where it stopped.
/// Temporary, backup, conflict and compressed copies beside a file (`.NAME.a1B2c3`, `NAME.part`, `NAME~`, `NAME (1)`,
/// `NAME.gz`) are not followed. A file that is renamed, or gets a second name, stays the same file.
///
/// # Examples
///
/// ```
/// use tfevents::SummaryWriter;
/// use tfevents::reader::{Tail, TailItem};
///
/// # let dir = tempfile::tempdir()?;
/// # let logdir = dir.path();
/// let writer = SummaryWriter::new(logdir.join("exp1"))?;
/// let mut tail = Tail::new(logdir);
/// let mut seen = Vec::new();
/// for step in 0..3 {
///     writer.add_scalar("loss", 0.5, step)?;
///     writer.flush()?;
///     let problems = tail.poll(&mut |item| {
///         if let TailItem::Point { step, point, .. } = item {
///             seen.push((step, point.tag.to_owned()));
///         }
///     });
///     assert!(problems.is_empty());
/// }
/// assert_eq!(seen, [(0, "loss".to_owned()), (1, "loss".to_owned()), (2, "loss".to_owned())]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Tail {
    roots: Vec<Root>,
    files: BTreeMap<PathBuf, TailFile>,
    runs: HashMap<Arc<str>, TailRun>,
    /// Positions of an earlier process, for files that were not seen yet.
    resumed: BTreeMap<PathBuf, Cursor>,
    finished: bool,
    max_record: u64,
}

#[derive(Debug)]
struct TailFile {
    run: Arc<str>,
    /// Its place among the [`restarts`](TailRun::restarts) of the run, once it has begun.
    number: Option<usize>,
    follower: Follower,
    /// Whether it was reported that it cannot be read.
    is_told: bool,
}

#[derive(Debug, Default)]
struct TailRun {
    decoder: PointDecoder,
    /// Of each file, in the order in which the files began.
    restarts: Vec<Restarts>,
}

/// What [`Tail::poll`] reports.
#[derive(Debug)]
#[non_exhaustive]
pub enum TailItem<'a> {
    /// A run that was not there before.
    NewRun {
        /// Its name.
        run: &'a str,
    },
    /// The run was started again, as [`Restarts`] defines it. Where steps go back, this comes once most tags of the file
    /// went back.
    Restart {
        /// The run.
        run: &'a str,
        /// The step from which it logs.
        step: i64,
        /// Whether its writer said so, with the mark of a session's start.
        is_marked: bool,
    },
    /// A value.
    Point {
        /// The run.
        run: &'a str,
        /// The step.
        step: i64,
        /// Seconds since the Unix epoch.
        wall_time: WallTime,
        /// The value.
        point: Point<'a>,
    },
    /// A file was rewritten or replaced. What was reported of it is void; its points and restarts come again from its
    /// start.
    Replaced {
        /// The run.
        run: &'a str,
        /// The file.
        file: &'a Path,
    },
    /// Bytes without a usable event.
    Damage {
        /// The run.
        run: &'a str,
        /// The file.
        file: &'a Path,
        /// What is wrong.
        defect: Defect,
    },
    /// A file cannot be read, or not to its end. This comes once until the file can be read again. For a compressed
    /// file that is cut short it comes only after [`Tail::finish`], because until then the file may still grow.
    Unreadable {
        /// The run.
        run: &'a str,
        /// The file.
        file: &'a Path,
        /// Why.
        error: &'a Error,
    },
}

impl Tail {
    /// Follows everything below `path`, which need not exist yet, from its beginning.
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self::of_roots(vec![path.into()])
    }

    /// The same for several trees.
    #[must_use]
    pub fn of_roots(roots: Vec<Root>) -> Self {
        Self {
            roots,
            files: BTreeMap::new(),
            runs: HashMap::new(),
            resumed: BTreeMap::new(),
            finished: false,
            max_record: MAX_RECORD,
        }
    }

    /// Limits the size of records held in memory: see [`EventReader::max_record`](crate::EventReader::max_record).
    #[must_use]
    pub fn max_record(mut self, bytes: u64) -> Self {
        self.max_record = bytes;
        self
    }

    /// Declares that nothing more will be written, so that the next poll also reports a damaged last record and
    /// what a torn one hides: see [`Follower::finish`].
    pub fn finish(&mut self) {
        self.finished = true;
        for file in self.files.values_mut() {
            file.follower.finish();
        }
    }

    /// Goes on where another `Tail` stopped, perhaps in another process. `position` is the text that its
    /// [`position`](Self::position) returned. Files that were renamed since, or got more names, are recognised.
    ///
    /// What precedes the position is not read again. So points of a series whose metadata is only there come as
    /// [`Kind::Other`](crate::Kind::Other); current writers repeat the metadata. And steps that go back within a
    /// file are compared with those after the position only.
    ///
    /// # Errors
    ///
    /// Text that is not a position.
    pub fn resume(mut self, position: &str) -> Result<Self> {
        for line in position.lines() {
            let (cursor, path) = line.split_once(' ').ok_or_else(|| {
                Error::argument(format!("{line:?} is not a position of a followed file"))
            })?;
            self.resumed.insert(unescape(path)?, cursor.parse()?);
        }
        Ok(self)
    }

    /// How far each file was read: one line per file, for [`resume`](Self::resume). Files of an earlier position that
    /// were not found yet keep theirs.
    #[must_use]
    pub fn position(&self) -> String {
        let followed = self.files.iter();
        let followed = followed.map(|(path, file)| (path, file.follower.cursor()));
        let awaited = self.resumed.iter().map(|(path, &cursor)| (path, cursor));
        let mut text = String::new();
        for (path, cursor) in followed.chain(awaited) {
            text.push_str(&format!("{cursor} {}\n", escape(path)));
        }
        text
    }

    /// Looks for new runs and files, and reports what is new in all of them, run by run.
    ///
    /// Returns what could not be listed: see [`Logdir::problems`]. If nothing could, this is the reason. A logdir that does
    /// not exist is no problem, because it may still be created. Known files are read on, whatever could not be listed.
    pub fn poll(&mut self, visit: &mut dyn FnMut(TailItem<'_>)) -> Vec<Error> {
        let problems = match Logdir::open_all(&self.roots) {
            Ok(logdir) => {
                self.discover(&logdir, visit);
                logdir.problems().to_vec()
            }
            Err(e) if is_missing(&e) => Vec::new(),
            Err(e) => vec![e],
        };
        for (path, file) in &mut self.files {
            let TailFile {
                run: name,
                number,
                follower,
                is_told,
            } = file;
            let run = self.runs.entry(Arc::clone(name)).or_default();
            follower.poll(&mut |item| run.item(item, name, path, number, visit));
            let unreadable = match follower.status() {
                FileStatus::Unreadable(e) if self.finished || !may_grow(e) => Some(e),
                _ => None,
            };
            let was_told = std::mem::replace(is_told, unreadable.is_some());
            if let Some(error) = unreadable.filter(|_| !was_told) {
                let (run, file) = (name, path);
                visit(TailItem::Unreadable { run, file, error });
            }
        }
        problems
    }
}

impl TailRun {
    fn item(
        &mut self,
        item: FollowItem<'_>,
        run: &str,
        file: &Path,
        number: &mut Option<usize>,
        visit: &mut dyn FnMut(TailItem<'_>),
    ) {
        let record = match item {
            FollowItem::Event(record) => record,
            FollowItem::Replaced => {
                // Steps that come once more do not go back.
                let restarts = number.and_then(|number| self.restarts.get_mut(number));
                if let Some(restarts) = restarts {
                    *restarts = Restarts::new(false);
                }
                return visit(TailItem::Replaced { run, file });
            }
            FollowItem::Damage(defect) => return visit(TailItem::Damage { run, file, defect }),
        };
        if let Some(Restart { step, .. }) = self.restart(&record, number) {
            let is_marked = matches!(&record.event.what, What::SessionLog(log) if log.is_start());
            visit(TailItem::Restart {
                run,
                step,
                is_marked,
            });
        }
        let step = record.event.step;
        for point in self.decoder.points(&record.event) {
            visit(match point {
                Ok(point) => TailItem::Point {
                    run,
                    step,
                    wall_time: record.event.wall_time,
                    point,
                },
                Err(e) => TailItem::Damage {
                    run,
                    file,
                    defect: Defect::content(&record, e.to_string()),
                },
            });
        }
    }

    /// Whether a file's event shows that the run was started again.
    fn restart(&mut self, record: &EventRecord<'_>, number: &mut Option<usize>) -> Option<Restart> {
        let place = number.unwrap_or(self.restarts.len());
        if let Some(restarts) = self.restarts.get_mut(place)
            && restarts.has_begun()
        {
            return restarts.event(record);
        }
        // Until a file has a value, others may get theirs. One that was replaced keeps its place.
        let mut before = self.restarts.iter().take(place).rev();
        let before = before.find(|file| file.has_begun());
        let mut restarts = Restarts::new(before.is_some_and(Restarts::is_logged));
        let restart = restarts.event(record);
        if restarts.has_begun() {
            *number = Some(place);
            match self.restarts.get_mut(place) {
                Some(replaced) => *replaced = restarts,
                None => self.restarts.push(restarts),
            }
        }
        restart
    }
}

fn may_grow(e: &Error) -> bool {
    matches!(e.kind(), crate::ErrorKind::Io(io) if io.kind() == std::io::ErrorKind::UnexpectedEof)
}

fn is_missing(e: &Error) -> bool {
    matches!(e.kind(), crate::ErrorKind::Io(io) if is_absent(io))
}
