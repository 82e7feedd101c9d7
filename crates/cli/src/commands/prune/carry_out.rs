//! What stays is told, and the rest moved or deleted.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};

use super::candidate::Candidate;
use super::report::Plan;
use super::trash::Trash;
use crate::ui::few::{self, Few};
use crate::ui::reporter::Reporter;
use crate::ui::usage::UsageError;
use tfevents_analysis::text;

/// Warns of runs that should go and do not.
pub(super) fn tell_what_stays(candidates: &[Candidate], reporter: &Reporter) {
    let stays = |c: &Candidate| Some((text::printable(&c.name).into_owned(), c.stays.clone()?));
    let staying: Vec<_> = candidates.iter().filter_map(stays).collect();
    let (first, others) = few::first(&staying, few::NAMED);
    for (name, reason) in first {
        reporter.warn(format_args!("{name} stays: {reason}"));
    }
    if others > 0 {
        reporter.warn(few::more(others, "run", that_stay(others)));
    }
}

fn that_stay(runs: u64) -> &'static str {
    if runs == 1 { "that stays" } else { "that stay" }
}

/// Asks whoever is at the terminal.
pub(super) fn is_agreed(plan: &Plan) -> Result<bool> {
    if !io::stdin().is_terminal() {
        let problem =
            "refusing to prune: stdin is not a terminal; pass --yes, or --dry-run to preview";
        return Err(UsageError(problem.to_owned()).into());
    }
    let mut err = io::stderr().lock();
    write!(err, "{} [y/N] ", plan.question())?;
    err.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "Yes"))
}

/// The runs that go, as far as is known.
pub(super) fn going(candidates: &[Candidate]) -> impl Iterator<Item = &Candidate> {
    candidates.iter().filter(|c| c.stays.is_none())
}

/// Moves the files into a folder in `trash`, or deletes them; the folder.
pub(super) fn carry_out(
    trash: Option<&Path>,
    candidates: &mut [Candidate],
    reporter: &Reporter,
) -> Result<Option<PathBuf>> {
    let mut folder = match trash {
        Some(dir) => Some(Trash::create(dir, going(candidates))?),
        None => None,
    };
    let failed = Few::new(few::NAMED);
    // They are read only where the trash is on another disk.
    reporter.begin_progress(going(candidates).map(|c| c.bytes).sum(), false);
    for candidate in candidates.iter_mut().filter(|c| c.stays.is_none()) {
        // Whoever was asked may have taken a while to answer.
        let done = match (candidate.change(), &mut folder) {
            (Some(change), _) => Err(anyhow!(change)),
            (None, Some(folder)) => folder.take(candidate),
            (None, None) => candidate.delete(),
        };
        match done {
            Ok(()) => {
                candidate.tidy();
                candidate.gone = true;
            }
            Err(problem) => {
                // Another call may have been at work on the same run in between; then that is the reason.
                let changed = candidate.change().filter(|_| is_missing(&problem));
                let problem = changed.map_or_else(|| format!("{problem:#}"), str::to_owned);
                if failed.names() {
                    let name = text::printable(&candidate.name);
                    reporter.warn(format_args!("{name} stays: {problem}"));
                }
                candidate.stays = Some(problem);
            }
        }
    }
    reporter.end_progress();
    if let others @ 1.. = failed.others() {
        reporter.warn(few::more(others, "run", that_stay(others)));
    }
    let folder = folder.map(|folder| folder.folder().map(Path::to_path_buf));
    Ok(folder.unwrap_or_default().or(trash.map(Path::to_path_buf)))
}

/// Whether a file was not there any more.
fn is_missing(problem: &anyhow::Error) -> bool {
    let error = problem.root_cause().downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}
