//! Following a whole logdir, point by point.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::event::{EventRef, What};
use crate::plugin::{Decoder, Point};
use crate::reader::copies::Change;
use crate::reader::follow::{Cursor, FileStatus, Follower};
use crate::reader::health::Finding;
use crate::reader::logdir::{Logdir, Root};
use crate::reader::paths::{escape, unescape};
use crate::reader::restarts::Restarts;
use crate::reader::visit::FollowItem;
use crate::record::MAX_RECORD;

/// Follows a file, a run or a logdir, and passes on each new point once.
///
/// Files that are copied over others while they are followed, as by rsync, are read on where they were read to.
/// Temporary, backup, conflict and compressed copies of a file beside it (`.NAME.a1B2c3`, `NAME.part`, `NAME~`,
/// `NAME (1)`, `NAME.gz`) do not count, and a file that is given another name is the file that it was.
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
///     tail.poll(&mut |item| {
///         if let TailItem::Point { step, point, .. } = item {
///             seen.push((step, point.tag.to_owned()));
///         }
///     })?;
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
    resumed: HashMap<PathBuf, Cursor>,
    finished: bool,
    max_record: u64,
}

#[derive(Debug)]
struct TailFile {
    run: Arc<str>,
    follower: Follower,
    /// Whether it is known to the run's [`Restarts`].
    has_begun: bool,
    /// Whether it was told that it cannot be read.
    is_told: bool,
}

#[derive(Debug, Default)]
struct TailRun {
    decoder: Decoder,
    restarts: Restarts,
}

