//! Reads events, which are the content of records, without copying them.
//!
//! [`EventRef`] borrows from the payload and decodes only what is asked for; the owned form is the generated
//! [`proto::Event`]. The two agree, down to how repeated fields merge.

use crate::error::{Error, Result};
use crate::proto;
use crate::types::WallTime;
use crate::wire::{self, Field, Fields};

mod data_class;
mod file_version;
mod value;

pub use data_class::DataClass;
pub use file_version::{FILE_VERSION, file_version};
pub use value::{AudioRef, DataRef, ImageRef, MetadataRef, ValueRef};

/// One event, borrowed from its record.
///
/// # Examples
///
/// ```
/// use tfevents::event::{DataRef, EventRef, What};
///
/// // step 7, tag "loss", 0.5
/// let payload = b"\x09\0\0\x20\x40\xfc\x54\xd9\x41\x10\x07\x2a\x0d\x0a\x0b\x0a\x04loss\x15\0\0\0\x3f";
/// let event = EventRef::parse(payload)?;
/// assert_eq!((event.wall_time.as_secs(), event.step), (1_700_000_000.5, 7));
/// let What::Summary(summary) = &event.what else { unreachable!() };
/// let value = summary.values().next().unwrap()?;
/// assert_eq!((value.tag, value.data), ("loss", DataRef::Simple(0.5)));
/// # Ok::<(), tfevents::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct EventRef<'a> {
    /// When it was written; other writers may have stored NaN or infinities.
    pub wall_time: WallTime,
    /// The step, 0 if none was written.
    pub step: i64,
    /// What happened.
    pub what: What<'a>,
    /// The program that wrote the file, in a first event.
    pub source_writer: Option<&'a str>,
}

/// The content of an event.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum What<'a> {
    /// Nothing, or nothing that this version knows.
    #[default]
    None,
    /// The first event of a file, [`FILE_VERSION`] as a rule.
    FileVersion(&'a str),
    /// A serialized [`GraphDef`](proto::GraphDef).
    GraphDef(&'a [u8]),
    /// Tagged values.
    Summary(SummaryRef<'a>),
    /// A log line, deprecated.
    LogMessage(LogMessageRef<'a>),
    /// A session started, stopped or saved a checkpoint.
    SessionLog(SessionLogRef<'a>),
    /// A serialized [`RunMetadata`](proto::RunMetadata) with its tag.
    TaggedRunMetadata(TaggedRunMetadataRef<'a>),
    /// A serialized `MetaGraphDef`.
    MetaGraphDef(&'a [u8]),
}

impl What<'_> {
    /// The name of its protobuf field; `none` for what has none.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::FileVersion(_) => "file_version",
            Self::GraphDef(_) => "graph_def",
            Self::Summary(_) => "summary",
            Self::LogMessage(_) => "log_message",
            Self::SessionLog(_) => "session_log",
            Self::TaggedRunMetadata(_) => "tagged_run_metadata",
            Self::MetaGraphDef(_) => "meta_graph_def",
        }
    }
}

/// A deprecated log line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogMessageRef<'a> {
    /// 10 debugging, 20 info, 30 warning, 40 error, 50 fatal.
    pub level: i32,
    /// The text.
    pub message: &'a str,
}

/// A mark in the life of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionLogRef<'a> {
    /// A [`proto::session_log::SessionStatus`] as stored.
    pub status: i32,
    /// Where a checkpoint was saved.
    pub checkpoint_path: &'a str,
    /// A remark.
    pub msg: &'a str,
}

impl SessionLogRef<'_> {
    /// Whether this marks a start, at which TensorBoard's Python loader may discard later steps.
    #[must_use]
    pub fn is_start(&self) -> bool {
        self.status == proto::session_log::SessionStatus::Start as i32
    }
}

/// Statistics of one executed step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaggedRunMetadataRef<'a> {
    /// The name under which the graphs dashboard lists it.
    pub tag: &'a str,
    /// A serialized [`RunMetadata`](proto::RunMetadata).
    pub run_metadata: &'a [u8],
}

