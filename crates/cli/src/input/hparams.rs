//! Warnings about the hyperparameters that were found.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use super::sources::Source;
use crate::ui::few;
use crate::ui::reporter::Reporter;
use tfevents_analysis::hyperparameters::{Hyperparameters, Lookup, Origin, Trials};
use tfevents_analysis::text;

/// How many hyperparameters of a run are named.
const NAMED: usize = 3;

/// Warns of what could not be read.
pub(super) fn warn_of_problems(problems: &[String], reporter: &Reporter) {
    let (first, others) = few::first(problems, few::NAMED);
    for problem in first {
        reporter.warn(problem);
    }
    if others > 0 {
        let which = "with hyperparameters that cannot be read";
        reporter.warn(few::more(others, "file", which));
    }
}

/// Warns of runs that state the same hyperparameters with several values, or that have several sessions below them.
pub(super) fn warn_of_several<'s, 't>(
    found: impl Iterator<Item = (&'s Source, &'s Hyperparameters)>,
    trials: impl Fn(usize) -> &'t Trials,
    reporter: &Reporter,
) {
    let mut warnings = Vec::new();
    // Runs may share what is stated above them.
    let mut told = BTreeSet::new();
    for (source, hparams) in found {
        let trials = trials(source.path);
        let sessions = match &hparams.origin {
            Some(Origin::Session(run)) if trials.has(run) => {
                let above = run.rsplit_once('/').map_or(".", |(above, _)| above);
                trials.below(above).count()
            }
            _ => 1,
        };
        let is_several = sessions > 1 || !hparams.restated.is_empty();
        let key = (source.path, format!("{:?}", hparams.origin));
        if is_several && told.insert(key) {
            warnings.push(warning(&source.name, hparams, sessions));
        }
    }
    let (first, others) = few::first(&warnings, few::NAMED);
    for warning in first {
        reporter.warn(warning);
    }
    if others > 0 {
        let which = "with hyperparameters stated more than once";
        reporter.warn(few::more(others, "run", which));
    }
}

fn warning(run: &str, hparams: &Hyperparameters, sessions: usize) -> String {
    let run = text::printable(run);
    let names = hparams.restated.iter().map(|name| text::quoted(name));
    let names: Vec<_> = names.collect();
    let names = few::in_a_row(&names, NAMED, |more| few::more(more, "", ""));
    match (&hparams.origin, sessions) {
        (Some(Origin::Session(last)), 2..) => {
            let differ = match hparams.restated.is_empty() {
                true => String::new(),
                false => format!("; they differ in {names}"),
            };
            let last = text::quoted(last);
            format!(
                "{run}: {sessions} sessions below it, of which only the last one counts, {last}{differ}"
            )
        }
        _ => format!("{run}: stated more than once: {names}; the last value counts"),
    }
}

/// # Errors
///
/// A file or a text that was asked for, and that no run has.
pub(super) fn check_found(
    lookup: &Lookup,
    found: &[Hyperparameters],
    problems: &[String],
) -> Result<()> {
    // What cannot be read is there, and was told.
    if !problems.is_empty() || found.iter().any(|hparams| hparams.origin.is_some()) {
        return Ok(());
    }
    match lookup {
        Lookup::File(_) => bail!(
            "--hparams-from {lookup}: no run has such a file with hyperparameters in its directory or above it"
        ),
        Lookup::Text(_) => {
            bail!("--hparams-from {lookup}: no run has such a text with hyperparameters")
        }
        _ => Ok(()),
    }
}
