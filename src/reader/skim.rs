//! Reading events without their pictures, sounds, graphs and tensors, which are passed over by seeking.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::event::EventRef;
use crate::reader::event_reader::{EventItem, EventReader};
use crate::reader::event_record::{EventRecord, Skipped};
use crate::reader::health::Health;
use crate::reader::source::{EventFile, Stretch, read_up_to};
use crate::record::{
    self, FOOTER_LEN, HEADER_LEN, MAX_PAYLOAD, MAX_RECORD, OVERHEAD, RecordReader,
};

mod outline;

use outline::Outline;

/// Reads what the events of a file are, and not what is large in them: with an 80 GB logdir of pictures, a
/// few kilobytes of each.
///
/// For that the checksums of payloads go unverified; those of headers are checked all the same. Where
/// something is wrong, reading goes on as [`EventReader`] does for a while, so that damage to the framing is
/// found and passed over as ever. Damage inside payloads is found only if it makes them unreadable. A record may
/// be of any length, as long as what remains of it can be held in memory.
///
/// Bodies of more than a few kilobytes are left out, that is, empty: of pictures, sounds, histograms, tensors
/// and graphs. [`EventRecord::values`] says how large they are. Compressed files are read whole.
///
/// # Examples
///
/// ```
/// use tfevents::event::DataRef;
/// use tfevents::reader::SkimReader;
/// use tfevents::{EventItem, SummaryWriter};
///
/// # let dir = tempfile::tempdir()?;
/// let writer = SummaryWriter::new(dir.path())?;
/// writer.add_text("sample", "Lorem ipsum ".repeat(50_000), 1)?;
/// writer.flush()?;
///
/// let mut reader = SkimReader::open(writer.path())?;
/// let mut found = None;
/// while let EventItem::Event(record) = reader.next_item()? {
///     for value in record.values() {
///         let value = value?;
///         assert!(matches!(&value.value.data, DataRef::Tensor(body) if body.is_empty()));
///         found = Some((value.value.tag.to_owned(), value.size > 600_000));
///     }
/// }
/// assert_eq!(found, Some(("sample".to_owned(), true)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SkimReader {
    path: PathBuf,
    plain: Skimmer<Stretch>,
    /// The verifying reader that is at work, and the offset at which it has done its part.
    verified: Option<(EventReader<EventFile>, u64)>,
    health: Health,
}

/// How far the verifying reader goes behind a fault. It reads ahead, so that coming and going at every fault
/// of a file that is full of them would read it over and over.
const VERIFIED_STRETCH: u64 = 4 << 20;

impl SkimReader {
    /// Opens an event file that is not going to grow.
    ///
    /// # Errors
    ///
    /// A file that cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let open = || {
            let file = Arc::new(File::open(path)?);
            let len = file.metadata()?.len();
            let source = EventFile::new(Arc::clone(&file), 0)?;
            let verified = (!source.is_plain()).then(|| {
                let mut reader = EventReader::new(source);
                reader.finish();
                (reader, u64::MAX)
            });
            Ok::<_, io::Error>((Skimmer::new(Stretch::whole(file), len), verified))
        };
        let (plain, verified) = open().map_err(|e| Error::from(e).with_path(path))?;
        Ok(Self {
            path: path.to_path_buf(),
            plain,
            verified,
            health: Health::new(),
        })
    }

    /// Holds at most so many bytes of a record in memory: see [`EventReader::max_record`].
    #[must_use]
    pub fn max_record(mut self, bytes: u64) -> Self {
        self.plain.limit = bytes;
        self.verified = self
            .verified
            .map(|(reader, until)| (reader.max_record(bytes), until));
        self
    }

    /// The next event, damage, or the end.
    ///
    /// # Errors
    ///
    /// Only what the system says.
    pub fn next_item(&mut self) -> Result<EventItem<'_>> {
        let failed = |path: &Path, e: io::Error| Error::from(e).with_path(path);
        if let Some((reader, until)) = &self.verified
            && reader.offset() >= *until
            // What it read ahead is read again: no more than it did.
            && reader.records().ahead() as u64 <= VERIFIED_STRETCH
        {
            let (offset, record) = (reader.offset(), reader.record());
            self.plain
                .go_to(offset, record)
                .map_err(|e| failed(&self.path, e))?;
            self.verified = None;
        }
        if self.verified.is_none() {
            let Place { offset, record } = self.plain.place;
            if self.plain.advance().map_err(|e| failed(&self.path, e))?
                && let Ok(event) = EventRef::parse(&self.plain.payload)
            {
                self.health.records += 1;
                return Ok(EventItem::Event(EventRecord {
                    offset,
                    record,
                    payload: &self.plain.payload,
                    event,
                    skipped: Skipped {
                        total: self.plain.skipped,
                        values: &self.plain.skipped_of_values,
                    },
                }));
            }
            let reader = self.plain.verifying(offset, record);
            self.verified = Some((reader, offset.saturating_add(VERIFIED_STRETCH)));
        }
        let Some((reader, _)) = &mut self.verified else {
            return Ok(EventItem::End(&self.health));
        };
        Ok(
            match reader.next_item().map_err(|e| e.with_path(&self.path))? {
                EventItem::Event(record) => {
                    self.health.records += 1;
                    EventItem::Event(record)
                }
                EventItem::Damage(finding) => {
                    self.health.note(&finding);
                    EventItem::Damage(finding)
                }
                EventItem::End(health) => {
                    self.health.tail = health.tail;
                    EventItem::End(&self.health)
                }
            },
        )
    }

    /// Where the next record starts.
    #[must_use]
    pub fn offset(&self) -> u64 {
        match &self.verified {
            Some((reader, _)) => reader.offset(),
            None => self.plain.place.offset,
        }
    }

    /// The state of what was read so far.
    #[must_use]
    pub fn health(&self) -> &Health {
        &self.health
    }
}

