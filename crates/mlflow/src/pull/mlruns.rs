//! Runs in a directory `mlruns`, as MLflow's file store keeps them: `EXPERIMENT/RUN/metrics/KEY` and so on.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, ErrorKind as Io, Read};
use std::path::{Path, PathBuf};

use super::meta::Meta;
use super::record::{NAME, Record, Store};
use tfevents::reader::path_text;

use crate::api::Entry;
use crate::api::artifacts;
use crate::api::metrics::{Number, Point};
use crate::error::{Error, ErrorKind, Result};
use crate::mapping::loss::{LossKind, Losses};

const META: &str = "meta.yaml";
const METRICS: &str = "metrics";
const PARAMS: &str = "params";
const TAGS: &str = "tags";
const ARTIFACTS: &str = "artifacts";
/// What is called a store if no other name is given.
const STORE: &str = "mlruns";
/// The state of what is kept only until somebody empties the trash.
const DELETED: &str = "deleted";

/// A directory of experiments.
#[derive(Debug)]
pub(super) struct Mlruns {
    root: PathBuf,
    /// Those of the runs, by their ids.
    dirs: std::collections::BTreeMap<String, Place>,
}

/// Where a run is.
#[derive(Debug)]
struct Place {
    dir: PathBuf,
    /// Where it claims that its artifacts are.
    artifacts: Option<String>,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) records: Vec<Record>,
    /// How many runs were deleted, and wait in the trash.
    pub(super) deleted: usize,
    pub(super) losses: Losses,
}

impl Mlruns {
    /// Lists the runs in a directory, or in the directory `mlruns` in that.
    ///
    /// # Errors
    ///
    /// A directory that cannot be read, or without experiments.
    pub(super) fn open(dir: &Path) -> Result<(Self, Found)> {
        let mut root = dir.to_path_buf();
        let mut experiments = experiments(&root)?;
        if experiments.is_empty() && dir.join(STORE).is_dir() {
            root = dir.join(STORE);
            experiments = self::experiments(&root)?;
        }
        if experiments.is_empty() {
            let message = format!(
                "`{}` holds no MLflow runs, which would be in EXPERIMENT/RUN/{META} below it",
                path_text(dir)
            );
            return Err(Error::new(ErrorKind::NotFound, message));
        }
        let mut mlruns = Self {
            root,
            dirs: std::collections::BTreeMap::new(),
        };
        let mut found = Found::default();
        for dir in experiments {
            mlruns.add_experiment(&dir, &mut found)?;
        }
        found
            .records
            .sort_by(|a, b| (a.start, &a.id).cmp(&(b.start, &b.id)));
        Ok((mlruns, found))
    }

    fn add_experiment(&mut self, dir: &Path, found: &mut Found) -> Result<()> {
        let meta = Meta::read(&dir.join(META), &mut found.losses);
        let is_deleted = meta.text("lifecycle_stage").as_deref() == Some(DELETED);
        let experiment = meta.text("name").unwrap_or_else(|| name_of(dir));
        for dir in directories(dir)? {
            // Others hold tags, models and traces of the experiment.
            if !dir.join(META).is_file() || !dir.join(TAGS).is_dir() && !dir.join(METRICS).is_dir()
            {
                continue;
            }
            let meta = Meta::read(&dir.join(META), &mut found.losses);
            if is_deleted || meta.text("lifecycle_stage").as_deref() == Some(DELETED) {
                found.deleted += 1;
                continue;
            }
            let id = meta.text("run_id").or_else(|| meta.text("run_uuid"));
            let id = id.unwrap_or_else(|| name_of(&dir));
            let tags = entries(&dir.join(TAGS), &mut found.losses)?;
            let named = tags.iter().find(|tag| tag.key == NAME);
            let named = named.map(|tag| tag.value.clone());
            found.records.push(Record {
                name: named.or_else(|| meta.text("run_name")).unwrap_or_default(),
                experiment: experiment.clone(),
                status: status(meta.number("status")).to_owned(),
                start: meta.number("start_time"),
                end: meta.number("end_time"),
                params: entries(&dir.join(PARAMS), &mut found.losses)?,
                tags,
                metrics: files(&dir.join(METRICS))?,
                id: id.clone(),
            });
            let artifacts = meta.text("artifact_uri");
            self.dirs.insert(id, Place { dir, artifacts });
        }
        Ok(())
    }

