//! The thread that writes: its beginning and its end.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::error::Result;
use crate::writer::buffering::Buffering;
use crate::writer::charts::Charts;
use crate::writer::output::Output;
use crate::writer::process::{Lock, Process};
use crate::writer::queue::{Ending, Queue};
use crate::writer::worker::Worker;

/// One event file being written.
#[derive(Debug)]
pub(crate) struct Background {
    queue: Arc<Queue>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Background {
    /// Starts the thread. [`put_layout`](Queue::put_layout) tells it when to write the charts.
    pub(crate) fn start(
        output: Output,
        charts: Arc<Lock<Charts>>,
        buffering: Buffering,
    ) -> Result<Self> {
        let queue = Queue::new(output.path().to_path_buf(), buffering, Process::current());
        Self::spawn(queue, |queue| Worker::new(queue, output, charts).run())
    }

    /// Starts a thread that is to write what it [takes](Queue::take).
    fn spawn(queue: Queue, write: impl FnOnce(Arc<Queue>) + Send + 'static) -> Result<Self> {
        let queue = Arc::new(queue);
        let ending = Ending(Arc::clone(&queue));
        let thread = thread::Builder::new()
            .name("tfevents-writer".to_owned())
            .spawn(move || write(Arc::clone(&ending.0)))?;
        Ok(Self {
            queue,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Where events are put for the thread to write.
    #[inline]
    pub(crate) fn queue(&self) -> &Queue {
        &self.queue
    }

    /// Writes what is left, ends the thread, and says whether anything was lost.
    pub(crate) fn close(&self) -> Result<()> {
        self.end(None)?;
        self.queue.outcome()
    }

    /// The same for those who cannot be told, and may not be kept waiting for much longer than this.
    pub(crate) fn close_within(&self, patience: Duration) {
        // In a forked child there is nothing to wait for; all else is told by `close`.
        let _told = self.end(Some(patience));
    }

    fn end(&self, patience: Option<Duration>) -> Result<()> {
        if !self.queue.close(patience)? {
            return Ok(());
        }
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            // Its result is in the queue, also when it panicked.
            let _ended = thread.join();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
