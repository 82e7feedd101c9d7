//! What `--output` names.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use tfevents::reader::{FileId, check_local};

use super::new_file::NewFile;
use super::partial::parent;
use super::stdout::{MaybePipe, Out, stdout};
use crate::render::terminal::Guard;
use tfevents_analysis::text;

/// Where one output goes.
pub(crate) enum Target {
    Stdout(Out),
    /// A device or a pipe, which cannot be replaced.
    Special(BufWriter<MaybePipe<Guard<File>>>),
    /// A file that is replaced if it is there.
    Replaced(NewFile),
    /// A file that must not be there.
    New(NewFile),
}

impl Target {
    /// Gets ready to write to `path`, `-` for standard output, or to replace the file there; `inputs` are read.
    ///
    /// # Errors
    ///
    /// A directory that is not there or not writable; one of the files that are read.
    pub(crate) fn open(path: &Path, inputs: &[&Path]) -> Result<Self> {
        if path == Path::new("-") {
            return Ok(Self::Stdout(stdout()));
        }
        let path = Self::check(path, inputs)?;
        if is_special(&path) {
            return Self::special(&path);
        }
        let name = || format!("cannot write to `{}`", text::path(&path));
        Ok(Self::Replaced(NewFile::beside(&path).with_context(name)?))
    }

    /// Finds out, as far as that is possible beforehand, whether `path` can be written, and which file is meant.
    ///
    /// # Errors
    ///
    /// A directory in its place or none above it; one of the files that are read.
    pub(crate) fn check(path: &Path, inputs: &[&Path]) -> Result<PathBuf> {
        let name = || format!("cannot write to `{}`", text::path(path));
        check_local(path)?;
        if path.is_dir() {
            bail!("{}: it is a directory", name());
        }
        // Behind a link is the file that is meant.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        if is_input(&path, inputs) {
            bail!("{}: it is one of the inputs", name());
        }
        let dir = parent(&path);
        if !dir.is_dir() {
            bail!("{}: there is no directory `{}`", name(), text::path(dir));
        }
        Ok(path)
    }

    /// Opens a device or a pipe.
    pub(crate) fn special(path: &Path) -> Result<Self> {
        let name = || format!("cannot write to `{}`", text::path(path));
        let file = File::options().write(true).open(path).with_context(name)?;
        Ok(Self::Special(BufWriter::new(MaybePipe(Guard::new(file)))))
    }

    pub(crate) fn is_stdout(&self) -> bool {
        matches!(self, Self::Stdout(_))
    }

    /// Writes what is left, and puts the file in its place once it is safe on the disk.
    pub(crate) fn finish(self) -> Result<()> {
        match self {
            Self::Stdout(mut out) => out.flush()?,
            Self::Special(mut file) => file.flush()?,
            Self::Replaced(file) => file.replace()?,
            Self::New(file) => file.finish()?,
        }
        Ok(())
    }
}

/// Whether the file at this path is one of those that are read, by whatever name.
pub(super) fn is_input(path: &Path, inputs: &[&Path]) -> bool {
    FileId::of(path).is_ok_and(|id| {
        let mut inputs = inputs.iter();
        inputs.any(|input| FileId::of(input).is_ok_and(|input| input == id))
    })
}

/// Whether something is there that is neither a file nor a directory.
pub(crate) fn is_special(path: &Path) -> bool {
    path.metadata().is_ok_and(|m| !m.is_file() && !m.is_dir())
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::Special(file) => file.write(bytes),
            Self::Replaced(file) | Self::New(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::Special(file) => file.flush(),
            Self::Replaced(file) | Self::New(file) => file.flush(),
        }
    }
}
