//! Points of tensor series, read from the files when they are asked for.

use tfevents::Policy;
use tfevents::event::DataClass;
use tfevents::state::BlobPoint;

use super::size;
use crate::catalog::Catalog;
use crate::filter::Wanted;
use crate::proto::data;
use crate::run::Run;
use crate::{downsample, shown, tensor};

/// What a point takes beside its tensor.
const POINT: usize = 32;

pub(super) fn read(
    catalog: &Catalog,
    wanted: &Wanted,
    n: usize,
    policy: Policy,
) -> data::ReadTensorsResponse {
    let mut found = Vec::new();
    for run in catalog.wanted(wanted) {
        let series = wanted.series(&run).into_iter().filter_map(|series| {
            let points = shown::blobs(&run.state, &series.tag, policy, DataClass::Tensor)?;
            Some((series.tag.to_string(), points))
        });
        let series: Vec<_> = series.collect();
        if !series.is_empty() {
            found.push((run, series));
        }
    }
    let series: Vec<_> = found.iter().flat_map(|(_, series)| series).collect();
    let lens: Vec<_> = series.iter().map(|(_, points)| points.len()).collect();
    let largest = |(_, points): &&(String, Vec<BlobPoint>)| {
        let sizes = points
            .iter()
            .map(|point| usize::try_from(point.size()).unwrap_or(usize::MAX));
        sizes.max().unwrap_or(0)
    };
    let largest: Vec<_> = series.iter().map(largest).collect();
    let n = size::fitting(n, &lens, |series, points| {
        let largest = largest.get(series).copied().unwrap_or(0);
        points.saturating_mul(largest.saturating_add(POINT))
    });
    let runs = found.into_iter().map(|(run, series)| {
        let tags = series
            .into_iter()
            .map(|(tag_name, points)| data::TensorsOfTag {
                tag_name,
                data: Some(values(&run, &points, n)),
            });
        data::TensorsOfRun {
            tags: tags.collect(),
            run_name: run.name().to_owned(),
        }
    });
    data::ReadTensorsResponse {
        runs: runs.collect(),
    }
}

/// Some of the points; of these, what can be read.
fn values(run: &Run, points: &[BlobPoint], n: usize) -> data::TensorData {
    let mut values = data::TensorData::default();
    for i in downsample::spread(points.len(), n) {
        if let Some(point) = points.get(i)
            && let Ok(Some(value)) = tensor::of_point(point).inspect_err(|error| run.note(error))
        {
            values.step.push(point.step);
            values.wall_time.push(point.wall_time.as_secs());
            values.value.push(value);
        }
    }
    values
}
