//! Where a run was started again.

use std::collections::HashMap;

use crate::event::What;
use crate::reader::EventRecord;

/// Finds the places at which a run was started again: the mark of a session's start, or the step of a tag that
/// goes back. Memory grows with the number of tags.
///
/// Of what stands right before such a place, the file's version, graphs and other marks are part of what
/// starts there.
///
/// # Examples
///
/// ```
/// use tfevents::edit::Restarts;
/// use tfevents::{EventItem, EventReader, SummaryWriter};
///
/// # let dir = tempfile::tempdir()?;
/// let writer = SummaryWriter::new(dir.path())?;
/// for step in [1, 2, 3, 2, 3] {
///     writer.add_scalar("loss", 0.5, step)?;
/// }
/// writer.close()?;
///
/// let mut restarts = Restarts::default();
/// restarts.begin_file();
/// let mut reader = EventReader::open(writer.path())?;
/// let mut found = Vec::new();
/// while let EventItem::Event(event) = reader.next_item()? {
///     if restarts.event(&event).is_some() {
///         found.push(event.event.step);
///     }
/// }
/// assert_eq!(found, [2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Restarts {
    /// The last step of each tag since the last start; none where nothing was logged.
    steps: HashMap<Box<str>, i64>,
    /// Where the marks right before the next event begin.
    marks: Option<u64>,
}

impl Restarts {
    /// The events to come are those of the run's next file.
    pub fn begin_file(&mut self) {
        self.marks = None;
    }

    /// Where the run was started again, if that is at this event: the offset of the first record that is part
    /// of the new start.
    pub fn event(&mut self, record: &EventRecord<'_>) -> Option<u64> {
        let here = self.marks.unwrap_or(record.offset);
        let event = &record.event;
        let restarted = match &event.what {
            What::None | What::FileVersion(_) | What::GraphDef(_) | What::MetaGraphDef(_) => {
                self.marks = Some(here);
                false
            }
            What::SessionLog(log) if log.is_start() => {
                self.marks = Some(here);
                let restarted = !self.steps.is_empty();
                self.steps.clear();
                restarted
            }
            What::Summary(summary) => {
                self.marks = None;
                let goes_back = summary.values().flatten().any(|value| {
                    let last = self.steps.get(value.tag);
                    last.is_some_and(|&last| event.step < last)
                });
                if goes_back {
                    self.steps.clear();
                }
                for value in summary.values().flatten() {
                    match self.steps.get_mut(value.tag) {
                        Some(step) => *step = event.step,
                        None => {
                            self.steps.insert(value.tag.into(), event.step);
                        }
                    }
                }
                goes_back
            }
            // The end of a session, a checkpoint, statistics of a step: they belong to what is before.
            _ => {
                self.marks = None;
                false
            }
        };
        restarted.then_some(here)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{self, Message as _, session_log::SessionStatus};
    use crate::{EventItem, EventReader, record};

    type Event = proto::event::What;

    fn loss(step: i64) -> (i64, Event) {
        let value = proto::summary::Value {
            tag: "loss".into(),
            value: Some(proto::summary::value::Value::SimpleValue(0.5)),
            ..Default::default()
        };
        (step, Event::Summary(proto::Summary { value: vec![value] }))
    }

    fn version() -> (i64, Event) {
        (0, Event::FileVersion("brain.Event:2".into()))
    }

    fn session(status: SessionStatus) -> (i64, Event) {
        let log = proto::SessionLog {
            status: status as i32,
            ..Default::default()
        };
        (0, Event::SessionLog(log))
    }

    /// The numbers of the events at which a run of one file starts again.
    fn starts(events: &[(i64, Event)]) -> Vec<usize> {
        let (mut file, mut offsets) = (Vec::new(), Vec::new());
        for (step, what) in events {
            offsets.push(file.len() as u64);
            let event = proto::Event {
                step: *step,
                what: Some(what.clone()),
                ..Default::default()
            };
            record::frame(&mut file, &event.encode_to_vec());
        }
        let mut restarts = Restarts::default();
        let mut reader = EventReader::new(&*file);
        let mut starts = Vec::new();
        while let EventItem::Event(event) = reader.next_item().unwrap() {
            if let Some(at) = restarts.event(&event) {
                starts.push(offsets.iter().position(|&offset| offset == at).unwrap());
            }
        }
        starts
    }

    #[test]
    fn steps_that_go_back_start_a_run_again() {
        assert_eq!(starts(&[loss(1), loss(2), loss(2), loss(3)]), [0usize; 0]);
        assert_eq!(starts(&[loss(5), loss(3), loss(4), loss(1)]), [1, 3]);
    }

    #[test]
    fn marks_go_with_what_they_announce() {
        let start = || session(SessionStatus::Start);
        let stop = || session(SessionStatus::Stop);
        assert_eq!(starts(&[version(), start(), start(), loss(1)]), [0usize; 0]);
        let again = [
            version(),
            start(),
            loss(1),
            stop(),
            version(),
            start(),
            start(),
            loss(1),
        ];
        assert_eq!(starts(&again), [4]);
        assert_eq!(starts(&[version(), loss(5), version(), loss(3)]), [2]);
        assert_eq!(
            starts(&[version(), loss(5), version(), loss(6)]),
            [0usize; 0]
        );
    }
}
