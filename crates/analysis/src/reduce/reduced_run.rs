//! Reduced series as a run of their own.

use std::collections::BTreeMap;

use super::{ReducedSeries, Statistic};
use tfevents::IntoScalar as _;
use tfevents::plugin::custom_scalars::{Chart, ChartLayout, Series};
use tfevents::proto::{self, event::What};

/// What lies between two statistics, around a third one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Band {
    /// The confidence interval of the mean.
    Confidence,
    /// The standard deviation on either side of the mean.
    Deviation,
    /// The middle half of the values, around their median.
    Quartiles,
    /// Everything between the least and the greatest value, around the mean or the median.
    Range,
}

impl Band {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Confidence,
        Self::Deviation,
        Self::Quartiles,
        Self::Range,
    ];

    /// The statistics at its lower and its upper end.
    #[must_use]
    pub fn ends(self) -> (Statistic, Statistic) {
        match self {
            Self::Confidence => (Statistic::CiLow, Statistic::CiHigh),
            Self::Deviation => (Statistic::StdLow, Statistic::StdHigh),
            Self::Quartiles => (Statistic::Q25, Statistic::Q75),
            Self::Range => (Statistic::Min, Statistic::Max),
        }
    }

    /// The line inside, best choice first.
    #[must_use]
    pub fn lines(self) -> &'static [Statistic] {
        match self {
            Self::Confidence | Self::Deviation => &[Statistic::Mean],
            Self::Quartiles => &[Statistic::Median, Statistic::Mean, Statistic::Iqm],
            Self::Range => &[Statistic::Mean, Statistic::Median, Statistic::Iqm],
        }
    }

    /// A few words for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Confidence => "confidence interval",
            Self::Deviation => "standard deviation",
            Self::Quartiles => "quartiles",
            Self::Range => "range",
        }
    }
}

/// The reduced series of a group of runs, by tag.
///
/// # Examples
///
/// ```
/// use tfevents_analysis::reduce::{Reduce, ReducedRun, Statistic};
/// use tfevents::{Number, Scalars, SummaryWriter};
///
/// let seed = |value| {
///     let mut scalars = Scalars::default();
///     scalars.push(1, 1.7e9, Number::F32(value));
///     scalars
/// };
/// let reduce = Reduce::new([Statistic::Mean, Statistic::Min, Statistic::Max]);
/// let mut run = ReducedRun::default();
/// run.series.insert("loss".to_owned(), reduce.series(&[seed(0.5), seed(0.25)]));
///
/// # let dir = tempfile::tempdir()?;
/// # let logdir = dir.path();
/// // As `loss/mean`, `loss/min` and `loss/max`, with a chart that draws a band between the latter two.
/// let writer = SummaryWriter::new(logdir)?;
/// for event in run.events() {
///     writer.add_event(&event)?;
/// }
/// writer.close()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReducedRun {
    /// The series by tag.
    pub series: BTreeMap<String, ReducedSeries>,
}

impl ReducedRun {
    /// Charts for the Custom Scalars dashboard of a run written by [`events`](Self::events): a category for each
    /// band whose ends and line are among the statistics, with a chart a tag. Where several groups are written
    /// to one logdir, TensorBoard draws them into the same charts.
    #[must_use]
    pub fn chart_layout(&self) -> ChartLayout {
        let mut layout = ChartLayout::new();
        for band in Band::ALL {
            let (lower, upper) = band.ends();
            for (tag, series) in &self.series {
                let has = |statistic| series.values(statistic).is_some();
                let line = band.lines().iter().find(|&&line| has(line));
                if let Some(&line) = line
                    && has(lower)
                    && has(upper)
                {
                    let [line_tag, lower, upper] =
                        [line, lower, upper].map(|statistic| suffixed(tag, statistic));
                    let chart = Chart::margin(tag, [Series::new(line_tag, lower, upper)]);
                    let title = format!("{line} and {}", band.title());
                    layout.category_titled(&title).charts.push(chart);
                }
            }
        }
        layout
    }

