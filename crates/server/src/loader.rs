//! Keeps a catalog up to date with a logdir.

use std::collections::{HashMap, HashSet};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use tfevents::reader::{Progress, Root};
use tfevents::{Logdir, Policy, Run, Selection};

use crate::args::Reload;
use crate::catalog::Catalog;

mod followed;
#[cfg(test)]
mod tests;

use followed::Followed;

/// Reads a logdir run by run, and publishes each run as soon as it was read.
///
/// A run is read on beside the one that is served, and takes its place when it is complete; what did not change is
/// shared. If reading a run fails in a way that nobody foresaw, that run stays as it was, and the others go on.
#[derive(Debug)]
pub struct Loader {
    roots: Vec<Root>,
    policy: Policy,
    selection: Selection,
    threads: usize,
    checksum: bool,
    catalog: Arc<Catalog>,
    runs: HashMap<String, Followed>,
}

/// What one load brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Loaded {
    /// How many runs there are.
    pub runs: usize,
    /// How many of them changed.
    pub changed: usize,
    /// What could not be listed, and what failed, one sentence each.
    pub problems: Vec<String>,
}

impl Loader {
    /// Prepares to read a logdir into a catalog; the first [`load`](Self::load) does.
    #[must_use]
    pub fn new(roots: Vec<Root>, policy: Policy, catalog: Arc<Catalog>) -> Self {
        Self {
            roots,
            policy,
            selection: Selection::all(),
            threads: thread::available_parallelism().map_or(1, usize::from),
            checksum: false,
            catalog,
            runs: HashMap::new(),
        }
    }

    /// Whether to verify every checksum while loading. Otherwise, those of large pictures, sounds, graphs and tensors are
    /// verified when somebody asks for one: see [`Logdir::verify_when_read`].
    #[must_use]
    pub fn checksum(mut self, all: bool) -> Self {
        self.checksum = all;
        self
    }

    /// Looks for new runs and files, and reads what is new in all of them.
    pub fn load(&mut self) -> Loaded {
        self.load_with(false)
    }

    /// The same for a logdir that is no longer written to: also what follows torn records, and copies.
    pub fn load_finished(&mut self) -> Loaded {
        self.load_with(true)
    }

    /// Loads again and again, whatever happens, and says what came of each load and how long it took. Of the problems,
    /// only those that the load before did not have. Returns after a single load if that is wanted.
    pub fn keep_loading(mut self, reload: Reload, mut tell: impl FnMut(Loaded, Duration)) {
        let mut known = Vec::new();
        loop {
            let start = Instant::now();
            let load = || match reload {
                Reload::Once => self.load_finished(),
                Reload::Every(_) => self.load(),
            };
            let mut loaded = panic::catch_unwind(AssertUnwindSafe(load)).unwrap_or_else(|_| {
                let problem = "an internal error interrupted loading; trying again";
                Loaded {
                    problems: vec![problem.to_owned()],
                    ..Loaded::default()
                }
            });
            let problems = loaded.problems.clone();
            loaded.problems.retain(|problem| !known.contains(problem));
            known = problems;
            tell(loaded, start.elapsed());
            match reload {
                Reload::Once => return,
                Reload::Every(pause) => thread::sleep(pause),
            }
        }
    }

    fn load_with(&mut self, finished: bool) -> Loaded {
        let mut problems = Vec::new();
        let listed = match Logdir::open_all(&self.roots) {
            Ok(mut logdir) => {
                if !self.checksum {
                    logdir = logdir.verify_when_read();
                }
                problems.extend(logdir.problems().iter().map(ToString::to_string));
                logdir.runs().to_vec()
            }
            Err(error) => {
                problems.push(error.to_string());
                Vec::new()
            }
        };
        let catalog = &self.catalog;
        let is_listed: HashSet<_> = listed.iter().map(Run::name).collect();
        self.runs.retain(|name, run| {
            let gone = !is_listed.contains(&**name) && run.is_gone();
            if gone {
                catalog.withdraw(name);
            }
            !gone
        });
        let mut new = Vec::new();
        for run in listed {
            match self.runs.get_mut(run.name()) {
                Some(known) => known.update(&run),
                None if run.is_in_transit() && !finished => {}
                None => new.push(run),
            }
        }
        let changed = AtomicUsize::new(0);
        let count = |grown: bool| {
            if grown {
                changed.fetch_add(1, Ordering::Relaxed);
            }
        };
        // What is written to now is what somebody waits for.
        new.sort_by_cached_key(|run| std::cmp::Reverse(modified(run)));
        let read = Mutex::new(Vec::new());
        self.in_parallel(new, |run, threads| {
            let mut followed = Followed::new(&run);
            let grown = self.read(&mut followed, threads, finished.then_some(&run));
            count(grown);
            let mut read = read.lock().unwrap_or_else(PoisonError::into_inner);
            read.push((run.name().to_owned(), followed));
        });
        let read = read.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut known = std::mem::take(&mut self.runs);
        let old = known.values_mut().filter(|run| !run.is_broken());
        self.in_parallel(old.collect(), |run, threads| {
            count(run.has_news() && self.read(run, threads, None));
        });
        known.extend(read);
        self.runs = known;

        let mut own: Vec<_> = self.runs.values().flat_map(Followed::problems).collect();
        own.sort_unstable();
        problems.extend(own);
        self.catalog.finish_load(problems.clone());
        Loaded {
            runs: self.runs.len(),
            changed: changed.into_inner(),
            problems,
        }
    }

    /// Reads a run on, and publishes it if that brought anything.
    fn read(&self, run: &mut Followed, threads: usize, finished: Option<&Run>) -> bool {
        let (progress, published) = run.read(&self.selection, self.policy, threads, finished);
        if let Some(published) = published {
            self.catalog.publish(published);
        }
        progress == Progress::Grown
    }

    /// Does something to each of the items, in order, several at a time. Each gets the number of threads that it may use.
    fn in_parallel<T: Send>(&self, items: Vec<T>, work: impl Fn(T, usize) + Sync) {
        let workers = self.threads.min(items.len());
        let each = self.threads / workers.max(1);
        let queue = Mutex::new(items.into_iter());
        thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    loop {
                        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                        match next {
                            Some(item) => work(item, each),
                            None => return,
                        }
                    }
                });
            }
        });
    }
}

/// When the newest file of a run was last written to.
fn modified(run: &Run) -> Option<SystemTime> {
    let time = |file: &Path| file.metadata().and_then(|m| m.modified()).ok();
    run.files().iter().filter_map(|file| time(file)).max()
}
