//! Where verbs that write event files put them: `--output` as a file, or as a tree of runs.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use tfevents::reader::check_local;

use crate::output::names;
use crate::output::target::is_input;
use crate::output::{self, NewFile, Target, Tree};
use crate::ui::usage::UsageError;
use tfevents_analysis::text;

mod targets;

pub(crate) use targets::Targets;

/// What `--output` names.
pub(crate) enum Destination {
    /// Standard output, for one file.
    Stdout,
    /// One file that is not there, or a device or pipe that is; for one file of input.
    File(PathBuf),
    /// A new or empty directory, for `DIR/RUN/FILE`.
    Dir(Tree),
}

impl Destination {
    /// Takes `path` for a file if one file is read, and there is no such directory.
    ///
    /// # Errors
    ///
    /// A file that is there; a directory that holds something.
    pub(crate) fn new(path: &Path, inputs: &[&Path]) -> Result<Self> {
        match inputs {
            [_] => Self::one_file(path, inputs),
            _ => Self::dir(path),
        }
    }

    /// Takes `path` for a file, unless there is such a directory or it ends in a slash; `-` is standard output.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    pub(crate) fn one_file(path: &Path, inputs: &[&Path]) -> Result<Self> {
        if path == Path::new("-") {
            return Ok(Self::Stdout);
        }
        let last = path.as_os_str().as_encoded_bytes().last();
        let slash = last.is_some_and(|&byte| std::path::is_separator(byte.into()));
        if slash || path.is_dir() {
            return Self::dir(path);
        }
        check_local(path)?;
        if is_input(path, inputs) {
            bail!(
                "cannot write to `{}`: it is one of the inputs",
                text::path(path)
            );
        }
        if path.symlink_metadata().is_ok() && !output::is_special(path) {
            output::clear_left([path.to_path_buf()]);
            bail!(
                "cannot write to `{}`: it already exists; remove it or choose another name",
                text::path(path)
            );
        }
        Ok(Self::File(path.to_path_buf()))
    }

    /// Takes `path` for a directory.
    ///
    /// # Errors
    ///
    /// A directory that holds something; standard output.
    pub(crate) fn dir(path: &Path) -> Result<Self> {
        tree(path).map(Self::Dir)
    }

    /// Starts the file of that name in that run.
    pub(crate) fn create(&self, run: &str, file: &Path) -> Result<Target> {
        Ok(match self {
            Self::Stdout => Target::Stdout(output::stdout()),
            Self::File(path) if output::is_special(path) => Target::special(path)?,
            Self::File(path) => Target::New(NewFile::create(path)?),
            Self::Dir(tree) => Target::New(tree.create(&relative(run, file))?),
        })
    }

    /// Where the file of that name in that run goes.
    pub(crate) fn path(&self, run: &str, file: &Path) -> PathBuf {
        match self {
            Self::Stdout => PathBuf::from("-"),
            Self::File(path) => path.clone(),
            Self::Dir(tree) => tree.path().join(relative(run, file)),
        }
    }

    /// The directory, if it is one.
    pub(crate) fn as_dir(&self) -> Option<&Path> {
        match self {
            Self::Dir(tree) => Some(tree.path()),
            _ => None,
        }
    }

    /// Puts the finished files of a directory in their places.
    pub(crate) fn finish(self) -> Result<()> {
        match self {
            Self::Dir(tree) => tree.finish(),
            _ => Ok(()),
        }
    }
}

/// As [`Destination::dir`].
pub(crate) fn tree(path: &Path) -> Result<Tree> {
    if path == Path::new("-") {
        let problem = "`-` (standard output) can take one file only; use -o DIR";
        return Err(UsageError(problem.to_owned()).into());
    }
    Tree::new(path)
}

/// `RUN/FILE`, for a file that has that name wherever it is.
pub(crate) fn relative(run: &str, file: &Path) -> PathBuf {
    let name = match file == Path::new("-") {
        // Standard input has none.
        true => "events.out.tfevents".as_ref(),
        false => file.file_name().unwrap_or(file.as_os_str()),
    };
    names::run_path(run).join(name)
}
