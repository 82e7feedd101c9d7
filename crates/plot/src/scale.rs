//! Axes: from values to places, and where the ticks are.

use std::ops::RangeInclusive;

use crate::figure::{Axis, AxisKind};

mod time;

/// An axis, from its one end to the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    kind: AxisKind,
    /// Values, or their decimal logarithms.
    min: f64,
    max: f64,
}

/// A mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    /// From 0 at the axis' start to 1 at its end.
    pub(crate) place: f64,
    pub(crate) label: String,
}

impl Scale {
    /// The axis with room for all finite values, and for `margin` of their span at either end that is not given.
    pub(crate) fn new(values: impl Iterator<Item = f64>, axis: &Axis, margin: f64) -> Self {
        let kind = axis.kind;
        let mapped = |v: f64| mapped(v, kind);
        let values = values.map(mapped).filter(|v| !v.is_nan());
        let (mut min, mut max) = match axis.ignore_outliers {
            true => without_outliers(values.collect()),
            false => values.fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), v| {
                (min.min(v), max.max(v))
            }),
        };
        let end = |end: Option<f64>| end.map(mapped).filter(|v| !v.is_nan());
        let (from, to) = (end(axis.from), end(axis.to));
        if min > max {
            (min, max) = match (from, to) {
                (Some(end), None) | (None, Some(end)) => (end, end),
                _ => (0.0, 1.0),
            };
        }
        min = from.unwrap_or(min.min(to.unwrap_or(min)));
        max = to.unwrap_or(max.max(min));
        // So far that the ends of the axis can be told apart, and their distance is a number.
        let least = if kind == AxisKind::Log {
            0.1
        } else {
            (min.abs().max(max.abs()) * 1e-9).max(f64::MIN_POSITIVE * 1e16)
        };
        let close = max - min < least;
        if close {
            let half = match kind {
                AxisKind::Log => 0.5,
                AxisKind::Time => 30.0,
                _ if min == 0.0 && max == 0.0 => 1.0,
                _ => (min.abs() * 0.1).max(least),
            };
            (min, max) = (min - half, max + half);
        }
        let span = max - min;
        Self {
            kind,
            min: if from.is_some() && !close {
                min
            } else {
                min - margin * span
            },
            max: if to.is_some() && !close {
                max
            } else {
                max + margin * span
            },
        }
    }

    /// Where a value is, from 0 at the axis' start to 1 at its end. NaN for values that have no place on it.
    pub(crate) fn place(&self, value: f64) -> f64 {
        (mapped(value, self.kind) - self.min) / (self.max - self.min)
    }

    /// About so many ticks at round values.
    pub(crate) fn ticks(&self, wanted: usize) -> Vec<Tick> {
        let range = self.min..=self.max;
        let ticks = match self.kind {
            AxisKind::Log => return self.log_ticks(wanted),
            AxisKind::Time => time::ticks(range, wanted),
            AxisKind::Whole => linear(range, wanted, true),
            AxisKind::Linear => linear(range, wanted, false),
        };
        let tick = |(value, label)| Tick {
            place: self.place(value),
            label,
        };
        ticks.into_iter().map(tick).collect()
    }

    #[expect(clippy::cast_possible_truncation, reason = "exponents are small")]
    fn log_ticks(&self, wanted: usize) -> Vec<Tick> {
        let decades: Vec<_> = (self.min.ceil() as i32..=self.max.floor() as i32).collect();
        let tick = |place: f64, label| Tick {
            place: (place - self.min) / (self.max - self.min),
            label,
        };
        if decades.len() > 2 {
            let every = i32::try_from(decades.len().div_ceil(wanted.max(2))).unwrap_or(i32::MAX);
            let plain = decades.iter().all(|decade| (-3..=4).contains(decade));
            let ticks = decades.iter().filter(|&&decade| decade % every == 0);
            return ticks
                .map(|&decade| {
                    let label = match plain {
                        true => 10f64.powi(decade).to_string(),
                        false => format!("10{}", superscript(decade)),
                    };
                    tick(f64::from(decade), label)
                })
                .collect();
        }
        let range = 10f64.powf(self.min)..=10f64.powf(self.max).min(f64::MAX);
        let first = self.min.floor() as i32;
        let fine =
            (first..=first + 4).flat_map(|decade| [1.0, 2.0, 5.0].map(|m| m * 10f64.powi(decade)));
        // The least powers of ten come out as 0.
        let fine: Vec<_> = fine
            .filter(|value| *value > 0.0 && range.contains(value))
            .collect();
        if fine.len() > 2 {
            let label = |value: f64| tfevents_analysis::number::short(value);
            return fine
                .iter()
                .map(|&value| tick(value.log10(), label(value)))
                .collect();
        }
        linear(range, wanted, false)
            .into_iter()
            .filter(|(value, _)| *value > 0.0)
            .map(|(value, label)| tick(value.log10(), label))
            .collect()
    }
}

