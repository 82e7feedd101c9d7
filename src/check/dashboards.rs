//! Whether the dashboard of its kind can show a value.
//!
//! What loaders do with values, whatever is in them, is [`state`](crate::state)'s knowledge. This is about what
//! is inside: each rule was found by asking TensorBoard's dashboards, and a test compares it with them.

use std::sync::Arc;

use super::Flaw;
use crate::event::{DataClass, DataRef, MetadataRef};
use crate::plugin::Kind;
use crate::tensor::Tensor;
use crate::types::Number;

mod audio;
mod graphs;
mod histograms;
mod hparams;
mod images;
mod layouts;
mod listing;
mod meshes;
mod plugins;
mod pr_curves;
mod text;

pub(super) use audio::{clips, uneven};
pub(super) use graphs::{of_graph, of_run_metadata, several_graphs, without_graph};
pub(super) use histograms::of_stray;
pub(super) use hparams::is_shown;
pub(super) use images::of_picture;
pub(super) use listing::{foreign, mixed, nothing_left, taken, unlisted, unreadable, without_tag};
pub(super) use meshes::Meshes;
pub(super) use plugins::{empty_series, of_names, of_run};

/// What a tag's first value says about its series, by which dashboards go.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct About {
    pub(super) plugin: Box<str>,
    pub(super) content: Box<[u8]>,
    /// As stated.
    pub(super) data_class: DataClass,
}

impl From<MetadataRef<'_>> for About {
    fn from(metadata: MetadataRef<'_>) -> Self {
        Self {
            plugin: metadata.plugin_name.into(),
            content: metadata.content.into(),
            data_class: metadata.data_class,
        }
    }
}

/// What is the same as for the tag before, as it is for most, is held once.
#[derive(Debug, Default)]
pub(super) struct Abouts {
    none: Arc<About>,
    last: Arc<About>,
}

impl Abouts {
    /// What a tag says that says nothing.
    pub(super) fn none(&self) -> Arc<About> {
        Arc::clone(&self.none)
    }

    pub(super) fn of(&mut self, metadata: MetadataRef<'_>) -> Arc<About> {
        let about = About::from(metadata);
        if *self.last != about {
            self.last = Arc::new(about);
        }
        Arc::clone(&self.last)
    }
}

/// What is wrong with what a series says about itself.
pub(super) fn of_series(kind: Kind, tag: &str, about: &About) -> Option<Flaw> {
    match kind {
        // All of it stands there.
        Kind::HParams => hparams::flaw(tag, &about.content),
        // With its values, and nowhere.
        Kind::Graph | Kind::CustomScalars | Kind::Other => None,
        _ => plugins::of_content(kind, about),
    }
}

/// What is wrong with a value. A series without any value has a flaw of its own.
pub(super) fn of_value(kind: Kind, tag: &str, data: &DataRef<'_>, about: &About) -> Option<Flaw> {
    if matches!(data, DataRef::None) {
        return None;
    }
    match kind {
        Kind::Scalar => scalar(data),
        Kind::Histogram => histograms::flaw(data),
        Kind::Image => images::flaw(data),
        Kind::Audio => audio::flaw(data),
        Kind::Text => text::flaw(data),
        Kind::Graph => graphs::of_value(tag, data, about),
        Kind::PrCurve => pr_curves::flaw(tag, data),
        // What is wrong with its content is said of the series.
        Kind::Mesh if plugins::of_content(kind, about).is_some() => None,
        Kind::Mesh => meshes::flaw(data, &about.content),
        Kind::CustomScalars => layouts::flaw(tag, data),
        _ => None,
    }
}

/// Whether a value leaves a trace on the chart of its series.
pub(super) fn draws(kind: Kind, data: &DataRef<'_>) -> bool {
    match (kind, data) {
        (Kind::Scalar, DataRef::Simple(number)) => !number.is_infinite(),
        (Kind::Scalar, _) => number(data).is_none_or(|number| !number.as_f64().is_infinite()),
        (Kind::Histogram, _) => histograms::draws(data),
        _ => true,
    }
}

/// What is wrong if no value of a series does.
pub(super) fn of_blank_series(kind: Kind) -> Flaw {
    match kind {
        Kind::Histogram => Flaw::new(
            "histogram_empty",
            "Histograms, Distributions and Time Series: every bucket is empty at every step, so \
             the chart is a flat line",
            "Log finite values; NaN and infinities are not counted.",
        ),
        _ => Flaw::new(
            "scalar_infinite",
            "Scalars and Time Series: every value is infinite, so the chart is blank",
            "Log finite numbers.",
        ),
    }
}

/// Some names, as part of a sentence.
pub(super) fn named(names: &[&str]) -> String {
    match names {
        [one] => format!("`{one}`"),
        [one, two] => format!("`{one}` and `{two}`"),
        [one, two, more @ ..] => format!("`{one}`, `{two}` and {} more", more.len()),
        [] => "nothing".to_owned(),
    }
}

fn scalar(data: &DataRef<'_>) -> Option<Flaw> {
    let is_other = matches!(data, DataRef::Tensor(_)) && number(data).is_none();
    is_other.then(|| {
        Flaw::new(
            "scalar_form",
            "Scalars and Time Series: a value is not one number: the fast loader does not show it, and the slow \
             one shows nothing of the tag or answers 500",
            "Log one number per step.",
        )
    })
}

fn number(data: &DataRef<'_>) -> Option<Number> {
    match data {
        DataRef::Tensor(encoded) => Tensor::from_encoded(encoded).ok()?.as_number(),
        _ => None,
    }
}
