//! What an output is asked to be. The arguments alone decide: never what the data happens to be.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use tfevents::reader::FileId;

use crate::input::sources::Sources;
use tfevents_analysis::text;

/// What event files are written to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Asked {
    Stdout,
    /// One event file.
    File,
    /// A directory of runs.
    Dir,
}

/// What the paths on the command line are, as far as outputs depend on it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inputs<'a> {
    /// There is one path, and it is a file or standard input.
    pub(crate) one_file: bool,
    pub(crate) files: Vec<&'a Path>,
    /// Everything in and below these is read.
    pub(crate) dirs: Vec<&'a Path>,
}

impl Asked {
    /// One file is asked for by reading one, or by a name that TensorBoard takes for an event file's.
    pub(crate) fn of(output: &Path, one_file: bool) -> Self {
        if output == Path::new("-") {
            return Self::Stdout;
        }
        let last = output.as_os_str().as_encoded_bytes().last();
        let slash = last.is_some_and(|&byte| std::path::is_separator(byte.into()));
        let name = output.file_name().unwrap_or_default().to_string_lossy();
        if is_special(output) {
            // It can be no directory.
            return Self::File;
        }
        match one_file || name.contains("tfevents") {
            true if !slash && !output.is_dir() => Self::File,
            _ => Self::Dir,
        }
    }
}

impl<'a> Inputs<'a> {
    /// What runs were found in and below.
    pub(crate) fn of(sources: &'a Sources) -> Self {
        Self {
            one_file: sources.one_file,
            files: sources.files(),
            dirs: sources.dirs.iter().map(PathBuf::as_path).collect(),
        }
    }

    /// Standard input.
    pub(crate) fn stdin() -> Self {
        Self {
            one_file: true,
            ..Self::default()
        }
    }

    /// Files that are not copied, but read.
    pub(crate) fn files(files: impl IntoIterator<Item = &'a Path>) -> Self {
        Self {
            files: files.into_iter().collect(),
            ..Self::default()
        }
    }

    /// The same, for what makes several files of one.
    pub(crate) fn of_many(mut self) -> Self {
        self.one_file = false;
        self
    }

    /// Makes sure that writing to a path changes nothing that is read.
    ///
    /// # Errors
    ///
    /// One of the files that are read, by whatever name; a place in a directory that is.
    pub(crate) fn check(&self, path: &Path) -> Result<()> {
        let name = || format!("cannot write to `{}`", text::path(path));
        let id = FileId::of(path).ok();
        let is_input = |file: &&Path| id.is_some() && FileId::of(file).ok() == id;
        if self.files.iter().any(is_input) {
            bail!("{}: it is one of the inputs; choose another name", name());
        }
        let place = resolved(path);
        let is_around = |dir: &&&Path| {
            let dir = dir.canonicalize();
            dir.is_ok_and(|dir| place.as_ref().is_some_and(|place| place.starts_with(dir)))
        };
        if let Some(dir) = self.dirs.iter().find(is_around) {
            bail!(
                "{}: it is in `{}`, which is being read; choose a place outside it",
                name(),
                text::path(dir)
            );
        }
        Ok(())
    }
}

/// Whether something is there that is neither a file nor a directory.
pub(crate) fn is_special(path: &Path) -> bool {
    path.metadata().is_ok_and(|m| !m.is_file() && !m.is_dir())
}

/// A path without links, which need not lead anywhere yet.
fn resolved(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    path.ancestors().find_map(|above| {
        let below = path.strip_prefix(above).ok()?;
        Some(above.canonicalize().ok()?.join(below))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_decide() {
        let dir = tempfile::tempdir().unwrap();
        let there = dir.path().join("x.tfevents");
        std::fs::create_dir(&there).unwrap();
        let cases = [
            ("-", false, Asked::Stdout),
            ("-", true, Asked::Stdout),
            ("out", false, Asked::Dir),
            ("out", true, Asked::File),
            ("out/", true, Asked::Dir),
            ("a/events.out.tfevents.1", false, Asked::File),
            ("a/events.out.tfevents.1/", false, Asked::Dir),
            ("tfevents/out", false, Asked::Dir),
            (there.to_str().unwrap(), true, Asked::Dir),
        ];
        for (output, one_file, asked) in cases {
            assert_eq!(Asked::of(Path::new(output), one_file), asked, "{output}");
        }
    }

    #[test]
    fn what_is_read_is_not_written_to() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        std::fs::create_dir_all(path("runs/a")).unwrap();
        std::fs::write(path("file"), "").unwrap();
        std::fs::hard_link(path("file"), path("other")).unwrap();
        let [runs, file] = ["runs", "file"].map(path);
        let inputs = Inputs {
            one_file: false,
            files: vec![&file],
            dirs: vec![&runs],
        };
        let mut refused = vec!["runs", "runs/new/x", "runs/a/x", "file", "other"];
        if cfg!(unix) {
            #[cfg(unix)]
            std::os::unix::fs::symlink("runs/a", path("link")).unwrap();
            refused.push("link/new/x");
        }
        for name in refused {
            assert!(inputs.check(&path(name)).is_err(), "{name}");
        }
        for name in ["runs2", "new/x", "."] {
            inputs.check(&path(name)).unwrap();
        }
    }
}
