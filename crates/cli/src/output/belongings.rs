//! What belongs to runs and is no event file: what goes along with copies of them, and what stays behind.
//!
//! TensorBoard shows embeddings and what plugins such as the profiler wrote, and people look up how a run was configured;
//! these are copied too. Checkpoints and the rest may be any size, so they are not copied but named.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Serialize;
use tfevents::reader::is_event_file;

use super::destination::Destination;
use super::names::run_path;
use super::partial::is_partial;
use super::same::is_same;
use super::tree::Tree;
use crate::input::sources::{Source, Sources, file_size};
use crate::ui::few;
use crate::ui::progress::Counted;
use crate::ui::reporter::Reporter;
use tfevents_analysis::number;
use tfevents_analysis::text;
use tfevents_table::json::PathText;

mod projector;

use projector::Embeddings;

/// The files of embeddings, which TensorBoard looks for in every run.
const PROJECTOR: &str = "projector_config.pbtxt";
/// The directory of files that plugins such as the profiler read.
const PLUGINS: &str = "plugins";
/// Where hydra puts the configuration of a run.
const HYDRA: &str = ".hydra";
/// The endings of configurations and small tables beside event files: `hparams.yaml`, `params.json`, `metrics.csv`.
const TEXT: [&str; 11] = [
    "cfg", "csv", "ini", "json", "jsonl", "md", "pbtxt", "toml", "tsv", "txt", "yaml",
];

/// What belongs to some runs.
#[derive(Default)]
pub(crate) struct Belongings(Vec<OfDir>);

/// The files beside the event files of one directory.
struct OfDir {
    run: String,
    dir: PathBuf,
    along: Vec<Along>,
    /// Relative to the directory, in order.
    stays: Vec<PathBuf>,
}

/// A file that is copied too.
struct Along {
    /// Its name in its directory.
    name: PathBuf,
    /// Where it goes in the output.
    to: PathBuf,
    /// What it holds there, where that is not what it holds here.
    text: Option<String>,
}

impl Belongings {
    /// All other files in the directories of runs that are copied, and what TensorBoard reads in those above them. A
    /// directory with event files of its own is another run. `name_of` tells what the copy of a run is called.
    pub(crate) fn of<'s>(
        sources: &'s Sources,
        name_of: impl Fn(&'s Source) -> Option<&'s str>,
        destination: Option<&Destination>,
    ) -> Self {
        let goes = matches!(destination, None | Some(Destination::Dir(_)));
        let mut all = Vec::new();
        // Directories above runs, and where what is in them goes.
        let mut above = BTreeMap::<&Path, (&Path, Option<PathBuf>)>::new();
        for source in &sources.runs {
            let (dir, root) = (source.run.dir(), &*source.root);
            // Of one that was given as a file, nobody asked for what is beside it.
            if !dir.starts_with(root) {
                continue;
            }
            let to = name_of(source).filter(|_| goes).map(run_path);
            let dirs = dir.ancestors().skip(1);
            for above_it in dirs.take_while(|dir| dir.starts_with(root)) {
                let place = to.as_deref().and_then(|to| {
                    // The only logdir becomes the output, whatever its runs are called there.
                    let is_all = above_it == root && sources.dirs.len() == 1;
                    place_above(to, dir, above_it).or_else(|| is_all.then(PathBuf::new))
                });
                let (_, known) = above.entry(above_it).or_insert((root, None));
                if known.is_none() {
                    *known = place;
                }
            }
            let files = other_files(dir);
            all.push(OfDir::new(source.name.clone(), (dir, root), files, to));
        }
        for (dir, (root, to)) in above {
            if !entries(dir).iter().any(|entry| entry.is_event_file) {
                let mut files = other_files(&dir.join(PLUGINS));
                files.extend(Some(dir.join(PROJECTOR)).filter(|path| path.is_file()));
                let embeddings = Embeddings::of(dir, root);
                files.extend(embeddings.inside().map(|file| dir.join(file)));
                all.push(OfDir::new(text::path(dir), (dir, root), files, to));
            }
        }
        settle(&mut all);
        all.retain(|of| !(of.along.is_empty() && of.stays.is_empty()));
        Self(all)
    }

    /// Copies what belongs to the runs; what cannot be read stays.
    pub(crate) fn copy(&mut self, tree: &Tree, reporter: &Reporter) -> Result<()> {
        reporter.begin_progress(self.bytes(), false);
        for of in &mut self.0 {
            for file in std::mem::take(&mut of.along) {
                let from = of.dir.join(&file.name);
                match File::open(&from) {
                    Ok(source) => {
                        copy(source, &file, tree)
                            .with_context(|| format!("cannot copy `{}`", text::path(&from)))?;
                        of.along.push(file);
                    }
                    Err(e) => {
                        let path = text::path(&from);
                        reporter.warn(format_args!("cannot copy `{path}`: {e}"));
                        of.stays.push(file.name);
                    }
                }
            }
        }
        reporter.end_progress();
        Ok(())
    }

    /// How much there is to be copied.
    fn bytes(&self) -> u64 {
        let files = self.0.iter().flat_map(|of| {
            let along = of.along.iter();
            along.map(|file| file_size(&of.dir.join(&file.name)))
        });
        files.sum()
    }

    /// Tells what stays behind.
    pub(crate) fn report(&self, reporter: &Reporter) {
        let all: Vec<_> = self.0.iter().filter(|of| !of.stays.is_empty()).collect();
        let (first, others) = few::first(&all, few::NAMED);
        for of in first {
            let run = text::printable(&of.run);
            let what = of.describe();
            if of.is_shown() {
                reporter.warn(format_args!(
                    "{run}: not copied: {what}, which TensorBoard shows"
                ));
            } else {
                reporter.note(format_args!("{run}: not copied: {what}"));
            }
        }
        if others > 0 {
            let more = number::counted(others, "more run");
            let told = format!("{more} with files that are not copied; --json lists them");
            match all[first.len()..].iter().any(|of| of.is_shown()) {
                true => reporter.warn(told),
                false => reporter.note(told),
            }
        }
    }

