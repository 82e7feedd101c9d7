//! Where files go, and how they come back.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use tfevents::Run;
use tfevents::reader::check_local;

use super::candidate::Candidate;
use super::script;
use crate::input::sources::Sources;
use crate::output::destination::{Targets, relative};
use crate::output::names;
use crate::output::{NewDirs, NewFile, clear_below, move_file};
use crate::ui::usage::UsageError;
use tfevents_analysis::text;

/// A folder for the files of one call; it goes if nothing is moved there.
pub(super) struct Trash {
    dir: PathBuf,
    scripts: Vec<PathBuf>,
    used: bool,
    _made: NewDirs,
}

/// Finds out whether every file has a place of its own.
pub(super) fn check<'c>(dir: &Path, going: impl Iterator<Item = &'c Candidate>) -> Result<()> {
    let mut targets = Targets::default();
    for candidate in going {
        targets.add(&candidate.name, &candidate.name, candidate.run.paths());
    }
    targets.check(Some(dir))
}

impl Trash {
    /// Makes the folder, with the way back in it before anything is moved.
    pub(super) fn create<'c>(
        dir: &Path,
        going: impl Iterator<Item = &'c Candidate>,
    ) -> Result<Self> {
        let name = || format!("cannot write to `{}`", text::path(dir));
        let mut moves = Vec::new();
        for candidate in going {
            let absolute =
                |path: &Path| std::path::absolute(path).with_context(|| text::path(path));
            for (path, first) in names(&candidate.run) {
                moves.push(script::Move {
                    here: relative(&candidate.name, path),
                    there: absolute(path)?,
                    first: first.map(absolute).transpose()?,
                });
            }
        }
        clear(dir);
        let made = NewDirs::create(dir).with_context(name)?;
        let (folder, scripts) = claimed(dir, &script::all(&moves)).with_context(name)?;
        Ok(Self {
            dir: folder,
            scripts,
            used: false,
            _made: made,
        })
    }

    /// Moves the files of a run: all, or in the case of an error none.
    pub(super) fn take(&mut self, candidate: &Candidate) -> Result<()> {
        let was_used = self.used;
        let mut moved: Vec<(&Path, PathBuf, Option<&Path>)> = Vec::new();
        for (path, first) in names(&candidate.run) {
            let place = |path| self.dir.join(relative(&candidate.name, path));
            let target = place(path);
            if let Err(problem) = move_file(path, &target, first.map(place).as_deref()) {
                let mut problem = problem.context(format!("cannot move `{}`", text::path(path)));
                self.used = was_used;
                for (path, target, first) in moved {
                    if let Err(stuck) = move_file(&target, path, first) {
                        // It stays in the trash, and with it the way back.
                        self.used = true;
                        let target = text::path(&target);
                        problem =
                            problem.context(format!("cannot move `{target}` back: {stuck:#}"));
                    }
                }
                return Err(problem);
            }
            self.used = true;
            moved.push((path, target, first));
        }
        Ok(())
    }

    /// The folder, if anything was moved there.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.used.then_some(&*self.dir)
    }
}

impl Drop for Trash {
    fn drop(&mut self) {
        if !self.used {
            remove(&self.scripts, &self.dir);
        }
    }
}

/// The folder beside a logdir.
pub(super) fn beside(path: &Path) -> Result<PathBuf> {
    // Of `.` and the like only the system knows the name.
    let path = match path.file_name() {
        Some(_) => path.to_path_buf(),
        None => path.canonicalize()?,
    };
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".trash");
    Ok(path.with_file_name(name))
}

/// Whether one path is, or will be, in the other.
pub(super) fn is_inside(path: &Path, dir: &Path) -> bool {
    // What is not there yet is where the nearest directory that is there is.
    let Ok(path) = std::path::absolute(path) else {
        return false;
    };
    let existing = path.ancestors().find_map(|path| path.canonicalize().ok());
    let dir = dir.canonicalize();
    existing
        .zip(dir.ok())
        .is_some_and(|(path, dir)| path.starts_with(dir))
}

/// What a folder in the trash is called.
const FOLDER: &str = "%Y-%m-%dT%H-%M-%S";

/// Removes leftovers of killed calls from the trash.
fn clear(dir: &Path) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let time = name.to_str().and_then(|name| name.get(..19));
        let is_folder = time.is_some_and(|time| DateTime::strptime(FOLDER, time).is_ok());
        let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && is_dir && clear_below(&entry.path()) {
            let _ = fs::remove_dir(entry.path());
        }
    }
}

