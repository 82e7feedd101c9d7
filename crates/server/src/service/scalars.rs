//! Points of scalar series.

use std::collections::BTreeMap;

use tfevents::event::DataClass;
use tfevents::series::Numbers;
use tfevents::{Policy, Scalars, WallTime};

use super::size;
use crate::catalog::Catalog;
use crate::filter::Wanted;
use crate::proto::data;
use crate::run::{Run, Series};
use crate::{downsample, shown, tensor};

/// What a point takes: most steps, a time and a value.
const POINT: usize = 5 + 8 + 4;

pub(super) fn read(
    catalog: &Catalog,
    wanted: &Wanted,
    n: usize,
    policy: Policy,
) -> data::ReadScalarsResponse {
    let runs = catalog.wanted(wanted);
    let lens = runs.iter().flat_map(|run| wanted.series(run));
    let (lens, overhead): (Vec<_>, Vec<_>) = lens
        .map(|series| (series.len, series.tag.len() + 24))
        .unzip();
    let n = size::fitting(n, &lens, |series, points| {
        points * POINT + overhead.get(series).unwrap_or(&0)
    });
    let runs = runs.iter().map(|run| data::ScalarsOfRun {
        run_name: run.name().to_owned(),
        tags: tags(run, wanted, n, policy),
    });
    data::ReadScalarsResponse {
        runs: runs.filter(|run| !run.tags.is_empty()).collect(),
    }
}

/// The points of a run's series. Those that a request names together have the same steps, if they had the same before:
/// a chart of a line and its margins takes no others.
fn tags(run: &Run, wanted: &Wanted, n: usize, policy: Policy) -> Vec<data::ScalarsOfTag> {
    let series = wanted.series(run);
    let mut data: Vec<_> = series.iter().map(|series| few(series, n)).collect();
    let mut groups: BTreeMap<Vec<i64>, Vec<(usize, Column)>> = BTreeMap::new();
    for (at, series) in series.iter().enumerate() {
        if data.get(at).is_some_and(Option::is_some) {
            continue;
        }
        let points = all(run, series, policy);
        if points.len() <= n {
            data[at] = Some(whole(points));
            continue;
        }
        let values = singles(points.values);
        let wall_times = points.wall_times;
        match wanted.is_one_chart() {
            true => {
                let group = groups.entry(points.steps).or_default();
                group.push((at, Column { wall_times, values }));
            }
            false => {
                let kept = downsample::envelope(&[&values], n);
                let column = Column { wall_times, values };
                data[at] = Some(column.keep(&points.steps, &kept));
            }
        }
    }
    for (steps, columns) in groups {
        let values: Vec<_> = columns.iter().map(|(_, column)| &*column.values).collect();
        let kept = downsample::envelope(&values, n);
        for (at, column) in &columns {
            data[*at] = Some(column.keep(&steps, &kept));
        }
    }
    let tags = series
        .iter()
        .zip(data)
        .map(|(series, data)| data::ScalarsOfTag {
            tag_name: series.tag.to_string(),
            data,
        });
    tags.collect()
}

/// A series of which nothing is left out.
fn whole(points: Scalars) -> data::ScalarData {
    let wall_times = points.wall_times.into_iter();
    data::ScalarData {
        step: points.steps,
        wall_time: wall_times.map(WallTime::as_secs).collect(),
        value: singles(points.values),
    }
}

/// Numbers in the single precision in which scalars travel, as most are anyway.
fn singles(values: Numbers) -> Vec<f32> {
    match values {
        Numbers::F32(values) => values,
        other => other.iter().map(shown::single).collect(),
    }
}

/// What a series has beside its steps.
struct Column {
    wall_times: Vec<WallTime>,
    values: Vec<f32>,
}

impl Column {
    fn keep(&self, steps: &[i64], kept: &[usize]) -> data::ScalarData {
        data::ScalarData {
            step: kept.iter().map(|&i| steps[i]).collect(),
            wall_time: kept.iter().map(|&i| self.wall_times[i].as_secs()).collect(),
            value: kept.iter().map(|&i| self.values[i]).collect(),
        }
    }
}

/// No point or the last one, for which nothing has to be looked at: dashboards ask for the last point of everything.
fn few(series: &Series, n: usize) -> Option<data::ScalarData> {
    match (n, series.last) {
        (0, _) => Some(data::ScalarData::default()),
        (1, Some((step, wall_time, value))) => Some(data::ScalarData {
            step: vec![step],
            wall_time: vec![wall_time],
            value: vec![value],
        }),
        _ => None,
    }
}

/// All points of a series that are shown.
fn all(run: &Run, series: &Series, policy: Policy) -> Scalars {
    if series.is_numbers {
        return shown::scalars(&run.state, &series.tag, policy).unwrap_or_default();
    }
    let class = DataClass::Scalar;
    let points = shown::blobs(&run.state, &series.tag, policy, class).unwrap_or_default();
    let mut numbers = Scalars::default();
    for point in points {
        if let Some(number) = tensor::number_of_point(&point) {
            numbers.push(point.step, point.wall_time, number);
        }
    }
    numbers
}
