//! Standard output, and what to do when nobody reads it any more.

use std::io::{self, BufWriter, ErrorKind, Stdout, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::render::terminal::Guard;

/// Standard output, buffered; flush it to learn of the last failure.
pub(crate) type Out = BufWriter<MaybePipe<Guard<Stdout>>>;

pub(crate) fn stdout() -> Out {
    BufWriter::with_capacity(64 << 10, MaybePipe(Guard::new(io::stdout())))
}

/// Standard output for text with [`Styles`](crate::ui::style::Styles).
pub(crate) fn styled_stdout() -> Out {
    BufWriter::with_capacity(64 << 10, MaybePipe(Guard::styled(io::stdout())))
}

/// Whether a reader of ours has gone since this was asked last.
static CLOSED: AtomicBool = AtomicBool::new(false);

/// A stream that may be a pipe. Errors of writing pass through libraries that make others of them, or text, so it
/// remembers by itself that the other end was closed.
#[derive(Debug)]
pub(crate) struct MaybePipe<W>(pub(crate) W);

impl<W: Write> Write for MaybePipe<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).inspect_err(remember_closed)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().inspect_err(remember_closed)
    }
}

fn remember_closed(e: &io::Error) {
    if e.kind() == ErrorKind::BrokenPipe {
        CLOSED.store(true, Ordering::Relaxed);
    }
}

/// Whether whoever read standard output has left, as `head` does, which a write would tell only if there were
/// something to write.
pub(crate) fn reader_has_left() -> bool {
    #[cfg(unix)]
    {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let out = io::stdout();
        let mut fds = [PollFd::new(&out, PollFlags::empty())];
        let at_once = Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        let left = PollFlags::ERR | PollFlags::HUP;
        poll(&mut fds, Some(&at_once)).is_ok() && fds.iter().any(|fd| fd.revents().intersects(left))
    }
    #[cfg(not(unix))]
    false
}

/// Takes it for success that nobody reads any more, as in `tfevents cat … | head`: who did has seen enough.
pub(crate) fn forgive_closed<E>(result: Result<(), E>) -> Result<(), E> {
    match result {
        Err(_) if CLOSED.swap(false, Ordering::Relaxed) => Ok(()),
        result => result,
    }
}