    /// How many files go along.
    pub(super) fn along(&self) -> usize {
        self.0.iter().map(|of| of.along.len()).sum()
    }

    /// What is copied too, for programs.
    pub(super) fn taken_along(&self) -> Vec<Report<'_>> {
        self.reports(|of| of.along.iter().map(|file| &*file.name).collect())
    }

    /// What stays behind, for programs.
    pub(super) fn left_behind(&self) -> Vec<Report<'_>> {
        self.reports(|of| of.stays.iter().map(PathBuf::as_path).collect())
    }

    fn reports<'b>(&'b self, files: impl Fn(&'b OfDir) -> Vec<&'b Path>) -> Vec<Report<'b>> {
        let reports = self.0.iter().map(|of| Report {
            run: &of.run,
            directory: PathText(&of.dir),
            files: files(of).into_iter().map(PathText).collect(),
        });
        reports.filter(|report| !report.files.is_empty()).collect()
    }
}

/// The name of a copy that keeps its own.
pub(crate) fn same_name(source: &Source) -> Option<&str> {
    Some(&source.name)
}

/// Where the directory `above` that of a run goes if the run goes to `to`, and both keep their place to each other.
fn place_above(to: &Path, run: &Path, above: &Path) -> Option<PathBuf> {
    let below = run.strip_prefix(above).ok()?;
    let depth = to.ends_with(below).then(|| below.components().count())?;
    Some(to.ancestors().nth(depth)?.to_path_buf())
}

/// Lets one of several files that would have one place go there; the others stay, unless they are the same.
fn settle(all: &mut [OfDir]) {
    let mut taken = BTreeMap::<PathBuf, PathBuf>::new();
    for of in all {
        let OfDir {
            dir, along, stays, ..
        } = of;
        along.retain(|file| {
            let from = dir.join(&file.name);
            let Some(first) = taken.get(&file.to) else {
                taken.insert(file.to.clone(), from);
                return true;
            };
            if !is_same(first, &from).unwrap_or(false) {
                stays.push(file.name.clone());
            }
            false
        });
        stays.sort();
        stays.dedup();
    }
}

fn copy(from: File, file: &Along, tree: &Tree) -> Result<()> {
    let mut to = tree.create(&file.to)?;
    match &file.text {
        Some(text) => to.write_all(text.as_bytes())?,
        None => drop(io::copy(&mut Counted(from), &mut to)?),
    }
    to.finish()
}

impl OfDir {
    /// Divides `files` of the directory; all of them stay if there is no place where they could go.
    fn new(
        run: String,
        (dir, root): (&Path, &Path),
        files: Vec<PathBuf>,
        to: Option<PathBuf>,
    ) -> Self {
        let files = files.iter().filter_map(|path| path.strip_prefix(dir).ok());
        let files: BTreeSet<_> = files.map(Path::to_path_buf).collect();
        let mut of = Self {
            run,
            dir: dir.to_path_buf(),
            along: Vec::new(),
            stays: Vec::new(),
        };
        let Some(to) = to else {
            of.stays.extend(files);
            return of;
        };
        let mut embeddings = Embeddings::of(dir, root);
        for name in files {
            let belongs = belongs(&name) || embeddings.name(&name);
            // A link must not let out what lies somewhere else.
            if belongs && is_in(&dir.join(&name), root) {
                let text = embeddings.text_of(&name);
                let to = to.join(&name);
                of.along.push(Along { name, to, text });
            } else {
                of.stays.push(name);
            }
        }
        for (name, place) in embeddings.outside() {
            let to = to.join(place);
            of.along.push(Along {
                name,
                to,
                text: None,
            });
        }
        of.stays.extend(embeddings.missing());
        of
    }

    /// Whether TensorBoard shows something that is not in a copy.
    fn is_shown(&self) -> bool {
        let mut stays = self.stays.iter();
        stays.any(|file| file.ends_with(PROJECTOR) || file.starts_with(PLUGINS))
    }

    /// The files, and of directories how many are in them.
    fn describe(&self) -> String {
        let mut entries = BTreeMap::<_, u64>::new();
        for file in &self.stays {
            let is_below = matches!(file.components().next(), Some(Component::Normal(_)));
            let first = match is_below {
                true => file.iter().next().unwrap_or_default(),
                false => file.as_os_str(),
            };
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

/// Whether a file is part of what a run is, by its name.
fn belongs(name: &Path) -> bool {
    let is_text = |name: &Path| {
        let ending = name.extension().unwrap_or_default().to_string_lossy();
        let ending = ending.to_lowercase();
        ending == "yml" || TEXT.contains(&&*ending)
    };
    let mut parts = name.components();
    match (parts.next(), parts.next()) {
        (Some(Component::Normal(first)), None) => is_text(Path::new(first)),
        (Some(Component::Normal(first)), Some(_)) => first == PLUGINS || first == HYDRA,
        _ => false,
    }
}

/// Whether a path leads to a regular file in or below a directory, behind all links.
fn is_in(path: &Path, dir: &Path) -> bool {
    let (path, dir) = (path.canonicalize(), dir.canonicalize());
    path.is_ok_and(|path| path.is_file() && dir.is_ok_and(|dir| path.starts_with(dir)))
}

/// How `--json` lists them.
#[derive(Serialize)]
pub(crate) struct Report<'a> {
    run: &'a str,
    directory: PathText<'a>,
    files: Vec<PathText<'a>>,
}
