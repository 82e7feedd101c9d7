//! What belongs to runs and is not in copies of them, because it is no event file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tfevents::reader::is_event_file;

use super::partial::is_partial;
use crate::input::sources::Sources;
use crate::ui::few;
use crate::ui::reporter::Reporter;
use tfevents_analysis::number;
use tfevents_analysis::text;
use tfevents_table::json::PathText;

/// The files of embeddings, which TensorBoard looks for in every run.
const PROJECTOR: &str = "projector_config.pbtxt";
/// The directory of files that plugins such as the profiler read.
const PLUGINS: &str = "plugins";

/// Files of a run.
pub(crate) struct LeftBehind {
    run: String,
    dir: PathBuf,
    /// Relative to the directory, in order.
    files: Vec<PathBuf>,
}

/// All other files in the directories of runs that are copied, and what TensorBoard reads in those above them. A
/// directory with event files of its own is another run.
pub(crate) fn of(sources: &Sources) -> Vec<LeftBehind> {
    let mut all = Vec::new();
    let mut above = BTreeSet::new();
    for source in &sources.runs {
        let (dir, root) = (source.run.dir(), &*source.root);
        // Of one that was given as a file, nobody asked for what is beside it.
        if !dir.starts_with(root) {
            continue;
        }
        all.push(LeftBehind::new(source.name.clone(), dir, other_files(dir)));
        let dirs = dir.ancestors().skip(1);
        above.extend(dirs.take_while(|dir| dir.starts_with(root)));
    }
    for dir in above {
        if !entries(dir).iter().any(|entry| entry.is_event_file) {
            let mut files = other_files(&dir.join(PLUGINS));
            files.extend(Some(dir.join(PROJECTOR)).filter(|path| path.is_file()));
            all.push(LeftBehind::new(text::path(dir), dir, files));
        }
    }
    all.retain(|left| !left.files.is_empty());
    all
}

/// Tells of them all.
pub(crate) fn report(all: &[LeftBehind], reporter: &Reporter) {
    let (first, others) = few::first(all, few::NAMED);
    for left in first {
        let run = text::printable(&left.run);
        let what = left.describe();
        if left.is_shown() {
            reporter.warn(format_args!(
                "{run}: only event files are copied, not {what}, which TensorBoard shows"
            ));
        } else {
            reporter.note(format_args!("{run}: not copied: {what}"));
        }
    }
    if others > 0 {
        let more = number::counted(others, "more run");
        let told = format!("{more} with files that are not copied; --json lists them");
        match all[first.len()..].iter().any(LeftBehind::is_shown) {
            true => reporter.warn(told),
            false => reporter.note(told),
        }
    }
}

impl LeftBehind {
    fn new(run: String, dir: &Path, files: Vec<PathBuf>) -> Self {
        let files = files.into_iter();
        let relative = |path: PathBuf| {
            path.strip_prefix(dir)
                .map_or(path.clone(), Path::to_path_buf)
        };
        let mut files: Vec<_> = files.map(relative).collect();
        files.sort();
        Self {
            run,
            dir: dir.to_path_buf(),
            files,
        }
    }

    /// Whether TensorBoard shows something that is not in a copy.
    fn is_shown(&self) -> bool {
        self.files
            .iter()
            .any(|file| file == Path::new(PROJECTOR) || file.starts_with(PLUGINS))
    }

    /// The files, and of directories how many are in them.
    fn describe(&self) -> String {
        let mut entries = BTreeMap::<_, u64>::new();
        for file in &self.files {
            let first = file.iter().next().unwrap_or_default();
            let is_dir = file.as_os_str() != first;
            *entries.entry((is_dir, first)).or_default() += 1;
        }
        let entries = entries.iter().map(|(&(is_dir, name), &n)| {
            let name = text::path(name.as_ref());
            let name = text::printable(&name);
            match is_dir {
                true => format!("{name}/ ({})", number::counted(n, "file")),
                false => name.into_owned(),
            }
        });
        let entries: Vec<_> = entries.collect();
        few::in_a_row(&entries, few::NAMED, |more| format!("{more} more"))
    }
}

struct Entry {
    path: PathBuf,
    is_dir: bool,
    is_event_file: bool,
}

/// What is in a directory, as far as it can be read, but for what we are at work on ourselves. Links are not followed.
fn entries(dir: &Path) -> Vec<Entry> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let entries = entries.filter(|entry| !is_partial(&entry.file_name()));
    let entry = |entry: fs::DirEntry| {
        let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
        Entry {
            path: entry.path(),
            is_dir,
            is_event_file: !is_dir && is_event_file(&entry.file_name()),
        }
    };
    entries.map(entry).collect()
}

/// All files in and below the directory of a run that are neither event files nor another run's.
fn other_files(run: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut dirs = vec![run.to_path_buf()];
    while let Some(dir) = dirs.pop() {
        let entries = entries(&dir);
        if dir != run && entries.iter().any(|entry| entry.is_event_file) {
            continue;
        }
        for entry in entries {
            match entry {
                Entry { is_dir: true, .. } => dirs.push(entry.path),
                Entry { is_event_file, .. } if is_event_file => {}
                _ => files.push(entry.path),
            }
        }
    }
    files
}

/// How `--json` lists them.
#[derive(Serialize)]
pub(crate) struct Report<'a> {
    run: &'a str,
    directory: PathText<'a>,
    files: Vec<PathText<'a>>,
}

impl<'a> From<&'a LeftBehind> for Report<'a> {
    fn from(left: &'a LeftBehind) -> Self {
        Self {
            run: &left.run,
            directory: PathText(&left.dir),
            files: left.files.iter().map(|file| PathText(file)).collect(),
        }
    }
}
