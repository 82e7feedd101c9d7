//! What goes, what stays, and why.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;

use super::candidate::Candidate;
use super::script;
use crate::render::clock;
use crate::render::columns::Table;
use crate::ui::few;
use crate::ui::style::{self, Styles};
use tfevents_analysis::number;
use tfevents_analysis::run_table::Reason;
use tfevents_analysis::text::{self, printable};
use tfevents_table::json::{self, CellValue, Float, PathText};

/// How it is done.
pub(super) struct Plan {
    /// None where files are deleted; once they are moved, the folder that they are in.
    pub(super) trash: Option<PathBuf>,
    pub(super) dry_run: bool,
}

impl Plan {
    /// The runs that go.
    pub(super) fn text(&self, out: &mut impl Write, candidates: &[Candidate]) -> io::Result<()> {
        let going: Vec<_> = candidates.iter().filter(|c| c.stays.is_none()).collect();
        if !going.is_empty() {
            let mut table = Table::new(["run", "points", "size", "last event"]).with_remarks();
            let (first, others) = few::first(&going, few::NAMED);
            for candidate in first {
                table.row([
                    printable(&candidate.name).into_owned(),
                    number::count(candidate.points),
                    number::bytes(candidate.bytes),
                    clock::time(candidate.last_time),
                    because(&candidate.because),
                ]);
            }
            table.print(out, 0, style::width(), Styles::for_stdout().dim)?;
            if others > 0 {
                writeln!(out, "and {}", few::more(others, "run", ""))?;
            }
        }
        if self.dry_run || going.is_empty() {
            writeln!(out, "{} to be {}", self.sum(&going), self.verb())?;
        }
        Ok(())
    }

    pub(super) fn done(&self, out: &mut impl Write, candidates: &[Candidate]) -> io::Result<()> {
        let gone: Vec<_> = candidates.iter().filter(|c| c.gone).collect();
        writeln!(out, "{} {}", self.sum(&gone), self.verb())?;
        if self.trash.is_some() && !gone.is_empty() {
            writeln!(
                out,
                "run `{}` in that folder to move them back",
                script::COMMAND
            )?;
        }
        Ok(())
    }

    pub(super) fn question(&self) -> String {
        match &self.trash {
            Some(trash) => format!("Move these runs to {}?", printable(&text::path(trash))),
            None => "Permanently delete the files of these runs?".to_owned(),
        }
    }

    fn sum(&self, candidates: &[&Candidate]) -> String {
        let files = candidates.iter().map(|c| c.run.files().len() as u64).sum();
        format!(
            "{} ({}, {})",
            number::counted(candidates.len() as u64, "run"),
            number::counted(files, "file"),
            number::bytes(candidates.iter().map(|c| c.bytes).sum()),
        )
    }

    fn verb(&self) -> String {
        match &self.trash {
            Some(trash) => format!("moved to {}", printable(&text::path(trash))),
            None => "deleted".to_owned(),
        }
    }

    pub(super) fn json(&self, out: &mut impl Write, candidates: &[Candidate]) -> Result<()> {
        let document = Document {
            dry_run: self.dry_run,
            trash: self.trash.as_deref().map(PathText),
            runs: candidates.iter().map(RunReport::new).collect(),
        };
        Ok(json::write_document(out, &document)?)
    }
}

/// The first values that select a run, and how many more there are.
fn because(reasons: &[Reason]) -> String {
    let (first, others) = few::first(reasons, few::PLACES);
    let first = first.iter().map(|reason| {
        let value = reason.value.short(None);
        format!("{} = {}", printable(&reason.of), printable(&value))
    });
    let others = (others > 0).then(|| few::more(others, "value", ""));
    let all: Vec<_> = first.chain(others).collect();
    all.join(", ")
}

#[derive(Serialize)]
struct Document<'a> {
    dry_run: bool,
    trash: Option<PathText<'a>>,
    runs: Vec<RunReport<'a>>,
}

#[derive(Serialize)]
struct RunReport<'a> {
    run: &'a str,
    directory: PathText<'a>,
    files: usize,
    points: u64,
    bytes: u64,
    last_time: Float,
    because: Vec<ReasonReport<'a>>,
    links: Vec<PathText<'a>>,
    gone: bool,
    stays: Option<&'a str>,
}

impl<'a> RunReport<'a> {
    fn new(candidate: &'a Candidate) -> Self {
        Self {
            run: &candidate.name,
            directory: PathText(candidate.run.dir()),
            files: candidate.run.files().len(),
            points: candidate.points,
            bytes: candidate.bytes,
            last_time: Float(candidate.last_time),
            because: candidate.because.iter().map(ReasonReport::new).collect(),
            links: candidate.links.iter().map(|link| PathText(link)).collect(),
            gone: candidate.gone,
            stays: candidate.stays.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct ReasonReport<'a> {
    of: &'a str,
    value: CellValue<'a>,
}

impl<'a> ReasonReport<'a> {
    fn new(reason: &'a Reason) -> Self {
        Self {
            of: &reason.of,
            value: CellValue(&reason.value),
        }
    }
}
