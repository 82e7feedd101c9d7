//! Reads files on, several at a time.

use std::sync::{Mutex, PoisonError};
use std::thread;

use super::FileState;
use crate::reader::Progress;
use crate::select::Selection;

/// A file is read in pieces only if it has more bytes than this; what they gain is otherwise too little.
const PIECE: u64 = 4 << 20;

/// Reads all of the files on, in parallel. Returns what is kept beside those that grew.
pub(super) fn read_on<K: Send>(
    mut files: Vec<(K, &mut FileState)>,
    selection: &Selection,
    threads: usize,
) -> Vec<K> {
    let mut grown = Vec::new();
    // Where there are few files, one of them may be most of the work.
    if threads > 1 && files.len() <= 4 * threads {
        let sizes = files.iter().map(|(_, file)| file.unread());
        let share = (sizes.sum::<u64>() / threads as u64).max(PIECE);
        let (large, rest): (Vec<_>, _) = files
            .into_iter()
            .partition(|(_, file)| file.unread() > share);
        files = rest;
        for (key, file) in large {
            if file.poll_pieces(selection, threads) == Progress::Grown {
                grown.push(key);
            }
        }
    }
    let workers = threads.min(files.len());
    let queue = Mutex::new(files.into_iter());
    let work = || {
        let mut grown = Vec::new();
        loop {
            // The lock must not be held while reading.
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((key, file)) = next else {
                return grown;
            };
            if file.poll(selection) == Progress::Grown {
                grown.push(key);
            }
        }
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
        grown.extend(work());
        for other in others {
            // What panics there, such as a selection, must not make a run silently short.
            match other.join() {
                Ok(more) => grown.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    grown
}
