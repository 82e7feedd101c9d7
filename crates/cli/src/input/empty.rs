//! Why there are no runs where some are expected.

use std::path::{Path, PathBuf};

#[cfg(feature = "server")]
use tfevents::reader::Root;

use super::beside;
use crate::ui::few;
use tfevents_analysis::text;

/// Where event files are looked for.
pub(crate) const SEARCHED: &str = "Directories are searched for files with `tfevents` in their names; a file given by its own path is always read.";

/// Nothing is found at a path.
pub(crate) fn nothing_at(path: &Path) -> String {
    format!("{}: no event files found", text::path(path))
}

/// A file is another tool's, so that it is not to be read as events.
pub(crate) fn of_other_tool(root: &Path, path: &Path) -> Option<String> {
    let what = beside::of_other_tool(root)?;
    let what = beside::describe_file(what);
    Some(format!("{}: {what}", text::path(path)))
}

/// What there is in and below these instead of event files.
pub(crate) fn instead(roots: &[PathBuf]) -> Vec<String> {
    let beside = beside::all(roots);
    let (first, others) = few::first(&beside, few::PLACES);
    let told = |b: &beside::Pile| format!("{}: {}", text::path(&b.dir), beside::describe(b));
    let mut instead: Vec<_> = first.iter().map(told).collect();
    if others > 0 {
        let places = few::more(others, "place", "");
        instead.push(format!("and other programs' files in {places}"));
    }
    instead
}

/// Why a path, which is this tree, has nothing to serve. Whether a file that looks like events holds any is known only where `no_runs` were
/// found at all. Nothing about a path that does not exist.
#[cfg(feature = "server")]
pub(crate) fn reasons(path: &Path, root: Root, no_runs: bool) -> Vec<String> {
    use tfevents::reader::Foreign;
    use tfevents::{Health, Logdir};

    use crate::ui::health;

    let at = root.path().to_path_buf();
    if let Some(what) = of_other_tool(&at, path) {
        return vec![what];
    }
    let Ok(logdir) = Logdir::open_all(&[root]) else {
        return Vec::new();
    };
    if logdir.runs().is_empty() {
        let mut reasons = vec![nothing_at(path)];
        reasons.extend(instead(&[at]));
        return reasons;
    }
    let file = Some(&at).filter(|at| at.is_file());
    let what = file.and_then(|file| Foreign::instead_of_events(file, &Health::default()));
    let why = match what {
        Some(what) => health::no_events(what),
        None if no_runs => "no events so far".to_owned(),
        None => return Vec::new(),
    };
    vec![format!("{}: {why}", text::path(path))]
}
