//! What lies beside the event files, as `inspect`, `du` and `check` list it.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tfevents::reader::{self, Beside, Foreign};

use crate::render::width::Width;
use crate::ui::style::Styles;
use tfevents_analysis::number;
use tfevents_analysis::text::{self, printable};
use tfevents_table::json::PathText;

/// What lies in and below these, each once however they overlap.
pub(crate) fn all(roots: &[PathBuf]) -> Vec<Beside> {
    let roots = roots.iter().filter(|root| root.is_dir());
    let found = roots.flat_map(reader::beside);
    let by_place: BTreeMap<_, _> = found
        .map(|beside| ((beside.dir.clone(), beside.what), beside))
        .collect();
    by_place.into_values().collect()
}

/// What the file at a path is, if it is another tool's and so not to be read as events.
pub(crate) fn of_other_tool(path: &Path) -> Option<Foreign> {
    let may_be_meant = |what: &Foreign| matches!(what, Foreign::Unnamed | Foreign::SageMaker);
    let what = path.is_file().then(|| Foreign::of(path))?;
    what.filter(|what| !may_be_meant(what))
}

/// One line about one of them: what it is, how large, and what shows it.
pub(crate) fn describe(beside: &Beside) -> String {
    format!(
        "{}, {}: {}",
        named(beside.what, beside.count),
        number::bytes(beside.bytes),
        beside.what.remark()
    )
}

/// How many of what.
pub(crate) fn named(what: Foreign, count: u64) -> String {
    format!("{} {}", number::count(count), what.noun(count))
}

/// A section of them.
pub(crate) fn print(
    out: &mut impl Write,
    beside: &[Beside],
    width: Width,
    styles: Styles,
) -> io::Result<()> {
    if beside.is_empty() {
        return Ok(());
    }
    let style = styles.name;
    writeln!(out, "{style}beside the event files{style:#}")?;
    for beside in beside {
        let line = format!("{}: {}", text::path(&beside.dir), describe(beside));
        for (i, line) in text::wrap(&printable(&line), width.columns.saturating_sub(4))
            .iter()
            .enumerate()
        {
            writeln!(out, "{}{line}", if i == 0 { "  " } else { "    " })?;
        }
    }
    Ok(())
}

/// One of them as JSON: see `docs/json.md`.
#[derive(Serialize)]
pub(crate) struct BesideReport<'a> {
    kind: &'static str,
    directory: PathText<'a>,
    count: u64,
    bytes: u64,
    remark: &'static str,
}

impl<'a> From<&'a Beside> for BesideReport<'a> {
    fn from(beside: &'a Beside) -> Self {
        Self {
            kind: beside.what.code(),
            directory: PathText(&beside.dir),
            count: beside.count,
            bytes: beside.bytes,
            remark: beside.what.remark(),
        }
    }
}
