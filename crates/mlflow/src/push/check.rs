//! Compares what the server holds with what the files hold.

use std::collections::BTreeMap;

use tfevents_analysis::number::counted;

use super::series::{AllSeries, Stored};
use crate::api::metrics::{self, Point};
use crate::api::runs;
use crate::error::Result;
use crate::http::Http;
use crate::mapping::params::Params;

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
pub(super) fn latest(http: &Http, run_id: &str, all: &AllSeries) -> Result<Vec<String>> {
    let run = runs::get(http, run_id)?;
    let there = run.data.metrics.iter();
    let there: BTreeMap<_, _> = there
        .map(|point| (&*point.key, Stored::from(point)))
        .collect();
    let mut differences = Vec::new();
    for (tag, series) in all.iter() {
        let Some(point) = there.get(&*series.key.text) else {
            differences.push(format!("{tag}: no point at the server"));
            continue;
        };
        let here: Vec<_> = series.latest().map(Stored::key).collect();
        let Some(last) = here.first() else { continue };
        let (step, timestamp, _) = point.key();
        // Others may have added points behind ours.
        let is_behind = (step, timestamp) < (last.0, last.1);
        let is_same_place = (step, timestamp) == (last.0, last.1);
        if is_behind || (is_same_place && !here.contains(&point.key())) {
            let here = series.latest().next().map_or(f64::NAN, |point| point.value);
            let (there, at) = (point.value, last.0);
            differences.push(format!(
                "{tag}: the last value at the server is {there} at step {step}, and in the files {here} at step {at}"
            ));
        }
    }
    Ok(differences)
}

/// What differs in any point or parameter.
pub(super) fn all(
    http: &Http,
    run_id: &str,
    all: &AllSeries,
    params: &Params,
) -> Result<Vec<String>> {
    let mut differences = Vec::new();
    let run = runs::get(http, run_id)?;
    let known = run.params();
    for param in &params.entries {
        let key = &param.key;
        match known.get(&**key) {
            Some(value) if *value == param.value => {}
            Some(value) => {
                let here = &param.value;
                differences.push(format!(
                    "parameter {key}: {value} at the server, {here} here"
                ));
            }
            None => differences.push(format!("parameter {key}: not at the server")),
        }
    }
    for (tag, series) in all.iter() {
        let here = series.all.iter().flatten().copied();
        let here = distinct(here);
        let mut there = Vec::new();
        metrics::history(http, run_id, &series.key.text, |point| {
            there.push(Stored::from(&point));
            Ok(())
        })?;
        let there = distinct(there.into_iter());
        let missing = without(&here, &there);
        let more = without(&there, &here);
        for (points, what) in [(missing, "not at the server"), (more, "only at the server")] {
            if let [(step, ..), ..] = &*points {
                let count = counted(points.len() as u64, "point");
                differences.push(format!("{tag}: {count} {what}, the first at step {step}"));
            }
        }
    }
    Ok(differences)
}

/// A point as it is compared.
type Compared = (i64, i64, u64);

fn distinct(points: impl Iterator<Item = Stored>) -> Vec<Compared> {
    let mut points: Vec<_> = points.map(Stored::key).collect();
    points.sort_unstable();
    points.dedup();
    points
}

fn without(points: &[Compared], others: &[Compared]) -> Vec<Compared> {
    let is_missing = |point: &&Compared| others.binary_search(point).is_err();
    points.iter().filter(is_missing).copied().collect()
}