/// What an axis is linear in; NaN for what has no place on one: numbers so large that the distance between two
/// of them is none, and on a logarithmic axis those that are not above 0.
fn mapped(value: f64, kind: AxisKind) -> f64 {
    match kind {
        _ if value.abs() > f64::MAX / 16.0 => f64::NAN,
        AxisKind::Log if value > 0.0 => value.log10(),
        AxisKind::Log => f64::NAN,
        _ => value,
    }
}

/// The range of all values but the lowest and the highest 5 %, as in TensorBoard.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "positions"
)]
fn without_outliers(mut values: Vec<f64>) -> (f64, f64) {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().saturating_sub(1) as f64;
    let at = |position: f64| values.get(position as usize).copied();
    let ends = match values.len() {
        0..=2 => at(0.0).zip(at(last)),
        _ => at((last * 0.05).ceil()).zip(at((last * 0.95).floor())),
    };
    ends.unwrap_or((f64::INFINITY, f64::NEG_INFINITY))
}

/// About so many round numbers in a range, and what to call them.
fn linear(range: RangeInclusive<f64>, wanted: usize, whole: bool) -> Vec<(f64, String)> {
    let (min, max) = (*range.start(), *range.end());
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    let rough = (max - min) / wanted.max(1) as f64;
    let magnitude = 10f64.powf(rough.log10().floor());
    let step = match rough / magnitude {
        // Where two choices come equally close to the number of ticks.
        r if r < 1.414 => magnitude,
        r if r < 3.162 => 2.0 * magnitude,
        r if r < 7.071 => 5.0 * magnitude,
        _ => 10.0 * magnitude,
    };
    let step = if whole { step.max(1.0) } else { step };
    let (first, last) = ((min / step - 1e-9).ceil(), (max / step + 1e-9).floor());
    if !(first.is_finite() && last.is_finite()) || last - first > 1e3 {
        return Vec::new();
    }
    let label = labels(step, min.abs().max(max.abs()));
    let mut ticks = Vec::new();
    let mut i = first;
    while i <= last {
        let value = i * step;
        ticks.push((value, label(value)));
        i += 1.0;
    }
    ticks
}

/// How multiples of `step` up to `greatest` are written: all with the same number of decimals, and in full where a larger
/// unit would need more than two.
fn labels(step: f64, greatest: f64) -> impl Fn(f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a handful of digits"
    )]
    let decimals = |unit: f64| (-(step / unit).log10() - 1e-9).ceil().clamp(0.0, 12.0) as usize;
    let units = [(1e9, 1e9, "G"), (1e6, 1e6, "M"), (1e4, 1e3, "k")];
    let unit = units.into_iter().find(|(from, ..)| greatest >= *from);
    let unit = unit.filter(|(_, unit, _)| decimals(*unit) <= 2);
    let (unit, suffix) = match (greatest, unit) {
        (1e-3..1e15, Some((_, unit, suffix))) => (unit, suffix),
        (1e-3..1e15, None) => (1.0, ""),
        _ => (0.0, ""),
    };
    let decimals = decimals(if unit == 0.0 { 1.0 } else { unit });
    move |value| {
        if value == 0.0 {
            return "0".to_owned();
        }
        if unit == 0.0 {
            return tfevents_analysis::number::short(value);
        }
        let text = format!("{:.decimals$}{suffix}", value / unit);
        text.replacen('-', "\u{2212}", 1)
    }
}