/// The values of a summary event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SummaryRef<'a> {
    encoded: Encoded<'a>,
    /// The tag, not yet known to be UTF-8, and the number of a summary that holds nothing else.
    scalar: Option<(&'a [u8], f32)>,
}

impl<'a> SummaryRef<'a> {
    /// The tag and value, if this is the summary that a scalar in its usual form makes: one tag, one plain
    /// number, and nothing else. `None` says nothing: [`values`](Self::values) has them all.
    #[inline]
    #[must_use]
    pub fn as_scalar(&self) -> Option<(&'a str, f32)> {
        let (tag, value) = self.scalar?;
        Some((std::str::from_utf8(tag).ok()?, value))
    }

    /// The values in order. A value that cannot be decoded is a separate error; where the message itself
    /// is broken, the error is the last item.
    #[must_use]
    pub fn values(&self) -> Values<'a> {
        Values {
            encoded: self.encoded.clone(),
            fields: Fields::new(&[]),
            piece: 0,
        }
    }
}

/// Iterator over the values of a [`SummaryRef`].
#[derive(Clone, Debug)]
pub struct Values<'a> {
    encoded: Encoded<'a>,
    fields: Fields<'a>,
    piece: usize,
}

impl<'a> Values<'a> {
    /// The next value, not yet decoded: a serialized [`proto::summary::Value`].
    ///
    /// # Errors
    ///
    /// As for the items of the iterator, but for what is wrong inside of the value.
    #[inline]
    pub fn next_encoded(&mut self) -> Option<Result<&'a [u8]>> {
        loop {
            match self.fields.next() {
                Ok(Some((1, field))) => return Some(field.bytes("a summary value")),
                Ok(Some(_)) => {}
                Ok(None) => {
                    self.fields = Fields::new(self.encoded.piece(self.piece)?);
                    self.piece += 1;
                }
                Err(e) => {
                    self.fields = Fields::new(&[]);
                    self.piece = usize::MAX;
                    return Some(Err(e));
                }
            }
        }
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = Result<ValueRef<'a>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        Some(self.next_encoded()?.and_then(ValueRef::parse))
    }
}

/// A serialized message inside an event, borrowed.
///
/// It is one piece, except where a writer stored the same field more than once: protobuf then merges the
/// pieces, which is decoding one after the other. [`proto::merge`] makes a message of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Encoded<'a> {
    first: &'a [u8],
    /// Nothing, for all practical purposes, and then it should take little room.
    #[expect(clippy::box_collection, reason = "a vector is three times as large")]
    rest: Option<Box<Vec<&'a [u8]>>>,
}

impl<'a> Encoded<'a> {
    /// The pieces, in order.
    pub fn pieces(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        std::iter::once(self.first).chain(self.rest.iter().flat_map(|rest| rest.iter().copied()))
    }

    /// How many bytes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pieces().map(<[u8]>::len).sum()
    }

    /// Whether there are none, which is a message of defaults.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn piece(&self, i: usize) -> Option<&'a [u8]> {
        match i {
            0 => Some(self.first),
            _ => self.rest.as_ref()?.get(i - 1).copied(),
        }
    }

    fn push(&mut self, piece: &'a [u8]) {
        self.rest.get_or_insert_default().push(piece);
    }
}

impl<'a> From<&'a [u8]> for Encoded<'a> {
    fn from(first: &'a [u8]) -> Self {
        Self { first, rest: None }
    }
}

impl<'a> EventRef<'a> {
    /// Reads an event's own fields. The values of a summary are decoded when they are asked for.
    ///
    /// # Errors
    ///
    /// Bytes that are not a protobuf message of this shape, and text that is not UTF-8.
    #[inline]
    pub fn parse(payload: &'a [u8]) -> Result<Self> {
        match PlainScalar::parse(payload) {
            Some(scalar) => Ok(scalar.into()),
            None => Self::parse_any(payload),
        }
    }

