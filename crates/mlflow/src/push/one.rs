//! One run: found or made, fed, ended, compared.

use super::feed::{Feed, Part};
use super::known::Known;
use super::listing::Listing;
use super::outlet::Outlet as _;
use super::sender::Sender;
use super::{Options, Outcome, Pushed, beside, check, find, plan};
use crate::api::Entry;
use crate::api::artifacts;
use crate::api::metrics::Point;
use crate::api::runs::{self, New, Run, Update};
use crate::error::{Error, ErrorKind, Result};
use crate::http::Http;
use crate::identity;
use crate::limits;
use crate::mapping::artifacts::HAS_PICTURES;
use crate::mapping::loss::{LossKind, Losses};
use crate::mapping::metrics;
use crate::mapping::metrics::NonFinite;
use crate::mapping::params::Params;
use crate::mapping::session::Session;
use crate::marks;
use crate::names::{Key, LONG_TAG};
use crate::source::Source;

/// The tag that says what was lost.
const DROPPED: &str = "tfevents.dropped";
/// The tag that says which points the marks cover: those that were selected so.
const SELECTION: &str = "tfevents.selection";
/// What it says while the marks cover none for sure.
const UNSETTLED: &str = "?";
/// The tag that makes a run a nested one.
const PARENT: &str = "mlflow.parentRunId";

/// How often a run is looked for again that was deleted while it was pushed to.
const TRIES: u32 = 5;

/// What all runs of a push have in common.
#[derive(Clone, Copy)]
pub(crate) struct Pushing<'a> {
    pub(crate) http: &'a Http,
    pub(crate) experiment_id: &'a str,
    pub(crate) options: &'a Options,
    /// How a run ended that does not say so itself.
    pub(crate) otherwise: &'static str,
    /// What the server held before, where that was asked for at once.
    pub(crate) listing: Option<&'a Listing>,
    pub(crate) tell: &'a (dyn Fn(u64) + Sync),
}

/// What sends a source to its run.
pub(super) struct Begun<'a> {
    pub(super) feed: Feed<'a>,
    pub(super) sender: Sender<'a>,
    params: Params,
    new_params: u64,
}

impl<'a> Pushing<'a> {
    /// The run for a source, and whether it was made now; `None` if the source holds no event yet.
    pub(crate) fn find(
        &self,
        source: &Source,
        parent: Option<&str>,
    ) -> Result<Option<(Run, bool)>> {
        let Some(identity) = identity::of(&source.run) else {
            return Ok(None);
        };
        if let Some(id) = &self.options.run_id {
            let run = runs::get(self.http, id)?;
            if run.is_deleted() {
                let message = format!(
                    "the run {id} was deleted; `mlflow runs restore --run-id {id}` brings it back"
                );
                return Err(Error::new(ErrorKind::Invalid, message));
            }
            return Ok(Some((run, false)));
        }
        let mut tags = vec![
            Entry::new(identity::TAG, &*identity.text),
            Entry::new(identity::SOURCE, &*identity.source),
            Entry::new("mlflow.source.type", "LOCAL"),
        ];
        tags.extend(user().map(|user| Entry::new("mlflow.user", user)));
        tags.extend(parent.map(|parent| Entry::new(PARENT, parent)));
        let name = self.options.run_name.as_deref();
        let make = |http: &Http| {
            let new = New {
                experiment_id: self.experiment_id,
                run_name: name.unwrap_or(&source.name),
                start_time: Session::of(&source.run).start(),
                tags: &tags,
            };
            if self.options.non_finite == NonFinite::Fail {
                // What fails there leaves no run behind.
                plan::read(source, self.options, false)?;
            }
            runs::create(http, &new)
        };
        let listed = self.listing.and_then(|listing| listing.find(&identity));
        let (run, is_new) = match listed {
            Some(run) => (run, false),
            None => find::find_or_create(self.http, self.experiment_id, &identity, make)?,
        };
        // The run may have been moved, and what is above it, too.
        let places = [
            (PARENT, parent),
            (identity::SOURCE, Some(&*identity.source)),
        ];
        for (key, place) in places {
            if let Some(place) = place
                && run.tag(key) != Some(place)
            {
                runs::set_tag(self.http, &run.info.run_id, key, place)?;
            }
        }
        Ok(Some((run, is_new)))
    }

    /// Pushes a source to the run that was found for it, or is found now.
    pub(crate) fn push(&self, source: &Source, known: Option<(Run, bool)>) -> Outcome {
        let mut found = match known {
            Some(found) => Some(found),
            None => self.find(source, None)?,
        };
        let mut tries = 0..TRIES;
        while let Some((run, is_new)) = found {
            match self.push_to(source, &run, is_new) {
                // Another process keeps another run.
                Err(e) if tries.next().is_some() && self.is_deleted(&run, &e)? => {
                    found = self.find(source, run.tag(PARENT))?;
                }
                pushed => return pushed.map(Some),
            }
        }
        Ok(None)
    }

