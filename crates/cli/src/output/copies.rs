//! What verbs that write changed copies of runs have in common.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;

use anyhow::Result;
use tfevents::Kind;
use tfevents::edit::{Editor, Rules};

use super::asked::{Asked, Inputs};
use super::belongings::Belongings;
use super::copy::{self, FileCopy};
use super::destination::{Destination, Targets};
use super::stdout::stdout;
use super::written::{self, Copies};
use crate::args::copying::{Copying, Output};
use crate::args::filters::RunFilters;
use crate::args::paths::{Limits, Paths};
use crate::input::sources::{Source, Sources};
use crate::input::{left_out, read};
use crate::ui::few;
use crate::ui::reporter::Reporter;
use crate::ui::usage::UsageError;
use tfevents_analysis::pattern::Patterns;
use tfevents_analysis::text::natural_order;

/// The runs that are to be copied, with those that belong to them if there can be several. Warns of hyperparameters that are
/// not copied.
///
/// # Errors
///
/// As for [`Paths::open_once`].
pub(crate) fn open(
    paths: &Paths,
    wanted: &Patterns,
    output: Option<&Path>,
    reporter: &Reporter,
) -> Result<Sources> {
    let mut sources = paths.open_once(wanted, reporter)?;
    let is_dir = |output: &&Path| Asked::of(output, sources.one_file) == Asked::Dir;
    let dir = output.filter(is_dir);
    if output.is_none() || dir.is_some() {
        sources.add_trials();
    }
    left_out::warn(paths, &sources, dir, reporter)?;
    Ok(sources)
}

impl Copying<RunFilters> {
    /// The runs that are to be copied, as by [`open`].
    ///
    /// # Errors
    ///
    /// As for [`Paths::open_once`]; an invalid pattern.
    pub(crate) fn open(&self, reporter: &Reporter) -> Result<Sources> {
        let output = self.output.output.as_deref();
        open(&self.paths, &self.filters.compile()?, output, reporter)
    }
}

/// Writes an edited copy of each run, under the name that `names` has for it.
pub(crate) fn of_runs<'n>(
    sources: &'n Sources,
    names: impl Iterator<Item = &'n str> + Clone,
    rules: &Rules,
    destination: Option<Destination>,
    dry_run: bool,
    reporter: &Reporter,
) -> Result<Copies> {
    let runs = sources.runs.iter().zip(names.clone());
    let mut targets = Targets::default();
    for (source, name) in runs.clone() {
        targets.add(&source.name, name, source.run.files());
    }
    targets.check_for(destination.as_ref(), reporter)?;
    let readings = if rules.need_survey() { 2 } else { 1 };
    reporter.begin_progress(readings * sources.bytes(), false);
    let (mut written, mut met) = (Vec::new(), BTreeSet::new());
    for (source, name) in runs {
        let destination = destination.as_ref();
        let (copies, editor) = copy::of_run(source, name, rules, destination, dry_run, reporter)?;
        written.extend(copies);
        met.extend(kinds_met(&editor));
    }
    reporter.end_progress();
    let names: BTreeMap<_, _> = sources.runs.iter().map(|s| &*s.name).zip(names).collect();
    let name_of = |source: &Source| names.get(&*source.name).copied();
    let belongings = Belongings::of(sources, name_of, destination.as_ref());
    Ok(Copies {
        destination,
        written,
        belongings,
        met,
        renamed: None,
    })
}

fn kinds_met(editor: &Editor) -> impl Iterator<Item = Kind> {
    Kind::ALL.into_iter().filter(|&kind| editor.has_met(kind))
}

/// Writes an edited copy of standard input.
pub(crate) fn of_stdin(
    limits: Limits,
    rules: &Rules,
    output: &Output,
    reporter: &Reporter,
) -> Result<Copies> {
    if rules.need_survey() {
        let problem =
            "`-`: these options read their input twice; pass a file instead of standard input";
        return Err(UsageError(problem.to_owned()).into());
    }
    let destination = output.destination(&Inputs::stdin())?;
    let copy = FileCopy::begin(".", Path::new("-"), destination.as_ref(), output.dry_run)?;
    let mut editor = Editor::new(rules.clone());
    let written = copy.all(&mut editor, reporter, |each| read::stdin(limits, each))?;
    Ok(Copies {
        destination,
        written: vec![written],
        met: kinds_met(&editor).collect(),
        ..Copies::default()
    })
}

impl Output {
    /// Where copies of `inputs` go.
    ///
    /// # Errors
    ///
    /// As for [`Destination::new`]; results and copies that both go to standard output.
    pub(crate) fn destination(&self, inputs: &Inputs<'_>) -> Result<Option<Destination>> {
        let force = self.replace.force;
        let open = |path| Destination::new(path, inputs, force);
        let destination = self.output.as_deref().map(open).transpose()?;
        if self.json && !self.dry_run && matches!(destination, Some(Destination::Stdout)) {
            let problem = "--json and `-o -` cannot both use standard output";
            return Err(UsageError(problem.to_owned()).into());
        }
        Ok(destination)
    }

    /// How many of the files are listed.
    fn listed(&self) -> usize {
        match self.dry_run {
            true => few::NAMED,
            false => few::or_all(0),
        }
    }

    /// Puts copies in their places, and says what they are, unless that is what standard output holds.
    pub(crate) fn conclude(&self, mut copies: Copies, reporter: &Reporter) -> Result<()> {
        let written = &mut copies.written;
        written.sort_by(|a, b| natural_order(&a.run, &b.run));
        if let Some(destination) = copies.destination.take() {
            if let (Destination::Dir(tree), false) = (&destination, self.dry_run) {
                copies.belongings.copy(tree, reporter)?;
            }
            destination.finish()?;
        }
        copies.belongings.report(reporter);
        if !self.dry_run && self.output.as_deref() == Some(Path::new("-")) {
            return Ok(());
        }
        let mut out = stdout();
        if self.json {
            written::json(&mut out, &copies, self.dry_run)?;
        } else {
            if let (Some(renamed), true) = (&copies.renamed, self.dry_run || few::names_all()) {
                renamed.print(&mut out)?;
            }
            written::text(&mut out, &copies, self.listed(), self.dry_run)?;
        }
        out.flush()?;
        Ok(())
    }
}
