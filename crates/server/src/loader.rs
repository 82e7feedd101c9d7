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

/// Runs of so many bytes are read as soon as they are listed.
const SMALL: u64 = 64 << 10;

/// The same for the newest one, which is likely to be looked at first.
const NEWEST: u64 = 8 << 20;

/// Reads a logdir run by run, and publishes each run as soon as it was read. Of large new runs, it first publishes what
/// is at the ends of their files, so that no run has to wait until the old points of another one were read.
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
        let changed = self.read_on(new, finished);
        let mut own: Vec<_> = self.runs.values().flat_map(Followed::problems).collect();
        own.sort_unstable();
        problems.extend(own);
        self.catalog.finish_load(problems.clone());
        Loaded {
            runs: self.runs.len(),
            changed,
            problems,
        }
    }

    /// Reads new runs, and what is new in the others. How many changed.
    fn read_on(&mut self, mut new: Vec<Run>, finished: bool) -> usize {
        let changed = AtomicUsize::new(0);
        let count = |grown: bool| {
            if grown {
                changed.fetch_add(1, Ordering::Relaxed);
            }
        };
        // What is written to now is what somebody waits for.
        new.sort_by_cached_key(|run| std::cmp::Reverse(modified(run)));
        let mut new: Vec<_> = new.iter().map(|run| (run, Followed::new(run))).collect();
        // No run has to wait until all old points of a large one were read.
        let all = new.iter_mut().enumerate();
        self.in_parallel(all.collect(), |(at, (run, followed)), threads| {
            let most = if at == 0 { NEWEST } else { SMALL };
            if followed.unread() <= most {
                count(self.read(followed, threads, finished.then_some(run)));
            } else if let Some(seen) = followed.glance(&self.selection, self.policy) {
                self.catalog.publish(seen);
            }
        });
        let mut known = std::mem::take(&mut self.runs);
        let old = known.values_mut().filter(|run| !run.is_broken());
        self.in_parallel(old.collect(), |run, threads| {
            count(run.has_news() && self.read(run, threads, None));
        });
        let large = new.iter_mut().filter(|(_, run)| run.unread() > 0);
        self.in_parallel(large.collect(), |(run, followed), threads| {
            count(self.read(followed, threads, finished.then_some(run)));
        });
        let new = new.into_iter();
        known.extend(new.map(|(run, followed)| (run.name().to_owned(), followed)));
        self.runs = known;
        changed.into_inner()
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
