//! A directory of files that appears when all of them are complete.
//!
//! They are written into a directory beside it, which is moved there in the end; if it is there already, and
//! empty, into a directory inside of it, whose entries are. Where this fails or is killed, nothing is in the way
//! of doing it again.

use std::cell::{RefCell, RefMut};
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;
use tfevents::reader::check_local;

use super::interrupt::{Goes, HalfMade, step, will_write, written};
use super::lock::Lock;
use super::new_dirs::NewDirs;
use super::new_file::{Complete, NewFile, place_kept};
use super::partial::{self, Names, parent};
use super::place::place;
use super::same::is_same;
use tfevents_analysis::text;

/// Where, in a directory under way, its files are put together in the end.
const TREE: &str = "tree";

/// What is wrong with a directory that holds something, and what to do.
const NOT_EMPTY: &str = "not empty; choose a new directory";

/// A directory under way.
pub(crate) struct Tree {
    path: PathBuf,
    /// How errors begin.
    name: String,
    /// It is the user's own.
    exists: bool,
    /// Files that are in it may be replaced.
    force: bool,
    /// A call was killed when a part of its entries was in place.
    interrupted: bool,
    staging: RefCell<Option<Staging>>,
}

/// What was written so far. The lock goes before the directory does.
struct Staging {
    complete: Complete,
    _lock: Option<File>,
    dir: TempDir,
    _half_made: HalfMade,
    _above: NewDirs,
}

impl Tree {
    /// Finds out whether there can be such a directory, but does not make it.
    ///
    /// # Errors
    ///
    /// Something that is not a directory; one that holds something, or that another call is writing to.
    pub(crate) fn new(path: &Path, force: bool) -> Result<Self> {
        Self::named(
            path,
            format!("cannot write to `{}`", text::path(path)),
            force,
        )
    }

    /// The same, with something else for errors to begin with.
    pub(crate) fn named(path: &Path, name: String, force: bool) -> Result<Self> {
        check_local(path)?;
        will_write();
        let mut tree = Self {
            name,
            // Without a slash at its end.
            path: path.components().collect(),
            exists: path.is_dir(),
            force,
            interrupted: false,
            staging: RefCell::default(),
        };
        if !tree.exists {
            match tree.path.symlink_metadata() {
                Err(_) => {
                    check_above(&tree.path, &tree.name)?;
                    return Ok(tree);
                }
                Ok(m) if m.is_symlink() => {
                    bail!(
                        "{}: it already exists and is a broken link; remove it, or choose another name",
                        tree.name
                    )
                }
                Ok(_) => bail!(
                    "{}: it already exists and is not a directory; choose another name",
                    tree.name
                ),
            }
        }
        let mut holds_something = false;
        for entry in fs::read_dir(path).with_context(|| tree.name.clone())? {
            let entry = entry.with_context(|| tree.name.clone())?;
            let is_partial = Names::of(None).has(&entry.file_name());
            match is_partial.then(|| partial::lock_of(&entry)).flatten() {
                Some(Lock::Taken(_)) => tree.interrupted |= entry.path().join(TREE).is_dir(),
                Some(Lock::Busy) => {
                    bail!(
                        "{}: another tfevents process is writing to it; wait for it to end, or choose another directory",
                        tree.name
                    )
                }
                _ => holds_something = true,
            }
        }
        if holds_something && !tree.interrupted && !force {
            partial::clear_left([tree.path.clone()]);
            Names::of(None).clear(path);
            bail!("{}: {NOT_EMPTY}", tree.name);
        }
        Ok(tree)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Starts the file that is to be there in it.
    pub(crate) fn create(&self, relative: &Path) -> Result<NewFile> {
        let path = self.path.join(relative);
        let name = || format!("cannot write to `{}`", text::path(&path));
        let staging = self.staging().with_context(name)?;
        // After an interruption nothing is put into what is taken away.
        let _step = step();
        let file = Names::of(None).file_in(staging.dir.path());
        let file = file.with_context(name)?;
        let complete = staging.complete.clone();
        let relative = relative.to_path_buf();
        Ok(NewFile::in_tree(file, relative, complete, path))
    }

    /// Where files can be written that TensorBoard would not read, and that need not be complete before all are.
    pub(crate) fn dir(&self) -> Result<PathBuf> {
        let staging = self.staging().with_context(|| self.name.clone())?;
        let dir = staging.dir.path().join(TREE);
        fs::create_dir(&dir).with_context(|| self.name.clone())?;
        Ok(dir)
    }

    fn staging(&self) -> io::Result<RefMut<'_, Staging>> {
        let mut staging = self.staging.borrow_mut();
        if staging.is_none() {
            *staging = Some(self.stage()?);
        }
        RefMut::filter_map(staging, Option::as_mut).map_err(|_| ErrorKind::NotFound.into())
    }