/// What [`Tail::poll`] passes on.
#[derive(Debug)]
#[non_exhaustive]
pub enum TailItem<'a> {
    /// A run that was not there before.
    NewRun {
        /// Its name.
        run: &'a str,
    },
    /// The run was started again, as [`Restarts`] finds out, which may take until most of its tags went back.
    Restart {
        /// The run.
        run: &'a str,
        /// The step from which it logs.
        step: i64,
    },
    /// A value.
    Point {
        /// The run.
        run: &'a str,
        /// The step.
        step: i64,
        /// Seconds since the Unix epoch.
        wall_time: f64,
        /// The value.
        point: Point<'a>,
    },
    /// A file was rewritten or replaced: its points come again, from its start.
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
        finding: Finding,
    },
    /// A file cannot be read, or not to its end. This is reported once, until it can be read again; of a compressed file
    /// that is cut only after [`Tail::finish`], for until then it may still grow.
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
            resumed: HashMap::new(),
            finished: false,
            max_record: MAX_RECORD,
        }
    }

    /// Holds records of at most so many bytes in memory: see
    /// [`EventReader::max_record`](crate::EventReader::max_record).
    #[must_use]
    pub fn max_record(mut self, bytes: u64) -> Self {
        self.max_record = bytes;
        self
    }

    /// Declares that nothing more will be written, so that the next look also reports a damaged last record, and
    /// what a torn one hides: see [`Follower::finish`].
    pub fn finish(&mut self) {
        self.finished = true;
        for file in self.files.values_mut() {
            file.follower.finish();
        }
    }

    /// Goes on where another `Tail` stopped, as [`position`](Self::position) told it, perhaps in another
    /// process.
    ///
    /// Points of a series whose metadata stood only before that position come as
    /// [`Kind::Other`](crate::Kind::Other) then; current writers repeat the metadata.
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

    /// How far each file was read: a line each, for [`resume`](Self::resume).
    #[must_use]
    pub fn position(&self) -> String {
        let mut text = String::new();
        for (path, file) in &self.files {
            text.push_str(&format!("{} {}\n", file.follower.cursor(), escape(path)));
        }
        text
    }

    /// Looks for new runs and files, and passes on what is new in all of them, run by run.
    ///
    /// # Errors
    ///
    /// A logdir that cannot be listed; known files were read all the same. One that does not exist is not
    /// an error: it may still be created.
    pub fn poll(&mut self, visit: &mut dyn FnMut(TailItem<'_>)) -> Result<()> {
        let listing = match Logdir::open_all(&self.roots) {
            Ok(logdir) => {
                self.discover(&logdir, visit);
                Ok(())
            }
            Err(e) if is_missing(&e) => Ok(()),
            Err(e) => Err(e),
        };
        for (path, file) in &mut self.files {
            let TailFile {
                run: name,
                follower,
                has_begun,
                is_told,
            } = file;
            let run = self.runs.entry(Arc::clone(name)).or_default();
            follower.poll(&mut |item| run.hand_on(item, name, path, has_begun, visit));
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
        listing
    }

    fn discover(&mut self, logdir: &Logdir, visit: &mut dyn FnMut(TailItem<'_>)) {
        for run in logdir.runs() {
            let mut known = self.runs.contains_key(run.name());
            if run.files().iter().all(|path| self.files.contains_key(path)) {
                continue;
            }
            let followed = self.files.range(run.dir().to_path_buf()..);
            let followed = followed.map(|(path, _)| path.as_path());
            let below = followed.take_while(|path| path.starts_with(run.dir()));
            let beside = below.filter(|path| path.parent() == Some(run.dir()));
            let mut change = Change::of(run, beside);
            for path in std::mem::take(&mut change.new) {
                let continues = |old: &Path| {
                    let file = self.files.get_mut(old);
                    file.is_some_and(|file| file.follower.move_to(path))
                };
                if let Some(file) = change
                    .take_renamed(continues)
                    .and_then(|old| self.files.remove(&old))
                {
                    self.files.insert(path.to_path_buf(), file);
                    continue;
                }
                let path = path.to_path_buf();
                let cursor = self.resumed.remove(&path);
                if !known && cursor.is_none() {
                    visit(TailItem::NewRun { run: run.name() });
                }
                known = true;
                let mut follower = Follower::resume(path.clone(), cursor.unwrap_or_default())
                    .max_record(self.max_record);
                if self.finished {
                    follower.finish();
                }
                let file = TailFile {
                    run: run.name().into(),
                    has_begun: follower.cursor().offset() > 0,
                    is_told: false,
                    follower,
                };
                self.files.insert(path, file);
            }
        }
    }
}

impl TailRun {
    fn hand_on(
        &mut self,
        item: FollowItem<'_>,
        run: &str,
        file: &Path,
        has_begun: &mut bool,
        visit: &mut dyn FnMut(TailItem<'_>),
    ) {
        let record = match item {
            FollowItem::Event(record) => record,
            FollowItem::Replaced => {
                // Steps that come once more do not go back.
                self.restarts = Restarts::default();
                return visit(TailItem::Replaced { run, file });
            }
            FollowItem::Damage(finding) => return visit(TailItem::Damage { run, file, finding }),
        };
        // Not before it says something, for until then the files before it may grow.
        if !*has_begun && starts_something(&record.event) {
            *has_begun = true;
            self.restarts.begin_file();
        }
        if let Some(restart) = self.restarts.event(&record) {
            let step = restart.step;
            visit(TailItem::Restart { run, step });
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
                    finding: Finding::content(&record, e.to_string()),
                },
            });
        }
    }
}

fn starts_something(event: &EventRef<'_>) -> bool {
    match &event.what {
        What::Summary(_) => true,
        What::SessionLog(log) => log.is_start(),
        _ => false,
    }
}

fn may_grow(e: &Error) -> bool {
    matches!(e.kind(), crate::ErrorKind::Io(io) if io.kind() == std::io::ErrorKind::UnexpectedEof)
}

