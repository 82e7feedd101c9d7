//! Reads the files of a run, and passes on what is new in them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use tfevents::plugin::PointDecoder;
use tfevents::reader::{self, EventRecord, FileStatus, FollowItem, Follower};
use tfevents::{Kind, Number, Run};

use super::Options;
use super::known::Known;
use super::outlet::Outlet;
use super::series::{AllSeries, Stored};
use crate::error::{Error, ErrorKind, Result};
use crate::mapping::artifacts::Artifacts;
use crate::mapping::description::Description;
use crate::mapping::loss::{LossKind, Losses};
use crate::mapping::metrics::{self, NonFinite};
use crate::mapping::session::Session;
use crate::marks::{self, Mark, Place};

/// What reading a run has shown so far.
pub(super) struct Feed<'a> {
    options: &'a Options,
    /// Whether nothing more is written, so that what is cut at the end of a file is damage.
    is_last: bool,
    marks: BTreeMap<String, Mark>,
    /// Whether the marks cover other points than those that are selected.
    pub(super) is_other: bool,
    /// What the server has where marks do not say that; `None` without a server.
    pub(super) known: Option<Known<'a>>,
    files: BTreeMap<PathBuf, Followed>,
    /// Whether a file does not hold any more what was read of it.
    pub(super) is_void: bool,
    /// Learns what the tags are from the first value of each: so files are read from their start, also where most of them
    /// was sent.
    decoder: PointDecoder,
    pub(super) series: AllSeries,
    /// The kinds of series that were met.
    pub(super) kinds: BTreeSet<Kind>,
    artifacts: Artifacts,
    pub(super) session: Session,
    /// What is lost, of old values and new ones.
    pub(super) losses: Losses,
}

/// What a file is to its run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Its own.
    Own,
    /// That of a run of `add_hparams` below it, which repeats some of its metrics.
    Trial,
}

impl<'a> Feed<'a> {
    /// For a run of this name. `is_last` if nothing more will be written.
    pub(super) fn new(
        options: &'a Options,
        marks: BTreeMap<String, Mark>,
        name: &str,
        is_last: bool,
    ) -> Result<Self> {
        Ok(Self {
            options,
            is_last,
            marks,
            is_other: false,
            known: None,
            files: BTreeMap::new(),
            is_void: false,
            decoder: PointDecoder::default(),
            series: AllSeries::default(),
            kinds: BTreeSet::new(),
            artifacts: Artifacts::new(name)?,
            session: Session::default(),
            losses: Losses::default(),
        })
    }

    /// Passes on what is new in the files of a run since this was called last.
    pub(super) fn read(
        &mut self,
        run: &Run,
        top: &Path,
        part: Part,
        outlet: &mut dyn Outlet,
    ) -> Result<()> {
        for file in run.files() {
            let mut followed = match self.files.remove(file) {
                Some(followed) => followed,
                None => self.follow(run, file, top),
            };
            let read = self.read_on(&mut followed, file, part, outlet);
            self.files.insert(file.clone(), followed);
            read?;
        }
        Ok(())
    }

    fn follow(&self, run: &Run, file: &Path, top: &Path) -> Followed {
        let mut follower = Follower::new(file).max_record(run.max_record());
        if self.is_last {
            follower.finish();
        }
        let key = marks::key(file, top);
        let mark = self.marks.get(&key);
        let from = mark.and_then(|mark| mark.place(file));
        let is_unlike = mark.is_some() && from.is_none();
        let from = from.unwrap_or_default();
        Followed {
            follower,
            key,
            is_unlike,
            from,
            end: from,
            is_told: false,
        }
    }

    fn read_on(
        &mut self,
        followed: &mut Followed,
        file: &Path,
        part: Part,
        outlet: &mut dyn Outlet,
    ) -> Result<()> {
        let mut visitor = File {
            file,
            part,
            key: &followed.key,
            is_unlike: followed.is_unlike,
            from: followed.from,
            end: followed.end,
            feed: self,
            outlet,
        };
        let mut read = Ok(());
        followed.follower.poll(&mut |item| {
            // What comes after a failure is read again, from where the server says that it is.
            if read.is_ok() {
                read = visitor.item(item);
            }
        });
        let end = visitor.end;
        read?;
        let unreadable = match followed.follower.status() {
            FileStatus::Unreadable(e) => Some(e.to_string()),
            FileStatus::Missing => Some(format!("{}: not there any more", reader::path_text(file))),
            _ => None,
        };
        let was_told = std::mem::replace(&mut followed.is_told, unreadable.is_some());
        if let Some(problem) = unreadable.filter(|_| !was_told) {
            self.losses.add(LossKind::Unreadable, || problem);
        }
        followed.end = end;
        Ok(())
    }

    /// Passes on the files about whole series that have grown.
    pub(super) fn grown(&mut self, outlet: &mut dyn Outlet) -> Result<()> {
        for file in self.artifacts.grown()? {
            outlet.artifact(file)?;
        }
        Ok(())
    }

