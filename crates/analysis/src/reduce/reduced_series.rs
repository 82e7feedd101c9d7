//! Statistics of many series, one behind the other in the same columns.

use std::ops::Range;

use super::{Input, Statistic};

/// The columns of all series of a run. There may be as many series as points, so they share columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    pub(super) steps: Vec<i64>,
    pub(super) wall_times: Vec<f64>,
    pub(super) counts: Vec<usize>,
    pub(super) inputs: Vec<Input>,
    pub(super) statistics: Vec<(Statistic, Vec<f64>)>,
}

/// Where a series is in the columns.
#[derive(Clone, Debug)]
pub(super) struct Span {
    rows: Range<usize>,
    inputs: Range<usize>,
}

impl Columns {
    pub(super) fn new(statistics: &[Statistic]) -> Self {
        Self {
            statistics: statistics.iter().map(|&s| (s, Vec::new())).collect(),
            ..Self::default()
        }
    }

    /// What `add` adds at the end.
    pub(super) fn span(&mut self, add: impl FnOnce(&mut Self)) -> Span {
        let (rows, inputs) = (self.steps.len(), self.inputs.len());
        add(self);
        Span {
            rows: rows..self.steps.len(),
            inputs: inputs..self.inputs.len(),
        }
    }

    pub(super) fn series(&self, span: &Span) -> ReducedSeries<'_> {
        let rows = span.rows.clone();
        ReducedSeries {
            steps: part(&self.steps, &rows),
            wall_times: part(&self.wall_times, &rows),
            counts: part(&self.counts, &rows),
            inputs: part(&self.inputs, &span.inputs),
            statistics: &self.statistics,
            rows,
        }
    }
}

fn part<'c, T>(column: &'c [T], rows: &Range<usize>) -> &'c [T] {
    column.get(rows.clone()).unwrap_or_default()
}

/// Statistics of one series over several runs: columns of one length.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReducedSeries<'a> {
    /// Steps, ascending.
    pub steps: &'a [i64],
    /// The mean of the runs' wall times, in seconds since the Unix epoch; always finite.
    pub wall_times: &'a [f64],
    /// How many runs have a value.
    pub counts: &'a [usize],
    /// What became of each run's points, in the order of the runs.
    pub inputs: &'a [Input],
    /// Of all series.
    statistics: &'a [(Statistic, Vec<f64>)],
    rows: Range<usize>,
}

impl<'a> ReducedSeries<'a> {
    /// The values of a statistic, one for each step, if it was asked for.
    #[must_use]
    pub fn values(&self, statistic: Statistic) -> Option<&'a [f64]> {
        let mut columns = self.columns();
        let (_, values) = columns.find(|(column, _)| *column == statistic)?;
        Some(values)
    }

    /// The statistics and their values, in the order in which they were asked for.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = (Statistic, &'a [f64])> + use<'a> {
        let rows = self.rows.clone();
        let columns = self.statistics.iter();
        columns.map(move |(statistic, values)| (*statistic, part(values, &rows)))
    }

    /// How many points went into nothing, of all runs.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.inputs.iter().map(|input| input.left_out).sum()
    }
}
