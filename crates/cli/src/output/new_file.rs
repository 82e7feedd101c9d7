//! Files that appear when they are complete.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use tempfile::{NamedTempFile, TempPath};

use super::interrupt::{Goes, HalfMade, step, written as written_one};
use super::new_dirs::NewDirs;
use super::partial::{Names, parent};
use super::place::place;
use tfevents_analysis::text;

/// A file under way, under another name; it goes if it is not finished.
pub(crate) struct NewFile {
    file: BufWriter<File>,
    temporary: TempPath,
    goal: Goal,
    name: PathBuf,
}

/// The same without holding the file open, for where there are thousands of them.
pub(crate) struct ClosedFile {
    temporary: TempPath,
    goal: Goal,
    name: PathBuf,
}

/// Where a complete file goes.
enum Goal {
    /// To that path at once. Directories above it may have been made for it alone.
    Path(PathBuf, HalfMade, NewDirs),
    /// To that path in a directory that is complete when all of its files are.
    Tree(PathBuf, Complete),
}

/// The complete files of a directory under way, and where in it they go.
#[derive(Clone, Default)]
pub(super) struct Complete(Arc<Mutex<Vec<(TempPath, PathBuf)>>>);

impl Complete {
    fn add(&self, file: TempPath, path: PathBuf) {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        files.push((file, path));
    }

    pub(super) fn take(&self) -> Vec<(TempPath, PathBuf)> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl NewFile {
    /// Starts a file, and makes the directories above it.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let name = || format!("cannot write to `{}`", text::path(path));
        let made = NewDirs::create(parent(path)).with_context(name)?;
        Self::start(path, made).with_context(name)
    }

    /// Starts a file in a directory that is there.
    pub(super) fn beside(path: &Path) -> io::Result<Self> {
        Self::start(path, NewDirs::default())
    }

    fn start(path: &Path, made: NewDirs) -> io::Result<Self> {
        let names = Names::of(path.file_name());
        names.clear(parent(path));
        let make = || names.file_in(parent(path));
        let (file, half_made) = HalfMade::make(Goes::Whole, make, NamedTempFile::path)?;
        let goal = Goal::Path(path.to_path_buf(), half_made, made);
        Ok(Self::new(file, goal, path.to_path_buf()))
    }

    /// Starts a file of a directory under way, which goes to `path` in it and is then called `name`.
    pub(super) fn in_tree(
        file: NamedTempFile,
        path: PathBuf,
        complete: Complete,
        name: PathBuf,
    ) -> Self {
        Self::new(file, Goal::Tree(path, complete), name)
    }

    fn new(file: NamedTempFile, goal: Goal, name: PathBuf) -> Self {
        let (file, temporary) = file.into_parts();
        Self {
            file: BufWriter::with_capacity(64 << 10, file),
            temporary,
            goal,
            name,
        }
    }

