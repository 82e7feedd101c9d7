//! Series that are drawn as a whole: a page with a picture of all their steps.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;

use serde::Serialize;
use serde_json::value::RawValue;
use tfevents::{Kind, Value};
use tfevents_table::Row;

use super::page::{self, Script};
use super::series::{Series, directory};
use super::{Artifact, file};
use crate::error::{Error, ErrorKind, Result};

/// What a value is drawn with: others of its own series, or of its mesh.
pub(super) fn subject<'a>(row: &'a Row<'_>) -> Option<&'a str> {
    match row.value {
        Value::Histogram(_) | Value::PrCurve(_) => Some(row.tag),
        // Its parts are series of their own.
        Value::Mesh(part) => Some(match part.name.is_empty() {
            true => row.tag,
            false => &part.name,
        }),
        _ => None,
    }
}

/// What is drawn on one page.
#[derive(Debug)]
pub(super) struct Drawn {
    kind: Kind,
    title: String,
    path: String,
    /// The numbers of the series: several for a mesh.
    series: BTreeSet<usize>,
    grown: bool,
}

#[derive(Serialize)]
struct Data {
    steps: Vec<Box<RawValue>>,
}

impl Drawn {
    pub(super) fn new(kind: Kind, title: &str, name: &str) -> Self {
        Self {
            kind,
            title: title.to_owned(),
            path: format!("{}/{name}.html", directory(kind)),
            series: BTreeSet::new(),
            grown: false,
        }
    }

    /// Notes that a series has a new value.
    pub(super) fn add(&mut self, series: usize) {
        self.series.insert(series);
        self.grown = true;
    }

    /// The page, if it has changed since this was asked last. The files of all series are complete.
    pub(super) fn page(&mut self, all: &[Series], spool: &Path) -> Result<Option<Artifact>> {
        if !std::mem::take(&mut self.grown) {
            return Ok(None);
        }
        let (script, limits) = match self.kind {
            Kind::PrCurve => (Script::PrCurve, STEPS),
            Kind::Mesh => (Script::Mesh, MESHES),
            _ => (Script::Histogram, STEPS),
        };
        let mut data = Data { steps: Vec::new() };
        let (mut count, mut too_large) = (0, 0);
        for series in self.series.iter().filter_map(|&at| all.get(at)) {
            count += series.count();
            let picked = limits.picked(&series.spooled(spool), series.count());
            let (steps, larger) = picked.map_err(|e| {
                let what = format!("cannot draw `{}`: {e}", self.title);
                Error::new(ErrorKind::Local, what)
            })?;
            data.steps.extend(steps);
            too_large += larger;
        }
        let drawn = data.steps.len() as u64;
        let mut note = String::new();
        if drawn + too_large < count {
            note = format!("{drawn} of {count} values are drawn. ");
        }
        if too_large > 0 {
            note += &format!("{too_large} values are too large to be drawn. ");
        }
        let page = page::page(&self.title, &note, script, &data)?;
        Ok(Some(file(self.path.clone(), page)))
    }
}

/// How much of a series is drawn: MLflow shows pages of up to 50 MiB.
#[derive(Clone, Copy)]
struct Limits {
    values: u64,
    /// Bytes of a value, as JSON.
    size: usize,
}

const STEPS: Limits = Limits {
    values: 80,
    size: 256 << 10,
};
/// Each step of a mesh may be large.
const MESHES: Limits = Limits {
    values: 8,
    size: 2 << 20,
};

impl Limits {
    /// Values from the lines of a series' file: the first, the last, and others at equal distances; and how many of these
    /// are too large.
    fn picked(self, file: &Path, count: u64) -> io::Result<(Vec<Box<RawValue>>, u64)> {
        let stride = count.div_ceil(self.values - 1).max(1);
        let (mut picked, mut too_large) = (Vec::new(), 0);
        for (i, line) in (0..).zip(BufReader::new(File::open(file)?).lines()) {
            let line = line?;
            if i % stride != 0 && i + 1 != count {
                continue;
            }
            match line.len() > self.size {
                true => too_large += 1,
                false => picked.push(RawValue::from_string(line)?),
            }
        }
        Ok((picked, too_large))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_and_last_are_drawn_and_others_at_equal_distances() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("lines");
        let limits = Limits { values: 8, size: 3 };
        for count in [1, 2, 8, 9, 100, 999, 2000] {
            let lines: Vec<_> = (0..count).map(|i| i.to_string()).collect();
            std::fs::write(&file, lines.join("\n")).unwrap();
            let (picked, too_large) = limits.picked(&file, count).unwrap();
            let picked: Vec<u64> = picked
                .iter()
                .map(|value| value.get().parse().unwrap())
                .collect();
            assert_eq!(picked[0], 0);
            assert!(picked.len() as u64 + too_large <= 8);
            assert!(picked.is_sorted());
            match count {
                2000 => assert!(too_large > 0),
                count => assert_eq!(picked.last(), Some(&(count - 1))),
            }
        }
    }
}
