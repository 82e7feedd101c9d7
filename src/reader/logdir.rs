//! Discovery: which files of a tree are event files, and which run each belongs to.

#[cfg(feature = "glob")]
use std::collections::BTreeSet;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};
use crate::reader::copies;
use crate::reader::file_id::FileId;
use crate::reader::paths::{bytes, name_of};
use crate::reader::run::Run;
use crate::reader::walk::walk;
use crate::record::MAX_RECORD;

/// A directory tree of event files, as TensorBoard's `--logdir` takes one.
///
/// The rules are TensorBoard's: a file counts if its name contains `tfevents`; each directory that holds such
/// files directly is a run, named by its path relative to the logdir; the logdir itself is the run `.`;
/// hidden directories count and symbolic links are followed. Unlike TensorBoard, this leaves out what other tools put
/// beside event files ([`Foreign`](crate::reader::Foreign)). A link that leads back into its own path, an unreadable
/// directory, a name that is not UTF-8, or a pipe does not keep the rest of the tree from being read.
///
/// # Examples
///
/// ```
/// use tfevents::{Logdir, SummaryWriter};
///
/// # let dir = tempfile::tempdir()?;
/// # let root = dir.path();
/// SummaryWriter::new(root.join("a/train"))?.close()?;
/// SummaryWriter::new(root.join("a/eval"))?.close()?;
/// let logdir = Logdir::open(root)?;
/// let names: Vec<_> = logdir.runs().iter().map(|run| run.name()).collect();
/// assert_eq!(names, ["a/eval", "a/train"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Logdir {
    runs: Vec<Run>,
    problems: Vec<Error>,
}

/// One of the trees that make up a logdir, and the name put before those of its runs.
///
/// # Examples
///
/// ```
/// use tfevents::reader::Root;
///
/// // As TensorBoard's --logdir_spec takes it: names are optional.
/// let roots = Root::parse_spec("adam:/logs/adam,/logs/sgd");
/// assert_eq!(roots[0].name(), Some("adam"));
/// assert_eq!(roots[1].name(), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    name: Option<String>,
    path: PathBuf,
    /// What below `path` counts, if not all of it.
    #[cfg(feature = "glob")]
    pattern: Option<String>,
}

impl Root {
    /// The tree with a name, so that its runs are called `<name>/<run>`.
    #[must_use]
    pub fn with_name(self, name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            ..self
        }
    }

    /// The trees, runs and event files that match a pattern, as one tree: `*` stands for anything in one name,
    /// `?` for one character, `[ab]` for one of several, `**` for any number of directories. Each listing looks for
    /// matches anew, so that a logdir that is polled finds new ones.
    ///
    /// Runs are named by their paths relative to the last directory before the first of those characters:
    /// `logs/*/train` has runs like `adam/train`. Names that are not UTF-8 do not match.
    ///
    /// # Errors
    ///
    /// An invalid pattern, with the position of the error.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::reader::Root;
    /// use tfevents::{Logdir, SummaryWriter};
    ///
    /// # let dir = tempfile::tempdir()?;
    /// # let logs = dir.path().to_str().unwrap();
    /// for run in ["adam/train", "adam/eval", "sgd/train"] {
    ///     SummaryWriter::new(format!("{logs}/{run}"))?.close()?;
    /// }
    /// let logdir = Logdir::open_all(&[Root::glob(format!("{logs}/*/train"))?])?;
    /// let names: Vec<_> = logdir.runs().iter().map(|run| run.name()).collect();
    /// assert_eq!(names, ["adam/train", "sgd/train"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "glob")]
    pub fn glob(pattern: impl Into<String>) -> Result<Self> {
        let pattern = pattern.into();
        glob::Pattern::new(&pattern)
            .map_err(|e| Error::argument(format!("invalid pattern `{pattern}`: {e}")))?;
        let literal = pattern.find(GLOB_CHARACTERS).unwrap_or(pattern.len());
        let path = match pattern[..literal].rfind(std::path::is_separator) {
            // The root directory keeps its slash.
            Some(0) => "/",
            Some(slash) => &pattern[..slash],
            None => ".",
        };
        Ok(Self {
            pattern: Some(pattern.clone()),
            ..Self::from(path)
        })
    }

    /// Whether a path that does not exist may be meant as a pattern: see [`glob`](Self::glob).
    #[cfg(feature = "glob")]
    #[must_use]
    pub fn is_glob(path: &str) -> bool {
        path.contains(GLOB_CHARACTERS)
    }

    /// Reads the form of TensorBoard's `--logdir_spec`: entries separated by commas, each a path or
    /// `name:path`. An entry that starts with a slash, a URL scheme or a drive letter has no name; one without a path
    /// counts for nothing.
    #[must_use]
    pub fn parse_spec(spec: &str) -> Vec<Self> {
        spec.split(',')
            .map(str::trim)
            .map(|entry| match entry.split_once(':') {
                Some(("", path)) => Self::from(path),
                Some((name, path)) if !is_path_prefix(name, path) => {
                    Self::from(path).with_name(name)
                }
                _ => Self::from(entry),
            })
            .filter(|root| !root.path.as_os_str().is_empty())
            .collect()
    }

    /// The name put before those of its runs.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The tree. For a pattern, this is the directory that the names of its runs are relative to.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// What makes a path a pattern.
