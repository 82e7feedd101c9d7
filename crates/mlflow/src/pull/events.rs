//! A run of MLflow as an event file.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write;

use tfevents::plugin::hparams::HParamsEvent;
use tfevents::proto::event::What;
use tfevents::proto::summary;
use tfevents::writer::EventWriter;
use tfevents::{Kind, Status, Text, plugin};

use super::kept::Place;
use super::record::NOTE;
use super::series::{self, Series, event, wall_time};
use super::sessions::{Logged, Sessions};
use super::{Contents, PullOptions, Pulled, params};
use crate::error::Result;
use crate::mapping::artifacts::about::Description;
use crate::mapping::description;
use crate::mapping::loss::{LossKind, Losses};

/// The tag of a run's description.
const NOTE_TAG: &str = "note";
/// The tag of a table of the run's tags.
const TAGS_TAG: &str = "tags";
/// What the tags begin with that are not people's own.
const TECHNICAL: [&str; 2] = ["mlflow.", "tfevents."];
/// How many points are read between two calls of `tell`.
const TOLD: u64 = 1000;

/// Writes the event file.
pub(super) fn write(
    contents: &Contents<'_>,
    options: &PullOptions,
    output: impl Write,
    tell: &dyn Fn(u64),
) -> Result<Pulled> {
    let run = contents.record;
    let start = run.start.or(run.end).unwrap_or(0);
    let mut file = File {
        output: EventWriter::new(output, wall_time(start))?,
        contents,
        options,
        pulled: Pulled::default(),
        covered: HashSet::new(),
        tags: HashMap::new(),
        start,
    };
    let mut sessions = file.sessions()?;
    let plans = std::mem::take(&mut sessions.others);
    let session = file.session_start(sessions)?;
    for (place, value) in plans {
        file.value(Kind::HParams, &place, value)?;
    }
    let descriptions = file.descriptions()?;
    file.metrics(descriptions, tell)?;
    file.notes()?;
    file.artifacts()?;
    file.session_end(session)?;
    file.output.flush()?;
    Ok(file.pulled)
}

/// An event file under way.
pub(super) struct File<'a, W: Write> {
    output: EventWriter<W>,
    pub(super) contents: &'a Contents<'a>,
    options: &'a PullOptions,
    pub(super) pulled: Pulled,
    /// The artifacts that hold nothing that was not written.
    pub(super) covered: HashSet<String>,
    /// What the tags are.
    tags: HashMap<String, Kind>,
    pub(super) start: i64,
}

/// A session under way.
enum Session {
    /// There is none.
    None,
    /// It is made of what MLflow says.
    Made,
    /// It is the one that was pushed, with its end.
    Pushed(Option<Box<Logged>>),
}

