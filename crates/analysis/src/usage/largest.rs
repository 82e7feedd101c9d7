//! The largest records.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::Large;

/// The largest records so far; of equal ones the first.
#[derive(Debug)]
pub(super) struct Largest {
    limit: usize,
    /// The least of them on top.
    heap: BinaryHeap<Reverse<BySize>>,
    added: u64,
}

/// A record in the order of sizes, earlier ones after later ones.
#[derive(Debug)]
struct BySize(Large, u64);

impl Largest {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            heap: BinaryHeap::new(),
            added: 0,
        }
    }

    pub(super) fn takes(&self, bytes: u64) -> bool {
        self.heap.len() < self.limit
            || self
                .heap
                .peek()
                .is_some_and(|Reverse(least)| bytes > least.0.bytes)
    }

    pub(super) fn add(&mut self, large: Large) {
        self.added += 1;
        self.heap.push(Reverse(BySize(large, self.added)));
        if self.heap.len() > self.limit {
            self.heap.pop();
        }
    }

    pub(super) fn into_sorted(self) -> Vec<Large> {
        let sorted = self.heap.into_sorted_vec().into_iter();
        sorted.map(|Reverse(BySize(large, _))| large).collect()
    }
}

impl BySize {
    fn key(&self) -> (u64, Reverse<u64>) {
        (self.0.bytes, Reverse(self.1))
    }
}

impl Ord for BySize {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for BySize {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for BySize {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for BySize {}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn the_largest_are_kept_in_order() {
        let large = |bytes, offset| Large {
            bytes,
            run: String::new(),
            file: PathBuf::new(),
            record: 0,
            offset,
            step: 0,
            event: "none",
            value: None,
            values: 0,
        };
        let mut largest = Largest::new(3);
        for (offset, bytes) in [5, 9, 7, 7, 1, 9, 7].into_iter().enumerate() {
            if largest.takes(bytes) {
                largest.add(large(bytes, offset as u64));
            }
        }
        let kept = largest.into_sorted();
        let kept: Vec<_> = kept
            .iter()
            .map(|large| (large.bytes, large.offset))
            .collect();
        assert_eq!(kept, [(9, 1), (9, 5), (7, 2)]);
        assert!(!Largest::new(0).takes(1));
    }
}
