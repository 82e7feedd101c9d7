//! Following under way: what happens in the runs, printed and compared with conditions.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Result, bail};
use tfevents::plugin::hparams::HParamsEvent;
use tfevents::reader::{Defect, Foreign, TailItem};
use tfevents::{Health, Kind, Policy, Value};

use super::Args;
use super::backlog::Backlog;
use super::damaged::Damaged;
use super::print::{Happened, Logged, Printer, Reason};
use super::runs::Runs;
use crate::args::conditions;
use crate::args::filters::Wanted;
use crate::ui::health;
use crate::ui::reporter::Reporter;
use crate::ui::suggest;
use crate::ui::unmatched::Unmatched;
use tfevents_analysis::Watch;
use tfevents_analysis::condition::Subject;
use tfevents_analysis::pattern::{Patterns, WantedTags};
use tfevents_analysis::text;
use tfevents_table::json::PathText;

/// Why it is over.
pub(super) struct End {
    pub(super) reason: Reason,
    /// The run and step at which a condition came to hold.
    pub(super) at: Option<(String, i64)>,
}

/// Following under way.
pub(super) struct Follow<'a> {
    args: &'a Args,
    reporter: &'a Reporter,
    runs: Runs<'a>,
    tags: WantedTags<'a>,
    /// The kinds of values, as far as it matters which there are.
    met: BTreeSet<Kind>,
    /// Whether any value was meant.
    any: bool,
    printer: Printer,
    until: Option<Watch>,
    fail_if: Option<Watch>,
    /// At the first look, what it may begin with.
    backlog: Option<VecDeque<Logged>>,
    /// At the first look, what a policy has shown of the values already.
    known: Option<Backlog>,
    /// Where a policy matters, the greatest step of each run that was printed.
    printed: HashMap<Box<str>, i64>,
    pub(super) end: Option<End>,
    /// What went wrong with printing.
    error: Option<anyhow::Error>,
    damaged: Damaged,
    /// When there was a value last, or the first run; none while there is no run.
    news: Option<Instant>,
}

impl<'a> Follow<'a> {
    pub(super) fn new(args: &'a Args, wanted: &'a Wanted, reporter: &'a Reporter) -> Result<Self> {
        let watch = |flag, text: &Option<String>| {
            let parse = |text| conditions::parse(flag, text, args.filters.regex());
            Ok::<_, anyhow::Error>(text.as_deref().map(parse).transpose()?.map(Watch::new))
        };
        Ok(Self {
            args,
            reporter,
            runs: Runs::new(&wanted.runs, &args.paths)?,
            tags: WantedTags::new(&wanted.tags),
            met: BTreeSet::new(),
            any: false,
            printer: Printer::new(args.json, args.no_follow),
            until: watch("--until", &args.until)?,
            fail_if: watch("--fail-if", &args.fail_if)?,
            backlog: (!args.from_start).then(VecDeque::new),
            known: None,
            printed: HashMap::new(),
            end: None,
            error: None,
            damaged: Damaged::default(),
            news: None,
        })
    }

    pub(super) fn item(&mut self, item: TailItem<'_>) {
        if self.end.is_some() || self.error.is_some() {
            return;
        }
        if let Err(e) = self.try_item(item) {
            self.error = Some(e);
        }
    }