    /// The events of a run that holds all statistics, each under the tag `<tag>/<statistic>`, and the layout of
    /// charts that draws bands of them. TensorBoard's scalars are 32-bit floats, so that is what values become.
    pub fn events(&self) -> impl Iterator<Item = proto::Event> {
        let layout = self.chart_layout();
        let layout = (!layout.categories.is_empty()).then(|| {
            let first = self.series.values().find_map(|s| s.wall_times.first());
            event(0, first.copied().unwrap_or(0.0), vec![layout.to_value()])
        });
        let points = self.series.iter().flat_map(|(tag, series)| {
            let tags: Vec<_> = series
                .columns()
                .map(|(statistic, _)| suffixed(tag, statistic))
                .collect();
            points(series).map(move |(i, step, wall_time)| {
                let columns = series.columns().zip(&tags);
                let values = columns
                    .filter_map(|((_, values), tag)| Some(scalar(tag, *values.get(i)?)))
                    .collect();
                event(step, wall_time, values)
            })
        });
        layout.into_iter().chain(points)
    }

    /// The events of a run that holds one of the statistics, under the tags that the series had before.
    pub fn events_of(&self, statistic: Statistic) -> impl Iterator<Item = proto::Event> {
        self.series.iter().flat_map(move |(tag, series)| {
            let values = series.values(statistic).unwrap_or_default();
            points(series).filter_map(move |(i, step, wall_time)| {
                let value = scalar(tag, *values.get(i)?);
                Some(event(step, wall_time, vec![value]))
            })
        })
    }
}

fn suffixed(tag: &str, statistic: Statistic) -> String {
    format!("{tag}/{statistic}")
}

/// Position, step and wall time of each point.
fn points(series: &ReducedSeries) -> impl Iterator<Item = (usize, i64, f64)> {
    let times = series.steps.iter().zip(&series.wall_times);
    times
        .enumerate()
        .map(|(i, (&step, &wall_time))| (i, step, wall_time))
}

fn event(step: i64, wall_time: f64, value: Vec<proto::summary::Value>) -> proto::Event {
    proto::Event {
        wall_time,
        step,
        what: Some(What::Summary(proto::Summary { value })),
        ..Default::default()
    }
}

fn scalar(tag: &str, value: f64) -> proto::summary::Value {
    proto::summary::Value {
        tag: tag.to_owned(),
        value: Some(proto::summary::value::Value::SimpleValue(value.to_f32())),
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reduce::Reduce;
    use tfevents::Number;
    use tfevents::Scalars;
    use tfevents::plugin::custom_scalars::ChartContent;

    fn run(statistics: &[Statistic]) -> ReducedRun {
        let seed = |value| {
            let mut scalars = Scalars::default();
            scalars.push(7, 1e9, Number::F64(value));
            scalars
        };
        let seeds = [seed(1.0), seed(4.0)];
        let reduced = Reduce::new(statistics.iter().copied()).series(&seeds);
        ReducedRun {
            series: [("loss".to_owned(), reduced)].into(),
        }
    }

    #[test]
    fn bands_are_drawn_where_their_ends_are_there() {
        let layout = |statistics: &[Statistic]| run(statistics).chart_layout().categories;
        assert!(layout(&[Statistic::Mean, Statistic::Min]).is_empty());
        assert!(layout(&[Statistic::Min, Statistic::Max]).is_empty());
        let both = layout(&[
            Statistic::Median,
            Statistic::Q75,
            Statistic::Q25,
            Statistic::Max,
            Statistic::Min,
        ]);
        let titles: Vec<_> = both.iter().map(|c| &*c.title).collect();
        assert_eq!(titles, ["median and quartiles", "median and range"]);
        let range = Series::new("loss/median", "loss/min", "loss/max");
        let range = ChartContent::Margin(vec![range]);
        assert_eq!(both[1].charts[0].content, Some(range));
    }

    #[test]
    fn a_run_holds_its_statistics_step_by_step() {
        let run = run(&[Statistic::Mean, Statistic::Max]);
        let events: Vec<_> = run.events().collect();
        let expected = event(
            7,
            1e9,
            vec![scalar("loss/mean", 2.5), scalar("loss/max", 4.0)],
        );
        assert_eq!(events, [expected]);
        let events: Vec<_> = run.events_of(Statistic::Max).collect();
        assert_eq!(events, [event(7, 1e9, vec![scalar("loss", 4.0)])]);
        assert_eq!(run.events_of(Statistic::Std).count(), 0);
    }
}