#[cfg(feature = "glob")]
const GLOB_CHARACTERS: [char; 3] = ['*', '?', '['];

/// Whether the colon behind `name` belongs to a path instead of parting a name from one.
fn is_path_prefix(name: &str, path: &str) -> bool {
    let scheme =
        path.starts_with("//") && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
    let drive =
        name.len() == 1 && name.as_bytes()[0].is_ascii_alphabetic() && path.starts_with('\\');
    name.starts_with('/') || scheme || drive
}

impl<P: AsRef<Path>> From<P> for Root {
    fn from(path: P) -> Self {
        Self {
            name: None,
            path: path.as_ref().to_path_buf(),
            #[cfg(feature = "glob")]
            pattern: None,
        }
    }
}

impl Logdir {
    /// Looks for event files in and below `path`. If `path` is a file, whatever its name, the logdir is a single run
    /// of that file.
    ///
    /// # Errors
    ///
    /// A path that does not exist or cannot be listed, or too few file descriptors. What is wrong further down is
    /// among the [`problems`](Self::problems).
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_all(&[path.into()])
    }

    /// The same with several trees, whose runs are put together. Where two of them have a run of the same name, the
    /// later run is named by its whole path.
    ///
    /// # Errors
    ///
    /// None of the roots can be listed, or there are too few file descriptors. If some roots can be listed, the
    /// failures of the others are among the [`problems`](Self::problems).
    pub fn open_all(roots: &[Root]) -> Result<Self> {
        let mut runs = BTreeMap::<String, Run>::new();
        let mut problems = Vec::new();
        let mut failures = Vec::new();
        for root in roots {
            let found = match list(root) {
                Ok((found, more)) => {
                    problems.extend(more);
                    found
                }
                Err(e) => {
                    failures.push(e);
                    continue;
                }
            };
            for mut run in found {
                if runs.contains_key(&run.name) {
                    run.name = name_of(&run.dir);
                }
                runs.insert(run.name.clone(), run);
            }
        }
        if failures.len() == roots.len()
            && let Some(first) = failures.first()
        {
            return Err(first.clone());
        }
        problems.splice(0..0, failures);
        // Only part of the tree was seen, through no fault of its own.
        if let Some(e) = problems.iter().find(|e| e.is_exhaustion()) {
            return Err(e.clone());
        }
        problems.extend(runs.values_mut().flat_map(read_once));
        problems.extend(runs.values().flat_map(doubled));
        Ok(Self {
            runs: runs.into_values().collect(),
            problems,
        })
    }

    /// Limits the size of records held in memory when the runs are read: see
    /// [`EventReader::max_record`](crate::EventReader::max_record).
    #[must_use]
    pub fn max_record(mut self, bytes: u64) -> Self {
        for run in &mut self.runs {
            run.max_record = bytes;
        }
        self
    }

    /// Lets the checksums of large pictures, sounds, graphs and tensors wait: a [`RunState`](crate::state::RunState) of
    /// such a run verifies them when a value is [read](crate::state::BlobPoint::read), and not while it loads. Headers
    /// and everything else are verified as ever, so that a damaged value costs nothing but itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::state::RunState;
    /// use tfevents::{Logdir, Policy, Selection, SummaryWriter};
    ///
    /// # let dir = tempfile::tempdir()?;
    /// let writer = SummaryWriter::new(dir.path())?;
    /// writer.add_text("story", "word ".repeat(10_000), 1)?;
    /// writer.add_scalar("loss", 0.5, 1)?;
    /// writer.close()?;
    /// # let path = &Logdir::open(dir.path())?.runs()[0].files()[0].clone();
    /// let mut bytes = std::fs::read(path)?;
    /// bytes[20_000] ^= 1;
    /// std::fs::write(path, bytes)?;
    ///
    /// let logdir = Logdir::open(dir.path())?.verify_when_read();
    /// let run = RunState::load(&logdir.runs()[0], &Selection::all());
    /// let story = run.blobs("story", Policy::Raw).ok_or("no story")?;
    /// assert!(story[0].read().is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn verify_when_read(mut self) -> Self {
        for run in &mut self.runs {
            run.defers = true;
        }
        self
    }

    /// The runs, ordered by name.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// The run of that name.
    #[must_use]
    pub fn run(&self, name: &str) -> Option<&Run> {
        self.runs.iter().find(|run| run.name == name)
    }

    /// What could not be read: unreadable directories, links that lead nowhere or back. Also files that seem to be
    /// there twice, compressed and not, under whichever of their names: both are read, so that each point counts
    /// twice. And the other names of a file that a run has under several, because it is read only once.
    #[must_use]
    pub fn problems(&self) -> &[Error] {
        &self.problems
    }
}