    fn try_item(&mut self, item: TailItem<'_>) -> Result<()> {
        let Some(run) = self.runs.name(&item) else {
            return Ok(());
        };
        self.news.get_or_insert_with(Instant::now);
        match item {
            TailItem::Point {
                step,
                wall_time,
                point,
                ..
            } => {
                if !self.args.kinds.all() {
                    self.met.insert(point.kind);
                }
                self.news = Some(Instant::now());
                let wanted = self.tags.wants(point.tag) && self.args.kinds.has(point.kind);
                self.any |= wanted;
                let mut known = self.known.as_mut();
                let is_known = known
                    .as_mut()
                    .is_some_and(|known| known.has(run, point.tag));
                if wanted && !is_known {
                    let series = (point.tag, point.kind);
                    let logged = Logged::new(run, step, wall_time, series, &point.value);
                    match &mut self.backlog {
                        Some(backlog) => keep(backlog, logged, self.args.limit),
                        None => self.print(&logged)?,
                    }
                }
                match &point.value {
                    Value::Scalar(v) => {
                        self.watch(step, |watch| {
                            let holds = watch.scalar(run, point.tag, step, wall_time, *v);
                            holds.then(|| run.to_owned())
                        });
                    }
                    Value::HParams(event) => {
                        if let HParamsEvent::SessionStart { hparams, .. } = &**event {
                            self.watch(step, |watch| watch.hparams(run, &hparams.values));
                        }
                    }
                    _ => {}
                }
                Ok(())
            }
            TailItem::NewRun { .. } => self.happened(&Happened::NewRun { run }),
            TailItem::Restart {
                step, is_marked, ..
            } => {
                self.happened(&Happened::Restart { run, step })?;
                self.supersede(run, step, is_marked)
            }
            TailItem::Replaced { file, .. } => {
                let file = PathText(file);
                self.happened(&Happened::Replaced { run, file })
            }
            TailItem::Damage { file, defect, .. } => self.damage(run, file, &defect),
            TailItem::Unreadable { file, error, .. } => {
                if self.damaged.names(file, self.reporter) {
                    self.reporter.warn(error);
                }
                self.printer.happened(&Happened::Unreadable {
                    run,
                    file: PathText(file),
                    error: error.to_string(),
                })
            }
            _ => Ok(()),
        }
    }

    /// Whether this is the first look.
    fn is_first(&self) -> bool {
        self.backlog.is_some() || self.known.is_some()
    }

    /// What happened before is not news.
    fn happened(&mut self, happened: &Happened<'_>) -> Result<()> {
        match self.is_first() {
            true => Ok(()),
            false => self.printer.happened(happened),
        }
    }

    /// Begins with what a policy shows of the values that are there.
    pub(super) fn begin_with(&mut self, mut backlog: Backlog) -> Result<()> {
        self.backlog = None;
        for logged in std::mem::take(&mut backlog.shown) {
            self.print(&logged)?;
        }
        self.known = Some(backlog);
        Ok(())
    }

    fn print(&mut self, logged: &Logged) -> Result<()> {
        if self.args.policy != Policy::Raw {
            match self.printed.get_mut(&*logged.run) {
                Some(step) => *step = logged.step.max(*step),
                None => _ = self.printed.insert((&*logged.run).into(), logged.step),
            }
        }
        self.printer.logged(logged)
    }

    /// Says that a run which starts over takes the place of what was printed of it. For the slow loader, only the mark of a
    /// session's start does.
    fn supersede(&mut self, run: &str, step: i64, is_marked: bool) -> Result<()> {
        let policy = self.args.policy;
        let printed = self.printed.get(run).is_some_and(|last| *last >= step);
        if self.is_first() || !printed || (policy == Policy::Slow && !is_marked) {
            return Ok(());
        }
        self.reporter.note(format_args!(
            "{}: restarted at step {step}, so values printed above from that step on no longer count (--policy \
             {policy})",
            text::printable(run)
        ));
        let policy = policy.name();
        self.printer
            .happened(&Happened::Superseded { run, step, policy })
    }

    fn damage(&mut self, run: &str, file: &Path, defect: &Defect) -> Result<()> {
        // Damage from the start may be a file that never held events.
        let from_start = (defect.offset == 0).then(Health::default);
        let instead = from_start.and_then(|health| Foreign::instead_of_events(file, &health));
        let problem = instead.map_or_else(|| defect.kind.to_string(), health::no_events);
        if self.damaged.names(file, self.reporter) {
            let file = text::path(file);
            match instead {
                Some(_) => self.reporter.warn(format_args!("{file}: {problem}")),
                None => self.reporter.warn(format_args!("{file}: {defect}")),
            }
        }
        self.printer.happened(&Happened::Damage {
            run,
            file: PathText(file),
            record: defect.record,
            offset: defect.offset,
            bytes: defect.len,
            problem,
        })
    }

