//! From the paths on the command line to runs.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use tfevents::reader::{Root, check_local};
use tfevents::{Error, Logdir};

use super::empty;
use super::sources::{Source, Sources};
use crate::args::paths::Paths;
use crate::ui::reporter::Reporter;
use crate::ui::suggest;
use crate::ui::unmatched::Unmatched;
use crate::ui::usage::UsageError;
use tfevents_analysis::pattern::Patterns;
use tfevents_analysis::runs;
use tfevents_analysis::text;

impl Paths {
    /// The paths as trees to be followed, whose runs get the names that [`open`](Self::open) gives them.
    ///
    /// # Errors
    ///
    /// An invalid pattern.
    pub(crate) fn roots(&self) -> Result<Vec<Root>> {
        roots(&self.paths)
    }

    /// The runs among the paths that `wanted` matches.
    ///
    /// # Errors
    ///
    /// A path that does not exist, no event file anywhere, no run that matches.
    pub(crate) fn open(&self, wanted: &Patterns, reporter: &Reporter) -> Result<Sources> {
        let several = self.paths.len() > 1;
        let (mut runs, mut others) = (Vec::new(), Vec::new());
        let mut problems = Vec::new();
        let mut roots = Vec::new();
        let mut some = !wanted.is_empty();
        let (mut one_file, mut dirs) = (!several, Vec::new());
        if self.paths.iter().any(|path| path == Path::new("-")) {
            let problem =
                "`-`: only cat, filter, rename, repair and import can read standard input";
            return Err(UsageError(problem.to_owned()).into());
        }
        for (number, path) in self.paths.iter().enumerate() {
            let root = root(path)?;
            if let Some(what) = empty::of_other_tool(root.path(), path) {
                problems.push(what);
                continue;
            }
            roots.push(root.path().to_path_buf());
            // The others below the directory where a pattern begins are not meant.
            let is_pattern = root.path() != path;
            some |= is_pattern;
            one_file &= !is_pattern && path.is_file();
            let logdir =
                Logdir::open_all(std::slice::from_ref(&root)).map_err(|e| explain(path, e))?;
            let logdir = logdir.max_record(self.limits.max_record);
            problems.extend(logdir.problems().iter().map(ToString::to_string));
            if logdir.runs().is_empty() {
                problems.push(empty::nothing_at(path));
            }
            match is_pattern {
                true => dirs.extend(logdir.runs().iter().map(|run| run.dir().to_path_buf())),
                false => dirs.extend(path.is_dir().then(|| path.clone())),
            }
            let mut found: Vec<_> = logdir.runs().iter().collect();
            found.sort_by(|a, b| text::natural_order(a.name(), b.name()));
            runs.extend(found.into_iter().map(|run| Source {
                name: if several {
                    runs::name_below(root.path(), run.name())
                } else {
                    run.name().to_owned()
                },
                run: run.clone(),
                excluded: false,
                path: number,
                root: root.path().to_path_buf(),
            }));
        }
        if runs.is_empty() {
            problems.extend(empty::instead(&roots));
            bail!("{}\n{}", problems.join("\n"), empty::SEARCHED);
        }
        reporter.problems(&problems);
        if !wanted.is_empty() {
            let names: Vec<_> = runs.iter().map(|s| s.name.clone()).collect();
            let mut left_out = Vec::new();
            for mut source in std::mem::take(&mut runs) {
                let names = [&*source.name, source.run.name()];
                if wanted.matches_any(names) {
                    runs.push(source);
                } else {
                    source.excluded = wanted.excludes_any(names);
                    left_out.push(source);
                }
            }
            others = left_out;
            let names = names.iter().map(String::as_str);
            Unmatched::of(wanted, names).report(!runs.is_empty(), reporter)?;
        }
        Ok(Sources {
            runs,
            others,
            problems,
            roots,
            some,
            one_file,
            dirs,
        })
    }

    /// As [`open`](Self::open), for verbs that write or move what they read.
    ///
    /// # Errors
    ///
    /// A run that several of the paths lead to.
    pub(crate) fn open_once(&self, wanted: &Patterns, reporter: &Reporter) -> Result<Sources> {
        let sources = self.open(wanted, reporter)?;
        if self.paths.len() > 1 {
            sources.check_once()?;
        }
        Ok(sources)
    }
}

/// Paths as trees to be followed. Of several, each names its runs.
///
/// # Errors
///
/// An invalid pattern.
pub(crate) fn roots(paths: &[PathBuf]) -> Result<Vec<Root>> {
    let several = paths.len() > 1;
    let root = |path: &PathBuf| {
        let root = root(path)?;
        // A pattern names its runs itself.
        let named = several && root.path() == path;
        Ok(if named {
            root.with_name(runs::name_below(path, "."))
        } else {
            root
        })
    };
    paths.iter().map(root).collect()
}

/// What a path of the command line stands for. Shells expand patterns; one that was quoted, or matched nothing then, is
/// a pattern here.
pub(crate) fn root(path: &Path) -> Result<Root> {
    if path.symlink_metadata().is_err() {
        // Unlike an invalid pattern, a URL is not wrong usage.
        check_local(path)?;
    }
    runs::root(path).map_err(|e| UsageError(e.to_string()).into())
}

/// A path that does not exist.
#[cfg(feature = "server")]
pub(crate) struct Missing {
    /// As the library says it.
    pub(crate) error: Error,
    /// As it is best said, with what it may have been meant to be.
    pub(crate) explained: anyhow::Error,
}

/// `None` if the path exists or is a pattern.
#[cfg(feature = "server")]
pub(crate) fn missing(path: &Path) -> Option<Missing> {
    match root(path) {
        Ok(root) if root.path() == path => {
            let error = path.symlink_metadata().err()?;
            let error = Error::from(error).with_path(path);
            let explained = explain(path, error.clone());
            Some(Missing { error, explained })
        }
        _ => None,
    }
}

/// Says which part of a path is missing, and what it may have been meant to be.
fn explain(path: &Path, error: Error) -> anyhow::Error {
    if path.is_symlink() {
        return error.into();
    }
    if path.to_str().is_some_and(Root::is_glob) {
        return error.into();
    }
    let is_missing = io::Error::from(error.clone()).kind() == ErrorKind::NotFound;
    let parent = path
        .ancestors()
        .skip(1)
        .map(|p| {
            if p.as_os_str().is_empty() {
                Path::new(".")
            } else {
                p
            }
        })
        .find(|p| p.is_dir());
    let (true, Some(parent)) = (is_missing, parent) else {
        return error.into();
    };
    let missing = path
        .strip_prefix(parent)
        .unwrap_or(path)
        .components()
        .next();
    let missing = missing.map_or_else(String::new, |c| text::path(c.as_ref()));
    let names: Vec<_> = std::fs::read_dir(parent)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(text::path(entry.ok()?.file_name().as_ref())))
        .collect();
    let similar = suggest::similar(&missing, names.iter().map(String::as_str));
    let hint = similar.first().map_or_else(String::new, |name| {
        let meant = match parent {
            p if p == Path::new(".") => PathBuf::from(name),
            p => p.join(name),
        };
        format!("; did you mean `{}`?", text::path(&meant))
    });
    anyhow::anyhow!("`{}` does not exist{hint}", text::path(path))
}
