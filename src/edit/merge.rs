//! Several files as one stream of events.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, HashSet, VecDeque};
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::reader::{EventRecord, Health};

mod head;

use head::{Head, Mark, Share, first_time};

/// The events of several files in order of their wall times, as one file would hold them.
///
/// The order of events within a file is never changed, whatever their times, and where files do not overlap
/// in time, one follows the other. Marks of the file itself, its version and its sessions, go with the events
/// behind them: their times are those of the writer, which may have logged what happened long before. Events of
/// the same time come in the order of the files. There may be any number of these: one is open at a time, and all
/// of them together have a few megabytes in memory, or a kilobyte each.
///
/// Of the versions with which files begin, only the first is passed on, and the same goes for the `START` marks
/// with which runs, directories, that is, begin: TensorBoard's Python loader ignores a run's first
/// one, but discards what precedes any other.
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
///         writer.add_scalar("loss", 0.5, At::from(1).at(time))?;
///     }
///     writer.close()?;
///     files.push(writer.path().to_path_buf());
/// }
///
/// let mut merged = Interleaved::new(&files)?;
/// let mut times = Vec::new();
/// while let Some(item) = merged.next_item()? {
///     if let MergeItem::Event { record, .. } = item
///         && record.event.step == 1
///     {
///         times.push(record.event.wall_time.as_secs());
///     }
/// }
/// assert_eq!(times, [10.0, 20.0, 30.0, 40.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Interleaved {
    /// Files that were not begun yet, the one whose turn comes first in front.
    waiting: VecDeque<(Turn, PathBuf)>,
    /// The files that were begun and have not ended, by their number.
    heads: Vec<Option<Box<Head>>>,
    /// When it is the turn of each of them, but for the one taken.
    turns: BinaryHeap<Reverse<Turn>>,
    /// The file whose event was returned last.
    taken: Option<usize>,
    share: Share,
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

impl Interleaved {
    /// Looks for the first event of each file.
    ///
    /// # Errors
    ///
    /// Only that the system has run out of something, such as descriptors. What is wrong with a file is reported
    /// when its turn comes.
    pub fn new(files: &[PathBuf]) -> Result<Self> {
        let mut times = Vec::with_capacity(files.len());
        for path in files {
            times.push(match first_time(path) {
                Ok(time) => time.unwrap_or(f64::NEG_INFINITY),
                Err(e) if e.is_exhaustion() => return Err(e),
                Err(_) => f64::NEG_INFINITY,
            });
        }
        let mut merged = Self::of(files, times, true);
        let waiting = merged.waiting.make_contiguous();
        waiting.sort_by_key(|(turn, _)| *turn);
        Ok(merged)
    }

    /// One file after the other, in this order, whatever their times, and with all `START` marks: what was one
    /// file before.
    #[must_use]
    pub fn one_by_one(files: &[PathBuf]) -> Self {
        Self::of(files, vec![0.0; files.len()], false)
    }

    /// Limits the size of records held in memory: see [`EventReader::max_record`](crate::EventReader::max_record).
    #[must_use]
    pub fn max_record(mut self, bytes: u64) -> Self {
        self.share.max_record = bytes;
        self
    }

    fn of(files: &[PathBuf], times: Vec<f64>, timed: bool) -> Self {
        let turns = times.into_iter().enumerate();
        let turns = turns.map(|(file, time)| Turn { time, file });
        Self {
            waiting: turns.zip(files.iter().cloned()).collect(),
            heads: files.iter().map(|_| None).collect(),
            turns: BinaryHeap::new(),
            taken: None,
            share: Share::of(files.len()),
            versioned: false,
            started: HashSet::new(),
            timed,
        }
    }

    /// The next event or end of a file; `None` after the last one.
    ///
    /// # Errors
    ///
    /// Only that the system has run out of something, such as descriptors. What is wrong with a file is part of
    /// its [`FileEnd`](MergeItem::FileEnd).
    pub fn next_item(&mut self) -> Result<Option<MergeItem<'_>>> {
        let file = loop {
            if let Some(file) = self.taken.take()
                && let Some(end) = self.advance(file)?
            {
                return Ok(Some(end));
            }
            if self.begin() {
                continue;
            }
            let Some(Reverse(Turn { file, .. })) = self.turns.pop() else {
                return Ok(None);
            };
            if let Err(e) = self.head(file).map_or(Ok(()), Head::load) {
                return self.end(file, Err(e));
            }
            self.taken = Some(file);
            if self.passes_on(file) {
                break file;
            }
        };
        let Some(head) = self.head(file) else {
            return Ok(None);
        };
        let record = head.event()?;
        Ok(Some(MergeItem::Event { file, record }))
    }

    fn head(&mut self, file: usize) -> Option<&mut Head> {
        self.heads.get_mut(file)?.as_deref_mut()
    }

    /// Begins the next file, if it is its turn.
    fn begin(&mut self) -> bool {
        let soonest = self.turns.peek().map(|turn| turn.0);
        let is_next = |turn: Turn| soonest.is_none_or(|soonest| turn < soonest);
        let begins = self.waiting.front().is_some_and(|(turn, _)| is_next(*turn));
        if begins && let Some((Turn { time, file }, path)) = self.waiting.pop_front() {
            let head = Head::new(path, self.share, time, self.timed);
            if let Some(place) = self.heads.get_mut(file) {
                *place = Some(Box::new(head));
            }
            self.taken = Some(file);
        }
        begins
    }

    /// Goes on in a file, and returns its end if it is that.
    fn advance(&mut self, file: usize) -> Result<Option<MergeItem<'static>>> {
        let is_alone = self.turns.is_empty();
        let Some(head) = self.head(file) else {
            return Ok(None);
        };
        let end = match head.advance() {
            Ok(None) => {
                if !is_alone {
                    head.put_aside();
                }
                let time = head.time();
                self.turns.push(Reverse(Turn { time, file }));
                return Ok(None);
            }
            Ok(Some(health)) => Ok(health),
            Err(e) => Err(e),
        };
        self.end(file, end)
    }

    fn end(&mut self, file: usize, end: Result<Health>) -> Result<Option<MergeItem<'static>>> {
        if let Err(e) = &end
            && e.is_exhaustion()
        {
            return Err(e.clone());
        }
        let head = self.heads.get_mut(file).and_then(Option::take);
        Ok(head.map(|head| MergeItem::FileEnd {
            path: head.into_path(),
            health: end,
        }))
    }

    /// Whether the next event of a file is one of the merged ones.
    fn passes_on(&mut self, file: usize) -> bool {
        let timed = self.timed;
        let Some(head) = self.head(file) else {
            return false;
        };
        match head.mark() {
            Some(Mark::Version { begins_file }) => {
                !std::mem::replace(&mut self.versioned, true) || !begins_file
            }
            Some(Mark::Start) if timed => {
                let run = head.path().parent().unwrap_or(Path::new("")).to_path_buf();
                !self.started.insert(run) || self.started.len() == 1
            }
            _ => true,
        }
    }
}

/// When it is the turn of a file.
#[derive(Clone, Copy, Debug)]
struct Turn {
    time: f64,
    file: usize,
}

impl Ord for Turn {
    fn cmp(&self, other: &Self) -> Ordering {
        let times = self.time.total_cmp(&other.time);
        times.then(self.file.cmp(&other.file))
    }
}

impl PartialOrd for Turn {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Turn {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Turn {}