    fn place(&self, run: &Record) -> Result<&Place> {
        self.dirs.get(&run.id).ok_or_else(|| {
            let message = format!("`{}` has no run {}", path_text(&self.root), run.id);
            Error::new(ErrorKind::NotFound, message)
        })
    }

    /// Where a run's artifacts are: beside it, also if the directory was moved; else where it says. `None` if that is not
    /// on this machine.
    fn artifacts(&self, run: &Record) -> Result<Option<PathBuf>> {
        let place = self.place(run)?;
        let beside = place.dir.join(ARTIFACTS);
        if beside.is_dir() {
            return Ok(Some(beside));
        }
        let stated = place.artifacts.as_deref();
        let stated = stated.and_then(|uri| {
            uri.strip_prefix("file://")
                .or((!uri.contains(':')).then_some(uri))
        });
        Ok(stated.map(PathBuf::from).filter(|dir| dir.is_dir()))
    }
}

impl Store for Mlruns {
    fn points(
        &self,
        run: &Record,
        key: &str,
        losses: &mut Losses,
        each: &mut dyn FnMut(Point) -> Result<()>,
    ) -> Result<()> {
        let path = self.place(run)?.dir.join(METRICS).join(key);
        let file = File::open(&path).map_err(|e| Error::unreadable(&path, &e))?;
        let mut lines = BufReader::new(file);
        let mut line = Vec::new();
        for number in 1u64.. {
            line.clear();
            let len = lines.read_until(b'\n', &mut line);
            if len.map_err(|e| Error::unreadable(&path, &e))? == 0 {
                break;
            }
            match point(&line, key) {
                Some(point) => each(point)?,
                None if line.iter().all(u8::is_ascii_whitespace) => {}
                None => losses.add(LossKind::Damage, || {
                    format!("line {number} of `{}`", path_text(&path))
                }),
            }
        }
        Ok(())
    }

    fn list(&self, run: &Record, dir: &str) -> Result<Vec<artifacts::File>> {
        let Some(root) = self.artifacts(run)? else {
            return Ok(Vec::new());
        };
        let path = root.join(dir);
        let mut files = Vec::new();
        for entry in fs::read_dir(&path).map_err(|e| Error::unreadable(&path, &e))? {
            let entry = entry.map_err(|e| Error::unreadable(&path, &e))?;
            let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            let Ok(metadata) = fs::metadata(entry.path()) else {
                continue;
            };
            // A link to a directory may lead around in a circle.
            if !(metadata.is_file() || metadata.is_dir() && !is_link) {
                continue;
            }
            let name = entry.file_name();
            let name = name.to_string_lossy();
            files.push(artifacts::File {
                path: match dir {
                    "" => name.into_owned(),
                    dir => format!("{dir}/{name}"),
                },
                is_dir: metadata.is_dir(),
                file_size: i64::try_from(metadata.len()).ok(),
            });
        }
        Ok(files)
    }

    /// A link that leads out of the store is not followed.
    fn open(&self, run: &Record, file: &artifacts::File) -> Result<Box<dyn Read>> {
        let root = self.artifacts(run)?.unwrap_or_default();
        let path = root.join(&file.path);
        let unreadable = |e: &std::io::Error| Error::unreadable(&path, e);
        let real = path.canonicalize().map_err(|e| unreadable(&e))?;
        if !real.starts_with(root.canonicalize().map_err(|e| unreadable(&e))?) {
            return Err(unreadable(&std::io::Error::other(
                "a link that leads outside",
            )));
        }
        Ok(Box::new(File::open(&real).map_err(|e| unreadable(&e))?))
    }
}

