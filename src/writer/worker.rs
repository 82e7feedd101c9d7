//! The thread that turns the backlog into records and writes them.

use std::sync::Arc;

use crate::error::Result;
use crate::plugin::scalar::{self, Template};
use crate::record;
use crate::types::WallTime;
use crate::writer::backlog::{Backlog, Entry};
use crate::writer::charts::Charts;
use crate::writer::output::Output;
use crate::writer::process::Lock;
use crate::writer::queue::Queue;

/// Records are written when so many bytes of them are ready, while they are still in the processor's cache.
const CHUNK: usize = 128 << 10;

/// Scalars get their checksums when there are so many bytes of them, still in the fastest memory.
const SEAL: usize = 4 << 10;

#[derive(Debug)]
pub(crate) struct Worker {
    queue: Arc<Queue>,
    output: Output,
    charts: Arc<Lock<Charts>>,
    /// One for each tag, by its id.
    templates: Vec<Template>,
    chunk: Vec<u8>,
    /// From here on the chunk's records have no checksum yet.
    sealed: usize,
    /// How many records are in the chunk.
    chunk_records: u64,
}

impl Worker {
    pub(crate) fn new(queue: Arc<Queue>, output: Output, charts: Arc<Lock<Charts>>) -> Self {
        Self {
            queue,
            output,
            charts,
            templates: Vec::new(),
            chunk: Vec::new(),
            sealed: 0,
            chunk_records: 0,
        }
    }

    /// Runs until the writer is closed or the disk fails.
    pub(crate) fn run(mut self) {
        let mut backlog = Backlog::default();
        let queue = Arc::clone(&self.queue);
        loop {
            let task = queue.take(&mut backlog, &mut self.templates);
            let mut result = self.write(&backlog, task.layout);
            if task.sync {
                result = result.and_then(|()| self.output.sync());
            }
            backlog.clear(queue.capacity());
            if queue.report(&self.output, result) || task.last {
                return;
            }
        }
    }

    fn write(&mut self, backlog: &Backlog, layout: Option<WallTime>) -> Result<()> {
        if backlog.is_empty() && layout.is_none() {
            return Ok(());
        }
        for entry in backlog.entries() {
            match entry {
                Entry::Scalar(tag, scalar) => {
                    // It is there: a tag gets its template with its id.
                    if let Some(template) = self.templates.get_mut(tag.index()) {
                        scalar::put_record(
                            &mut self.chunk,
                            scalar.wall_time,
                            scalar.step,
                            template,
                            scalar.value,
                        );
                    }
                    if self.chunk.len() - self.sealed >= SEAL {
                        self.seal();
                    }
                    self.chunk_records += 1;
                }
                Entry::Record(record) => self.put(record)?,
            }
            if self.chunk.len() >= CHUNK {
                self.write_chunk()?;
            }
        }
        if let Some(wall_time) = layout {
            let record = self.charts.wait().record(wall_time)?;
            self.put(&record)?;
        }
        self.write_chunk()?;
        self.output.confirm()
    }

    /// Takes a finished record, a large one without copying it.
    fn put(&mut self, record: &[u8]) -> Result<()> {
        if record.len() >= CHUNK {
            self.write_chunk()?;
            return self.output.write(record, 1);
        }
        self.seal();
        self.chunk.extend_from_slice(record);
        self.sealed = self.chunk.len();
        self.chunk_records += 1;
        Ok(())
    }

    fn seal(&mut self) {
        record::seal(&mut self.chunk[self.sealed..]);
        self.sealed = self.chunk.len();
    }

    fn write_chunk(&mut self) -> Result<()> {
        self.seal();
        let result = self.output.write(&self.chunk, self.chunk_records);
        self.chunk.clear();
        self.sealed = 0;
        self.chunk_records = 0;
        result
    }
}
