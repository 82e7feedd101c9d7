//! One series: the files of its values, and the file that says exactly what was logged.

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tempfile::TempDir;
use tfevents::json::Base64;
use tfevents::{Kind, Value};
use tfevents_table::Row;

use super::{Artifact, Content, audio, exact, file, graph, image, text};
use crate::error::{Error, ErrorKind, Result};

/// What is held in memory of lines that go to a file.
const BUFFER: usize = 64 << 10;

/// What was met of a series.
#[derive(Debug)]
pub(super) struct Series {
    kind: Kind,
    name: String,
    /// Lines that are not in its file yet.
    lines: Vec<u8>,
    /// The name of that file.
    spooled: String,
    /// How many values of each step became files.
    steps: HashMap<i64, u32>,
    /// How many values there were.
    count: u64,
    grown: bool,
}

/// A line of a series' file: a value as the program's `export` prints it, and what it takes to log it again.
#[derive(Serialize)]
struct Line<'a, R> {
    #[serde(flatten)]
    row: R,
    /// All files that the value became.
    files: Vec<&'a str>,
    /// The value as it is stored; none of an event of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Base64<'a>>,
}

/// A place for what does not fit into memory.
pub(super) fn spool() -> Result<TempDir> {
    tempfile::tempdir().map_err(|e| cannot_spool(&e))
}

fn cannot_spool(e: &std::io::Error) -> Error {
    let what = format!("cannot keep what is to be sent in a temporary file: {e}");
    Error::new(ErrorKind::Local, what)
}

/// The directory of what a kind becomes, where it becomes files of its own.
pub(crate) fn directory(kind: Kind) -> &'static str {
    match kind {
        Kind::Audio => "audio",
        Kind::Text => "text",
        Kind::Graph => "graphs",
        Kind::Histogram => "histograms",
        Kind::PrCurve => "pr_curves",
        Kind::Mesh => "meshes",
        // Pictures are in `images`, by MLflow's own rules.
        _ => "images",
    }
}

impl Series {
    pub(super) fn new(kind: Kind, name: &str, number: usize) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            lines: Vec::new(),
            spooled: format!("{number}.jsonl"),
            steps: HashMap::new(),
            count: 0,
            grown: false,
        }
    }

    /// The files that a value becomes.
    pub(super) fn files(&mut self, row: &Row<'_>) -> Vec<Artifact> {
        match row.value {
            Value::Images(images) => image::files(row, &self.name, images),
            Value::Audio(clips) => {
                let clips = audio::files(clips);
                let stem = self.stem(row.step);
                let named = |(i, (bytes, extension)): (usize, &(&[u8], &str))| {
                    let sample = match clips.len() {
                        1 => String::new(),
                        _ => format!("_{i}"),
                    };
                    file(format!("{stem}{sample}.{extension}"), *bytes)
                };
                clips.iter().enumerate().map(named).collect()
            }
            Value::Text(text) => vec![file(self.stem(row.step) + ".md", text::file(text))],
            Value::Graph(bytes) => {
                let stem = self.stem(row.step);
                let page = graph::page(row.tag, bytes);
                let page = page.map(|page| file(format!("{stem}.html"), page));
                let stored = file(format!("{stem}.pb"), *bytes);
                [stored].into_iter().chain(page).collect()
            }
            Value::RunMetadata(bytes) => vec![file(self.stem(row.step) + ".pb", *bytes)],
            Value::KerasModel(json) => vec![file(self.stem(row.step) + ".json", *json)],
            _ => Vec::new(),
        }
    }

    /// Where the files of the next value of a step are, without their extensions. Steps that come again, as after a
    /// restart, are numbered.
    fn stem(&mut self, step: i64) -> String {
        let count = self.steps.entry(step).or_default();
        *count += 1;
        let again = match *count {
            1 => String::new(),
            count => format!("~{count}"),
        };
        format!("{}/{}/{step}{again}", directory(self.kind), self.name)
    }

    /// Notes what was logged, and in which files it is.
    pub(super) fn add(&mut self, row: &Row<'_>, files: &[Artifact], spool: &Path) -> Result<()> {
        // Small copies and pages are not what was logged.
        let is_own =
            |file: &&Artifact| !file.path.contains("+compressed.") && !file.path.ends_with(".html");
        let own: Vec<_> = match row.kind {
            // All of it is in the line, too.
            Kind::Text => Vec::new(),
            _ => files.iter().filter(is_own).collect(),
        };
        let message = exact::message(row, &own);
        let own: Vec<_> = own.into_iter().map(|file| file.path.clone()).collect();
        let line = Line {
            row: row.as_json(&own),
            files: files.iter().map(|file| &*file.path).collect(),
            message: message.as_deref().map(Base64),
        };
        serde_json::to_writer(&mut self.lines, &line).map_err(|e| cannot_spool(&e.into()))?;
        self.lines.push(b'\n');
        self.count += 1;
        self.grown = true;
        if self.lines.len() >= BUFFER {
            self.spill(spool)?;
        }
        Ok(())
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The file of its lines, which is complete after [`whole`](Self::whole).
    pub(super) fn spooled(&self, spool: &Path) -> PathBuf {
        spool.join(&self.spooled)
    }

    fn spill(&mut self, spool: &Path) -> Result<PathBuf> {
        let path = self.spooled(spool);
        let open = OpenOptions::new().create(true).append(true).open(&path);
        let written = open.and_then(|mut file| file.write_all(&self.lines));
        written.map_err(|e| cannot_spool(&e))?;
        self.lines.clear();
        Ok(path)
    }

    /// The file about all of it, if it has grown since this was asked last.
    pub(super) fn whole(&mut self, spool: &Path) -> Result<Option<Artifact>> {
        if !std::mem::take(&mut self.grown) {
            return Ok(None);
        }
        let content = Content::File(self.spill(spool)?);
        let path = format!("tfevents/{}/{}.jsonl", self.kind.name(), self.name);
        Ok(Some(Artifact { path, content }))
    }
}
