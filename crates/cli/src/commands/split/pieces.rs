//! Runs by restart and by file: stretches of the events of a run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::Result;
use tfevents::edit::{Editor, Rules};
use tfevents::event::What;
use tfevents::plugin::hparams::{EXPERIMENT_TAG, SESSION_START_TAG};
use tfevents::reader::{EventRecord, Restarts};
use tfevents::record;

use super::Output;
use crate::input::read;
use crate::input::sources::{Source, Sources};
use crate::output::copy::FileCopy;
use crate::output::destination::Targets;
use crate::output::names;
use crate::output::written::Written;
use crate::ui::reporter::Reporter;

/// Where a piece of a run begins: the number of a file, and an offset in it.
type Start = (usize, u64);

/// Writes every piece of every run: at restarts, or a file each.
pub(super) fn split(
    sources: &Sources,
    restarts: bool,
    output: Output<'_>,
    reporter: &Reporter,
) -> Result<Vec<Written>> {
    let starts = sources.runs.iter().map(|source| {
        if restarts {
            find_restarts(source)
        } else {
            Ok((1..source.run.files().len())
                .map(|file| (file, 0))
                .collect())
        }
    });
    let starts: Vec<Vec<Start>> = starts.collect::<Result<_>>()?;
    let names = |source: &Source, starts: &[Start]| -> Vec<_> {
        let numbers = 1..=starts.len() + 1;
        numbers.map(|n| names::numbered(&source.name, n)).collect()
    };
    let runs = || sources.runs.iter().zip(&starts);
    for (source, starts) in runs() {
        output.check_number(source, starts.len() + 1)?;
    }
    let named: Vec<_> = runs().map(|(s, starts)| names(s, starts)).collect();
    let mut targets = Targets::default();
    for ((source, starts), names) in runs().zip(&named) {
        for (piece, new) in names.iter().enumerate() {
            targets.add(&source.name, new, parts(source, starts, piece));
        }
    }
    targets.check_for(output.destination, reporter)?;
    let mut written = Vec::new();
    for ((source, starts), names) in runs().zip(&named) {
        write(source, starts, names, output, reporter, &mut written)?;
    }
    Ok(written)
}

/// The files that a piece has a part of.
fn parts<'a>(source: &'a Source, starts: &[Start], piece: usize) -> &'a [PathBuf] {
    let files = source.run.files();
    let first = match piece.checked_sub(1) {
        Some(before) => starts.get(before).map_or(files.len(), |&(file, _)| file),
        None => 0,
    };
    let end = starts.get(piece).map_or(files.len(), |&(file, offset)| {
        file + usize::from(offset > 0)
    });
    files.get(first..end).unwrap_or_default()
}

fn find_restarts(source: &Source) -> Result<Vec<Start>> {
    let mut starts = Vec::new();
    let mut is_logged = false;
    for (number, path) in source.run.files().iter().enumerate() {
        let mut restarts = Restarts::new(is_logged);
        read::file(&source.run, path, |record| {
            restarts.survey(record);
            Ok(())
        })?;
        read::file(&source.run, path, |record| {
            let restart = restarts.event(record);
            starts.extend(restart.map(|restart| (number, restart.offset)));
            Ok(())
        })?;
        is_logged = restarts.is_logged();
    }
    Ok(starts)
}

/// The hyperparameters of a run, which are also those of later parts that state none.
#[derive(Default)]
struct Session {
    /// The last record of each tag that states them.
    records: BTreeMap<&'static str, Vec<u8>>,
    /// The tags that the part lacks so far.
    missing: BTreeSet<&'static str>,
}

impl Session {
    fn begin_part(&mut self, editor: &mut Editor) {
        editor.begin_part();
        self.missing = self.records.keys().copied().collect();
    }

    /// The next event of the run.
    fn event(&mut self, event: &EventRecord<'_>) {
        let What::Summary(summary) = &event.event.what else {
            return;
        };
        for value in summary.values().flatten() {
            let mut stating = [EXPERIMENT_TAG, SESSION_START_TAG].into_iter();
            if let Some(tag) = stating.find(|tag| *tag == value.series_tag()) {
                self.missing.remove(tag);
                let record = self.records.entry(tag).or_default();
                record.clear();
                record::frame(record, event.payload);
            }
        }
    }

    /// Ends a file of a part with what the part lacks.
    fn end_file(&mut self, copy: &mut FileCopy) -> Result<()> {
        let missing = std::mem::take(&mut self.missing);
        let mut records: Vec<_> = missing
            .iter()
            .filter_map(|tag| self.records.get(tag))
            .collect();
        // One record may state both.
        records.dedup();
        records
            .into_iter()
            .try_for_each(|record| copy.bytes(record))
    }
}

/// Writes the pieces of a run: each with a file for every file that it has a part of, under the same name.
fn write(
    source: &Source,
    starts: &[Start],
    names: &[String],
    output: Output<'_>,
    reporter: &Reporter,
    written: &mut Vec<Written>,
) -> Result<()> {
    let (mut editor, mut session) = (Editor::new(Rules::default()), Session::default());
    // How many pieces have begun, but for the first.
    let mut begun = 0;
    for (number, path) in source.run.files().iter().enumerate() {
        let begin = |piece: usize| {
            let name = names.get(piece).unwrap_or(&source.name);
            FileCopy::begin(name, path, output.destination, output.dry_run)
        };
        let has_begun = |begun: usize, offset| {
            starts
                .get(begun)
                .is_some_and(|&start| start <= (number, offset))
        };
        if has_begun(begun, 0) {
            begun += 1;
            session.begin_part(&mut editor);
        }
        let mut copy = begin(begun)?;
        let mut version = Vec::new();
        let reading = read::file(&source.run, path, |event| {
            if has_begun(begun, event.offset) {
                begun += 1;
                session.end_file(&mut copy)?;
                let complete = std::mem::replace(&mut copy, begin(begun)?);
                written.push(complete.finish(true, reporter)?);
                // A piece is an event file of its own.
                copy.bytes(&version)?;
                session.begin_part(&mut editor);
            }
            session.event(event);
            if version.is_empty() && matches!(event.event.what, What::FileVersion(_)) {
                record::frame(&mut version, event.payload);
            }
            copy.event(&mut editor, event)
        })?;
        read::report(&reading, path, reporter);
        session.end_file(&mut copy)?;
        written.push(copy.finish(reading.health.is_some(), reporter)?);
    }
    Ok(())
}
