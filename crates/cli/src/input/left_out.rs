//! Hyperparameters that copies of runs lack, because a run states them that is not copied, or the name of a logdir that the
//! copy does not have.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use anyhow::Result;

use super::loaded::{Content, Loaded};
use super::sources::{Source, Sources};
use crate::args::paths::Paths;
use crate::ui::few;
use crate::ui::reporter::Reporter;
use tfevents_analysis::hyperparameters::{self, Hyperparameters, Lookup, Origin};
use tfevents_analysis::runs::ancestors;
use tfevents_analysis::text::{self, printable, quoted};

/// Warns of runs whose hyperparameters are in event files of others that are not copied, or in the name of a logdir of which
/// the copy is to be the directory `output`.
///
/// # Errors
///
/// A path that can no longer be listed.
pub(crate) fn warn(
    paths: &Paths,
    sources: &Sources,
    output: Option<&Path>,
    reporter: &Reporter,
) -> Result<()> {
    let others = sources.others.iter();
    let others: HashSet<_> = others.map(|other| (other.path, other.run.name())).collect();
    let trials = sources.trials();
    let may_lack = |source: &Source| {
        let name = source.run.name();
        let mut above = ancestors(name).skip(1);
        let mut below = trials
            .get(source.path)
            .into_iter()
            .flat_map(|t| t.below(name));
        let is_left = |run: &str| others.contains(&(source.path, run));
        above.any(is_left) || below.any(is_left) || output.is_some_and(|to| loses_name(source, to))
    };
    let (runs, rest): (Vec<_>, Vec<_>) = sources.runs.iter().cloned().partition(may_lack);
    if runs.is_empty() {
        return Ok(());
    }
    let some = Sources {
        runs,
        others: sources.others.iter().cloned().chain(rest).collect(),
        problems: Vec::new(),
        roots: sources.roots.clone(),
        some: true,
        one_file: false,
        dirs: sources.dirs.clone(),
    };
    // What is wrong with files is told when they are copied.
    let quiet = Reporter::with(true, true);
    let (content, lookup) = (Content::Kinds(&[]), Lookup::Everywhere);
    let loaded = Loaded::read(paths, some, content, &lookup, |_| false, &quiet)?;
    let found = loaded.sources.runs.iter().zip(loaded.hparams(&quiet)?);
    let found: Vec<_> = found.collect();
    if let Some(output) = output {
        let of_name = |(source, found): &&(&Source, Hyperparameters)| {
            found.origin == Some(Origin::Names) && loses_name(source, output)
        };
        let named = found.iter().filter(of_name);
        warn_of_names(named.map(|(source, _)| *source), output, reporter);
    }
    let lacking = found
        .into_iter()
        .filter_map(|(source, hparams)| match hparams.origin? {
            Origin::Session(run) | Origin::Text { run, .. } => others
                .contains(&(source.path, &*run))
                .then(|| (printable(&source.name).into_owned(), run)),
            _ => None,
        });
    let lacking: Vec<_> = lacking.collect();
    let (first, more) = few::first(&lacking, few::NAMED);
    for (run, of) in first {
        reporter.warn(format_args!(
            "{run}: its hyperparameters are not copied: they are in the run {}; copy that run, too",
            quoted(of)
        ));
    }
    if more > 0 {
        let which = "without their hyperparameters, which are in runs that are not copied";
        reporter.warn(few::more(more, "run", which));
    }
    Ok(())
}

/// The name of the logdir of a run.
fn logdir_name(source: &Source) -> Option<&str> {
    let run = &source.run;
    let depth = ancestors(run.name()).count();
    run.dir().iter().rev().nth(depth - 1)?.to_str()
}

/// Whether the name of a logdir states something that the name of its copy does not. A run that is called by its path
/// takes the name along.
fn loses_name(source: &Source, output: &Path) -> bool {
    let stated = logdir_name(source).map(hyperparameters::in_name);
    let keeps = output.file_name().and_then(|name| name.to_str());
    let keeps = keeps.map(hyperparameters::in_name);
    source.name == source.run.name()
        && stated.is_some_and(|stated| !stated.is_empty() && keeps != Some(stated))
}

fn warn_of_names<'s>(
    sources: impl Iterator<Item = &'s Source>,
    output: &Path,
    reporter: &Reporter,
) {
    let names: BTreeSet<_> = sources.filter_map(logdir_name).collect();
    for name in names {
        reporter.warn(format_args!(
            "the hyperparameters in the name {} are not copied; write to `{}` to keep them",
            quoted(name),
            printable(&text::path(&output.join(name)))
        ));
    }
}
