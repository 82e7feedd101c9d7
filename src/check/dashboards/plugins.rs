//! What holds for the plugins of several dashboards alike.

use std::path::Path;

use super::About;
use crate::check::Flaw;
use crate::event::DataClass;
use crate::files::is_event_file;
use crate::plugin::Kind;
use crate::proto::{MeshPluginData, Message as _};
use crate::wire::Fields;

/// The dashboards that go silent with a plugin.
pub(super) fn tabs(kind: Kind) -> &'static str {
    match kind {
        Kind::Scalar => "Scalars and Time Series",
        Kind::Histogram => "Histograms, Distributions and Time Series",
        Kind::Image => "Images and Time Series",
        Kind::Audio => "Audio",
        Kind::Text => "Text",
        Kind::Graph => "Graphs",
        Kind::PrCurve => "PR Curves",
        Kind::Mesh => "Mesh",
        Kind::HParams => "HParams",
        Kind::CustomScalars => "Custom Scalars",
        _ => "the dashboard",
    }
}

/// What is wrong with what a series says to its plugin.
pub(super) fn of_content(kind: Kind, about: &About) -> Option<Flaw> {
    let content = &*about.content;
    let is_old = content == b"{}" && matches!(kind, Kind::Histogram | Kind::Text);
    if is_old {
        return None;
    }
    let mesh = match kind {
        Kind::Mesh => MeshPluginData::decode(content).ok(),
        _ => None,
    };
    let version = match kind {
        // Without a shape TensorBoard does not know how many samples there are.
        Kind::Mesh => mesh
            .filter(|mesh| !mesh.shape.is_empty())
            .map(|mesh| mesh.version),
        _ => version(content),
    };
    let tabs = tabs(kind);
    let Some(version) = version else {
        return Some(Flaw::new(
            "plugin_content",
            format!(
                "{tabs}: the content for the plugin `{}` cannot be read; TensorBoard \
                 answers 500 for all runs and tags",
                about.plugin
            ),
            "Leave the plugin's content empty, or write the message that it expects.",
        ));
    };
    (version != 0).then(|| {
        Flaw::new(
            "plugin_version",
            format!("{tabs}: a series of version {version} is omitted, because only version 0 is supported"),
            "Write version 0, or view it with the TensorBoard that it was made for.",
        )
    })
}

/// The version in a plugin's message; `None` if it is not a message.
fn version(content: &[u8]) -> Option<i32> {
    let mut version = 0;
    let mut fields = Fields::new(content);
    while let Some((number, field)) = fields.next().ok()? {
        if number == 1 {
            version = field.int32("version").unwrap_or(version);
        }
    }
    Some(version)
}

/// A series none of whose values has a value.
pub(in crate::check) fn empty_series(kind: Kind, about: &About) -> Option<Flaw> {
    // TensorBoard puts something in the place of hyperparameters' values, unless a class is stated.
    if kind == Kind::Other || kind == Kind::HParams && about.data_class == DataClass::Unknown {
        return None;
    }
    Some(Flaw::new(
        "no_value",
        format!(
            "{}: a series has metadata and no values: the slow loader answers 500 for all runs \
             and tags, and the fast one shows nothing or fails, too",
            tabs(kind)
        ),
        "Log a value with the metadata.",
    ))
}

/// A name that the data server cannot take back.
pub(in crate::check) fn of_names(kind: Kind, run: &str, tag: &str) -> Option<Flaw> {
    let is_escaped = |name: &str| name.chars().any(|c| c == '"' || c == '\\' || c < ' ');
    let is_blob = matches!(kind, Kind::Image | Kind::Audio | Kind::Graph);
    let what = match (is_blob, is_escaped(run), is_escaped(tag)) {
        (true, true, _) => "run",
        (true, false, true) => "tag",
        _ => return None,
    };
    Some(Flaw::new(
        "blob_name",
        format!(
            "{}: the name of the {what} has a quotation mark, a backslash or a control character: the fast \
             loader answers 400",
            tabs(kind)
        ),
        format!("Rename the {what}, or start TensorBoard with `--load_fast=false`."),
    ))
}

/// A directory of a run that the slow loader cannot walk, or opens as a file.
pub(in crate::check) fn of_run(dir: &Path) -> Option<Flaw> {
    let dir = dir.canonicalize().unwrap_or_else(|_| dir.to_path_buf());
    let name = dir.file_name().unwrap_or_default();
    let (code, what, then) = if is_event_file(name) {
        let what = "the name of the run's directory contains `tfevents`";
        (
            "run_name",
            what,
            "opens it as an event file and stops reading all runs",
        )
    } else if dir.to_str().is_none() {
        (
            "run_name_utf8",
            "the path of the run is not UTF-8",
            "reads none of the runs",
        )
    } else {
        return None;
    };
    Some(Flaw::new(
        code,
        format!("{what}: the slow loader {then}"),
        "Rename the directory.",
    ))
}
