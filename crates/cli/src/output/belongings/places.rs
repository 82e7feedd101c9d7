//! Where directories go when runs in and below them are copied.
//!
//! Verbs give runs new names and bring several logdirs together. What TensorBoard shows of a directory goes where its runs
//! go. A configuration speaks for every run below it, so it goes only where that is as true as before; where it is not, each
//! run that had it gets a copy of its own.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::listing::{configurations, is_run};
use crate::input::beside::named::HYDRA;
use crate::input::sources::{Source, Sources};
use tfevents_analysis::hyperparameters;

/// A run that is copied.
pub(super) struct Copied<'s> {
    pub(super) source: &'s Source,
    /// Its directories in the output: what belongs to it goes to the first. None where there is no place for that.
    pub(super) to: Vec<PathBuf>,
}

/// Where a directory goes.
#[derive(Clone, Default)]
pub(super) struct Place {
    pub(super) to: Option<PathBuf>,
    /// Whether its configuration goes there, too.
    pub(super) is_exact: bool,
    /// Directories in the output that would miss its configuration there.
    pub(super) apart: Vec<PathBuf>,
}

/// A directory above a run that is copied, and itself no such run's.
pub(super) struct Above {
    pub(super) dir: PathBuf,
    /// What links must not lead out of.
    pub(super) root: PathBuf,
    pub(super) is: Is,
    pub(super) place: Place,
}

/// What a directory above a run is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Is {
    /// A run that is not copied.
    Run,
    /// A directory in the logdir.
    Part,
    Logdir,
    /// The directory of the program that logged there.
    Program,
}