    /// Whether an error is because a run that was found was deleted meanwhile.
    fn is_deleted(&self, run: &Run, error: &Error) -> Result<bool> {
        let may_be = error.kind() == ErrorKind::Refused && self.options.run_id.is_none();
        Ok(may_be && runs::get(self.http, &run.info.run_id)?.is_deleted())
    }

    fn push_to(&self, source: &Source, run: &Run, is_new: bool) -> Result<Pushed> {
        let is_sent = self.is_sent(source, run);
        let now = match self.listing {
            // What was listed may be old by now.
            Some(_) if !is_new && !is_sent => Some(runs::get(self.http, &run.info.run_id)?),
            _ => None,
        };
        let run = now.as_ref().unwrap_or(run);
        let begun = self.begin(source, run, true)?;
        let Begun {
            mut feed,
            mut sender,
            params,
            new_params,
        } = begun;
        let top = source.run.dir();
        let beside = beside::wanted(&source.run, self.options);
        if !is_sent {
            feed.read(&source.run, top, Part::Own, &mut sender)?;
            for trial in &source.trials {
                feed.read(trial, top, Part::Trial, &mut sender)?;
            }
            feed.finish(&mut sender)?;
            for problem in beside.problems {
                feed.losses.add(LossKind::Artifact, || problem);
            }
        }
        let mut tags = Vec::new();
        // These may be new where the event files are not.
        let state = beside::tag(&beside.files);
        if let Some(state) = state.filter(|state| run.tag(&state.key) != Some(&*state.value)) {
            for file in beside.files {
                sender.artifact(file)?;
            }
            tags.push(state);
        }
        feed.losses.merge(sender.settle()?);
        let names = source.hparams.keys().map(String::as_str);
        tags.extend(wholes(names, run, &mut feed.losses));
        let mut points = Vec::new();
        if !is_sent {
            points = bests(&mut feed, run);
            tags.extend(self::tags(&mut feed, run));
            if self.is_other(run) {
                tags.push(Entry::new(SELECTION, self.options.selected()));
            }
        }
        if !is_sent || !tags.is_empty() {
            sender.finish(points, &tags)?;
        }
        if self.options.event_files {
            self.event_files(source, run, &mut sender)?;
        }
        feed.losses.merge(sender.settle()?);
        // Whatever somebody made of a run in MLflow stays until there is news of it.
        let status = match run.info.status == "RUNNING" || feed.has_news() {
            true => self.end(run, &feed.session)?.to_owned(),
            false => run.info.status.clone(),
        };
        let (points, artifacts) = sender.sent();
        let mut differences = Vec::new();
        if self.options.verify {
            let run = runs::get(self.http, &run.info.run_id)?;
            differences = check::all(self.http, &run, &feed.series, &params)?;
        } else if points > 0 {
            differences = check::latest(self.http, &run.info.run_id, &feed.series)?;
        }
        Ok(Pushed {
            run_id: run.info.run_id.clone(),
            experiment_id: run.info.experiment_id.clone(),
            is_new,
            status,
            points,
            params: new_params,
            artifacts,
            metrics: feed.series.iter().count(),
            kinds: feed.kinds,
            losses: feed.losses,
            differences,
        })
    }

    /// Whether nothing in the files of a source is new to its run.
    fn is_sent(&self, source: &Source, run: &Run) -> bool {
        let marks = marks::among(&run.data.tags);
        let top = source.run.dir();
        run.info.status != "RUNNING"
            && !self.is_other(run)
            && source.runs().all(|run| marks::cover(&marks, run, top))
            && self.options.best.is_empty()
            && !self.options.verify
    }

    /// Whether the marks of a run cover other points than those that are selected now.
    pub(crate) fn is_other(&self, run: &Run) -> bool {
        run.tag(SELECTION).unwrap_or_default() != self.options.selected()
    }

    /// Whether a run is that of somebody else, who says when it ends.
    pub(super) fn is_attached(&self, run: &Run) -> bool {
        self.options.run_id.is_some() && run.tag(identity::TAG).is_none()
    }

