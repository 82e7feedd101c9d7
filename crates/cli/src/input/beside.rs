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

pub(crate) mod embeddings;
pub(crate) mod named;
mod piles;

use named::Named;
pub(super) use piles::Piles;

/// Files of one sort that lie beside the event files of a directory.
#[derive(Clone, Debug)]
pub(crate) struct Pile {
    /// The directory that they belong to.
    pub(crate) dir: PathBuf,
    pub(crate) sort: Sort,
    pub(crate) count: u64,
    pub(crate) bytes: u64,
}

/// What files beside event files are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sort {
    /// Known by what they hold, or by whose they are.
    Foreign(Foreign),
    /// Known by their names only.
    Named(Named),
}

impl Sort {
    fn noun(self, count: u64) -> &'static str {
        match self {
            Self::Foreign(what) => what.noun(count),
            Self::Named(what) => what.noun(count),
        }
    }

    fn remark(self) -> &'static str {
        match self {
            Self::Foreign(what) => what.remark(),
            Self::Named(what) => what.remark(),
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Foreign(what) => what.code(),
            Self::Named(what) => what.code(),
        }
    }
}

impl From<&Beside> for Pile {
    fn from(beside: &Beside) -> Self {
        Self {
            dir: beside.dir.clone(),
            sort: Sort::Foreign(beside.what),
            count: beside.count,
            bytes: beside.bytes,
        }
    }
}

/// What lies in and below these, each once however they overlap.
pub(crate) fn all(roots: &[PathBuf]) -> Vec<Pile> {
    let roots = roots.iter().filter(|root| root.is_dir());
    let found = roots.flat_map(reader::beside);
    let by_place: BTreeMap<_, _> = found
        .map(|beside| ((beside.dir.clone(), beside.what), Pile::from(&beside)))
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
pub(crate) fn describe(pile: &Pile) -> String {
    format!(
        "{}, {}: {}",
        named(pile.sort, pile.count),
        number::bytes(pile.bytes),
        pile.sort.remark()
    )
}

/// How many of what.
fn named(sort: Sort, count: u64) -> String {
    format!("{} {}", number::count(count), sort.noun(count))
}

/// One file that is another tool's, and what to do with it.
pub(crate) fn describe_file(what: Foreign) -> String {
    let sort = Sort::Foreign(what);
    format!("{}: {}", named(sort, 1), sort.remark())
}

/// A section of them.
pub(crate) fn print(
    out: &mut impl Write,
    beside: &[Pile],
    width: Width,
    styles: Styles,
) -> io::Result<()> {
    if beside.is_empty() {
        return Ok(());
    }
    let style = styles.name;
    writeln!(out, "{style}beside the event files{style:#}")?;
    for pile in beside {
        let dir = text::path(&pile.dir);
        let line = format!("{}: {}", width.less(4 + 1).path(&dir), describe(pile));
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

impl<'a> From<&'a Pile> for BesideReport<'a> {
    fn from(pile: &'a Pile) -> Self {
        Self {
            kind: pile.sort.code(),
            directory: PathText(&pile.dir),
            count: pile.count,
            bytes: pile.bytes,
            remark: pile.sort.remark(),
        }
    }
}
