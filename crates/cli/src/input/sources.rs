//! Runs that were found in and below the paths.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use tfevents::Run;

use super::beside::{self, Pile};
use tfevents_analysis::hyperparameters::Trials;
use tfevents_analysis::runs::ancestors;
use tfevents_analysis::text;

/// A run and what to call it.
#[derive(Clone)]
pub(crate) struct Source {
    /// The run's name in its logdir; where several paths were given, behind its path.
    pub(crate) name: String,
    pub(crate) run: Run,
    /// Whether it is left out by its own name, and not merely not asked for.
    pub(crate) excluded: bool,
    /// The number of the path on the command line.
    pub(crate) path: usize,
    /// The tree that the run was found in.
    pub(crate) root: PathBuf,
}

/// What was found in and below the paths.
pub(crate) struct Sources {
    pub(crate) runs: Vec<Source>,
    /// The other runs that are there.
    pub(crate) others: Vec<Source>,
    /// What could not be read.
    pub(crate) problems: Vec<String>,
    /// The trees that were looked into, and whether only some of the runs in there are wanted.
    pub(crate) roots: Vec<PathBuf>,
    pub(crate) some: bool,
    /// Whether the only path is a file, and no pattern.
    pub(crate) one_file: bool,
    /// The directories among the paths.
    pub(crate) dirs: Vec<PathBuf>,
}

impl Sources {
    /// The runs that only hold a session and metrics of others, as `add_hparams` of PyTorch and tensorboardX makes them, for
    /// each path: of those that are meant or excluded, and of those above them.
    pub(crate) fn trials(&self) -> Vec<Trials> {
        let paths = self.runs.iter().map(|source| source.path + 1).max();
        let of_path = |path| {
            let is_there = |source: &&Source| source.path == path;
            let concerned = self.concerned().filter(is_there);
            let concerned = concerned.flat_map(|source| ancestors(source.run.name()));
            let concerned: HashSet<_> = concerned.collect();
            let all = self.runs.iter().chain(&self.others).filter(is_there);
            Trials::of(all.map(|source| &source.run), |run| concerned.contains(run))
        };
        (0..paths.unwrap_or(0)).map(of_path).collect()
    }

    /// The runs that are meant or excluded.
    fn concerned(&self) -> impl Iterator<Item = &Source> {
        let excluded = self.others.iter().filter(|source| source.excluded);
        self.runs.iter().chain(excluded)
    }

    /// Tells whether a run belongs to one that is meant or excluded.
    fn belongs(&self, trials: &[Trials]) -> impl Fn(&Source) -> bool + use<> {
        let concerned = self.concerned();
        let below = concerned.filter_map(|source| {
            let trials = trials.get(source.path)?.below(source.run.name());
            Some(trials.map(|trial| (source.path, trial.to_owned())))
        });
        let below: HashSet<_> = below.flatten().collect();
        move |source| below.contains(&(source.path, source.run.name().to_owned()))
    }

    /// Removes the runs that belong to others, and returns which these are, for each path.
    pub(crate) fn take_trials(&mut self) -> Vec<Trials> {
        let trials = self.trials();
        let belongs = self.belongs(&trials);
        self.others
            .extend(self.runs.extract_if(.., |source| belongs(source)));
        trials
    }

    /// Adds the runs that belong to those that are meant, unless they are excluded.
    pub(crate) fn add_trials(&mut self) {
        if self.others.is_empty() {
            return;
        }
        let belongs = self.belongs(&self.trials());
        let added = self
            .others
            .extract_if(.., |source| !source.excluded && belongs(source));
        self.runs.extend(added);
        self.runs.sort_by(|a, b| {
            let names = || text::natural_order(a.run.name(), b.run.name());
            a.path.cmp(&b.path).then_with(names)
        });
    }

    /// The runs that belong to one, of those that were [removed](Self::take_trials).
    pub(crate) fn trials_of<'s>(
        &'s self,
        source: &'s Source,
        trials: &'s [Trials],
    ) -> impl Iterator<Item = &'s Source> {
        let trials = trials.get(source.path);
        let below = trials.into_iter().flat_map(|t| t.below(source.run.name()));
        let below: HashSet<_> = below.collect();
        let others = self.others.iter();
        others.filter(move |s| s.path == source.path && below.contains(s.run.name()))
    }

    /// Leaves out the runs to which one belongs that was excluded by name: they are one.
    pub(crate) fn keep_trials(&mut self, trials: &[Trials]) {
        let is_kept = |source: &Source| self.trials_of(source, trials).any(|trial| trial.excluded);
        let kept: Vec<_> = self.runs.iter().map(is_kept).collect();
        let mut kept = kept.into_iter();
        self.runs.retain(|_| kept.next() != Some(true));
    }

    /// Fails where two paths lead to the same file.
    pub(super) fn check_once(&self) -> Result<()> {
        let mut known = HashMap::new();
        for source in &self.runs {
            for file in source.run.paths() {
                let Ok(path) = file.canonicalize() else {
                    continue;
                };
                match known.insert(path, source) {
                    Some(other) if other.path != source.path => {
                        let also = match other.name == source.name {
                            true => String::new(),
                            false => format!(", also as `{}`", text::printable(&other.name)),
                        };
                        let name = text::printable(&source.name);
                        bail!("the run `{name}` was given twice{also}; give it once");
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// The files of all runs.
    pub(crate) fn files(&self) -> Vec<&Path> {
        let files = self.runs.iter().flat_map(|source| source.run.files());
        files.map(PathBuf::as_path).collect()
    }

    /// What lies beside the runs; where only some of the runs are wanted, beside these.
    pub(crate) fn beside(&self) -> Vec<Pile> {
        self.beside_wanted(beside::all(&self.roots))
    }

    /// All files beside those of the runs, also such as are known by nothing but their names; where only some of the runs are
    /// wanted, beside these.
    pub(crate) fn all_beside(&self) -> Vec<Pile> {
        let all = self.runs.iter().chain(&self.others);
        let mut piles = beside::Piles::new(all.map(|source| source.run.dir()));
        for root in self.roots.iter().filter(|root| root.is_dir()) {
            piles.add(root);
        }
        self.beside_wanted(piles.finish())
    }

    fn beside_wanted(&self, mut piles: Vec<Pile>) -> Vec<Pile> {
        if self.some {
            let dirs: HashSet<_> = self.runs.iter().map(|source| source.run.dir()).collect();
            piles.retain(|pile| dirs.contains(&*pile.dir));
        }
        piles
    }

    /// How many bytes all files have.
    pub(crate) fn bytes(&self) -> u64 {
        self.files().into_iter().map(file_size).sum()
    }
}

/// The size of a file, 0 if that cannot be told.
pub(crate) fn file_size(path: &Path) -> u64 {
    path.metadata().map_or(0, |m| m.len())
}
