//! Where results go: standard output and whether to colour it, or a file that appears when it is complete.

use std::fs::{self, File};
use std::io::{self, BufWriter, Stdout, Write};
use std::path::{Path, PathBuf};

use anstream::ColorChoice;
use anstream::stream::RawStream;
use anstyle::Style;
use anyhow::{Context as _, Result, bail};
use tempfile::{NamedTempFile, TempPath};

use crate::source::Sources;
use crate::terminal::Guard;
use crate::text;

/// Standard output, buffered; flush it to learn of the last failure.
pub(crate) type Out = BufWriter<Guard<Stdout>>;

pub(crate) fn stdout() -> Out {
    BufWriter::with_capacity(64 << 10, Guard::new(io::stdout()))
}

/// Standard output for text with [`Styles`].
pub(crate) fn styled_stdout() -> Out {
    BufWriter::with_capacity(64 << 10, Guard::styled(io::stdout()))
}

/// Whether a stream takes colours: a terminal that can show them, unless `NO_COLOR`, `CLICOLOR` or
/// `CLICOLOR_FORCE` say otherwise.
pub(crate) fn colour(stream: &impl RawStream) -> bool {
    anstream::AutoStream::choice(stream) != ColorChoice::Never
}

/// The styles of text output, which goes to [`styled_stdout`]; all plain where colour is not wanted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Styles {
    /// Names of runs and files.
    pub(crate) name: Style,
    /// Column heads and other furniture.
    pub(crate) dim: Style,
    /// Damage.
    pub(crate) bad: Style,
}

impl Styles {
    pub(crate) fn for_stdout() -> Self {
        if colour(&io::stdout()) {
            Self {
                name: Style::new().bold(),
                dim: Style::new().dimmed(),
                bad: anstyle::AnsiColor::Red.on_default(),
            }
        } else {
            Self::default()
        }
    }
}

/// How wide text may be: what `COLUMNS` or the terminal says; unlimited in a pipe.
pub(crate) fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    columns
        .or_else(|| terminal_size::terminal_size_of(io::stdout()).map(|(w, _)| w.0.into()))
        .filter(|&w: &usize| w > 0)
        .unwrap_or(usize::MAX)
}

/// What `--output` names.
pub(crate) enum Target {
    Stdout(Out),
    /// A device or a pipe, which cannot be replaced.
    Special(BufWriter<Guard<File>>),
    File(NewFile),
}

/// A file that is to be at `path`, for now beside it; it goes if it is not finished.
pub(crate) struct NewFile {
    file: BufWriter<NamedTempFile>,
    path: PathBuf,
}

impl NewFile {
    /// Starts a file, and makes the directories above it.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let name = || format!("cannot write to `{}`", text::path(path));
        let dir = parent(path);
        fs::create_dir_all(dir).with_context(name)?;
        Self::beside(path.to_path_buf()).with_context(name)
    }

    fn beside(path: PathBuf) -> io::Result<Self> {
        let file = temporary(parent(&path))?;
        Ok(Self {
            file: BufWriter::with_capacity(64 << 10, file),
            path,
        })
    }

    /// Lets those access the file who may access that one.
    pub(crate) fn copy_permissions(&self, path: &Path) -> io::Result<()> {
        let permissions = fs::metadata(path)?.permissions();
        self.file.get_ref().as_file().set_permissions(permissions)
    }

    /// Makes what was written so far as old as that file.
    pub(crate) fn copy_modified(&mut self, path: &Path) -> io::Result<()> {
        self.file.flush()?;
        let modified = fs::metadata(path)?.modified()?;
        self.file.get_ref().as_file().set_modified(modified)
    }

    /// Leaves no trace, not even of a directory that was made for the file alone.
    pub(crate) fn discard(self) {
        let dir = parent(&self.path).to_path_buf();
        drop(self);
        // One that holds other things stays.
        let _ = fs::remove_dir(dir);
    }

    /// Puts the file in its place once it is safe on the disk.
    pub(crate) fn finish(self) -> Result<()> {
        let file = self
            .file
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        Ok(())
    }
}

/// The same without holding the file open, for where there are thousands of them.
pub(crate) struct ClosedFile {
    temporary: TempPath,
    path: PathBuf,
}

impl ClosedFile {
    /// Starts a file, and makes the directories above it.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let name = || format!("cannot write to `{}`", text::path(path));
        let dir = parent(path);
        fs::create_dir_all(dir).with_context(name)?;
        Ok(Self {
            temporary: temporary(dir).with_context(name)?.into_temp_path(),
            path: path.to_path_buf(),
        })
    }

    pub(crate) fn append(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file = File::options().append(true).open(&self.temporary)?;
        file.write_all(bytes)
    }

    /// Puts the file in its place once it is safe on the disk.
    pub(crate) fn finish(self) -> Result<()> {
        File::open(&self.temporary)?.sync_all()?;
        self.temporary.persist(&self.path)?;
        Ok(())
    }
}

/// The directory that a file is in.
fn parent(path: &Path) -> &Path {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    dir.unwrap_or(Path::new("."))
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Target {
    /// Gets ready to write to `path`, `-` for standard output.
    ///
    /// # Errors
    ///
    /// A directory that is not there or not writable; one of the files that are read.
    pub(crate) fn open(path: &Path, sources: &Sources) -> Result<Self> {
        if path == Path::new("-") {
            return Ok(Self::Stdout(stdout()));
        }
        let name = || format!("cannot write to `{}`", text::path(path));
        let path = Self::check(path, sources)?;
        if path.exists() && !path.is_file() {
            let file = File::options().write(true).open(&path).with_context(name)?;
            return Ok(Self::Special(BufWriter::new(Guard::new(file))));
        }
        let file = NewFile::beside(path.clone()).with_context(name)?;
        Ok(Self::File(file))
    }

    /// Finds out, as far as that is possible beforehand, whether `path` can be written, and which file is meant.
    ///
    /// # Errors
    ///
    /// A directory in its place or none above it; one of the files that are read.
    pub(crate) fn check(path: &Path, sources: &Sources) -> Result<PathBuf> {
        let name = || format!("cannot write to `{}`", text::path(path));
        if path.is_dir() {
            bail!("{}: it is a directory", name());
        }
        // Behind a link is the file that is meant.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        if sources.contains(&path) {
            bail!("{}: it is one of the event files to be read", name());
        }
        let dir = parent(&path);
        if !dir.is_dir() {
            bail!("{}: there is no directory `{}`", name(), text::path(dir));
        }
        Ok(path)
    }

    pub(crate) fn is_stdout(&self) -> bool {
        matches!(self, Self::Stdout(_))
    }

    /// Leaves no trace, where that is possible.
    pub(crate) fn discard(self) {
        if let Self::File(file) = self {
            file.discard();
        }
    }

    /// Writes what is left, and puts the file in its place once it is safe on the disk.
    pub(crate) fn finish(self) -> Result<()> {
        match self {
            Self::Stdout(mut out) => out.flush()?,
            Self::Special(mut file) => file.flush()?,
            Self::File(file) => file.finish()?,
        }
        Ok(())
    }
}

/// A file in `dir` with the permissions that new files have, which goes if it is not kept.
fn temporary(dir: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    // Without `tfevents` in its name, or TensorBoard would read it.
    builder.prefix(".new-").suffix(".partial");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // The umask takes away from this what the user does not want.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(dir)
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::Special(file) => file.write(bytes),
            Self::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::Special(file) => file.flush(),
            Self::File(file) => file.flush(),
        }
    }
}
