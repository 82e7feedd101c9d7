//! What was saved and what was lost.

use std::io::{self, Write};

use anyhow::Result;
use serde::Serialize;
use tfevents::record::End;
use tfevents::repair::Salvage;

use super::salvage::Repaired;
use crate::output::belongings::Belongings;
use crate::output::written;
use crate::ui::{few, health, style};
use tfevents_analysis::number;
use tfevents_analysis::text::{self, printable};
use tfevents_table::json::{DamageReport, EndReport, PathText};

/// `writes` is false where no destination was named.
pub(super) fn text(
    out: &mut impl Write,
    all: &[Repaired],
    dry_run: bool,
    writes: bool,
) -> io::Result<()> {
    let damaged: Vec<_> = all.iter().filter(|file| !file.is_intact()).collect();
    let (first, others) = few::first(&damaged, few::NAMED);
    let width = style::width();
    for file in first {
        let path = text::path(&file.path);
        match &file.result {
            Ok(salvage) => {
                let kept = number::counted(salvage.health.records, "record");
                let lost = match (&salvage.unread, salvage.lost_bytes) {
                    // How much there is of what cannot be read, nobody knows.
                    (Some(_), 0) => "the rest".to_owned(),
                    (Some(_), bytes) => format!("{} and the rest", number::bytes(bytes)),
                    (None, bytes) => number::bytes(bytes),
                };
                let room = width.less(14 + kept.len() + lost.len());
                let path = printable(&path);
                writeln!(out, "{}: {kept} kept, {lost} lost", room.path(&path))?;
                let unread = salvage.unread.as_ref();
                let unread = unread.map(|e| format!("the rest cannot be read: {e}"));
                for line in health::describe(&file.path, &salvage.health)
                    .into_iter()
                    .chain(retimed(salvage))
                    .chain(unread)
                {
                    writeln!(out, "  {}", printable(&line))?;
                }
            }
            Err(e) => writeln!(out, "{}", printable(&e.to_string()))?,
        }
        if let Some(backup) = &file.backup {
            let verb = if dry_run { "would be kept" } else { "was kept" };
            let backup = text::path(backup);
            writeln!(out, "  the damaged file {verb} as {}", printable(&backup))?;
        }
    }
    if others > 0 {
        writeln!(out, "and {}", few::more(others, "damaged file", ""))?;
    }
    let intact = all.iter().filter(|file| file.is_intact()).count();
    let files = number::counted(all.len() as u64, "file");
    let intact = number::count(intact as u64);
    write!(out, "{files}, {intact} intact")?;
    if writes {
        let written = all.iter().filter(|file| file.output.is_some()).count();
        let verb = if dry_run { "to be written" } else { "written" };
        write!(out, "; {} {verb}", number::count(written as u64))?;
    } else if dry_run {
        // A copy is meant, which has all files that have anything to be saved.
        let copied = all
            .iter()
            .filter(|file| !file.is_empty() || file.is_intact());
        let results = copied.filter_map(|file| file.result.as_ref().ok());
        let bytes = results.clone().map(|salvage| salvage.bytes).sum();
        let (files, bytes) = (number::count(results.count() as u64), number::bytes(bytes));
        write!(out, "; {files} to be written, {bytes}")?;
    }
    writeln!(out)
}

/// What is reported about events with a changed time.
pub(super) fn retimed(salvage: &Salvage) -> Option<String> {
    let events = number::counted(salvage.retimed, "event");
    (salvage.retimed > 0).then(|| {
        format!("{events} had a NaN or infinite wall time, and got that of a neighbouring event")
    })
}

#[derive(Serialize)]
struct FileReport<'a> {
    path: PathText<'a>,
    output: Option<PathText<'a>>,
    backup: Option<PathText<'a>>,
    records: u64,
    bytes: u64,
    lost_bytes: u64,
    retimed: u64,
    damaged: u64,
    findings: Vec<DamageReport>,
    tail: EndReport,
    error: Option<String>,
    left_alone: Option<&'a str>,
}

pub(super) fn json(
    out: &mut impl Write,
    all: &[Repaired],
    belongings: &Belongings,
    dry_run: bool,
) -> Result<()> {
    let files = all.iter().map(FileReport::new);
    written::document(out, files, None, belongings, dry_run)
}

impl<'a> FileReport<'a> {
    fn new(file: &'a Repaired) -> Self {
        let salvage = file.result.as_ref().ok();
        let health = salvage.map(|s| &s.health);
        let defects = health.map_or(&[][..], |health| &health.defects);
        Self {
            path: PathText(&file.path),
            output: file.output.as_deref().map(PathText),
            backup: file.backup.as_deref().map(PathText),
            records: health.map_or(0, |health| health.records),
            bytes: salvage.map_or(0, |s| s.bytes),
            lost_bytes: salvage.map_or(0, |s| s.lost_bytes),
            retimed: salvage.map_or(0, |s| s.retimed),
            damaged: health.map_or(0, |health| health.damaged),
            findings: defects.iter().map(DamageReport::from).collect(),
            tail: EndReport::new(health.map_or(End::Clean, |health| health.end)),
            error: file.error().map(ToString::to_string),
            left_alone: file.left_alone.as_deref(),
        }
    }
}