/// The runs of one tree, and what could not be read in it.
fn list(root: &Root) -> Result<(Vec<Run>, Vec<Error>)> {
    #[cfg(feature = "glob")]
    if let Some(pattern) = &root.pattern {
        return list_matches(root, pattern);
    }
    let path = &root.path;
    let at = |e: std::io::Error| Error::from(e).with_path(path);
    let metadata = path.metadata().map_err(at)?;
    if metadata.is_file() {
        let run = Run {
            name: root.run_name(Path::new("")),
            dir: path.parent().unwrap_or(Path::new("")).to_path_buf(),
            files: vec![path.clone()],
            other_names: BTreeMap::new(),
            max_record: MAX_RECORD,
            defers: false,
        };
        return Ok((vec![run], Vec::new()));
    }
    if !metadata.is_dir() {
        // A pipe is not opened: that would wait for its writer.
        return Err(at(std::io::Error::other(
            "neither a regular file nor a directory",
        )));
    }
    fs::read_dir(path).map_err(at)?;
    let (files, problems) = walk(path);
    Ok((root.runs(files), problems))
}

/// The same for what a pattern matches. Of files only those count whose names say so, as in a directory.
#[cfg(feature = "glob")]
fn list_matches(root: &Root, pattern: &str) -> Result<(Vec<Run>, Vec<Error>)> {
    let matches = glob::glob(pattern)
        .map_err(|e| Error::argument(format!("invalid pattern `{pattern}`: {e}")))?;
    // A pattern may match a directory and what is in it.
    let mut files = BTreeSet::new();
    let mut problems = Vec::new();
    let mut any = false;
    for path in matches {
        any = true;
        match path {
            Ok(path) => {
                let (found, more) = walk(&path);
                files.extend(found);
                problems.extend(more);
            }
            Err(e) => {
                let path = e.path().to_path_buf();
                problems.push(Error::from(std::io::Error::from(e)).with_path(path));
            }
        }
    }
    if !any {
        let nothing =
            std::io::Error::new(std::io::ErrorKind::NotFound, "nothing matches this pattern");
        return Err(Error::from(nothing).with_path(pattern));
    }
    Ok((root.runs(files), problems))
}

