//! Custom Scalars: what is wrong with a layout by itself.

use crate::check::Flaw;
use crate::event::DataRef;
use crate::plugin::custom_scalars::{self, Chart, ChartContent, LAYOUT_TAG};

pub(super) fn flaw(tag: &str, data: &DataRef<'_>) -> Option<Flaw> {
    if tag != LAYOUT_TAG {
        return Some(Flaw::new(
            "layout_tag",
            format!("Custom Scalars: a layout is read from the tag `{LAYOUT_TAG}` only"),
            "Log the layout under that tag.",
        ));
    }
    let Ok(layout) = custom_scalars::decode(data) else {
        return Some(Flaw::new(
            "layout_broken",
            "Custom Scalars: the layout cannot be read; TensorBoard answers 500 for all runs",
            "Log the layout as one string, a serialized `Layout`.",
        ));
    };
    let charts = || {
        let categories = layout.categories.iter();
        categories.flat_map(|category| &category.charts)
    };
    let what = if !charts().any(draws) {
        "the layout has no chart that draws anything".to_owned()
    } else if let Some(chart) = charts().find(|chart| !draws(chart)) {
        format!("the chart `{}` draws nothing", chart.title)
    } else if let Some(category) = layout.categories.iter().find(|c| c.charts.is_empty()) {
        format!("the category `{}` has no charts", category.title)
    } else {
        return None;
    };
    Some(Flaw::new(
        "layout_empty",
        format!("Custom Scalars: {what}"),
        "Add charts to the layout, and to each chart the tags that it draws.",
    ))
}

/// Whether a chart asks for anything.
fn draws(chart: &Chart) -> bool {
    match &chart.content {
        Some(ChartContent::Multiline(patterns)) => !patterns.is_empty(),
        Some(ChartContent::Margin(series)) => !series.is_empty(),
        None => false,
    }
}
