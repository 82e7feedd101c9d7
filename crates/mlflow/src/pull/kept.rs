//! Series of which `push` kept everything in `tfevents/KIND/NAME.jsonl`, one line per value.

use std::collections::{HashMap, HashSet};
use std::io::{self, BufRead as _, BufReader, Read};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use tfevents::proto::tensor_shape_proto::Dim;
use tfevents::proto::{TensorShapeProto, summary, summary::value};
use tfevents::{Histogram, Kind, PrCurve, Text, WallTime, plugin};

use crate::api::metrics::Number;
use crate::mapping::artifacts::directory;

/// The longest line that is read: no record of an event file may be longer.
const LONGEST: u64 = 256 << 20;

/// The file of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) kind: Kind,
    /// What the files begin with that people look at.
    shown: String,
}

/// What the series' files say about other files.
#[derive(Debug, Default)]
pub(super) struct Others {
    /// Those that hold nothing that is not here, too.
    pub(super) covered: HashSet<String>,
    /// What pictures and sounds are, by the paths of their files.
    pub(super) places: HashMap<String, Place>,
}

/// Where a value belongs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) tag: String,
    pub(super) step: i64,
    pub(super) time: WallTime,
}

/// What a line is.
#[derive(Debug)]
pub(super) enum Line {
    /// A value to be written.
    Value(Place, Box<summary::Value>),
    /// One that other files hold.
    Elsewhere,
    /// One that cannot be written as it was.
    Strange,
    /// It is damaged.
    Damaged,
}

#[derive(Deserialize)]
struct Fields<'a> {
    tag: String,
    step: i64,
    wall_time: Number,
    #[serde(borrow)]
    value: &'a serde_json::value::RawValue,
}

#[derive(Deserialize)]
struct Buckets {
    buckets: Vec<[f64; 3]>,
}

#[derive(Deserialize)]
struct Curve {
    true_positives: Vec<Number>,
    false_positives: Vec<Number>,
    true_negatives: Vec<Number>,
    false_negatives: Vec<Number>,
    precision: Vec<Number>,
    recall: Vec<Number>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Cells {
    One(String),
    List(Vec<String>),
    Table(Vec<Vec<String>>),
    Deep {
        shape: Vec<usize>,
        cells: Vec<String>,
    },
}

#[derive(Deserialize)]
struct Files {
    samples: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    file: String,
}

/// Which series an artifact keeps; `None` if it is something else, or of a kind that is not read back.
pub(super) fn of(path: &str) -> Option<Kept> {
    let path = path.strip_prefix("tfevents/")?.strip_suffix(".jsonl")?;
    let (kind, name) = path.split_once('/')?;
    let mut kinds = [
        Kind::Histogram,
        Kind::PrCurve,
        Kind::Text,
        Kind::Image,
        Kind::Audio,
    ]
    .into_iter();
    let kind = kinds.find(|known| known.name() == kind)?;
    let shown = format!("{}/{name}", directory(kind));
    Some(Kept { kind, shown })
}

impl Kept {
    /// Its lines.
    pub(super) fn lines<R: Read>(&self, file: R) -> Lines<'_, R> {
        Lines {
            kept: self,
            file: BufReader::new(file),
            line: Vec::new(),
            steps: HashMap::new(),
        }
    }
}

/// The lines of a series under way.
#[derive(Debug)]
pub(super) struct Lines<'a, R> {
    kept: &'a Kept,
    file: BufReader<R>,
    line: Vec<u8>,
    /// How many values of each step there were.
    steps: HashMap<i64, u32>,
}

impl<R: Read> Lines<'_, R> {
    /// What the next line is; notes what it says about other files.
    pub(super) fn next(&mut self, others: &mut Others) -> io::Result<Option<Line>> {
        let page = format!("{}.html", self.kept.shown);
        others.covered.insert(page);
        self.line.clear();
        let mut rest = self.file.by_ref().take(LONGEST);
        match rest.read_until(b'\n', &mut self.line)? {
            0 => Ok(None),
            _ => Ok(Some(self.kept.line(&self.line, &mut self.steps, others))),
        }
    }
}

impl Kept {
    fn line(&self, bytes: &[u8], steps: &mut HashMap<i64, u32>, others: &mut Others) -> Line {
        let Ok(fields) = serde_json::from_slice::<Fields<'_>>(bytes) else {
            return Line::Damaged;
        };
        let (tag, json) = (&*fields.tag, fields.value.get());
        let place = Place {
            tag: fields.tag.clone(),
            step: fields.step,
            time: WallTime::from_secs(fields.wall_time.0),
        };
        let value = match self.kind {
            Kind::Histogram => histogram(tag, json),
            Kind::PrCurve => curve(tag, json),
            Kind::Text => {
                let count = steps.entry(place.step).or_default();
                *count += 1;
                let value = text(tag, json);
                if value.is_some() {
                    let again = match *count {
                        1 => String::new(),
                        count => format!("~{count}"),
                    };
                    let path = format!("{}/{}{again}.md", self.shown, place.step);
                    others.covered.insert(path);
                    value
                } else {
                    // Its file has it as well as can be.
                    return Line::Elsewhere;
                }
            }
            _ => return elsewhere(&place, json, others),
        };
        value.map_or(Line::Strange, |value| Line::Value(place, Box::new(value)))
    }
}

