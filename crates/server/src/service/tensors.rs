//! Points of tensor series, read from the files when they are asked for.

use prost::encoding::{WireType, encode_key, encode_varint};
use tfevents::Policy;
use tfevents::event::DataClass;
use tfevents::state::BlobPoint;
use tonic::codegen::Bytes;

use super::encoder::field;
use super::size::{self, Plan};
use crate::catalog::Catalog;
use crate::filter::Wanted;
use crate::room::MOST;
use crate::run::Run;
use crate::{downsample, shown, tensor};

/// What a point takes beside its tensor.
const POINT: usize = 32;

/// What a series takes beside its points and its name.
const SERIES: usize = 32;

/// What an answer with `n` points of each series takes.
pub(super) fn plan(catalog: &Catalog, wanted: &Wanted, n: usize, policy: Policy) -> Plan {
    let mut names = 0;
    let mut series = Vec::new();
    for run in catalog.wanted(wanted) {
        for (tag, points) in of_run(&run, wanted, policy) {
            names += tag.len() + SERIES;
            series.push(points.iter().map(size_of).collect::<Vec<_>>());
        }
    }
    let lens: Vec<_> = series.iter().map(Vec::len).collect();
    let largest = |sizes: &Vec<usize>| sizes.iter().copied().max().unwrap_or(0);
    let largest: Vec<_> = series.iter().map(largest).collect();
    let Plan { n, .. } = size::fitting(n, &lens, |series, points| {
        let largest = largest.get(series).copied().unwrap_or(0);
        points.saturating_mul(largest)
    });
    let sizes = series.iter().flat_map(|sizes| {
        let kept = downsample::spread(sizes.len(), n);
        kept.into_iter().filter_map(|i| sizes.get(i))
    });
    // One is in memory as its record and as its tensor while it is read.
    let read = largest.into_iter().max().unwrap_or(0).saturating_mul(2);
    let bytes = sizes.copied().fold(names, usize::saturating_add);
    Plan {
        n,
        bytes: bytes.saturating_add(read),
    }
}

fn size_of(point: &BlobPoint) -> usize {
    let size = usize::try_from(point.size()).unwrap_or(usize::MAX);
    size.saturating_add(POINT)
}

/// At most `n` points of each series, as there is room for. Each run as a serialized `TensorsOfRun`.
pub(super) fn read(catalog: &Catalog, wanted: &Wanted, n: usize, policy: Policy) -> Vec<Bytes> {
    let runs = catalog.wanted(wanted).into_iter().filter_map(|run| {
        let kept = |(tag, points): (_, Vec<BlobPoint>)| {
            let kept = downsample::spread(points.len(), n).into_iter();
            let kept = kept.filter_map(|i| points.get(i).cloned());
            (tag, kept.collect())
        };
        let series: Vec<(&str, Vec<_>)> = of_run(&run, wanted, policy).map(kept).collect();
        let sizes = series.iter().map(|(tag, points)| {
            let points = points.iter().map(size_of).fold(0, usize::saturating_add);
            points.saturating_add(tag.len() + SERIES)
        });
        let size = sizes.fold(run.name().len(), usize::saturating_add);
        // What is damaged may claim to be of any size.
        let mut encoded = Vec::with_capacity(size.min(MOST));
        field(&mut encoded, 1, run.name().as_bytes());
        for (tag, points) in &series {
            message(&mut encoded, 2, |encoded| {
                field(encoded, 1, tag.as_bytes());
                message(encoded, 2, |encoded| values(encoded, &run, points));
            });
        }
        (!series.is_empty()).then(|| encoded.into())
    });
    runs.collect()
}

/// The series of a run that are wanted, and their points.
fn of_run<'r>(
    run: &'r Run,
    wanted: &'r Wanted,
    policy: Policy,
) -> impl Iterator<Item = (&'r str, Vec<BlobPoint>)> {
    wanted.series(run).into_iter().filter_map(move |series| {
        let points = shown::blobs(&run.state, &series.tag, policy, DataClass::Tensor)?;
        Some((&*series.tag, points))
    })
}

/// Appends the fields of a `TensorData`: of the points, those that can be read.
fn values(encoded: &mut Vec<u8>, run: &Run, points: &[BlobPoint]) {
    let (mut steps, mut wall_times) = (Vec::new(), Vec::new());
    for point in points {
        if let Ok(Some(value)) = tensor::of_point(point).inspect_err(|error| run.note(error)) {
            encode_varint(point.step.cast_unsigned(), &mut steps);
            wall_times.extend(point.wall_time.as_secs().to_le_bytes());
            field(encoded, 3, &value);
        }
    }
    field(encoded, 1, &steps);
    field(encoded, 2, &wall_times);
}

/// The bytes of a length that is known later.
const LEN: usize = 5;

/// Appends a message whose length is known when it is there.
fn message(encoded: &mut Vec<u8>, number: u32, write: impl FnOnce(&mut Vec<u8>)) {
    encode_key(number, WireType::LengthDelimited, encoded);
    let start = encoded.len() + LEN;
    encoded.resize(start, 0);
    write(encoded);
    let len = encoded.len() - start;
    // As a number of seven bits each, padded with zeros: what is there need not be moved.
    for (i, byte) in encoded[start - LEN..start].iter_mut().enumerate() {
        let more = if i + 1 < LEN { 0x80 } else { 0 };
        *byte = u8::try_from(len >> (7 * i) & 0x7f).unwrap_or(0) | more;
    }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;
    use crate::proto::data;

    #[test]
    fn lengths_are_those_of_the_message() {
        for len in [0, 1, 127, 128, 20_000, 3 << 20] {
            let mut encoded = Vec::new();
            message(&mut encoded, 2, |encoded| {
                field(encoded, 1, b"tag");
                message(encoded, 2, |encoded| field(encoded, 3, &vec![7; len]));
            });
            let run = data::TensorsOfRun::decode(&*encoded).unwrap();
            let value = &run.tags[0].data.as_ref().unwrap().value;
            assert_eq!((&*run.tags[0].tag_name, value[0].len()), ("tag", len));
        }
    }
}