/// Where a record starts, and how many stand before it.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    offset: u64,
    record: u64,
}

/// Takes outlines of a plain file's records, as long as these are in order.
#[derive(Debug)]
struct Skimmer<R> {
    file: BufReader<R>,
    len: u64,
    limit: u64,
    place: Place,
    /// The record before `place`, without what was passed over.
    payload: Vec<u8>,
    skipped: u64,
    skipped_of_values: Vec<u64>,
}

/// How much is read at a time: little, because much of it is passed over.
const CAPACITY: usize = 32 << 10;
/// Payloads up to this size are read whole: passing over parts of them would save nothing.
const WHOLE: usize = CAPACITY / 2;

impl Skimmer<Stretch> {
    /// A reader that checks everything from there on, wherever the file's other reader stands.
    fn verifying(&self, offset: u64, record: u64) -> EventReader<EventFile> {
        let source = EventFile::plain(Arc::clone(self.file.get_ref().file()), offset);
        let mut records = RecordReader::new(source)
            .starting_at(offset, record)
            .max_record(self.limit);
        records.ends_at(self.len);
        let mut reader = EventReader::from_records(records);
        reader.finish();
        reader
    }
}

impl<R: Read + Seek> Skimmer<R> {
    fn new(input: R, len: u64) -> Self {
        Self {
            file: BufReader::with_capacity(CAPACITY, input),
            len,
            limit: MAX_RECORD,
            place: Place::default(),
            payload: Vec::new(),
            skipped: 0,
            skipped_of_values: Vec::new(),
        }
    }

    fn go_to(&mut self, offset: u64, record: u64) -> io::Result<()> {
        self.place = Place { offset, record };
        self.file.seek(io::SeekFrom::Start(offset))?;
        Ok(())
    }

    /// Takes the next record's outline. False, and everything as before, where there is no whole record, or
    /// one that has to be looked at more closely.
    fn advance(&mut self) -> io::Result<bool> {
        let mut header = [0; HEADER_LEN];
        if read_up_to(&mut self.file, &mut header)? < HEADER_LEN {
            return Ok(false);
        }
        let Ok(length) = record::check_header(&header, MAX_PAYLOAD) else {
            return Ok(false);
        };
        let size = (length + OVERHEAD) as u64;
        if self.len.saturating_sub(self.place.offset) < size {
            return Ok(false);
        }
        match self.take_payload(length) {
            Ok(()) => {}
            // The file has changed, or is stranger than an outline allows for.
            Err(e) if matches!(e.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof) => {
                return Ok(false);
            }
            Err(e) => return Err(e),
        }
        self.file.seek_relative(FOOTER_LEN as i64)?;
        self.place.offset += size;
        self.place.record += 1;
        Ok(true)
    }

