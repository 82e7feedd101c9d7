//! Where a run was started again.

use crate::event::{SummaryRef, What};
use crate::reader::event_record::EventRecord;
use crate::tags::Tags;

/// Finds where a run was restarted, file by file: where a file begins and something was logged before it, at the mark
/// of a session's start, and where most tags go back to earlier steps.
///
/// Each file of a run takes one of these, because files may grow side by side. Steps are compared with those of the
/// same file only.
///
/// The steps of a single tag often go back a little, for example where several environments take turns in logging
/// their episodes. So more than half of the tags that the file logs at more than one step have to go back. If you have
/// the whole file, pass its events to [`survey`](Self::survey) first, which finds these tags. Otherwise, as in a
/// [`Tail`](crate::reader::Tail), the tags that were logged at more than one step so far decide. Memory grows with the
/// number of tags in the file.
///
/// A file version, a graph or another mark right before such a place belongs to what starts there.
///
/// # Examples
///
/// ```
/// use tfevents::reader::Restarts;
/// use tfevents::{EventItem, EventReader, SummaryWriter};
///
/// # let dir = tempfile::tempdir()?;
/// let writer = SummaryWriter::new(dir.path())?;
/// for step in [1, 2, 3, 2, 3] {
///     writer.add_scalar("loss", 0.5, step)?;
///     writer.add_scalar("accuracy", 0.5, step)?;
/// }
/// writer.close()?;
///
/// let mut restarts = Restarts::new(false);
/// let mut reader = EventReader::open(writer.path())?;
/// let mut offsets = Vec::new();
/// while let EventItem::Event(event) = reader.next_item()? {
///     restarts.survey(&event);
///     offsets.push(event.offset);
/// }
/// let mut reader = EventReader::open(writer.path())?;
/// let mut found = Vec::new();
/// while let EventItem::Event(event) = reader.next_item()? {
///     found.extend(restarts.event(&event));
/// }
/// // After the file version, the session's start, and six values.
/// assert_eq!(found.len(), 1);
/// assert_eq!((found[0].offset, found[0].step), (offsets[8], 2));
///
/// // The run's next file would be another restart.
/// let next = Restarts::new(restarts.is_logged());
/// # assert!(next.is_logged());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Restarts {
    tags: Tags<Tag>,
    /// How many tags are known to be logged at more than one step.
    moving: u64,
    /// How many places there were at which the run started or may have.
    places: u64,
    /// The number of the place at which the present start began.
    start: u64,
    /// Whether any value was logged since the run was last started.
    is_logged: bool,
    /// Whether the file has a value or the mark of a start.
    has_begun: bool,
    /// Where the marks right before the next event begin.
    marks: Option<u64>,
    /// A place where steps went back, until it is known whether most do.
    candidate: Option<Candidate>,
}

/// A place at which a run was restarted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Restart {
    /// The offset in the file of the first record that is part of the new start.
    pub offset: u64,
    /// The step from which it logs.
    pub step: i64,
}

#[derive(Clone, Debug)]
struct Tag {
    /// The first step at which it is logged, and whether there are others.
    first_step: i64,
    moves: bool,
    /// The step at which it was logged last, and the last place since which it was.
    step: i64,
    place: Option<u64>,
}

#[derive(Clone, Debug)]
struct Candidate {
    restart: Restart,
    /// How many of the moving tags went back when they were logged next, and how many did not.
    back: u64,
    others: u64,
}

impl Restarts {
    /// For a file, from its start. `is_logged` is what [`is_logged`](Self::is_logged) returned for the run's file before
    /// it, and false for the first one.
    #[must_use]
    pub fn new(is_logged: bool) -> Self {
        Self {
            tags: Tags::default(),
            moving: 0,
            places: 0,
            start: 0,
            is_logged,
            has_begun: false,
            marks: None,
            candidate: None,
        }
    }

    /// For the rest of a file whose first events are not known.
    pub(crate) fn resumed() -> Self {
        Self {
            has_begun: true,
            ..Self::new(true)
        }
    }

    /// Whether anything was logged since the run was last started, in this file or before it: if so, the run's next
    /// file is a restart.
    #[must_use]
    pub fn is_logged(&self) -> bool {
        self.is_logged
    }