fn superscript(exponent: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raised = |c: char| match c.to_digit(10) {
        Some(digit) => DIGITS.get(digit as usize).copied().unwrap_or(c),
        None => '⁻',
    };
    exponent.to_string().chars().map(raised).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(kind: AxisKind) -> Axis {
        Axis {
            kind,
            ..Axis::default()
        }
    }

    fn labels_of(values: [f64; 2], log: bool, whole: bool) -> Vec<String> {
        let kind = match (log, whole) {
            (true, _) => AxisKind::Log,
            (_, true) => AxisKind::Whole,
            _ => AxisKind::Linear,
        };
        let scale = Scale::new(values.into_iter(), &axis(kind), 0.0);
        scale.ticks(5).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(
            labels_of([0.0, 1.0], false, false),
            ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(
            labels_of([0.012, 0.02], false, false),
            ["0.012", "0.014", "0.016", "0.018", "0.020"]
        );
        assert_eq!(
            labels_of([0.0, 50_000.0], false, true),
            ["0", "10k", "20k", "30k", "40k", "50k"]
        );
        assert_eq!(labels_of([0.0, 3.0], false, true), ["0", "1", "2", "3"]);
        assert_eq!(
            labels_of([1e6, 1e6 + 40.0], false, true),
            ["1000000", "1000010", "1000020", "1000030", "1000040"]
        );
        assert_eq!(
            labels_of([1.0e6, 1.4e6], false, true),
            ["1.0M", "1.1M", "1.2M", "1.3M", "1.4M"]
        );
        assert_eq!(
            labels_of([-1.0, 1.0], false, false),
            ["−1.0", "−0.5", "0", "0.5", "1.0"]
        );
        assert_eq!(
            labels_of([0.0, 2e-7], false, false),
            ["0", "5e-8", "1e-7", "1.5e-7", "2e-7"]
        );
        assert_eq!(
            labels_of([1.0, 1000.0], true, false),
            ["1", "10", "100", "1000"]
        );
        assert_eq!(
            labels_of([1e-6, 1e6], true, false),
            ["10⁻⁶", "10⁻³", "10⁰", "10³", "10⁶"]
        );
        assert_eq!(labels_of([0.9, 12.0], true, false), ["1", "2", "5", "10"]);
    }

    #[test]
    fn places_lie_on_the_axis() {
        let scale = Scale::new([2.0, 4.0].into_iter(), &Axis::default(), 0.5);
        assert_eq!([1.0, 3.0, 5.0].map(|v| scale.place(v)), [0.0, 0.5, 1.0]);
        let scale = Scale::new(
            [0.0, 1.0, 100.0, f64::NAN].into_iter(),
            &axis(AxisKind::Log),
            0.0,
        );
        assert_eq!(scale.place(10.0), 0.5);
        assert!(!scale.place(0.0).is_finite() && !scale.place(-1.0).is_finite());
    }

    #[test]
    fn every_range_has_an_axis() {
        let extremes = [
            0.0,
            -0.0,
            1.0,
            1e-300,
            -1e300,
            f64::MAX,
            f64::MIN,
            f64::MIN_POSITIVE,
            5e-324,
            f64::NAN,
        ];
        for a in extremes {
            for b in extremes {
                for kind in [
                    AxisKind::Linear,
                    AxisKind::Whole,
                    AxisKind::Log,
                    AxisKind::Time,
                ] {
                    let scale = Scale::new([a, b].into_iter(), &axis(kind), 0.05);
                    for tick in scale.ticks(5) {
                        assert!(
                            (-0.01..=1.01).contains(&tick.place),
                            "{a} {b} {kind:?}: {tick:?}"
                        );
                    }
                    for value in [a, b] {
                        let place = scale.place(value);
                        assert!(
                            !place.is_finite() || (-0.01..=1.01).contains(&place),
                            "{a} {b} {kind:?}: {place}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn an_axis_can_be_given() {
        let values = || [2.0, 4.0, 100.0].into_iter();
        let scale = |from, to| {
            let axis = Axis {
                from,
                to,
                ..Axis::default()
            };
            let scale = Scale::new(values(), &axis, 0.05);
            (scale.min, scale.max)
        };
        assert_eq!(scale(Some(1.0), Some(5.0)), (1.0, 5.0));
        assert_eq!(scale(Some(0.0), None), (0.0, 105.0));
        assert_eq!(scale(None, Some(12.0)), (1.5, 12.0));
        // Beyond all values.
        let (min, max) = scale(Some(200.0), None);
        assert!(
            min < max && (190.0..=200.0).contains(&min) || min > 150.0,
            "{min} {max}"
        );
    }

    #[test]
    fn outliers_do_not_count_if_they_should_not() {
        let values = (0..=100).map(|i| if i == 50 { 1e9 } else { f64::from(i) });
        let axis = Axis {
            ignore_outliers: true,
            ..Axis::default()
        };
        let scale = Scale::new(values, &axis, 0.0);
        // As NumPy's `quantile` has them: of 101 values, those at positions 5 and 95.
        assert_eq!((scale.min, scale.max), (5.0, 96.0));
        let scale = Scale::new([1.0, 2.0].into_iter(), &axis, 0.0);
        assert_eq!((scale.min, scale.max), (1.0, 2.0));
    }
}
