use std::io::{Cursor, Read, Seek};

use super::skimmer::{CAPACITY, WHOLE};
use super::*;
use crate::plugin::{Kind, PointDecoder};
use crate::proto::{self, Message as _, event::What, summary::value::Value as V};
use crate::record;
use crate::{Text, plugin, wire};

fn summary(values: Vec<proto::summary::Value>) -> proto::Event {
    proto::Event {
        wall_time: 1_700_000_000.5,
        step: 300,
        what: Some(What::Summary(proto::Summary { value: values })),
        ..Default::default()
    }
}

fn value(tag: &str, value: V) -> proto::summary::Value {
    proto::summary::Value {
        tag: tag.to_owned(),
        value: Some(value),
        ..Default::default()
    }
}

/// Pictures, sounds, texts, histograms and graphs around `len` bytes, scalars between them.
fn events(len: usize) -> Vec<proto::Event> {
    let blob = vec![7; len];
    let image = V::Image(proto::summary::Image {
        height: 3,
        width: 5,
        encoded_image_string: blob.clone(),
        ..Default::default()
    });
    let audio = V::Audio(proto::summary::Audio {
        sample_rate: 8000.0,
        encoded_audio_string: blob.clone(),
        content_type: "audio/wav".to_owned(),
        ..Default::default()
    });
    let text = Text::new("x".repeat(len));
    let text = plugin::message("text", &text).unwrap();
    let histogram = V::Histo(proto::HistogramProto {
        bucket: vec![1.0; len / 8],
        bucket_limit: vec![2.0; len / 8],
        ..Default::default()
    });
    let event = |what| proto::Event {
        what: Some(what),
        ..Default::default()
    };
    // A graph, and a list of operations that is as long.
    let mut meta_graph = Vec::new();
    wire::put_bytes(&mut meta_graph, 1, &blob);
    wire::put_bytes(&mut meta_graph, 2, &blob);
    let run_metadata = What::TaggedRunMetadata(proto::TaggedRunMetadata {
        tag: "step1".to_owned(),
        run_metadata: blob.clone(),
    });
    let loss = || value("loss", V::SimpleValue(0.5));
    vec![
        summary(vec![loss()]),
        summary(vec![loss(), value("image", image), loss()]),
        event(What::MetaGraphDef(meta_graph)),
        event(What::GraphDef(blob)),
        event(run_metadata),
        summary(vec![value("audio", audio), text]),
        summary(vec![value("histogram", histogram)]),
        summary(vec![loss()]),
    ]
}

fn file(events: &[proto::Event]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for event in events {
        record::frame(&mut bytes, &event.encode_to_vec());
    }
    bytes
}

/// What both readers have to agree on.
#[derive(Debug, PartialEq)]
enum Seen {
    Event(u64, u64, u64, f64, i64, &'static str),
    Value(String, Kind, u64, u64),
    Defect(crate::reader::Defect),
}

fn see<'a>(
    item: EventItem<'a, impl Into<SkimmedRecord<'a>>>,
    decoder: &mut PointDecoder,
    seen: &mut Vec<Seen>,
) -> bool {
    match item {
        EventItem::Event(record) => {
            let record = record.into();
            seen.push(Seen::Event(
                record.offset(),
                record.record(),
                record.size(),
                record.wall_time().as_secs(),
                record.step(),
                record.name(),
            ));
            for v in record.known_values(decoder) {
                let v = v.unwrap();
                let tag = v.tag.to_owned();
                seen.push(Seen::Value(tag, v.kind, v.size, v.metadata_size));
            }
        }
        EventItem::Damage(defect) => seen.push(Seen::Defect(defect)),
        EventItem::End(_) => return false,
    }
    true
}

/// Reads in both ways.
fn both(bytes: &[u8]) -> [(Vec<Seen>, Health); 2] {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x");
    std::fs::write(&path, bytes).unwrap();
    let (mut whole, mut skimmed) = (Vec::new(), Vec::new());
    let mut reader = EventReader::open(&path).unwrap();
    reader.finish();
    let mut decoder = PointDecoder::default();
    while see(reader.next_item().unwrap(), &mut decoder, &mut whole) {}
    let mut skimmer = SkimReader::open(&path).unwrap();
    let mut decoder = PointDecoder::default();
    while see(skimmer.next_item().unwrap(), &mut decoder, &mut skimmed) {}
    [
        (whole, reader.health().clone()),
        (skimmed, skimmer.health().clone()),
    ]
}

#[test]
fn events_and_sizes_are_those_of_the_file() {
    for len in [10, KEPT_AND_MORE, WHOLE, 100_000, 3 << 20] {
        let bytes = file(&events(len));
        let [whole, skimmed] = both(&bytes);
        assert_eq!(whole, skimmed, "{len}");
        let sizes = skimmed.0.iter().map(|seen| match seen {
            Seen::Event(_, _, size, ..) => *size,
            _ => 0,
        });
        assert_eq!(sizes.sum::<u64>(), bytes.len() as u64);
    }
}

const KEPT_AND_MORE: usize = 5000;

