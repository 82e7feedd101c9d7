//! Of many things the first few are named, and the others counted.

use std::cell::Cell;

/// How many runs, files or paths are named.
pub(crate) const NAMED: usize = 10;
/// How many places of one file are.
pub(crate) const PLACES: usize = 5;

/// The first of some things, and how many others there are.
pub(crate) fn first<T>(all: &[T], few: usize) -> (&[T], u64) {
    let (first, others) = all.split_at(few.min(all.len()));
    (first, others.len() as u64)
}

/// How many of so many things are not among the first.
pub(crate) fn others(all: u64, few: usize) -> u64 {
    all.saturating_sub(few as u64)
}

/// The first names in a row, and how many others there are: `a, b and 2 more tags`.
pub(crate) fn in_a_row(names: &[String], few: usize, others: impl FnOnce(u64) -> String) -> String {
    match first(names, few) {
        (names, 0) => names.join(", "),
        (names, more) => format!("{} and {}", names.join(", "), others(more)),
    }
}

/// Things that come one by one.
#[derive(Debug)]
pub(crate) struct Few {
    few: usize,
    seen: Cell<u64>,
}

impl Few {
    pub(crate) fn new(few: usize) -> Self {
        let seen = Cell::new(0);
        Self { few, seen }
    }

    /// Counts one more, and says whether it is to be named.
    pub(crate) fn names(&self) -> bool {
        let before = self.seen.get();
        self.seen.set(before + 1);
        before < self.few as u64
    }

    /// How many there were.
    pub(crate) fn seen(&self) -> u64 {
        self.seen.get()
    }

    /// How many there were besides those that were named.
    pub(crate) fn others(&self) -> u64 {
        others(self.seen(), self.few)
    }

    /// Starts anew, and returns how many [`others`](Self::others) there were.
    pub(crate) fn take(&self) -> u64 {
        let others = self.others();
        self.seen.set(0);
        others
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_is_counted() {
        assert_eq!(first(&[1, 2, 3], 2), (&[1, 2][..], 1));
        assert_eq!(first(&[1, 2], 2), (&[1, 2][..], 0));
        assert_eq!(first(&[1], 2), (&[1][..], 0));
        let few = Few::new(2);
        assert_eq!([0; 3].map(|_| few.names()), [true, true, false]);
        assert_eq!((few.seen(), few.others()), (3, 1));
        assert_eq!((few.take(), few.seen()), (1, 0));
        let names = ["a", "b", "c"].map(str::to_owned);
        let more = |n| format!("{n} more");
        assert_eq!(in_a_row(&names, 3, more), "a, b, c");
        assert_eq!(in_a_row(&names, 1, more), "a and 2 more");
    }
}
