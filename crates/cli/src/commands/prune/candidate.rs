//! A run that may go.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use tfevents::Run;
use tfevents::record::End;

use crate::input::idle::Guard;
use crate::input::read;
use crate::input::sources::{Source, file_size};
use crate::render::clock;
use crate::ui::reporter::Reporter;
use tfevents_analysis::extent::Extent;
use tfevents_analysis::run_table::Reason;
use tfevents_analysis::writing::State;
use tfevents_analysis::{number, text};

/// A run and what conditions are about.
pub(super) struct Candidate {
    pub(super) name: String,
    /// The run that it belongs to, if it only holds a session of that.
    of: Option<String>,
    pub(super) run: Run,
    /// The tree that it was found in.
    root: PathBuf,
    pub(super) points: u64,
    pub(super) bytes: u64,
    /// The wall time of its last event; of a run without any, when its files were written.
    pub(super) last_time: f64,
    /// Size and time of each file, under each of its names, before any was read.
    files: Vec<State>,
    /// Whether there may be more in it than was counted.
    obscure: bool,
    /// The symbolic links elsewhere in the logdir that no longer lead to events without it.
    pub(super) links: Vec<PathBuf>,
    /// The values that made `--where` select it.
    pub(super) because: Vec<Reason>,
    /// Why it has to stay.
    pub(super) stays: Option<String>,
    /// Whether it was moved or deleted.
    pub(super) gone: bool,
}

impl Candidate {
    /// Reads a run, and reports what is wrong with it, unless that was reported before.
    pub(super) fn read(source: &Source, told: bool, reporter: &Reporter) -> Self {
        let bytes = source.run.files().iter().map(|path| file_size(path));
        let mut candidate = Self {
            name: source.name.clone(),
            of: None,
            run: source.run.clone(),
            root: source.root.clone(),
            points: 0,
            bytes: bytes.sum(),
            last_time: f64::NEG_INFINITY,
            files: source.run.paths().map(State::of).collect(),
            obscure: false,
            links: Vec::new(),
            because: Vec::new(),
            stays: None,
            gone: false,
        };
        let mut extent = Extent::default();
        for path in source.run.files() {
            let Ok(reading) = read::visit(&source.run, path, &mut extent);
            if !told {
                read::report(&reading, path, reporter);
            }
            candidate.obscure |= match &reading.health {
                Some(health) => {
                    reading.error.is_some()
                        || health.damaged > 0
                        || matches!(health.end, End::Damaged { .. })
                }
                None => true,
            };
        }
        candidate.points = extent.points();
        let modified = || candidate.modified().map_or(f64::INFINITY, clock::seconds);
        candidate.last_time = extent.last_time().unwrap_or_else(modified);
        candidate
    }

    /// Lets it belong to a run.
    pub(super) fn of(self, run: &str) -> Self {
        let of = Some(run.to_owned());
        Self { of, ..self }
    }

    /// When any of its files was written last.
    fn modified(&self) -> Option<SystemTime> {
        self.files.iter().filter_map(|file| file.modified()).max()
    }

    /// Finds out whether it has to stay: because it is still written, because a link leads to it, or because
    /// what it holds was asked for, and cannot be told.
    pub(super) fn judge(&mut self, guard: &Guard, values: bool) {
        // A file that goes meanwhile looks as if a link led elsewhere, so that this comes before the change.
        let link = self.link();
        self.stays = match guard.reason(&self.files) {
            Some(reason) => Some(reason),
            None if self.change().is_some() => self.change().map(str::to_owned),
            None if values && self.obscure => {
                Some("it is too damaged to judge (--run selects it anyway)".to_owned())
            }
            None => link
                .map(|path| format!("`{}` is a symbolic link, or inside one", text::path(&path))),
        };
    }

    /// A file of the run to which a link leads on the way from the root.
    fn link(&self) -> Option<PathBuf> {
        let root = &*self.root;
        let real_root = root.canonicalize().ok();
        let is_plain = |path: &Path| {
            let below = path.strip_prefix(root).ok();
            let expected = real_root
                .as_ref()
                .zip(below)
                .map(|(root, below)| root.join(below));
            !path.is_symlink() && expected.is_some() && path.canonicalize().ok() == expected
        };
        self.run
            .paths()
            .find(|path| !is_plain(path))
            .map(Path::to_path_buf)
    }

    /// What happened to its files since the run was read, if anything did.
    pub(super) fn change(&self) -> Option<&'static str> {
        let states = self.run.paths().map(State::of);
        let mut changes = states
            .zip(&self.files)
            .filter(|(now, then)| now.is_gone() || now != *then);
        changes.next().map(|(now, _)| match now.is_gone() {
            true => "its files are gone; something else moved them",
            false => "it is being written",
        })
    }

    pub(super) fn delete(&self) -> Result<()> {
        for (done, path) in self.run.paths().enumerate() {
            fs::remove_file(path).with_context(|| {
                let deleted = match done {
                    0 => String::new(),
                    n => format!("{} deleted, but ", number::counted(n as u64, "file")),
                };
                format!("{deleted}cannot delete `{}`", text::path(path))
            })?;
        }
        Ok(())
    }

    /// Removes the run's directory and those above it, below the root, as far as they are empty.
    pub(super) fn tidy(&self) {
        let root = &*self.root;
        let below = self.run.dir().ancestors().take_while(|dir| *dir != root);
        for dir in below.filter(|dir| dir.starts_with(root)) {
            if fs::remove_dir(dir).is_err() {
                break;
            }
        }
    }
}

/// Lets runs stay where the one that they belong to does, and the other way round.
pub(super) fn stay_together(candidates: &mut [Candidate]) {
    for family in candidates.chunk_by_mut(|_, next| next.of.is_some()) {
        let stays = family.iter().find(|candidate| candidate.stays.is_some());
        let Some(name) = stays.map(|candidate| candidate.name.clone()) else {
            continue;
        };
        for candidate in family {
            let reason = || format!("it belongs with {}, which stays", text::quoted(&name));
            candidate.stays.get_or_insert_with(reason);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use tfevents::Logdir;

    use super::*;

    #[test]
    fn files_that_are_gone_are_not_taken_for_links() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("events.out.tfevents.1.host");
        fs::write(&path, "").unwrap();
        let logdir = Logdir::open(dir.path()).unwrap();
        let candidate = |files| Candidate {
            name: ".".to_owned(),
            of: None,
            run: logdir.runs()[0].clone(),
            root: dir.path().to_path_buf(),
            points: 0,
            bytes: 0,
            last_time: 0.0,
            files,
            obscure: false,
            links: Vec::new(),
            because: Vec::new(),
            stays: None,
            gone: false,
        };
        let there = State::of(&path);
        fs::remove_file(&path).unwrap();
        // It goes after it was found, or after it was looked at.
        for before in [State::of(&path), there] {
            let mut candidate = candidate(vec![before]);
            candidate.judge(&Guard::new(Duration::ZERO), false);
            let reason = candidate.stays.unwrap();
            assert!(reason.contains("its files are gone"), "{reason}");
        }
    }
}
