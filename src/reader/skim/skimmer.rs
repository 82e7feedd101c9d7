//! Outlines of records, one by one.

use std::io::{self, BufReader, ErrorKind, Read, Seek};
use std::sync::Arc;

use super::outline::Outline;
use crate::reader::event_reader::EventReader;
use crate::reader::source::{EventFile, Stretch, read_up_to};
use crate::record::{
    self, FOOTER_LEN, HEADER_LEN, MAX_PAYLOAD, MAX_RECORD, OVERHEAD, RecordReader,
};

/// Where a record starts, and how many come before it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    pub(super) offset: u64,
    pub(super) record: u64,
}

/// Takes outlines of a plain file's records, as long as these are in order.
#[derive(Debug)]
pub(super) struct Skimmer<R> {
    pub(super) file: BufReader<R>,
    pub(super) len: u64,
    pub(super) limit: u64,
    pub(super) place: Place,
    /// The record before `place`, without what was passed over.
    pub(super) payload: Vec<u8>,
    pub(super) skipped: u64,
    pub(super) skipped_of_values: Vec<u64>,
}

/// How much is read at a time: little, because much of it is passed over.
pub(super) const CAPACITY: usize = 32 << 10;
/// Payloads up to this size are read whole: passing over parts of them would save nothing.
pub(super) const WHOLE: usize = CAPACITY / 2;

impl Skimmer<Stretch> {
    /// A reader that checks everything from there on, wherever the file's other reader stands.
    pub(super) fn verifying(&self, offset: u64, record: u64) -> EventReader<EventFile> {
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
    pub(super) fn new(input: R, len: u64) -> Self {
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

    pub(super) fn go_to(&mut self, offset: u64, record: u64) -> io::Result<()> {
        self.place = Place { offset, record };
        self.file.seek(io::SeekFrom::Start(offset))?;
        Ok(())
    }

    /// Takes the next record's outline. Returns false and changes nothing if there is no whole record, or
    /// if it has to be looked at more closely.
    pub(super) fn advance(&mut self) -> io::Result<bool> {
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
            what: None,
        };
        self.skipped = outline.take(length as u64)?;
        Ok(())
    }
}
