//! What was written, for people and for programs.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;

use super::left_behind::{self, LeftBehind};
use tfevents_analysis::number;
use tfevents_analysis::text::{self, printable};
use tfevents_table::json::PathText;

/// A file that was written, or would be.
pub(crate) struct Written {
    /// The run that it is part of.
    pub(crate) run: String,
    /// The files that were read for it.
    pub(crate) paths: Vec<PathBuf>,
    /// None where none of the input's values stay.
    pub(crate) output: Option<PathBuf>,
    /// Values that were read and kept, and bytes that were written.
    pub(crate) read: u64,
    pub(crate) kept: u64,
    pub(crate) bytes: u64,
}

/// A line for each file, and their sum.
pub(super) fn text(out: &mut impl Write, written: &[Written], dry_run: bool) -> io::Result<()> {
    for file in written {
        let values = format!(
            "{} of {}",
            number::count(file.kept),
            number::counted(file.read, "value")
        );
        let path = file.output.as_ref().or(file.paths.first());
        let path = path.map_or_else(String::new, |path| text::path(path));
        let size = if file.bytes > 0 {
            number::bytes(file.bytes)
        } else {
            "not written".to_owned()
        };
        writeln!(out, "{}: {values}, {size}", printable(&path))?;
    }
    let sum = |count: fn(&Written) -> u64| written.iter().map(count).sum::<u64>();
    let verb = if dry_run { "to be written" } else { "written" };
    writeln!(
        out,
        "{} of {} in {} {verb}",
        number::count(sum(|file| file.kept)),
        number::counted(sum(|file| file.read), "value"),
        number::bytes(sum(|file| file.bytes)),
    )
}

#[derive(Serialize)]
struct Document<'a> {
    dry_run: bool,
    files: Vec<FileReport<'a>>,
    left_behind: Vec<left_behind::Report<'a>>,
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

/// See `docs/json.md`.
pub(super) fn json(
    out: &mut impl Write,
    written: &[Written],
    left_behind: &[LeftBehind],
    dry_run: bool,
) -> Result<()> {
    let document = Document {
        dry_run,
        files: written
            .iter()
            .map(|file| FileReport {
                run: &file.run,
                paths: file.paths.iter().map(|path| PathText(path)).collect(),
                output: file.output.as_deref().map(PathText),
                values: file.read,
                kept: file.kept,
                bytes: file.bytes,
            })
            .collect(),
        left_behind: left_behind.iter().map(Into::into).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)?;
    Ok(())
}
