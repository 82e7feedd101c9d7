//! Counts what a thread allocates, so that a test can state how much a read may need.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    // By thread, so that tests running beside each other do not disturb. Plain cells: no destructor, no
    // allocation of their own.
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count(bytes: isize) {
    let live = LIVE.get() + bytes;
    LIVE.set(live);
    PEAK.set(PEAK.get().max(live));
}

fn signed(size: usize) -> isize {
    isize::try_from(size).unwrap_or(isize::MAX)
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(signed(layout.size()));
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(signed(layout.size()));
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        count(-signed(layout.size()));
        unsafe { System.dealloc(ptr, layout) }
    }

    /// Counted as if the old and the new block existed side by side, which they may.
    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        count(signed(new_size));
        count(-signed(layout.size()));
        unsafe { System.realloc(ptr, layout, new_size) }
    }
}

/// Runs `f`; returns what it returned, and the most bytes that it held at any time.
pub(crate) fn peak<T>(f: impl FnOnce() -> T) -> (T, usize) {
    let before = LIVE.get();
    PEAK.set(before);
    let result = f();
    (result, (PEAK.get() - before).unsigned_abs())
}

#[test]
fn the_peak_is_what_was_alive_at_once() {
    let ((), bytes) = peak(|| {
        drop(vec![0u8; 5000]);
        drop(vec![0u8; 3000]);
    });
    assert_eq!(bytes, 5000);
    let (grown, bytes) = peak(|| {
        let mut v = vec![0u8; 1000];
        v.reserve_exact(1000);
        v
    });
    assert_eq!((bytes, grown.len()), (3000, 1000));
}