    /// Passes on what the files of a run become as a whole, after all was read.
    pub(super) fn finish(&mut self, outlet: &mut dyn Outlet) -> Result<()> {
        // Where nothing is new, all was stored before: a file's end is marked after that.
        if !self.is_other && !self.has_news() {
            return Ok(());
        }
        self.grown(outlet)?;
        // Nothing says that a file was sent to its end before all that it holds was.
        for (file, followed) in &self.files {
            if followed.has_news() || self.is_other {
                outlet.add(None, &followed.key, file, followed.end)?;
            }
        }
        Ok(())
    }

    /// Whether there are events that were not sent before.
    pub(super) fn has_news(&self) -> bool {
        self.files.values().any(Followed::has_news)
    }

    /// The text that describes the run.
    pub(super) fn description(&self) -> &Description {
        self.artifacts.description()
    }

    /// Whether there were pictures.
    pub(super) fn has_pictures(&self) -> bool {
        self.artifacts.has_pictures()
    }
}

/// A file that is read on.
#[derive(Debug)]
struct Followed {
    follower: Follower,
    /// The key of the tag that says how far it was sent.
    key: String,
    /// Whether it is not the file of which a part was sent before.
    is_unlike: bool,
    /// How far it was sent before.
    from: Place,
    /// Behind the last event that was read.
    end: Place,
    /// Whether the losses say that it cannot be read.
    is_told: bool,
}

impl Followed {
    /// Whether it has events that were not sent before.
    fn has_news(&self) -> bool {
        self.end > self.from
    }
}

/// One file that is read.
struct File<'f, 'a> {
    file: &'f Path,
    part: Part,
    /// The key of the tag that says how far it was sent.
    key: &'f str,
    /// Whether it is not the file of which a part was sent before.
    is_unlike: bool,
    /// How far it was sent before.
    from: Place,
    /// Behind the last event.
    end: Place,
    feed: &'f mut Feed<'a>,
    outlet: &'f mut dyn Outlet,
}

impl File<'_, '_> {
    fn item(&mut self, item: FollowItem<'_>) -> Result<()> {
        match item {
            FollowItem::Event(_) if self.feed.is_void => Ok(()),
            FollowItem::Event(record) => self.event(&record),
            FollowItem::Damage(defect) => {
                let file = reader::path_text(self.file);
                let what = || format!("{file}: {defect}");
                self.feed.losses.add(LossKind::Damage, what);
                Ok(())
            }
            FollowItem::Replaced => {
                self.feed.is_void = true;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl File<'_, '_> {
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
                    Kind::Scalar => value.scalar()?,
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
        self.end = self.end.max(Place {
            offset: record.offset + record.size(),
            record: record.record + 1,
            values: 0,
        });
        Ok(())
    }

    /// Passes on the files that an event becomes, before anything says that it was sent.
    fn files(&mut self, record: &EventRecord<'_>, start: Place) -> Result<()> {
        let feed = &mut *self.feed;
        let options = feed.options;
        feed.session.event(&record.event, self.part == Part::Own);
        let wants = |kind, tag: &str| options.has(kind) && (options.wants)(tag);
        let made = feed.artifacts.event(&record.event, wants)?;
        for problem in made.broken {
            feed.losses.add(LossKind::Value, || problem);
        }
        if start < self.from && !feed.is_other {
            return Ok(());
        }
        for file in made.files {
            self.outlet.artifact(file)?;
        }
        Ok(())
    }

    /// A scalar, behind which the file is at `place`.
    fn scalar(
        &mut self,
        tag: &str,
        number: Number,
        record: &EventRecord<'_>,
        place: Place,
    ) -> Result<()> {
        // What was given to `add_hparams` along with parameters, the run may have itself, with steps.
        if self.part == Part::Trial && self.feed.series.is_own(tag) {
            return Ok(());
        }
        let Some(series) = self.feed.series.of(tag, self.feed.options) else {
            return Ok(());
        };
        let (step, time) = (record.event.step, record.event.wall_time);
        let losses = &mut self.feed.losses;
        let what = || format!("{tag} at step {step}: {number}");
        let (value, loss) = metrics::value(number);
        if !value.is_finite() {
            match self.feed.options.non_finite {
                NonFinite::Keep => {}
                NonFinite::Skip => {
                    losses.add(LossKind::NonFinite, what);
                    return Ok(());
                }
                NonFinite::Fail => {
                    let message = format!("{}; nothing after it was sent", what());
                    return Err(Error::new(ErrorKind::Invalid, message));
                }
            }
        }
        if let Some(loss) = loss {
            losses.add(loss, what);
        }
        let timestamp = metrics::timestamp(time, losses, || format!("{tag} at step {step}"));
        let stored = Stored {
            step,
            timestamp,
            value,
        };
        series.add(stored, self.part == Part::Own);
        let is_there = match &mut self.feed.known {
            Some(known) if self.feed.is_other || self.is_unlike => {
                known.has(&series.key.text, stored)?
            }
            _ => place <= self.from,
        };
        if is_there {
            return Ok(());
        }
        let point = metrics::point(&series.key.text, value, timestamp, step);
        self.outlet.add(Some(point), self.key, self.file, place)
    }
}
