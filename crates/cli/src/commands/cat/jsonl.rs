//! Events as JSON, a line each: see `docs/json.md`.

use std::io::Write;

use anyhow::Result;
use serde::Serialize;
use tfevents::event::What;
use tfevents::proto::session_log::SessionStatus;

use super::{Place, SummaryValue};
use tfevents_table::json::{self, Blob, Float, PathText};
use tfevents_table::stored::{Metadata, Stored};

#[derive(Serialize)]
struct Event<'a> {
    version: u32,
    run: &'a str,
    file: PathText<'a>,
    record: u64,
    offset: u64,
    wall_time: Float,
    step: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    writer: Option<&'a str>,
    #[serde(flatten)]
    content: Content<'a>,
}

/// What the event is, under the name of its protobuf field.
#[derive(Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
enum Content<'a> {
    Summary(Summary<'a>),
    FileVersion {
        file_version: &'a str,
    },
    GraphDef {
        graph_def: Blob<'a>,
    },
    MetaGraphDef {
        meta_graph_def: Blob<'a>,
    },
    LogMessage {
        level: i32,
        message: &'a str,
    },
    SessionLog {
        status: &'static str,
        checkpoint_path: &'a str,
        msg: &'a str,
    },
    TaggedRunMetadata {
        tag: &'a str,
        run_metadata: Blob<'a>,
    },
    None,
}

/// A value, or nothing for a summary without any.
#[derive(Serialize)]
#[serde(untagged)]
enum Summary<'a> {
    Value {
        index: usize,
        tag: &'a str,
        #[serde(skip_serializing_if = "str::is_empty")]
        node_name: &'a str,
        kind: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        metadata: Option<Metadata<'a>>,
        value: Stored<'a>,
    },
    Empty {},
}

pub(super) fn print(
    out: &mut impl Write,
    place: Place<'_>,
    value: Option<&SummaryValue<'_>>,
) -> Result<()> {
    let event = &place.record.event;
    let content = match value {
        Some(value) => Content::Summary(Summary::Value {
            index: value.index,
            tag: value.point.tag,
            node_name: value.node_name,
            kind: value.point.kind.name(),
            metadata: value.metadata.map(Metadata::from),
            value: Stored(&value.stored),
        }),
        None => whole(&event.what),
    };
    let event = Event {
        version: json::VERSION,
        run: place.run,
        file: PathText(place.file),
        record: place.record.record,
        offset: place.record.offset,
        wall_time: Float(event.wall_time.as_secs()),
        step: event.step,
        writer: event.source_writer,
        content,
    };
    serde_json::to_writer(&mut *out, &event)?;
    out.write_all(b"\n")?;
    Ok(())
}

fn whole<'a>(what: &What<'a>) -> Content<'a> {
    match what {
        What::Summary(_) => Content::Summary(Summary::Empty {}),
        What::FileVersion(file_version) => Content::FileVersion { file_version },
        What::GraphDef(graph_def) => Content::GraphDef {
            graph_def: Blob(graph_def),
        },
        What::MetaGraphDef(meta_graph_def) => Content::MetaGraphDef {
            meta_graph_def: Blob(meta_graph_def),
        },
        What::LogMessage(log) => Content::LogMessage {
            level: log.level,
            message: log.message,
        },
        What::SessionLog(log) => Content::SessionLog {
            status: SessionStatus::try_from(log.status)
                .unwrap_or_default()
                .as_str_name(),
            checkpoint_path: log.checkpoint_path,
            msg: log.msg,
        },
        What::TaggedRunMetadata(run) => Content::TaggedRunMetadata {
            tag: run.tag,
            run_metadata: Blob(run.run_metadata),
        },
        _ => Content::None,
    }
}
