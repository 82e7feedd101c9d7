//! The thread that turns the backlog into records and writes them.

use std::sync::Arc;

use crate::error::Result;
use crate::plugin::scalar::{self, Template};
use crate::record;
use crate::writer::background::Shared;
use crate::writer::backlog::{Backlog, Entry};
use crate::writer::output::Output;

/// Records are written when so many bytes of them are ready, while they are still in the processor's cache.
const CHUNK: usize = 128 << 10;

/// Scalars get their checksums when there are so many bytes of them, still in the fastest memory.
const SEAL: usize = 4 << 10;

#[derive(Debug)]
pub(crate) struct Worker {
    shared: Arc<Shared>,
    output: Output,
    /// One for each tag, by its id.
    templates: Vec<Template>,
    chunk: Vec<u8>,
    /// From here on the chunk's records have no checksum yet.
    sealed: usize,
    /// How many records are in the chunk.
    chunk_records: u64,
}

impl Worker {
    pub(crate) fn new(shared: Arc<Shared>, output: Output) -> Self {
        Self {
            shared,
            output,
            templates: Vec::new(),
            chunk: Vec::new(),
            sealed: 0,
            chunk_records: 0,
        }
    }

    /// Runs until the writer is closed or the disk fails.
    pub(crate) fn run(mut self) {
        let mut backlog = Backlog::default();
        let shared = Arc::clone(&self.shared);
        loop {
            let task = shared.take(&mut backlog, &mut self.templates);
            let mut result = self.write(&backlog);
            if task.sync {
                result = result.and_then(|()| self.output.sync());
            }
            backlog.clear(shared.capacity());
            if shared.report(&self.output, result) || task.last {
                shared.end();
                return;
            }
        }
    }

    fn write(&mut self, backlog: &Backlog) -> Result<()> {
        if backlog.is_empty() {
            return Ok(());
        }
        for entry in backlog.entries() {
            match entry {
                Entry::Scalar(tag, scalar) => {
                    // It is there: a tag gets its template with its id.
                    if let Some(template) = self.templates.get(tag.index()) {
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
                }
                Entry::Record(record) if record.len() >= CHUNK => {
                    self.write_chunk()?;
                    self.output.write(record, 1)?;
                    continue;
                }
                Entry::Record(record) => {
                    self.seal();
                    self.chunk.extend_from_slice(record);
                    self.sealed = self.chunk.len();
                }
            }
            self.chunk_records += 1;
            if self.chunk.len() >= CHUNK {
                self.write_chunk()?;
            }
        }
        self.write_chunk()?;
        self.output.confirm()
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
