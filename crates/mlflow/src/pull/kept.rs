//! Series of which `push` kept everything in `tfevents/KIND/NAME.jsonl`, one line per value.

use std::io::{self, BufRead as _, BufReader, Read};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use tfevents::{Kind, WallTime};

use crate::api::metrics::Number;
use crate::mapping::artifacts::directory;

/// The longest line that is read: twice what a record of an event file may be, because bytes are text in it.
const LONGEST: u64 = 512 << 20;

/// The file of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) kind: Kind,
    pub(super) path: String,
}

/// Where a value belongs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) tag: String,
    pub(super) step: i64,
    pub(super) time: WallTime,
}

/// What a line says about a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) place: Place,
    /// All files that the value became.
    pub(super) files: Vec<String>,
    pub(super) form: Form,
}

/// What it takes to log a value again.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Form {
    /// The value as it is stored, with the paths of files instead of what they hold.
    Message(Vec<u8>),
    /// An event of its own with the run's graph, which is in the first file.
    Graph,
    /// One with what an executed step cost.
    RunMetadata,
}

#[derive(Deserialize)]
struct Fields<'a> {
    tag: String,
    step: i64,
    wall_time: Number,
    #[serde(default)]
    files: Vec<String>,
    message: Option<Bytes>,
    #[serde(borrow)]
    value: &'a RawValue,
}

#[derive(Deserialize)]
struct Bytes {
    base64: String,
}

/// Which event it was.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Own {
    GraphDef(IgnoredAny),
    RunMetadata(IgnoredAny),
}

/// Which series an artifact keeps; `None` if it is something else.
pub(super) fn of(path: &str) -> Option<Kept> {
    let name = path.strip_prefix("tfevents/")?.strip_suffix(".jsonl")?;
    let (kind, _) = name.split_once('/')?;
    let kind = Kind::ALL.into_iter().find(|known| known.name() == kind)?;
    let path = path.to_owned();
    Some(Kept { kind, path })
}

impl Kept {
    /// Whether an artifact is a page on which series of this kind are drawn.
    pub(super) fn is_drawn_in(&self, path: &str) -> bool {
        let rest = path.strip_prefix(directory(self.kind));
        rest.is_some_and(|rest| rest.starts_with('/')) && path.ends_with(".html")
    }
}

/// The lines of a series' file.
#[derive(Debug)]
pub(super) struct Lines<R> {
    file: BufReader<R>,
    line: Vec<u8>,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(file: R) -> Self {
        Self {
            file: BufReader::new(file),
            line: Vec::new(),
        }
    }

    /// The next line, if there is one.
    pub(super) fn next(&mut self) -> io::Result<Option<Result<Line, Damaged>>> {
        self.line.clear();
        let mut rest = self.file.by_ref().take(LONGEST);
        match rest.read_until(b'\n', &mut self.line)? {
            0 => Ok(None),
            _ => Ok(Some(line(&self.line).ok_or(Damaged))),
        }
    }
}

/// A line is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Damaged;

fn line(bytes: &[u8]) -> Option<Line> {
    let fields: Fields<'_> = serde_json::from_slice(bytes).ok()?;
    let form = match fields.message {
        Some(message) => Form::Message(STANDARD.decode(message.base64).ok()?),
        None => match serde_json::from_str(fields.value.get()).ok()? {
            Own::GraphDef(_) => Form::Graph,
            Own::RunMetadata(_) => Form::RunMetadata,
        },
    };
    Some(Line {
        place: Place {
            tag: fields.tag,
            step: fields.step,
            time: WallTime::from_secs(fields.wall_time.0),
        },
        files: fields.files,
        form,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &str) -> Vec<Result<Line, Damaged>> {
        let (mut lines, mut read) = (Lines::new(lines.as_bytes()), Vec::new());
        while let Some(line) = lines.next().unwrap() {
            read.push(line);
        }
        read
    }

    #[test]
    fn only_files_of_series_are_taken() {
        for path in [
            "tfevents/log.jsonl",
            "tfevents/nothing/a.jsonl",
            "tfevents/text/a.json",
            "text/a.jsonl",
        ] {
            assert_eq!(of(path), None, "{path}");
        }
        let kept = of("tfevents/pr_curve/a.jsonl").unwrap();
        assert_eq!(kept.kind, Kind::PrCurve);
        assert!(kept.is_drawn_in("pr_curves/a.html"));
        assert!(!kept.is_drawn_in("pr_curves.html") && !kept.is_drawn_in("pr_curves/a.md"));
    }

    #[test]
    fn a_line_is_a_value_or_damaged() {
        let lines = "{\"tag\":\"h\",\"step\":1,\"wall_time\":1.25,\"value\":{\"a\":[1]},\"files\":[\"a/b\"],\"message\":{\"base64\":\"YWI=\"}}\n\
                     {\"tag\":\"g\",\"step\":2,\"wall_time\":\"NaN\",\"value\":{\"graph_def\":{\"file\":\"c\"}},\"files\":[\"c\"]}\n\
                     {\"tag\":\"h\",\"step\":2,\"wall_time\":1.5,\"value\":\"x\"}\n\
                     {\"tag\":\"h\",\"st";
        let read = read(lines);
        let [Ok(value), Ok(graph), Err(Damaged), Err(Damaged)] = &read[..] else {
            panic!("{read:?}");
        };
        assert_eq!(value.form, Form::Message(b"ab".to_vec()));
        assert_eq!((value.place.step, value.place.time.as_secs()), (1, 1.25));
        assert_eq!(value.files, ["a/b"]);
        assert_eq!(graph.form, Form::Graph);
        assert!(graph.place.time.as_secs().is_nan());
    }
}
