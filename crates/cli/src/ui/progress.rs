//! The progress bar.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work that takes less than this goes without a progress bar.
const PATIENCE: Duration = Duration::from_millis(500);
/// How many bytes are read between two looks at the clock.
const STRIDE: u64 = 1 << 20;

/// How far reading is.
pub(crate) struct Progress {
    bar: ProgressBar,
    began: Instant,
    shown: bool,
    /// Bytes of files already read, of the current file, and at which to look at the clock again.
    base: u64,
    file: u64,
    next: u64,
}

impl Progress {
    /// A bar for `total` bytes, which appears if reading takes a while.
    pub(crate) fn begin(total: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        let style =
            ProgressStyle::with_template("{wide_bar} {decimal_bytes}/{decimal_total_bytes} {eta}");
        if let Ok(style) = style {
            bar.set_style(style.progress_chars("=> "));
        }
        Self {
            bar,
            began: Instant::now(),
            shown: false,
            base: 0,
            file: 0,
            next: STRIDE,
        }
    }

    /// A file of so many bytes comes next.
    pub(crate) fn begin_file(&mut self, bytes: u64) {
        self.base += self.file;
        self.file = bytes;
        self.update(0);
    }

    /// So many bytes of the file are read.
    #[inline]
    pub(crate) fn reached(&mut self, offset: u64) {
        if offset >= self.next {
            self.update(offset);
        }
    }

    /// Takes the bar away while `print` prints.
    pub(crate) fn suspend(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }

    fn update(&mut self, offset: u64) {
        self.next = offset + STRIDE;
        // A compressed file has more bytes inside than outside.
        self.bar.set_position(self.base + offset.min(self.file));
        if !self.shown && self.began.elapsed() >= PATIENCE {
            self.shown = true;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}
