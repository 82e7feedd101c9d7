//! When a run began and ended, and how.

use tfevents::event::What;
use tfevents::plugin::hparams::{HParamsEvent, Status};
use tfevents::plugin::{PointDecoder, Value};
use tfevents::reader::{self, FollowItem};
use tfevents::{EventReader, EventRef, Run, WallTime};

use super::metrics::millis;

/// What is known of a run's beginning and end, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Session {
    /// The first and the last time of an event.
    first: Option<i64>,
    last: Option<i64>,
    /// What sessions of the run say themselves, of several the first and the last.
    has_begun: bool,
    started: Option<i64>,
    ended: Option<(Status, Option<i64>)>,
    /// When that was, and whether there are events of later times.
    ended_at: Option<i64>,
    goes_on: bool,
}

impl Session {
    /// Takes the next event. What it says about sessions counts if it is of the run itself, and not of one that belongs to it.
    pub(crate) fn event(&mut self, event: &EventRef<'_>, is_own: bool) {
        if let Some(time) = millis(event.wall_time) {
            self.first = Some(self.first.map_or(time, |first| first.min(time)));
            self.last = self.last.max(Some(time));
            self.goes_on |= self.ended_at.is_some_and(|ended| ended < time);
        }
        if let What::Summary(summary) = &event.what
            && is_own
            && summary.as_scalar().is_none()
        {
            // What is said about sessions is in the metadata of each value, so nothing has to be remembered.
            for point in PointDecoder::default().points(event).flatten() {
                if let Value::HParams(event) = &point.value {
                    self.says(event);
                }
            }
        }
    }

    fn says(&mut self, event: &HParamsEvent) {
        let known = |time: WallTime| millis(time).filter(|time| *time > 0);
        match event {
            HParamsEvent::SessionStart { time, .. } => {
                self.has_begun = true;
                self.started = self.started.or(known(*time));
                self.ended = None;
            }
            HParamsEvent::SessionEnd { status, time } => {
                self.ended = Some((*status, known(*time)));
                self.ended_at = known(*time).max(self.last);
                self.goes_on = false;
            }
            _ => {}
        }
    }

    /// When it began: what a session says, unless something was logged before.
    pub(crate) fn start(&self) -> i64 {
        let times = self.started.into_iter().chain(self.first);
        times.min().unwrap_or(0)
    }

    /// When it ended, as far as is known: what a session says, unless something was logged behind it.
    pub(crate) fn end(&self) -> Option<i64> {
        self.ended.and_then(|(_, time)| time).max(self.last)
    }

    /// Whether a session of the run says that it has ended, and nothing came after that.
    pub(crate) fn has_ended(&self) -> bool {
        !self.goes_on && matches!(self.ended, Some((Status::Success | Status::Failure, _)))
    }

    /// Whether a session of the run says that it has begun.
    pub(crate) fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// How it ended, as MLflow calls that; `otherwise` if it does not say so.
    pub(crate) fn status(&self, otherwise: &'static str) -> &'static str {
        match self.ended {
            Some((Status::Success, _)) => "FINISHED",
            Some((Status::Failure, _)) => "FAILED",
            Some((Status::Running, _)) => "RUNNING",
            _ => otherwise,
        }
    }

    /// What the events of a run say, but for those that cannot be read.
    pub(crate) fn of(run: &Run) -> Self {
        let mut session = Self::default();
        for file in run.files() {
            let reader = EventReader::open(file).map(|reader| reader.max_record(run.max_record()));
            let mut each = |item: FollowItem<'_>| {
                if let FollowItem::Event(record) = item {
                    session.event(&record.event, true);
                }
            };
            let mut each: &mut dyn FnMut(FollowItem<'_>) = &mut each;
            let Ok(_) = reader::visit(reader, &mut each);
        }
        session
    }
}

#[cfg(test)]
mod tests {
    use tfevents::{At, HParams, Logdir, Sink as _, SummaryWriter};

    use super::*;

    #[test]
    fn what_a_session_says_counts() {
        let dir = tempfile::tempdir().unwrap();
        let writer = SummaryWriter::new(dir.path()).unwrap();
        writer.add_scalar("loss", 1.0, At::from(1).at(5.0)).unwrap();
        writer.flush().unwrap();
        let session = || Session::of(&Logdir::open(dir.path()).unwrap().runs()[0]);
        assert_eq!(session().status("FINISHED"), "FINISHED");
        assert_eq!(session().start(), 5000);
        writer.log_hparams(&HParams::new().with("lr", 1.0)).unwrap();
        writer.end(Status::Failure).unwrap();
        writer.close().unwrap();
        assert_eq!(session().status("FINISHED"), "FAILED");
        assert_eq!(session().start(), 5000);
        assert!(session().end() > Some(5000));
    }
}
