//! The progress bar: how many of the bytes that there are to read were read, by whatever reads them.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work that takes less than this shows no progress bar.
const PATIENCE: Duration = Duration::from_millis(500);
/// Tests have none, so that no input has to be large: they set this variable, which only the builds heed that they are
/// run with.
#[cfg(debug_assertions)]
const IMPATIENT: &str = "TFEVENTS_TEST_IMPATIENT";

fn patience() -> Duration {
    #[cfg(debug_assertions)]
    if std::env::var_os(IMPATIENT).is_some() {
        return Duration::ZERO;
    }
    PATIENCE
}

/// The bar on the terminal, of which there is one.
static BAR: Mutex<Option<Bar>> = Mutex::new(None);
/// How many bytes or runs were read since it began.
static READ: AtomicU64 = AtomicU64::new(0);

/// What a bar counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Bytes that are read, of event files by themselves.
    Bytes,
    /// Runs of a store that does not say how large they are.
    #[cfg(feature = "mlflow")]
    Runs,
    /// Points that are sent, of an unknown number.
    #[cfg(feature = "mlflow")]
    Points,
}

impl Unit {
    fn style(self) -> ProgressStyle {
        let style = ProgressStyle::with_template(self.template());
        style.map_or_else(
            |_| ProgressStyle::default_bar(),
            |style| style.progress_chars("=> "),
        )
    }

    const fn template(self) -> &'static str {
        match self {
            Self::Bytes => "{wide_bar} {decimal_bytes}/{decimal_total_bytes} {eta} {msg}",
            #[cfg(feature = "mlflow")]
            Self::Runs => "{wide_bar} {human_pos}/{human_len} runs {msg}",
            #[cfg(feature = "mlflow")]
            Self::Points => "{human_pos} points sent, {msg}",
        }
    }
}

struct Bar {
    bar: ProgressBar,
    began: Instant,
    patience: Duration,
    shown: bool,
}

/// Begins a bar for so many bytes or runs, which appears if reading them takes a while.
pub(super) fn begin(total: u64, unit: Unit) {
    if unit == Unit::Bytes {
        tfevents::reader::watch(advance);
    }
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
    bar.set_style(unit.style());
    let mut place = lock();
    READ.store(0, Ordering::Relaxed);
    *place = Some(Bar {
        bar,
        began: Instant::now(),
        patience: patience(),
        shown: false,
    });
}

/// So many bytes have to be read beside those that were known of.
pub(super) fn extend(bytes: u64) {
    if let Some(bar) = &*lock() {
        bar.bar.inc_length(bytes);
    }
}

/// So many bytes or runs were read.
pub(crate) fn advance(bytes: u64) {
    let read = READ.fetch_add(bytes, Ordering::Relaxed) + bytes;
    // Whoever else draws it at this moment need not be waited for.
    if let Ok(mut place) = BAR.try_lock()
        && let Some(bar) = &mut *place
    {
        bar.update(read);
    }
}

/// Says something beside the bar.
#[cfg(feature = "mlflow")]
pub(crate) fn say(message: &str) {
    if let Some(bar) = &mut *lock() {
        bar.bar.set_message(message.to_owned());
        // One run may take as long as all.
        bar.update(READ.load(Ordering::Relaxed));
    }
}

/// So many points were sent. From the first ones on the bar shows these: files are read faster than they can be sent.
#[cfg(feature = "mlflow")]
pub(crate) fn sent(points: u64, rate: &str) {
    if let Some(bar) = &mut *lock() {
        if bar.bar.length().is_some() {
            bar.bar.unset_length();
            bar.bar.set_style(Unit::Points.style());
        }
        bar.bar.set_message(rate.to_owned());
        bar.show(points);
    }
}

/// Takes the bar away while `print` prints.
pub(super) fn suspend(print: impl FnOnce()) {
    match &*lock() {
        Some(bar) => bar.bar.suspend(print),
        None => print(),
    }
}

/// Takes the bar away.
pub(super) fn end() {
    if let Some(bar) = lock().take() {
        bar.bar.finish_and_clear();
    }
}

fn lock() -> MutexGuard<'static, Option<Bar>> {
    BAR.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Bar {
    fn update(&mut self, read: u64) {
        // Without an end it shows what is sent. What is read twice, such as the start of a file, must not lead past the end.
        if let Some(end) = self.bar.length() {
            self.show(read.min(end));
        }
    }

    fn show(&mut self, position: u64) {
        self.bar.set_position(position);
        if !self.shown && self.began.elapsed() >= self.patience {
            self.shown = true;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

/// A file that is not an event file, of which the bar shows how far it is read.
pub(crate) struct Counted<R>(pub(crate) R);

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let len = self.0.read(buf)?;
        advance(len as u64);
        Ok(len)
    }
}
