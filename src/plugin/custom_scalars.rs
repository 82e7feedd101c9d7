//! Layouts for the Custom Scalars dashboard, which say what scalars share a chart.
//!
//! A run's layout is one string, stored under a tag of its own. TensorBoard takes the last one of each run and
//! merges those of all runs by category.

use std::borrow::Borrow;

use crate::error::{Error, Result};
use crate::event::{self, DataRef};
use crate::plugin::{self, Kind, wrong_form};
use crate::proto::{self, Message as _, custom_scalars as stored};
use crate::record::{self, HEADER_LEN};
use crate::tensor::{self, Tensor};
use crate::types::WallTime;
use crate::wire;

/// The one tag under which TensorBoard looks for a layout.
pub const LAYOUT_TAG: &str = "custom_scalars__config__";

/// The field of a layout that holds its categories.
const CATEGORY: u32 = 2;

/// The fields in which a layout is: of a tensor, a value, a summary and an event.
const STRING_VAL: u32 = 8;
const TENSOR: u32 = 8;
const VALUE: u32 = 1;
const SUMMARY: u32 = 5;

/// The charts of the Custom Scalars dashboard: which scalars share one.
///
/// # Examples
///
/// ```
/// use tfevents::{Category, Chart, ChartLayout, Series};
///
/// let layout = ChartLayout::new()
///     .category(
///         Category::new("losses")
///             .chart(Chart::multiline("both", ["train/loss", "validation/loss"]))
///             .chart(Chart::matching("per layer", ["layer[0-9]+/loss"])),
///     )
///     .category(Category::new("reward").closed().chart(Chart::margin(
///         "mean and range",
///         [Series::new("reward/mean", "reward/min", "reward/max")],
///     )));
/// assert_eq!(layout.categories[0].charts.len(), 2);
/// ```
#[doc(alias = "Layout")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChartLayout {
    /// The categories, top to bottom.
    pub categories: Vec<Category>,
}

/// A group of charts in a [`ChartLayout`], which can be folded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Category {
    /// The title.
    pub title: String,
    /// The charts.
    pub charts: Vec<Chart>,
    /// Whether it is folded at first.
    pub closed: bool,
}

/// A chart of a [`ChartLayout`], which draws its lines for every selected run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chart {
    /// The title.
    pub title: String,
    /// What it draws; `None` if the file does not say.
    pub content: Option<ChartContent>,
}

/// What a [`Chart`] draws.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChartContent {
    /// A line for every tag that one of these Python regular expressions matches from its start on.
    Multiline(Vec<String>),
    /// Lines with a band around each.
    Margin(Vec<Series>),
}

/// A line and the band around it, by the tags of three scalars that are logged at the same steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Series {
    /// The line.
    pub value: String,
    /// The lower end of the band.
    pub lower: String,
    /// The upper end of the band.
    pub upper: String,
}

impl ChartLayout {
    /// No charts yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a category at the end.
    #[must_use]
    pub fn category(mut self, category: Category) -> Self {
        self.categories.push(category);
        self
    }

    /// Takes over the charts of another layout: those of the same category and title are replaced, new ones
    /// come last.
    pub(crate) fn merge(&mut self, other: &Self) {
        for category in &other.categories {
            let known = self.category_titled(&category.title);
            known.closed = category.closed;
            for chart in &category.charts {
                known.put(chart.clone());
            }
        }
    }

    /// The category with this title, added at the end if it is missing.
    pub fn category_titled(&mut self, title: &str) -> &mut Category {
        let known = self.categories.iter().position(|c| c.title == title);
        let i = known.unwrap_or_else(|| {
            self.categories.push(Category::new(title));
            self.categories.len() - 1
        });
        &mut self.categories[i]
    }

    /// The value that stores the layout in a run, under the tag from which the Custom Scalars dashboard reads it.
    #[must_use]
    pub fn to_value(&self) -> proto::summary::Value {
        let mut encoded = EncodedLayout::default();
        for category in &self.categories {
            encoded.add(&category.title, category.closed, &category.charts);
        }
        encoded.into_value()
    }
}

