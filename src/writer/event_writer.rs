//! Event files in places of the caller's choosing.

use std::io::Write;

use crate::error::{Error, Result};
use crate::event::file_version;
use crate::plugin::{self, Description, Loggable};
use crate::proto::{self, Message as _};
use crate::record::{self, RecordWriter};
use crate::types::{At, IntoScalar, WallTime};
use crate::writer::guard::Guard;

/// Writes an event file to anything that takes bytes: a file, a socket, memory.
///
/// It writes at once, in the caller's thread. In training loops use [`SummaryWriter`](crate::SummaryWriter), which names
/// its file so that TensorBoard finds it, never waits for the disk, and has a method for each kind.
///
/// It makes the same checks as a `SummaryWriter`: each tag keeps its kind, and no record is longer than readers
/// accept. What is refused leaves the file as it was.
///
/// # Examples
///
/// ```
/// use tfevents::writer::EventWriter;
/// use tfevents::{At, EventItem, EventReader, Text, WallTime};
///
/// let start = WallTime::from_secs(1_700_000_000.0);
/// let mut writer = EventWriter::new(Vec::new(), start)?;
/// writer.add_scalar("loss", 0.5, At::new(1).at(start))?;
/// writer.add("note", &Text::new("It **works**."), At::new(1).at(start))?;
/// let file = writer.into_inner();
///
/// let mut reader = EventReader::new(file.as_slice());
/// let EventItem::Event(first) = reader.next_item()? else { unreachable!() };
/// assert_eq!(first.event.wall_time, start);
/// # Ok::<(), tfevents::Error>(())
/// ```
#[derive(Debug)]
pub struct EventWriter<W: Write> {
    records: RecordWriter<W>,
    guard: Guard,
    /// What ended it.
    failed: Option<Error>,
}

impl<W: Write> EventWriter<W> {
    /// Begins a file: with its version, at this time. TensorBoard counts relative times from there.
    ///
    /// # Errors
    ///
    /// Whatever `output` says.
    pub fn new(output: W, start: impl Into<WallTime>) -> Result<Self> {
        let mut writer = Self {
            records: RecordWriter::new(output),
            guard: Guard::default(),
            failed: None,
        };
        writer.write_event(&file_version(start.into()))?;
        Ok(writer)
    }

    /// Writes a number, stored as `f32`.
    ///
    /// # Errors
    ///
    /// An empty tag, a tag of another kind, and whatever the output says; the same holds for every method that writes.
    /// After an I/O error every later call returns it: the output may end in a torn record, and TensorBoard reads nothing
    /// behind one.
    pub fn add_scalar(
        &mut self,
        tag: &str,
        value: impl IntoScalar,
        at: impl Into<At>,
    ) -> Result<()> {
        let value = proto::summary::Value {
            tag: tag.to_owned(),
            value: Some(proto::summary::value::Value::SimpleValue(value.to_f32())),
            ..Default::default()
        };
        self.add_value(value, at.into())
    }

    /// Writes a value of any kind that knows how it is stored.
    ///
    /// # Errors
    ///
    /// What the value itself says, and as for [`add_scalar`](Self::add_scalar).
    pub fn add<V: Loggable + ?Sized>(
        &mut self,
        tag: &str,
        value: &V,
        at: impl Into<At>,
    ) -> Result<()> {
        self.add_value(plugin::message(tag, value)?, at.into())
    }

    /// Says what TensorBoard shows beside a series: see [`SummaryWriter::describe`](crate::SummaryWriter::describe).
    ///
    /// # Errors
    ///
    /// An empty tag, and a tag that has values already.
    pub fn describe(&mut self, tag: &str, description: impl Into<Description>) -> Result<()> {
        self.guard.describe(tag, description.into())
    }

    fn add_value(&mut self, mut value: proto::summary::Value, at: At) -> Result<()> {
        self.guard
            .put_descriptions(std::slice::from_mut(&mut value));
        self.add_event(&proto::Event {
            wall_time: at.wall_time().unwrap_or_else(WallTime::now).as_secs(),
            step: at.step(),
            what: Some(proto::event::What::Summary(proto::Summary {
                value: vec![value],
            })),
            ..Default::default()
        })
    }

    /// Writes an event that the caller built.
    ///
    /// # Errors
    ///
    /// A wall time that is not finite, and as for [`add_scalar`](Self::add_scalar).
    pub fn add_event(&mut self, event: &proto::Event) -> Result<()> {
        let payload = self.payload(event)?;
        self.guard.admit_event(event)?;
        // Only a background thread needs these.
        drop(self.guard.take_templates());
        self.write(&payload)
    }

    /// Writes an event without checking its tags, such as one read from another file. They are not remembered either, so
    /// any number of tags takes no memory.
    ///
    /// # Errors
    ///
    /// A wall time that is not finite, a record that is longer than readers accept, and whatever the output says.
    pub fn write_event(&mut self, event: &proto::Event) -> Result<()> {
        let payload = self.payload(event)?;
        self.write(&payload)
    }

    /// An event's bytes, if it may be written.
    fn payload(&self, event: &proto::Event) -> Result<Vec<u8>> {
        self.usable()?;
        WallTime::from_secs(event.wall_time).writable()?;
        let payload = event.encode_to_vec();
        record::check_length(payload.len())?;
        Ok(payload)
    }

    fn write(&mut self, payload: &[u8]) -> Result<()> {
        let written = self.records.write_record(payload);
        // The record may stand torn at the end of the output, and what follows one, TensorBoard does not read.
        self.failed = written.as_ref().err().filter(|e| e.is_io()).cloned();
        written
    }

    fn usable(&self) -> Result<()> {
        self.failed.clone().map_or(Ok(()), Err)
    }

    /// Flushes the output.
    ///
    /// # Errors
    ///
    /// Whatever the output says, or said before.
    pub fn flush(&mut self) -> Result<()> {
        self.usable()?;
        Ok(self.records.flush()?)
    }

    /// The output.
    pub fn get_ref(&self) -> &W {
        self.records.get_ref()
    }

    /// The output, as to take what it has collected. What is written to it has to be whole records.
    pub fn get_mut(&mut self) -> &mut W {
        self.records.get_mut()
    }

    /// The output, after the last record.
    pub fn into_inner(self) -> W {
        self.records.into_inner()
    }
}
