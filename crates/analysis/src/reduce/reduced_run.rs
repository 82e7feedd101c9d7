//! Reduced series as a run of their own.

use super::reduced_series::{Columns, Span};
use super::{Reduce, ReducedSeries, Statistic};
use tfevents::plugin::custom_scalars::{Chart, EncodedLayout, Series};
use tfevents::proto::{self, event::What};
use tfevents::tags::Tags;
use tfevents::{IntoScalar as _, Scalars};

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
    /// Everything between the minimum and the maximum, around the mean or the median.
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
/// let mut run = ReducedRun::new(reduce);
/// run.add("loss", &[seed(0.5), seed(0.25)]);
///
/// # let dir = tempfile::tempdir()?;
/// # let logdir = dir.path();
/// // As `loss/mean`, `loss/min` and `loss/max`.
/// let writer = SummaryWriter::new(logdir)?;
/// for event in run.events() {
///     writer.add_event(&event)?;
/// }
/// writer.close()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ReducedRun {
    reduce: Reduce,
    columns: Columns,
    tags: Tags<Span>,
}

impl ReducedRun {
    /// No series yet.
    #[must_use]
    pub fn new(reduce: Reduce) -> Self {
        Self {
            columns: reduce.columns(),
            reduce,
            tags: Tags::default(),
        }
    }

    /// Reduces one series of each run, whose points may be in any order. It takes the place of one that the tag had
    /// before.
    pub fn add(&mut self, tag: &str, runs: &[Scalars]) {
        let reduce = &self.reduce;
        let span = self.columns.span(|columns| reduce.series(runs, columns));
        match self.tags.find(tag).and_then(|id| self.tags.value_mut(id)) {
            Some(known) => *known = span,
            None => _ = self.tags.insert(tag, span),
        }
    }

    /// The reduced series of a tag.
    #[must_use]
    pub fn series(&self, tag: &str) -> Option<ReducedSeries<'_>> {
        let span = self.tags.value(self.tags.find(tag)?)?;
        Some(self.columns.series(span))
    }

    /// All series with their tags, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (&str, ReducedSeries<'_>)> {
        let tags = self.tags.iter();
        tags.map(|(tag, span)| (tag, self.columns.series(span)))
    }

    /// A category of charts, by its title, for each band whose ends and line are among the statistics, with a chart
    /// for each tag.
    fn charts(&self) -> impl Iterator<Item = (String, impl Iterator<Item = Chart>)> {
        let has = |wanted| self.reduce.statistics.contains(&wanted);
        let bands = Band::ALL.into_iter().filter(|_| !self.tags.is_empty());
        bands.filter_map(move |band| {
            let (lower, upper) = band.ends();
            let line = *band.lines().iter().find(|&&line| has(line))?;
            let charts = self.tags.iter().map(move |(tag, _)| {
                let [line, lower, upper] =
                    [line, lower, upper].map(|statistic| suffixed(tag, statistic));
                Chart::margin(tag, [Series::new(line, lower, upper)])
            });
            let title = format!("{line} and {}", band.title());
            (has(lower) && has(upper)).then_some((title, charts))
        })
    }

    /// The layout of charts that draws bands of the statistics, if they have any; where several groups are written to
    /// one logdir, TensorBoard draws them into the same charts. There may be as many charts as points.
    #[must_use]
    pub fn layout(&self) -> Option<EncodedLayout> {
        let mut layout = None::<EncodedLayout>;
        for (title, charts) in self.charts() {
            layout.get_or_insert_default().category(&title, charts);
        }
        layout
    }

    /// The events of a run that holds all statistics, each under the tag `<tag>/<statistic>`. TensorBoard's scalars
    /// are 32-bit floats, so that is what values become.
    pub fn events(&self) -> impl Iterator<Item = proto::Event> {
        self.iter().flat_map(|(tag, series)| {
            let tags: Vec<_> = series
                .columns()
                .map(|(statistic, _)| suffixed(tag, statistic))
                .collect();
            points(&series).map(move |(i, step, wall_time)| {
                let columns = series.columns().zip(&tags);
                let values = columns
                    .filter_map(|((_, values), tag)| Some(scalar(tag, *values.get(i)?)))
                    .collect();
                event(step, wall_time, values)
            })
        })
    }

    /// The events of a run that holds one of the statistics, under the tags that the series had before.
    pub fn events_of(&self, statistic: Statistic) -> impl Iterator<Item = proto::Event> {
        self.iter().flat_map(move |(tag, series)| {
            let values = series.values(statistic).unwrap_or_default();
            points(&series).filter_map(move |(i, step, wall_time)| {
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
fn points<'a>(series: &ReducedSeries<'a>) -> impl Iterator<Item = (usize, i64, f64)> + use<'a> {
    let times = series.steps.iter().zip(series.wall_times);
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
    use tfevents::Number;
    use tfevents::plugin::custom_scalars::{Category, ChartLayout};

    fn run(statistics: &[Statistic]) -> ReducedRun {
        let seed = |value| {
            let mut scalars = Scalars::default();
            scalars.push(7, 1e9, Number::F64(value));
            scalars
        };
        let seeds = [seed(1.0), seed(4.0)];
        let mut run = ReducedRun::new(Reduce::new(statistics.iter().copied()));
        run.add("loss", &seeds);
        run
    }

    #[test]
    fn bands_are_drawn_where_their_ends_are_there() {
        let layout = |statistics: &[Statistic]| {
            let layout = run(statistics).layout();
            layout.map(EncodedLayout::into_value)
        };
        assert_eq!(layout(&[Statistic::Mean, Statistic::Min]), None);
        assert_eq!(layout(&[Statistic::Min, Statistic::Max]), None);
        let both = layout(&[
            Statistic::Median,
            Statistic::Q75,
            Statistic::Q25,
            Statistic::Max,
            Statistic::Min,
        ]);
        let category = |title, lower, upper| {
            let band = Series::new("loss/median", lower, upper);
            Category::new(title).chart(Chart::margin("loss", [band]))
        };
        let expected = ChartLayout::new()
            .category(category("median and quartiles", "loss/q25", "loss/q75"))
            .category(category("median and range", "loss/min", "loss/max"));
        assert_eq!(both, Some(expected.to_value()));
    }

    #[test]
    fn every_tag_has_what_was_added_last() {
        let seed = |step: i64, value| {
            let mut scalars = Scalars::default();
            scalars.push(step, 1e9, Number::F64(value));
            [scalars]
        };
        let mut run = ReducedRun::new(Reduce::new([Statistic::Min, Statistic::Max]));
        run.add("b", &seed(1, 1.0));
        run.add("a", &seed(2, 2.0));
        run.add("b", &seed(3, 3.0));
        let all: Vec<_> = run
            .iter()
            .map(|(tag, series)| (tag, series.steps, series.values(Statistic::Max)))
            .collect();
        assert_eq!(
            all,
            [("b", &[3][..], Some(&[3.0][..])), ("a", &[2], Some(&[2.0]))]
        );
        assert!(run.series("c").is_none());
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
