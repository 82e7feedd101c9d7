//! The sizes as JSON: see `docs/json.md`.

use std::io::Write;

use anyhow::Result;
use serde::Serialize;

use crate::input::beside::{BesideReport, Pile};
use tfevents_analysis::usage::{Group, Key, Large, Parts, Report};
use tfevents_table::json::{self, PathText};

#[derive(Serialize)]
struct Document<'a> {
    bytes: u64,
    disk: u64,
    runs: u64,
    files: u64,
    points: u64,
    #[serde(flatten)]
    parts: PartsReport,
    groups: Vec<GroupReport<'a>>,
    largest: Vec<LargeReport<'a>>,
    beside: Vec<BesideReport<'a>>,
    problems: &'a [String],
}

#[derive(Serialize)]
struct GroupReport<'a> {
    #[serde(flatten)]
    key: KeyReport<'a>,
    points: u64,
    bytes: u64,
    #[serde(flatten)]
    parts: PartsReport,
}

#[derive(Serialize)]
#[serde(untagged)]
enum KeyReport<'a> {
    Plugin { plugin: &'a str },
    Tag { tag: &'a str, plugin: &'a str },
    Run { run: &'a str },
    NoValues { plugin: Option<&'a str> },
}

#[derive(Serialize)]
struct PartsReport {
    data: u64,
    metadata: u64,
    framing: u64,
    events: u64,
    damaged: u64,
}

#[derive(Serialize)]
struct LargeReport<'a> {
    bytes: u64,
    run: &'a str,
    file: PathText<'a>,
    record: u64,
    offset: u64,
    step: i64,
    event: &'static str,
    tag: Option<&'a str>,
    plugin: Option<&'a str>,
    values: usize,
}

pub(super) fn print(
    out: &mut impl Write,
    report: &Report,
    groups: &[(Key, Group)],
    beside: &[Pile],
    problems: &[String],
) -> Result<()> {
    let document = Document {
        bytes: report.total.parts.total(),
        disk: report.disk,
        runs: report.runs,
        files: report.files,
        points: report.total.points,
        parts: report.total.parts.into(),
        groups: groups.iter().map(GroupReport::new).collect(),
        largest: report.largest.iter().map(LargeReport::new).collect(),
        beside: beside.iter().map(BesideReport::from).collect(),
        problems,
    };
    Ok(json::write_document(out, &document)?)
}

impl<'a> GroupReport<'a> {
    fn new((key, group): &'a (Key, Group)) -> Self {
        Self {
            key: match key {
                Key::Plugin(plugin) => KeyReport::Plugin { plugin },
                Key::Tag { tag, plugin } => KeyReport::Tag { tag, plugin },
                Key::Run(run) => KeyReport::Run { run },
                Key::NoValues => KeyReport::NoValues { plugin: None },
            },
            points: group.points,
            bytes: group.parts.total(),
            parts: group.parts.into(),
        }
    }
}

impl From<Parts> for PartsReport {
    fn from(parts: Parts) -> Self {
        Self {
            data: parts.data,
            metadata: parts.metadata,
            framing: parts.framing,
            events: parts.events,
            damaged: parts.damaged,
        }
    }
}

impl<'a> LargeReport<'a> {
    fn new(large: &'a Large) -> Self {
        let (tag, plugin) = large
            .value
            .as_ref()
            .map(|(tag, plugin)| (&**tag, &**plugin))
            .unzip();
        Self {
            bytes: large.bytes,
            run: &large.run,
            file: PathText(&large.file),
            record: large.record,
            offset: large.offset,
            step: large.step,
            event: large.event,
            tag,
            plugin,
            values: large.values,
        }
    }
}
