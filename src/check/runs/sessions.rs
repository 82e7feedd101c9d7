//! HParams: the sessions of all runs, and the metrics that belong to them.

use std::collections::BTreeSet;

use super::{Found, flaw};
use crate::check::dashboards::named;
use crate::check::flaw::{HPARAMS_TAG, HPARAMS_VALUE};
use crate::check::{Flaw, Report};
use crate::plugin::hparams::{EXPERIMENT_TAG, Experiment};

pub(super) fn findings(reports: &[Report]) -> Vec<Found> {
    let is_used = |report: &Report| report.facts.hparams;
    let Some(first) = reports.iter().position(is_used) else {
        return Vec::new();
    };
    let has = |report: &Report, code| report.findings.iter().any(|f| f.problem.code() == code);
    let table = Table::new(reports);
    if table.sessions.is_empty() {
        // A session under another tag was found there.
        let is_said = reports.iter().any(|report| has(report, HPARAMS_TAG));
        return match is_said {
            true => Vec::new(),
            false => vec![flaw(first, None, without_sessions())],
        };
    }
    let mut found = Vec::new();
    let mut experiments = table.experiments.iter();
    let has_columns = experiments.any(|(_, experiment)| !experiment.hparams.is_empty());
    if !has_columns && table.sessions.iter().all(|(_, names)| names.is_empty()) {
        // Why those that there are have no column was found there.
        let empty = table
            .sessions
            .iter()
            .filter(|&&(run, _)| !has(&reports[run], HPARAMS_VALUE));
        found.extend(empty.map(|&(run, _)| flaw(run, None, without_hparams())));
    }
    for &(run, names) in &table.sessions {
        found.extend(in_logdir(reports, run, &table).map(|f| flaw(run, None, f)));
        found.extend(without_column(names, &table).map(|f| flaw(run, None, f)));
        found.extend(table.late_metrics(reports, run));
    }
    found.extend(table.unused_metrics(reports));
    found
}

