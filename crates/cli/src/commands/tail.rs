//! `tfevents tail`: what is logged, as it is logged.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::io::Write as _;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tfevents::reader::{Finding, Tail, TailItem};
use tfevents::{Number, Value};

use crate::args::filters::{self, Patterns, Tags, Wanted};
use crate::input::paths::Paths;
use crate::output;
use crate::ui::reporter::Reporter;
use crate::ui::style::Styles;
use crate::ui::suggest;
use crate::ui::usage::UsageError;
use tfevents_analysis::number;
use tfevents_analysis::text;
use tfevents_table::json::PathText;

mod expression;
mod print;
mod session;
mod watch;

use expression::{Expression, Latest};
use print::{Happened, Logged, Printer, Reason};
use session::Sessions;
use watch::Watch;

/// Follow logdirs: print values as they are logged, and wait for conditions
///
/// Says so, too, when a run appears or starts over. A logdir need not exist yet.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    /// Begin with the latest N values that are there
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
    lines: usize,

    /// Begin with all values that are there
    #[arg(long, conflicts_with = "lines")]
    from_start: bool,

    /// End once this holds in a run, as in 'val/acc > 0.9'
    #[arg(long, value_name = "CONDITION", value_parser = Watching::parse)]
    until: Option<Watching>,

    /// Fail once this holds in a run, as in 'isnan(loss)'
    #[arg(long, value_name = "CONDITION", value_parser = Watching::parse)]
    fail_if: Option<Watching>,

    /// End after this time, as in 90s, 10m or 2h
    #[arg(long, value_name = "TIME", value_parser = number::parse_duration)]
    timeout: Option<Duration>,

    /// How long to wait between two looks
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = number::parse_duration)]
    interval: Duration,

    /// End with what is there
    #[arg(long, conflicts_with = "timeout")]
    no_follow: bool,

    /// Print JSON, one object per line (shape: docs/json.md)
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    filters: filters::Filters,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents tail runs
  tfevents tail runs --tag '*loss' --json | jq .value
  tfevents tail runs/exp1 --until 'val/acc > 0.9' --fail-if 'isnan(*)'
  tfevents tail runs --until 'step(loss) >= 1000 and loss < 0.1' --timeout 2h

A condition is about the latest scalars of one run, whichever it is; those that
are there already count. It compares tags, numbers and step(TAG) by <, <=, >,
>=, == and !=, asks isnan(TAG) and isinf(TAG), and is put together by and, or,
not and parentheses. Tags with spaces or operators in them stand in quotes;
patterns stand for any tag that they match. A tag without a value makes nothing
true. --tag chooses what is printed, not what conditions see.

Exit status: 0 --until holds, or the end came and nothing was waited for;
1 failed, or --fail-if holds; 2 wrong usage; 3 the end came before --until held,
or damage was seen.";

/// A condition with its text.
#[derive(Clone, Debug)]
struct Watching(String);

impl Watching {
    fn parse(text: &str) -> Result<Self, String> {
        Expression::parse(text).map(|_| Self(text.to_owned()))
    }

    fn watch(&self) -> Result<Watch> {
        let condition = Expression::parse(&self.0);
        condition.map(Watch::new).map_err(|e| UsageError(e).into())
    }
}

/// Whether a condition holds where every tag has these values; none if it does not parse.
pub(crate) fn try_out(condition: &str, values: &[f64]) -> Option<bool> {
    let condition = Expression::parse(condition).ok()?;
    let values = values.iter().map(|&value| Latest { value, step: 1 });
    let latest = vec![values.collect(); condition.names().len()];
    Some(condition.holds(&latest))
}

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.filters.compile()?;
    if args.paths.is_stdin()? {
        return Err(UsageError("`-`: standard input cannot be followed".to_owned()).into());
    }
    let sources = args.paths.open(&wanted.runs, reporter);
    if let Err(e) = sources {
        if args.no_follow || e.downcast_ref::<UsageError>().is_some() {
            return Err(e);
        }
        reporter.note(format_args!("{e:#}; waiting"));
    }
    let max_record = args.paths.limits.max_record;
    let mut tail = Tail::of_roots(args.paths.roots()?).max_record(max_record);
    if args.no_follow {
        tail.finish();
    }
    let mut follow = Follow::new(args, &wanted, reporter)?;
    let began = Instant::now();
    loop {
        let listing = tail.poll(&mut |item| follow.item(item));
        follow.end_poll()?;
        if let Err(e) = listing {
            reporter.warn(e);
        }
        if let Some(end) = follow.end.take() {
            return follow.finish(end);
        }
        let left = match args.timeout {
            Some(timeout) => timeout.saturating_sub(began.elapsed()),
            None => args.interval,
        };
        if args.no_follow || left.is_zero() {
            let reason = if args.no_follow {
                Reason::EndOfData
            } else {
                Reason::Timeout
            };
            return follow.finish(End { reason, at: None });
        }
        thread::sleep(args.interval.min(left));
    }
}

