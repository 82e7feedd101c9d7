//! Hyperparameters that copies of runs lack, because a run states them that is not copied.

use std::collections::HashSet;

use anyhow::Result;

use super::loaded::{Content, Loaded};
use super::sources::{Source, Sources};
use crate::args::paths::Paths;
use crate::ui::few;
use crate::ui::reporter::Reporter;
use tfevents_analysis::hyperparameters::{Lookup, Origin};
use tfevents_analysis::runs::ancestors;
use tfevents_analysis::text::{printable, quoted};

/// Warns of runs whose hyperparameters are in event files of others that are not copied.
///
/// # Errors
///
/// A path that can no longer be listed.
pub(crate) fn warn(paths: &Paths, sources: &Sources, reporter: &Reporter) -> Result<()> {
    let others = sources.others.iter();
    let others: HashSet<_> = others.map(|other| (other.path, other.run.name())).collect();
    if others.is_empty() {
        return Ok(());
    }
    let trials = sources.trials();
    let may_lack = |source: &Source| {
        let name = source.run.name();
        let mut above = ancestors(name).skip(1);
        let mut below = trials
            .get(source.path)
            .into_iter()
            .flat_map(|t| t.below(name));
        let is_left = |run: &str| others.contains(&(source.path, run));
        above.any(is_left) || below.any(is_left)
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
    let lacking = found.filter_map(|(source, hparams)| match hparams.origin? {
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
