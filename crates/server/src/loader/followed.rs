//! A run between two loads.

use std::any::Any;
use std::io::ErrorKind::{NotADirectory, NotFound};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use tfevents::reader::{FileStatus, Progress};
use tfevents::state::RunState;
use tfevents::{Policy, Run, Selection};

use crate::run;

/// A run as far as it was read.
#[derive(Debug)]
pub(super) struct Followed {
    state: RunState,
    /// Reading it ended in a panic. It is not tried again.
    broken: Option<String>,
}

impl Followed {
    /// Nothing of it is read yet.
    pub(super) fn new(run: &Run) -> Self {
        Self {
            state: RunState::follow(run),
            broken: None,
        }
    }

    /// Takes note of its new files.
    pub(super) fn update(&mut self, run: &Run) {
        self.state.update(run);
    }

    /// Whether its directory is gone, or each of its files. What was read of some that are gone stays.
    pub(super) fn is_gone(&self) -> bool {
        let not_found = |path: &Path| match path.symlink_metadata() {
            Ok(_) => false,
            Err(error) => matches!(error.kind(), NotFound | NotADirectory),
        };
        self.state.is_gone() || self.state.files().all(|file| not_found(file.path()))
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    pub(super) fn has_news(&self) -> bool {
        self.state.has_news()
    }

    /// How many bytes there are of which nothing was read.
    pub(super) fn unread(&self) -> u64 {
        match self.is_broken() {
            true => 0,
            false => self.state.unread(),
        }
    }

    /// What can be served at once, however long reading takes: the first and the last points of each series, if there is
    /// a way to find them.
    pub(super) fn glance(&self, selection: &Selection, policy: Policy) -> Option<run::Run> {
        let look = || {
            let mut seen = self.state.clone();
            seen.glance(selection).then(|| run::Run::new(seen, policy))
        };
        // Whatever is wrong, reading it says so.
        panic::catch_unwind(AssertUnwindSafe(look)).ok()??
    }

    /// Reads on beside what is served, or to the end if nothing more will be written, and says what is to be served
    /// now. A panic leaves the run as it was.
    pub(super) fn read(
        &mut self,
        selection: &Selection,
        policy: Policy,
        threads: usize,
        finished: Option<&Run>,
    ) -> (Progress, Option<run::Run>) {
        let mut next = self.state.clone();
        let read = || {
            let progress = match finished {
                Some(listed) => {
                    next = RunState::load(listed, selection);
                    Progress::Grown
                }
                None => next.poll(selection, threads),
            };
            let published = match progress {
                Progress::Grown => run::Run::new(next.clone(), policy),
                _ => None,
            };
            (next, progress, published)
        };
        match panic::catch_unwind(AssertUnwindSafe(read)) {
            Ok((next, progress, published)) => {
                self.state = next;
                (progress, published)
            }
            Err(panic) => {
                self.broken = Some(format!(
                    "{}: reading this run stopped because of an internal error: {}",
                    self.state.dir().display(),
                    message(&*panic)
                ));
                (Progress::Unchanged, None)
            }
        }
    }

    /// Why it is not read any further, and files that cannot be read.
    pub(super) fn problems(&self) -> impl Iterator<Item = String> + '_ {
        let files = self
            .state
            .files()
            .filter_map(|file| match file.follower().status() {
                FileStatus::Unreadable(error) => Some(error.to_string()),
                _ => None,
            });
        self.broken.clone().into_iter().chain(files)
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    let owned = || panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(owned).unwrap_or("no message")
}