/// Protobuf lets the last of them count, as if the others were not there.
#[test]
fn an_event_that_says_twice_what_it_is_is_read_whole() {
    let text = |len| plugin::message("text", &Text::new("x".repeat(len))).unwrap();
    let long = summary(vec![text(100_000)]);
    let short = summary(vec![text(10), text(50_000)]);
    let graph = proto::Event {
        what: Some(What::GraphDef(vec![7; 100_000])),
        ..Default::default()
    };
    for events in [[&long, &graph, &short], [&graph, &long, &graph]] {
        let mut bytes = Vec::new();
        record::frame(
            &mut bytes,
            &events.map(proto::Message::encode_to_vec).concat(),
        );
        let [whole, skimmed] = both(&bytes);
        assert_eq!(whole, skimmed);
        assert!(whole.0.len() > 1, "{whole:?}");
    }
}

#[test]
fn large_parts_are_not_read() {
    struct Counted(Cursor<Vec<u8>>, usize);
    impl Read for Counted {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let n = self.0.read(buf)?;
            self.1 += n;
            Ok(n)
        }
    }
    impl Seek for Counted {
        fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }
    let events = events(3 << 20);
    let bytes = file(&events);
    let len = bytes.len() as u64;
    let mut skimmer = Skimmer::new(Counted(Cursor::new(bytes), 0), len);
    let mut records = 0;
    while skimmer.advance().unwrap() {
        records += 1;
    }
    assert_eq!((records, skimmer.place.offset), (events.len(), len));
    // A buffer at the start and one behind each large part, of which there are nine.
    let read = skimmer.file.get_ref().1;
    assert!(read <= 10 * CAPACITY, "{read}");
}

#[test]
fn damage_to_the_framing_is_found_as_ever() {
    let bytes = file(&events(100_000));
    let second = record::framed_len(&bytes).unwrap();
    for at in [0, 3, second, second + 9] {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x40;
        let [whole, skimmed] = both(&damaged);
        assert_eq!(whole, skimmed, "byte {at}");
        assert_eq!(whole.1.damaged, 1);
    }
    for end in [5, 20, second + 50_000, bytes.len() - 1] {
        let [whole, skimmed] = both(&bytes[..end]);
        assert_eq!(whole, skimmed, "cut at {end}");
    }
}

#[test]
fn skimming_starts_again_behind_damage() {
    let mut bytes = file(&events(3 << 20));
    bytes[0] ^= 1;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x");
    std::fs::write(&path, &bytes).unwrap();
    let mut reader = SkimReader::open(&path).unwrap();
    let (mut skipped, mut sizes) = (Vec::new(), 0);
    loop {
        match reader.next_item().unwrap() {
            EventItem::Event(record) => {
                skipped.push(record.skipped() > 0);
                sizes += record.size();
            }
            EventItem::Damage(defect) => sizes += defect.len,
            EventItem::End(_) => break,
        }
    }
    assert_eq!(skipped, [false, false, true, true, true, true, false]);
    assert_eq!(sizes, bytes.len() as u64);
}

#[test]
fn whatever_is_damaged_every_byte_is_accounted_for() {
    let bytes = file(&events(20_000));
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x");
    let check = |bytes: &[u8], what: &str| {
        std::fs::write(&path, bytes).unwrap();
        let mut reader = SkimReader::open(&path).unwrap();
        let mut accounted = 0;
        loop {
            match reader.next_item().unwrap() {
                EventItem::Event(record) => {
                    let mut decoder = PointDecoder::default();
                    let values = record.known_values(&mut decoder).flatten();
                    let values = values.map(|value| value.size);
                    assert!(values.sum::<u64>() < record.size(), "{what}");
                    accounted += record.size();
                }
                EventItem::Damage(defect) => accounted += defect.len,
                EventItem::End(health) => {
                    accounted += health.end.bytes();
                    break;
                }
            }
        }
        assert_eq!(accounted, bytes.len() as u64, "{what}");
    };
    // Headers, keys and lengths are where it matters: these are in the first bytes of records.
    let mut start = 0;
    while let Some(len) = bytes.get(start..).and_then(record::framed_len) {
        for at in start..(start + 60).min(bytes.len()) {
            for flip in [0x01, 0x80] {
                let mut damaged = bytes.clone();
                damaged[at] ^= flip;
                check(&damaged, &format!("byte {at} ^ {flip}"));
            }
        }
        start += len;
    }
    for end in (0..bytes.len()).step_by(997) {
        check(&bytes[..end], &format!("cut at {end}"));
    }
}

#[test]
fn payloads_go_unverified_unless_they_make_no_sense() {
    let mut bytes = file(&[summary(vec![value("loss", V::SimpleValue(0.5))])]);
    let tag = bytes.windows(4).position(|w| w == b"loss").unwrap();
    bytes[tag] = b'm';
    let [whole, skimmed] = both(&bytes);
    assert_eq!((whole.1.damaged, skimmed.1.damaged), (1, 0));
    bytes[record::HEADER_LEN] = 0xff;
    let [whole, skimmed] = both(&bytes);
    assert_eq!(whole, skimmed);
}

#[cfg(feature = "gzip")]
#[test]
fn a_compressed_file_is_read_whole() {
    use std::io::Write as _;

    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(&file(&events(100_000))).unwrap();
    let [whole, skimmed] = both(&gz.finish().unwrap());
    assert_eq!(whole, skimmed);
    assert_eq!(whole.1.records, 8);
}

#[test]
fn kinds_are_known_without_the_values() {
    let mut picture = plugin::message("picture", &Text::new("x")).unwrap();
    picture.metadata = Some(plugin::metadata("images", Vec::new()));
    let [_, (seen, _)] = both(&file(&[summary(vec![picture])]));
    assert!(matches!(&seen[1], Seen::Value(_, Kind::Image, ..)));
}
