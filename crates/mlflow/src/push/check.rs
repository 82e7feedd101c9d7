//! Compares what the server holds with what the files hold.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::outlet::Held;
use super::series::{AllSeries, Stored};
use crate::api::artifacts;
use crate::api::metrics::{self, Point};
use crate::api::runs::{self, Run};
use crate::error::{Error, ErrorKind, Result};
use crate::http::Http;
use crate::mapping::params::Params;
use crate::mapping::{self, Checksum};
use crate::names;

/// What the files of a run and the server hold differently. What is missing is on the other side only.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Difference {
    /// The server has no such run.
    Run,
    /// A point of a metric.
    Point {
        /// The tag.
        tag: String,
        /// What the files hold.
        here: Option<Stored>,
        /// What the server holds.
        there: Option<Stored>,
    },
    /// A parameter.
    Param {
        /// Its key.
        key: String,
        /// Its value in the files.
        here: Option<String>,
        /// Its value at the server.
        there: Option<String>,
    },
    /// A file among the artifacts.
    Artifact {
        /// Its path below the run's artifacts.
        path: String,
        /// How many bytes it has, as made of the files.
        here: Option<u64>,
        /// How many bytes it has at the server.
        there: Option<u64>,
    },
    /// A file among the artifacts that is as long on both sides, and has other bytes.
    Content {
        /// Its path below the run's artifacts.
        path: String,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run => f.write_str("the run is not at the server"),
            Self::Point { tag, here, there } => {
                let step = here.or(*there).map_or(0, |point| point.step);
                write!(f, "{tag} at step {step}: ")?;
                match (here, there) {
                    (Some(here), Some(there)) if here.step != there.step => {
                        let (value, other) = (here.value, there.value);
                        write!(f, "{value} here, {other} at step {} there", there.step)
                    }
                    (Some(here), Some(there)) if here.value_bits() == there.value_bits() => {
                        let (time, other) = (here.timestamp, there.timestamp);
                        write!(f, "logged at {time} ms here, at {other} ms there")
                    }
                    (here, there) => {
                        let value = |point: &Option<Stored>| point.map(|point| point.value);
                        sides(f, value(here), value(there))
                    }
                }
            }
            Self::Param { key, here, there } => {
                write!(f, "parameter {key}: ")?;
                sides(f, here.as_ref(), there.as_ref())
            }
            Self::Artifact { path, here, there } => {
                write!(f, "artifact {path}: ")?;
                let bytes = |len: &Option<u64>| len.map(|len| format!("{len} bytes"));
                sides(f, bytes(here), bytes(there))
            }
            Self::Content { path } => write!(f, "artifact {path}: the bytes differ"),
        }
    }
}

/// What is on which side.
fn sides<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    here: Option<T>,
    there: Option<T>,
) -> fmt::Result {
    match (here, there) {
        (Some(here), Some(there)) => write!(f, "{here} here, {there} there"),
        (Some(here), None) => write!(f, "{here}, only here"),
        (None, Some(there)) => write!(f, "{there}, only there"),
        (None, None) => f.write_str("nowhere"),
    }
}

impl From<&Point> for Stored {
    fn from(point: &Point) -> Self {
        Self {
            step: point.step,
            timestamp: point.timestamp,
            value: point.value.0,
        }
    }
}

/// What differs in the latest point of each metric.
pub(super) fn latest(http: &Http, run_id: &str, all: &AllSeries) -> Result<Vec<Difference>> {
    let run = runs::get(http, run_id)?;
    let there = run.data.metrics.iter();
    let there: BTreeMap<_, _> = there
        .map(|point| (&*point.key, Stored::from(point)))
        .collect();
    let mut differences = Vec::new();
    for (tag, series) in all.iter() {
        let there = there.get(&*series.key.text).copied();
        let Some(here) = series.latest().next() else {
            continue;
        };
        // Others may have added points behind ours.
        let is_same = there.is_some_and(|there| {
            match (there.step, there.timestamp).cmp(&(here.step, here.timestamp)) {
                Ordering::Less => false,
                Ordering::Equal => series.latest().any(|here| here.key() == there.key()),
                Ordering::Greater => true,
            }
        });
        if !is_same {
            let (tag, here) = (tag.to_owned(), Some(here));
            differences.push(Difference::Point { tag, here, there });
        }
    }
    Ok(differences)
}

/// What differs in any parameter, or any point of the series, of which all points are known.
pub(crate) fn all(
    http: &Http,
    run: &Run,
    all: &AllSeries,
    params: &Params,
) -> Result<Vec<Difference>> {
    let known = run.params();
    let params = params.entries.iter().filter_map(|param| {
        let there = known.get(&*param.key).copied();
        (there != Some(&*param.value)).then(|| Difference::Param {
            key: param.key.clone(),
            here: Some(param.value.clone()),
            there: there.map(str::to_owned),
        })
    });
    let mut differences: Vec<_> = params.collect();
    for (tag, series) in all.iter() {
        let here = series.all.iter().flatten().copied();
        let there = history(http, &run.info.run_id, &series.key.text)?;
        differences.extend(points(tag, distinct(here), there));
    }
    Ok(differences)
}

