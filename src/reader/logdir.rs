//! Discovery: which files of a tree are event files, and which run each belongs to.

use std::collections::BTreeMap;
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
    path: PathBuf,
    runs: Vec<Run>,
    problems: Vec<Error>,
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
        let path = path.as_ref().to_path_buf();
        let metadata = path
            .metadata()
            .map_err(|e| Error::from(e).with_path(&path))?;
        if !metadata.is_dir() {
            let run = Run {
                name: ".".to_owned(),
                dir: path.parent().unwrap_or(Path::new("")).to_path_buf(),
                files: vec![path.clone()],
            };
            return Ok(Self {
                path,
                runs: vec![run],
                problems: Vec::new(),
            });
        }
        std::fs::read_dir(&path).map_err(|e| Error::from(e).with_path(&path))?;
        let (files, problems) = walk(&path);
        let mut by_dir = BTreeMap::<PathBuf, Vec<PathBuf>>::new();
        for file in files {
            let dir = file.parent().unwrap_or(&path).to_path_buf();
            by_dir.entry(dir).or_default().push(file);
        }
        let mut runs: Vec<_> = by_dir
            .into_iter()
            .map(|(dir, mut files)| {
                files.sort_by(|a, b| {
                    a.as_os_str()
                        .as_encoded_bytes()
                        .cmp(b.as_os_str().as_encoded_bytes())
                });
                let relative = dir.strip_prefix(&path).unwrap_or(&dir);
                Run {
                    name: run_name(relative),
                    dir,
                    files,
                }
            })
            .collect();
        runs.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self {
            path,
            runs,
            problems,
        })
    }

    /// The path that was opened.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
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
                problems.push(Error::from(std::io::Error::from(e)).with_path(path));
            }
        }
    }
    (files, problems)
}

/// The run's name, losslessly: valid UTF-8 stays as it is, other bytes are escaped.
fn run_name(relative: &Path) -> String {
    if relative.as_os_str().is_empty() {
        return ".".to_owned();
    }
    let mut name = String::new();
    for chunk in relative.as_os_str().as_encoded_bytes().utf8_chunks() {
        name.push_str(chunk.valid());
        for byte in chunk.invalid() {
            name.push_str(&format!("\\x{byte:02x}"));
        }
    }
    name
}