/// The places of the directories of all copied runs, in their order, and those above them.
pub(super) fn of(copied: &[Copied<'_>], sources: &Sources) -> (Vec<Place>, Vec<Above>) {
    let mut map = Map::new(copied, sources.dirs.len() == 1);
    for number in 0..copied.len() {
        map.configure(number);
    }
    (map.places, map.above.into_values().collect())
}

struct Map<'c, 's> {
    copied: &'c [Copied<'s>],
    /// By their directories.
    numbers: HashMap<&'s Path, usize>,
    /// The directories in the output, each with the run that has it; what is below one follows it.
    outputs: Vec<(&'c Path, usize)>,
    /// Of the copied runs.
    places: Vec<Place>,
    above: BTreeMap<PathBuf, Above>,
    /// Which directories have configurations.
    configured: HashMap<PathBuf, bool>,
}

impl<'c, 's> Map<'c, 's> {
    /// `is_all` if there is one logdir only.
    fn new(copied: &'c [Copied<'s>], is_all: bool) -> Self {
        let outputs = copied.iter().zip(0..);
        let outputs =
            outputs.flat_map(|(run, number)| run.to.iter().map(move |to| (&**to, number)));
        let mut outputs: Vec<_> = outputs.collect();
        outputs.sort_unstable();
        let numbers = copied.iter().map(|run| run.source.run.dir()).zip(0..);
        let places = copied.iter().map(|run| Place {
            to: run.to.first().cloned(),
            is_exact: true,
            apart: Vec::new(),
        });
        let mut map = Self {
            copied,
            numbers: numbers.collect(),
            outputs,
            places: places.collect(),
            above: BTreeMap::new(),
            configured: HashMap::new(),
        };
        let mut below = BTreeMap::<&Path, Vec<usize>>::new();
        for (run, number) in copied.iter().zip(0..) {
            for dir in run.above() {
                below.entry(dir).or_default().push(number);
            }
        }
        for (dir, runs) in below {
            if !map.numbers.contains_key(dir) {
                let above = map.above(dir, &runs, is_all);
                map.above.insert(dir.to_path_buf(), above);
            }
        }
        map
    }

    /// A directory above these runs.
    fn above(&self, dir: &Path, runs: &[usize], is_all: bool) -> Above {
        let runs = runs.iter().filter_map(|&number| self.copied.get(number));
        let root = runs.clone().next().map_or(dir, |run| &run.source.root);
        let is_logdir = dir == root;
        let mut places =
            runs.filter_map(|run| place_above(run.to.first()?, run.source.run.dir(), dir));
        let all = || (is_all && is_logdir && !self.outputs.is_empty()).then(PathBuf::new);
        let to = places.next().or_else(all);
        let is = match is_logdir {
            _ if is_run(dir) => Is::Run,
            true => Is::Logdir,
            false => Is::Part,
        };
        Above {
            dir: dir.to_path_buf(),
            root: root.to_path_buf(),
            is,
            place: Place {
                is_exact: to.as_ref().is_some_and(|to| self.is_exact(dir, to)),
                to,
                apart: Vec::new(),
            },
        }
    }

    /// Whether all that goes to or below a place was in or below a directory.
    fn is_exact(&self, dir: &Path, to: &Path) -> bool {
        let start = self.outputs.partition_point(|(output, _)| *output < to);
        let there = self.outputs.iter().skip(start);
        let mut there = there.take_while(|(output, _)| output.starts_with(to));
        there.all(|&(_, number)| {
            let run = self.copied.get(number);
            run.is_some_and(|run| run.source.run.dir().starts_with(dir))
        })
    }

    /// Sees to it that a copied run has the configuration that it had.
    fn configure(&mut self, number: usize) {
        let Some(run) = self.copied.get(number) else {
            return;
        };
        let (dir, root) = (run.source.run.dir(), &*run.source.root);
        let mut dirs = std::iter::once(dir).chain(run.above());
        let nearest = dirs
            .find(|dir| self.is_configured(dir))
            .map(Path::to_path_buf);
        let nearest = nearest.or_else(|| self.program_of(root));
        let Some(nearest) = nearest else {
            return;
        };
        let own = self.numbers.get(&*nearest).copied();
        let place = match own {
            Some(number) => self.places.get_mut(number),
            None => self.above.get_mut(&nearest).map(|above| &mut above.place),
        };
        let Some(place) = place else {
            return;
        };
        let shared = place.to.as_ref().filter(|_| place.is_exact);
        let is_missed = |to: &&PathBuf| !shared.is_some_and(|shared| to.starts_with(shared));
        let missed: Vec<_> = run.to.iter().filter(is_missed).cloned().collect();
        place.apart.extend(missed);
    }

    fn is_configured(&mut self, dir: &Path) -> bool {
        if let Some(&known) = self.configured.get(dir) {
            return known;
        }
        let is_configured = !configurations(dir).is_empty();
        self.configured.insert(dir.to_path_buf(), is_configured);
        is_configured
    }

    /// The directory above a logdir that has its configuration.
    fn program_of(&mut self, root: &Path) -> Option<PathBuf> {
        let mut dirs = hyperparameters::above(root);
        let dir = dirs.find(|dir| self.is_configured(dir) && dir.join(HYDRA).is_dir())?;
        if !self.above.contains_key(&dir) {
            let of_root = match self.numbers.get(root) {
                Some(&number) => self.places.get(number),
                None => self.above.get(root).map(|above| &above.place),
            };
            let to = of_root.and_then(|place| place.to.clone());
            let place = Place {
                is_exact: to.as_ref().is_some_and(|to| self.is_exact(root, to)),
                to,
                apart: Vec::new(),
            };
            let above = Above {
                root: dir.clone(),
                dir: dir.clone(),
                is: Is::Program,
                place,
            };
            self.above.insert(dir.clone(), above);
        }
        Some(dir)
    }
}

impl<'s> Copied<'s> {
    /// The directories above it, up to the logdir.
    fn above(&self) -> impl Iterator<Item = &'s Path> + use<'s> {
        let (dir, root) = (self.source.run.dir(), &*self.source.root);
        dir.ancestors()
            .skip(1)
            .take_while(move |dir| dir.starts_with(root))
    }
}

/// Where the directory `above` that of a run goes if the run goes to `to`, and both keep their place to each other.
fn place_above(to: &Path, run: &Path, above: &Path) -> Option<PathBuf> {
    let below = run.strip_prefix(above).ok()?;
    let depth = to.ends_with(below).then(|| below.components().count())?;
    Some(to.ancestors().nth(depth)?.to_path_buf())
}
