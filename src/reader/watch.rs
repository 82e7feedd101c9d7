//! How far reading is, for programs that show it.

use std::sync::OnceLock;

static WATCHER: OnceLock<fn(u64)> = OnceLock::new();

/// Calls `watcher` whenever this process has read from an event file, with the number of bytes of the file that were read
/// or passed over. Of a compressed file, these are compressed bytes.
///
/// Everything in this crate that opens files by their paths is watched, on all threads, so that a program can show its
/// progress whatever it is that reads. A call covers many records, usually 256 KiB. There is one watcher per process:
/// returns false, and changes nothing, if there is another one already.
///
/// # Examples
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use tfevents::{LogdirState, Selection, SummaryWriter, reader};
///
/// static READ: AtomicU64 = AtomicU64::new(0);
///
/// # let dir = tempfile::tempdir()?;
/// let writer = SummaryWriter::new(dir.path())?;
/// writer.add_scalar("loss", 0.5, 1)?;
/// writer.close()?;
///
/// assert!(reader::watch(|bytes| {
///     READ.fetch_add(bytes, Ordering::Relaxed);
/// }));
/// LogdirState::load(dir.path(), Selection::all())?;
/// assert_eq!(READ.load(Ordering::Relaxed), writer.path().metadata()?.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn watch(watcher: fn(u64)) -> bool {
    WATCHER.set(watcher).is_ok()
}

/// So many bytes of a file were read, or passed over.
pub(super) fn passed(bytes: u64) {
    if let Some(watcher) = WATCHER.get()
        && bytes > 0
    {
        watcher(bytes);
    }
}
