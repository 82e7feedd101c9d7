//! Where verbs that write event files put them: `--output` as a file, or as a tree of runs.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::output::asked::{Asked, Inputs};
use crate::output::names;
use crate::output::{self, NewFile, Target, Tree};
use crate::ui::usage::UsageError;
use tfevents_analysis::number;
use tfevents_analysis::text;

mod targets;

pub(crate) use targets::Targets;

/// What `--output` names.
pub(crate) enum Destination {
    /// Standard output, for one file.
    Stdout,
    /// One file, or a device or pipe.
    File {
        path: PathBuf,
        /// Whether a file of that name may be replaced.
        force: bool,
    },
    /// A directory, for `DIR/RUN/FILE`.
    Dir(Tree),
}

impl Destination {
    /// What `path` is asked to be. Where `force` is given, files in its place may be replaced.
    ///
    /// # Errors
    ///
    /// A file or a directory that would be replaced or mixed with something else; a place in what is read.
    pub(crate) fn new(path: &Path, inputs: &Inputs<'_>, force: bool) -> Result<Self> {
        Ok(match Asked::of(path, inputs.one_file) {
            Asked::Stdout => Self::Stdout,
            Asked::File => {
                let path = Target::check(path, inputs, force)?;
                Self::File { path, force }
            }
            Asked::Dir => {
                inputs.check(path)?;
                Self::Dir(Tree::new(path, force)?)
            }
        })
    }

    /// Makes sure that everything can be written here: each file has a place of its own, and one place gets one file.
    fn check(&self, targets: &Targets<'_>) -> Result<()> {
        let (place, files) = match self {
            Self::Dir(tree) => return targets.check(Some(tree.path())),
            Self::Stdout => ("standard output".to_owned(), targets.files()),
            Self::File { path, .. } => (format!("`{}`", text::path(path)), targets.files()),
        };
        if files == 1 {
            return Ok(());
        }
        let files = number::counted(files as u64, "event file");
        let problem = format!(
            "{files} cannot be written to {place}, which takes exactly one; use -o DIR, or combine them first with \
             `tfevents merge --into`"
        );
        Err(UsageError(problem).into())
    }

    /// Starts the file of that name in that run.
    pub(crate) fn create(&self, run: &str, file: &Path) -> Result<Target> {
        match self {
            Self::Stdout => Ok(Target::stdout()),
            Self::File { path, .. } if output::is_special(path) => Target::special(path),
            Self::File { path, force } => Target::file(NewFile::create(path)?, path, *force),
            Self::Dir(tree) => {
                let path = relative(run, file);
                Target::file(tree.create(&path)?, &path, false)
            }
        }
    }

    /// Where the file of that name in that run goes.
    pub(crate) fn path(&self, run: &str, file: &Path) -> PathBuf {
        match self {
            Self::Stdout => PathBuf::from("-"),
            Self::File { path, .. } => path.clone(),
            Self::Dir(tree) => tree.path().join(relative(run, file)),
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

/// `RUN/FILE`, for a file that has that name wherever it is.
pub(crate) fn relative(run: &str, file: &Path) -> PathBuf {
    let name = match file == Path::new("-") {
        // Standard input has none.
        true => "events.out.tfevents".as_ref(),
        false => file.file_name().unwrap_or(file.as_os_str()),
    };
    names::run_path(run).join(name)
}