    fn stage(&self) -> io::Result<Staging> {
        // An existing directory may be another file system than the one around it.
        let (names, place) = match self.exists {
            true => (Names::of(None), &*self.path),
            false => (Names::of(self.path.file_name()), parent(&self.path)),
        };
        let above = NewDirs::create(place)?;
        partial::clear_left([self.path.clone()]);
        if !self.interrupted {
            names.clear(place);
        }
        let make = || names.dir_in(place);
        let ((dir, lock), half_made) = HalfMade::make(Goes::Whole, make, |(dir, _)| dir.path())?;
        Ok(Staging {
            complete: Complete::default(),
            _lock: lock,
            dir,
            _half_made: half_made,
            _above: above,
        })
    }

    /// Puts the complete files in their places; if there are none, there is no directory that was not there.
    pub(crate) fn finish(self) -> Result<()> {
        let Some(staging) = self.staging.take() else {
            return Ok(());
        };
        let tree = staging.dir.path().join(TREE);
        let name = || self.name.clone();
        let _step = step();
        for (file, relative) in staging.complete.take() {
            let path = tree.join(&relative);
            let made = fs::create_dir_all(parent(&path)).map_err(Into::into);
            made.and_then(|()| place_kept(file, &path))
                .with_context(|| format!("{}: {}", name(), text::path(&relative)))?;
        }
        if !tree.exists() {
            return Ok(());
        }
        if !self.exists {
            match place(&tree, &self.path) {
                // Somebody else made it meanwhile. An empty one does no harm.
                Err(e) if e.kind() == ErrorKind::AlreadyExists && self.path.is_dir() => {}
                placed => {
                    written();
                    return placed.with_context(name);
                }
            }
        }
        if self.force {
            merge(&tree, &self.path).with_context(name)?;
        } else {
            if !self.exists && holds_something(&self.path).with_context(name)? {
                bail!(
                    "{}: another program wrote to it in the meantime, so it is {NOT_EMPTY}",
                    name()
                );
            }
            self.move_entries(&tree).with_context(name)?;
        }
        written();
        drop(staging);
        if self.interrupted {
            Names::of(None).clear(&self.path);
        }
        Ok(())
    }

    /// Moves what is in the directory `tree` into one that was there; all of it or nothing.
    fn move_entries(&self, tree: &Path) -> Result<()> {
        if self.interrupted {
            check_same(&self.path, tree)?;
        }
        let mut moved = Vec::new();
        for entry in fs::read_dir(tree)? {
            let (from, to) = {
                let entry = entry?;
                (entry.path(), self.path.join(entry.file_name()))
            };
            match place(&from, &to) {
                Ok(()) => moved.push((from, to)),
                Err(e) if e.kind() == ErrorKind::AlreadyExists && self.interrupted => {}
                Err(e) => {
                    for (from, to) in moved {
                        let _ = fs::rename(to, from);
                    }
                    return Err(e.into());
                }
            }
        }
        Ok(())
    }
}

/// Whether something is in a directory that is not under way.
fn holds_something(dir: &Path) -> io::Result<bool> {
    let mut entries = fs::read_dir(dir)?;
    Ok(entries.any(|entry| !entry.is_ok_and(|entry| partial::is_partial(&entry.file_name()))))
}

