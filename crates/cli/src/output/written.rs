//! What was written, for people and for programs.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;
use tfevents::Kind;

use super::belongings::{self, Belongings};
use super::destination::Destination;
use super::renamed::{self, Renamed};
use crate::ui::{few, style};
use tfevents_analysis::number;
use tfevents_analysis::text::{self, printable};
use tfevents_table::json::{self, PathText};

/// Copies that are complete, and still to be put in their places.
#[derive(Default)]
pub(crate) struct Copies {
    pub(crate) destination: Option<Destination>,
    pub(crate) written: Vec<Written>,
    pub(crate) belongings: Belongings,
    /// The kinds of the values that were read, whether or not they were kept.
    pub(crate) met: BTreeSet<Kind>,
    /// Names that change.
    pub(crate) renamed: Option<Renamed>,
}

/// A file that was written, or would be.
pub(crate) struct Written {
    /// The run that it is part of.
    pub(crate) run: String,
    /// The files that were read for it.
    pub(crate) paths: Vec<PathBuf>,
    /// None where none is named, or the file does not stay.
    pub(crate) output: Option<PathBuf>,
    /// Values that were read and kept, and bytes that were written.
    pub(crate) read: u64,
    pub(crate) kept: u64,
    pub(crate) bytes: u64,
    /// Whether the file exists: not if none of its values are kept.
    pub(crate) stays: bool,
}

/// How many files and values there are, after a line for each of the first `listed` files.
pub(super) fn text(
    out: &mut impl Write,
    copies: &Copies,
    listed: usize,
    dry_run: bool,
) -> io::Result<()> {
    let (written, along) = (&*copies.written, copies.belongings.along());
    let (first, others) = few::first(written, listed);
    let width = style::width();
    for file in first {
        let path = file.output.as_ref().or(file.paths.first());
        let path = path.map_or_else(String::new, |path| text::path(path));
        let size = match file.stays {
            true => number::bytes(file.bytes),
            false => "not written".to_owned(),
        };
        let kept = values(std::slice::from_ref(file));
        let room = width.less(4 + kept.len() + size.len());
        writeln!(out, "{}: {kept}, {size}", room.path(&printable(&path)))?;
    }
    if listed > 0 && others > 0 {
        writeln!(out, "and {}", few::more(others, "file", ""))?;
    }
    let kept: Vec<_> = written.iter().filter(|file| file.stays).collect();
    let runs: BTreeSet<_> = kept.iter().map(|file| &*file.run).collect();
    let verb = if dry_run { "to be written" } else { "written" };
    write!(
        out,
        "{} {verb} to {} in {}, {}",
        values(written),
        number::counted(kept.len() as u64, "file"),
        number::counted(runs.len() as u64, "run"),
        number::bytes(kept.iter().map(|file| file.bytes).sum()),
    )?;
    let empty = (written.len() - kept.len()) as u64;
    if empty > 0 {
        let files = number::counted(empty, "file");
        write!(out, "; left out {files} with no values to keep")?;
    }
    if along > 0 {
        let files = number::counted(along as u64, "other file");
        let verb = if dry_run { "to be copied" } else { "copied" };
        write!(out, "; {files} {verb} along")?;
    }
    writeln!(out)
}

/// How many of the values of some files were kept.
fn values(written: &[Written]) -> String {
    let sum = |count: fn(&Written) -> u64| written.iter().map(count).sum();
    format!(
        "{} of {}",
        number::count(sum(|file| file.kept)),
        number::counted(sum(|file| file.read), "value")
    )
}

/// What verbs print that write copies: see `docs/json.md`.
#[derive(Serialize)]
struct Document<'a, F> {
    dry_run: bool,
    files: Vec<F>,
    #[serde(skip_serializing_if = "Option::is_none")]
    renamed: Option<renamed::Report<'a>>,
    taken_along: Vec<belongings::Report<'a>>,
    left_behind: Vec<belongings::Report<'a>>,
}

/// Prints what became of each file, and what is not copied, as JSON.
pub(crate) fn document(
    out: &mut impl Write,
    files: impl Iterator<Item: Serialize>,
    renamed: Option<&Renamed>,
    belongings: &Belongings,
    dry_run: bool,
) -> Result<()> {
    let document = Document {
        dry_run,
        files: files.collect(),
        renamed: renamed.map(Renamed::report),
        taken_along: belongings.taken_along(),
        left_behind: belongings.left_behind(),
    };
    Ok(json::write_document(out, &document)?)
}

#[derive(Serialize)]
struct FileReport<'a> {
    run: &'a str,
    paths: Vec<PathText<'a>>,
    output: Option<PathText<'a>>,
    values: u64,
    kept: u64,
    bytes: u64,
}

impl<'a> From<&'a Written> for FileReport<'a> {
    fn from(file: &'a Written) -> Self {
        Self {
            run: &file.run,
            paths: file.paths.iter().map(|path| PathText(path)).collect(),
            output: file.output.as_deref().map(PathText),
            values: file.read,
            kept: file.kept,
            bytes: file.bytes,
        }
    }
}

/// The copies as JSON.
pub(super) fn json(out: &mut impl Write, copies: &Copies, dry_run: bool) -> Result<()> {
    let files = copies.written.iter().map(FileReport::from);
    let renamed = copies.renamed.as_ref();
    document(out, files, renamed, &copies.belongings, dry_run)
}
