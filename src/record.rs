//! Reads and writes TFRecord, the frames with checksums that event files consist of.
//!
//! What a record is, is decided by one pure function, [`split`], over a slice. [`Decoder`] feeds it with bytes as
//! they come, keeps going after damage, and treats the end of the bytes as "nothing complete yet". [`RecordReader`]
//! is a decoder over a stream. [`RecordWriter`] and [`frame`] go the other way.
//!
//! | offset | size | content |
//! |---|---|---|
//! | 0 | 8 | length `N` of the payload, little-endian |
//! | 8 | 4 | masked CRC-32C of those 8 bytes, little-endian |
//! | 12 | `N` | payload, for event files one serialized `Event` |
//! | 12 + `N` | 4 | masked CRC-32C of the payload, little-endian |

use std::io::{self, Write};
use std::ops::Range;

use byteorder::{ByteOrder as _, LittleEndian};

use crate::crc;
use crate::error::{Error, Result};
pub use crate::fault::Fault;

mod decoder;
mod item;
mod reader;
mod search;
mod sums;
mod window;
pub(crate) mod work;

pub use decoder::Decoder;
pub(crate) use decoder::Pending;
pub use item::{Damage, End, Item, Record};
pub use reader::RecordReader;

/// Bytes in front of a payload.
pub const HEADER_LEN: usize = 12;
/// Bytes behind a payload.
pub const FOOTER_LEN: usize = 4;
/// What the framing adds to each payload.
pub const OVERHEAD: usize = HEADER_LEN + FOOTER_LEN;
/// The longest payload that is accepted: protobuf readers refuse messages of 2 GiB and more.
pub const MAX_PAYLOAD: u64 = i32::MAX as u64;
/// The longest payload that is held in memory, unless [`Decoder::max_record`] says otherwise.
pub const MAX_RECORD: u64 = 256 << 20;

/// What a slice starts with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Split<'a> {
    /// An intact record; the next one starts [`OVERHEAD`] + `payload.len()` bytes on.
    Frame {
        /// The bytes between header and footer.
        payload: &'a [u8],
    },
    /// The slice ends too early; at least this many bytes are needed, counted from its start.
    NeedMore(usize),
    /// No intact record.
    Fault(Fault),
}

/// Looks at the record at the start of `buf`, checking both checksums.
///
/// Reads nothing, allocates nothing, and never looks past `buf`; a length above `limit` is a fault before
/// anybody could act on it.
///
/// # Examples
///
/// ```
/// use tfevents::record::{self, Split};
///
/// let mut file = Vec::new();
/// record::frame(&mut file, b"payload");
/// assert_eq!(record::split(&file, record::MAX_PAYLOAD), Split::Frame { payload: b"payload" });
/// assert_eq!(record::split(&file[..15], record::MAX_PAYLOAD), Split::NeedMore(23));
/// ```
#[inline]
#[must_use]
pub fn split(buf: &[u8], limit: u64) -> Split<'_> {
    split_with(buf, limit, |payload| {
        work::add(payload.len());
        crc::masked(&buf[payload])
    })
}

/// The same with the masked checksum of a range of `buf` from elsewhere.
// Calls between these functions are a tenth of what a scalar costs.
#[inline(always)]
fn split_with(buf: &[u8], limit: u64, masked: impl FnOnce(Range<usize>) -> u32) -> Split<'_> {
    let Some((header, rest)) = buf.split_at_checked(HEADER_LEN) else {
        return Split::NeedMore(HEADER_LEN);
    };
    let length = match check_header(header, limit) {
        Ok(length) => length,
        Err(fault) => return Split::Fault(fault),
    };
    let Some((payload, rest)) = rest.split_at_checked(length) else {
        return Split::NeedMore(length.saturating_add(OVERHEAD));
    };
    let Some(footer) = rest.get(..FOOTER_LEN) else {
        return Split::NeedMore(length + OVERHEAD);
    };
    let stored = LittleEndian::read_u32(footer);
    let computed = masked(HEADER_LEN..HEADER_LEN + length);
    if stored == computed {
        Split::Frame { payload }
    } else {
        Split::Fault(Fault::PayloadCrc { stored, computed })
    }
}

/// Whether the checksum of a long payload can wait until what it holds is read.
pub(crate) type CanWait = fn(&[u8]) -> bool;

/// Shorter payloads are verified at once: that takes no longer than finding out whether they can wait.
pub(crate) const MIN_DEFERRED: usize = 16 << 10;

