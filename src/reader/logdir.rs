//! Discovery: which files of a tree are event files, and which run each belongs to.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::error::{Error, Result};
use crate::reader::run::Run;

/// A directory tree of event files, as TensorBoard's `--logdir` takes one.
///
/// The rules are TensorBoard's: a file counts if its name contains `tfevents`; each directory that holds such
/// files directly is a run, named by its path relative to the logdir; the logdir itself is the run `.`;
/// hidden directories count and symbolic links are followed. Unlike TensorBoard, a link that leads back into
/// its own path, an unreadable directory, a name that is not UTF-8, or a pipe in the tree costs only itself.
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

/// One of the trees that make up a logdir, and the name in front of its runs.
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
}

impl Root {
    /// A tree whose runs are called `<name>/<run>`.
    pub fn named(name: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        Self {
            name: Some(name.into()),
            path: path.into(),
        }
    }

    /// Reads the form of TensorBoard's `--logdir_spec`: entries parted by commas, each a path or
    /// `name:path`. What starts with a slash, a URL's scheme or a drive letter has no name.
    #[must_use]
    pub fn parse_spec(spec: &str) -> Vec<Self> {
        spec.split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .map(|entry| match entry.split_once(':') {
                Some((name, path)) if !is_path_prefix(name, path) => Self::named(name, path),
                _ => Self::from(Path::new(entry)),
            })
            .collect()
    }

    /// The name in front of its runs.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The tree.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

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
        }
    }
}

impl Logdir {
    /// Looks for event files in and below `path`. A single event file makes a logdir of one run, whatever
    /// its name.
    ///
    /// # Errors
    ///
    /// A path that does not exist or cannot be listed. What is wrong further down is among
    /// [`problems`](Self::problems).
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_all(&[path.into()])
    }

    /// The same with several trees, whose runs are put together. Where two of them hold a run of the same
    /// name, the later one's path is put before it.
    ///
    /// # Errors
    ///
    /// Roots of which none can be listed. Where some can, the failures are among
    /// [`problems`](Self::problems).
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
                    run.name = escaped(&run.dir);
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
        Ok(Self {
            runs: runs.into_values().collect(),
            problems,
        })
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

    /// What could not be looked at: unreadable directories, links that lead nowhere or back.
    #[must_use]
    pub fn problems(&self) -> &[Error] {
        &self.problems
    }
}

/// The runs of one tree, and what could not be looked at in it.
fn list(root: &Root) -> Result<(Vec<Run>, Vec<Error>)> {
    let path = &root.path;
    let at = |e: std::io::Error| Error::from(e).with_path(path);
    let metadata = path.metadata().map_err(at)?;
    if metadata.is_file() {
        let run = Run {
            name: root.run_name(Path::new("")),
            dir: path.parent().unwrap_or(Path::new("")).to_path_buf(),
            files: vec![path.clone()],
        };
        return Ok((vec![run], Vec::new()));
    }
    // Fails for whatever is neither file nor directory; a pipe is not opened.
    std::fs::read_dir(path).map_err(at)?;
    let (files, problems) = walk(path);
    let mut by_dir = BTreeMap::<PathBuf, Vec<PathBuf>>::new();
    for file in files {
        let dir = file.parent().unwrap_or(path).to_path_buf();
        by_dir.entry(dir).or_default().push(file);
    }
    let runs = by_dir
        .into_iter()
        .map(|(dir, mut files)| {
            files.sort_by(|a, b| bytes(a).cmp(bytes(b)));
            Run {
                name: root.run_name(dir.strip_prefix(path).unwrap_or(&dir)),
                dir,
                files,
            }
        })
        .collect();
    Ok((runs, problems))
}

/// All regular files below `root` with `tfevents` in their names. Pipes and sockets are never opened.
fn walk(root: &Path) -> (Vec<PathBuf>, Vec<Error>) {
    let mut files = Vec::new();
    let mut problems = Vec::new();
    for entry in WalkDir::new(root).follow_links(true).sort_by_file_name() {
        match entry {
            Ok(entry) => {
                let name = entry.file_name().as_encoded_bytes();
                let matches = name.windows(8).any(|w| w == b"tfevents");
                if matches && entry.file_type().is_file() {
                    files.push(entry.into_path());
                }
            }
            Err(e) => {
                let path = e.path().unwrap_or(root).to_path_buf();
                let cause = e.into_io_error().unwrap_or_else(|| {
                    io::Error::other("a symbolic link to a directory that it is in")
                });
                problems.push(Error::from(cause).with_path(path));
            }
        }
    }
    (files, problems)
}

impl Root {
    /// The name of the run in a directory of the tree; the tree itself is the run `.`.
    fn run_name(&self, relative: &Path) -> String {
        let name = if relative.as_os_str().is_empty() {
            ".".to_owned()
        } else {
            escaped(relative)
        };
        match &self.name {
            Some(root) => format!("{root}/{name}"),
            None => name,
        }
    }
}

fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

/// A path as text, losslessly: valid UTF-8 stays as it is, other bytes are escaped.
fn escaped(path: &Path) -> String {
    let mut name = String::new();
    for chunk in bytes(path).utf8_chunks() {
        name.push_str(chunk.valid());
        for byte in chunk.invalid() {
            name.push_str(&format!("\\x{byte:02x}"));
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

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
            Root::named("n", dir.path().join("y")),
            Root::from(dir.path().join("missing")),
        ];
        let logdir = Logdir::open_all(&roots).unwrap();
        let names: Vec<_> = logdir.runs().iter().map(Run::name).collect();
        let second = dir.path().join("y/run").to_str().unwrap().to_owned();
        assert_eq!(names, [".", &*second, "n/.", "n/run", "run"]);
        assert_eq!(logdir.problems().len(), 1);
        assert!(Logdir::open_all(&roots[3..]).is_err());
    }
}