/// What makes the rows and columns.
struct Table<'r> {
    /// The runs in which a session starts, with the names of their hyperparameters.
    sessions: Vec<(usize, &'r BTreeSet<String>)>,
    /// The runs that state columns.
    experiments: Vec<(usize, &'r Experiment)>,
}

impl<'r> Table<'r> {
    fn new(reports: &'r [Report]) -> Self {
        let facts = || reports.iter().map(|report| &report.facts).enumerate();
        Self {
            sessions: facts()
                .filter_map(|(i, facts)| Some((i, facts.session.as_ref()?)))
                .collect(),
            experiments: facts()
                .filter_map(|(i, facts)| Some((i, facts.experiment.as_ref()?)))
                .collect(),
        }
    }

    /// The runs whose scalars are a session's metrics, and what of their names is the metric's group.
    fn runs_of<'a>(
        &'a self,
        reports: &'a [Report],
        session: usize,
    ) -> impl Iterator<Item = (usize, &'a str)> + 'a {
        let name = &*reports[session].run;
        reports.iter().enumerate().filter_map(move |(i, report)| {
            let group = match report.run.strip_prefix(name)? {
                "" => "",
                below => below.strip_prefix('/')?,
            };
            // A session further down has what is below it.
            let is_nearer = |&&(other, _): &&(usize, _)| {
                let other = &*reports[other].run;
                let below = report
                    .run
                    .strip_prefix(other)
                    .is_some_and(|b| b.is_empty() || b.starts_with('/'));
                below && other.len() > name.len()
            };
            self.sessions
                .iter()
                .find(is_nearer)
                .is_none()
                .then_some((i, group))
        })
    }

    /// Whether a scalar has a column, which all have where none is stated.
    fn is_metric(&self, group: &str, tag: &str) -> bool {
        let mut stated = self
            .experiments
            .iter()
            .flat_map(|(_, experiment)| &experiment.metrics);
        self.experiments.is_empty()
            || stated.any(|metric| metric.group == group && metric.tag == tag)
    }

    /// Metrics whose last step the table cannot hold.
    fn late_metrics(&self, reports: &[Report], session: usize) -> Vec<Found> {
        // Nobody asks for the metrics of a session in the logdir itself unless they are stated.
        if reports[session].run == "." && self.experiments.is_empty() {
            return Vec::new();
        }
        let runs = self.runs_of(reports, session);
        runs.flat_map(|(run, group)| {
            let late = reports[run].curves().filter(move |(tag, curve)| {
                i32::try_from(curve.last_step).is_err() && self.is_metric(group, tag)
            });
            let mut late: Vec<_> = late.collect();
            late.sort_unstable_by_key(|&(tag, _)| tag);
            let late = late.into_iter();
            late.map(move |(tag, curve)| flaw(run, Some(tag), late_metric(curve.last_step)))
        })
        .collect()
    }

    /// Experiments of which no session has any metric: some may be logged later.
    fn unused_metrics(&self, reports: &[Report]) -> Vec<Found> {
        let is_logged = |group: &str, tag: &str| {
            self.sessions.iter().any(|&(session, _)| {
                self.runs_of(reports, session)
                    .any(|(run, below)| below == group && reports[run].curve(tag).is_some())
            })
        };
        let mut runs = self
            .sessions
            .iter()
            .flat_map(|&(session, _)| self.runs_of(reports, session));
        let has_scalars = runs.any(|(run, _)| reports[run].curves().next().is_some());
        let mut found = Vec::new();
        for &(run, experiment) in &self.experiments {
            let metrics = || experiment.metrics.iter();
            let any = metrics().any(|metric| is_logged(&metric.group, &metric.tag));
            let names: Vec<_> = metrics().map(|metric| metric.tag.as_str()).collect();
            let tag = reports[run].has_tag(EXPERIMENT_TAG);
            let tag = tag.then_some(EXPERIMENT_TAG);
            if names.is_empty() && has_scalars {
                found.push(flaw(run, tag, no_metric()));
            } else if !any && !names.is_empty() {
                found.push(flaw(run, tag, unused_metric(&named(&names))));
            }
        }
        found
    }
}

/// A session in the logdir itself, whose scalars TensorBoard looks for in the wrong place.
fn in_logdir(reports: &[Report], run: usize, table: &Table<'_>) -> Option<Flaw> {
    (reports[run].run == "." && table.experiments.is_empty()).then(|| {
        Flaw::new(
            "session_in_logdir",
            "HParams: the session is in the logdir itself, where TensorBoard shows none of its metrics",
            "Start TensorBoard one directory up, or log each session into its own directory.",
        )
    })
}

/// Hyperparameters that the columns leave out.
fn without_column(names: &BTreeSet<String>, table: &Table<'_>) -> Option<Flaw> {
    let is_stated = |name: &str| {
        let mut experiments = table.experiments.iter();
        experiments
            .all(|(_, experiment)| experiment.hparams.iter().any(|hparam| hparam.name == name))
    };
    let missing: Vec<_> = names
        .iter()
        .filter(|name| !is_stated(name))
        .map(String::as_str)
        .collect();
    (!missing.is_empty()).then(|| {
        Flaw::new(
            "hparams_column",
            format!(
                "HParams: no column for {}: an experiment declares other hyperparameters, and \
                 TensorBoard uses only one experiment per logdir, chosen arbitrarily",
                named(&missing)
            ),
            "Declare all hyperparameters in one experiment, or none.",
        )
    })
}

fn without_sessions() -> Flaw {
    Flaw::new(
        "hparams_without_session",
        "HParams: no run starts a session, so the table is empty",
        "Log a session's start in each run, as `start_session` does.",
    )
}

fn without_hparams() -> Flaw {
    Flaw::new(
        "session_without_hparams",
        "HParams: no session has a hyperparameter, so the table has no columns",
        "Log hyperparameters with the session's start.",
    )
}

fn late_metric(step: i64) -> Flaw {
    Flaw::new(
        "metric_step",
        format!(
            "HParams: the metric's last step is {step}, which does not fit into 32 bits: \
             TensorBoard answers 500 for all sessions"
        ),
        "Count batches or epochs as steps instead of samples, or declare other metrics in an experiment.",
    )
}

fn no_metric() -> Flaw {
    Flaw::new(
        "metric_missing",
        "HParams: the experiment declares no metrics, so the table has none",
        "Declare the metrics to show in the experiment, or log no experiment: then all scalars of \
         the sessions are metrics.",
    )
}

fn unused_metric(names: &str) -> Flaw {
    Flaw::new(
        "metric_missing",
        format!(
            "HParams: no session logs any of the metrics that the experiment declares: {names}"
        ),
        "Log them as scalars in the run of the session, or in the run below it that the metric names.",
    )
}
