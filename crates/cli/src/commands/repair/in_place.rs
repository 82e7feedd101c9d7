//! `--in-place`: replaces a damaged file by what is intact in it.
//!
//! Whenever this is interrupted, the damaged bytes are in a file of the one name or the other: the backup is a second
//! name for the same file, until the new file takes the first one. Whoever comes later, or does the same at the same
//! time, finds the backup made.
//!
//! Other names that the run has of the file follow one by one. If they do not get that far, they are names of the backup,
//! which tells what they should be names of.

use std::fs::{self, File};
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use tfevents::Run;
use tfevents::reader::{DefectKind, FileId};

use super::salvage::{Repaired, salvage};
use crate::args::paths::Limits;
use crate::input::idle::Guard;
use crate::output::{self, NewFile};
use crate::ui::reporter::Reporter;
use tfevents_analysis::text;
use tfevents_analysis::writing::State;

pub(super) struct InPlace {
    guard: Guard,
    dry_run: bool,
    limits: Limits,
}

enum Done {
    Replaced,
    /// Nothing is wrong, but the file has to stay; why.
    Not(String),
}

/// Another program wrote to the file, or replaced it.
const CHANGED: &str = "it changed while it was read; try again when nothing is writing to it";

impl InPlace {
    pub(super) fn new(idle: Duration, dry_run: bool, limits: Limits) -> Self {
        if !dry_run {
            output::will_write();
        }
        Self {
            guard: Guard::new(idle),
            dry_run,
            limits,
        }
    }

    /// Removes what killed calls left of these files, also where nothing is to be done any more.
    pub(super) fn clear<'p>(&self, paths: impl IntoIterator<Item = &'p Path>) {
        if self.dry_run {
            return;
        }
        let originals = paths.into_iter().filter_map(|path| behind_link(path).ok());
        output::clear_left(originals.flat_map(|path| [backup_of(&path), path]));
    }

    /// Replaces a damaged file by what is intact in it, and keeps the file under another name.
    pub(super) fn repair(&self, run: &Run, path: &Path, reporter: &Reporter) -> Result<Repaired> {
        let original = behind_link(path).with_context(|| cannot_replace(path))?;
        let before = State::of(&original);
        let mut repaired = Repaired::new(path, salvage(path, self.limits, &mut io::sink())?);
        if repaired.is_intact() || repaired.is_empty() {
            return Ok(repaired);
        }
        let first = repaired_as(run, path, &original);
        let backup = backup_of(first.as_ref().unwrap_or(&original));
        let held_back = too_long(&repaired).or_else(|| unreadable(&repaired));
        let done = match (held_back.or_else(|| self.guard.reason(&[before])), first) {
            (Some(reason), _) => Ok(Done::Not(reason)),
            (None, Some(first)) => self.follow(&first, &[(original.clone(), before)]),
            (None, None) => {
                let others = behind_other_names(run, path);
                // It is read once more.
                reporter.extend_progress(before.bytes());
                let done = self.replace(&original, &backup, before);
                match done {
                    Ok(Done::Replaced) => {
                        repaired.output = Some(original.clone());
                        repaired.backup = Some(backup.clone());
                        self.follow(&original, &others)
                    }
                    other => other,
                }
            }
        };
        match done {
            Ok(Done::Replaced) => {
                repaired.output = Some(original);
                repaired.backup = Some(backup);
            }
            Ok(Done::Not(reason)) => {
                reporter.warn(format_args!(
                    "`{}` is left unchanged: {reason}",
                    text::path(path)
                ));
                repaired.left_alone = Some(reason);
            }
            // Others can be repaired all the same.
            Err(e) => {
                repaired.is_failure = true;
                if repaired.output.is_some() {
                    let path = text::path(path);
                    reporter.warn(format_args!("replaced `{path}`, but {e:#}"));
                } else {
                    reporter.warn(format_args!("{}: {e:#}", cannot_replace(path)));
                    repaired.left_alone = Some(format!("{e:#}"));
                }
            }
        }
        Ok(repaired)
    }

    /// Makes names that still refer to the damaged file refer to the repaired one.
    fn follow(&self, repaired: &Path, names: &[(PathBuf, State)]) -> Result<Done> {
        for (name, before) in names.iter().filter(|_| !self.dry_run) {
            let told = || format!("cannot link `{}` to the repaired file", text::path(name));
            // Symbolic links have followed already, and another call may have been at work, too.
            if FileId::of(name).ok() == FileId::of(repaired).ok() {
                continue;
            }
            if State::of(name) != *before {
                return Err(anyhow::anyhow!(CHANGED).context(told()));
            }
            output::link_over(repaired, name).with_context(told)?;
        }
        Ok(Done::Replaced)
    }

    /// Replaces a file that is still as it was `before`; otherwise says why not.
    fn replace(&self, original: &Path, backup: &Path, before: State) -> Result<Done> {
        let changed = || Ok(Done::Not(CHANGED.to_owned()));
        if self.dry_run {
            if backup.symlink_metadata().is_ok() && !is_copy(backup, original)? {
                return Err(exists(backup));
            }
            return Ok(Done::Replaced);
        }
        let mut file = NewFile::create(original)?;
        salvage(original, self.limits, &mut file)??;
        file.copy_modified(original)?;
        let kept = keep(original, backup)?;
        if State::of(original) != before {
            return changed();
        }
        if !kept {
            return Err(exists(backup));
        }
        file.replace()?;
        // Whoever has the file open goes on writing into the backup. That nobody does was found out before; but
        // should it be so, they get it back.
        let now = State::of(backup);
        if now.is_same_file(before) && now != before {
            fs::rename(backup, original)?;
            return changed();
        }
        Ok(Done::Replaced)
    }
}

