//! What is drawn, before anybody knows on what.

use std::collections::BTreeSet;

/// Width and height, in pixels or characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) width: usize,
    pub(crate) height: usize,
}

/// Charts with a legend for all of them.
pub(super) struct Figure {
    pub(super) title: Option<String>,
    pub(super) panels: Vec<Panel>,
    /// What the lines are called. The position of a label gives it its colour.
    pub(super) labels: Vec<String>,
    /// What runs from left to right.
    pub(super) x_title: String,
    pub(super) log_x: bool,
    pub(super) log_y: bool,
}

/// One chart.
pub(super) struct Panel {
    pub(super) title: String,
    pub(super) lines: Vec<Line>,
}

/// A curve and the position of its label.
pub(super) struct Line {
    pub(super) label: usize,
    pub(super) curve: Curve,
}

/// Columns of one length, in order of `xs`. What is not finite is a gap.
#[derive(Clone, Debug, Default)]
pub(super) struct Curve {
    pub(super) xs: Vec<f64>,
    pub(super) ys: Vec<f64>,
    /// What `ys` were before they were smoothed.
    pub(super) unsmoothed: Option<Vec<f64>>,
    /// The lower and upper ends of a band.
    pub(super) band: Option<(Vec<f64>, Vec<f64>)>,
}

impl Curve {
    /// All that is drawn at the heights of the y axis.
    pub(super) fn heights(&self) -> impl Iterator<Item = f64> {
        let band = self
            .band
            .iter()
            .flat_map(|(low, high)| low.iter().chain(high));
        let values = self.ys.iter().chain(self.unsmoothed.iter().flatten());
        values.chain(band).copied()
    }

    /// So many stretches of the curve at most, with what stands out in each.
    pub(super) fn thinned(&self, width: usize) -> Self {
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
