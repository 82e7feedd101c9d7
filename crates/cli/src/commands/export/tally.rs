//! What had no place in the table.

use std::collections::{BTreeMap, HashSet};
use std::io::IsTerminal as _;

use tfevents::plugin::RawValue;
use tfevents::{Kind, Value};

use crate::ui::reporter::Reporter;
use tfevents_analysis::number;
use tfevents_table::Row;

/// A run and a tag.
type Series = (Box<str>, Box<str>);

/// What had a place in the table, and what had none.
pub(super) struct Tally {
    /// The kind that the table is for, and whether it was asked for.
    kind: Kind,
    asked: bool,
    written: u64,
    /// Tags of other kinds.
    others: BTreeMap<Kind, HashSet<Series>>,
    /// Values that are not what their kind should be: how many, and why one of them is not.
    broken: BTreeMap<Series, (u64, String)>,
}

impl Tally {
    pub(super) fn new(kind: Kind, asked: bool) -> Self {
        Self {
            kind,
            asked,
            written: 0,
            others: BTreeMap::new(),
            broken: BTreeMap::new(),
        }
    }

    pub(super) fn written(&mut self, values: u64) {
        self.written += values;
    }

    pub(super) fn left_out(&mut self, row: &Row<'_>) {
        match row.value {
            Value::Raw(RawValue {
                problem: Some(problem),
                ..
            }) if row.kind == self.kind => {
                let series = (Box::from(row.run), Box::from(row.tag));
                let broken = self.broken.entry(series).or_default();
                *broken = (broken.0 + 1, problem.clone());
            }
            _ => self.left_out_series(row.run, row.tag, row.kind),
        }
    }

    pub(super) fn left_out_series(&mut self, run: &str, tag: &str, kind: Kind) {
        let series = (Box::from(run), Box::from(tag));
        self.others.entry(kind).or_default().insert(series);
    }

    /// Says what is missing. Where tags were asked for, or nothing else is there, that is worth more than a
    /// remark to those who look on.
    pub(super) fn report(&self, tags_asked: bool, reporter: &Reporter) {
        for ((run, tag), (count, problem)) in &self.broken {
            reporter.warn(format_args!(
                "{run}: {tag}: {} cannot be written: {problem}",
                number::counted(*count, "value")
            ));
        }
        if self.asked {
            if self.written == 0 {
                reporter.warn(format_args!("no {} values found", self.kind));
            }
            return;
        }
        if self.others.is_empty() {
            return;
        }
        let kinds: Vec<_> = self
            .others
            .iter()
            .map(|(kind, series)| format!("{} {kind}", number::count(series.len() as u64)))
            .collect();
        let message = format!(
            "left out what is not {} ({} series); --kind makes a table of another kind, \
             --format jsonl has all",
            self.kind,
            kinds.join(", ")
        );
        if self.written == 0 {
            reporter.warn(message);
        } else if tags_asked || std::io::stderr().is_terminal() {
            reporter.note(message);
        }
    }
}
