//! What was not taken in.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use tfevents::Number;

use super::spot::{Part, Spot};
use super::times::Unit;
use crate::ui::few::{self, Few};
use crate::ui::reporter::Reporter;
use tfevents_analysis::number;
use tfevents_analysis::text;

/// Counts what is skipped, and reports the first ones.
pub(super) struct Tally<'a> {
    reporter: &'a Reporter,
    /// Lines and elements, of which the first are named.
    named: Few,
    skipped: BTreeMap<Part, u64>,
    /// Numbers beyond what 64 bits hold.
    beyond: u64,
    /// Numbers that 32 bits make infinite, and those that they make 0.
    overflows: u64,
    underflows: u64,
    /// How many values have wall times in each unit.
    units: BTreeMap<Unit, u64>,
    /// By tag: how many values are not numbers, and the first of them.
    texts: BTreeMap<String, (u64, String)>,
    other_kinds: u64,
}

impl<'a> Tally<'a> {
    pub(super) fn new(reporter: &'a Reporter) -> Self {
        Self {
            reporter,
            named: Few::new(few::PLACES),
            skipped: BTreeMap::new(),
            beyond: 0,
            overflows: 0,
            underflows: 0,
            units: BTreeMap::new(),
            texts: BTreeMap::new(),
            other_kinds: 0,
        }
    }

    /// A line or an element cannot be used.
    pub(super) fn skip(&mut self, spot: Spot<'_>, problem: impl fmt::Display) {
        *self.skipped.entry(spot.part).or_default() += 1;
        if self.named.names() {
            self.reporter.warn(format_args!("{spot}: {problem}"));
        }
    }

    /// A value that is part of a usable line is not a number.
    pub(super) fn text(&mut self, spot: Spot<'_>, tag: &str, value: &str) {
        match self.texts.get_mut(tag) {
            Some((count, _)) => *count += 1,
            None => {
                let first = format!("{spot}: {}", text::quoted(value));
                self.texts.insert(tag.to_owned(), (1, first));
            }
        }
    }

    /// A file is one series, as TensorBoard downloads it, and nothing says which.
    pub(super) fn unnamed(&self, path: &Path, tag: &str) {
        self.reporter.note(format_args!(
            "{}: the file's name gives no tag, so its values get the tag {}; to choose another, rename the file to run-RUN-tag-TAG.csv",
            text::path(path),
            text::quoted(tag)
        ));
    }

    /// A value is of another kind, as `export` writes them.
    pub(super) fn other_kind(&mut self) {
        self.other_kinds += 1;
    }

    /// A number is infinite or 0, because 64 bits do not hold the one that was written.
    pub(super) fn beyond(&mut self) {
        self.beyond += 1;
    }

    /// A number became another one, which may be infinite or 0.
    pub(super) fn narrowed(&mut self, wide: Number, number: Number) {
        let (wide, number) = (wide.as_f64(), number.as_f64());
        self.overflows += u64::from(number.is_infinite() && wide.is_finite());
        self.underflows += u64::from(number == 0.0 && wide != 0.0);
    }

    /// A value has a wall time in that unit.
    pub(super) fn time(&mut self, unit: Unit) {
        *self.units.entry(unit).or_default() += 1;
    }

    /// Tells all that was not told yet.
    pub(super) fn report(&self) {
        let hint = match self.named.others() {
            0 => "",
            _ => few::hint(self.named.seen()),
        };
        for (part, count) in &self.skipped {
            let parts = number::counted(*count, part.name());
            self.reporter.warn(format_args!("skipped {parts}{hint}"));
        }
        for (tag, (count, first)) in &self.texts {
            let values = match count {
                1 => "1 value that is not a number".to_owned(),
                count => format!("{} values that are not numbers", number::count(*count)),
            };
            self.reporter
                .warn(format_args!("{tag}: left out {values}, first {first}"));
        }
        if self.other_kinds > 0 {
            let values = number::counted(self.other_kinds, "value");
            self.reporter
                .warn(format_args!("left out {values} of kinds other than scalar"));
        }
        let lost = [
            (
                self.beyond,
                "beyond the range of 64 bits became infinite or 0",
            ),
            (
                self.overflows,
                "too large for 32 bits became infinite; --exact keeps them",
            ),
            (
                self.underflows,
                "too small for 32 bits became 0; --exact keeps them",
            ),
        ];
        for (count, what) in lost.into_iter().filter(|(count, _)| *count > 0) {
            let values = number::counted(count, "value");
            self.reporter.warn(format_args!("{values} {what}"));
        }
        for (unit, count) in &self.units {
            if *unit != Unit::Seconds {
                let values = number::counted(*count, "value");
                let unit = unit.name();
                self.reporter.note(format_args!(
                    "the wall times of {values} were read as {unit} since 1970; as seconds, they would be after the \
                     year 5000"
                ));
            }
        }
    }
}
