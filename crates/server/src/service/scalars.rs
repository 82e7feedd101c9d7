//! Points of scalar series.

use std::sync::Arc;

use tfevents::event::DataClass;
use tfevents::{Policy, Scalars};

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

fn tags(run: &Arc<Run>, wanted: &Wanted, n: usize, policy: Policy) -> Vec<data::ScalarsOfTag> {
    let series = wanted.series(run).into_iter();
    let tags = series.map(|series| data::ScalarsOfTag {
        tag_name: series.tag.to_string(),
        data: Some(points(run, series, n, policy)),
    });
    tags.collect()
}

fn points(run: &Run, series: &Series, n: usize, policy: Policy) -> data::ScalarData {
    match (n, series.last) {
        (0, _) => data::ScalarData::default(),
        // Dashboards ask for the last point of everything.
        (1, Some((step, wall_time, value))) => data::ScalarData {
            step: vec![step],
            wall_time: vec![wall_time],
            value: vec![value],
        },
        _ if series.is_numbers => {
            let points = shown::scalars(&run.state, &series.tag, policy).unwrap_or_default();
            of_numbers(&points, n)
        }
        _ => {
            let class = DataClass::Scalar;
            let points = shown::blobs(&run.state, &series.tag, policy, class).unwrap_or_default();
            let mut numbers = Scalars::default();
            for point in points {
                if let Some(number) = tensor::number_of_point(&point) {
                    numbers.push(point.step, point.wall_time, number);
                }
            }
            of_numbers(&numbers, n)
        }
    }
}

fn of_numbers(points: &Scalars, n: usize) -> data::ScalarData {
    let values: Vec<f32> = points.values.iter().map(shown::single).collect();
    let kept = downsample::envelope(&values, n);
    data::ScalarData {
        step: kept.iter().map(|&i| points.steps[i]).collect(),
        wall_time: kept
            .iter()
            .map(|&i| points.wall_times[i].as_secs())
            .collect(),
        value: kept.iter().map(|&i| values[i]).collect(),
    }
}
