//! What was not taken in.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use crate::number;
use crate::reporter::Reporter;
use crate::text;

/// How many lines of a kind are told one by one.
const SHOWN: u64 = 5;

/// Counts what is skipped, and tells of the first ones.
pub(super) struct Tally<'a> {
    reporter: &'a Reporter,
    skipped: u64,
    overflows: u64,
    /// By tag: how many values are no numbers, and the first of them.
    texts: BTreeMap<String, (u64, String)>,
    other_kinds: u64,
}

impl<'a> Tally<'a> {
    pub(super) fn new(reporter: &'a Reporter) -> Self {
        Self {
            reporter,
            skipped: 0,
            overflows: 0,
            texts: BTreeMap::new(),
            other_kinds: 0,
        }
    }

    /// A line cannot be used.
    pub(super) fn skip(&mut self, path: &Path, line: u64, problem: impl fmt::Display) {
        if self.skipped < SHOWN {
            let path = text::path(path);
            self.reporter
                .warn(format_args!("{path}, line {line}: {problem}"));
        }
        self.skipped += 1;
    }

    /// A value that is part of a usable line is no number.
    pub(super) fn text(&mut self, path: &Path, line: u64, tag: &str, value: impl fmt::Display) {
        match self.texts.get_mut(tag) {
            Some((count, _)) => *count += 1,
            None => {
                let first = format!("{}, line {line}: `{value}`", text::path(path));
                self.texts.insert(tag.to_owned(), (1, first));
            }
        }
    }

    /// A value is of another kind, as `export` writes them.
    pub(super) fn other_kind(&mut self) {
        self.other_kinds += 1;
    }

    /// A number became infinite.
    pub(super) fn overflow(&mut self) {
        self.overflows += 1;
    }

    /// Tells all that was not told yet.
    pub(super) fn report(&self) {
        if self.skipped > 0 {
            let lines = number::counted(self.skipped, "line");
            self.reporter.warn(format_args!("skipped {lines}"));
        }
        for (tag, (count, first)) in &self.texts {
            let values = match count {
                1 => "1 value that is no number".to_owned(),
                count => format!("{} values that are no numbers", number::count(*count)),
            };
            self.reporter
                .warn(format_args!("{tag}: left out {values}, first {first}"));
        }
        if self.other_kinds > 0 {
            let values = number::counted(self.other_kinds, "value");
            self.reporter
                .warn(format_args!("left out {values} of other kinds than scalar"));
        }
        if self.overflows > 0 {
            let values = number::counted(self.overflows, "value");
            self.reporter.warn(format_args!(
                "{values} too large for 32 bits became infinite; --exact keeps them"
            ));
        }
    }
}
