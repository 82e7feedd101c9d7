//! Looks at a logdir again and again, and has done what is to be done for each run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use tfevents_analysis::runs::ancestors;
use tfevents_analysis::writing::Writers;

use super::bell::Bell;
use super::event::Event;
use super::job::{Done, Job, Outcome, Task};
use super::look::Look;
use super::watched::Watched;
use super::{INTERVAL, Mirrored, Plan, show};
use crate::error::{Error, ErrorKind, Result};
use crate::http::Http;
use crate::push::Pushing;

/// How much longer than looking takes nothing is looked at.
const REST: u32 = 10;
/// How long to wait before a run that failed is tried again, and before a server is that is away.
const RUN_AGAIN: Duration = Duration::from_secs(60);
const SERVER_AGAIN: Duration = Duration::from_secs(5);

/// Mirrors a logdir until the bell stops.
pub(super) fn run(
    http: &Http,
    experiment_id: &str,
    plan: &Plan,
    bell: &Bell,
    problem: &Mutex<Option<Error>>,
) -> Result<Mirrored> {
    let sent = AtomicU64::new(0);
    let tell = |points| {
        sent.fetch_add(points, Ordering::Relaxed);
        (plan.tell)(&Event::Sent { points });
    };
    let pushing = Pushing {
        http,
        experiment_id,
        options: &plan.options,
        otherwise: "FINISHED",
        listing: None,
        tell: &tell,
    };
    let (done, inbox) = channel();
    let mut watcher = Watcher {
        plan,
        pushing,
        bell,
        problem,
        done,
        runs: BTreeMap::new(),
        look: None,
        told: Vec::new(),
        busy: 0,
        is_away: false,
        not_before: None,
        left: None,
    };
    thread::scope(|scope| watcher.keep_watching(scope, &inbox));
    match watcher.left {
        Some(error) => Err(error),
        None => Ok(Mirrored {
            points: sent.load(Ordering::Relaxed),
            runs: watcher.runs.values().filter(|run| run.is_sent).count(),
        }),
    }
}

struct Watcher<'a> {
    plan: &'a Plan,
    pushing: Pushing<'a>,
    bell: &'a Bell,
    problem: &'a Mutex<Option<Error>>,
    done: Sender<Done<'a>>,
    runs: BTreeMap<String, Watched<'a>>,
    look: Option<Look>,
    /// What could not be listed, as far as that was told.
    told: Vec<String>,
    /// For how many runs something is being done.
    busy: usize,
    /// Whether the server is away, and until when nothing is tried.
    is_away: bool,
    not_before: Option<Instant>,
    /// Why something was not sent although it should have been by the end.
    left: Option<Error>,
}