/// A layout that is encoded chart by chart, for layouts with as many charts as series.
///
/// # Examples
///
/// ```
/// use tfevents::plugin::custom_scalars::EncodedLayout;
/// use tfevents::{Category, Chart, ChartLayout};
///
/// let chart = |i: usize| Chart::multiline(i.to_string(), [format!("layer{i}/loss")]);
/// let mut encoded = EncodedLayout::default();
/// encoded.category("losses", (0..3).map(chart));
///
/// let losses = (0..3).map(chart).fold(Category::new("losses"), Category::chart);
/// assert_eq!(encoded.into_value(), ChartLayout::new().category(losses).to_value());
/// ```
#[derive(Clone, Debug, Default)]
pub struct EncodedLayout(Vec<u8>);

impl EncodedLayout {
    /// Adds an open category at the end.
    pub fn category(&mut self, title: &str, charts: impl IntoIterator<Item = Chart>) {
        self.add(title, false, charts);
    }

    fn add(&mut self, title: &str, closed: bool, charts: impl IntoIterator<Item: Borrow<Chart>>) {
        // What is encoded one behind the other is one message. How long it is shows in the end, and then its length
        // is put in front of it: there may be no room for a second copy.
        let start = self.0.len();
        let mut put = |part: stored::Category| self.0.extend(part.encode_to_vec());
        put(stored::Category {
            title: title.to_owned(),
            ..Default::default()
        });
        for chart in charts {
            put(stored::Category {
                chart: vec![chart.borrow().into()],
                ..Default::default()
            });
        }
        put(stored::Category {
            closed,
            ..Default::default()
        });
        wire::wrap(&mut self.0, start, CATEGORY);
    }

    /// The record of an event file that holds the layout, as long as the layout and little more.
    ///
    /// # Errors
    ///
    /// A layout that is longer than records can be.
    pub fn into_record(self, wall_time: impl Into<WallTime>, step: i64) -> Result<Vec<u8>> {
        let value = Self::default().into_value();
        let tensor = tensor::string_tensor(&[], Vec::new());
        let value = proto::summary::Value {
            value: None,
            ..value
        };
        let mut head = Vec::new();
        event::put_head(&mut head, wall_time.into(), step);
        // From the inside to the outside: the layout is its last field's content in each of these messages.
        let mut record = self.0;
        for (field, others) in [
            (STRING_VAL, tensor.encode_to_vec()),
            (TENSOR, value.encode_to_vec()),
            (VALUE, Vec::new()),
            (SUMMARY, head),
        ] {
            wire::wrap(&mut record, 0, field);
            record.splice(..0, others);
        }
        record::check_length(record.len())?;
        record.splice(..0, [0; HEADER_LEN]);
        record::finish(&mut record, 0);
        Ok(record)
    }

    /// As [`ChartLayout::to_value`].
    #[must_use]
    pub fn into_value(self) -> proto::summary::Value {
        let tensor = tensor::string_tensor(&[], vec![self.0]);
        proto::summary::Value {
            tag: LAYOUT_TAG.to_owned(),
            metadata: Some(plugin::metadata("custom_scalars", Vec::new())),
            value: Some(proto::summary::value::Value::Tensor(tensor)),
            ..Default::default()
        }
    }
}

impl Category {
    /// An open category without charts.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..Self::default()
        }
    }

    /// Adds a chart at the end.
    #[must_use]
    pub fn chart(mut self, chart: Chart) -> Self {
        self.charts.push(chart);
        self
    }

    /// Folds the category at first.
    #[must_use]
    pub fn closed(mut self) -> Self {
        self.closed = true;
        self
    }

    fn put(&mut self, chart: Chart) {
        match self.charts.iter_mut().find(|c| c.title == chart.title) {
            Some(known) => *known = chart,
            None => self.charts.push(chart),
        }
    }
}