fn is_missing(e: &Error) -> bool {
    matches!(e.kind(), crate::ErrorKind::Io(io) if io.kind() == std::io::ErrorKind::NotFound)
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::*;
    use crate::{EventItem, EventReader, SummaryWriter};

    fn steps(tail: &mut Tail) -> Vec<i64> {
        let mut steps = Vec::new();
        tail.poll(&mut |item| {
            if let TailItem::Point { step, .. } = item {
                steps.push(step);
            }
        })
        .unwrap();
        steps
    }

    #[test]
    fn another_process_goes_on_where_this_one_stopped() {
        let dir = tempfile::tempdir().unwrap();
        let logdir = dir.path().join("a b%");
        let mut tail = Tail::new(&logdir);
        assert!(steps(&mut tail).is_empty(), "not there yet");
        let writer = SummaryWriter::new(logdir.join("run")).unwrap();
        writer.add_scalar("x", 1, 1).unwrap();
        writer.flush().unwrap();
        assert_eq!(steps(&mut tail), [1]);
        let position = tail.position();
        writer.add_scalar("x", 1, 2).unwrap();
        writer.close().unwrap();
        let mut other = Tail::new(&logdir).resume(&position).unwrap();
        assert_eq!(steps(&mut other), [2]);
        assert_eq!(steps(&mut tail), [2]);
        assert!(Tail::new("x").resume("nonsense").is_err());
    }

    /// A run is asked to its end by those who have all of it, and event by event by those who follow it.
    #[test]
    fn a_tail_finds_the_restarts_that_a_survey_finds() {
        let log = |writer: &SummaryWriter, tags: &str, steps: Range<i64>| {
            for step in steps {
                for tag in tags.chars() {
                    writer.add_scalar(&tag.to_string(), 0.5, step).unwrap();
                }
            }
        };
        type Script<'s> = (&'s dyn Fn(&Path), &'s [i64]);
        let scripts: [Script<'_>; 5] = [
            (
                &|run| log(&SummaryWriter::new(run).unwrap(), "abc", 0..9),
                &[],
            ),
            // Without another file, a `START` or a step that goes back.
            (
                &|run| {
                    let writer = SummaryWriter::new(run).unwrap();
                    log(&writer, "abc", 0..9);
                    log(&writer, "abc", 4..9);
                    log(&writer, "bca", 2..5);
                },
                &[4, 2],
            ),
            // A tag whose steps jitter is not a restart, nor is another file that says nothing.
            (
                &|run| {
                    let writer = SummaryWriter::new(run).unwrap();
                    log(&writer, "abc", 0..3);
                    for step in 3..9 {
                        log(&writer, "abc", step..step + 1);
                        log(&writer, "a", step - 2..step + 2);
                    }
                    SummaryWriter::new(run).unwrap();
                },
                &[],
            ),
            (
                &|run| {
                    log(&SummaryWriter::new(run).unwrap(), "abc", 0..9);
                    log(&SummaryWriter::new(run).unwrap(), "abc", 9..12);
                },
                &[9],
            ),
            (
                &|run| {
                    log(&SummaryWriter::new(run).unwrap(), "abc", 0..9);
                    log(&SummaryWriter::resume(run, 6).unwrap(), "abc", 6..9);
                },
                &[6],
            ),
        ];
        for (i, (script, expected)) in scripts.iter().enumerate() {
            let dir = tempfile::tempdir().unwrap();
            script(dir.path());
            let mut surveyed = Vec::new();
            let mut restarts = Restarts::default();
            for path in Logdir::open(dir.path()).unwrap().runs()[0].files() {
                restarts.begin_file();
                for pass in 0..2 {
                    let mut reader = EventReader::open(path).unwrap();
                    while let EventItem::Event(event) = reader.next_item().unwrap() {
                        match pass {
                            0 => restarts.survey(&event),
                            _ => surveyed.extend(restarts.event(&event).map(|found| found.step)),
                        }
                    }
                }
            }
            let mut followed = Vec::new();
            Tail::new(dir.path())
                .poll(&mut |item| {
                    if let TailItem::Restart { step, .. } = item {
                        followed.push(step);
                    }
                })
                .unwrap();
            assert_eq!((&*surveyed, &*followed), (*expected, *expected), "{i}");
        }
    }

    #[test]
    fn paths_survive_escaping() {
        let path = Path::new("/a b/ü%/x\ny");
        assert_eq!(unescape(&escape(path)).unwrap(), path);
        assert!(unescape("%4").is_err() && unescape("%zz").is_err());
    }
}
