//! What became of a run, in words and as JSON.

use serde::Serialize;
use tfevents_mlflow::Pushed;

use super::losses;
use crate::ui::few;
use crate::ui::reporter::Reporter;
use tfevents_analysis::{number, text};

/// A run, as `--json` prints it.
#[derive(Serialize)]
pub(super) struct Report<'a> {
    run: &'a str,
    run_id: &'a str,
    experiment_id: &'a str,
    created: bool,
    status: &'a str,
    points: u64,
    params: u64,
    artifacts: u64,
    losses: losses::Counts<'a>,
    differences: Vec<String>,
}

impl<'a> Report<'a> {
    pub(super) fn new(name: &'a str, run: &'a Pushed) -> Self {
        Self {
            run: name,
            run_id: &run.run_id,
            experiment_id: &run.experiment_id,
            created: run.is_new,
            status: &run.status,
            points: run.points,
            params: run.params,
            artifacts: run.artifacts,
            losses: losses::Counts(&run.losses),
            differences: run.differences.iter().map(ToString::to_string).collect(),
        }
    }
}

/// `created 0a1b with 300 points, 4 parameters and 1 artifact`
pub(super) fn summary(run: &Pushed) -> String {
    let counts = [
        (run.points, "point"),
        (run.params, "parameter"),
        (run.artifacts, "artifact"),
    ];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<_> = counts
        .map(|(count, noun)| number::counted(*count, noun))
        .collect();
    let id = &run.run_id;
    let what = match (run.is_new, counts.is_empty()) {
        (true, true) => return format!("created {id}, which is empty"),
        (false, true) => return format!("nothing new for {id}"),
        (true, false) => format!("created {id} with"),
        (false, false) => format!("added to {id}:"),
    };
    match counts.split_last() {
        Some((last, others)) if !others.is_empty() => {
            format!("{what} {} and {last}", others.join(", "))
        }
        _ => format!("{what} {}", counts.concat()),
    }
}

pub(super) fn warn(name: &str, run: &Pushed, reporter: &Reporter) {
    losses::warn(name, &run.losses, reporter);
    let (first, others) = few::first(&run.differences, few::NAMED);
    for difference in first {
        reporter.warn(format_args!(
            "{name}: {}",
            text::printable(&difference.to_string())
        ));
    }
    if others > 0 {
        reporter.warn(format_args!(
            "{name}: {}",
            few::more(others, "difference", "")
        ));
    }
    if run.is_crowded() {
        crowded(name, run.metrics, reporter);
    }
}

/// Warns of more metrics than MLflow's pages can cope with.
pub(super) fn crowded(name: &str, metrics: usize, reporter: &Reporter) {
    let metrics = number::count(metrics as u64);
    reporter.warn(format_args!(
        "{name}: {metrics} metrics in one run, for which MLflow's pages are slow or fail; choose some with --tag"
    ));
}
