//! The layout of the Custom Scalars dashboard.

use serde::{Serialize, Serializer};

use crate::plugin::custom_scalars::{Category, Chart, ChartContent, ChartLayout, Series};

impl Serialize for ChartLayout {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        Layout::from(self).serialize(s)
    }
}

#[derive(Serialize)]
struct Layout<'a> {
    categories: Vec<CategoryFields<'a>>,
}

#[derive(Serialize)]
struct CategoryFields<'a> {
    title: &'a str,
    closed: bool,
    charts: Vec<ChartFields<'a>>,
}

#[derive(Serialize)]
struct ChartFields<'a> {
    title: &'a str,
    #[serde(flatten)]
    content: Option<Content<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Content<'a> {
    Multiline(&'a [String]),
    Margin(Vec<Band<'a>>),
}

#[derive(Serialize)]
struct Band<'a> {
    value: &'a str,
    lower: &'a str,
    upper: &'a str,
}

impl<'a> From<&'a ChartLayout> for Layout<'a> {
    fn from(layout: &'a ChartLayout) -> Self {
        Self {
            categories: layout.categories.iter().map(Into::into).collect(),
        }
    }
}

impl<'a> From<&'a Category> for CategoryFields<'a> {
    fn from(category: &'a Category) -> Self {
        Self {
            title: &category.title,
            closed: category.closed,
            charts: category.charts.iter().map(Into::into).collect(),
        }
    }
}

impl<'a> From<&'a Chart> for ChartFields<'a> {
    fn from(chart: &'a Chart) -> Self {
        Self {
            title: &chart.title,
            content: chart.content.as_ref().map(|content| match content {
                ChartContent::Multiline(tags) => Content::Multiline(tags),
                ChartContent::Margin(series) => {
                    Content::Margin(series.iter().map(Into::into).collect())
                }
            }),
        }
    }
}

impl<'a> From<&'a Series> for Band<'a> {
    fn from(series: &'a Series) -> Self {
        Self {
            value: &series.value,
            lower: &series.lower,
            upper: &series.upper,
        }
    }
}
