//! The sessions that were pushed: parameters and states in MLflow come from them, and may have changed since.

use tfevents::Status;
use tfevents::plugin::hparams::HParamsEvent;
use tfevents::plugin::{PointDecoder, Value};
use tfevents::proto::{self, Message as _};
use tfevents::{EventRef, plugin};

use super::kept::Place;
use super::params;
use super::record::Record;
use super::series::{event, summary};

/// A value of the hparams plugin, as it was logged.
pub(super) type Logged = (Place, proto::summary::Value);

/// What was logged about hyperparameters.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    starts: Vec<(Logged, plugin::hparams::HParams)>,
    ends: Vec<(Logged, Status)>,
    /// Plans of experiments.
    pub(super) others: Vec<Logged>,
}

impl Sessions {
    pub(super) fn add(&mut self, logged: Logged) {
        match meaning(&logged) {
            Some(HParamsEvent::SessionStart { hparams, .. }) => self.starts.push((logged, hparams)),
            Some(HParamsEvent::SessionEnd { status, .. }) => self.ends.push((logged, status)),
            _ => self.others.push(logged),
        }
    }

    /// The start of the one session, if its parameters are those of the run; and its end, if it ended as the run did.
    pub(super) fn of(self, run: &Record) -> Option<(Logged, Option<Logged>)> {
        let [(start, hparams)] = <[_; 1]>::try_from(self.starts).ok()?;
        if !params::are_those(run, &hparams) {
            return None;
        }
        let status = params::status(run);
        let end = self.ends.into_iter().rfind(|(_, of)| Some(*of) == status);
        Some((start, end.map(|(end, _)| end)))
    }
}

fn meaning((place, value): &Logged) -> Option<HParamsEvent> {
    let bytes = event(place.time, place.step, summary(value.clone())).encode_to_vec();
    let event = EventRef::parse(&bytes).ok()?;
    let mut decoder = PointDecoder::default();
    let point = decoder.points(&event).next()?.ok()?;
    match point.value {
        Value::HParams(event) => Some(*event),
        _ => None,
    }
}