/// Why it is over.
struct End {
    reason: Reason,
    /// The run and step at which a condition came to hold.
    at: Option<(String, i64)>,
}

/// Following under way.
struct Follow<'a> {
    args: &'a Args,
    reporter: &'a Reporter,
    runs: Runs<'a>,
    tags: Tags<'a>,
    printer: Printer,
    sessions: Sessions,
    until: Option<Watch>,
    fail_if: Option<Watch>,
    /// At the first look, what it may begin with.
    backlog: Option<VecDeque<Logged>>,
    end: Option<End>,
    /// What went wrong with printing.
    error: Option<anyhow::Error>,
}

impl<'a> Follow<'a> {
    fn new(args: &'a Args, wanted: &'a Wanted, reporter: &'a Reporter) -> Result<Self> {
        Ok(Self {
            args,
            reporter,
            runs: Runs::new(&wanted.runs, args)?,
            tags: Tags::new(wanted),
            printer: Printer {
                out: output::styled_stdout(),
                json: args.json,
                styles: Styles::for_stdout(),
            },
            sessions: Sessions::default(),
            until: args.until.as_ref().map(Watching::watch).transpose()?,
            fail_if: args.fail_if.as_ref().map(Watching::watch).transpose()?,
            backlog: (!args.from_start).then(VecDeque::new),
            end: None,
            error: None,
        })
    }

    fn item(&mut self, item: TailItem<'_>) {
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
        match item {
            TailItem::Point {
                step,
                wall_time,
                point,
                ..
            } => {
                if self.sessions.goes_back(run, point.tag, step) {
                    self.happened(&Happened::Restart { run, step })?;
                }
                let logged = self
                    .tags
                    .wants(point.tag)
                    .then(|| Logged::new(run, step, wall_time, &point));
                match (&mut self.backlog, logged) {
                    (Some(backlog), Some(logged)) => keep(backlog, logged, self.args.lines),
                    (None, Some(logged)) => self.printer.logged(&logged)?,
                    _ => {}
                }
                if let Value::Scalar(v) = point.value {
                    self.watch(run, point.tag, as_written(v), step);
                }
                Ok(())
            }
            TailItem::NewRun { .. } => self.happened(&Happened::NewRun { run }),
            TailItem::Start { step, .. } => {
                if self.sessions.starts(run) {
                    self.happened(&Happened::Restart { run, step })?;
                }
                Ok(())
            }
            TailItem::Replaced { file, .. } => {
                // Steps that come once more do not go back.
                self.sessions.starts(run);
                let file = PathText(file);
                self.happened(&Happened::Replaced { run, file })
            }
            TailItem::Damage { file, finding, .. } => self.damage(run, file, &finding),
            _ => Ok(()),
        }
    }

    /// What happened before is not news.
    fn happened(&mut self, happened: &Happened<'_>) -> Result<()> {
        match self.backlog {
            Some(_) => Ok(()),
            None => self.printer.happened(happened),
        }
    }

    fn damage(&mut self, run: &str, file: &Path, finding: &Finding) -> Result<()> {
        self.reporter
            .warn(format_args!("{}: {finding}", text::path(file)));
        self.printer.happened(&Happened::Damage {
            run,
            file: PathText(file),
            record: finding.record,
            offset: finding.offset,
            bytes: finding.len,
            problem: finding.problem.to_string(),
        })
    }

    fn watch(&mut self, run: &str, tag: &str, value: f64, step: i64) {
        let conditions = [
            (&mut self.fail_if, Reason::FailIf),
            (&mut self.until, Reason::Until),
        ];
        for (watch, reason) in conditions {
            let holds = watch
                .as_mut()
                .is_some_and(|watch| watch.see(run, tag, value, step));
            if holds && self.end.is_none() {
                self.end = Some(End {
                    reason,
                    at: Some((run.to_owned(), step)),
                });
            }
        }
    }

