//! What logs the metrics.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tfevents::plugin::histogram::Histogram;
use tfevents::{At, Error, Result, SummaryWriter};

use crate::instrument::{Instrument, Taken};
use crate::registry::{Registered, Registry};

/// Logs all metrics, whenever [`tick`](Self::tick) is called or by the [clock](Self::tick_every).
///
/// Dropping it writes what was logged, without a last tick and without telling of errors, for which there is
/// [`close`](Self::close).
#[derive(Debug)]
pub struct Handle {
    logger: Arc<Logger>,
    timer: Option<Timer>,
}

#[derive(Debug)]
struct Timer {
    stop: Sender<()>,
    thread: JoinHandle<Result<()>>,
}

#[derive(Debug)]
struct Logger {
    registry: Arc<Registry>,
    writer: SummaryWriter,
    /// Tags that were logged: their descriptions are told once. Locked during a tick, so that one follows the other.
    described: Mutex<HashSet<String>>,
}

impl Handle {
    pub(crate) fn new(registry: Arc<Registry>, writer: SummaryWriter) -> Self {
        Self {
            logger: Arc::new(Logger {
                registry,
                writer,
                described: Mutex::default(),
            }),
            timer: None,
        }
    }

    /// Logs all metrics at this step: counters and gauges as they are now, histograms of what was recorded since the last
    /// tick, if anything was.
    ///
    /// # Errors
    ///
    /// The first of the errors of [`SummaryWriter::add_scalar`]; the other metrics are logged all the same.
    pub fn tick(&self, step: impl Into<At>) -> Result<()> {
        self.logger.tick(step.into())
    }

    /// Ticks in a thread of its own, `interval` after `interval`, and once more at the end. The step is the number of
    /// seconds since now, rounded down; with an interval of less than a second, it is the number of the tick.
    ///
    /// # Errors
    ///
    /// A second timer, and a thread that cannot be started.
    pub fn tick_every(&mut self, interval: Duration) -> Result<()> {
        if self.timer.is_some() {
            return Err(Error::argument(
                "the metrics are logged by the clock already: call `tick_every` once",
            ));
        }
        let logger = Arc::clone(&self.logger);
        let (stop, stopped) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("tfevents-metrics".to_owned())
            .spawn(move || {
                let start = Instant::now();
                let mut result = Ok(());
                for number in 1.. {
                    let told = stopped.recv_timeout(interval);
                    let step = match interval.as_secs() {
                        0 => number,
                        _ => start.elapsed().as_secs(),
                    };
                    // The first error is told in the end; later ticks are tried all the same.
                    result = result.and(logger.tick(step.into()));
                    if told != Err(RecvTimeoutError::Timeout) {
                        break;
                    }
                }
                result
            })?;
        self.timer = Some(Timer { stop, thread });
        Ok(())
    }

    /// Stops the clock, if there is one, after a last tick, and closes the writer.
    ///
    /// # Errors
    ///
    /// Metrics that could not be logged, because their tag is that of a metric of another kind; what ticks by the clock
    /// failed with; and as for [`SummaryWriter::close`].
    pub fn close(mut self) -> Result<()> {
        let ticked = self.stop();
        let closed = self.logger.writer.close();
        let problems = self.logger.registry.problems();
        let registered = match problems.is_empty() {
            true => Ok(()),
            false => Err(Error::argument(problems.join("; "))),
        };
        ticked.and(closed).and(registered)
    }

    fn stop(&mut self) -> Result<()> {
        let Some(Timer { stop, thread }) = self.timer.take() else {
            return Ok(());
        };
        drop(stop);
        let panicked = |_| Err(Error::argument("the thread that logs metrics panicked"));
        thread.join().unwrap_or_else(panicked)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // A drop cannot report an error.
        let _ = self.stop();
    }
}

impl Logger {
    fn tick(&self, at: At) -> Result<()> {
        let mut described = self.described();
        let results: Vec<_> = self
            .registry
            .all()
            .into_iter()
            .map(|(tag, registered)| self.log(&tag, &registered, at, &mut described))
            .collect();
        results.into_iter().collect()
    }

    fn log(
        &self,
        tag: &str,
        registered: &Registered,
        at: At,
        described: &mut HashSet<String>,
    ) -> Result<()> {
        if !described.contains(tag) {
            if let Some(description) = self.registry.description(&registered.name) {
                self.writer.describe(tag, description)?;
            }
            described.insert(tag.to_owned());
        }
        match &registered.instrument {
            Instrument::Counter(count) => {
                let count = count.load(Ordering::Acquire);
                self.writer.add_scalar(tag, count, at)
            }
            Instrument::Gauge(bits) => {
                let value = f64::from_bits(bits.load(Ordering::Acquire));
                self.writer.add_scalar(tag, value, at)
            }
            Instrument::Histogram(samples) => {
                let Taken { values, left_out } = samples.take();
                if values.is_empty() {
                    return Ok(());
                }
                let histogram = Histogram::new(&values);
                self.writer.add(tag, &histogram, at)?;
                let left_out = left_out.saturating_add(histogram.left_out());
                if left_out == 0 {
                    return Ok(());
                }
                self.writer
                    .add_scalar(&format!("{tag}/left_out"), left_out, at)
            }
        }
    }

    /// A panic elsewhere leaves the set whole.
    fn described(&self) -> MutexGuard<'_, HashSet<String>> {
        self.described
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