impl Root {
    /// One run for each directory that holds some of the files.
    fn runs(&self, files: impl IntoIterator<Item = PathBuf>) -> Vec<Run> {
        // A directory's files come one after the other, but for those behind its subdirectories.
        let mut by_dir = Vec::<(PathBuf, Vec<PathBuf>)>::new();
        for file in files {
            let dir = file.parent().unwrap_or(&self.path);
            match by_dir.last_mut() {
                Some((last, files)) if last.as_os_str() == dir.as_os_str() => files.push(file),
                _ => by_dir.push((dir.to_path_buf(), vec![file])),
            }
        }
        by_dir.sort_by(|(a, _), (b, _)| bytes(a).cmp(bytes(b)));
        by_dir.dedup_by(|(later, more), (dir, files)| {
            let same = later.as_os_str() == dir.as_os_str();
            if same {
                files.append(more);
            }
            same
        });
        let run = |(dir, mut files): (PathBuf, Vec<PathBuf>)| {
            files.sort_by(|a, b| bytes(a).cmp(bytes(b)));
            Run {
                name: self.run_name(dir.strip_prefix(&self.path).unwrap_or(&dir)),
                dir,
                files,
                other_names: BTreeMap::new(),
                max_record: MAX_RECORD,
                defers: false,
            }
        };
        by_dir.into_iter().map(run).collect()
    }

    /// The name of the run in a directory of the tree; the tree itself is the run `.`.
    fn run_name(&self, relative: &Path) -> String {
        let name = if relative.as_os_str().is_empty() {
            ".".to_owned()
        } else {
            name_of(relative)
        };
        match &self.name {
            Some(root) => format!("{root}/{name}"),
            None => name,
        }
    }
}

/// Sets aside the names of files that a run has under an earlier name already.
fn read_once(run: &mut Run) -> Vec<Error> {
    let mut names = HashMap::new();
    let mut others = Vec::new();
    let other_names = &mut run.other_names;
    let is_linked = |path: &PathBuf| !FileId::has_one_name(path);
    // One alone is a link into another run.
    if run.files.len() > 1 && run.files.iter().any(is_linked) {
        run.files.retain(|path| {
            // What leads nowhere is a problem when it is read.
            let Ok(id) = FileId::of(path) else {
                return true;
            };
            match names.entry(id) {
                Entry::Vacant(entry) => {
                    entry.insert(path.clone());
                    true
                }
                Entry::Occupied(first) => {
                    let first = first.get();
                    let names = other_names.entry(first.clone()).or_default();
                    names.push(path.clone());
                    let problem = ErrorKind::Linked(first.clone());
                    others.push(Error::new(problem).with_path(path));
                    false
                }
            }
        });
    }
    others
}