/// A new folder with these scripts in it. Until the first of them is there, another call may clear the folder away, and
/// make it again for itself.
fn claimed(dir: &Path, scripts: &[(&str, Vec<u8>)]) -> Result<(PathBuf, Vec<PathBuf>)> {
    loop {
        let folder = new_folder(dir)?;
        let mut written = Vec::new();
        for (name, script) in scripts {
            let path = folder.join(name);
            match write_new(&path, script) {
                Ok(()) => written.push(path),
                Err(e) if written.is_empty() && is_taken(&e) => break,
                Err(e) => {
                    remove(&written, &folder);
                    return Err(e);
                }
            }
        }
        if written.len() == scripts.len() {
            return Ok((folder, written));
        }
    }
}

fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = NewFile::create(path)?;
    file.write_all(bytes).with_context(|| text::path(path))?;
    file.finish()
}

/// Whether a folder is gone, or somebody else's.
fn is_taken(e: &anyhow::Error) -> bool {
    let mut causes = e
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>());
    causes.any(|e| matches!(e.kind(), ErrorKind::NotFound | ErrorKind::AlreadyExists))
}

/// Removes a folder in which there is nothing but its scripts.
fn remove(scripts: &[PathBuf], folder: &Path) {
    for script in scripts {
        let _ = fs::remove_file(script);
    }
    let _ = fs::remove_dir(folder);
}

/// A new folder, named after the time.
fn new_folder(dir: &Path) -> io::Result<PathBuf> {
    let now = Timestamp::now().to_zoned_datetime(TimeZone::system());
    let stem = now.strftime(FOLDER).to_string();
    let mut n = 1;
    loop {
        let folder = dir.join(names::numbered(&stem, n));
        match fs::create_dir(&folder) {
            Err(e) if e.kind() == ErrorKind::AlreadyExists => n += 1,
            made => return made.map(|()| folder),
        }
    }
}

/// All names of a run's files; each further name of a file comes with its first.
fn names(run: &Run) -> impl Iterator<Item = (&Path, Option<&Path>)> {
    run.files().iter().flat_map(|file| {
        let others = run.other_names(file).iter();
        let others = others.map(|name| (name.as_path(), Some(file.as_path())));
        std::iter::once((file.as_path(), None)).chain(others)
    })
}

/// Where files go: as the command line says, or beside the only PATH.
pub(super) fn dir(given: Option<&Path>, sources: &Sources) -> Result<PathBuf> {
    let roots: BTreeSet<_> = sources.runs.iter().map(|source| &*source.root).collect();
    let is_run = |root: &Path| {
        let mut runs = sources.runs.iter().map(|source| &source.run);
        root.is_file() || runs.any(|run| run.dir() == root)
    };
    let mut only = roots.iter();
    let trash = match (given, only.next(), only.next()) {
        (Some(dir), ..) => {
            check_local(dir)?;
            dir.to_path_buf()
        }
        (None, Some(root), None) if !is_run(root) => beside(root)?,
        (None, Some(root), None) => {
            let root = text::path(root);
            return Err(UsageError(format!(
                "`{root}` is a run itself, and what is beside it may be part of a logdir; use --trash DIR \
                 to say where files go"
            ))
            .into());
        }
        _ => {
            let problem = "with several PATHs, use --trash DIR to say where files go";
            return Err(UsageError(problem.to_owned()).into());
        }
    };
    for root in roots {
        if is_inside(&trash, root) {
            return Err(UsageError(format!(
                "the trash `{}` is inside `{}`, where TensorBoard would find it; choose one outside",
                text::path(&trash),
                text::path(root)
            ))
            .into());
        }
    }
    Ok(trash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trash_is_beside_the_logdir() {
        assert_eq!(
            beside(Path::new("a/runs/")).unwrap(),
            Path::new("a/runs.trash")
        );
        assert_eq!(beside(Path::new("runs")).unwrap(), Path::new("runs.trash"));
        let here = std::env::current_dir().unwrap();
        let name = here.file_name().unwrap().to_str().unwrap();
        assert_eq!(
            beside(Path::new(".")).unwrap(),
            here.with_file_name(format!("{name}.trash"))
        );
    }

    #[test]
    fn what_will_be_in_a_directory_is_inside() {
        let dir = tempfile::tempdir().unwrap();
        assert!(is_inside(&dir.path().join("a/b"), dir.path()));
        assert!(is_inside(dir.path(), dir.path()));
        assert!(!is_inside(&dir.path().with_extension("trash"), dir.path()));
    }
}
