//! Several files as one stream of events.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::event::{EventRef, What};
use crate::reader::{EventFile, EventItem, EventReader, EventRecord, Health};

/// The events of several files in order of their wall times, as one file would hold them.
///
/// The order of events within a file is never changed, whatever their times, and where files do not overlap
/// in time, one follows the other. Marks of the file itself, its version and its sessions, go with the events
/// behind them: their times are those of the writer, which may have logged what happened long before. Events of
/// the same time come in the order of the files. Of the file versions, only the first is passed on. A file is
/// open only from its first to its last event.
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
    /// The latest time in the file so far.
    time: f64,
}

impl Interleaved {
    /// Looks for the first event of each file.
    #[must_use]
    pub fn new(files: &[PathBuf]) -> Self {
        let first = |path: &Path| {
            let mut reader = EventReader::open(path).ok()?;
            reader.finish();
            while let Ok(item) = reader.next_item() {
                match item {
                    EventItem::Event(event) if is_timed(&event.event) => {
                        return Some(event.event.wall_time);
                    }
                    EventItem::Event(_) | EventItem::Damage(_) => {}
                    EventItem::End(_) => break,
                }
            }
            None
        };
        let mut waiting: Vec<_> = files
            .iter()
            .enumerate()
            .map(|(i, path)| {
                let time = first(path).filter(|time| !time.is_nan());
                (time.unwrap_or(f64::NEG_INFINITY), i, path.clone())
            })
            .collect();
        waiting.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        Self {
            waiting: waiting.into(),
            open: Vec::new(),
            taken: None,
            ended: VecDeque::new(),
            versioned: false,
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
            let soonest = next
                .and_then(|next| self.open.get(next))
                .map(|head| head.time);
            let begins = self
                .waiting
                .front()
                .is_some_and(|&(time, ..)| soonest.is_none_or(|soonest| time <= soonest));
            if begins && let Some((_, file, path)) = self.waiting.pop_front() {
                self.start(file, path);
                continue;
            }
            let next = next?;
            self.taken = Some(next);
            let head = self.open.get(next)?;
            // It was parsed before.
            let Ok(event) = EventRef::parse(&head.payload) else {
                continue;
            };
            if matches!(event.what, What::FileVersion(_)) {
                if self.versioned {
                    continue;
                }
                self.versioned = true;
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
            },
        })
    }

    fn next_head(&self) -> Option<usize> {
        let heads = self.open.iter().enumerate();
        let soonest =
            heads.min_by(|(_, a), (_, b)| a.time.total_cmp(&b.time).then(a.file.cmp(&b.file)));
        soonest.map(|(i, _)| i)
    }

    fn start(&mut self, file: usize, path: PathBuf) {
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
                    time: f64::NEG_INFINITY,
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
                    if is_timed(&event.event) && event.event.wall_time > head.time {
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

/// Whether an event's time says when what it tells of happened.
fn is_timed(event: &EventRef<'_>) -> bool {
    !matches!(event.what, What::FileVersion(_) | What::SessionLog(_))
}