/// Moves the files in and below the directory `tree` into one that was there, each replacing the file that has
/// its name there; nothing where directories and files are in each other's way.
fn merge(tree: &Path, dir: &Path) -> Result<()> {
    let mut moves = Vec::new();
    let mut dirs = vec![PathBuf::new()];
    while let Some(relative) = dirs.pop() {
        for entry in fs::read_dir(tree.join(&relative))? {
            let entry = entry?;
            let relative = relative.join(entry.file_name());
            let to = dir.join(&relative);
            let is_dir = entry.file_type()?.is_dir();
            if to.symlink_metadata().is_ok() && to.is_dir() != is_dir {
                let there = if is_dir { "a directory" } else { "a file" };
                bail!(
                    "`{}` is in the way of {there}; move it away, or choose a new directory",
                    text::path(&to)
                );
            }
            match is_dir {
                true => dirs.push(relative),
                false => moves.push((entry.path(), to)),
            }
        }
    }
    for (from, to) in moves {
        fs::create_dir_all(parent(&to))?;
        fs::rename(from, to)?;
    }
    Ok(())
}

/// Makes sure that what an interrupted call put into a directory is what would be put there now.
fn check_same(dir: &Path, tree: &Path) -> Result<()> {
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name();
        if !Names::of(None).has(&name) && !is_same(&dir.join(&name), &tree.join(&name))? {
            bail!(
                "not empty: `{}` is not from an earlier, interrupted call; choose a new directory",
                text::path(Path::new(&name))
            );
        }
    }
    Ok(())
}

