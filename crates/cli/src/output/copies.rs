//! What verbs that write changed copies of runs have in common.

use std::io::Write as _;
use std::path::Path;

use anyhow::Result;
use tfevents::edit::{Editor, Rules};

use super::copy::{self, FileCopy};
use super::destination::{self, Destination, Targets};
use super::left_behind::{self, LeftBehind};
use super::stdout::stdout;
use super::tree::Tree;
use super::written::{self, Written};
use crate::args::copying::Output;
use crate::args::paths::Limits;
use crate::input::read;
use crate::input::sources::Sources;
use crate::ui::reporter::Reporter;
use crate::ui::usage::UsageError;

/// Copies that are complete, and still to be put in their places.
pub(crate) struct Copies {
    pub(crate) destination: Option<Destination>,
    pub(crate) written: Vec<Written>,
    pub(crate) left_behind: Vec<LeftBehind>,
}

/// Writes an edited copy of each run, under the name that `names` has for it.
pub(crate) fn of_runs<'n>(
    sources: &Sources,
    names: impl Iterator<Item = &'n str> + Clone,
    rules: &Rules,
    destination: Option<Destination>,
    dry_run: bool,
    reporter: &Reporter,
) -> Result<Copies> {
    let runs = sources.runs.iter().zip(names);
    let mut targets = Targets::default();
    for (source, name) in runs.clone() {
        targets.add(&source.name, name, source.run.files());
    }
    targets.check(destination.as_ref().and_then(Destination::as_dir))?;
    reporter.begin_progress(sources.bytes(), false);
    let mut written = Vec::new();
    for (source, name) in runs {
        let destination = destination.as_ref();
        written.extend(copy::of_run(
            source,
            name,
            rules,
            destination,
            dry_run,
            reporter,
        )?);
    }
    reporter.end_progress();
    Ok(Copies {
        destination,
        written,
        left_behind: left_behind::of(sources),
    })
}

/// Writes an edited copy of standard input.
pub(crate) fn of_stdin(
    limits: Limits,
    rules: &Rules,
    output: &Output,
    reporter: &Reporter,
) -> Result<Copies> {
    if rules.need_survey() {
        let problem = "`-`: these options read the input twice, so it must be a file";
        return Err(UsageError(problem.to_owned()).into());
    }
    let destination = output.file(&[])?;
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

impl Output {
    /// Where copies of the files `inputs` go: to a file if there is one only, and no such directory.
    ///
    /// # Errors
    ///
    /// As for [`Destination::new`]; results and copies that both go to standard output.
    pub(crate) fn files(&self, inputs: &[&Path]) -> Result<Option<Destination>> {
        self.destination(|path| Destination::new(path, inputs))
    }

    /// Where the one copy of `inputs` goes.
    pub(crate) fn file(&self, inputs: &[&Path]) -> Result<Option<Destination>> {
        self.destination(|path| Destination::one_file(path, inputs))
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
            let problem = "--json and `-o -` cannot both use standard output";
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
        let mut out = stdout();
        if self.json {
            written::json(&mut out, &copies.written, &copies.left_behind, self.dry_run)?;
        } else {
            let listed = self.verbose || self.dry_run;
            written::text(&mut out, &copies.written, listed, self.dry_run)?;
        }
        out.flush()?;
        Ok(())
    }
}