impl Chart {
    /// A line for each of these tags, taken literally.
    pub fn multiline<T: AsRef<str>>(
        title: impl Into<String>,
        tags: impl IntoIterator<Item = T>,
    ) -> Self {
        Self::matching(title, tags.into_iter().map(|tag| exactly(tag.as_ref())))
    }

    /// A line for every tag that one of these Python regular expressions matches. As in TensorBoard, a match
    /// starts at the start of the tag but need not reach its end: `loss` also matches `loss_total`. Nothing is
    /// drawn for an expression that is invalid.
    pub fn matching<T: Into<String>>(
        title: impl Into<String>,
        patterns: impl IntoIterator<Item = T>,
    ) -> Self {
        let patterns = patterns.into_iter().map(Into::into).collect();
        Self {
            title: title.into(),
            content: Some(ChartContent::Multiline(patterns)),
        }
    }

    /// Lines with a band around each.
    pub fn margin(title: impl Into<String>, series: impl IntoIterator<Item = Series>) -> Self {
        Self {
            title: title.into(),
            content: Some(ChartContent::Margin(series.into_iter().collect())),
        }
    }
}

impl Series {
    /// The tags of a line, of the lower and of the upper end of the band around it.
    pub fn new(
        value: impl Into<String>,
        lower: impl Into<String>,
        upper: impl Into<String>,
    ) -> Self {
        Self {
            value: value.into(),
            lower: lower.into(),
            upper: upper.into(),
        }
    }
}