    /// Whether the file has a value or the mark of a start. Until then it is part of what is before it.
    pub(crate) fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// Takes note of the file's tags. Pass all of its events here before the first one goes to
    /// [`event`](Self::event).
    pub fn survey(&mut self, record: &EventRecord<'_>) {
        if let What::Summary(summary) = &record.event.what {
            for value in summary.values().flatten() {
                self.tag(value.series_tag(), record.event.step);
            }
        }
    }

    /// The number of a tag that the file logs at `step`.
    fn tag(&mut self, name: &str, step: i64) -> usize {
        let known = self.tags.get(name);
        let new = || Tag {
            first_step: step,
            moves: false,
            step,
            place: None,
        };
        let id = known.unwrap_or_else(|| self.tags.insert(name, new()));
        if let Some(tag) = self.tags.value_mut(id) {
            self.moving += u64::from(!tag.moves && tag.first_step != step);
            tag.moves |= tag.first_step != step;
        }
        id
    }

    /// Where the run was restarted, if this event proves it. The place may be some way before it.
    pub fn event(&mut self, record: &EventRecord<'_>) -> Option<Restart> {
        let event = &record.event;
        let here = Restart {
            offset: match self.has_begun {
                true => self.marks.unwrap_or(record.offset),
                false => 0,
            },
            step: event.step,
        };
        match &event.what {
            What::None | What::FileVersion(_) | What::GraphDef(_) | What::MetaGraphDef(_) => {
                self.marks = Some(here.offset);
                None
            }
            What::SessionLog(log) if log.is_start() => {
                self.marks = Some(here.offset);
                self.has_begun = true;
                self.start(here)
            }
            What::Summary(summary) => {
                self.marks = None;
                let started = match std::mem::replace(&mut self.has_begun, true) {
                    true => None,
                    false => self.start(here),
                };
                self.values(summary, here);
                started.or_else(|| self.verdict())
            }
            // The end of a session, a checkpoint, statistics of a step: they belong to what is before.
            _ => {
                self.marks = None;
                None
            }
        }
    }

    /// A start, which is one again if anything was logged before.
    fn start(&mut self, here: Restart) -> Option<Restart> {
        self.candidate = None;
        self.places += 1;
        self.start = self.places;
        std::mem::take(&mut self.is_logged).then_some(here)
    }

    fn values(&mut self, summary: &SummaryRef<'_>, here: Restart) {
        for value in summary.values().flatten() {
            self.is_logged = true;
            let id = self.tag(value.series_tag(), here.step);
            let Some(tag) = self.tags.value_mut(id) else {
                continue;
            };
            let before = tag.place.filter(|&place| place >= self.start);
            let goes_back = before.is_some() && here.step < tag.step;
            if goes_back && self.candidate.is_none() {
                self.places += 1;
                self.candidate = Some(Candidate {
                    restart: here,
                    back: 0,
                    others: 0,
                });
            }
            let is_judged = before == Some(self.places);
            if let Some(candidate) = &mut self.candidate
                && !is_judged
                && tag.moves
            {
                match goes_back {
                    true => candidate.back += 1,
                    false => candidate.others += 1,
                }
            }
            (tag.step, tag.place) = (here.step, Some(self.places));
        }
    }

