//! What went wrong while the rest was read: Python makes warnings of it.

use std::path::{Path, PathBuf};

use pyo3::prelude::*;
use tfevents::reader::{Defect, FileStatus, Reading};
use tfevents::record::End;
use tfevents::state::RunState;
use tfevents::{Error, ErrorKind, Health, reader::Foreign};
use tfevents_analysis::text;
use tfevents_table::Loss;

/// One thing that went wrong: which warning it is, in words, and where.
#[derive(Clone, Debug, IntoPyObject)]
pub(crate) struct Problem {
    /// `damage`, `unreadable`, `loss`, `unmatched` or `notice`.
    category: &'static str,
    message: String,
    path: Option<PathBuf>,
    offset: Option<u64>,
    record: Option<u64>,
}

impl Problem {
    /// Without a place.
    pub(crate) fn new(category: &'static str, message: impl Into<String>) -> Self {
        Self {
            category,
            message: message.into(),
            path: None,
            offset: None,
            record: None,
        }
    }

    /// Filters that match nothing.
    pub(crate) fn unmatched(noun: &str, pattern: &str) -> Self {
        Self::new("unmatched", format!("no {noun} matches `{pattern}`"))
    }

    /// Damage in a file that is followed.
    pub(crate) fn of_defect(path: &Path, defect: &Defect) -> Self {
        Self {
            category: "damage",
            message: format!("{}: {defect}", text::path(path)),
            path: Some(path.into()),
            offset: Some(defect.offset),
            record: Some(defect.record),
        }
    }

    /// What a table cannot hold.
    pub(crate) fn loss(loss: Loss) -> Self {
        let message = match loss {
            Loss::Rounded(n) => format!(
                "rounded to 64-bit floats: {n} integers beyond 2^53; `tfevents export --format parquet` keeps them"
            ),
            Loss::NotText(n) => format!("not UTF-8, with U+FFFD for what is not: {n} texts"),
            Loss::Replaced(n) => {
                format!("replaced by later ones of the same run, tag and step: {n} values")
            }
            other => format!("{other:?}"),
        };
        Self::new("loss", message)
    }
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        let category = match error.kind() {
            ErrorKind::Record(_) | ErrorKind::Decode(_) => "damage",
            ErrorKind::Doubled(_) | ErrorKind::Linked(_) => "notice",
            _ => "unreadable",
        };
        Self {
            category,
            message: error.to_string(),
            path: error.path().map(PathBuf::from),
            offset: error.offset(),
            record: error.record(),
        }
    }
}

/// What is wrong with the files of a run that was loaded.
pub(crate) fn of_run(run: &RunState) -> impl Iterator<Item = Problem> {
    run.files().flat_map(|file| {
        let path = file.path();
        let broken = first(
            path,
            file.broken_values(),
            file.broken_values().len() as u64,
        );
        let unreadable = match file.follower().status() {
            FileStatus::Unreadable(error) => Some(error.into()),
            FileStatus::Missing => Some(Problem::new(
                "unreadable",
                format!(
                    "{}: the file disappeared while it was being read",
                    text::path(path)
                ),
            )),
            _ => None,
        };
        let damage = of_health(path, file.follower().health());
        broken.into_iter().chain(damage).chain(unreadable)
    })
}

/// What is wrong with a file that was read.
pub(crate) fn of_reading(path: &Path, reading: &Reading) -> impl Iterator<Item = Problem> {
    let health = reading.health.as_ref();
    let damage = health.and_then(|health| of_health(path, health));
    damage
        .into_iter()
        .chain(reading.error.as_ref().map(Problem::from))
}

/// The damage of a file, as one problem that names the first place.
fn of_health(path: &Path, health: &Health) -> Option<Problem> {
    if let Some(what) = Foreign::instead_of_events(path, health) {
        let message = format!(
            "{}: this is {}, not an event file",
            text::path(path),
            what.phrase()
        );
        let problem = Problem::new("damage", message);
        return Some(Problem {
            path: Some(path.into()),
            ..problem
        });
    }
    if let Some(problem) = first(path, &health.defects, health.damaged) {
        return Some(problem);
    }
    let message = match &health.end {
        End::Clean => return None,
        end => format!("{}: {end}", text::path(path)),
    };
    let problem = Problem::new("damage", message);
    Some(Problem {
        path: Some(path.into()),
        record: Some(health.records),
        ..problem
    })
}

/// The first of so many defects.
fn first(path: &Path, defects: &[Defect], count: u64) -> Option<Problem> {
    let defect = defects.first()?;
    let more = match count {
        0 | 1 => String::new(),
        count => format!("; and {} more like it", count - 1),
    };
    let mut problem = Problem::of_defect(path, defect);
    problem.message.push_str(&more);
    Some(problem)
}