impl<W: Write> File<'_, W> {
    pub(super) fn wants(&self, tag: &str, kind: Kind) -> bool {
        (self.options.wants)(tag, kind)
    }

    /// A run without parameters that ended as it should is no session: its row in the table would be empty.
    fn is_session(&self) -> bool {
        let run = self.contents.record;
        params::status(run) == Some(Status::Failure) || !run.params.is_empty()
    }

    fn session_start(&mut self, sessions: Sessions) -> Result<Session> {
        let run = self.contents.record;
        if !self.wants(plugin::hparams::SESSION_START_TAG, Kind::HParams) {
            return Ok(Session::None);
        }
        if let Some(((place, value), end)) = sessions.of(run) {
            self.pulled.params = run.params.len() as u64;
            self.put(&place, series::summary(value))?;
            return Ok(Session::Pushed(end.map(Box::new)));
        }
        if !self.is_session() {
            return Ok(Session::None);
        }
        self.pulled.params = run.params.len() as u64;
        let hparams = params::of(run, |value| self.whole(value))?;
        let time = wall_time(self.start);
        self.hparams(HParamsEvent::SessionStart { hparams, time }, self.start)?;
        Ok(Session::Made)
    }

    fn session_end(&mut self, session: Session) -> Result<()> {
        let run = self.contents.record;
        let status = params::status(run);
        match (session, status) {
            (Session::Pushed(Some(end)), _) => {
                let (place, value) = *end;
                self.put(&place, series::summary(value))?;
                Ok(())
            }
            // That one without an end is finished is what `push` says.
            (Session::Pushed(None), Some(Status::Success)) => Ok(()),
            (Session::Pushed(None) | Session::Made, Some(status)) => {
                let end = run.end.unwrap_or(self.start);
                let time = wall_time(end);
                self.hparams(HParamsEvent::SessionEnd { status, time }, end)
            }
            _ => Ok(()),
        }
    }

    fn hparams(&mut self, event: HParamsEvent, millis: i64) -> Result<()> {
        let place = Place {
            tag: String::new(),
            step: 0,
            time: wall_time(millis),
        };
        let value: summary::Value = event.into();
        self.put(&place, series::summary(value))?;
        Ok(())
    }

    fn metrics(
        &mut self,
        mut descriptions: BTreeMap<String, Description>,
        tell: &dyn Fn(u64),
    ) -> Result<()> {
        let Contents { record, store, .. } = *self.contents;
        for key in &record.metrics {
            let tag = record.tag_of(key);
            if !self.wants(&tag, Kind::Scalar) {
                continue;
            }
            let about = descriptions.remove(&tag);
            let mut series = Series::new(&mut self.output, &tag, self.options.steps, about);
            let (losses, mut read) = (&mut self.pulled.losses, 0);
            // Both parts count what they lose.
            let mut mapped = Losses::default();
            store.points(record, key, losses, &mut |point| {
                read += 1;
                if read % TOLD == 0 {
                    tell(TOLD);
                }
                series.add(point, &mut mapped)
            })?;
            tell(read % TOLD);
            let wrote = series.finish()?;
            losses.merge(mapped);
            self.pulled.points += wrote.points;
            self.pulled.metrics += u64::from(wrote.points > 0);
            self.pulled.at_one_step += u64::from(wrote.at_one_step);
            self.tags.insert(tag, Kind::Scalar);
        }
        Ok(())
    }

    /// The description of the run, and its tags.
    fn notes(&mut self) -> Result<()> {
        let run = self.contents.record;
        // One that `push` made of a text comes back as that text.
        let is_own = |note: &&str| {
            !note.is_empty() && run.tag(description::OWN) != Some(&*description::checksum(note))
        };
        if let Some(note) = run.tag(NOTE).filter(is_own) {
            self.note(NOTE_TAG, &Text::new(note))?;
        }
        let tags = run.tags.iter();
        let is_own = |key: &str| !TECHNICAL.iter().any(|start| key.starts_with(start));
        let tags = tags.filter(|tag| is_own(&tag.key));
        let rows: Vec<_> = tags.map(|tag| [&*tag.key, &*tag.value]).collect();
        match rows.is_empty() {
            true => Ok(()),
            false => self.note(TAGS_TAG, &Text::table(rows)?),
        }
    }

    fn note(&mut self, tag: &str, text: &Text) -> Result<()> {
        let place = Place {
            tag: tag.to_owned(),
            step: 0,
            time: wall_time(self.start),
        };
        self.made(Kind::Text, &place, plugin::message(tag, text)?)
    }

    /// Writes a value that was made here, if it is wanted: under its tag, or another one where that is of another kind,
    /// because TensorBoard shows one kind of a tag only.
    pub(super) fn made(
        &mut self,
        kind: Kind,
        place: &Place,
        mut value: summary::Value,
    ) -> Result<()> {
        let mut tag = place.tag.clone();
        while self.tags.get(&tag).is_some_and(|known| *known != kind) {
            tag = format!("{kind}/{tag}");
        }
        value.tag = tag;
        self.value(kind, place, value)
    }

    /// Writes a value, if it is wanted.
    pub(super) fn value(&mut self, kind: Kind, place: &Place, value: summary::Value) -> Result<()> {
        if !self.wants(&place.tag, kind) {
            return Ok(());
        }
        self.tags.entry(value.tag.clone()).or_insert(kind);
        self.counted(kind, place, series::summary(value))
    }

    /// Writes an event that is a value.
    pub(super) fn counted(&mut self, kind: Kind, place: &Place, what: What) -> Result<()> {
        if self.put(place, what)? {
            *self.pulled.values.entry(kind).or_default() += 1;
        }
        Ok(())
    }

    /// Writes an event. What no file can hold is a loss; then it is false.
    pub(super) fn put(&mut self, place: &Place, what: What) -> Result<bool> {
        let event = event(place.time, place.step, what);
        match self.output.write_event(&event) {
            Err(e) if !e.is_io() => {
                let (tag, step) = (&place.tag, place.step);
                let losses = &mut self.pulled.losses;
                losses.add(LossKind::Value, || format!("{tag} at step {step}: {e}"));
                Ok(false)
            }
            written => Ok(written.map(|()| true)?),
        }
    }
}
