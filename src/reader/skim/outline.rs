//! A serialized event without its large parts, taken from a stream that can be sought in.

use std::io::{self, BufReader, ErrorKind, Read, Seek};

/// Bodies up to this size are kept: scalars that are stored as tensors are among them.
const KEPT: u64 = 4 << 10;

/// Makes an outline of one event.
///
/// It is the event's own encoding, in which large bodies are empty and the lengths of what is around them
/// are less, padded so that they take as many bytes as before. The size of anything is then its size here plus
/// what was passed over inside it.
pub(super) struct Outline<'r, R> {
    pub(super) input: &'r mut BufReader<R>,
    pub(super) out: &'r mut Vec<u8>,
    /// How long it may become.
    pub(super) limit: usize,
    pub(super) skipped: u64,
    /// The same for each value of a summary, and for an event that is a value itself.
    pub(super) skipped_of_values: &'r mut Vec<u64>,
    /// The field that says what the event is, once there was one.
    pub(super) what: Option<u64>,
}

/// The fields of an event of which it has one.
const WHAT: std::ops::RangeInclusive<u64> = 3..=9;

/// The messages that are walked through.
#[derive(Clone, Copy, PartialEq)]
enum Message {
    Event,
    Summary,
    Value,
    Image,
    Audio,
    TaggedRunMetadata,
    MetaGraph,
}

/// What becomes of a field that has a length.
enum Fate {
    /// It is a message to be walked through.
    Enter(Message),
    /// It says what the event is.
    Keep,
    /// It can be left out if it is large.
    Skip,
}

impl Message {
    fn fate(self, field: u64) -> Fate {
        match (self, field) {
            (Self::Event, 5) => Fate::Enter(Self::Summary),
            (Self::Event, 8) => Fate::Enter(Self::TaggedRunMetadata),
            (Self::Event, 9) => Fate::Enter(Self::MetaGraph),
            (Self::Summary, 1) => Fate::Enter(Self::Value),
            (Self::Value, 4) => Fate::Enter(Self::Image),
            (Self::Value, 6) => Fate::Enter(Self::Audio),
            // Graphs; what else belongs to them; histograms and tensors; pictures; sounds; statistics.
            (Self::Event, 4)
            | (Self::MetaGraph, _)
            | (Self::Value, 3 | 5 | 8)
            | (Self::Image | Self::Audio, 4)
            | (Self::TaggedRunMetadata, 2) => Fate::Skip,
            _ => Fate::Keep,
        }
    }

    /// Whether the field is the value of an event that has no summary.
    fn is_value(self, field: u64) -> bool {
        matches!(
            (self, field),
            (Self::Event, 4) | (Self::MetaGraph | Self::TaggedRunMetadata, 2)
        )
    }
}

impl<R: Read + Seek> Outline<'_, R> {
    /// Takes the next `len` bytes for an event, and says how many of them were passed over.
    ///
    /// # Errors
    ///
    /// Of the kind `InvalidData` if the bytes are not an event, if it is stranger than any that writers make, or if
    /// too much of it is left.
    pub(super) fn take(mut self, len: u64) -> io::Result<u64> {
        self.message(Message::Event, len)?;
        Ok(self.skipped)
    }

    fn message(&mut self, message: Message, mut left: u64) -> io::Result<()> {
        while left > 0 {
            let (key, _) = self.varint(&mut left)?;
            if key >> 3 == 0 {
                return Err(invalid());
            }
            match key & 7 {
                0 => {
                    self.varint(&mut left)?;
                }
                1 => self.copy(8, &mut left)?,
                2 => self.field(message, key >> 3, &mut left)?,
                5 => self.copy(4, &mut left)?,
                _ => return Err(invalid()),
            }
        }
        Ok(())
    }

    fn field(&mut self, message: Message, field: u64, left: &mut u64) -> io::Result<()> {
        if message == Message::Event
            && WHAT.contains(&field)
            && self.what.replace(field).is_some_and(|what| what != field)
        {
            // Only the last one counts, and which values would be whose is not worth knowing.
            return Err(invalid());
        }
        if message.is_value(field) {
            // Of several, the last one counts.
            self.skipped_of_values.clear();
        }
        let (len, width) = self.varint(left)?;
        match message.fate(field) {
            Fate::Enter(inner) => {
                *left = left.checked_sub(len).ok_or_else(invalid)?;
                if inner == Message::Value {
                    self.skipped_of_values.push(0);
                }
                let start = self.out.len();
                self.message(inner, len)?;
                let now = self.out.len() - start;
                self.set_varint(start, width, now);
            }
            Fate::Skip if len > KEPT => {
                *left = left.checked_sub(len).ok_or_else(invalid)?;
                let distance = i64::try_from(len).map_err(|_| invalid())?;
                self.input.seek_relative(distance)?;
                self.set_varint(self.out.len(), width, 0);
                self.skipped += len;
                if message.is_value(field) {
                    self.skipped_of_values.push(len);
                } else if matches!(message, Message::Value | Message::Image | Message::Audio)
                    && let Some(value) = self.skipped_of_values.last_mut()
                {
                    *value += len;
                }
            }
            Fate::Keep | Fate::Skip => self.copy(len, left)?,
        }
        Ok(())
    }

    /// Copies a varint, and returns its value and how many bytes it has.
    fn varint(&mut self, left: &mut u64) -> io::Result<(u64, usize)> {
        let mut value = 0;
        for i in 0..10 {
            let mut byte = [0];
            *left = left.checked_sub(1).ok_or_else(invalid)?;
            self.input.read_exact(&mut byte)?;
            self.make_room(1)?;
            self.out.extend_from_slice(&byte);
            let [byte] = byte;
            // The tenth byte has room for one bit.
            if i == 9 && byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7f) << (7 * i);
            if byte < 0x80 {
                return Ok((value, i + 1));
            }
        }
        Err(invalid())
    }

    /// Replaces the varint of `width` bytes that ends at `end` by another number in as many bytes.
    fn set_varint(&mut self, end: usize, width: usize, mut value: usize) {
        let bytes = self.out.get_mut(end.saturating_sub(width)..end);
        let Some((last, rest)) = bytes.and_then(<[u8]>::split_last_mut) else {
            return;
        };
        for byte in rest {
            *byte = 0x80 | (value & 0x7f) as u8;
            value >>= 7;
        }
        *last = (value & 0x7f) as u8;
    }

    fn make_room(&self, len: u64) -> io::Result<()> {
        let room = self.limit.saturating_sub(self.out.len()) as u64;
        if len <= room { Ok(()) } else { Err(invalid()) }
    }

    fn copy(&mut self, len: u64, left: &mut u64) -> io::Result<()> {
        *left = left.checked_sub(len).ok_or_else(invalid)?;
        self.make_room(len)?;
        // What is appended is what is there, whatever the length claims.
        let copied = self.input.by_ref().take(len).read_to_end(self.out)?;
        if copied as u64 == len {
            Ok(())
        } else {
            Err(ErrorKind::UnexpectedEof.into())
        }
    }
}

fn invalid() -> io::Error {
    ErrorKind::InvalidData.into()
}
