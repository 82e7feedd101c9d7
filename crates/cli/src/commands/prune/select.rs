//! Which runs are to go, and why.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::Result;
use tfevents::WallTime;

use super::candidate::Candidate;
use crate::args::complete;
use crate::args::conditions;
use crate::args::numbers;
use crate::args::paths::Paths;
use crate::input::loaded::{Content, Loaded};
use crate::input::sources::Sources;
use crate::ui::reporter::Reporter;
use tfevents_analysis::condition::{Bound, Condition, Reference};
use tfevents_analysis::extent::ByExtent;
use tfevents_analysis::hyperparameters::{Lookup, Trials};
use tfevents_analysis::pattern::SeenTags;
use tfevents_analysis::run_table::{Line, Names, Reason};

/// By the names of runs, the values that select them.
pub(super) type Reasons = BTreeMap<String, Vec<Reason>>;

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
#[command(next_help_heading = "Conditions, one or more")]
pub(super) struct Conditions {
    /// Runs whose name matches; `*` and `?` also match slashes. Can be repeated
    #[arg(long, value_name = "PATTERN", add = complete::runs())]
    pub(super) run: Vec<String>,

    /// Runs with this many values of all kinds, as in '<100'
    #[arg(long, value_name = "BOUND")]
    points: Option<Bound>,

    /// Runs whose last event is older than this: 90min, 12h, 30d
    #[arg(long, value_name = "TIME", value_parser = numbers::parse_duration)]
    older_than: Option<Duration>,

    /// Runs for which CONDITION holds, as in 'last:val/acc < 0.1 or @lr > 1' (see docs/conditions.md). Can be
    /// repeated
    #[arg(long = "where", value_name = "CONDITION", allow_hyphen_values = true, add = complete::conditions())]
    pub(super) conditions: Vec<String>,
}

impl Conditions {
    /// Whether any is about what a run holds.
    pub(super) fn ask_values(&self) -> bool {
        self.points.is_some() || !self.conditions.is_empty()
    }

    /// Each flag, and whether it was given.
    pub(super) fn flags(&self) -> [(&'static str, bool); 4] {
        [
            ("--run", !self.run.is_empty()),
            ("--points", self.points.is_some()),
            ("--older-than", self.older_than.is_some()),
            ("--where", !self.conditions.is_empty()),
        ]
    }

    /// The runs for which the other conditions hold, each followed by those of sessions that belong to it. `reasons`
    /// are why those of `--where` do, if there are any.
    pub(super) fn candidates(
        &self,
        sources: &Sources,
        trials: &[Trials],
        mut reasons: Option<Reasons>,
        reporter: &Reporter,
    ) -> Vec<Candidate> {
        reporter.begin_progress(sources.bytes(), false);
        // Whoever evaluated those has read the runs, and told what is wrong with them.
        let told = reasons.is_some();
        let now = WallTime::now().as_secs();
        let age = self.older_than.as_ref().map(Duration::as_secs_f64);
        let wanted = ByExtent {
            points: self.points,
            before: age.map(|age| now - age),
        };
        let mut candidates = Vec::new();
        for source in &sources.runs {
            let mut candidate = Candidate::read(source, told, reporter);
            let because = reasons.as_mut().and_then(|all| all.remove(&source.name));
            candidate.because = because.unwrap_or_default();
            let below = sources.trials_of(source, trials);
            let below = below.map(|trial| Candidate::read(trial, told, reporter).of(&source.name));
            let below: Vec<_> = below.collect();
            let all = || below.iter().chain([&candidate]);
            let points = all().map(|candidate| candidate.points).sum();
            let last_time = all().map(|candidate| candidate.last_time);
            let last_time = last_time.fold(f64::NEG_INFINITY, f64::max);
            if wanted.selects(points, last_time) {
                candidates.push(candidate);
                candidates.extend(below);
            }
        }
        reporter.end_progress();
        candidates
    }
}

/// The runs of which all conditions of `--where` are true, and why.
pub(super) fn of_which_true(
    conditions: &[Condition],
    paths: &Paths,
    sources: Sources,
    lookup: &Lookup,
    reporter: &Reporter,
) -> Result<(Sources, Reasons)> {
    let seen = SeenTags::default();
    let references = conditions.iter().flat_map(Condition::references);
    let test = seen.test_any(references.flat_map(Reference::tags).collect());
    let content = Content::Curves;
    let loaded = Loaded::read(paths, sources, content, lookup, test, reporter)?;
    let lines = loaded.lines(loaded.hparams(reporter)?);
    let mut lines: Vec<_> = lines.into_iter().flatten().collect();
    let names = Names::of(&lines, seen);
    for condition in conditions {
        conditions::found(names.check(condition))?;
        lines.retain(|line| line.holds(condition));
    }
    let reasons: Reasons = lines.iter().map(|line| reasons(line, conditions)).collect();
    let mut sources = loaded.sources;
    sources
        .runs
        .retain(|source| reasons.contains_key(&source.name));
    Ok((sources, reasons))
}

/// A run's name, and the values that make all conditions hold for it, each once.
fn reasons(line: &Line<'_>, conditions: &[Condition]) -> (String, Vec<Reason>) {
    let mut seen = BTreeSet::new();
    let reasons = conditions
        .iter()
        .flat_map(|condition| line.reasons(condition));
    let once = reasons.filter(|reason| seen.insert(reason.of.clone()));
    (line.name().to_owned(), once.collect())
}
