//! Of many things the first few are named, and the others counted, unless `-v` asks for all of them.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};

use tfevents_analysis::number;

/// How many runs, files or paths are named.
pub(crate) const NAMED: usize = 10;
/// How many places of one file are.
pub(crate) const PLACES: usize = 5;

/// Whether everything is named: `--verbose`.
static ALL: AtomicBool = AtomicBool::new(false);

/// Has all things named, or only the first few.
pub(crate) fn name_all(all: bool) {
    ALL.store(all, Ordering::Relaxed);
}

/// Whether everything is named.
pub(crate) fn names_all() -> bool {
    ALL.load(Ordering::Relaxed)
}

/// So many, or all if everything is named.
pub(crate) fn or_all(few: usize) -> usize {
    match names_all() {
        true => usize::MAX,
        false => few,
    }
}

/// The first of some things, and how many others there are.
pub(crate) fn first<T>(all: &[T], few: usize) -> (&[T], u64) {
    let (first, others) = all.split_at(or_all(few).min(all.len()));
    (first, others.len() as u64)
}

/// `37 more runs with problems (list them with -v)`: counts what is not named. `noun` may be empty.
pub(crate) fn more(others: u64, noun: &str, which: &str) -> String {
    let counted = match noun {
        "" => format!("{} more", number::count(others)),
        noun => number::counted(others, &format!("more {noun}")),
    };
    let space = if which.is_empty() { "" } else { " " };
    format!("{counted}{space}{which}{}", hint(others))
}

/// How to have things listed that are not named, if that can be had.
pub(crate) fn hint(others: u64) -> &'static str {
    match others {
        _ if names_all() => "",
        1 => " (list it with -v)",
        _ => " (list them with -v)",
    }
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
        before < or_all(self.few) as u64
    }

    /// How many there were.
    pub(crate) fn seen(&self) -> u64 {
        self.seen.get()
    }

    /// How many there were besides those that were named.
    pub(crate) fn others(&self) -> u64 {
        self.seen().saturating_sub(or_all(self.few) as u64)
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
        assert_eq!(super::more(1, "run", ""), "1 more run (list it with -v)");
        assert_eq!(
            super::more(37, "run", "with problems"),
            "37 more runs with problems (list them with -v)"
        );
        assert_eq!(super::more(1000, "", ""), "1,000 more (list them with -v)");
    }
}
