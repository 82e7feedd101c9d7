//! In which order runs are shown.

use std::cmp::Reverse;

use tfevents_analysis::stats::RunStats;
use tfevents_analysis::text::natural_order;

/// What runs are ordered by: names from the first, all else from the greatest.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum Order {
    /// Numbers inside names count as numbers
    Name,
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
pub(super) fn sort(runs: &mut [RunStats], order: Order) {
    runs.sort_by(|a, b| natural_order(&a.name, &b.name));
    match order {
        Order::Name => {}
        Order::Size => runs.sort_by_key(|run| Reverse(run.bytes())),
        Order::Points => runs.sort_by_key(|run| Reverse(run.points())),
        Order::Time => runs.sort_by(|a, b| {
            let last = |run: &RunStats| run.times.0.map_or(f64::NEG_INFINITY, |(_, last)| last);
            last(b).total_cmp(&last(a))
        }),
        Order::Step => runs.sort_by_key(|run| Reverse(run.steps().0.map(|(_, last)| last))),
    }
}