    fn take_payload(&mut self, length: usize) -> io::Result<()> {
        self.payload.clear();
        self.skipped_of_values.clear();
        self.skipped = 0;
        if length <= WHOLE && length as u64 <= self.limit {
            self.payload.resize(length, 0);
            return self.file.read_exact(&mut self.payload);
        }
        let outline = Outline {
            input: &mut self.file,
            out: &mut self.payload,
            limit: usize::try_from(self.limit).unwrap_or(usize::MAX),
            skipped: 0,
            skipped_of_values: &mut self.skipped_of_values,
        };
        self.skipped = outline.take(length as u64)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::plugin::{Decoder, Kind};
    use crate::proto::{self, Message as _, event::What, summary::value::Value as V};
    use crate::record::Tail;
    use crate::{Plugin as _, Text, plugin};

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
        let text = proto::summary::Value {
            metadata: Some(text.metadata()),
            ..value("text", V::Tensor(text.tensor().unwrap()))
        };
        let histogram = V::Histo(proto::HistogramProto {
            bucket: vec![1.0; len / 8],
            bucket_limit: vec![2.0; len / 8],
            ..Default::default()
        });
        let graph = proto::Event {
            what: Some(What::GraphDef(blob)),
            ..Default::default()
        };
        let loss = || value("loss", V::SimpleValue(0.5));
        vec![
            summary(vec![loss()]),
            summary(vec![loss(), value("image", image), loss()]),
            graph,
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
        Event(u64, u64, u64, f64, i64),
        Value(String, Kind, u64, u64),
        Finding(crate::reader::Finding),
    }

    fn see(item: EventItem<'_>, decoder: &mut Decoder, seen: &mut Vec<Seen>) -> bool {
        match item {
            EventItem::Event(record) => {
                let event = &record.event;
                seen.push(Seen::Event(
                    record.offset,
                    record.record,
                    record.size(),
                    event.wall_time,
                    event.step,
                ));
                for v in record.values() {
                    let v = v.unwrap();
                    let (kind, _) = decoder.series(&v.value);
                    seen.push(Seen::Value(
                        v.value.tag.to_owned(),
                        kind,
                        v.size,
                        v.metadata_size,
                    ));
                }
            }
            EventItem::Damage(finding) => seen.push(Seen::Finding(finding)),
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
        let mut decoder = Decoder::default();
        while see(reader.next_item().unwrap(), &mut decoder, &mut whole) {}
        let mut skimmer = SkimReader::open(&path).unwrap();
        let mut decoder = Decoder::default();
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
        // A buffer at the start and one behind each large part, of which there are six.
        let read = skimmer.file.get_ref().1;
        assert!(read <= 7 * CAPACITY, "{read}");
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
                EventItem::Damage(finding) => sizes += finding.len,
                EventItem::End(_) => break,
            }
        }
        assert_eq!(skipped, [false, false, true, true, false]);
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
                        let values = record.values().flatten().map(|value| value.size);
                        assert!(values.sum::<u64>() < record.size(), "{what}");
                        accounted += record.size();
                    }
                    EventItem::Damage(finding) => accounted += finding.len,
                    EventItem::End(health) => {
                        accounted += match health.tail {
                            Tail::Torn { len }
                            | Tail::Zeros { len }
                            | Tail::Damaged { len, .. } => len,
                            Tail::Clean => 0,
                        };
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

    #[test]
    fn a_compressed_file_is_read_whole() {
        use std::io::Write as _;

        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(&file(&events(100_000))).unwrap();
        let [whole, skimmed] = both(&gz.finish().unwrap());
        assert_eq!(whole, skimmed);
        assert_eq!(whole.1.records, 6);
    }

    #[test]
    fn kinds_are_known_without_the_values() {
        let metadata = plugin::metadata("images", Vec::new());
        let mut picture = value("picture", V::Tensor(Text::new("x").tensor().unwrap()));
        picture.metadata = Some(metadata);
        let [_, (seen, _)] = both(&file(&[summary(vec![picture])]));
        assert!(matches!(&seen[1], Seen::Value(_, Kind::Image, ..)));
    }
}
