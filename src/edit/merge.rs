//! Several files as one stream of events.

use std::cmp::Ordering;
use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::event::{EventRef, What};
use crate::reader::sized::Skipped;
use crate::reader::{EventFile, EventItem, EventReader, EventRecord, Health};

/// The events of several files in order of their wall times, as one file would hold them.
///
/// The order of events within a file is never changed, whatever their times, and where files do not overlap
/// in time, one follows the other. Marks of the file itself, its version and its sessions, go with the events
/// behind them: their times are those of the writer, which may have logged what happened long before. Events of
/// the same time come in the order of the files. A file is open only from its first to its last event.
///
/// Of the versions with which files begin, only the first is passed on, and the same goes for the `START` marks
/// with which runs, directories, that is, begin: TensorBoard's Python loader takes no notice of a run's first
/// one, but discards what stands before any other.
///
/// # Examples
///
/// ```
/// use tfevents::edit::{Interleaved, MergeItem};
/// use tfevents::{At, SummaryWriter, WallTime};
///
/// # let dir = tempfile::tempdir()?;
/// let mut files = Vec::new();
/// for (name, times) in [("a", [10.0, 30.0]), ("b", [20.0, 40.0])] {
///     let writer = SummaryWriter::new(dir.path().join(name))?;
///     for time in times {
///         writer.add_scalar("loss", 0.5, At::from(1).at(WallTime::from_secs(time)?))?;
///     }
///     writer.close()?;
///     files.push(writer.path().to_path_buf());
/// }
///
/// let mut merged = Interleaved::new(&files);
/// let mut times = Vec::new();
/// while let Some(item) = merged.next_item() {
///     if let MergeItem::Event { record, .. } = item
///         && record.event.step == 1
///     {
///         times.push(record.event.wall_time);
///     }
/// }
/// assert_eq!(times, [10.0, 20.0, 30.0, 40.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Interleaved {
    /// Files that were not opened yet, by the time of their first event.
    waiting: VecDeque<(f64, usize, PathBuf)>,
    open: Vec<Head>,
    /// The file whose event was returned last.
    taken: Option<usize>,
    ended: VecDeque<(PathBuf, Result<Health>)>,
    versioned: bool,
    /// The directories that have started.
    started: HashSet<PathBuf>,
    /// Whether times are looked at, and marks of different runs.
    timed: bool,
}

/// What [`Interleaved::next_item`] found.
#[derive(Debug)]
#[non_exhaustive]
pub enum MergeItem<'a> {
    /// An event.
    Event {
        /// The number of its file among those that were given.
        file: usize,
        /// The event, and its place in that file.
        record: EventRecord<'a>,
    },
    /// A file was read to its end, or as far as that was possible.
    FileEnd {
        /// The file.
        path: PathBuf,
        /// Its state, or why it cannot be read any further.
        health: Result<Health>,
    },
}

/// An open file and its next event.
#[derive(Debug)]
struct Head {
    file: usize,
    path: PathBuf,
    reader: EventReader<EventFile>,
    offset: u64,
    record: u64,
    payload: Vec<u8>,
    /// The latest time in the file so far; at its start that of its first event.
    time: f64,
}

impl Interleaved {
    /// Looks for the first event of each file.
    #[must_use]
    pub fn new(files: &[PathBuf]) -> Self {
        let mut waiting = waiting(files, |path| first_time(path).unwrap_or(f64::NEG_INFINITY));
        waiting.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        Self::of(waiting.into(), true)
    }

    /// One file after the other, in this order, whatever their times, and with all `START` marks: what was one
    /// file before.
    #[must_use]
    pub fn one_by_one(files: &[PathBuf]) -> Self {
        Self::of(waiting(files, |_| 0.0).into(), false)
    }

    fn of(waiting: VecDeque<(f64, usize, PathBuf)>, timed: bool) -> Self {
        Self {
            waiting,
            open: Vec::new(),
            taken: None,
            ended: VecDeque::new(),
            versioned: false,
            started: HashSet::new(),
            timed,
        }
    }