    /// Shows both conditions how long there was nothing new.
    pub(super) fn wait(&mut self) {
        if let Some(news) = self.news {
            let idle = news.elapsed().as_secs_f64();
            self.watch(None, |watch| watch.idle(idle));
        }
    }

    /// Shows both conditions something, as at a step; `see` returns the run for which they hold then.
    fn watch(&mut self, step: impl Into<Option<i64>>, see: impl Fn(&mut Watch) -> Option<String>) {
        let step = step.into();
        let conditions = [
            (&mut self.fail_if, Reason::FailIf),
            (&mut self.until, Reason::Until),
        ];
        for (watch, reason) in conditions {
            let holds = watch.as_mut().and_then(&see);
            if let (Some(run), None) = (holds, &self.end) {
                self.end = Some(End {
                    reason,
                    at: step.map(|step| (run, step)),
                });
            }
        }
    }

    /// Prints what was kept, and makes sure that readers have it.
    pub(super) fn end_poll(&mut self) -> Result<()> {
        self.damaged.end(self.reporter);
        if let Some(e) = self.error.take() {
            return Err(e);
        }
        if self.is_first() {
            self.known = None;
            for logged in self.backlog.take().unwrap_or_default() {
                self.print(&logged)?;
            }
            if self.end.is_none() && !self.args.no_follow {
                self.hint();
            }
        }
        self.printer.flush()?;
        Ok(())
    }

    /// A condition about what is not there may wait for ever.
    fn hint(&self) {
        for watch in [&self.until, &self.fail_if].into_iter().flatten() {
            let tags: BTreeSet<_> = watch.tags().collect();
            let hparams: BTreeSet<_> = watch.hparam_names().collect();
            if tags.is_empty() && hparams.is_empty() {
                continue;
            }
            for reference in watch.unmatched() {
                let (noun, names) = match reference.subject() {
                    Subject::HParam => ("hyperparameter", &hparams),
                    _ => ("scalar", &tags),
                };
                let is_missing = |(_, patterns): &(_, &Arc<Patterns>)| {
                    !names.iter().any(|name| patterns.matches(name))
                };
                let Some((name, _)) = reference.names().find(is_missing) else {
                    continue;
                };
                let hint = suggest::hint(name, names.iter().copied());
                self.reporter
                    .note(format_args!("no {noun} matches `{name}` so far{hint}"));
            }
        }
    }

    /// The filters that matched nothing.
    fn unmatched(&self) -> Unmatched {
        Unmatched::of_tags(&self.tags).and(self.args.kinds.unmatched(&self.met))
    }

    pub(super) fn finish(mut self, end: End) -> Result<()> {
        let (run, step) = end.at.as_ref().map(|(run, step)| (&**run, *step)).unzip();
        let reason = end.reason;
        if matches!(reason, Reason::Timeout | Reason::EndOfData) {
            self.unmatched().report(self.any, self.reporter)?;
        }
        self.printer
            .happened(&Happened::End { reason, run, step })?;
        self.printer.flush()?;
        let place = match (run, step) {
            (Some(run), Some(step)) => format!(" in {run} at step {step}"),
            _ => String::new(),
        };
        let text = |condition: &'a Option<String>| condition.as_deref().unwrap_or_default();
        match reason {
            Reason::FailIf => bail!("`{}` holds{place}", text(&self.args.fail_if)),
            Reason::Until => {
                let until = text(&self.args.until);
                self.reporter.note(format_args!("`{until}` holds{place}"));
            }
            Reason::Timeout | Reason::EndOfData => {
                if let Some(until) = &self.args.until {
                    self.reporter
                        .warn(format_args!("`{until}` never held in any run"));
                    self.hint();
                }
            }
        }
        Ok(())
    }
}

/// Keeps the latest values, in the order of their times.
fn keep(backlog: &mut VecDeque<Logged>, logged: Logged, limit: usize) {
    let after = |other: &Logged| other.wall_time <= logged.wall_time;
    // Runs come one after the other, so that the place is found from the end.
    let place = backlog.iter().rposition(after).map_or(0, |i| i + 1);
    backlog.insert(place, logged);
    if backlog.len() > limit {
        backlog.pop_front();
    }
}