/// Splits off a record without verifying its payload, if that can wait. It cannot if no intact header follows, because
/// then the payload may be torn and have run over whole records. `is_there` says whether the data has so many bytes.
fn split_deferred(
    buf: &[u8],
    limit: u64,
    can_wait: CanWait,
    is_there: impl Fn(usize) -> bool,
) -> Option<Split<'_>> {
    let header = buf.get(..HEADER_LEN)?;
    // Nearly all records are short. Their headers are verified only once, where it is done anyway.
    if LittleEndian::read_u64(header) < MIN_DEFERRED as u64 {
        return None;
    }
    let length = check_header(header, limit).ok()?;
    let want = length + OVERHEAD + HEADER_LEN;
    let Some(next) = buf.get(length + OVERHEAD..want) else {
        return is_there(want).then_some(Split::NeedMore(want));
    };
    let payload = buf.get(HEADER_LEN..HEADER_LEN + length)?;
    let deferred = check_header(next, MAX_PAYLOAD).is_ok() && can_wait(payload);
    deferred.then_some(Split::Frame { payload })
}

/// The payload length in the 12 bytes of a header, if it can be trusted.
#[inline]
pub(crate) fn check_header(header: &[u8], limit: u64) -> Result<usize, Fault> {
    let (length, stored) = header.split_at(8);
    let length = LittleEndian::read_u64(length);
    let computed = crc::masked_length(length);
    let stored = LittleEndian::read_u32(stored);
    if stored != computed {
        return Err(if length == 0 && stored == 0 {
            Fault::Zeros
        } else {
            Fault::LengthCrc { stored, computed }
        });
    }
    match usize::try_from(length) {
        Ok(fits) if length <= limit => Ok(fits),
        _ => Err(Fault::TooLong { length, limit }),
    }
}

/// Whether `buf` starts with a header whose checksum holds.
pub(crate) fn is_header(buf: &[u8]) -> bool {
    buf.get(..HEADER_LEN).is_some_and(|header| {
        !matches!(
            check_header(header, MAX_PAYLOAD),
            Err(Fault::LengthCrc { .. } | Fault::Zeros)
        )
    })
}

/// Appends `payload` as one record.
pub fn frame(out: &mut Vec<u8>, payload: &[u8]) {
    let start = begin(out);
    out.extend_from_slice(payload);
    finish(out, start);
}

/// The length, framing included, of the record at the start of `buf`, which was framed here.
pub(crate) fn framed_len(buf: &[u8]) -> Option<usize> {
    let length = buf.get(..8).map(LittleEndian::read_u64)?;
    usize::try_from(length).ok()?.checked_add(OVERHEAD)
}

/// Leaves room for a header; the payload is then appended in place, and [`finish`] closes the record.
#[inline]
pub(crate) fn begin(out: &mut Vec<u8>) -> usize {
    let start = out.len();
    out.extend_from_slice(&[0; HEADER_LEN]);
    start
}

/// Fills in the header left by [`begin`] and appends the footer.
#[inline]
pub(crate) fn finish(out: &mut Vec<u8>, start: usize) {
    close(out, start);
    seal(&mut out[start..]);
}

/// Fills in the header left by [`begin`] and leaves room for the footer, which [`seal`] fills in.
#[inline]
pub(crate) fn close(out: &mut Vec<u8>, start: usize) {
    let length = (out.len() - start - HEADER_LEN) as u64;
    LittleEndian::write_u64(&mut out[start..], length);
    LittleEndian::write_u32(&mut out[start + 8..], crc::masked_length(length));
    out.extend_from_slice(&[0; FOOTER_LEN]);
}

/// Fills in the footers of records that were closed.
///
/// The checksum of bytes that were written a moment ago, by smaller writes than the checksum reads, has to wait
/// until they have left the processor's store buffer. So scalars are closed one by one, and sealed many at a time.
pub(crate) fn seal(mut records: &mut [u8]) {
    while let Some(length) = framed_len(records) {
        let Some((record, rest)) = records.split_at_mut_checked(length) else {
            return;
        };
        let footer = length - FOOTER_LEN;
        let crc = crc::masked(&record[HEADER_LEN..footer]);
        LittleEndian::write_u32(&mut record[footer..], crc);
        records = rest;
    }
}

