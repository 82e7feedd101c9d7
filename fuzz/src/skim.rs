//! Skimming against reading as a whole.

use std::path::Path;

use tfevents::plugin::PointDecoder;
use tfevents::proto::{self, Message as _, event::What, summary};
use tfevents::reader::{SkimReader, SkimmedRecord};
use tfevents::record;
use tfevents::{Error, EventItem, EventReader, Kind};

/// Skimming finds the records that reading finds, with the same sizes, and the same damage to the framing; every
/// byte of a file is accounted for.
pub fn skim(data: &[u8]) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("events.out.tfevents.1");
    let mut content = Vec::new();
    let mut intact = true;
    for piece in data.split(|&b| b == 0xfe).take(32) {
        let (&kind, rest) = piece.split_first().unwrap_or((&0, &[]));
        match kind % 16 {
            15 => {
                content.extend_from_slice(rest);
                intact &= rest.is_empty();
            }
            kind @ 8..15 => record::frame(&mut content, &large(kind, rest)),
            _ => record::frame(&mut content, rest),
        }
    }
    std::fs::write(&path, &content).expect("a file");
    let skimmed = skimmed(&path);
    let read = read(&path);
    assert_eq!(accounted(&skimmed), content.len() as u64, "skimmed");
    assert_eq!(accounted(&read), content.len() as u64, "read");
    // A checksum that fails inside a payload is not seen by both.
    if intact {
        assert_eq!(skimmed, read);
    }
}

/// What a file holds, as far as both know it.
#[derive(Debug, PartialEq)]
enum Seen {
    Event {
        offset: u64,
        record: u64,
        size: u64,
        step: i64,
        wall_time: u64,
        values: Vec<Option<(String, Kind, u64, u64)>>,
    },
    Damage(String, u64),
    End(String, u64),
}

fn seen<'a>(
    item: Result<EventItem<'a, impl Into<SkimmedRecord<'a>>>, Error>,
    decoder: &mut PointDecoder,
) -> Seen {
    match item.expect("the system lets it be read") {
        EventItem::Event(record) => {
            let record = record.into();
            Seen::Event {
                offset: record.offset(),
                record: record.record(),
                size: record.size(),
                step: record.step(),
                wall_time: record.wall_time().as_secs().to_bits(),
                values: record
                    .known_values(decoder)
                    .map(|value| {
                        let value = value.ok()?;
                        let tag = value.tag.to_owned();
                        Some((tag, value.kind, value.size, value.metadata_size))
                    })
                    .collect(),
            }
        }
        EventItem::Damage(defect) => Seen::Damage(format!("{defect:?}"), defect.len),
        EventItem::End(health) => Seen::End(format!("{health:?}"), health.end.bytes()),
    }
}

fn skimmed(path: &Path) -> Vec<Seen> {
    let mut reader = SkimReader::open(path).expect("a file");
    let mut decoder = PointDecoder::default();
    collect(|| seen(reader.next_item(), &mut decoder))
}

fn read(path: &Path) -> Vec<Seen> {
    let mut reader = EventReader::open(path).expect("a file");
    reader.finish();
    let mut decoder = PointDecoder::default();
    collect(|| seen(reader.next_item(), &mut decoder))
}

fn collect(mut next: impl FnMut() -> Seen) -> Vec<Seen> {
    let mut all = Vec::new();
    while !matches!(all.last(), Some(Seen::End(..))) {
        all.push(next());
    }
    all
}

fn accounted(seen: &[Seen]) -> u64 {
    let len = |seen: &Seen| match seen {
        Seen::Event { size, .. } => *size,
        Seen::Damage(_, len) | Seen::End(_, len) => *len,
    };
    seen.iter().map(len).sum()
}

/// An event with bodies that are passed over, or nearly so: of each 4 bytes one length, and what is in it.
fn large(kind: u8, bytes: &[u8]) -> Vec<u8> {
    let bodies = bytes.chunks(4).take(8);
    let mut bodies = bodies.map(|chunk| {
        let len = chunk.iter().fold(0, |len, &b| 61 * len + usize::from(b)) % 20_000;
        (
            chunk,
            chunk.iter().copied().cycle().take(len).collect::<Vec<_>>(),
        )
    });
    let mut event = proto::Event {
        wall_time: 1.5,
        step: i64::from(kind),
        ..Default::default()
    };
    event.what = match kind {
        8 => bodies.next().map(|(_, body)| What::GraphDef(body)),
        9 => bodies.next().map(|(_, body)| What::MetaGraphDef(body)),
        10 => bodies.next().map(|(chunk, run_metadata)| {
            What::TaggedRunMetadata(proto::TaggedRunMetadata {
                tag: String::from_utf8_lossy(chunk).into_owned(),
                run_metadata,
            })
        }),
        _ => Some(What::Summary(proto::Summary {
            value: bodies
                .map(|(chunk, body)| summary::Value {
                    tag: String::from_utf8_lossy(chunk).into_owned(),
                    value: Some(value(chunk, body)),
                    ..Default::default()
                })
                .collect(),
        })),
    };
    let mut payload = event.encode_to_vec();
    // Broken somewhere, now and then.
    if let (14, [at, by, ..]) = (kind, bytes) {
        let len = payload.len();
        if let Some(byte) = payload.get_mut(usize::from(*at) * 7 % len.max(1)) {
            *byte ^= by;
        }
    }
    payload
}

fn value(chunk: &[u8], body: Vec<u8>) -> summary::value::Value {
    use summary::value::Value;

    match chunk.first().map_or(0, |b| b % 5) {
        0 => Value::SimpleValue(0.5),
        1 => Value::Image(summary::Image {
            height: 3,
            encoded_image_string: body,
            ..Default::default()
        }),
        2 => Value::Audio(summary::Audio {
            sample_rate: 8000.0,
            encoded_audio_string: body,
            content_type: "audio/wav".into(),
            ..Default::default()
        }),
        3 => Value::Histo(proto::HistogramProto {
            bucket: body.iter().map(|&b| f64::from(b)).collect(),
            ..Default::default()
        }),
        _ => Value::Tensor(proto::TensorProto {
            tensor_content: body,
            ..Default::default()
        }),
    }
}