/// Notes which files hold a value's pictures or sounds. Several are series of their own.
fn elsewhere(place: &Place, json: &str, others: &mut Others) -> Line {
    let Some(Files { samples }) = parsed(json) else {
        return Line::Strange;
    };
    let is_one = samples.len() == 1;
    for (i, sample) in samples.into_iter().enumerate() {
        let mut place = place.clone();
        if !is_one {
            place.tag = format!("{}/{i}", place.tag);
        }
        others.places.insert(sample.file, place);
    }
    Line::Elsewhere
}

fn parsed<T: DeserializeOwned>(json: &str) -> Option<T> {
    serde_json::from_str(json).ok()
}

fn histogram(tag: &str, json: &str) -> Option<summary::Value> {
    let Buckets { buckets } = parsed(json)?;
    let histogram = Histogram::from_buckets(buckets).ok()?;
    plugin::message(tag, &histogram).ok()
}

fn curve(tag: &str, json: &str) -> Option<summary::Value> {
    let curve: Curve = parsed(json)?;
    let row = |numbers: Vec<Number>| numbers.into_iter().map(|number| number.0).collect();
    let curve = PrCurve {
        true_positives: row(curve.true_positives),
        false_positives: row(curve.false_positives),
        true_negatives: row(curve.true_negatives),
        false_negatives: row(curve.false_negatives),
        precision: row(curve.precision),
        recall: row(curve.recall),
    };
    plugin::message(tag, &curve).ok()
}

/// A text, a list or table of texts, or one of more dimensions.
fn text(tag: &str, json: &str) -> Option<summary::Value> {
    let (shape, cells) = match parsed(json)? {
        Cells::One(text) => (Vec::new(), vec![text]),
        Cells::List(cells) => (vec![cells.len()], cells),
        Cells::Table(rows) => {
            let columns = rows.first().map_or(0, Vec::len);
            (vec![rows.len(), columns], rows.concat())
        }
        Cells::Deep { shape, cells } => (shape, cells),
    };
    let count = shape
        .iter()
        .try_fold(1, |n: usize, len| n.checked_mul(*len));
    if count != Some(cells.len()) {
        return None;
    }
    let mut value = plugin::message(tag, &Text::new("")).ok()?;
    if let Some(value::Value::Tensor(tensor)) = &mut value.value {
        tensor.string_val = cells.into_iter().map(Into::into).collect();
        let sizes = shape.into_iter().map(|len| Dim {
            size: i64::try_from(len).unwrap_or(i64::MAX),
            ..Dim::default()
        });
        tensor.tensor_shape = Some(TensorShapeProto {
            dim: sizes.collect(),
            ..TensorShapeProto::default()
        });
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, lines: &str) -> (Vec<Line>, Others) {
        let (kept, mut others) = (of(path).unwrap(), Others::default());
        let (mut lines, mut read) = (kept.lines(lines.as_bytes()), Vec::new());
        while let Some(line) = lines.next(&mut others).unwrap() {
            read.push(line);
        }
        (read, others)
    }

    #[test]
    fn only_series_that_can_be_written_are_taken() {
        for path in [
            "tfevents/log.jsonl",
            "tfevents/mesh/a.jsonl",
            "tfevents/text/a.json",
            "text/a.jsonl",
        ] {
            assert_eq!(of(path), None, "{path}");
        }
    }

    #[test]
    fn what_is_damaged_or_strange_is_told() {
        let lines = "{\"tag\":\"h\",\"step\":1,\"wall_time\":1.5,\"value\":{\"buckets\":[[0.0,1.0,2.0]]}}\n\
                     {\"tag\":\"h\",\"step\":2,\"wall_time\":1.5,\"value\":{\"stored\":null}}\n\
                     {\"tag\":\"h\",\"st";
        let (read, others) = read("tfevents/histogram/h.jsonl", lines);
        assert!(
            matches!(&read[..], [Line::Value(..), Line::Strange, Line::Damaged]),
            "{read:?}"
        );
        assert!(others.covered.contains("histograms/h.html"));
    }

    #[test]
    fn files_of_texts_that_come_again_are_covered_one_by_one() {
        let line = "{\"tag\":\"a/b\",\"step\":3,\"wall_time\":1.5,\"value\":\"x\"}\n";
        let (_, others) = read("tfevents/text/a~b.jsonl", &line.repeat(2));
        for path in ["text/a~b/3.md", "text/a~b/3~2.md"] {
            assert!(others.covered.contains(path), "{path}");
        }
        // One that was pushed later.
        assert!(!others.covered.contains("text/a~b/3~3.md"));
    }

    #[test]
    fn pictures_are_where_they_were_logged() {
        let line = "{\"tag\":\"p\",\"step\":3,\"wall_time\":1.25,\"value\":{\"samples\":[{\"file\":\"images/a\"},{\"file\":\"images/b\"}]}}\n";
        let (_, others) = read("tfevents/image/p.jsonl", line);
        let place = &others.places["images/b"];
        assert_eq!((&*place.tag, place.step), ("p/1", 3));
        assert_eq!(place.time.as_secs(), 1.25);
    }
}