    /// The place that proves to be a restart, if one does.
    fn verdict(&mut self) -> Option<Restart> {
        let candidate = self.candidate.as_ref()?;
        let restart = candidate.restart;
        if 2 * candidate.back > self.moving {
            // Only what was logged since is part of the new start.
            self.start = self.places;
            self.candidate = None;
            return Some(restart);
        }
        if 2 * candidate.others >= self.moving {
            self.candidate = None;
        }
        None
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

    /// The numbers of the events at which a run of these files starts again, counted in each file.
    fn starts_of(files: &[&[(i64, Event)]]) -> Vec<(usize, usize)> {
        let mut restarts = Restarts::new(false);
        let mut starts = Vec::new();
        for (number, events) in files.iter().enumerate() {
            let (mut file, mut offsets) = (Vec::new(), Vec::new());
            for (step, what) in *events {
                offsets.push(file.len() as u64);
                let event = proto::Event {
                    step: *step,
                    what: Some(what.clone()),
                    ..Default::default()
                };
                record::frame(&mut file, &event.encode_to_vec());
            }
            restarts = Restarts::new(restarts.is_logged());
            let mut reader = EventReader::new(&*file);
            while let EventItem::Event(event) = reader.next_item().unwrap() {
                restarts.survey(&event);
            }
            let mut reader = EventReader::new(&*file);
            while let EventItem::Event(event) = reader.next_item().unwrap() {
                if let Some(Restart { offset, .. }) = restarts.event(&event) {
                    let at = offsets.iter().position(|&at| at == offset).unwrap();
                    starts.push((number, at));
                }
            }
        }
        starts
    }

    fn starts(events: &[(i64, Event)]) -> Vec<usize> {
        starts_of(&[events]).into_iter().map(|(_, at)| at).collect()
    }

    /// Values of tags named by letters, at steps.
    fn log(values: &[(char, i64)]) -> Vec<(i64, Event)> {
        let value = |&(tag, step): &(char, i64)| {
            let (_, mut what) = loss(step);
            if let Event::Summary(summary) = &mut what {
                summary.value[0].tag = tag.into();
            }
            (step, what)
        };
        values.iter().map(value).collect()
    }

    #[test]
    fn steps_that_go_back_start_a_run_again() {
        assert_eq!(starts(&[loss(1), loss(2), loss(2), loss(3)]), [0usize; 0]);
        assert_eq!(starts(&[loss(5), loss(3), loss(4), loss(1)]), [1, 3]);
    }

    #[test]
    fn most_tags_have_to_go_back() {
        let first = [('a', 1), ('b', 1), ('c', 1), ('a', 4), ('b', 4), ('c', 4)];
        let then = |more: &[(char, i64)]| starts(&log(&[&first[..], more].concat()));
        assert_eq!(then(&[('a', 2), ('b', 2), ('c', 5)]), [6]);
        assert_eq!(then(&[('c', 5), ('a', 2), ('b', 2)]), [7]);
        assert_eq!(then(&[('a', 2), ('b', 5), ('c', 5)]), [0usize; 0]);
        // Repeating a step is not going back.
        assert_eq!(then(&[('a', 2), ('b', 4), ('c', 4)]), [0usize; 0]);
        // Nobody knows what the others would have done.
        assert_eq!(then(&[('a', 2), ('a', 1)]), [0usize; 0]);
        // One after the other.
        let twice = [('a', 2), ('b', 2), ('c', 2), ('b', 1), ('c', 1), ('a', 1)];
        assert_eq!(then(&twice), [6, 9]);
    }

    #[test]
    fn what_is_logged_once_has_no_say() {
        let values = [('t', 0), ('u', 0), ('v', 0), ('a', 1), ('a', 2), ('a', 1)];
        assert_eq!(starts(&log(&values)), [5]);
        let then = [&values[..], &[('w', 1), ('x', 1), ('a', 2), ('a', 1)]].concat();
        assert_eq!(starts(&log(&then)), [5, 9]);
    }

    /// Episodes of several environments, one environment after the other, between updates of the model.
    #[test]
    fn steps_that_jitter_are_no_restarts() {
        let mut values = Vec::new();
        for update in 0..1000 {
            for environment in 0..8 {
                values.push(('r', 100 * update + 13 * environment % 50));
            }
            values.extend(['x', 'y', 'z'].map(|tag| (tag, update)));
        }
        assert_eq!(starts(&log(&values)), [0usize; 0]);
        let again = values.len();
        values.extend_from_within(..);
        assert_eq!(starts(&log(&values)), [again]);
    }

    #[test]
    fn a_new_file_is_a_new_start() {
        let (a, b) = ([version(), loss(1)], [version(), loss(2)]);
        assert_eq!(starts_of(&[&a, &b]), [(1, 0)]);
        // One without values is part of what is before it, and one with a mark starts once.
        let marked = [version(), session(SessionStatus::Start), loss(3)];
        assert_eq!(starts_of(&[&[version()], &a]), [(0usize, 0usize); 0]);
        assert_eq!(starts_of(&[&a, &[version()], &marked]), [(2, 0)]);
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
