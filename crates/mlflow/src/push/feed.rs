//! Reads the files of a run, and passes on what is new in them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use tfevents::plugin::PointDecoder;
use tfevents::reader::{self, EventRecord, FollowItem, Visitor};
use tfevents::{EventReader, Kind, Run};

use super::Options;
use super::files::Files;
use super::sender::Sender;
use crate::api::Entry;
use crate::error::{Error, ErrorKind, Result};
use crate::mapping::artifacts::beside::Beside;
use crate::mapping::artifacts::{Artifacts, HAS_PICTURES};
use crate::mapping::loss::{LossKind, Losses};
use crate::mapping::metrics::{self, NonFinite};
use crate::marks::{self, Mark, Place};
use crate::names::Key;

/// What reading a run so far has shown.
pub(crate) struct Feed<'a> {
    options: &'a Options,
    marks: BTreeMap<String, Mark>,
    /// Learns what the tags are, from the first value of each: so files are read from their start, also where most of them
    /// was sent.
    decoder: PointDecoder,
    /// The keys of tags that are wanted.
    keys: HashMap<String, Option<Key>>,
    /// The kinds of series that were met.
    pub(crate) kinds: BTreeSet<Kind>,
    /// The tags of which there are points.
    pub(crate) metrics: HashSet<String>,
    artifacts: Artifacts,
    pub(crate) files: Files<'a>,
    /// The time of the last event, in milliseconds.
    pub(crate) last: Option<i64>,
    pub(crate) losses: Losses,
}

impl<'a> Feed<'a> {
    /// For a run of this name.
    pub(crate) fn new(
        options: &'a Options,
        marks: BTreeMap<String, Mark>,
        name: &str,
        files: Files<'a>,
    ) -> Result<Self> {
        Ok(Self {
            options,
            marks,
            decoder: PointDecoder::default(),
            keys: HashMap::new(),
            kinds: BTreeSet::new(),
            metrics: HashSet::new(),
            artifacts: Artifacts::new(name)?,
            files,
            last: None,
            losses: Losses::default(),
        })
    }

    /// Whether nothing of a run is new: every file was sent to its end.
    pub(crate) fn is_sent(&self, run: &Run) -> bool {
        run.files().iter().all(|file| {
            let mark = self.marks.get(&marks::key(file, run.dir()));
            let place = mark.and_then(|mark| mark.place(file));
            let len = file.metadata().map(|metadata| metadata.len());
            place.is_some_and(|place| place.values == 0 && len.is_ok_and(|len| len == place.offset))
        })
    }

    /// Sends what is new in the files of a run.
    pub(crate) fn send(&mut self, run: &Run, sender: &mut Sender<'_>) -> Result<()> {
        let mut ends = Vec::new();
        for file in run.files() {
            let key = marks::key(file, run.dir());
            let mark = self.marks.get(&key);
            let from = mark.and_then(|mark| mark.place(file)).unwrap_or_default();
            let mut visitor = File {
                file,
                key: &key,
                from,
                end: from,
                feed: self,
                sender,
            };
            let reader = EventReader::open(file).map(|reader| {
                let mut reader = reader.max_record(run.max_record());
                reader.finish();
                reader
            });
            let reading = reader::visit(reader, &mut visitor)?;
            let end = visitor.end;
            if let Some(error) = reading.error {
                self.losses.add(LossKind::Unreadable, || error.to_string());
            }
            if end > from {
                ends.push((key, file, end));
            }
        }
        // Nothing says that a file was sent to its end before all that it holds was.
        self.store_grown(run)?;
        for (key, file, end) in ends {
            sender.add(None, &key, file, end)?;
        }
        Ok(())
    }

    /// Stores the files about whole series, and those beside the event files.
    fn store_grown(&mut self, run: &Run) -> Result<()> {
        let beside = match self.options.kinds.is_empty() {
            true => Beside::of(run),
            false => Beside::default(),
        };
        for problem in beside.problems {
            self.losses.add(LossKind::Artifact, || problem);
        }
        for file in self.artifacts.grown()?.iter().chain(&beside.files) {
            self.files.put(file, &mut self.losses)?;
        }
        Ok(())
    }

    /// Tags for the run that depend on what it holds.
    pub(crate) fn tags(&self) -> Vec<Entry> {
        let (key, value) = HAS_PICTURES;
        let has_pictures = self.artifacts.has_pictures();
        let tag = has_pictures.then(|| Entry::new(key, value));
        tag.into_iter().collect()
    }

