//! Edited copies of event files.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use tfevents::edit::{Editor, Rules};
use tfevents::reader::{EventRecord, Reading};

use super::destination::Destination;
use super::target::Target;
use super::written::Written;
use crate::input::read;
use crate::input::sources::Source;
use crate::ui::reporter::Reporter;
use tfevents_analysis::number;
use tfevents_analysis::text;

/// Writes an edited copy of a run under the name `run`: a file for each of its files. Also returns who edited it.
pub(crate) fn of_run(
    source: &Source,
    run: &str,
    rules: &Rules,
    destination: Option<&Destination>,
    dry_run: bool,
    reporter: &Reporter,
) -> Result<(Vec<Written>, Editor)> {
    let mut editor = Editor::new(rules.clone());
    if rules.need_survey() {
        for path in source.run.files() {
            read::file(&source.run, path, |record| Ok(editor.survey(record)?))?;
        }
        editor.begin();
    }
    let files = source.run.files().iter();
    let written = files
        .map(|path| {
            let copy = FileCopy::begin(run, path, destination, dry_run)?;
            copy.all(&mut editor, reporter, |each| {
                read::file(&source.run, path, each)
            })
        })
        .collect::<Result<_>>()?;
    Ok((written, editor))
}

/// A copy of a file under way.
pub(crate) struct FileCopy {
    target: Option<Target>,
    /// What is not written yet where standard output is to get nothing unless a value is kept.
    held: Option<Vec<u8>>,
    written: Written,
    frame: Vec<u8>,
    broken: u64,
}

impl FileCopy {
    /// Starts the copy of a file, which goes into the run `run`.
    pub(crate) fn begin(
        run: &str,
        path: &Path,
        destination: Option<&Destination>,
        dry_run: bool,
    ) -> Result<Self> {
        let target = match destination {
            Some(destination) if !dry_run => Some(destination.create(run, path)?),
            _ => None,
        };
        let is_stdout = target.as_ref().is_some_and(Target::is_stdout);
        Ok(Self {
            target,
            held: is_stdout.then(Vec::new),
            written: Written {
                run: run.to_owned(),
                paths: vec![path.to_path_buf()],
                output: destination.map(|destination| destination.path(run, path)),
                read: 0,
                kept: 0,
                bytes: 0,
                stays: true,
            },
            frame: Vec::new(),
            broken: 0,
        })
    }

    /// Adds another file of which this is a copy.
    pub(crate) fn add_paths(&mut self, paths: impl IntoIterator<Item = PathBuf>) {
        self.written.paths.extend(paths);
    }

    /// Writes what becomes of an event.
    pub(crate) fn event(&mut self, editor: &mut Editor, record: &EventRecord<'_>) -> Result<()> {
        let before = editor.tally();
        let mut frame = std::mem::take(&mut self.frame);
        frame.clear();
        editor.event(record, &mut frame)?;
        let after = editor.tally();
        self.written.read += after.read - before.read;
        self.written.kept += after.kept - before.kept;
        self.broken += after.broken - before.broken;
        if self.written.kept > 0 {
            self.release()?;
        }
        self.bytes(&frame)?;
        self.frame = frame;
        Ok(())
    }

    /// Writes a record that is framed already.
    pub(crate) fn bytes(&mut self, frame: &[u8]) -> Result<()> {
        self.written.bytes += frame.len() as u64;
        match (&mut self.held, &mut self.target) {
            (Some(held), _) => held.extend_from_slice(frame),
            (None, Some(target)) => target.write_all(frame)?,
            (None, None) => {}
        }
        Ok(())
    }

    /// Writes what was held back.
    fn release(&mut self) -> Result<()> {
        if let (Some(held), Some(target)) = (self.held.take(), &mut self.target) {
            target.write_all(&held)?;
        }
        Ok(())
    }

    /// Writes all of a file that `read` reads.
    pub(super) fn all(
        mut self,
        editor: &mut Editor,
        reporter: &Reporter,
        read: impl FnOnce(&mut dyn FnMut(&EventRecord<'_>) -> Result<()>) -> Result<Reading>,
    ) -> Result<Written> {
        let reading = read(&mut |record| self.event(editor, record))?;
        let path = self.path();
        read::report(&reading, &path, reporter);
        self.finish(reading.health.is_some(), reporter)
    }

    fn path(&self) -> PathBuf {
        self.written.paths.first().cloned().unwrap_or_default()
    }

    /// Puts the copy in its place, if there is anything in it, or the input had no values either.
    pub(crate) fn finish(mut self, readable: bool, reporter: &Reporter) -> Result<Written> {
        warn_of_broken(self.broken, &self.path(), reporter);
        if readable && (self.written.kept > 0 || self.written.read == 0) {
            self.release()?;
            if let Some(target) = self.target {
                target.finish()?;
            }
        } else {
            let written = &mut self.written;
            (written.output, written.bytes, written.stays) = (None, 0, false);
        }
        Ok(self.written)
    }
}

/// Warns of values that are not in the copy of a file.
fn warn_of_broken(values: u64, path: &Path, reporter: &Reporter) {
    if values > 0 {
        reporter.warn(format_args!(
            "{}: left out {}, which cannot be decoded",
            text::path(path),
            number::counted(values, "value")
        ));
    }
}
