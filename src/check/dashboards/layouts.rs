//! Custom Scalars: what is wrong with a layout by itself.

use crate::check::Flaw;
use crate::event::DataRef;
use crate::plugin::custom_scalars::{self, LAYOUT_TAG};

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
            "Custom Scalars: the layout cannot be read, at which TensorBoard answers 500 for all runs",
            "Log the layout as one string, a serialized `Layout`.",
        ));
    };
    let charts = layout
        .categories
        .iter()
        .flat_map(|category| &category.charts);
    charts
        .filter(|chart| chart.content.is_some())
        .count()
        .eq(&0)
        .then(|| {
            Flaw::new(
                "layout_empty",
                "Custom Scalars: the layout has no chart that draws anything",
                "Add charts to the layout.",
            )
        })
}