    /// Prints what was kept, and makes sure that readers have it.
    fn end_poll(&mut self) -> Result<()> {
        if let Some(e) = self.error.take() {
            return Err(e);
        }
        if let Some(backlog) = self.backlog.take() {
            for logged in backlog {
                self.printer.logged(&logged)?;
            }
            if self.end.is_none() && !self.args.no_follow {
                self.hint();
            }
        }
        self.printer.out.flush()?;
        Ok(())
    }

    /// A condition about a tag that is not there may wait for ever.
    fn hint(&self) {
        for watch in [&self.until, &self.fail_if].into_iter().flatten() {
            let tags: BTreeSet<_> = watch.tags().collect();
            for name in watch.unmatched().filter(|_| !tags.is_empty()) {
                let hint = suggest::hint(name, tags.iter().copied());
                self.reporter
                    .note(format_args!("no scalar matches `{name}` so far{hint}"));
            }
        }
    }

    fn finish(mut self, end: End) -> Result<()> {
        let (run, step) = end.at.as_ref().map(|(run, step)| (&**run, *step)).unzip();
        let reason = end.reason;
        self.printer
            .happened(&Happened::End { reason, run, step })?;
        self.printer.out.flush()?;
        let place = match (run, step) {
            (Some(run), Some(step)) => format!("in {run} at step {step}"),
            _ => String::new(),
        };
        let text = |watching: &Option<Watching>| watching.as_ref().map_or("", |w| &w.0).to_owned();
        match reason {
            Reason::FailIf => bail!("`{}` holds {place}", text(&self.args.fail_if)),
            Reason::Until => {
                let until = text(&self.args.until);
                self.reporter.note(format_args!("`{until}` holds {place}"));
            }
            Reason::Timeout | Reason::EndOfData => {
                self.tags.check(self.reporter)?;
                if self.args.until.is_some() {
                    let until = text(&self.args.until);
                    self.reporter
                        .warn(format_args!("`{until}` does not hold in any run"));
                    self.hint();
                }
            }
        }
        Ok(())
    }
}

/// Which runs are wanted.
struct Runs<'a> {
    patterns: &'a Patterns,
    /// What stands in front of the names where several paths are followed.
    roots: Vec<String>,
    known: HashMap<Box<str>, bool>,
}

impl<'a> Runs<'a> {
    fn new(patterns: &'a Patterns, args: &Args) -> Result<Self> {
        let roots = args.paths.roots()?;
        Ok(Self {
            patterns,
            roots: roots
                .iter()
                .filter_map(|root| root.name().map(str::to_owned))
                .collect(),
            known: HashMap::new(),
        })
    }

    /// The name of the run that this is about, as other verbs have it; `None` if it is not wanted.
    fn name<'i>(&mut self, item: &TailItem<'i>) -> Option<&'i str> {
        let (TailItem::Point { run, .. }
        | TailItem::NewRun { run }
        | TailItem::Start { run, .. }
        | TailItem::Replaced { run, .. }
        | TailItem::Damage { run, .. }) = *item
        else {
            return None;
        };
        let name = match run.strip_suffix("/.") {
            Some(root) if !self.roots.is_empty() => root,
            _ => run,
        };
        self.wants(name, run).then_some(name)
    }

    fn wants(&mut self, name: &str, run: &str) -> bool {
        if self.patterns.is_empty() {
            return true;
        }
        if let Some(&wanted) = self.known.get(name) {
            return wanted;
        }
        let own = self
            .roots
            .iter()
            .filter_map(|root| run.strip_prefix(&**root)?.strip_prefix('/'));
        let wanted = own.fold(self.patterns.matches(name), |wanted, own| {
            self.patterns.matches(own) || wanted
        });
        self.known.insert(name.into(), wanted);
        wanted
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

/// The number that people see: a stored 32-bit 0.7 is 0.7, and not a little less.
fn as_written(number: Number) -> f64 {
    match number {
        Number::F32(_) => number.to_string().parse().unwrap_or(number.as_f64()),
        other => other.as_f64(),
    }
}
