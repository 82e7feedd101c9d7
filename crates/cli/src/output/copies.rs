//! What verbs that write changed copies of runs have in common.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use tfevents::edit::{Editor, Rules};
use tfevents::reader::EventRecord;

use crate::input::paths::Limits;
use crate::input::read::{self, Reading};
use crate::input::sources::{Source, Sources};
use crate::output::destination::{self, Destination};
use crate::output::left_behind::{self, LeftBehind};
use crate::output::{self, Target, Tree};
use crate::ui::reporter::Reporter;
use crate::ui::usage::UsageError;
use tfevents_analysis::number;
use tfevents_analysis::text;

mod report;

/// Where copies go, and how they are told about.
#[derive(Debug, clap::Args)]
pub(crate) struct Output {
    /// Write into DIR, a new or empty directory: DIR/RUN/NAME; or to a new FILE where there is one to write, `-`
    /// for standard output
    #[arg(short, long, value_name = "DIR|FILE")]
    #[arg(required_unless_present = "dry_run")]
    output: Option<PathBuf>,

    /// Only say what would be written
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Print JSON (shape: docs/json.md)
    #[arg(long)]
    json: bool,
}

/// What `--output` is for verbs that write any number of files.
pub(crate) fn dir_only(output: clap::Arg) -> clap::Arg {
    output
        .value_name("DIR")
        .help("Write into DIR, a new or empty directory: DIR/RUN/NAME")
        .long_help(None)
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

/// Copies that are complete, and still to be put in their places.
pub(crate) struct Copies {
    pub(crate) destination: Option<Destination>,
    pub(crate) written: Vec<Written>,
    pub(crate) left_behind: Vec<LeftBehind>,
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
            read::file(&source.run, path, reporter, |record| {
                Ok(editor.survey(record)?)
            })?;
        }
        editor.begin();
    }
    let files = source.run.files().iter();
    files
        .map(|path| {
            let copy = FileCopy::begin(run, path, destination, dry_run)?;
            copy.all(&mut editor, reporter, |each| {
                read::file(&source.run, path, reporter, each)
            })
        })
        .collect()
}

/// Writes an edited copy of standard input.
pub(crate) fn stdin(
    limits: Limits,
    rules: &Rules,
    output: &Output,
    reporter: &Reporter,
) -> Result<Copies> {
    if rules.need_survey() {
        let problem = "`-`: what of this is kept depends on all of it, which takes a file";
        return Err(UsageError(problem.to_owned()).into());
    }
    let destination = output.file(&Sources::none())?;
    let copy = FileCopy::begin(".", Path::new("-"), destination.as_ref(), output.dry_run)?;
    let written = copy.all(&mut Editor::new(rules.clone()), reporter, |each| {
        read::stdin(limits, reporter, each)
    })?;
    Ok(Copies {
        destination,
        written: vec![written],
        left_behind: Vec::new(),
    })
}

/// A copy of a file under way.
pub(crate) struct FileCopy {
    target: Option<Target>,
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
        Ok(Self {
            target,
            written: Written {
                run: run.to_owned(),
                paths: vec![path.to_path_buf()],
                output: destination.map(|destination| destination.path(run, path)),
                read: 0,
                kept: 0,
                bytes: 0,
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
        self.bytes(&frame)?;
        self.frame = frame;
        let after = editor.tally();
        self.written.read += after.read - before.read;
        self.written.kept += after.kept - before.kept;
        self.broken += after.broken - before.broken;
        Ok(())
    }

    /// Writes a record that is framed already.
    pub(crate) fn bytes(&mut self, frame: &[u8]) -> Result<()> {
        self.written.bytes += frame.len() as u64;
        if let Some(target) = &mut self.target {
            target.write_all(frame)?;
        }
        Ok(())
    }

    /// Writes all of a file that `read` reads.
    fn all(
        mut self,
        editor: &mut Editor,
        reporter: &Reporter,
        read: impl FnOnce(&mut dyn FnMut(&EventRecord<'_>) -> Result<()>) -> Result<Reading>,
    ) -> Result<Written> {
        let reading = read(&mut |record| self.event(editor, record))?;
        let path = self.path();
        reading.report(&path, reporter);
        self.finish(reading.health.is_some(), reporter)
    }

    fn path(&self) -> PathBuf {
        self.written.paths.first().cloned().unwrap_or_default()
    }

    /// Puts the copy in its place, if there is anything in it, or the input had no values either.
    pub(crate) fn finish(mut self, readable: bool, reporter: &Reporter) -> Result<Written> {
        warn_of_broken(self.broken, &self.path(), reporter);
        let written = &mut self.written;
        if readable && (written.kept > 0 || written.read == 0) {
            if let Some(target) = self.target {
                target.finish()?;
            }
        } else {
            (written.output, written.bytes) = (None, 0);
        }
        Ok(self.written)
    }
}

impl Output {
    /// Where copies of `sources` go: to a file if there is one only, and no such directory.
    ///
    /// # Errors
    ///
    /// As for [`Destination::new`]; results and copies that both go to standard output.
    pub(crate) fn files(&self, sources: &Sources) -> Result<Option<Destination>> {
        self.destination(|path| Destination::new(path, sources))
    }

    /// Where the one copy goes.
    pub(crate) fn file(&self, sources: &Sources) -> Result<Option<Destination>> {
        self.destination(|path| Destination::one_file(path, sources))
    }

    /// Where copies go, however many there are.
    pub(crate) fn dir(&self) -> Result<Option<Destination>> {
        self.destination(Destination::dir)
    }

    /// The directory that `--output` is for verbs that know no other.
    pub(crate) fn tree(&self) -> Result<Option<Tree>> {
        self.output.as_deref().map(destination::tree).transpose()
    }

    fn destination(
        &self,
        open: impl FnOnce(&Path) -> Result<Destination>,
    ) -> Result<Option<Destination>> {
        let destination = self.output.as_deref().map(open).transpose()?;
        if self.json && !self.dry_run && matches!(destination, Some(Destination::Stdout)) {
            let problem = "--json and `-o -` both want standard output";
            return Err(UsageError(problem.to_owned()).into());
        }
        Ok(destination)
    }

    /// Puts copies in their places, and says what they are, unless that is what standard output holds.
    pub(crate) fn conclude(&self, copies: Copies, reporter: &Reporter) -> Result<()> {
        if let Some(destination) = copies.destination {
            destination.finish()?;
        }
        left_behind::report(&copies.left_behind, reporter);
        if !self.dry_run && self.output.as_deref() == Some(Path::new("-")) {
            return Ok(());
        }
        let mut out = output::stdout();
        if self.json {
            report::json(&mut out, &copies.written, &copies.left_behind, self.dry_run)?;
        } else {
            report::text(&mut out, &copies.written, self.dry_run)?;
        }
        out.flush()?;
        Ok(())
    }
}

/// Tells of values that are not in the copy of a file.
fn warn_of_broken(values: u64, path: &Path, reporter: &Reporter) {
    if values > 0 {
        reporter.warn(format_args!(
            "{}: left out {}, which cannot be decoded",
            text::path(path),
            number::counted(values, "value")
        ));
    }
}

/// The name of the `n`th run of several that would have the same: NAME-2, or just 2 for a logdir itself, which
/// has none.
pub(crate) fn numbered(run: &str, n: usize) -> String {
    match run {
        _ if n == 1 => run.to_owned(),
        "." => n.to_string(),
        _ => format!("{run}-{n}"),
    }
}
