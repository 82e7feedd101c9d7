//! Where verbs that write event files put them: `--output` as a file, or as a tree of runs.

use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::output::{self, NewFile, Target};
use crate::reporter::UsageError;
use crate::source::Sources;
use crate::text;

/// What `--output` names.
pub(crate) enum Destination {
    /// Standard output, for one file.
    Stdout,
    /// One file, for one file of input.
    File(PathBuf),
    /// A new or empty directory, for `DIR/RUN/FILE`.
    Dir(PathBuf),
}

impl Destination {
    /// Takes `path` for a file if there is one file of input, and no such directory.
    ///
    /// # Errors
    ///
    /// A directory that holds something; one of the files that are read.
    pub(crate) fn new(path: &Path, sources: &Sources) -> Result<Self> {
        let mut files = sources.runs.iter().flat_map(|source| source.run.files());
        let one = files.next().is_some() && files.next().is_none();
        if one {
            Self::one_file(path, sources)
        } else {
            Self::dir(path)
        }
    }

    /// Takes `path` for a file, unless there is such a directory or it ends in a slash; `-` is standard output.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    pub(crate) fn one_file(path: &Path, sources: &Sources) -> Result<Self> {
        if path == Path::new("-") {
            return Ok(Self::Stdout);
        }
        let slash = path.as_os_str().as_encoded_bytes().ends_with(b"/");
        if !slash && !path.is_dir() {
            if path
                .canonicalize()
                .is_ok_and(|path| sources.contains(&path))
            {
                bail!(
                    "cannot write to `{}`: it is one of the event files to be read",
                    text::path(path)
                );
            }
            return Ok(Self::File(path.to_path_buf()));
        }
        Self::dir(path)
    }

    /// Takes `path` for a directory.
    ///
    /// # Errors
    ///
    /// A directory that holds something; standard output.
    pub(crate) fn dir(path: &Path) -> Result<Self> {
        if path == Path::new("-") {
            let problem = "`-` (standard output) takes one file, and there are more to write";
            return Err(UsageError(problem.to_owned()).into());
        }
        let name = || format!("cannot write to `{}`", text::path(path));
        if path.exists() {
            let mut entries = fs::read_dir(path).with_context(name)?;
            if entries.next().is_some() {
                bail!("{}: not empty; give a new directory", name());
            }
        }
        Ok(Self::Dir(path.to_path_buf()))
    }

    /// Starts the file of that name in that run.
    pub(crate) fn create(&self, run: &str, file: &Path) -> Result<Target> {
        Ok(match self {
            Self::Stdout => Target::Stdout(output::stdout()),
            _ => Target::File(NewFile::create(&self.path(run, file))?),
        })
    }

    /// Where the file of that name in that run goes.
    pub(crate) fn path(&self, run: &str, file: &Path) -> PathBuf {
        match self {
            Self::Stdout => PathBuf::from("-"),
            Self::File(path) => path.clone(),
            Self::Dir(dir) => {
                let mut path = dir.clone();
                // A run's name may be a path from anywhere; what it is made into stays inside.
                for component in Path::new(run).components() {
                    match component {
                        Component::Normal(name) => path.push(name),
                        Component::ParentDir => path.push("__"),
                        _ => {}
                    }
                }
                path.join(file.file_name().unwrap_or(file.as_os_str()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_stay_inside_the_directory() {
        let dir = Destination::Dir("out".into());
        let path = |run| dir.path(run, Path::new("in/e.tfevents"));
        assert_eq!(path("."), Path::new("out/e.tfevents"));
        assert_eq!(path("a/b"), Path::new("out/a/b/e.tfevents"));
        assert_eq!(path("../a"), Path::new("out/__/a/e.tfevents"));
        assert_eq!(path("/tmp/./a"), Path::new("out/tmp/a/e.tfevents"));
    }
}
