//! Which runs and series there are.

use prost::Message as _;
use tfevents::Kind;
use tfevents::proto::{SummaryMetadata, summary_metadata::PluginData};
use tonic::codegen::Bytes;

use super::size::Plan;
use crate::answers::What;
use crate::catalog::Catalog;
use crate::filter::Wanted;
use crate::proto::data;
use crate::run::{Run, Series};

/// The runs, the oldest first.
pub(super) fn runs(catalog: &Catalog) -> data::ListRunsResponse {
    let mut runs = catalog.runs();
    runs.sort_by(|a, b| a.start_time.total_cmp(&b.start_time));
    let runs = runs.iter().map(|run| data::Run {
        name: run.name().to_owned(),
        start_time: run.start_time,
    });
    data::ListRunsResponse {
        runs: runs.collect(),
    }
}

/// What a request wants to know of a run, encoded; `None` if it names none of the run's series.
pub(super) fn of_run(
    run: &Run,
    wanted: &Wanted,
    what: What,
    encode: impl FnOnce(&[&Series]) -> Vec<u8>,
) -> Option<Bytes> {
    let compute = || {
        let series = wanted.series(run);
        (!series.is_empty()).then(|| Bytes::from(encode(&series)))
    };
    match wanted.names_tags() {
        true => compute(),
        false => run
            .answers
            .get(what, wanted.plugin(), wanted.class(), compute),
    }
}

/// What a series takes in a list beside its names and texts.
const SERIES: usize = 64;

/// What a list of the series takes.
pub(super) fn plan(catalog: &Catalog, wanted: &Wanted) -> Plan {
    if !wanted.names_tags() {
        return Plan { n: 0, bytes: 0 };
    }
    let size = |series: &Series| {
        let stated = &series.metadata;
        let texts = stated.display_name.len() + stated.description.len() + stated.content.len();
        series.tag.len() + series.plugin.len() + texts + SERIES
    };
    let runs = catalog.wanted(wanted);
    let sizes = runs.iter().map(|run| {
        let series = wanted.series(run);
        series.into_iter().map(size).sum::<usize>()
    });
    Plan {
        n: 0,
        // A run's messages are there as well while they are encoded.
        bytes: 2 * sizes.sum::<usize>(),
    }
}

/// Series of scalars or tensors.
pub(super) fn series(catalog: &Catalog, wanted: &Wanted) -> Vec<Bytes> {
    let listed = |series: &&Series| data::ListedScalar {
        tag_name: series.tag.to_string(),
        metadata: Some(data::ScalarMetadata {
            max_step: series.max_step,
            max_wall_time: series.max_wall_time,
            summary_metadata: Some(summary_metadata(series)),
        }),
    };
    let runs = catalog.wanted(wanted);
    let runs = runs.iter().filter_map(|run| {
        of_run(run, wanted, What::List, |series| {
            let listed = data::ListedScalars {
                run_name: run.name().to_owned(),
                tags: series.iter().map(listed).collect(),
            };
            listed.encode_to_vec()
        })
    });
    runs.collect()
}

/// Series of lists of files.
pub(super) fn blob_sequences(catalog: &Catalog, wanted: &Wanted) -> Vec<Bytes> {
    let listed = |series: &&Series| data::ListedBlobSequence {
        tag_name: series.tag.to_string(),
        metadata: Some(data::BlobSequenceMetadata {
            max_step: series.max_step,
            max_wall_time: series.max_wall_time,
            max_length: i64::try_from(series.max_length).unwrap_or(i64::MAX),
            summary_metadata: Some(summary_metadata(series)),
        }),
    };
    let runs = catalog.wanted(wanted);
    let runs = runs.iter().filter_map(|run| {
        of_run(run, wanted, What::List, |series| {
            let listed = data::ListedBlobSequences {
                run_name: run.name().to_owned(),
                tags: series.iter().map(listed).collect(),
            };
            listed.encode_to_vec()
        })
    });
    runs.collect()
}

/// What dashboards learn about a series: what its values said, and the plugin's content of values of older forms, which
/// say nothing, as TensorBoard fills it in.
fn summary_metadata(series: &Series) -> SummaryMetadata {
    let stated = &*series.metadata;
    let content = match &*series.plugin {
        _ if *stated.plugin_name == *series.plugin => &stated.content,
        // Converted to a tensor.
        plugin if Some(plugin) == Kind::Image.plugin() => &b"\x10\x01"[..],
        // WAV, and converted to a tensor. Without it, browsers do not play the sound.
        plugin if Some(plugin) == Kind::Audio.plugin() => b"\x10\x0b\x18\x01",
        _ => b"",
    };
    SummaryMetadata {
        plugin_data: Some(PluginData {
            plugin_name: series.plugin.to_string(),
            content: content.to_vec(),
        }),
        display_name: stated.display_name.clone(),
        summary_description: stated.description.clone(),
        data_class: series.class.number(),
    }
}