/// Behind a link is the file that is meant.
fn behind_link(path: &Path) -> io::Result<PathBuf> {
    match path.is_symlink() {
        true => fs::canonicalize(path),
        false => Ok(path.to_path_buf()),
    }
}

/// The files that the other names of a file lead to.
fn behind_other_names(run: &Run, path: &Path) -> Vec<(PathBuf, State)> {
    let names = run.other_names(path).iter();
    let names = names.filter_map(|name| behind_link(name).ok());
    let state = |name: PathBuf| {
        let state = State::of(&name);
        (name, state)
    };
    names.map(state).collect()
}

/// The repaired file, if a call was interrupted that gave it all names but this one: its backup is this file.
fn repaired_as(run: &Run, path: &Path, original: &Path) -> Option<PathBuf> {
    let id = FileId::of(original).ok()?;
    let others = run.files().iter().filter(|other| *other != path);
    let mut others = others.filter_map(|other| behind_link(other).ok());
    others.find(|other| FileId::of(&backup_of(other)).is_ok_and(|backup| backup == id))
}

/// Records that are intact and were not read must not be lost.
fn too_long(repaired: &Repaired) -> Option<String> {
    let health = &repaired.result.as_ref().ok()?.health;
    let mut kinds = health.defects.iter().map(|defect| &defect.kind);
    kinds
        .any(|kind| matches!(kind, DefectKind::Large { .. }))
        .then(|| "it has intact records above --max-record; raise that to keep them".to_owned())
}

/// What the system cannot read now it may read another time. What cannot be unpacked stays so.
fn unreadable(repaired: &Repaired) -> Option<String> {
    let error = repaired.error()?;
    match error.kind() {
        tfevents::ErrorKind::Io(e) if e.raw_os_error().is_some() => {
            Some(format!("it cannot be read to its end: {error}"))
        }
        _ => None,
    }
}

/// Gives a file the second name; false where that is the name of something else.
fn keep(original: &Path, backup: &Path) -> Result<bool> {
    match fs::hard_link(original, backup) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => is_copy(backup, original),
        // Not every file system can do that.
        Err(_) => {
            if backup.symlink_metadata().is_ok() {
                return is_copy(backup, original);
            }
            output::copy_file(original, backup)?;
            Ok(true)
        }
    }
}

/// Whether a file is the other one, or a copy of it that is as old.
fn is_copy(backup: &Path, original: &Path) -> Result<bool> {
    let [a, b] = [backup, original].map(State::of);
    if a.is_same_file(b) {
        return Ok(true);
    }
    if a.modified() != b.modified() || a.bytes() != b.bytes() || !backup.is_file() {
        return Ok(false);
    }
    let open = |path| Ok::<_, io::Error>(BufReader::new(File::open(path)?).bytes());
    let (a, mut b) = (open(backup)?, open(original)?);
    for byte in a {
        if b.next().transpose()? != Some(byte?) {
            return Ok(false);
        }
    }
    Ok(b.next().is_none())
}

fn exists(backup: &Path) -> anyhow::Error {
    anyhow::anyhow!(
        "the backup `{}` already exists and is of another file; move it away first",
        text::path(backup)
    )
}

fn cannot_replace(path: &Path) -> String {
    format!("cannot replace `{}`", text::path(path))
}

/// A name that tells what the file was, and that nobody takes for an event file.
fn backup_of(path: &Path) -> PathBuf {
    let name = text::path(path.file_name().unwrap_or(path.as_os_str()).as_ref());
    path.with_file_name(format!("{}.bak", name.replace("tfevents", "tf_events")))
}