/// What the server has beyond what `all` compares: other parameters, and metrics of which `wants` approves.
pub(crate) fn others(
    http: &Http,
    run: &Run,
    all: &AllSeries,
    params: &Params,
    wants: impl Fn(&str) -> bool,
) -> Result<Vec<Difference>> {
    let here: BTreeSet<_> = params.entries.iter().map(|param| &*param.key).collect();
    let params = run.params().into_iter();
    let params = params.filter(|(key, _)| !here.contains(key));
    let params = params.map(|(key, value)| Difference::Param {
        key: key.to_owned(),
        here: None,
        there: Some(value.to_owned()),
    });
    let mut differences: Vec<_> = params.collect();
    let mut here = BTreeSet::new();
    for (_, series) in all.iter() {
        here.insert(series.key.text.clone());
        let bests = series.bests().flat_map(|(best, _)| best.tags());
        here.extend(bests.map(|tag| names::Key::of(&tag).text));
    }
    for point in &run.data.metrics {
        let tag = names::tag(&point.key);
        if !here.contains(&point.key) && wants(&tag) {
            let there = history(http, &run.info.run_id, &point.key)?;
            differences.extend(points(&tag, Vec::new(), there));
        }
    }
    Ok(differences)
}

/// What differs among artifacts, given the sizes of those at the server by path. Those whose bytes count are downloaded.
pub(crate) fn artifacts(
    http: &Http,
    run_id: &str,
    here: &BTreeMap<String, Held>,
    there: &BTreeMap<String, u64>,
) -> Result<Vec<Difference>> {
    let paths: BTreeSet<_> = here.keys().chain(there.keys()).collect();
    let mut differences = Vec::new();
    for path in paths {
        let (held, size) = (here.get(path), there.get(path).copied());
        let here = held.map(|held| held.size);
        if here != size {
            let (path, there) = (path.clone(), size);
            differences.push(Difference::Artifact { path, here, there });
        } else if let Some(checksum) = held.and_then(|held| held.checksum)
            && checksum_of(http, run_id, path, size)? != checksum
        {
            differences.push(Difference::Content { path: path.clone() });
        }
    }
    Ok(differences)
}

/// The checksum of an artifact at the server.
fn checksum_of(http: &Http, run_id: &str, path: &str, size: Option<u64>) -> Result<Checksum> {
    let file = artifacts::File {
        path: path.to_owned(),
        is_dir: false,
        file_size: size.and_then(|size| i64::try_from(size).ok()),
    };
    let wrong = |what: &dyn fmt::Display| {
        Error::new(ErrorKind::Invalid, format!("the artifact {path}: {what}"))
    };
    let mut bytes = match artifacts::get(http, run_id, &file) {
        Err(e) if !e.is_of_all() => return Err(wrong(&e)),
        bytes => bytes?,
    };
    mapping::checksum(&mut bytes).map_err(|e| wrong(&e))
}

/// The distinct points of a metric at the server, in order.
pub(super) fn history(http: &Http, run_id: &str, key: &str) -> Result<Vec<Stored>> {
    let mut there = Vec::new();
    metrics::history(http, run_id, key, |point| {
        there.push(Stored::from(&point));
        Ok(())
    })?;
    Ok(distinct(there))
}

fn distinct(points: impl IntoIterator<Item = Stored>) -> Vec<Stored> {
    let mut points: Vec<_> = points.into_iter().collect();
    points.sort_unstable_by_key(|point| point.key());
    points.dedup_by_key(|point| point.key());
    points
}

/// What is on one side only. What is at the same step on both is paired.
fn points(tag: &str, here: Vec<Stored>, there: Vec<Stored>) -> Vec<Difference> {
    let only = |points: &[Stored], others: &[Stored]| -> Vec<Stored> {
        let is_missing = |point: &&Stored| {
            let place = others.binary_search_by_key(&point.key(), |other| other.key());
            place.is_err()
        };
        points.iter().filter(is_missing).copied().collect()
    };
    let mut missing = only(&here, &there).into_iter().peekable();
    let mut more = only(&there, &here).into_iter().peekable();
    let mut differences = Vec::new();
    loop {
        let order = match (missing.peek(), more.peek()) {
            (None, None) => return differences,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(here), Some(there)) => here.step.cmp(&there.step),
        };
        differences.push(Difference::Point {
            tag: tag.to_owned(),
            here: order.is_le().then(|| missing.next()).flatten(),
            there: order.is_ge().then(|| more.next()).flatten(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_is_compared_and_told_in_few_words() {
        let stored = |step, timestamp, value| Stored {
            step,
            timestamp,
            value,
        };
        let here = [
            stored(0, 5, 0.5),
            stored(1, 5, f64::NAN),
            stored(2, 5, f64::INFINITY),
            stored(3, 5, 1.0),
            stored(4, 5, 1.0),
            stored(5, 5, 1.0),
            stored(5, 5, 1.0),
        ];
        let there = [
            stored(5, 5, 1.0),
            stored(1, 5, f64::NAN),
            stored(2, 5, f64::MAX),
            stored(0, 5, -0.5),
            stored(3, 6, 1.0),
            stored(7, 5, 1.0),
        ];
        let differences = points("loss", distinct(here), distinct(there));
        let told: Vec<_> = differences.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "loss at step 0: 0.5 here, -0.5 there",
                "loss at step 3: logged at 5 ms here, at 6 ms there",
                "loss at step 4: 1, only here",
                "loss at step 7: 1, only there",
            ]
        );
    }
}