/// Writes records to a stream, each with a single `write_all` of the whole frame.
///
/// # Examples
///
/// ```
/// use tfevents::record::{Item, RecordReader, RecordWriter};
///
/// let mut writer = RecordWriter::new(Vec::new());
/// writer.write_record(b"one")?;
/// let file = writer.into_inner();
///
/// let mut reader = RecordReader::new(file.as_slice());
/// assert!(matches!(reader.next_item()?, Item::Record(r) if r.payload == b"one"));
/// # Ok::<(), tfevents::Error>(())
/// ```
#[derive(Debug)]
pub struct RecordWriter<W> {
    output: W,
    buf: Vec<u8>,
}

impl<W: Write> RecordWriter<W> {
    /// Starts writing at wherever `output` stands. Nothing is buffered between records.
    pub fn new(output: W) -> Self {
        Self {
            output,
            buf: Vec::new(),
        }
    }

    /// Writes one record.
    ///
    /// # Errors
    ///
    /// A payload above [`MAX_PAYLOAD`], which no reader would accept; and whatever `output` says. After
    /// an I/O error the record may stand torn at the end of the output, so nothing should follow it.
    pub fn write_record(&mut self, payload: &[u8]) -> Result<()> {
        check_length(payload.len())?;
        self.buf.clear();
        frame(&mut self.buf, payload);
        self.output.write_all(&self.buf)?;
        Ok(())
    }

    /// Hands the output's own buffers on.
    ///
    /// # Errors
    ///
    /// Whatever `output` says.
    pub fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }

    /// The output.
    pub fn get_ref(&self) -> &W {
        &self.output
    }

    /// The output, as to take what it has collected. What is written to it has to be whole records.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.output
    }

    /// The output, after the last record.
    pub fn into_inner(self) -> W {
        self.output
    }
}

/// Refuses what no reader would accept, before a byte of it is written.
pub(crate) fn check_length(payload: usize) -> Result<()> {
    if payload as u64 > MAX_PAYLOAD {
        return Err(Error::argument(format!(
            "an event of {payload} bytes is too large: readers accept at most {MAX_PAYLOAD}; log it in parts"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first record of every event file, as TensorFlow writes it.
    const GOLDEN: &[u8] = &[
        0x18, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22, 0x09, 0, 0, 0, 0x40, 0xfc, 0x54, 0xd9,
        0x41, 0x1a, 0x0d, 0x62, 0x72, 0x61, 0x69, 0x6e, 0x2e, 0x45, 0x76, 0x65, 0x6e, 0x74, 0x3a,
        0x32, 0xec, 0xed, 0x8f, 0x9d,
    ];

    #[test]
    fn golden_record_splits_and_is_framed_again() {
        let Split::Frame { payload } = split(GOLDEN, MAX_PAYLOAD) else {
            panic!("{:?}", split(GOLDEN, MAX_PAYLOAD));
        };
        assert_eq!(&payload[9..], b"\x1a\x0dbrain.Event:2");
        let mut out = Vec::new();
        frame(&mut out, payload);
        assert_eq!(out, GOLDEN);
    }

    #[test]
    fn each_part_is_checked() {
        for cut in 0..GOLDEN.len() {
            let want = if cut < HEADER_LEN { HEADER_LEN } else { 40 };
            assert_eq!(split(&GOLDEN[..cut], MAX_PAYLOAD), Split::NeedMore(want));
        }
        for bit in 0..GOLDEN.len() * 8 {
            let mut bad = GOLDEN.to_vec();
            bad[bit / 8] ^= 1 << (bit % 8);
            match split(&bad, MAX_PAYLOAD) {
                Split::Fault(Fault::LengthCrc { .. }) => assert!(bit < HEADER_LEN * 8),
                Split::Fault(Fault::PayloadCrc { .. }) => assert!(bit >= HEADER_LEN * 8),
                other => panic!("bit {bit}: {other:?}"),
            }
        }
    }

    #[test]
    fn hostile_lengths_are_faults_although_their_checksum_holds() {
        for length in [1 << 31, 1 << 40, i64::MAX as u64, u64::MAX] {
            let mut header = length.to_le_bytes().to_vec();
            header.extend_from_slice(&crc::masked(&length.to_le_bytes()).to_le_bytes());
            assert_eq!(
                split(&header, MAX_PAYLOAD),
                Split::Fault(Fault::TooLong {
                    length,
                    limit: MAX_PAYLOAD
                })
            );
        }
    }

    #[test]
    fn an_empty_payload_is_legal_and_zeros_are_not() {
        let mut out = Vec::new();
        frame(&mut out, b"");
        assert_eq!(split(&out, MAX_PAYLOAD), Split::Frame { payload: b"" });
        assert_eq!(split(&[0; 64], MAX_PAYLOAD), Split::Fault(Fault::Zeros));
    }
}
