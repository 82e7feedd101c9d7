//! A finite wall time for every event.

use std::io::Write;

use crate::edit::encode;
use crate::error::Result;
use crate::event::EventRef;
use crate::record;
use crate::types::WallTime;

/// How many bytes of events wait for the first one that has a time.
const MOST_WAITING: usize = 16 << 20;

/// Writes events as records, those whose wall time is not finite at that of an event beside them.
#[derive(Debug)]
pub(super) struct FiniteTimes<'w, W> {
    output: &'w mut W,
    /// The last finite time.
    time: Option<WallTime>,
    /// The steps and payloads of events before the first finite time.
    waiting: Vec<(i64, Vec<u8>)>,
    waiting_bytes: usize,
    payload: Vec<u8>,
    frame: Vec<u8>,
    pub(super) records: u64,
    pub(super) bytes: u64,
    /// How many events got another time.
    pub(super) retimed: u64,
}

impl<'w, W: Write> FiniteTimes<'w, W> {
    pub(super) fn new(output: &'w mut W) -> Self {
        Self {
            output,
            time: None,
            waiting: Vec::new(),
            waiting_bytes: 0,
            payload: Vec::new(),
            frame: Vec::new(),
            records: 0,
            bytes: 0,
            retimed: 0,
        }
    }

    /// Writes an event, whose time and step are those of `event`.
    pub(super) fn write(&mut self, payload: &[u8], event: &EventRef<'_>) -> Result<()> {
        let time = event.wall_time;
        if time.is_finite() {
            self.time = Some(time);
            self.write_waiting(time)?;
            return self.write_record(payload);
        }
        if let Some(time) = self.time {
            return self.write_at(payload, time, event.step);
        }
        self.waiting_bytes += payload.len() + size_of::<(i64, Vec<u8>)>();
        self.waiting.push((event.step, payload.to_vec()));
        if self.waiting_bytes > MOST_WAITING {
            self.finish()?;
        }
        Ok(())
    }

    /// Writes what still waits for a time: nothing else says one, so it is the epoch.
    pub(super) fn finish(&mut self) -> Result<()> {
        self.write_waiting(WallTime::default())
    }

    fn write_waiting(&mut self, time: WallTime) -> Result<()> {
        self.waiting_bytes = 0;
        for (step, payload) in std::mem::take(&mut self.waiting) {
            self.write_at(&payload, time, step)?;
        }
        Ok(())
    }

    fn write_at(&mut self, payload: &[u8], time: WallTime, step: i64) -> Result<()> {
        let mut changed = std::mem::take(&mut self.payload);
        changed.clear();
        encode::with_head(&mut changed, payload, time, step)?;
        self.write_record(&changed)?;
        self.payload = changed;
        self.retimed += 1;
        Ok(())
    }

    fn write_record(&mut self, payload: &[u8]) -> Result<()> {
        self.frame.clear();
        record::frame(&mut self.frame, payload);
        self.output.write_all(&self.frame)?;
        self.records += 1;
        self.bytes += self.frame.len() as u64;
        Ok(())
    }
}
