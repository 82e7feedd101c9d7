//! Points of scalar series.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use tfevents::event::DataClass;
use tfevents::state::ScalarColumns;
use tfevents::{Policy, Scalars};
use tonic::codegen::Bytes;

use super::encoder::Encoder;
use super::listing::of_run;
use super::size::{self, Plan};
use crate::answers::What;
use crate::catalog::Catalog;
use crate::filter::Wanted;
use crate::run::{Run, Series};
use crate::shown;
use crate::{downsample, tensor};

/// What a point takes beside its step: a time and a value.
const POINT: usize = 8 + 4;

/// What a series takes at most beside its points and its name: the keys and lengths of its fields.
const SERIES: usize = 36;

/// The same of a run, beside its name.
const RUN: usize = 12;

/// What so many points of a series take at most.
fn size(series: &Series, points: usize) -> usize {
    points * (POINT + series.step_size) + series.tag.len() + SERIES
}

/// What an answer with `n` points of each series takes.
pub(super) fn plan(catalog: &Catalog, wanted: &Wanted, n: usize) -> Plan {
    if n == 1 && !wanted.names_tags() {
        return Plan { n, bytes: 0 };
    }
    let runs = catalog.wanted(wanted);
    let all = runs.iter().flat_map(|run| {
        let series = wanted.series(run).into_iter().enumerate();
        let of_run = run.name().len() + RUN;
        series.map(move |(at, series)| (series, if at == 0 { of_run } else { 0 }))
    });
    let all: Vec<_> = all.collect();
    let lens: Vec<_> = all.iter().map(|(series, _)| series.len).collect();
    size::fitting(n, &lens, |at, points| {
        all.get(at)
            .map_or(0, |(series, of_run)| size(series, points) + of_run)
    })
}

/// At most `n` points of each series, as there is room for.
pub(super) fn read(catalog: &Catalog, wanted: &Wanted, n: usize, policy: Policy) -> Vec<Bytes> {
    let runs = catalog.wanted(wanted);
    if n == 1 {
        let last = |run: &Arc<Run>| {
            of_run(run, wanted, What::Last, |series| {
                encode(run, series, n, policy, &HashMap::new())
            })
        };
        return runs.iter().filter_map(last).collect();
    }
    let runs = runs.iter().filter_map(|run| {
        let series = wanted.series(run);
        let together = match wanted.is_one_chart() {
            true => of_one_chart(run, &series, n, policy),
            false => HashMap::new(),
        };
        let some = !series.is_empty();
        some.then(|| Bytes::from(encode(run, &series, n, policy, &together)))
    });
    runs.collect()
}

/// The points of a run's series. Those that a request names together have the same steps, if they had the same before:
/// a chart of a line and its margins takes no others.
fn encode(
    run: &Run,
    series: &[&Series],
    n: usize,
    policy: Policy,
    together: &HashMap<usize, Rc<[u32]>>,
) -> Vec<u8> {
    let room = series.iter().map(|series| size(series, series.len.min(n)));
    let mut encoder = Encoder::new(run.name(), room.sum());
    for (at, series) in series.iter().enumerate() {
        let tag = &*series.tag;
        // Nothing has to be looked at for these: dashboards ask for the last point of everything.
        match series.last {
            _ if n == 0 => {
                encoder.last(tag, None);
                continue;
            }
            Some(last) if n == 1 || series.len == 1 => {
                encoder.last(tag, Some(last));
                continue;
            }
            _ => {}
        }
        let points = all(run, series, policy);
        if points.len() <= n {
            encoder.whole(tag, &points);
        } else if let Some(kept) = together.get(&at) {
            encoder.some(tag, &points, kept);
        } else {
            let compute = || downsample::envelope(&[&singles(&points)], n);
            encoder.some(tag, &points, &series.kept.get(n, compute));
        }
    }
    encoder.finish()
}

/// The positions to keep of series that have too many points and the same steps, by the number of the series.
fn of_one_chart(
    run: &Run,
    series: &[&Series],
    n: usize,
    policy: Policy,
) -> HashMap<usize, Rc<[u32]>> {
    let long = series
        .iter()
        .enumerate()
        .filter(|(_, series)| series.len > n);
    let points: Vec<_> = long
        .map(|(at, series)| (at, all(run, series, policy)))
        .collect();
    let mut groups: BTreeMap<Vec<i64>, Vec<(usize, &ScalarColumns)>> = BTreeMap::new();
    for (at, points) in &points {
        let mut steps = Vec::new();
        points.copy_steps(&mut steps);
        groups.entry(steps).or_default().push((*at, points));
    }
    let kept = groups.into_values().flat_map(|group| {
        let singles: Vec<_> = group.iter().map(|(_, points)| singles(points)).collect();
        let values: Vec<_> = singles.iter().map(|values| &**values).collect();
        let kept: Rc<[u32]> = downsample::envelope(&values, n).into();
        group.into_iter().map(move |(at, _)| (at, Rc::clone(&kept)))
    });
    kept.collect()
}

/// All points of a series that are shown.
fn all<'r>(run: &Run, series: &'r Series, policy: Policy) -> Cow<'r, ScalarColumns> {
    if let Some(columns) = &series.columns {
        return Cow::Borrowed(columns);
    }
    if series.is_numbers {
        let all = run.state.columns(&series.tag).unwrap_or_default();
        let shown = shown::scalars(&run.state, &series.tag, all, policy);
        return Cow::Owned(shown);
    }
    let class = DataClass::Scalar;
    let points = shown::blobs(&run.state, &series.tag, policy, class).unwrap_or_default();
    let mut numbers = Scalars::default();
    for point in points {
        if let Some(number) = tensor::number_of_point(&point) {
            numbers.push(point.step, point.wall_time, number);
        }
    }
    Cow::Owned(ScalarColumns::from(&numbers))
}

/// The values in the single precision in which they travel.
fn singles(points: &ScalarColumns) -> Vec<f32> {
    let mut singles = Vec::new();
    points.copy_values(shown::single, &mut singles);
    singles
}
