//! What belongs to runs and is no event file: what goes along with copies of them, and what stays behind.
//!
//! TensorBoard shows embeddings and what plugins such as the profiler wrote, and people look up how a run was configured;
//! these are copied too. Checkpoints and the rest may be any size, so they are not copied but named.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::destination::Destination;
use super::names::run_path;
use super::same::is_same;
use super::tree::Tree;
use crate::input::beside::embeddings::Embeddings;
use crate::input::beside::named;
use crate::input::sources::{Source, Sources, file_size};
use crate::ui::progress::Counted;
use crate::ui::reporter::Reporter;
use tfevents_analysis::text;

mod listing;
mod places;
mod told;

use places::{Above, Copied, Is, Place};
pub(super) use told::Report;

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
    /// All other files in the directories of runs that are copied, and what those above them say about them. `names_of`
    /// tells what the copies of a run are called; what belongs to it goes to the first.
    pub(crate) fn of<'s, N: IntoIterator<Item: AsRef<str>>>(
        sources: &'s Sources,
        names_of: impl Fn(&'s Source) -> N,
        destination: Option<&Destination>,
    ) -> Self {
        let goes = matches!(destination, None | Some(Destination::Dir(_)));
        // Of a run that was given as a file, nobody asked for what is beside it.
        let runs = sources.runs.iter();
        let runs = runs.filter(|source| source.run.dir().starts_with(&source.root));
        let copied = runs.map(|source| Copied {
            source,
            to: match goes {
                true => names_of(source)
                    .into_iter()
                    .map(|name| run_path(name.as_ref()))
                    .collect(),
                false => Vec::new(),
            },
        });
        let copied: Vec<_> = copied.collect();
        let all_runs = sources.runs.iter().chain(&sources.others);
        let above_runs = all_runs.flat_map(|source| source.run.dir().ancestors().skip(1));
        let above_runs: HashSet<_> = above_runs.collect();
        let (places, above) = places::of(&copied, sources);
        let of_runs = copied.iter().zip(places);
        let of_runs = of_runs.map(|(run, place)| OfDir::of_run(run.source, place, &above_runs));
        let of_above = above
            .into_iter()
            .map(|above| OfDir::above(above, &above_runs));
        let mut all: Vec<_> = of_runs.chain(of_above).collect();
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
}

/// The name of a copy that keeps its own.
pub(crate) fn same_name(source: &Source) -> Option<&str> {
    Some(&source.name)
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
    fn of_run(source: &Source, place: Place, above_runs: &HashSet<&Path>) -> Self {
        let dir = source.run.dir();
        let files = listing::other_files(dir, above_runs);
        let of = Self::new(source.name.clone(), dir);
        of.with(files, &source.root, &place, listing::belongs)
    }

    /// A directory above runs: what it says about them, and below the logdir all that it has of its own.
    fn above(above: Above, above_runs: &HashSet<&Path>) -> Self {
        let Above {
            dir,
            root,
            is,
            place,
        } = &above;
        let (files, goes): (_, fn(&Path) -> bool) = match is {
            Is::Run | Is::Program => (listing::configurations(dir), named::is_configuration),
            Is::Part => (listing::other_files(dir, above_runs), listing::belongs),
            Is::Logdir => (listing::shared_files(dir), listing::is_shared),
        };
        Self::new(text::path(dir), dir).with(files, root, place, goes)
    }

    fn new(run: String, dir: &Path) -> Self {
        Self {
            run,
            dir: dir.to_path_buf(),
            along: Vec::new(),
            stays: Vec::new(),
        }
    }

    /// Divides files into those that go along and those that stay, which all do if there is no place for them.
    fn with(
        mut self,
        mut files: Vec<PathBuf>,
        root: &Path,
        place: &Place,
        goes: fn(&Path) -> bool,
    ) -> Self {
        let mut embeddings = match files.iter().any(|file| file.ends_with(named::PROJECTOR)) {
            true => Embeddings::of(&self.dir, root),
            false => Embeddings::default(),
        };
        files.extend(embeddings.inside().map(Path::to_path_buf));
        for name in files.into_iter().collect::<BTreeSet<_>>() {
            let goes = goes(&name) || embeddings.name(&name);
            // A link must not let out what lies somewhere else.
            let dirs = match goes && listing::is_in(&self.dir.join(&name), root) {
                true => place.dirs_of(&name),
                false => Vec::new(),
            };
            if dirs.is_empty() {
                self.stays.push(name);
                continue;
            }
            let text = embeddings.text_of(&name);
            self.along.extend(dirs.into_iter().map(|dir| Along {
                to: dir.join(&name),
                name: name.clone(),
                text: text.clone(),
            }));
        }
        if let Some(to) = &place.to {
            let outside = embeddings.outside().map(|(name, inside)| Along {
                to: to.join(inside),
                name,
                text: None,
            });
            self.along.extend(outside);
            self.stays.extend(embeddings.missing());
        }
        self
    }
}

impl Place {
    /// The directories in the output to which a file goes.
    fn dirs_of(&self, name: &Path) -> Vec<&PathBuf> {
        let is_configuration = named::is_configuration(name);
        let shared = self
            .to
            .iter()
            .filter(|_| self.is_exact || !is_configuration);
        let apart = self.apart.iter().filter(|_| is_configuration);
        shared.chain(apart).collect()
    }
}
