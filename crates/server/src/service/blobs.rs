//! Files inside of points: what they are asked for by, and their bytes.

use tfevents::event::DataClass;
use tfevents::state::BlobPoint;
use tfevents::{ErrorKind, Policy};
use tonic::Status;
use tonic::codegen::Bytes;

use super::size;
use crate::catalog::Catalog;
use crate::filter::Wanted;
use crate::key::BlobKey;
use crate::proto::data;
use crate::{downsample, shown};

/// The bytes of one piece of a file.
const PIECE: usize = 1 << 20;

/// What a reference takes beside the names in its key, of which base64 makes a third more.
const REFERENCE: usize = 40;

pub(super) fn read(
    catalog: &Catalog,
    wanted: &Wanted,
    n: usize,
    policy: Policy,
) -> data::ReadBlobSequencesResponse {
    let runs = catalog.wanted(wanted);
    let series: Vec<_> = runs
        .iter()
        .flat_map(|run| {
            wanted
                .series(run)
                .into_iter()
                .map(move |series| (run, series))
        })
        .collect();
    let lens: Vec<_> = series.iter().map(|(_, series)| series.len).collect();
    let n = size::fitting(n, &lens, |at, points| {
        series.get(at).map_or(0, |(run, series)| {
            let key = (run.name().len() + series.tag.len()) * 4 / 3 + REFERENCE;
            points.saturating_mul(series.max_length).saturating_mul(key)
        })
    });
    let mut answer: Vec<data::BlobSequencesOfRun> = Vec::new();
    for (run, series) in series {
        let class = DataClass::BlobSequence;
        let points = shown::blobs(&run.state, &series.tag, policy, class).unwrap_or_default();
        let tag = data::BlobSequencesOfTag {
            tag_name: series.tag.to_string(),
            data: Some(references(run.name(), &series.tag, &points, n)),
        };
        match answer.last_mut().filter(|last| last.run_name == run.name()) {
            Some(last) => last.tags.push(tag),
            None => answer.push(data::BlobSequencesOfRun {
                run_name: run.name().to_owned(),
                tags: vec![tag],
            }),
        }
    }
    data::ReadBlobSequencesResponse { runs: answer }
}

fn references(run: &str, tag: &str, points: &[BlobPoint], n: usize) -> data::BlobSequenceData {
    let mut answer = data::BlobSequenceData::default();
    for i in downsample::spread(points.len(), n) {
        let Some(point) = points.get(i) else {
            continue;
        };
        let same = points
            .iter()
            .take(i)
            .filter(|other| other.step == point.step);
        let mut key = BlobKey {
            run: run.to_owned(),
            tag: tag.to_owned(),
            step: point.step,
            nth: u32::try_from(same.count()).unwrap_or(u32::MAX),
            index: 0,
        };
        let references = (0..point.sequence_len().unwrap_or(0)).map(|index| {
            key.index = u32::try_from(index).unwrap_or(u32::MAX);
            data::BlobReference {
                blob_key: key.to_text(),
            }
        });
        answer.step.push(point.step);
        answer.wall_time.push(point.wall_time.as_secs());
        answer.values.push(data::BlobReferenceSequence {
            blob_refs: references.collect(),
        });
    }
    answer
}

/// The bytes of a file.
///
/// # Errors
///
/// A key that is invalid, that names nothing, or whose bytes are no longer there or damaged.
pub(super) fn find(catalog: &Catalog, key: &str, policy: Policy) -> Result<Bytes, Status> {
    let key = BlobKey::parse(key)?;
    let missing = |what: String| Status::not_found(format!("{what} is not there"));
    let run = catalog
        .run(&key.run)
        .ok_or_else(|| missing(format!("run {:?}", key.run)))?;
    let points = shown::blobs(&run.state, &key.tag, policy, DataClass::BlobSequence)
        .ok_or_else(|| missing(format!("tag {:?} of run {:?}", key.tag, key.run)))?;
    let mut of_step = points.iter().filter(|point| point.step == key.step);
    let point = of_step.nth(key.nth as usize).ok_or_else(|| {
        let BlobKey { run, tag, step, .. } = &key;
        missing(format!("step {step} of tag {tag:?} of run {run:?}"))
    })?;
    let unreadable = |error: tfevents::Error| match error.kind() {
        // Deleted or replaced since it was read.
        ErrorKind::Io(_) => Status::not_found(error.to_string()),
        _ => Status::data_loss(error.to_string()),
    };
    let blob = point.read().inspect_err(|error| run.note(error));
    let blob = blob.map_err(unreadable)?;
    let mut files = blob.sequence().map_err(unreadable)?.into_iter();
    let file = files
        .nth(key.index as usize)
        .ok_or_else(|| missing(format!("blob {} of tag {:?}", key.index, key.tag)))?;
    Ok(Bytes::copy_from_slice(&file))
}

/// A file in pieces; none of an empty one.
pub(super) fn pieces(mut file: Bytes) -> impl Iterator<Item = Bytes> {
    std::iter::from_fn(move || {
        let len = file.len().min(PIECE);
        (len > 0).then(|| file.split_to(len))
    })
}