    /// Lets those access the file who may access that one, where the file system knows of such things.
    pub(crate) fn copy_permissions(&self, path: &Path) -> io::Result<()> {
        let metadata = fs::metadata(path)?;
        let file = self.file.get_ref();
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt as _, fchown};
            // Only some may give files away; for all others it is theirs already, or will be ours.
            let _ = fchown(file, Some(metadata.uid()), Some(metadata.gid()));
        }
        unless_unsupported(file.set_permissions(metadata.permissions()))
    }

    /// Makes what was written so far as old as that file.
    pub(crate) fn copy_modified(&mut self, path: &Path) -> io::Result<()> {
        self.flush()?;
        let modified = fs::metadata(path)?.modified()?;
        unless_unsupported(self.file.get_ref().set_modified(modified))
    }

    /// Closes the file until there is more to write.
    pub(crate) fn close(self) -> io::Result<ClosedFile> {
        written(self.file, &self.name)?;
        Ok(ClosedFile {
            temporary: self.temporary,
            goal: self.goal,
            name: self.name,
        })
    }

    /// Puts the file in its place once it is safe on the disk. Nothing is replaced.
    pub(crate) fn finish(self) -> Result<()> {
        let (_taken, temporary, goal) = self.synced()?;
        goal.reach(temporary)
    }

    /// Puts the file in its place once it is safe on the disk, instead of the file that may be there, for those who
    /// may access that one.
    pub(crate) fn replace(self) -> Result<()> {
        if let Goal::Path(path, ..) = &self.goal {
            // Where this fails, there is none, or it is not ours to say.
            let _ = self.copy_permissions(path);
        }
        let (_taken, temporary, goal) = self.synced()?;
        match goal {
            Goal::Path(path, ..) => {
                let _step = step();
                temporary.persist(path)?;
                written_one();
                Ok(())
            }
            goal @ Goal::Tree(..) => goal.reach(temporary),
        }
    }

    /// As [`replace`](Self::replace) if that is asked for, else as [`finish`](Self::finish).
    pub(crate) fn finish_or_replace(self, replace: bool) -> Result<()> {
        match replace {
            true => self.replace(),
            false => self.finish(),
        }
    }

    /// As [`finish`](Self::finish), but fine if a file that holds the same has that place.
    #[cfg(feature = "parquet")]
    pub(crate) fn finish_unless_same(mut self) -> Result<()> {
        self.flush()?;
        if let Goal::Path(path, ..) = &self.goal
            && path.symlink_metadata().is_ok()
        {
            if super::same::is_same(path, &self.temporary).unwrap_or(false) {
                return Ok(());
            }
            anyhow::bail!(
                "cannot write to `{}`: it already exists and holds something else; add --force to replace it",
                text::path(path)
            );
        }
        self.finish()
    }

    /// The file has to stay open until it is in its place: another call may clear away what nobody has taken.
    fn synced(self) -> io::Result<(File, TempPath, Goal)> {
        let file = written(self.file, &self.name)?;
        file.sync_all().map_err(|e| cannot_write(&self.name, e))?;
        Ok((file, self.temporary, self.goal))
    }
}

/// The file, when all of it has left the buffer.
fn written(file: BufWriter<File>, name: &Path) -> io::Result<File> {
    let file = file.into_inner();
    file.map_err(|e| cannot_write(name, e.into_error()))
}

/// What went wrong, with the name that the file is to have: the one that it has meanwhile would say nothing.
fn cannot_write(name: &Path, e: io::Error) -> io::Error {
    let problem = format!("cannot write to `{}`: {e}", text::path(name));
    io::Error::new(e.kind(), problem)
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes);
        written.map_err(|e| cannot_write(&self.name, e))
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.file.flush();
        flushed.map_err(|e| cannot_write(&self.name, e))
    }
}

impl ClosedFile {
    pub(crate) fn append(&self, bytes: &[u8]) -> io::Result<()> {
        let written = self.open().and_then(|mut file| file.write_all(bytes));
        written.map_err(|e| cannot_write(&self.name, e))
    }

    /// As [`NewFile::finish`].
    pub(crate) fn finish(self) -> Result<()> {
        // Not every system syncs a file that is open for reading only.
        let synced = self.open().and_then(|file| file.sync_all());
        synced.map_err(|e| cannot_write(&self.name, e))?;
        self.goal.reach(self.temporary)
    }

    fn open(&self) -> io::Result<File> {
        File::options().append(true).open(&self.temporary)
    }
}

impl Goal {
    fn reach(self, file: TempPath) -> Result<()> {
        match self {
            Self::Path(path, _half_made, _made) => {
                let _step = step();
                place_kept(file, &path)?;
                written_one();
                Ok(())
            }
            Self::Tree(path, complete) => {
                complete.add(file, path);
                Ok(())
            }
        }
    }
}

fn unless_unsupported(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(e)
            if matches!(
                e.kind(),
                ErrorKind::Unsupported | ErrorKind::PermissionDenied
            ) =>
        {
            Ok(())
        }
        result => result,
    }
}

/// Puts a file in its place, where nothing may be.
pub(super) fn place_kept(file: TempPath, path: &Path) -> Result<()> {
    let name = || format!("cannot write to `{}`", text::path(path));
    place(&file, path).with_context(name)?;
    // It is not there any more.
    let _ = file.keep();
    Ok(())
}