impl<'a> Watcher<'a> {
    fn keep_watching<'scope>(
        &mut self,
        scope: &'scope Scope<'scope, '_>,
        inbox: &Receiver<Done<'a>>,
    ) where
        'a: 'scope,
    {
        let mut next = Instant::now();
        while !self.bell.is_stopped() {
            if next <= Instant::now() {
                let began = Instant::now();
                self.look();
                self.end_silent();
                next = Instant::now() + INTERVAL.max(began.elapsed() * REST);
            }
            self.start_jobs(scope);
            self.bell
                .wait(next.saturating_duration_since(Instant::now()));
            self.settle(inbox);
        }
        // Whatever was logged before the end is sent.
        self.look();
        self.hurry();
        self.work_off(scope, inbox);
        self.end_all();
        self.work_off(scope, inbox);
    }

    /// Does all that is due.
    fn work_off<'scope>(&mut self, scope: &'scope Scope<'scope, '_>, inbox: &Receiver<Done<'a>>)
    where
        'a: 'scope,
    {
        loop {
            if self.left.as_ref().is_some_and(Error::is_of_all)
                || self.pushing.http.ending().is_over()
            {
                self.give_up();
            }
            self.start_jobs(scope);
            if self.busy == 0 {
                return;
            }
            self.bell.wait(INTERVAL);
            self.settle(inbox);
        }
    }

    /// Finds what is new in the logdir.
    fn look(&mut self) {
        let is_young = |name: &str| {
            let known = self.runs.get(name);
            known.is_none_or(|run| run.run_id.is_none())
        };
        let look = match Look::at(self.plan, self.look.take(), is_young) {
            Ok(Some(look)) => look,
            Ok(None) => return,
            Err(e) => return self.tell_unlisted(std::slice::from_ref(&e)),
        };
        self.tell_unlisted(look.problems());
        self.runs.values_mut().for_each(|run| run.is_there = false);
        let mut writers = None;
        for run in look.runs(self.plan) {
            let is_new = !self.runs.contains_key(run.name());
            let watched = self.runs.entry(run.name().to_owned());
            let watched = watched.or_insert_with(|| Watched::new(run));
            watched.is_there = true;
            // What is at work is seen when that is done.
            if watched.is_busy || !watched.see(run, look.states(run)) {
                continue;
            }
            watched.due = Some(Task::Advance);
            let writers = writers.get_or_insert_with(Writers::now);
            watched.note_writers(is_new, writers);
            if !is_new {
                continue;
            }
            if watched.age() >= self.plan.stale && !watched.is_held(writers) {
                watched.due = Some(Task::EndOld);
            } else if look.is_below(run) {
                // It may be written in one go, and belong to the run above it.
                watched.not_before = Some(Instant::now() + INTERVAL);
            }
        }
        let is_part = |name: &str| look.is_part(name);
        self.runs
            .retain(|name, run| run.is_busy || run.run_id.is_some() || !is_part(name));
        self.look = Some(look);
    }

    fn tell_unlisted(&mut self, problems: &[tfevents::Error]) {
        let now: Vec<_> = problems.iter().map(ToString::to_string).collect();
        for (error, text) in problems.iter().zip(&now) {
            if !self.told.contains(text) {
                (self.plan.tell)(&Event::Unlisted { error });
            }
        }
        self.told = now;
    }

    /// Ends the runs to which nobody writes any more.
    fn end_silent(&mut self) {
        let mut writers = None;
        for run in self.runs.values_mut() {
            if run.stream.is_some()
                && run.due.is_none()
                && run.is_silent(self.plan.stale)
                && !run.is_held(writers.get_or_insert_with(Writers::now))
            {
                run.due = Some(Task::End("KILLED"));
            }
        }
    }

    /// Ends the runs to which nobody writes any more, when everything ends.
    fn end_all(&mut self) {
        let writers = Writers::now();
        for run in self.runs.values_mut() {
            if run.stream.is_some() && run.is_closed(&writers, self.plan.stale) {
                run.due = Some(Task::End("FINISHED"));
            }
        }
    }

    /// Has everything that is due done now.
    fn hurry(&mut self) {
        self.not_before = None;
        for run in self.runs.values_mut() {
            run.not_before = None;
        }
    }

    fn give_up(&mut self) {
        let mut is_left = false;
        for run in self.runs.values_mut() {
            is_left |= run.due.take().is_some();
        }
        if is_left {
            let message = "stopped before everything was sent";
            self.fail(Error::new(ErrorKind::Stopped, message));
        }
    }

    /// Remembers the first reason why something is left.
    fn fail(&mut self, error: Error) {
        self.left.get_or_insert(error);
    }

    /// Starts what is due, as much at a time as is wanted; first what was written to last.
    fn start_jobs<'scope>(&mut self, scope: &'scope Scope<'scope, '_>)
    where
        'a: 'scope,
    {
        if self.not_before.is_some_and(|time| time > Instant::now()) {
            return;
        }
        // A server that was away is asked by one.
        let jobs = if self.is_away {
            1
        } else {
            self.plan.options.jobs.max(1)
        };
        if self.busy >= jobs {
            return;
        }
        self.find_sources();
        let mut due: Vec<_> = self.runs.iter().filter(|(_, run)| run.is_due()).collect();
        due.sort_by_key(|(_, run)| std::cmp::Reverse(run.modified()));
        let due = due.into_iter().take(jobs - self.busy);
        let due: Vec<_> = due.map(|(name, _)| name.clone()).collect();
        for name in due {
            let parent = self.parent(&name);
            let Some(run) = self.runs.get_mut(&name) else {
                continue;
            };
            let Some(task) = run.due.take() else { continue };
            run.is_busy = true;
            self.busy += 1;
            let job = Job {
                task,
                run: run.run.clone(),
                source: run.source.take(),
                parent,
                stream: run.stream.take().map(|stream| *stream),
            };
            let (pushing, done, bell) = (self.pushing, self.done.clone(), self.bell);
            scope.spawn(move || {
                // Nobody waits for it if the other end is gone.
                let _ = done.send(job.carry_out(&pushing));
                bell.ring();
            });
        }
    }

    fn find_sources(&mut self) {
        let Some(look) = &self.look else { return };
        let wanting = self.runs.iter().filter(|(_, run)| run.wants_source());
        let names: BTreeSet<_> = wanting.map(|(name, _)| name.clone()).collect();
        for (name, source) in look.sources(self.plan, names) {
            if let Some(run) = self.runs.get_mut(&name) {
                run.source = Some(source);
            }
        }
    }

    /// The id of the nearest run above one, if it is to be nested in that.
    fn parent(&self, name: &str) -> Option<String> {
        let mut above = ancestors(name).skip(usize::from(self.plan.options.nested));
        let above = above.find_map(|name| self.runs.get(name)?.run_id.clone());
        above.filter(|_| self.plan.options.nested)
    }

    /// Takes what was done.
    fn settle(&mut self, inbox: &Receiver<Done<'a>>) {
        while let Ok(Done { name, task, result }) = inbox.try_recv() {
            self.busy -= 1;
            let Some(run) = self.runs.get_mut(&name) else {
                continue;
            };
            run.is_busy = false;
            match result {
                Ok(outcome) => {
                    run.failure.clear();
                    settle_run(run, &name, outcome, self.plan);
                    if std::mem::take(&mut self.is_away) {
                        show(self.problem, None);
                        (self.plan.tell)(&Event::Back);
                    }
                }
                Err(error) => self.settle_failure(&name, task, error),
            }
        }
    }

    fn settle_failure(&mut self, name: &str, task: Task, error: Error) {
        let is_last = self.bell.is_stopped();
        let Some(run) = self.runs.get_mut(name) else {
            return;
        };
        if !is_last {
            run.due = Some(task);
        }
        if error.is_of_all() {
            self.not_before = Some(Instant::now() + SERVER_AGAIN);
            if !std::mem::replace(&mut self.is_away, true) {
                (self.plan.tell)(&Event::Away { error: &error });
            }
            show(self.problem, Some(error.clone()));
        } else {
            run.not_before = Some(Instant::now() + RUN_AGAIN);
            let text = error.to_string();
            if run.failure != text {
                (self.plan.tell)(&Event::Failed {
                    run: name,
                    error: &error,
                });
                run.failure = text;
            }
        }
        if is_last {
            self.fail(error);
        }
    }
}

fn settle_run<'a>(run: &mut Watched<'a>, name: &str, outcome: Outcome<'a>, plan: &Plan) {
    match outcome {
        Outcome::Empty => {}
        Outcome::Followed(stream, is_new) => {
            let run_id = stream.run_id();
            run.run_id = Some(run_id.to_owned());
            if let Some(is_new) = is_new
                && !std::mem::replace(&mut run.is_followed, true)
            {
                (plan.tell)(&Event::Followed {
                    run: name,
                    run_id,
                    is_new,
                });
            }
            run.is_sent = true;
            if stream.has_ended() {
                run.due = Some(Task::End("FINISHED"));
            } else if stream.wants_source() && !std::mem::replace(&mut run.is_configured, true) {
                // Its parameters are known by now.
                run.due = Some(Task::Advance);
                return;
            }
            run.stream = Some(stream);
        }
        Outcome::Ended(pushed) => {
            (plan.tell)(&Event::Ended {
                run: name,
                pushed: &pushed,
            });
            run.run_id = Some(pushed.run_id.clone());
            run.is_followed = false;
            run.is_sent = true;
        }
        Outcome::Gone => run.is_sent = true,
    }
}