    /// The key for a tag, if it is wanted.
    fn key(&mut self, tag: &str) -> Option<&Key> {
        if !self.keys.contains_key(tag) {
            let key = (self.options.wants)(tag).then(|| Key::of(tag));
            self.keys.insert(tag.to_owned(), key);
        }
        self.keys.get(tag)?.as_ref()
    }
}

/// One file that is read.
struct File<'f, 'a, 's, 'h> {
    file: &'f Path,
    /// The key of the tag that says how far it was sent.
    key: &'f str,
    /// How far it was sent.
    from: Place,
    /// Behind the last event.
    end: Place,
    feed: &'f mut Feed<'a>,
    sender: &'s mut Sender<'h>,
}

impl Visitor for File<'_, '_, '_, '_> {
    type Stop = Error;

    fn item(&mut self, item: FollowItem<'_>) -> Result<()> {
        match item {
            FollowItem::Event(record) => self.event(&record),
            FollowItem::Damage(defect) => {
                let file = reader::path_text(self.file);
                let what = || format!("{file}: {defect}");
                self.feed.losses.add(LossKind::Damage, what);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl File<'_, '_, '_, '_> {
    fn event(&mut self, record: &EventRecord<'_>) -> Result<()> {
        let mut place = Place {
            offset: record.offset,
            record: record.record,
            values: 0,
        };
        self.files(record, place)?;
        let mut decoder = std::mem::take(&mut self.feed.decoder);
        let mut result = Ok(());
        for value in record.known_values(&mut decoder) {
            place.values += 1;
            let scalar = value.and_then(|value| {
                self.feed.kinds.insert(value.kind);
                let scalar = match value.kind {
                    Kind::Scalar if self.feed.options.has(Kind::Scalar) => value.scalar()?,
                    _ => None,
                };
                Ok(scalar.map(|number| (value.tag, number)))
            });
            result = match scalar {
                Ok(None) => Ok(()),
                Ok(Some((tag, number))) => self.scalar(tag, number, record, place),
                Err(error) => {
                    let error = error.at(record.offset, record.record).with_path(self.file);
                    self.feed.losses.add(LossKind::Value, || error.to_string());
                    Ok(())
                }
            };
            if result.is_err() {
                break;
            }
        }
        self.feed.decoder = decoder;
        result?;
        if let Some(time) = metrics::millis(record.event.wall_time) {
            self.feed.last = self.feed.last.max(Some(time));
        }
        self.end = self.end.max(Place {
            offset: record.offset + record.size(),
            record: record.record + 1,
            values: 0,
        });
        Ok(())
    }

    /// Stores the files that an event becomes, before anything says that it was sent.
    fn files(&mut self, record: &EventRecord<'_>, start: Place) -> Result<()> {
        let feed = &mut *self.feed;
        let options = feed.options;
        let wants = |kind, tag: &str| options.has(kind) && (options.wants)(tag);
        let made = feed.artifacts.event(&record.event, wants)?;
        for problem in made.broken {
            feed.losses.add(LossKind::Value, || problem);
        }
        if start < self.from {
            return Ok(());
        }
        for file in &made.files {
            feed.files.put(file, &mut feed.losses)?;
        }
        Ok(())
    }

    /// A scalar, behind which the file is at `place`.
    fn scalar(
        &mut self,
        tag: &str,
        number: tfevents::Number,
        record: &EventRecord<'_>,
        place: Place,
    ) -> Result<()> {
        let Some(key) = self.feed.key(tag) else {
            return Ok(());
        };
        let key = key.text.clone();
        let (step, time) = (record.event.step, record.event.wall_time);
        let what = || format!("{tag} at step {step}: {number}");
        let (value, loss) = metrics::value(number);
        if !value.is_finite() {
            match self.feed.options.non_finite {
                NonFinite::Keep => {}
                NonFinite::Skip => {
                    self.feed.losses.add(LossKind::NonFinite, what);
                    return Ok(());
                }
                NonFinite::Fail => {
                    let message = format!("{}; nothing after it was sent", what());
                    return Err(Error::new(ErrorKind::Invalid, message));
                }
            }
        }
        if let Some(loss) = loss {
            self.feed.losses.add(loss, what);
        }
        let timestamp = metrics::timestamp(time, &mut self.feed.losses, what);
        if !self.feed.metrics.contains(tag) {
            self.feed.metrics.insert(tag.to_owned());
        }
        if place <= self.from {
            return Ok(());
        }
        let point = metrics::point(&key, value, timestamp, step);
        self.sender.add(Some(point), self.key, self.file, place)
    }
}