    /// Gets ready to send a source to its run, to which its parameters are sent. `is_last` if nothing more will be written.
    pub(super) fn begin(&self, source: &Source, run: &Run, is_last: bool) -> Result<Begun<'a>> {
        let marks = marks::among(&run.data.tags);
        let mut sender = Sender::new(self.http, run, self.tell);
        let is_other = self.is_other(run) && !marks.is_empty();
        if self.is_other(run) {
            // Marks that move before everything that is selected was sent must not be taken for more than they are.
            let selection = match is_other {
                true => UNSETTLED.to_owned(),
                false => self.options.selected(),
            };
            sender.finish(Vec::new(), &[Entry::new(SELECTION, selection)])?;
        }
        let known = Some(Known::new(self.http, run));
        let mut feed = Feed::new(self.options, marks, &source.name, is_last)?;
        (feed.is_other, feed.known) = (is_other, known);
        let params = Params::of(&source.hparams, &mut feed.losses);
        let new_params = params.missing(&run.params(), &mut feed.losses);
        sender.params(&new_params)?;
        for file in params.files.iter().filter(|_| !new_params.is_empty()) {
            sender.artifact(file.clone())?;
        }
        Ok(Begun {
            feed,
            sender,
            params,
            new_params: new_params.len() as u64,
        })
    }

    /// Stores the event files that are not stored yet, or have grown since.
    fn event_files(&self, source: &Source, run: &Run, sender: &mut Sender<'_>) -> Result<()> {
        let stored =
            artifacts::all(self.http, &run.info.run_id, beside::EVENT_FILES).unwrap_or_default();
        for file in beside::event_files(source) {
            if stored.get(&file.path) != Some(&file.size()) {
                sender.artifact(file)?;
            }
        }
        Ok(())
    }

    /// Says that a run has ended, and when, unless that is known. Returns how it ended.
    fn end(&self, run: &Run, session: &Session) -> Result<&'static str> {
        if self.is_attached(run) && run.info.status == "RUNNING" {
            return Ok("RUNNING");
        }
        let status = session.status(self.otherwise);
        let end = match status {
            "RUNNING" => None,
            // What was logged before the run that it is added to began does not end that before its beginning.
            _ => {
                let end = session.end().max(run.info.end_time);
                end.map(|end| end.max(run.info.start_time.unwrap_or(end)))
            }
        };
        if run.info.status == status && run.info.end_time == end {
            return Ok(status);
        }
        let update = Update {
            run_id: &run.info.run_id,
            status: Some(status),
            end_time: end,
            run_name: None,
        };
        runs::update(self.http, &update)?;
        Ok(status)
    }
}

/// Whoever runs this, as MLflow's own clients tell it.
fn user() -> Option<String> {
    ["LOGNAME", "USER", "USERNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok())
        .filter(|name| !name.is_empty())
}

/// Points for the best values that the run does not have yet.
fn bests(feed: &mut Feed<'_>, run: &Run) -> Vec<Point> {
    let mut points = Vec::new();
    let mut taken = Vec::new();
    for (best, place) in feed.series.iter().flat_map(|(_, series)| series.bests()) {
        let values = [place.value, place.step as f64];
        for (tag, value) in best.tags().into_iter().zip(values) {
            let key = Key::of(&tag).text;
            let known = run.data.metrics.iter().find(|point| point.key == key);
            if feed.series.has(&tag) {
                taken.push(tag);
            } else if known.is_none_or(|known| known.value.0 != value) {
                // A better value may be at an earlier step, where a run was restarted; what MLflow shows is the last one.
                let step = known.map_or(place.step, |known| known.step.max(place.step));
                let timestamp = known.map_or(place.timestamp, |known| {
                    known.timestamp.max(place.timestamp)
                });
                points.push(metrics::point(&key, value, timestamp, step));
            }
        }
    }
    for tag in taken {
        feed.losses.add(LossKind::Taken, || tag);
    }
    points
}

/// The tags that are the whole of names of which a key has no more than the start; without those that the run has.
fn wholes<'n>(names: impl Iterator<Item = &'n str>, run: &Run, losses: &mut Losses) -> Vec<Entry> {
    let mut tags = Vec::new();
    for name in names {
        let key = Key::of(name);
        let Some(digest) = &key.digest else {
            continue;
        };
        match name.chars().count() <= limits::TAG_VALUE {
            true => tags.push(Entry::new(format!("{LONG_TAG}{digest}"), name)),
            false => losses.add(LossKind::Long, || format!("the tag of {}", key.text)),
        }
    }
    tags.retain(|tag| run.tag(&tag.key) != Some(&*tag.value));
    tags
}

/// The tags that say what is lost, and what keys cannot say; without those that the run has.
fn tags(feed: &mut Feed<'_>, run: &Run) -> Vec<Entry> {
    let known = |key: &str| run.tag(key);
    let mut losses = Losses::default();
    let mut tags = wholes(feed.series.iter().map(|(tag, _)| tag), run, &mut losses);
    tags.extend(feed.description().tags(known, &mut losses));
    feed.losses.merge(losses);
    if feed.has_pictures() {
        tags.push(Entry::new(HAS_PICTURES.0, HAS_PICTURES.1));
    }
    let dropped = feed.losses.to_json();
    if !dropped.is_empty() || run.tag(DROPPED).is_some() {
        tags.push(Entry::new(DROPPED, dropped));
    }
    tags.retain(|tag| run.tag(&tag.key) != Some(&*tag.value));
    tags
}
