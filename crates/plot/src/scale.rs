//! Axes: from values to places, and where the ticks are.

use std::ops::RangeInclusive;

/// An axis, from its one end to the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    log: bool,
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
    /// An axis that has room for all finite values, and for `margin` of their span at either end.
    pub(crate) fn new(values: impl Iterator<Item = f64>, log: bool, margin: f64) -> Self {
        let mapped = values.map(|v| mapped(v, log)).filter(|v| !v.is_nan());
        let (mut min, mut max) = mapped
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), v| {
                (min.min(v), max.max(v))
            });
        if min > max {
            (min, max) = (0.0, 1.0);
        }
        // So far that the ends of the axis can be told apart, and their distance is a number.
        let least = if log {
            0.1
        } else {
            (min.abs().max(max.abs()) * 1e-9).max(f64::MIN_POSITIVE * 1e16)
        };
        if max - min < least {
            let half = if log {
                0.5
            } else {
                (min.abs() * 0.1).max(least)
            };
            let half = if !log && min == 0.0 && max == 0.0 {
                1.0
            } else {
                half
            };
            (min, max) = (min - half, max + half);
        }
        let span = max - min;
        Self {
            log,
            min: min - margin * span,
            max: max + margin * span,
        }
    }

    /// Where a value is, from 0 at the axis' start to 1 at its end. NaN for values that have no place on it.
    pub(crate) fn place(&self, value: f64) -> f64 {
        (mapped(value, self.log) - self.min) / (self.max - self.min)
    }

    /// About so many ticks at round numbers; with `whole`, none between integers.
    pub(crate) fn ticks(&self, wanted: usize, whole: bool) -> Vec<Tick> {
        if self.log {
            self.log_ticks(wanted)
        } else {
            linear(self.min..=self.max, wanted, whole)
                .into_iter()
                .map(|(value, label)| Tick {
                    place: self.place(value),
                    label,
                })
                .collect()
        }
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
fn mapped(value: f64, log: bool) -> f64 {
    match log {
        _ if value.abs() > f64::MAX / 16.0 => f64::NAN,
        true if value > 0.0 => value.log10(),
        true => f64::NAN,
        false => value,
    }
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

/// How multiples of `step` up to `greatest` are written: all with the same number of decimals.
fn labels(step: f64, greatest: f64) -> impl Fn(f64) -> String {
    let (unit, suffix) = match greatest {
        g if g >= 1e15 => (0.0, ""),
        g if g >= 1e9 => (1e9, "G"),
        g if g >= 1e6 => (1e6, "M"),
        g if g >= 1e4 => (1e3, "k"),
        g if g >= 1e-3 => (1.0, ""),
        _ => (0.0, ""),
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a handful of digits"
    )]
    let decimals = (-(step / if unit == 0.0 { 1.0 } else { unit }).log10() - 1e-9)
        .ceil()
        .clamp(0.0, 12.0) as usize;
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

    fn labels_of(values: [f64; 2], log: bool, whole: bool) -> Vec<String> {
        let scale = Scale::new(values.into_iter(), log, 0.0);
        scale
            .ticks(5, whole)
            .into_iter()
            .map(|tick| tick.label)
            .collect()
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
        let scale = Scale::new([2.0, 4.0].into_iter(), false, 0.5);
        assert_eq!([1.0, 3.0, 5.0].map(|v| scale.place(v)), [0.0, 0.5, 1.0]);
        let scale = Scale::new([0.0, 1.0, 100.0, f64::NAN].into_iter(), true, 0.0);
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
                for log in [false, true] {
                    let scale = Scale::new([a, b].into_iter(), log, 0.05);
                    for tick in scale.ticks(5, false) {
                        assert!(
                            (-0.01..=1.01).contains(&tick.place),
                            "{a} {b} {log}: {tick:?}"
                        );
                    }
                    for value in [a, b] {
                        let place = scale.place(value);
                        assert!(
                            !place.is_finite() || (-0.01..=1.01).contains(&place),
                            "{a} {b} {log}: {place}"
                        );
                    }
                }
            }
        }
    }
}
