//! What goes where, before any of it is written or moved.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::{Destination, relative};
use crate::input::sources::Sources;
use crate::output::ignores_case;
use crate::output::names::{self, run_path};
use crate::ui::few;
use crate::ui::reporter::Reporter;
use tfevents_analysis::text::{self, printable};

/// Everything that an operation is going to write or move. Nothing may have the place of anything else, and no two
/// runs may become one.
#[derive(Default)]
pub(crate) struct Targets<'r> {
    /// Runs and their directories.
    runs: Vec<(&'r str, PathBuf)>,
    /// Directories with a name that no run had before.
    new: Vec<PathBuf>,
    /// Files, each with its run.
    files: Vec<(&'r str, PathBuf)>,
    /// Names of runs that no directory can have, each with the name that is written instead.
    changed: Vec<(String, String)>,
}

impl<'r> Targets<'r> {
    /// All files of runs that keep their names.
    pub(crate) fn of(sources: &'r Sources) -> Self {
        let mut targets = Self::default();
        for source in &sources.runs {
            targets.add(&source.name, &source.name, source.run.files());
        }
        targets
    }

    /// Files of the run `old`, which go into the run `new`.
    pub(crate) fn add<P: AsRef<Path>>(
        &mut self,
        old: &'r str,
        new: &str,
        files: impl IntoIterator<Item = P>,
    ) {
        let dir = run_path(new);
        if dir.file_name() != run_path(old).file_name() {
            self.new.push(dir.clone());
        }
        self.runs.push((old, dir));
        self.changed
            .extend(names::changed(new).map(|written| (new.to_owned(), written)));
        let files = files.into_iter();
        self.files
            .extend(files.map(|file| (old, relative(new, file.as_ref()))));
    }

    /// Files of a run that is not a copy of one.
    pub(crate) fn add_new<P: AsRef<Path>>(
        &mut self,
        run: &'r str,
        files: impl IntoIterator<Item = P>,
    ) {
        self.new.push(run_path(run));
        self.add(run, run, files);
    }

    /// As [`check`](Self::check), in the directory that files go to if they go to one; else for one file. Reports names of
    /// runs that a directory cannot have.
    ///
    /// # Errors
    ///
    /// As for [`check`](Self::check); more files, or none, where one was asked for.
    pub(crate) fn check_for(
        &self,
        destination: Option<&Destination>,
        reporter: &Reporter,
    ) -> Result<()> {
        destination.map_or_else(|| self.check(None), |destination| destination.check(self))?;
        if matches!(destination, None | Some(Destination::Dir(_))) {
            self.tell_changed(reporter);
        }
        Ok(())
    }

    fn tell_changed(&self, reporter: &Reporter) {
        let (first, others) = few::first(&self.changed, few::NAMED);
        for (name, written) in first {
            let (name, written) = (printable(name), printable(written));
            reporter.note(format_args!(
                "the run `{name}` is written as `{written}`, because no directory can have its name"
            ));
        }
        if others > 0 {
            reporter.note(few::more(others, "run", "with such names"));
        }
    }

    /// How many files there are.
    pub(super) fn files(&self) -> usize {
        self.files.len()
    }

    /// Compares all of them as paths in `dir`, as far as it is known, where `a` and `./a` are the same, and `a`
    /// and `A` as well if the file system says so.
    ///
    /// # Errors
    ///
    /// Two with one place, or a new directory that TensorBoard would take for an event file.
    pub(crate) fn check(&self, dir: Option<&Path>) -> Result<()> {
        self.compare(Path::to_path_buf, "")?;
        match self.compare(folded, ", since this file system ignores case") {
            Err(problem) if dir.is_some_and(ignores_case) => return Err(problem),
            _ => {}
        }
        dir.map_or(Ok(()), |dir| self.check_new(dir))
    }

    /// Whether a directory that is new, `dir` itself included, has a name that TensorBoard misunderstands.
    fn check_new(&self, dir: &Path) -> Result<()> {
        let is_root = |(_, path): &(_, PathBuf)| path.as_os_str().is_empty();
        let root = self.runs.iter().any(is_root).then_some(dir);
        for path in self.new.iter().map(PathBuf::as_path).chain(root) {
            let name = path.file_name().unwrap_or_default();
            if name.to_string_lossy().contains("tfevents") {
                bail!(
                    "`{}` must not have `tfevents` in its name: TensorBoard takes the directory for an event file \
                     and stops loading the logdir; use another name",
                    printable(&text::path(path))
                );
            }
        }
        Ok(())
    }

    fn compare(&self, key: impl Fn(&Path) -> PathBuf, why: &str) -> Result<()> {
        let mut taken = BTreeMap::new();
        for (run, path) in &self.runs {
            if let Some(other) = taken.insert(key(path), run) {
                let name = match path.as_os_str().is_empty() {
                    true => ".".to_owned(),
                    false => text::path(path),
                };
                bail!(
                    "{} would both be called `{}`{why}",
                    pair(other, run),
                    printable(&name)
                );
            }
        }
        let mut files: Vec<_> = self.files.iter().map(|f| (key(&f.1), f)).collect();
        files.sort();
        for pair_of_files in files.windows(2) {
            // What is in the way of a path, as a file in the place of a directory, comes right before it.
            if let [(first, (other, _)), (second, (run, path))] = pair_of_files
                && second.starts_with(first)
            {
                let path = text::path(path);
                bail!(
                    "{} would both be written to `{}`{why}",
                    pair(other, run),
                    printable(&path)
                );
            }
        }
        Ok(())
    }
}

/// Both runs, or two of one.
fn pair(a: &str, b: &str) -> String {
    match a == b {
        true => format!("two parts of the run `{}`", printable(a)),
        false => format!("the runs `{}` and `{}`", printable(a), printable(b)),
    }
}

/// What a path has in common with those that differ from it in case only.
fn folded(path: &Path) -> PathBuf {
    let fold = |name: &std::ffi::OsStr| {
        let name = text::path(name.as_ref());
        name.to_uppercase().to_lowercase()
    };
    path.iter().map(fold).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "in/e.tfevents";

    fn check(runs: &[(&str, &str)]) -> Result<(), String> {
        let mut targets = Targets::default();
        for (old, new) in runs {
            targets.add(old, new, [FILE]);
        }
        targets.check(None).map_err(|e| e.to_string())
    }

    #[test]
    fn runs_are_compared_as_paths() {
        for same in ["a/b/", "/a/b", "./a/./b", "a//b"] {
            let problem = check(&[("x", "a/b"), ("z", "c"), ("y", same)]).unwrap_err();
            assert_eq!(problem, "the runs `x` and `y` would both be called `a/b`");
        }
        assert!(check(&[("..", "../a"), ("__", "__/a")]).is_err());
        assert!(
            check(&[("a", "."), ("b", "")])
                .unwrap_err()
                .ends_with("called `.`")
        );
        assert_eq!(
            check(&[("a", "a"), ("b", "a/b"), ("c", "ab"), ("d", ".")]),
            Ok(())
        );
        let problem = check(&[("a", "x"), ("a", "./x")]).unwrap_err();
        assert_eq!(problem, "two parts of the run `a` would both be called `x`");
    }

    #[test]
    fn new_directories_do_not_pass_for_event_files() {
        let check = |old, new, dir| {
            let mut targets = Targets::default();
            targets.add(old, new, [FILE]);
            targets.check(Some(Path::new(dir)))
        };
        for (old, new) in [
            ("a", "b/x.tfevents.d"),
            ("a", "tfevents"),
            ("tfevents/a", "tfevents"),
        ] {
            assert!(check(old, new, "out").is_err(), "{old} as {new}");
        }
        // Copies have the names of what is copied.
        for (old, new) in [
            ("a.tfevents", "b/a.tfevents"),
            ("a", "tfevents/b"),
            ("a", "."),
        ] {
            check(old, new, "out").unwrap();
        }
        assert!(check("a", ".", "out.tfevents").is_err());
        let mut targets = Targets::default();
        targets.add_new("a.tfevents", [FILE]);
        assert!(targets.check(Some(Path::new("out"))).is_err());
    }

    #[test]
    fn a_file_is_not_in_the_way_of_a_directory() {
        let problem = check(&[("a", "."), ("b", "e.tfevents/c"), ("c", "d")]).unwrap_err();
        assert_eq!(
            problem,
            "the runs `a` and `b` would both be written to `e.tfevents/c/e.tfevents`"
        );
    }

    #[test]
    fn case_counts_where_the_file_system_says_so() {
        let mut targets = Targets::default();
        targets.add("A", "Größe/A", [FILE]);
        targets.add("a", "größe/a", [FILE]);
        targets.check(None).unwrap();
        let problem = targets.compare(folded, "!").unwrap_err().to_string();
        assert_eq!(
            problem,
            "the runs `A` and `a` would both be called `größe/a`!"
        );
        let dir = tempfile::tempdir().unwrap();
        let result = targets.check(Some(&dir.path().join("not/there/yet")));
        assert_eq!(result.is_err(), ignores_case(dir.path()));
        let mut files = Targets::default();
        files.add("x", "x", ["e.tfevents", "E.tfevents"]);
        assert!(files.compare(folded, "").is_err());
    }
}
