//! Symbolic links that no longer lead to events once a run is gone.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use anyhow::Result;
use tfevents::{Logdir, Run};

use super::candidate::Candidate;
use crate::args::paths::Paths;
use crate::ui::few;
use crate::ui::reporter::Reporter;
use tfevents_analysis::text;

/// Finds the links below the paths that lead to files to be removed, and names them. They stay: `prune` removes
/// event files only.
pub(super) fn find(candidates: &mut [Candidate], paths: &Paths, reporter: &Reporter) -> Result<()> {
    let mut going = HashMap::new();
    for (i, candidate) in candidates.iter().enumerate() {
        let files = candidate.run.paths().filter(|_| candidate.stays.is_none());
        going.extend(files.filter_map(|path| Some((path.canonicalize().ok()?, i))));
    }
    if going.is_empty() {
        return Ok(());
    }
    let roots = paths.roots()?;
    let mut links = BTreeSet::new();
    for root in &roots {
        let logdir = Logdir::open_all(std::slice::from_ref(root))?;
        for path in logdir.runs().iter().flat_map(Run::paths) {
            if let Some(link) = link_to(path, root.path())
                && let Some(&i) = path.canonicalize().ok().and_then(|file| going.get(&file))
            {
                links.insert((i, link));
            }
        }
    }
    for (i, link) in links {
        if let Some(candidate) = candidates.get_mut(i) {
            candidate.links.push(link);
        }
    }
    let mut more = 0;
    for candidate in candidates.iter() {
        let (first, others) = few::first(&candidate.links, few::NAMED);
        for link in first {
            reporter.note(format_args!(
                "{}: the symbolic link `{}` will no longer lead to its events",
                text::printable(&candidate.name),
                text::path(link)
            ));
        }
        more += others;
    }
    if more > 0 {
        let which = "that will no longer lead to events";
        reporter.note(few::more(more, "symbolic link", which));
    }
    Ok(())
}

/// The first link on the way from a root to a file.
fn link_to(path: &Path, root: &Path) -> Option<PathBuf> {
    let below = path.ancestors().take_while(|path| *path != root);
    let links = below.filter(|path| path.is_symlink());
    links.last().map(Path::to_path_buf)
}
