//! What logs the metrics.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tfevents::{At, Error, Histogram, Result, Sink as _, SummaryWriter};

use crate::instrument::{Instrument, Taken};
use crate::registry::{Registered, Registry};

/// Shorter intervals would do nothing but log.
const SHORTEST: Duration = Duration::from_millis(1);

/// Logs all metrics, whenever [`tick`](Self::tick) is called or by the [clock](Self::tick_every).
///
/// Dropping it ticks once more if it ticks by the clock, and writes what was logged; errors are ignored. Use
/// [`close`](Self::close) to see them.
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
    /// Locked during a tick, so that one follows the other.
    ticks: Mutex<Ticks>,
}

#[derive(Debug, Default)]
struct Ticks {
    /// Tags that were logged: their descriptions are logged once.
    described: HashSet<String>,
    /// The greatest step so far.
    last: Option<i64>,
}

impl Handle {
    pub(crate) fn new(registry: Arc<Registry>, writer: SummaryWriter) -> Self {
        Self {
            logger: Arc::new(Logger {
                registry,
                writer,
                ticks: Mutex::default(),
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
        self.logger.tick(|_| step.into())
    }

    /// Ticks in a thread of its own, `interval` after `interval`, and once more at the end. The step is the number of
    /// seconds since now, rounded down; with an interval of less than a second, the number of the tick. Where the last tick had
    /// that step or a greater one, as one by [`tick`](Self::tick) may have had, the step is the next after it.
    ///
    /// # Errors
    ///
    /// A second timer, an interval of less than a millisecond, and a thread that cannot be started.
    pub fn tick_every(&mut self, interval: Duration) -> Result<()> {
        if self.timer.is_some() {
            return Err(Error::argument(
                "`tick_every` was already called: it can be called only once",
            ));
        }
        if interval < SHORTEST {
            return Err(Error::argument(format!(
                "an interval of {interval:?} is too short for `tick_every`: use at least {SHORTEST:?}"
            )));
        }
        let logger = Arc::clone(&self.logger);
        let (stop, stopped) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("tfevents-metrics".to_owned())
            .spawn(move || {
                let start = Instant::now();
                let mut result = Ok(());
                loop {
                    let stop = stopped.recv_timeout(interval);
                    let ticked = logger.tick(|last| step(interval, start.elapsed(), last).into());
                    // The first error is returned in the end; later ticks are tried all the same.
                    result = result.and(ticked);
                    if stop != Err(RecvTimeoutError::Timeout) {
                        return result;
                    }
                }
            })?;
        self.timer = Some(Timer { stop, thread });
        Ok(())
    }

    /// Stops the clock, if there is one, after a last tick, and closes the writer.
    ///
    /// # Errors
    ///
    /// As for [`SummaryWriter::close`]; the first error of a tick by the clock; and metrics that were not logged, because
    /// a metric of another kind has the same tag.
    pub fn close(mut self) -> Result<()> {
        let ticked = self.stop();
        let closed = self.logger.writer.close();
        let problems = self.logger.registry.problems();
        let registered = problems.map_or(Ok(()), |problems| Err(Error::argument(problems)));
        // The writer knows best how much is lost.
        closed.and(ticked).and(registered)
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

/// The step of a tick by the clock. Greater than that of the last tick, because TensorBoard drops what is not.
fn step(interval: Duration, elapsed: Duration, last: Option<i64>) -> i64 {
    let next = last.map(|last| last.saturating_add(1));
    if interval.as_secs() == 0 {
        return next.unwrap_or(1);
    }
    let seconds = i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX);
    next.map_or(seconds, |next| seconds.max(next))
}

impl Logger {
    /// At the place that is made of the greatest step so far.
    fn tick(&self, at: impl FnOnce(Option<i64>) -> At) -> Result<()> {
        let mut ticks = self.ticks();
        let at = at(ticks.last);
        ticks.last = ticks.last.max(Some(at.step()));
        let results: Vec<_> = self
            .registry
            .all()
            .into_iter()
            .map(|(tag, registered)| self.log(&tag, &registered, at, &mut ticks.described))
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
        // Once, whatever comes of it, so that a tag that cannot be described is logged all the same.
        let description = match described.insert(tag.to_owned()) {
            true => self.registry.description(&registered.name),
            false => None,
        };
        let told = match description {
            Some(description) => self.writer.describe(tag, description),
            None => Ok(()),
        };
        told.and(self.log_value(tag, registered, at))
    }

    fn log_value(&self, tag: &str, registered: &Registered, at: At) -> Result<()> {
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
                let mut histogram = Histogram::new(&values);
                histogram.leave_out(left_out);
                self.writer.log_histogram(tag, &histogram, at)
            }
        }
    }

    /// A panic elsewhere leaves it whole.
    fn ticks(&self) -> MutexGuard<'_, Ticks> {
        self.ticks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_ticks_have_the_same_step() {
        let (ten, half) = (Duration::from_secs(10), Duration::from_millis(500));
        assert_eq!(step(ten, Duration::from_millis(900), None), 0);
        assert_eq!(step(ten, Duration::from_millis(10_100), None), 10);
        // The run ends within the second of a tick.
        assert_eq!(step(ten, Duration::from_millis(10_900), Some(10)), 11);
        assert_eq!(step(ten, Duration::from_millis(20_100), Some(11)), 20);
        assert_eq!(step(half, Duration::from_millis(500), None), 1);
        assert_eq!(step(half, Duration::from_millis(1000), Some(1)), 2);
        // After ticks by hand.
        assert_eq!(step(ten, Duration::from_secs(10), Some(50)), 51);
        assert_eq!(step(half, Duration::from_millis(500), Some(50)), 51);
        assert_eq!(step(ten, Duration::from_secs(10), Some(i64::MAX)), i64::MAX);
    }
}
