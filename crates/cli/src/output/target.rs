//! One output: standard output, a device, or a file that is there when it is complete.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use tfevents::reader::check_local;

use super::asked::{Inputs, is_special};
use super::interrupt::will_write;
use super::new_file::NewFile;
use super::packed::{Packed, Packing};
use super::partial::{self, parent};
use super::stdout::{MaybePipe, Out, stdout, styled_stdout};
use crate::render::terminal::Guard;
use tfevents_analysis::text;

/// Where one output goes, compressed if its name says so. What is written comes in small pieces, and to find out for each
/// of them where it goes takes longer than collecting them.
pub(crate) struct Target(BufWriter<Packed<Place>>);

enum Place {
    Stdout(Out),
    /// A device or a pipe, which cannot be replaced.
    Special(MaybePipe<Guard<File>>),
    File {
        file: NewFile,
        /// Whether another file of that name may be replaced.
        force: bool,
    },
}

impl Target {
    fn to(place: Packed<Place>) -> Self {
        Self(BufWriter::new(place))
    }

    pub(crate) fn stdout() -> Self {
        Self::to(Packed::Plain(Place::Stdout(stdout())))
    }

    /// Standard output for text with [`Styles`](crate::ui::style::Styles).
    pub(crate) fn styled_stdout() -> Self {
        Self::to(Packed::Plain(Place::Stdout(styled_stdout())))
    }

    /// Gets ready to write to `path`, `-` for standard output.
    ///
    /// # Errors
    ///
    /// As for [`check`](Self::check); no permission to write there.
    pub(crate) fn open(path: &Path, inputs: &Inputs<'_>, force: bool) -> Result<Self> {
        if path == Path::new("-") {
            return Ok(Self::stdout());
        }
        let place = Self::check(path, inputs, force)?;
        if is_special(&place) {
            return Self::special(&place);
        }
        let name = || format!("cannot write to `{}`", text::path(path));
        let dir = parent(&place);
        if !dir.is_dir() {
            bail!(
                "{}: the directory `{}` does not exist; create it first",
                name(),
                text::path(dir)
            );
        }
        Self::file(NewFile::beside(&place).with_context(name)?, path, force)
    }

    /// Finds out, as far as that is possible beforehand, whether `path` can be written, and which file that is.
    ///
    /// # Errors
    ///
    /// A directory in its place, a file that is not to be replaced; something that is read.
    pub(crate) fn check(path: &Path, inputs: &Inputs<'_>, force: bool) -> Result<PathBuf> {
        let name = || format!("cannot write to `{}`", text::path(path));
        check_local(path)?;
        will_write();
        if path.is_dir() {
            bail!("{}: it is a directory; choose the name of a file", name());
        }
        inputs.check(path)?;
        if path.symlink_metadata().is_ok() && !is_special(path) && !force {
            partial::clear_left([path.to_path_buf()]);
            bail!(
                "{}: it already exists; add --force to replace it, or choose another name",
                name()
            );
        }
        // Behind a link is the file that is meant.
        Ok(fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf()))
    }

    /// Writes to a file under way that is called `name` in the end.
    pub(super) fn file(file: NewFile, name: &Path, force: bool) -> Result<Self> {
        let packing = Packing::of(name).0;
        let place = Place::File { file, force };
        Ok(Self::to(Packed::new(place, packing)?))
    }

    /// Opens a device or a pipe.
    pub(super) fn special(path: &Path) -> Result<Self> {
        let name = || format!("cannot write to `{}`", text::path(path));
        let file = File::options().write(true).open(path).with_context(name)?;
        let file = MaybePipe(Guard::new(file));
        Ok(Self::to(Packed::Plain(Place::Special(file))))
    }

    pub(crate) fn is_stdout(&self) -> bool {
        matches!(self.0.get_ref().get_ref(), Place::Stdout(_))
    }

    /// Writes what is left, and puts the file in its place once it is safe on the disk.
    pub(crate) fn finish(self) -> Result<()> {
        let packed = self
            .0
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        match packed.finish()? {
            Place::Stdout(mut out) => out.flush()?,
            Place::Special(mut file) => file.flush()?,
            Place::File { file, force } => file.finish_or_replace(force)?,
        }
        Ok(())
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Write for Place {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::Special(file) => file.write(bytes),
            Self::File { file, .. } => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::Special(file) => file.flush(),
            Self::File { file, .. } => file.flush(),
        }
    }
}