    fn parse_any(payload: &'a [u8]) -> Result<Self> {
        let mut event = Self {
            wall_time: WallTime::default(),
            step: 0,
            what: What::None,
            source_writer: None,
        };
        let mut fields = Fields::new(payload);
        while let Some((number, field)) = fields.next()? {
            match number {
                1 => event.wall_time = field.double("wall_time")?.into(),
                2 => event.step = field.int64("step")?,
                3..=9 => event.what.merge(number, field)?,
                10 => {
                    let writer = event.source_writer.get_or_insert("");
                    let mut source = Fields::new(field.bytes("source_metadata")?);
                    while let Some((number, field)) = source.next()? {
                        if number == 1 {
                            *writer = field.string("source_metadata.writer")?;
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(event)
    }
}

/// A scalar in the form of nearly every record: wall time, step, and a summary of one tag and one plain 32-bit
/// number, in this order and without anything else.
///
/// # Examples
///
/// ```
/// use tfevents::event::PlainScalar;
///
/// // step 7, tag "loss", 0.5
/// let payload = b"\x09\0\0\x20\x40\xfc\x54\xd9\x41\x10\x07\x2a\x0d\x0a\x0b\x0a\x04loss\x15\0\0\0\x3f";
/// let scalar = PlainScalar::parse(payload).unwrap();
/// assert_eq!((scalar.step, scalar.tag, scalar.value), (7, &b"loss"[..], 0.5));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct PlainScalar<'a> {
    /// When it was written; other writers may have stored NaN or infinities.
    pub wall_time: WallTime,
    /// The step, 0 if none was written.
    pub step: i64,
    /// The tag, not yet known to be UTF-8.
    pub tag: &'a [u8],
    /// The number.
    pub value: f32,
    payload: &'a [u8],
    summary: &'a [u8],
}

impl<'a> PlainScalar<'a> {
    /// No payload of this shape has more bytes.
    pub(crate) const LONGEST: u64 = 9 + 11 + 2 + 0x7f;

    /// The event as stored, without framing.
    #[must_use]
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// The scalar that a record's payload is, if it is one. `None` says nothing: [`EventRef::parse`] takes any form.
    ///
    /// This takes one look and no loop.
    // Calls between these functions are a tenth of what a scalar costs.
    #[inline(always)]
    #[must_use]
    pub fn parse(payload: &'a [u8]) -> Option<Self> {
        let (head, rest) = payload.split_first_chunk::<9>()?;
        let [0x09, wall_time @ ..] = *head else {
            return None;
        };
        let (step, rest) = match rest {
            [0x10, rest @ ..] => {
                let (step, len) = wire::varint(rest)?;
                (step.cast_signed(), rest.get(len..)?)
            }
            _ => (0, rest),
        };
        // Lengths of one byte each that fit into each other exactly.
        let [0x2a, summary_len, summary @ ..] = rest else {
            return None;
        };
        let [0x0a, value_len, 0x0a, tag_len, value @ ..] = summary else {
            return None;
        };
        let (tag, [0x15, number @ ..]) = value.split_last_chunk::<5>()? else {
            return None;
        };
        let fits = summary.len() < 0x80
            && usize::from(*summary_len) == summary.len()
            && usize::from(*value_len) == summary.len() - 2
            && usize::from(*tag_len) == tag.len();
        fits.then(|| Self {
            wall_time: WallTime::from_secs(f64::from_le_bytes(wall_time)),
            step,
            tag,
            value: f32::from_le_bytes(*number),
            payload,
            summary,
        })
    }
}

impl<'a> From<PlainScalar<'a>> for EventRef<'a> {
    #[inline]
    fn from(scalar: PlainScalar<'a>) -> Self {
        Self {
            wall_time: scalar.wall_time,
            step: scalar.step,
            what: What::Summary(SummaryRef {
                encoded: scalar.summary.into(),
                scalar: Some((scalar.tag, scalar.value)),
            }),
            source_writer: None,
        }
    }
}

impl<'a> What<'a> {
    /// Protobuf's rules: the last member of a oneof wins, and the same message twice in a row merges.
    fn merge(&mut self, number: u32, field: Field<'a>) -> Result<()> {
        match number {
            3 => *self = Self::FileVersion(field.string("file_version")?),
            4 => *self = Self::GraphDef(field.bytes("graph_def")?),
            5 => {
                let more = field.bytes("summary")?;
                if let Self::Summary(summary) = self {
                    summary.encoded.push(more);
                } else {
                    *self = Self::Summary(SummaryRef {
                        encoded: more.into(),
                        scalar: None,
                    });
                }
            }
            6 => {
                let mut log = match self {
                    Self::LogMessage(log) => *log,
                    _ => LogMessageRef::default(),
                };
                let mut fields = Fields::new(field.bytes("log_message")?);
                while let Some((number, field)) = fields.next()? {
                    match number {
                        1 => log.level = field.int32("log_message.level")?,
                        2 => log.message = field.string("log_message.message")?,
                        _ => {}
                    }
                }
                *self = Self::LogMessage(log);
            }
            7 => {
                let mut log = match self {
                    Self::SessionLog(log) => *log,
                    _ => SessionLogRef::default(),
                };
                let mut fields = Fields::new(field.bytes("session_log")?);
                while let Some((number, field)) = fields.next()? {
                    match number {
                        1 => log.status = field.int32("session_log.status")?,
                        2 => log.checkpoint_path = field.string("session_log.checkpoint_path")?,
                        3 => log.msg = field.string("session_log.msg")?,
                        _ => {}
                    }
                }
                *self = Self::SessionLog(log);
            }
            8 => {
                let mut run = match self {
                    Self::TaggedRunMetadata(run) => *run,
                    _ => TaggedRunMetadataRef::default(),
                };
                let mut fields = Fields::new(field.bytes("tagged_run_metadata")?);
                while let Some((number, field)) = fields.next()? {
                    match number {
                        1 => run.tag = field.string("tagged_run_metadata.tag")?,
                        2 => run.run_metadata = field.bytes("tagged_run_metadata.run_metadata")?,
                        _ => {}
                    }
                }
                *self = Self::TaggedRunMetadata(run);
            }
            _ => *self = Self::MetaGraphDef(field.bytes("meta_graph_def")?),
        }
        Ok(())
    }
}

/// Appends an event's `wall_time` and `step`, leaving out defaults as every protobuf writer does.
#[inline]
pub(crate) fn put_head(out: &mut Vec<u8>, wall_time: WallTime, step: i64) {
    let wall_time = wall_time.as_secs();
    if wall_time.to_bits() != 0 {
        out.push(0x09);
        out.extend_from_slice(&wall_time.to_le_bytes());
    }
    if step != 0 {
        out.push(0x10);
        wire::put_varint(out, step.cast_unsigned());
    }
}

impl TryFrom<&EventRef<'_>> for proto::Event {
    type Error = Error;

    /// Copies everything out of the record.
    fn try_from(event: &EventRef<'_>) -> Result<Self> {
        use proto::event::What as Owned;

        let what = match &event.what {
            What::None => None,
            What::FileVersion(v) => Some(Owned::FileVersion((*v).to_owned())),
            What::GraphDef(v) => Some(Owned::GraphDef(v.to_vec())),
            What::Summary(v) => Some(Owned::Summary(proto::merge(v.encoded.pieces())?)),
            What::LogMessage(v) => Some(Owned::LogMessage(proto::LogMessage {
                level: v.level,
                message: v.message.to_owned(),
            })),
            What::SessionLog(v) => Some(Owned::SessionLog(proto::SessionLog {
                status: v.status,
                checkpoint_path: v.checkpoint_path.to_owned(),
                msg: v.msg.to_owned(),
            })),
            What::TaggedRunMetadata(v) => {
                Some(Owned::TaggedRunMetadata(proto::TaggedRunMetadata {
                    tag: v.tag.to_owned(),
                    run_metadata: v.run_metadata.to_vec(),
                }))
            }
            What::MetaGraphDef(v) => Some(Owned::MetaGraphDef(v.to_vec())),
        };
        Ok(Self {
            wall_time: event.wall_time.as_secs(),
            step: event.step,
            source_metadata: event.source_writer.map(|writer| proto::SourceMetadata {
                writer: writer.to_owned(),
            }),
            what,
        })
    }
}
