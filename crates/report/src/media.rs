//! Series of anything but scalars: what a page keeps of their values, as JSON.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use tfevents::{Kind, Policy, Value};
use tfevents_analysis::WholeRun;

use crate::columns;
use crate::markdown;
use crate::privacy::Privacy;

/// The kinds that a page shows besides scalars, in the order of its sections.
pub(crate) const KINDS: [Kind; 5] = [
    Kind::Image,
    Kind::Histogram,
    Kind::Text,
    Kind::Audio,
    Kind::PrCurve,
];
/// Those whose number [`Limits`] says.
pub(crate) const IMAGES: &[Kind] = &[Kind::Image, Kind::Audio];
pub(crate) const HISTOGRAMS: &[Kind] = &[Kind::Histogram, Kind::PrCurve];
/// So many pictures or clips of one value are kept.
const SAMPLES: usize = 8;

/// How many values of a series are kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Limits {
    pub(crate) images: usize,
    pub(crate) histograms: usize,
}

impl Limits {
    /// As many as TensorBoard shows, or a few more.
    pub(crate) const MOST: Self = Self {
        images: 12,
        histograms: 50,
    };

    fn of(self, kind: Kind) -> usize {
        match kind {
            kind if IMAGES.contains(&kind) => self.images,
            kind if HISTOGRAMS.contains(&kind) => self.histograms,
            _ => 20,
        }
    }
}

/// What a page holds of a tag.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) kind: Kind,
    pub(crate) packed: String,
    pub(crate) counts: Counts,
}

/// How many values are in the page, of how many; and those that no browser shows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) kept: u64,
    pub(crate) all: u64,
    pub(crate) unknown: u64,
}

#[derive(Serialize)]
struct Series {
    run: usize,
    points: Vec<Point>,
}

#[derive(Serialize)]
struct Point {
    step: i64,
    time: f64,
    #[serde(flatten)]
    value: Kept,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Kept {
    Images {
        width: Option<u32>,
        height: Option<u32>,
        images: Vec<String>,
    },
    /// Left and right edge of each bucket, and its count.
    Histogram {
        buckets: Vec<(f64, f64, f64)>,
    },
    Text {
        html: String,
    },
    Audio {
        clips: Vec<String>,
    },
    PrCurve {
        precision: Vec<f64>,
        recall: Vec<f64>,
        thresholds: Vec<f64>,
    },
}

/// Reads the series of a tag, of all runs that have it.
///
/// # Errors
///
/// None in practice: it is written to memory.
pub(crate) fn block(
    runs: &[(String, WholeRun<'_>)],
    (kind, tag): (Kind, &str),
    policy: Policy,
    limits: Limits,
    privacy: &Privacy,
) -> io::Result<Block> {
    let mut counts = Counts::default();
    let mut all = Vec::new();
    for (number, (_, run)) in runs.iter().enumerate() {
        let points = run.blobs(tag, policy).unwrap_or_default();
        if points.first().is_none_or(|point| point.kind() != kind) {
            continue;
        }
        counts.all += points.len() as u64;
        let mut kept = Vec::new();
        for at in spread(points.len(), limits.of(kind)) {
            let Some(point) = points.get(at) else {
                continue;
            };
            let value = point
                .read()
                .ok()
                .and_then(|blob| shown(blob.value().ok()?, privacy));
            match value {
                Some(value) => kept.push(Point {
                    step: point.step,
                    time: point.wall_time.as_secs(),
                    value,
                }),
                None => counts.unknown += 1,
            }
        }
        counts.kept += kept.len() as u64;
        if !kept.is_empty() {
            all.push(Series {
                run: number,
                points: kept,
            });
        }
    }
    Ok(Block {
        kind,
        packed: columns::packed(&serde_json::to_vec(&all)?)?,
        counts,
    })
}

/// At most so many positions among `n`, evenly, with the first and the last.
fn spread(n: usize, most: usize) -> Vec<usize> {
    match (n, most) {
        (0, _) | (_, 0) => Vec::new(),
        (n, 1) => vec![n - 1],
        (n, most) if n <= most => (0..n).collect(),
        (n, most) => (0..most).map(|i| i * (n - 1) / (most - 1)).collect(),
    }
}

/// What is kept of a value, if a browser can show it.
fn shown(value: Value<'_>, privacy: &Privacy) -> Option<Kept> {
    Some(match value {
        Value::Images(images) => {
            let urls = images.samples.iter().take(SAMPLES);
            let urls: Vec<_> = urls.filter_map(|image| picture(image)).collect();
            if urls.is_empty() {
                return None;
            }
            Kept::Images {
                width: images.width,
                height: images.height,
                images: urls,
            }
        }
        Value::Histogram(histogram) => Kept::Histogram {
            buckets: histogram
                .buckets()
                .iter()
                .map(|bucket| (bucket.left, bucket.right, bucket.count))
                .collect(),
        },
        Value::Text(text) => Kept::Text {
            html: text
                .to_text()
                .map(|cell| markdown::render(&privacy.text(&cell)))
                .collect(),
        },
        Value::Audio(clips) => {
            let clips = clips.clips.iter().take(SAMPLES);
            let urls: Vec<_> = clips.filter_map(|clip| sound(clip.encoded)).collect();
            if urls.is_empty() {
                return None;
            }
            Kept::Audio { clips: urls }
        }
        Value::PrCurve(curve) => Kept::PrCurve {
            thresholds: curve.thresholds().collect(),
            precision: curve.precision,
            recall: curve.recall,
        },
        _ => return None,
    })
}

/// An address that holds the picture itself.
fn picture(bytes: &[u8]) -> Option<String> {
    let format = match bytes {
        [0x89, b'P', b'N', b'G', ..] => "png",
        [0xff, 0xd8, 0xff, ..] => "jpeg",
        [b'G', b'I', b'F', b'8', ..] => "gif",
        [b'B', b'M', ..] => "bmp",
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => "webp",
        _ => return None,
    };
    Some(format!(
        "data:image/{format};base64,{}",
        STANDARD.encode(bytes)
    ))
}

/// An address that holds the sound itself.
fn sound(bytes: &[u8]) -> Option<String> {
    let format = match bytes {
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'A',
            b'V',
            b'E',
            ..,
        ] => "wav",
        [b'I', b'D', b'3', ..] | [0xff, 0xfb | 0xf3 | 0xf2, ..] => "mpeg",
        [b'O', b'g', b'g', b'S', ..] => "ogg",
        [b'f', b'L', b'a', b'C', ..] => "flac",
        _ => return None,
    };
    Some(format!(
        "data:audio/{format};base64,{}",
        STANDARD.encode(bytes)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_kept_from_the_first_to_the_last() {
        assert_eq!(spread(3, 5), [0, 1, 2]);
        assert_eq!(spread(100, 4), [0, 33, 66, 99]);
        assert_eq!(spread(100, 1), [99]);
        assert!(spread(0, 4).is_empty() && spread(4, 0).is_empty());
    }
}
