//! What verbs that write changed copies of runs have in common.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, bail};
use tfevents::edit::{Editor, Rules};

use crate::destination::Destination;
use crate::output::{self, NewFile};
use crate::reporter::Reporter;
use crate::select::Patterns;
use crate::source::{self, Source};
use crate::{number, text};

mod report;

/// Where copies go, and how they are told about.
#[derive(Debug, clap::Args)]
pub(crate) struct Output {
    /// Write to FILE, or into DIR, a new or empty directory: DIR/RUN/NAME
    #[arg(short, long, value_name = "DIR|FILE")]
    #[arg(required_unless_present = "dry_run")]
    pub(crate) output: Option<PathBuf>,

    /// Only say what would be written
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Print JSON (shape: docs/json.md)
    #[arg(long)]
    json: bool,
}

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

/// The tags that an editor asked for, to tell patterns that match none of them.
#[derive(Clone, Default)]
pub(crate) struct SeenTags(Arc<Mutex<BTreeSet<String>>>);

impl SeenTags {
    /// A test of `patterns` that remembers what it was asked.
    pub(crate) fn test(&self, patterns: Arc<Patterns>) -> impl Fn(&str) -> bool + use<> {
        let seen = self.clone();
        move |tag| {
            let mut seen = seen.0.lock().unwrap_or_else(PoisonError::into_inner);
            seen.insert(tag.to_owned());
            patterns.matches(tag)
        }
    }

    /// As [`Patterns::check`].
    pub(crate) fn check(&self, patterns: &Patterns, reporter: &Reporter) -> Result<()> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        patterns.check(seen.iter().map(String::as_str), reporter)
    }
}

/// Writes an edited copy of a run under the name `run`: a file for each of its files.
pub(crate) fn run(
    source: &Source,
    run: &str,
    rules: &Rules,
    destination: Option<&Destination>,
    dry_run: bool,
    reporter: &Reporter,
) -> Result<Vec<Written>> {
    let mut editor = Editor::new(rules.clone());
    if rules.need_survey() {
        for path in source.run.files() {
            source::read_file(path, reporter, |record| Ok(editor.survey(record)?))?;
        }
        editor.begin();
    }
    let files = source.run.files().iter();
    files
        .map(|path| {
            let output = destination.map(|destination| destination.path(run, path));
            let mut target = match &output {
                Some(output) if !dry_run => Some(NewFile::create(output)?),
                _ => None,
            };
            let before = editor.tally();
            let (mut frame, mut bytes) = (Vec::new(), 0);
            let reading = source::read_file(path, reporter, |record| {
                frame.clear();
                editor.event(record, &mut frame)?;
                bytes += frame.len() as u64;
                if let Some(target) = &mut target {
                    target.write_all(&frame)?;
                }
                Ok(())
            })?;
            reading.report(path, reporter);
            let tally = editor.tally();
            warn_of_broken(tally.broken - before.broken, path, reporter);
            let (read, kept) = (tally.read - before.read, tally.kept - before.kept);
            let stays = reading.health.is_some() && (kept > 0 || read == 0);
            match target {
                Some(target) if stays => target.finish()?,
                Some(target) => target.discard(),
                None => {}
            }
            Ok(Written {
                run: run.to_owned(),
                paths: vec![path.clone()],
                output: output.filter(|_| stays),
                read,
                kept,
                bytes: if stays { bytes } else { 0 },
            })
        })
        .collect()
}

impl Output {
    /// Prints what was written.
    pub(crate) fn report(&self, written: &[Written]) -> Result<()> {
        let mut out = output::stdout();
        if self.json {
            report::json(&mut out, written, self.dry_run)?;
        } else {
            report::text(&mut out, written, self.dry_run)?;
        }
        out.flush()?;
        Ok(())
    }
}

/// Tells of values that are not in the copy of a file.
pub(crate) fn warn_of_broken(values: u64, path: &Path, reporter: &Reporter) {
    if values > 0 {
        reporter.warn(format_args!(
            "{}: left out {}, which cannot be decoded",
            text::path(path),
            number::counted(values, "value")
        ));
    }
}

/// Fails where two runs would be written to the same place.
pub(crate) fn check_names<'n>(names: impl IntoIterator<Item = (&'n str, &'n str)>) -> Result<()> {
    let mut taken = std::collections::BTreeMap::new();
    for (old, new) in names {
        if let Some(other) = taken.insert(new, old) {
            bail!("the runs `{other}` and `{old}` would both be called `{new}`");
        }
    }
    Ok(())
}
