//! The table.

use std::path::Path;

use tfevents::proto;

use super::Row;
use super::files::write;

mod audio;
mod firsts;
mod histograms;
mod hparams;
mod images;
mod layouts;
mod listing;
mod parts;
mod pr_curves;
mod projector;
mod runs;
mod scalars;
mod text;

/// All rows. Where TensorBoard says `shown` in a mode, it is the page that fails, or the other mode.
pub(super) fn rows() -> Vec<Row> {
    let mut rows = scalars::rows();
    rows.extend(listing::rows());
    rows.extend(histograms::rows());
    rows.extend(images::rows());
    rows.extend(audio::rows());
    rows.extend(text::rows());
    rows.extend(pr_curves::rows());
    rows.extend(parts::rows());
    rows.extend(layouts::rows());
    rows.extend(hparams::rows());
    rows.extend(projector::rows());
    rows.extend(runs::rows());
    rows.extend(firsts::rows());
    // What a layout's patterns match takes a crate that is not always there.
    rows.retain(|row| cfg!(feature = "regex") || !row.name.starts_with("layout of"));
    rows
}

/// A row of one run with one file.
fn row(
    name: &'static str,
    tab: &'static str,
    [fast, slow]: [&'static str; 2],
    codes: &'static [&'static str],
    events: Vec<proto::Event>,
) -> Row {
    Row {
        name,
        write: Box::new(move |dir: &Path| write(dir, &events)),
        tab,
        fast,
        slow,
        codes,
    }
}
