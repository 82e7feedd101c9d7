//! Items on several threads, and what becomes of them in their order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use crate::failure::Failure;
use crate::wait::Cancel;

/// Works on each item, on as many threads as there are processors, and passes each item with its result on, in order.
///
/// # Errors
///
/// What `each` fails with; the items behind are not worked on then, and neither once it is cancelled.
pub(crate) fn in_order<I: Sync, R: Send>(
    items: &[I],
    cancel: &Cancel,
    work: impl Fn(&I) -> R + Sync,
    mut each: impl FnMut(&I, R) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let (done, results) = mpsc::sync_channel(threads);
    thread::scope(|scope| {
        for _ in 0..threads.min(items.len()) {
            let (done, work, next) = (done.clone(), &work, &next);
            scope.spawn(move || {
                while !cancel.is_cancelled() {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(number) else {
                        return;
                    };
                    if done.send((number, work(item))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        // What came before its turn.
        let mut early = BTreeMap::new();
        let mut turn = 0;
        for (number, result) in results {
            early.insert(number, result);
            while let Some(result) = early.remove(&turn) {
                if let Some(item) = items.get(turn) {
                    each(item, result)?;
                }
                turn += 1;
            }
        }
        Ok(())
    })
}