/// The point in a line `TIME VALUE STEP`, which ends. Old versions wrote no step; new ones may add a data set's name and
/// digest, and that name may have spaces.
fn point(line: &[u8], key: &str) -> Option<Point> {
    let line = std::str::from_utf8(line.strip_suffix(b"\n")?).ok()?;
    let parts: Vec<_> = line.trim().split(' ').collect();
    let (timestamp, value, step) = match parts[..] {
        [timestamp, value] => (timestamp, value, "0"),
        [timestamp, value, step] | [timestamp, value, step, _, .., _] => (timestamp, value, step),
        _ => return None,
    };
    Some(Point {
        key: key.to_owned(),
        value: Number(value.parse().ok()?),
        timestamp: timestamp.parse().ok()?,
        step: step.parse().ok()?,
    })
}

/// The numbers that stand for states.
fn status(number: Option<i64>) -> &'static str {
    match number {
        Some(1) => "RUNNING",
        Some(2) => "SCHEDULED",
        Some(3) => "FINISHED",
        Some(4) => "FAILED",
        Some(5) => "KILLED",
        _ => "",
    }
}

/// The directories with experiments. The one called `models` is a registry, and those with a dot in front are trash.
fn experiments(root: &Path) -> Result<Vec<PathBuf>> {
    let mut dirs = directories(root)?;
    dirs.retain(|dir| {
        let name = name_of(dir);
        name != "models" && !name.starts_with('.') && dir.join(META).is_file()
    });
    Ok(dirs)
}

/// The directories in a directory, by name.
fn directories(dir: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir).map_err(|e| Error::unreadable(dir, &e))?;
    let mut dirs = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| Error::unreadable(dir, &e))?.path();
        if path.is_dir() {
            dirs.push(path);
        }
    }
    dirs.sort();
    Ok(dirs)
}

/// The paths of all files below a directory, with slashes; none if it is not there.
fn files(dir: &Path) -> Result<Vec<String>> {
    let (mut files, mut below) = (Vec::new(), vec![String::new()]);
    while let Some(prefix) = below.pop() {
        let at = dir.join(&prefix);
        let entries = match fs::read_dir(&at) {
            Ok(entries) => entries,
            Err(e) if e.kind() == Io::NotFound => continue,
            Err(e) => return Err(Error::unreadable(&at, &e)),
        };
        for entry in entries {
            let entry = entry.map_err(|e| Error::unreadable(&at, &e))?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let path = match &*prefix {
                "" => name.into_owned(),
                prefix => format!("{prefix}/{name}"),
            };
            // A link that leads around in a circle is none.
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => below.push(path),
                _ => files.push(path),
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Names and contents of the files below a directory.
fn entries(dir: &Path, losses: &mut Losses) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for key in files(dir)? {
        let path = dir.join(&key);
        match fs::read(&path) {
            Ok(bytes) => entries.push(Entry::new(key, String::from_utf8_lossy(&bytes))),
            Err(_) => losses.add(LossKind::Unreadable, || path_text(&path)),
        }
    }
    Ok(entries)
}

fn name_of(dir: &Path) -> String {
    let name = dir.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_points_in_every_form() {
        let read =
            |line: &str| point(line.as_bytes(), "k").map(|p| (p.timestamp, p.value.0, p.step));
        assert_eq!(read("5 0.1 -3\n"), Some((5, 0.1, -3)));
        assert_eq!(read("5 0.1\n"), Some((5, 0.1, 0)));
        assert_eq!(
            read("5 -inf 9223372036854775807\n"),
            Some((5, f64::NEG_INFINITY, i64::MAX))
        );
        assert_eq!(read("5 1e+300 2 data 0a1b\n"), Some((5, 1e300, 2)));
        assert_eq!(read("5 0.5 2 data of mine 0a1b\n"), Some((5, 0.5, 2)));
        assert!(read("5 nan 1\n").unwrap().1.is_nan());
        // One that is being written, and damaged ones.
        for line in [
            "5 0.1 1",
            "5\n",
            "5 x 1\n",
            "x 1 1\n",
            "5 1 1.5\n",
            "5 1 1 1\n",
            "\0\0\n",
        ] {
            assert_eq!(read(line), None, "{line:?}");
        }
        assert_eq!(point(b"\xff 1 1\n", "k"), None);
    }
}
