//! Files inside of points: what they are asked for by, and their bytes.

use std::sync::Arc;

use prost::Message as _;
use tfevents::event::DataClass;
use tfevents::state::BlobPoint;
use tfevents::{ErrorKind, Policy};
use tonic::Status;
use tonic::codegen::Bytes;

use super::size::{self, Plan};
use crate::catalog::Catalog;
use crate::filter::Wanted;
use crate::key::BlobKey;
use crate::proto::data;
use crate::run::Run;
use crate::{downsample, shown};

/// The bytes of one piece of a file.
const PIECE: usize = 1 << 20;

/// What a reference takes beside the names in its key, of which base64 makes a third more.
const REFERENCE: usize = 40;

/// What an answer with `n` points of each series takes.
pub(super) fn plan(catalog: &Catalog, wanted: &Wanted, n: usize) -> Plan {
    let runs = catalog.wanted(wanted);
    let sizes = runs.iter().flat_map(|run| {
        let series = wanted.series(run).into_iter();
        series.map(|series| {
            let key = (run.name().len() + series.tag.len()) * 4 / 3 + REFERENCE;
            (series.len, series.max_length.saturating_mul(key))
        })
    });
    let (lens, sizes): (Vec<_>, Vec<_>) = sizes.unzip();
    let plan = size::fitting(n, &lens, |series, points| {
        points.saturating_mul(sizes.get(series).copied().unwrap_or(0))
    });
    Plan {
        // The references of a run are there as well while they are encoded.
        bytes: plan.bytes.saturating_mul(2),
        ..plan
    }
}

/// At most `n` points of each series, as there is room for. Each run as a serialized `BlobSequencesOfRun`.
pub(super) fn read(catalog: &Catalog, wanted: &Wanted, n: usize, policy: Policy) -> Vec<Bytes> {
    let runs = catalog.wanted(wanted).into_iter().filter_map(|run| {
        let tags = wanted.series(&run).into_iter().map(|series| {
            let class = DataClass::BlobSequence;
            let points = shown::blobs(&run.state, &series.tag, policy, class).unwrap_or_default();
            data::BlobSequencesOfTag {
                tag_name: series.tag.to_string(),
                data: Some(references(run.name(), &series.tag, &points, n)),
            }
        });
        let tags: Vec<_> = tags.collect();
        let of_run = data::BlobSequencesOfRun {
            run_name: run.name().to_owned(),
            tags,
        };
        (!of_run.tags.is_empty()).then(|| of_run.encode_to_vec().into())
    });
    runs.collect()
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

/// A file of a point.
#[derive(Debug)]
pub(super) struct Found {
    run: Arc<Run>,
    point: BlobPoint,
    key: BlobKey,
}

/// The file that a key names.
///
/// # Errors
///
/// A key that is invalid or names nothing.
pub(super) fn find(catalog: &Catalog, key: &str, policy: Policy) -> Result<Found, Status> {
    let key = BlobKey::parse(key)?;
    let run = catalog
        .run(&key.run)
        .ok_or_else(|| missing(format!("run {:?}", key.run)))?;
    let points = shown::blobs(&run.state, &key.tag, policy, DataClass::BlobSequence)
        .ok_or_else(|| missing(format!("tag {:?} of run {:?}", key.tag, key.run)))?;
    let mut of_step = points.into_iter().filter(|point| point.step == key.step);
    let point = of_step.nth(key.nth as usize).ok_or_else(|| {
        let BlobKey { run, tag, step, .. } = &key;
        missing(format!("step {step} of tag {tag:?} of run {run:?}"))
    })?;
    Ok(Found { run, point, key })
}

impl Found {
    /// How much memory it takes to read it: all files of its point are in one record.
    pub(super) fn size(&self) -> usize {
        let size = usize::try_from(self.point.size()).unwrap_or(usize::MAX);
        size.saturating_mul(2)
    }

    /// Its bytes.
    ///
    /// # Errors
    ///
    /// A point that has fewer files; bytes that are no longer there or damaged.
    pub(super) fn read(self) -> Result<Bytes, Status> {
        let unreadable = |error: tfevents::Error| match error.kind() {
            // Deleted or replaced since it was read.
            ErrorKind::Io(_) => Status::not_found(error.to_string()),
            _ => Status::data_loss(error.to_string()),
        };
        let blob = self.point.read().inspect_err(|error| self.run.note(error));
        let blob = blob.map_err(unreadable)?;
        let mut files = blob.sequence().map_err(unreadable)?.into_iter();
        let file = files
            .nth(self.key.index as usize)
            .ok_or_else(|| missing(format!("blob {} of tag {:?}", self.key.index, self.key.tag)))?;
        Ok(Bytes::copy_from_slice(&file))
    }
}

fn missing(what: String) -> Status {
    Status::not_found(format!("{what} is not there"))
}

/// A file in pieces; none of an empty one.
pub(super) fn pieces(mut file: Bytes) -> impl Iterator<Item = Bytes> {
    std::iter::from_fn(move || {
        let len = file.len().min(PIECE);
        (len > 0).then(|| file.split_to(len))
    })
}
