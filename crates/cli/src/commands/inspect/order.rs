//! In which order runs are shown.

use tfevents_analysis::stats::RunStats;
use tfevents_analysis::text::natural_order;

use crate::args::sorting::Sort;

/// What runs are ordered by.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum Order {
    /// Its name, in which numbers count as numbers
    Run,
    /// Bytes of the files
    Size,
    /// How many values there are
    Points,
    /// When the last event was
    Time,
    /// The greatest step
    Step,
}

/// Runs that are equal in what is asked for stand in the order of their names.
pub(super) fn sort(runs: &mut [RunStats], sort: Sort<Order>) {
    runs.sort_by(|a, b| natural_order(&a.name, &b.name));
    match sort.column {
        Order::Run if sort.descending => runs.reverse(),
        Order::Run => {}
        Order::Size => sort.by(runs, RunStats::bytes),
        Order::Points => sort.by(runs, RunStats::points),
        Order::Time => {
            let last = |run: &RunStats| run.times.0.map_or(f64::NEG_INFINITY, |(_, last)| last);
            let order = |a: &RunStats, b: &RunStats| last(a).total_cmp(&last(b));
            match sort.descending {
                false => runs.sort_by(order),
                true => runs.sort_by(|a, b| order(b, a)),
            }
        }
        Order::Step => sort.by(runs, |run| run.steps().0.map(|(_, last)| last)),
    }
}