/// The compressed files of a run that are beside the files that they were made of, under any of their names.
fn doubled(run: &Run) -> Vec<Error> {
    let files = run.files.iter();
    let names = files.flat_map(|file| run.names(file).map(move |name| (name, file)));
    let mut names: Vec<_> = names.collect();
    names.sort_unstable_by_key(|(name, _)| bytes(name));
    let mut by_plain_name = HashMap::new();
    let mut pairs = HashSet::new();
    let mut doubled = Vec::new();
    for (name, file) in names {
        let plain = copies::uncompressed(bytes(name)).unwrap_or(bytes(name));
        if let Some((other, original)) = by_plain_name.insert(plain, (name, file))
            && original != file
            && pairs.insert((original, file))
        {
            let problem = ErrorKind::Doubled(other.to_path_buf());
            doubled.push(Error::new(problem).with_path(name));
        }
    }
    doubled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_and_its_compressed_copy_are_a_problem() {
        let dir = tempfile::tempdir().unwrap();
        for file in [
            "a/e.tfevents.1",
            "a/e.tfevents.1.gz",
            "a/e.tfevents.2.gz",
            "a/e.tfevents.2.zst",
            "b/e.tfevents.1",
            "c/e.tfevents.1.gz",
        ] {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, b"").unwrap();
        }
        let logdir = Logdir::open(dir.path()).unwrap();
        let doubled: Vec<_> = logdir.problems().iter().map(ToString::to_string).collect();
        assert_eq!(doubled.len(), 2, "{doubled:?}");
        for (message, [one, other]) in doubled.iter().zip([
            ["e.tfevents.1.gz: ", "e.tfevents.1`"],
            ["e.tfevents.2.zst: ", "e.tfevents.2.gz`"],
        ]) {
            assert!(
                message.contains(one) && message.contains(other),
                "{message}"
            );
        }
    }

    /// A name counts even if the file is read under another one, and two names of one file are not two files.
    #[cfg(all(unix, not(tfevents_portable)))]
    #[test]
    fn a_compressed_copy_of_a_file_of_several_names_is_a_problem() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        for name in [
            "plain/b.tfevents",
            "plain/b.tfevents.gz",
            "packed/b.tfevents",
        ] {
            std::fs::create_dir_all(path(name).parent().unwrap()).unwrap();
            std::fs::write(path(name), "").unwrap();
        }
        std::fs::write(path("packed/a.tfevents.gz"), "").unwrap();
        std::fs::create_dir(path("one")).unwrap();
        std::fs::write(path("one/b.tfevents"), "").unwrap();
        for [name, link] in [
            ["plain/b.tfevents", "plain/a.tfevents"],
            ["plain/b.tfevents.gz", "plain/a.tfevents.gz"],
            ["packed/a.tfevents.gz", "packed/b.tfevents.gz"],
            ["one/b.tfevents", "one/b.tfevents.gz"],
        ] {
            std::fs::hard_link(path(name), path(link)).unwrap();
        }
        let logdir = Logdir::open(dir.path()).unwrap();
        let doubled = logdir.problems().iter().filter_map(|e| match e.kind() {
            ErrorKind::Doubled(original) => Some((e.path().unwrap().to_owned(), original.clone())),
            _ => None,
        });
        let pair = |[name, original]: [&str; 2]| (path(name), path(original));
        let expected = [
            ["packed/b.tfevents.gz", "packed/b.tfevents"],
            ["plain/a.tfevents.gz", "plain/a.tfevents"],
        ];
        assert_eq!(doubled.collect::<Vec<_>>(), expected.map(pair));
    }

    #[cfg(all(unix, not(tfevents_portable)))]
    #[test]
    fn a_file_of_several_names_is_read_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        for run in ["run", "other", "single"] {
            std::fs::create_dir(path(run)).unwrap();
        }
        std::fs::write(path("run/b.tfevents"), "").unwrap();
        std::fs::write(path("run/d.tfevents"), "").unwrap();
        std::fs::hard_link(path("run/b.tfevents"), path("run/c.tfevents")).unwrap();
        std::os::unix::fs::symlink("d.tfevents", path("run/a.tfevents")).unwrap();
        // In another run it is that run's file.
        std::fs::hard_link(path("run/b.tfevents"), path("other/b.tfevents")).unwrap();
        std::os::unix::fs::symlink("../run/d.tfevents", path("single/d.tfevents")).unwrap();
        let logdir = Logdir::open(dir.path()).unwrap();
        let files: Vec<_> = logdir.runs().iter().flat_map(Run::files).collect();
        let names = ["other/b", "run/a", "run/b", "single/d"];
        assert_eq!(
            files,
            names
                .map(|name| path(&format!("{name}.tfevents")))
                .iter()
                .collect::<Vec<_>>()
        );
        let paths: Vec<_> = logdir.runs().iter().flat_map(Run::paths).collect();
        let names = ["other/b", "run/a", "run/d", "run/b", "run/c", "single/d"];
        assert_eq!(paths, names.map(|name| path(&format!("{name}.tfevents"))));
        let problems: Vec<_> = logdir.problems().iter().map(ToString::to_string).collect();
        for (problem, [name, first]) in problems.iter().zip([["c", "b"], ["d", "a"]]) {
            let [name, first] = [name, first].map(|name| path(&format!("run/{name}.tfevents")));
            let told = format!(
                "{}: is another name for `{}`",
                name.display(),
                first.display()
            );
            assert!(problem.starts_with(&told), "{problem}");
        }
        assert_eq!(problems.len(), 2);
    }

    #[test]
    fn specs_are_parted_as_tensorboard_does() {
        let parsed = |spec| -> Vec<(Option<String>, PathBuf)> {
            Root::parse_spec(spec)
                .into_iter()
                .map(|r| (r.name, r.path))
                .collect()
        };
        assert_eq!(
            parsed("a:/x,b:y"),
            [
                (Some("a".into()), "/x".into()),
                (Some("b".into()), "y".into())
            ]
        );
        assert_eq!(parsed("/a:b"), [(None, "/a:b".into())]);
        assert_eq!(parsed("gs://bucket/x"), [(None, "gs://bucket/x".into())]);
        assert_eq!(parsed("C:\\logs"), [(None, "C:\\logs".into())]);
        assert_eq!(parsed("n:gs://b"), [(Some("n".into()), "gs://b".into())]);
        assert_eq!(parsed(" a , ,b "), [(None, "a".into()), (None, "b".into())]);
    }

    #[cfg(feature = "glob")]
    #[test]
    fn a_pattern_is_one_tree_and_its_matches_count_once() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().to_str().unwrap();
        for file in [
            "logs/b/train/e.tfevents.1",
            "logs/a/train/e.tfevents.1",
            "logs/a/train/e.tfevents.2",
            "logs/a/train/deep/e.tfevents.1",
            "logs/a/notes.txt",
            "logs/e.tfevents.1",
        ] {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, b"").unwrap();
        }
        let found = |pattern: &str| -> Vec<(String, usize)> {
            let pattern = Root::glob(format!("{root}/{pattern}")).unwrap();
            let logdir = Logdir::open_all(&[pattern]).unwrap();
            assert!(logdir.problems().is_empty(), "{:?}", logdir.problems());
            let runs = logdir.runs().iter();
            runs.map(|run| (run.name().to_owned(), run.files().len()))
                .collect()
        };
        let run = |name: &str, files| (name.to_owned(), files);
        assert_eq!(
            found("logs/*/train"),
            [run("a/train", 2), run("a/train/deep", 1), run("b/train", 1)]
        );
        assert_eq!(found("logs/[b-d]*"), [run("b/train", 1)]);
        assert_eq!(
            found("logs/*"),
            [
                run(".", 1),
                run("a/train", 2),
                run("a/train/deep", 1),
                run("b/train", 1)
            ]
        );
        assert_eq!(found("logs/**/*.2"), [run("a/train", 1)]);
        assert_eq!(found("logs/*/notes.txt"), []);
        let nothing = Root::glob(format!("{root}/x*")).unwrap();
        let message = Logdir::open_all(&[nothing]).unwrap_err().to_string();
        assert!(message.contains("nothing matches"), "{message}");
        let bad = Root::glob("logs/[a").unwrap_err().to_string();
        assert!(bad.contains("invalid pattern `logs/[a`"), "{bad}");
    }

    #[test]
    fn roots_are_put_together_without_losing_a_run() {
        let dir = tempfile::tempdir().unwrap();
        for file in ["x/run/e.tfevents.1", "y/run/e.tfevents.1", "y/e.tfevents.1"] {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, b"").unwrap();
        }
        let roots = [
            Root::from(dir.path().join("x")),
            Root::from(dir.path().join("y")),
            Root::from(dir.path().join("y")).with_name("n"),
            Root::from(dir.path().join("missing")),
        ];
        let logdir = Logdir::open_all(&roots).unwrap();
        let names: Vec<_> = logdir.runs().iter().map(Run::name).collect();
        let second = dir.path().join("y/run");
        let second = second.to_str().unwrap().replace('\\', "/");
        assert_eq!(names, [".", &*second, "n/.", "n/run", "run"]);
        assert_eq!(logdir.problems().len(), 1);
        assert!(Logdir::open_all(&roots[3..]).is_err());
    }
}