    /// The next event or end of a file; `None` behind the last one.
    pub fn next_item(&mut self) -> Option<MergeItem<'_>> {
        loop {
            if let Some(taken) = self.taken.take() {
                self.advance(taken);
            }
            if let Some((path, health)) = self.ended.pop_front() {
                return Some(MergeItem::FileEnd { path, health });
            }
            let next = self.next_head();
            let soonest = next.and_then(|next| self.open.get(next));
            let begins = self.waiting.front().is_some_and(|&(time, file, _)| {
                soonest.is_none_or(|soonest| soonest.cmp(time, file).is_ge())
            });
            if begins && let Some((time, file, path)) = self.waiting.pop_front() {
                self.start(time, file, path);
                continue;
            }
            let next = next?;
            self.taken = Some(next);
            let head = self.open.get(next)?;
            // It was parsed before.
            let Ok(event) = EventRef::parse(&head.payload) else {
                continue;
            };
            match event.what {
                What::FileVersion(_) => {
                    if self.versioned && head.record == 0 {
                        continue;
                    }
                    self.versioned = true;
                }
                What::SessionLog(log) if log.is_start() && self.timed => {
                    let run = head.path.parent().unwrap_or(Path::new(""));
                    if self.started.insert(run.to_path_buf()) && self.started.len() > 1 {
                        continue;
                    }
                }
                _ => {}
            }
            break;
        }
        let head = self.open.get(self.taken?)?;
        Some(MergeItem::Event {
            file: head.file,
            record: EventRecord {
                offset: head.offset,
                record: head.record,
                payload: &head.payload,
                event: EventRef::parse(&head.payload).ok()?,
                skipped: Skipped::default(),
            },
        })
    }

    fn next_head(&self) -> Option<usize> {
        let heads = self.open.iter().enumerate();
        let soonest = heads.min_by(|(_, a), (_, b)| a.cmp(b.time, b.file));
        soonest.map(|(i, _)| i)
    }

    fn start(&mut self, time: f64, file: usize, path: PathBuf) {
        match EventReader::open(&path) {
            Ok(mut reader) => {
                reader.finish();
                self.open.push(Head {
                    file,
                    path,
                    reader,
                    offset: 0,
                    record: 0,
                    payload: Vec::new(),
                    time,
                });
                self.advance(self.open.len() - 1);
            }
            Err(e) => self.ended.push_back((path, Err(e))),
        }
    }

    /// Reads the next event of a file, or closes it.
    fn advance(&mut self, index: usize) {
        let Some(head) = self.open.get_mut(index) else {
            return;
        };
        let end = loop {
            match head.reader.next_item() {
                Ok(EventItem::Event(event)) => {
                    head.payload.clear();
                    head.payload.extend_from_slice(event.payload);
                    (head.offset, head.record) = (event.offset, event.record);
                    if self.timed && is_timed(&event.event) && event.event.wall_time > head.time {
                        head.time = event.event.wall_time;
                    }
                    return;
                }
                Ok(EventItem::Damage(_)) => {}
                Ok(EventItem::End(health)) => break Ok(health.clone()),
                Err(e) => break Err(e),
            }
        };
        let head = self.open.swap_remove(index);
        self.ended.push_back((head.path, end));
    }
}

impl Head {
    /// Whether its next event comes before one of that time in that file.
    fn cmp(&self, time: f64, file: usize) -> Ordering {
        self.time.total_cmp(&time).then(self.file.cmp(&file))
    }
}

/// The files, numbered.
fn waiting(files: &[PathBuf], time: impl Fn(&Path) -> f64) -> Vec<(f64, usize, PathBuf)> {
    let files = files.iter().enumerate();
    files
        .map(|(i, path)| (time(path), i, path.clone()))
        .collect()
}

/// The time of a file's first event that has one.
fn first_time(path: &Path) -> Option<f64> {
    let mut reader = EventReader::open(path).ok()?;
    reader.finish();
    loop {
        match reader.next_item().ok()? {
            EventItem::Event(event) if is_timed(&event.event) => {
                return Some(event.event.wall_time).filter(|time| !time.is_nan());
            }
            EventItem::Event(_) | EventItem::Damage(_) => {}
            EventItem::End(_) => return None,
        }
    }
}

/// Whether an event's time says when what it tells of happened.
fn is_timed(event: &EventRef<'_>) -> bool {
    !matches!(event.what, What::FileVersion(_) | What::SessionLog(_))
}
