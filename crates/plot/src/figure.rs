//! What is drawn, before anybody knows on what.

use std::collections::BTreeSet;

/// Width and height, in pixels or characters.
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
    /// The charts, in order.
    pub panels: Vec<Panel>,
    /// What the lines are called. The position of a label gives it its colour.
    pub labels: Vec<String>,
    /// What runs from left to right.
    pub x_title: String,
    /// Logarithmic from left to right.
    pub log_x: bool,
    /// Logarithmic upwards.
    pub log_y: bool,
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
    /// All that is drawn at the heights of the y axis.
    pub(crate) fn heights(&self) -> impl Iterator<Item = f64> {
        let band = self
            .band
            .iter()
            .flat_map(|(low, high)| low.iter().chain(high));
        let values = self.ys.iter().chain(self.unsmoothed.iter().flatten());
        values.chain(band).copied()
    }

    /// So many stretches of the curve at most, with what stands out in each.
    pub(crate) fn thinned(&self, width: usize) -> Self {
        let band = self.band.iter().flat_map(|(low, high)| [low, high]);
        let columns = [&self.ys].into_iter().chain(&self.unsmoothed).chain(band);
        let kept = columns.flat_map(|column| tfevents::series::envelope(column, width));
        let kept: BTreeSet<_> = kept.collect();
        if kept.len() == self.xs.len() {
            return self.clone();
        }
        let pick = |column: &Vec<f64>| {
            kept.iter()
                .filter_map(|&i| column.get(i).copied())
                .collect()
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
        let heights: BTreeSet<_> = thinned.heights().map(|v| v as i32).collect();
        assert_eq!(heights, [-3, 0, 1, 2, 4].into());
        let (low, high) = thinned.band.unwrap();
        assert_eq!(low.len(), thinned.xs.len());
        assert_eq!(high.len(), thinned.xs.len());
    }
}
