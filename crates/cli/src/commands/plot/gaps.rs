//! Points that cannot be drawn.

use std::cmp::Ordering;

use tfevents_analysis::number;
use tfevents_analysis::text::printable;
use tfevents_plot::{AxisKind, Figure};

use crate::ui::few;
use crate::ui::reporter::Reporter;

/// How many points are not drawn, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Gaps {
    /// NaN or infinite.
    pub(super) not_finite: usize,
    /// Not above 0, on a logarithmic axis.
    pub(super) not_positive: usize,
}

/// Removes points that have no place on a logarithmic axis, and warns of all that are not drawn.
pub(super) fn take_away(figure: &mut Figure, reporter: &Reporter) -> Gaps {
    let is_log = |kind| kind == AxisKind::Log;
    let (log_x, log_y) = (is_log(figure.x.kind), is_log(figure.y.kind));
    let mut of_labels = vec![Gaps::default(); figure.labels.len()];
    for line in figure.panels.iter_mut().flat_map(|panel| &mut panel.lines) {
        let Some(gaps) = of_labels.get_mut(line.label) else {
            continue;
        };
        let curve = &mut line.curve;
        let points = || curve.xs.iter().zip(&curve.ys);
        gaps.not_finite += points()
            .filter(|(x, y)| !x.is_finite() || !y.is_finite())
            .count();
        let below = |log: bool, v: f64| {
            log && v.partial_cmp(&0.0) != Some(Ordering::Greater) && !v.is_nan()
        };
        gaps.not_positive += points()
            .filter(|&(&x, &y)| below(log_x, x) || below(log_y, y))
            .count();
        let keep: Vec<_> = curve
            .xs
            .iter()
            .map(|&x| x.is_finite() && !below(log_x, x))
            .collect();
        let retain = |column: &mut Vec<f64>| {
            let mut keep = keep.iter();
            column.retain(|_| keep.next().copied().unwrap_or(false));
        };
        retain(&mut curve.xs);
        retain(&mut curve.ys);
        curve.unsmoothed.iter_mut().for_each(retain);
        if let Some((low, high)) = &mut curve.band {
            retain(low);
            retain(high);
        }
        if log_y {
            let gap = |column: &mut Vec<f64>| {
                column
                    .iter_mut()
                    .filter(|v| below(true, **v))
                    .for_each(|v| *v = f64::NAN);
            };
            gap(&mut curve.ys);
            curve.unsmoothed.iter_mut().for_each(gap);
            if let Some((low, high)) = &mut curve.band {
                gap(low);
                gap(high);
            }
        }
    }
    let sum = |of: fn(&Gaps) -> usize, what| {
        let names = figure.labels.iter().map(|label| &*label.name);
        warn_of(what, names.zip(of_labels.iter().map(of)), reporter)
    };
    Gaps {
        not_finite: sum(|gaps| gaps.not_finite, "NaN or infinite, and not drawn"),
        not_positive: sum(
            |gaps| gaps.not_positive,
            "not above 0, as a logarithmic axis needs, and not drawn",
        ),
    }
}

/// Names those of the lines or runs that have points that are not drawn. Returns how many points they have together.
pub(super) fn warn_of<'n>(
    what: &str,
    points: impl Iterator<Item = (&'n str, usize)>,
    reporter: &Reporter,
) -> usize {
    let some: Vec<_> = points.filter(|(_, points)| *points > 0).collect();
    let named = |(name, points): &(&str, usize)| {
        let points = number::counted(*points as u64, "point");
        format!("{} ({points})", printable(name))
    };
    let names: Vec<_> = some.iter().map(named).collect();
    if !names.is_empty() {
        let names = few::in_a_row(&names, few::NAMED, |others| few::more(others, "", ""));
        reporter.warn(format_args!("{what}: {names}"));
    }
    some.iter().map(|(_, points)| points).sum()
}
