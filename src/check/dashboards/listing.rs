//! Series that no dashboard lists, or that only one of the loaders does.

use crate::check::{Flaw, Loader};
use crate::event::DataClass;
use crate::event::ValueRef;
use crate::plugin::{self, Kind};
use crate::state::listing::{Listing, Unlisted};

use super::plugins::tabs;

/// Why a series is not listed: by the loader that is named, or by neither. `late` is the plugin that values name
/// after the first one. `None` for a series in a different form from its tag's, and for a tensor without a tag.
pub(in crate::check) fn unlisted(
    why: &Unlisted,
    late: &str,
    loader: Option<Loader>,
) -> Option<Flaw> {
    let then = match loader {
        None => "no dashboard shows the series",
        Some(Loader::Fast) => "the fast loader does not show the series",
        Some(Loader::Slow) => "the slow loader does not show the series",
    };
    let or_slow = match loader {
        Some(Loader::Fast) => "; `--load_fast=false` shows the series as it is",
        _ => "",
    };
    Some(match why {
        Unlisted::OtherForm { .. } | Unlisted::Unnamed => return None,
        Unlisted::NoMetadata if late.is_empty() => Flaw::new(
            "no_metadata",
            format!("the tag's first value is a tensor without metadata: {then}"),
            format!(
                "Name the plugin in the metadata of the tag's first value, or of every value{or_slow}."
            ),
        ),
        Unlisted::NoMetadata => Flaw::new(
            "late_metadata",
            format!(
                "the plugin `{late}` is first named after the tag's first value, which is too late: {then}"
            ),
            format!(
                "Name the plugin in the metadata of the tag's first value, or of every value{or_slow}."
            ),
        ),
        Unlisted::NoPlugin => Flaw::new(
            "no_plugin",
            format!("the metadata of the tag's first value names no plugin: {then}"),
            format!(
                "Name the plugin in the metadata of the tag's first value, or of every value{or_slow}."
            ),
        ),
        Unlisted::NoClass { plugin } => match plugin::dashboard_class(plugin) {
            Some(class) => Flaw::new(
                "no_class",
                format!(
                    "the metadata does not state the data class by which TensorBoard finds series \
                     of the plugin `{plugin}`: {then}"
                ),
                format!("State the data class {} in the metadata.", name(class)),
            ),
            None => return foreign(plugin),
        },
        Unlisted::WrongClass(Listing { class, plugin }) => Flaw::new(
            "wrong_class",
            format!(
                "the metadata states the data class {}, which the dashboard of the plugin \
                 `{plugin}` does not use: {then}",
                name(*class)
            ),
            match plugin::dashboard_class(plugin) {
                Some(class) => format!("State the data class {}{or_slow}.", name(class)),
                None => format!("State the data class that the dashboard uses{or_slow}."),
            },
        ),
        Unlisted::MetaGraph => Flaw::new(
            "meta_graph",
            "Graphs: the run's graph is only inside a `meta_graph_def`, which TensorBoard does not read",
            "Log the graph as an event's `graph_def`; `tfevents get graph` extracts it.",
        ),
    })
}

/// A series of which the data server drops every value: some for their steps if `rewound`, the others for their form.
/// `slow` is whether the Python loader shows it.
pub(in crate::check) fn nothing_left(rewound: bool, slow: bool) -> Flaw {
    let why = match rewound {
        true => {
            "it discards values whose steps are repeated or rewound, and omits the others, which \
             have no value or an unsupported form"
        }
        false => "it omits every value, because none has a supported form",
    };
    let cure = match (rewound, slow) {
        (true, true) => {
            "Log each tag with increasing steps and in the usual form of its kind, or start TensorBoard with \
             `--load_fast=false`."
        }
        (true, false) => "Log each tag with increasing steps and in the usual form of its kind.",
        (false, true) => {
            "Log the values in the usual form of their kind, or start TensorBoard with `--load_fast=false`."
        }
        (false, false) => "Log the values in the usual form of their kind.",
    };
    Flaw::new(
        "nothing_left",
        format!("the fast loader shows nothing of the series: {why}"),
        cure,
    )
}

/// A series of a plugin of somebody else's.
pub(in crate::check) fn foreign(plugin: &str) -> Option<Flaw> {
    plugin::dashboard_class(plugin).is_none().then(|| {
        Flaw::new(
            "unknown_plugin",
            format!("stock TensorBoard has no dashboard for the plugin `{plugin}`"),
            "Install the plugin's package into TensorBoard's Python environment, if one exists.",
        )
    })
}

/// Values that the data server takes for those of another plugin, because the first one's metadata names it.
pub(in crate::check) fn taken(listing: &Listing, kind: Kind) -> Option<Flaw> {
    let plugin = &listing.plugin;
    kind.plugin().filter(|own| own != plugin).map(|_| {
        Flaw::new(
            "other_plugin",
            format!(
                "the fast loader assigns the tag to the plugin `{plugin}`, which its metadata names, and does not \
                 show {kind} values there"
            ),
            "Name the plugin of the values in the metadata, or start TensorBoard with `--load_fast=false`.",
        )
    })
}

/// Values of a series whose form differs from its plugin's, if that is known.
pub(in crate::check) fn mixed(plugin: &str, loader: Loader) -> Option<Flaw> {
    plugin::dashboard_class(plugin)?;
    let loader = match loader {
        Loader::Fast => "fast",
        Loader::Slow => "slow",
    };
    Some(Flaw::new(
        "mixed_forms",
        format!(
            "the tag also has values in a form that the dashboard of the plugin `{plugin}` does \
             not support; the dashboard fails with the {loader} loader"
        ),
        "Give each kind of data its own tag.",
    ))
}

/// A tensor of a plugin that is named in the way of the first TensorFlow.
pub(in crate::check) fn without_tag(value: &ValueRef<'_>) -> Option<Flaw> {
    let plugin = value.metadata?.plugin_name;
    let is_unnamed = value.tag.is_empty() && !value.series_tag().is_empty();
    (is_unnamed && !plugin.is_empty()).then(|| {
        Flaw::new(
            "no_tag",
            format!(
                "a tensor has a `node_name` and no tag: the fast loader puts all of them under an empty tag, and \
                 with the slow one the dashboard of the plugin `{plugin}` answers 500 for all runs and tags"
            ),
            "Log it under a tag.",
        )
    })
}

/// Tensors that TensorBoard cannot make an array of: with both loaders, or with the slow one, where the fast one may
/// drop them for their form.
pub(in crate::check) fn unreadable(kind: Kind, both: bool, dropped: bool) -> Flaw {
    let then = match (both, dropped) {
        (true, _) => "TensorBoard answers 500 for the whole tag",
        (false, true) => {
            "the slow loader answers 500 for the whole tag, and the fast one does not show the value"
        }
        (false, false) => "the slow loader answers 500 for the whole tag",
    };
    Flaw::new(
        "tensor_type",
        format!(
            "{}: a tensor is stored in a way that TensorBoard cannot read; {then}",
            tabs(kind)
        ),
        "Log 32-bit floats or integers. TensorBoard reads unsigned 32- and 64-bit integers only from \
         `tensor_content`, and bfloat16 not at all.",
    )
}

fn name(class: DataClass) -> &'static str {
    match class {
        DataClass::Unknown => "UNKNOWN",
        DataClass::Scalar => "SCALAR",
        DataClass::Tensor => "TENSOR",
        DataClass::BlobSequence => "BLOB_SEQUENCE",
        DataClass::Other(_) => "another",
    }
}
