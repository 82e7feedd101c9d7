//! Copies what is intact in a damaged file to a new one.
//!
//! TensorBoard's loaders stop at the first damaged record of a file, and so hide whatever stands behind it.
//! What is salvaged is copied byte for byte, so that an intact file comes out as it was. The fast one stops at an
//! event, too, whose wall time is NaN or infinite; such an event gets another time.

use std::io::{Read, Write};

use crate::edit::encode;
use crate::error::{Error, Result};
use crate::event::{EventRef, What};
use crate::proto::{self, Message as _};
use crate::reader::{Defect, EventItem, EventReader, EventRecord, Health};
use crate::record::OVERHEAD;
use crate::wire::Fields;

mod times;

use times::FiniteTimes;

/// What [`salvage`] kept, and what was lost.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Salvage {
    /// The state of the input: how many of its records were written, and what could not be.
    pub health: Health,
    /// How many bytes were written.
    pub bytes: u64,
    /// How many bytes of the input were left out, those at its end included.
    pub lost_bytes: u64,
    /// How many events have another wall time than in the input, because that was NaN or infinite.
    pub retimed: u64,
    /// Why what comes behind could not be read, as where a compressed file is cut.
    pub unread: Option<Error>,
}

impl Salvage {
    /// Whether nothing was lost or changed: what was written is what was read.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.health.is_clean() && self.retimed == 0 && self.unread.is_none()
    }

    fn lose(&mut self, defect: &Defect) {
        self.lost_bytes += defect.len;
        self.health.note(defect);
    }
}

/// Copies every intact record of `input` to `output`. What is copied is the framed record itself, so that an
/// intact file comes out byte for byte the same; a compressed one comes out uncompressed.
///
/// * Where a record's payload or header is damaged, the copy goes on behind it.
/// * A record whose checksums hold but which is no event is left out, because TensorBoard gives up at it.
/// * Of an event in which some values are no protobuf or no UTF-8, the others are kept, in an event with the
///   same step and time.
/// * An event whose wall time is NaN or infinite gets that of the event before it, or of the one behind it where
///   none before it has any.
///
/// Memory is that of the longest record, and of up to 16 MiB of events before the first one with a time.
///
/// # Errors
///
/// What `output` says; and what `input` says where nothing was copied yet. Later, that is [`Salvage::unread`].
///
/// # Examples
///
/// ```
/// use tfevents::{EventReader, repair, record};
///
/// let event = b"\x10\x07\x2a\x0d\x0a\x0b\x0a\x04loss\x15\0\0\0\x3f";
/// let mut damaged = Vec::new();
/// record::frame(&mut damaged, event);
/// let intact = damaged.clone();
/// record::frame(&mut damaged, event);
/// damaged[50] ^= 1;
///
/// let mut repaired = Vec::new();
/// let salvage = repair::salvage(EventReader::new(&*damaged), &mut repaired)?;
/// assert_eq!(repaired, intact);
/// assert_eq!((salvage.health.records, salvage.health.damaged, salvage.lost_bytes), (1, 1, 33));
/// # Ok::<(), tfevents::Error>(())
/// ```
pub fn salvage<R: Read>(mut input: EventReader<R>, output: &mut impl Write) -> Result<Salvage> {
    input.finish();
    let mut salvage = Salvage {
        health: Health::default(),
        bytes: 0,
        lost_bytes: 0,
        retimed: 0,
        unread: None,
    };
    let mut output = FiniteTimes::new(output);
    let mut rebuilt = Vec::new();
    loop {
        let item = match input.next_item() {
            Ok(item) => item,
            Err(e) => {
                output.finish()?;
                if output.bytes == 0 {
                    return Err(e);
                }
                salvage.unread = Some(e);
                break;
            }
        };
        match item {
            EventItem::Event(event) if is_valid(&event.event, event.payload) => {
                output.write(event.payload, &event.event)?;
            }
            EventItem::Event(event) => {
                rebuilt.clear();
                let lost = rebuild(&event, &mut rebuilt);
                let mut defect = Defect::content(&event, lost.to_string());
                if !rebuilt.is_empty() {
                    let kept = (rebuilt.len() + OVERHEAD) as u64;
                    defect.len = defect.len.saturating_sub(kept);
                    output.write(&rebuilt, &event.event)?;
                }
                salvage.lose(&defect);
            }
            EventItem::Damage(defect) => salvage.lose(&defect),
            EventItem::End(health) => {
                output.finish()?;
                salvage.health.end = health.end;
                salvage.lost_bytes += health.end.bytes();
                break;
            }
        }
    }
    salvage.health.records = output.records;
    (salvage.bytes, salvage.retimed) = (output.bytes, output.retimed);
    Ok(salvage)
}

/// Whether protobuf readers take the event whole. The reader has looked at its outside only, and at all of
/// an ordinary scalar.
fn is_valid(event: &EventRef<'_>, payload: &[u8]) -> bool {
    match &event.what {
        What::Summary(summary) if summary.as_scalar().is_some() => true,
        // One by one, because millions of empty values would take hundreds of bytes each.
        What::Summary(summary) if contents(payload) == 1 => {
            let mut values = summary.values();
            std::iter::from_fn(|| values.next_encoded()).all(|value| checked(value).is_ok())
        }
        _ => proto::Event::decode(payload).is_ok(),
    }
}

/// How many of an event's fields are contents. The last one counts, but all of them have to be valid.
fn contents(payload: &[u8]) -> usize {
    let mut fields = Fields::new(payload);
    let contents = std::iter::from_fn(|| fields.next().ok().flatten());
    contents
        .filter(|(number, _)| (3..=9).contains(number))
        .count()
}

/// A value that protobuf readers take.
fn checked(value: Result<&[u8]>) -> Result<&[u8]> {
    let bytes = value?;
    proto::decode::<proto::summary::Value>(bytes)?;
    Ok(bytes)
}

/// An event of those values that are valid, if there are any; and what is wrong.
fn rebuild(record: &EventRecord<'_>, out: &mut Vec<u8>) -> Error {
    let event = &record.event;
    let unknown = || Error::decode("bad protobuf");
    let What::Summary(summary) = &event.what else {
        return proto::decode::<proto::Event>(record.payload).map_or_else(|e| e, |_| unknown());
    };
    let mut error = None;
    let mut good = Vec::new();
    let mut values = summary.values();
    while let Some(value) = values.next_encoded() {
        match checked(value) {
            Ok(bytes) => good.push(bytes),
            Err(e) => error = error.or(Some(e)),
        }
    }
    if !good.is_empty() {
        let (time, step) = (event.wall_time, event.step);
        let built = encode::with_values(out, record.payload, time, step, good.into_iter());
        // What is wrong may be outside of the values.
        let valid = EventRef::parse(out).is_ok_and(|event| is_valid(&event, out));
        if built.is_err() || !valid {
            out.clear();
        }
    }
    error.unwrap_or_else(unknown)
}
