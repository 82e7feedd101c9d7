//! What is known of one run that is mirrored.

use std::time::{Duration, Instant, SystemTime};

use tfevents::Run;
use tfevents_analysis::writing::{State, Writers};

use super::job::Task;
use crate::push::Stream;
use crate::source::Source;

/// A run of the logdir.
pub(super) struct Watched<'a> {
    pub(super) run: Run,
    /// What its files and those of the runs that belong to it looked like when they were last seen.
    states: Vec<Vec<State>>,
    /// When they changed.
    changed: Instant,
    /// When it was last made sure that somebody writes although nothing changes.
    asked: Instant,
    /// What is to be done, and from when.
    pub(super) due: Option<Task>,
    pub(super) not_before: Option<Instant>,
    pub(super) is_busy: bool,
    pub(super) stream: Option<Box<Stream<'a>>>,
    /// What belongs to it, once that is needed.
    pub(super) source: Option<Source>,
    /// Whether its parameters were looked for again after its session began.
    pub(super) is_configured: bool,
    /// The id of the run in MLflow.
    pub(super) run_id: Option<String>,
    /// Whether an event said that it is followed.
    pub(super) is_followed: bool,
    /// Whether the server has everything that was in the files.
    pub(super) is_sent: bool,
    /// Whether somebody had one of its files open when it was last seen to change.
    was_held: bool,
    /// Whether it changed between two looks at which nobody had its files open: so whoever writes opens them each time.
    is_reopened: bool,
    /// Whether it is in the logdir.
    pub(super) is_there: bool,
    /// Why it failed last.
    pub(super) failure: String,
}

impl Watched<'_> {
    pub(super) fn new(run: &Run) -> Self {
        let now = Instant::now();
        Self {
            run: run.clone(),
            states: Vec::new(),
            changed: now,
            asked: now,
            due: None,
            not_before: None,
            is_busy: false,
            stream: None,
            source: None,
            is_configured: false,
            run_id: None,
            is_followed: false,
            is_sent: false,
            was_held: false,
            is_reopened: false,
            is_there: true,
            failure: String::new(),
        }
    }

    /// Takes what its files look like now; whether that is new.
    pub(super) fn see(&mut self, run: &Run, states: Vec<Vec<State>>) -> bool {
        if self.states == states {
            return false;
        }
        if self.states.len() != states.len() {
            // What belongs to it is not what the stream knows.
            self.stream = None;
        }
        self.run = run.clone();
        self.states = states;
        self.source = None;
        self.changed = Instant::now();
        self.is_sent = false;
        true
    }

    /// For how long nothing was written before this was first looked at.
    pub(super) fn age(&self) -> Duration {
        let age = self
            .modified()
            .map(|time| SystemTime::now().duration_since(time));
        // A time that is ahead of the clock is one of now.
        age.and_then(Result::ok).unwrap_or_default()
    }

    /// Whether somebody has one of its files open.
    pub(super) fn is_held(&self, writers: &Writers) -> bool {
        let mut states = self.states.iter().flatten();
        states.any(|state| writers.of(*state).is_some())
    }

    /// Takes note of who has its files open at a change; `is_new` if this is the first time that it is seen.
    pub(super) fn note_writers(&mut self, is_new: bool, writers: &Writers) {
        let is_held = self.is_held(writers);
        self.is_reopened |= cfg!(target_os = "linux") && !is_new && !self.was_held && !is_held;
        self.was_held = is_held;
    }

    /// Whether nobody will write to it any more, as far as can be told when the mirror stops.
    pub(super) fn is_closed(&self, writers: &Writers, stale: Duration) -> bool {
        let may_be_reopened = self.is_reopened && self.age() < stale;
        !may_be_reopened && !self.is_held(writers)
    }

    /// Whether it is silent for so long that it has to be asked whether anybody still writes.
    pub(super) fn is_silent(&mut self, stale: Duration) -> bool {
        const AGAIN: Duration = Duration::from_secs(60);
        let is_silent = self.changed.elapsed() >= stale && self.asked.elapsed() >= stale.min(AGAIN);
        if is_silent {
            self.asked = Instant::now();
        }
        is_silent
    }

    /// Whether something is to be done now.
    pub(super) fn is_due(&self) -> bool {
        self.due.is_some()
            && !self.is_busy
            && self.not_before.is_none_or(|time| time <= Instant::now())
    }

    /// Whether what belongs to it has to be found before that.
    pub(super) fn wants_source(&self) -> bool {
        let is_whole =
            self.stream.is_none() || matches!(self.due, Some(Task::End(_) | Task::EndOld));
        self.is_due() && self.is_there && self.source.is_none() && is_whole
    }

    /// When it was last written to.
    pub(super) fn modified(&self) -> Option<SystemTime> {
        let states = self.states.iter().flatten();
        states.filter_map(|state| state.modified()).max()
    }
}
