//! What is drawn, before anybody knows on what.

use std::collections::BTreeSet;

use crate::look::Look;

/// Width and height of a chart on a terminal, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// From left to right.
    pub width: usize,
    /// From top to bottom.
    pub height: usize,
}

/// Charts with a legend for all of them.
#[derive(Clone, Debug, Default)]
pub struct Figure {
    /// A line above it all.
    pub title: Option<String>,
    /// What the lines and bands are, in small text below the title.
    pub note: Option<String>,
    /// The charts, in order.
    pub panels: Vec<Panel>,
    /// What the lines are called and how they look.
    pub labels: Vec<Label>,
    /// What runs from left to right.
    pub x_title: String,
    /// What runs upwards, if it is worth saying.
    pub y_title: Option<String>,
    /// The axis from left to right.
    pub x: Axis,
    /// The axis upwards.
    pub y: Axis,
    /// How many charts stand beside each other; about as many as below each other without it.
    pub columns: Option<usize>,
}

/// The name of a line in the legend, and how it looks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
    /// What the legend says. A name that is too long is shortened there.
    pub name: String,
    /// What the legend says behind the name in any case, if anything.
    pub remark: String,
    /// How its lines are drawn.
    pub look: Look,
}

/// What an axis shows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Axis {
    /// How values become places.
    pub kind: AxisKind,
    /// Where it starts, instead of at the least value.
    pub from: Option<f64>,
    /// Where it ends, instead of at the greatest value.
    pub to: Option<f64>,
    /// Whether the lowest and the highest 5 % of the values do not count when the range is chosen.
    pub ignore_outliers: bool,
}

/// How values become places on an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AxisKind {
    /// Evenly.
    #[default]
    Linear,
    /// Evenly, with ticks at whole numbers only.
    Whole,
    /// By their logarithms; values that are not above 0 have no place.
    Log,
    /// Seconds since the Unix epoch, with ticks at round times of UTC.
    Time,
}

/// One chart.
#[derive(Clone, Debug, Default)]
pub struct Panel {
    /// What stands above it.
    pub title: String,
    /// What is drawn in it, later lines over earlier ones.
    pub lines: Vec<Line>,
}

/// A curve and the position of its label.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// The position in [`Figure::labels`].
    pub label: usize,
    /// The points.
    pub curve: Curve,
}

/// Columns of one length, in order of `xs`. What is not finite is a gap.
#[derive(Clone, Debug, Default)]
pub struct Curve {
    /// Where points are from left to right, ascending.
    pub xs: Vec<f64>,
    /// How high they are.
    pub ys: Vec<f64>,
    /// What `ys` were before they were smoothed.
    pub unsmoothed: Option<Vec<f64>>,
    /// The lower and upper ends of a band.
    pub band: Option<(Vec<f64>, Vec<f64>)>,
}

impl Curve {
    /// The same points in order of `xs`.
    #[must_use]
    pub fn sorted(self) -> Self {
        if self.xs.is_sorted() {
            return self;
        }
        let mut order: Vec<_> = self.xs.iter().copied().enumerate().collect();
        order.sort_by(|(_, a), (_, b)| a.total_cmp(b));
        self.pick(order.into_iter().map(|(i, _)| i))
    }

    /// The columns of heights: the curve, what it was before it was smoothed, and the ends of the band.
    fn columns(&self) -> impl Iterator<Item = &Vec<f64>> {
        let band = self.band.iter().flat_map(|(low, high)| [low, high]);
        [&self.ys].into_iter().chain(&self.unsmoothed).chain(band)
    }

    /// The part of the curve on an axis, with a point beyond either end so that lines reach it.
    pub(crate) fn on(&self, axis: &Axis) -> Self {
        let from = axis
            .from
            .map_or(0, |from| self.xs.partition_point(|&x| x < from));
        let to = axis
            .to
            .map_or(self.xs.len(), |to| self.xs.partition_point(|&x| x <= to));
        if (from, to) == (0, self.xs.len()) {
            return self.clone();
        }
        let last = to.saturating_add(1).min(self.xs.len());
        self.pick(from.saturating_sub(1)..last.max(from))
    }

    /// The heights of all points that lie on the axis from left to right.
    pub(crate) fn heights(&self, x: &Axis) -> impl Iterator<Item = f64> {
        let (from, to) = (x.from, x.to);
        let inside = move |x: f64| from.is_none_or(|from| x >= from) && to.is_none_or(|to| x <= to);
        let points = self.columns().flat_map(|column| self.xs.iter().zip(column));
        points.filter(move |(x, _)| inside(**x)).map(|(_, y)| *y)
    }

    /// Some of the points.
    fn pick(&self, points: impl Iterator<Item = usize> + Clone) -> Self {
        let pick = |column: &Vec<f64>| {
            let values = points.clone().filter_map(|i| column.get(i).copied());
            values.collect()
        };
        Self {
            xs: pick(&self.xs),
            ys: pick(&self.ys),
            unsmoothed: self.unsmoothed.as_ref().map(pick),
            band: self
                .band
                .as_ref()
                .map(|(low, high)| (pick(low), pick(high))),
        }
    }

    /// Splits the curve into at most this many stretches, and keeps the extremes of each.
    pub(crate) fn thinned(&self, width: usize) -> Self {
        let kept = self.columns();
        let kept = kept.flat_map(|column| tfevents::series::envelope(column, width));
        let kept: BTreeSet<_> = kept.collect();
        if kept.len() == self.xs.len() {
            return self.clone();
        }
        self.pick(kept.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_out_in_any_column_is_kept() {
        let flat = vec![0.0; 1000];
        let with = |at: usize, value: f64| {
            let mut column = flat.clone();
            column[at] = value;
            column
        };
        let curve = Curve {
            xs: (0..1000).map(f64::from).collect(),
            ys: with(101, 1.0),
            unsmoothed: Some(with(202, 2.0)),
            band: Some((with(303, -3.0), with(404, 4.0))),
        };
        let thinned = curve.thinned(10);
        assert!(thinned.xs.len() < 100);
        assert!(thinned.xs.is_sorted());
        for at in [101.0, 202.0, 303.0, 404.0] {
            assert!(thinned.xs.contains(&at), "{at}");
        }
        let heights: BTreeSet<_> = thinned
            .heights(&Axis::default())
            .map(|v| v as i32)
            .collect();
        assert_eq!(heights, [-3, 0, 1, 2, 4].into());
        let (low, high) = thinned.band.unwrap();
        assert_eq!(low.len(), thinned.xs.len());
        assert_eq!(high.len(), thinned.xs.len());
    }

    #[test]
    fn a_part_reaches_beyond_its_ends() {
        let curve = Curve {
            xs: vec![0.0, 1.0, 2.0, 3.0, 4.0],
            ys: vec![0.0, 1.0, 2.0, 3.0, 4.0],
            ..Curve::default()
        };
        let between = |from, to| Axis {
            from,
            to,
            ..Axis::default()
        };
        let part = |axis: Axis| curve.on(&axis).xs;
        assert_eq!(part(between(Some(1.5), Some(2.5))), [1.0, 2.0, 3.0]);
        assert_eq!(part(between(Some(2.0), None)), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(part(between(None, Some(-1.0))), [0.0]);
        assert_eq!(part(between(Some(9.0), Some(10.0))), [4.0]);
        // The other way round, nothing lies in between.
        assert!(part(between(Some(3.5), Some(0.5))).len() <= 1);
        let axis = between(Some(1.5), Some(2.5));
        assert_eq!(curve.heights(&axis).collect::<Vec<_>>(), [2.0]);
    }
}