/// Makes sure that nothing but directories is above a path.
fn check_above(path: &Path, name: &str) -> Result<()> {
    let mut above = path.ancestors().skip(1);
    match above.find(|path| path.symlink_metadata().is_ok()) {
        Some(above) if !above.is_dir() => bail!(
            "{name}: `{}` is not a directory; choose another name",
            text::path(above)
        ),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// Writes files under way, `NAME CONTENT`.
    fn write(tree: &Tree, files: &[(&str, &str)]) {
        for (name, content) in files {
            let mut file = tree.create(Path::new(name)).unwrap();
            file.write_all(content.as_bytes()).unwrap();
            file.finish().unwrap();
        }
    }

    fn names(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(dir).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    const FILES: [(&str, &str); 3] = [("a/x/1", "one"), ("a/2", "two"), ("b", "three")];

    #[test]
    fn all_is_there_at_once_or_nothing_is() {
        let dir = tempfile::tempdir().unwrap();
        for own in [false, true] {
            let path = dir.path().join("sub/out");
            if own {
                fs::create_dir_all(&path).unwrap();
            }
            let tree = Tree::new(&path, false).unwrap();
            write(&tree, &FILES);
            let hidden = |path: &Path| names(path).iter().all(|name| name.starts_with(".new-"));
            assert!(hidden(&dir.path().join("sub")) || own && hidden(&path));
            drop(tree);
            assert_eq!(path.exists(), own);
            assert_eq!(dir.path().join("sub").exists(), own);

            let tree = Tree::new(&path, false).unwrap();
            write(&tree, &FILES);
            tree.finish().unwrap();
            assert_eq!(names(&path), ["a", "b"]);
            assert_eq!(names(&path.join("a")), ["2", "x"]);
            assert_eq!(names(&dir.path().join("sub")), ["out"]);
            assert!(Tree::new(&path, false).is_err());
            fs::remove_dir_all(dir.path().join("sub")).unwrap();
        }
    }

    #[test]
    fn nothing_written_makes_no_directory_and_takes_none_away() {
        let dir = tempfile::tempdir().unwrap();
        for own in [false, true] {
            let path = dir.path().join("out");
            if own {
                fs::create_dir(&path).unwrap();
            }
            let tree = Tree::new(&path, false).unwrap();
            drop(tree.create(Path::new("a/b")).unwrap());
            tree.finish().unwrap();
            assert_eq!(path.exists(), own);
        }
        assert_eq!(names(dir.path()), ["out"]);
    }

    #[test]
    fn two_at_once_do_not_mix() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out");
        let [first, second] = [(); 2].map(|()| Tree::new(&path, false).unwrap());
        write(&first, &FILES);
        write(&second, &FILES[..1]);
        first.finish().unwrap();
        let error = second.finish().unwrap_err().to_string();
        assert!(
            error.contains("another program wrote to it in the meantime"),
            "{error}"
        );
        assert_eq!(names(&path), ["a", "b"]);
        fs::remove_dir_all(&path).unwrap();

        // Nothing is lost where it is empty.
        let tree = Tree::new(&path, false).unwrap();
        write(&tree, &FILES);
        fs::create_dir(&path).unwrap();
        tree.finish().unwrap();
        assert_eq!(names(&path), ["a", "b"]);
        fs::remove_dir_all(&path).unwrap();

        fs::create_dir(&path).unwrap();
        let first = Tree::new(&path, false).unwrap();
        write(&first, &FILES);
        let error = Tree::new(&path, false).err().unwrap().to_string();
        assert!(
            error.contains("another tfevents process is writing to it"),
            "{error}"
        );
        first.finish().unwrap();
        assert_eq!(names(dir.path()), ["out"]);
    }

    #[test]
    fn files_are_replaced_by_force_and_no_others() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out");
        fs::create_dir_all(path.join("a/x")).unwrap();
        for (name, content) in [("a/x/1", "old"), ("a/x/own", "own"), ("own", "own")] {
            fs::write(path.join(name), content).unwrap();
        }
        let tree = Tree::new(&path, true).unwrap();
        write(&tree, &FILES);
        tree.finish().unwrap();
        let read = |name: &str| fs::read_to_string(path.join(name)).unwrap();
        assert_eq!(names(&path), ["a", "b", "own"]);
        assert_eq!(read("a/x/1") + &read("a/x/own") + &read("own"), "oneownown");

        let tree = Tree::new(&path, true).unwrap();
        write(&tree, &[("a/2", "new"), ("b/x", "in the way")]);
        let error = format!("{:#}", tree.finish().unwrap_err());
        assert!(error.contains("is in the way of a directory"), "{error}");
        assert_eq!(read("a/2"), "two");
    }

    /// Leaves behind what a process does that is killed.
    fn kill(tree: Tree) -> PathBuf {
        let mut staging = tree.staging.take().unwrap();
        staging._lock = None;
        staging.dir.disable_cleanup(true);
        for (file, _) in staging.complete.take() {
            file.keep().unwrap();
        }
        staging.dir.path().to_path_buf()
    }

    #[test]
    fn a_killed_call_can_be_done_again() {
        let dir = tempfile::tempdir().unwrap();
        for own in [false, true] {
            let path = dir.path().join("out");
            if own {
                fs::create_dir(&path).unwrap();
            }
            let tree = Tree::new(&path, false).unwrap();
            write(&tree, &FILES);
            kill(tree);
            let tree = Tree::new(&path, false).unwrap();
            write(&tree, &FILES);
            tree.finish().unwrap();
            assert_eq!(names(dir.path()), ["out"]);
            assert_eq!(names(&path), ["a", "b"]);
            fs::remove_dir_all(&path).unwrap();
        }
    }

    #[test]
    fn a_call_killed_while_it_moved_entries_can_be_done_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path();
        for placed in ["a", "b"] {
            let tree = Tree::new(path, false).unwrap();
            write(&tree, &FILES);
            let staged = kill(tree).join(TREE);
            for (name, content) in FILES {
                let file = staged.join(name);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, content).unwrap();
            }
            fs::rename(staged.join(placed), path.join(placed)).unwrap();

            let other = Tree::new(path, false).unwrap();
            write(&other, &[("a/x/1", "one"), ("b", "THREE")]);
            let error = format!("{:#}", other.finish().unwrap_err());
            assert!(
                error.contains("is not from an earlier, interrupted call"),
                "{error}"
            );
            let tree = Tree::new(path, false).unwrap();
            write(&tree, &FILES);
            tree.finish().unwrap();
            assert_eq!(names(path), ["a", "b"]);
            assert_eq!(fs::read(path.join("a/x/1")).unwrap(), b"one");
            for name in ["a", "b"] {
                let _ = fs::remove_dir_all(path.join(name));
                let _ = fs::remove_file(path.join(name));
            }
        }
    }
}