/// A Python regular expression that matches this tag and no other.
fn exactly(tag: &str) -> String {
    let mut pattern = String::with_capacity(tag.len() + 1);
    for c in tag.chars() {
        if r"\.^$*+?{}[]|()".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('$');
    pattern
}

pub(crate) fn decode(data: &DataRef<'_>) -> Result<ChartLayout> {
    let DataRef::Tensor(encoded) = data else {
        return Err(wrong_form(Kind::CustomScalars, data));
    };
    let tensor = Tensor::from_encoded(encoded)?;
    let mut strings = tensor.strings();
    let (Some(bytes), None) = (strings.next(), strings.next()) else {
        return Err(wrong_form(Kind::CustomScalars, data));
    };
    let layout = proto::decode_short::<stored::Layout>(bytes)
        .map_err(|e| Error::decode(format!("cannot decode the layout of charts: {e}")))?;
    Ok(layout.into())
}

impl From<&Chart> for stored::Chart {
    fn from(chart: &Chart) -> Self {
        use stored::margin_chart_content as margin;
        let content = chart.content.clone().map(|content| match content {
            ChartContent::Multiline(tag) => {
                stored::chart::Content::Multiline(stored::MultilineChartContent { tag })
            }
            ChartContent::Margin(series) => {
                let series = series.into_iter().map(|s| margin::Series {
                    value: s.value,
                    lower: s.lower,
                    upper: s.upper,
                });
                stored::chart::Content::Margin(stored::MarginChartContent {
                    series: series.collect(),
                })
            }
        });
        Self {
            title: chart.title.clone(),
            content,
        }
    }
}

impl From<stored::Layout> for ChartLayout {
    fn from(layout: stored::Layout) -> Self {
        let categories = layout.category.into_iter().map(|category| Category {
            title: category.title,
            charts: category.chart.into_iter().map(Into::into).collect(),
            closed: category.closed,
        });
        Self {
            categories: categories.collect(),
        }
    }
}

impl From<stored::Chart> for Chart {
    fn from(chart: stored::Chart) -> Self {
        let content = chart.content.map(|content| match content {
            stored::chart::Content::Multiline(lines) => ChartContent::Multiline(lines.tag),
            stored::chart::Content::Margin(margin) => {
                let series = margin.series.into_iter();
                let series = series.map(|s| Series::new(s.value, s.lower, s.upper));
                ChartContent::Margin(series.collect())
            }
        });
        Self {
            title: chart.title,
            content,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &proto::summary::Value) -> Result<ChartLayout> {
        let Some(proto::summary::value::Value::Tensor(tensor)) = &value.value else {
            panic!("no tensor");
        };
        let bytes = tensor.encode_to_vec();
        decode(&DataRef::Tensor(bytes[..].into()))
    }

    #[test]
    fn golden_layout() {
        let layout =
            ChartLayout::new().category(Category::new("c").chart(Chart::matching("x", ["a.*"])));
        let value = layout.to_value().value;
        let Some(proto::summary::value::Value::Tensor(tensor)) = value else {
            panic!("no tensor");
        };
        assert_eq!(
            tensor.string_val[0],
            b"\x12\x0f\x0a\x01c\x12\x0a\x0a\x01x\x12\x05\x0a\x03a.*"
        );
    }

    #[test]
    fn an_encoded_layout_becomes_the_record_of_its_event() {
        let mut layout = EncodedLayout::default();
        let titles = (0..100).map(|i| i.to_string());
        layout.category("c", titles.map(|title| Chart::multiline(title, ["x"])));
        let expected = proto::Event {
            wall_time: 1.5,
            step: 7,
            what: Some(proto::event::What::Summary(proto::Summary {
                value: vec![layout.clone().into_value()],
            })),
            ..Default::default()
        };
        let frame = layout.into_record(1.5, 7).unwrap();
        let record::Split::Frame { payload } = record::split(&frame, record::MAX_PAYLOAD) else {
            panic!("no record");
        };
        assert_eq!(payload.len() + record::OVERHEAD, frame.len());
        assert_eq!(proto::Event::decode(payload).unwrap(), expected);
    }

    #[test]
    fn everything_comes_back() {
        let layout = ChartLayout::new()
            .category(
                Category::new("a")
                    .closed()
                    .chart(Chart::multiline("lines", ["x", "y"]))
                    .chart(Chart::default()),
            )
            .category(
                Category::new("b").chart(Chart::margin("band", [Series::new("v", "l", "u")])),
            );
        let value = layout.to_value();
        assert_eq!(value.tag, LAYOUT_TAG);
        assert_eq!(read(&value).unwrap(), layout);
    }

    #[test]
    fn one_string_is_a_layout_whatever_its_rank() {
        let value = |shape: &[usize], n| proto::summary::Value {
            value: Some(proto::summary::value::Value::Tensor(tensor::string_tensor(
                shape,
                vec![b"\x12\x03\x0a\x01c".to_vec(); n],
            ))),
            ..Default::default()
        };
        for shape in [&[][..], &[1], &[1, 1]] {
            assert_eq!(read(&value(shape, 1)).unwrap().categories[0].title, "c");
        }
        assert!(read(&value(&[2], 2)).is_err());
        assert!(read(&value(&[0], 0)).is_err());
    }

    #[test]
    fn tags_are_taken_literally() {
        assert_eq!(exactly("train/loss"), "train/loss$");
        assert_eq!(
            exactly(r"a.b(c)[d]{e}*+?|^$\ö x"),
            r"a\.b\(c\)\[d\]\{e\}\*\+\?\|\^\$\\ö x$"
        );
    }

    #[test]
    fn merging_replaces_by_title_and_keeps_the_rest() {
        let chart = |title: &str, tag: &str| Chart::multiline(title, [tag]);
        let mut layout = ChartLayout::new().category(
            Category::new("a")
                .chart(chart("1", "x"))
                .chart(chart("2", "x")),
        );
        layout.merge(
            &ChartLayout::new()
                .category(Category::new("b").chart(chart("1", "x")))
                .category(
                    Category::new("a")
                        .closed()
                        .chart(chart("3", "x"))
                        .chart(chart("1", "y")),
                ),
        );
        let expected = ChartLayout::new()
            .category(
                Category::new("a")
                    .closed()
                    .chart(chart("1", "y"))
                    .chart(chart("2", "x"))
                    .chart(chart("3", "x")),
            )
            .category(Category::new("b").chart(chart("1", "x")));
        assert_eq!(layout, expected);
    }
}
