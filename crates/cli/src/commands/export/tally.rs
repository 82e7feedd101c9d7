//! What had no place in the table.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::IsTerminal as _;

use tfevents::plugin::RawValue;
use tfevents::{Kind, Value};

use crate::ui::few;
use crate::ui::reporter::Reporter;
use crate::ui::unmatched::Unmatched;
use tfevents_analysis::number;
use tfevents_table::Row;

/// A run and a tag.
type Series = (Box<str>, Box<str>);

/// What had a place in the table, and what had none.
pub(super) struct Tally {
    /// The kind that the table is for where none is asked for, and those that are.
    kind: Kind,
    asked: Vec<Kind>,
    /// The kinds of what was written.
    written: BTreeSet<Kind>,
    /// Tags of other kinds.
    others: BTreeMap<Kind, HashSet<Series>>,
    /// Values that are not what their kind should be: how many, and why one of them is not.
    broken: BTreeMap<Series, (u64, String)>,
}

impl Tally {
    pub(super) fn new(kind: Kind, asked: &[Kind]) -> Self {
        Self {
            kind,
            asked: asked.to_vec(),
            written: BTreeSet::new(),
            others: BTreeMap::new(),
            broken: BTreeMap::new(),
        }
    }

    pub(super) fn written(&mut self, kind: Kind) {
        self.written.insert(kind);
    }

    /// Whether anything was written.
    pub(super) fn has_any(&self) -> bool {
        !self.written.is_empty()
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

    /// The kinds that were asked for and are not there; where none was, those that are there instead.
    pub(super) fn unmatched(&self) -> Unmatched {
        if self.asked.is_empty() && !self.has_any() && !self.others.is_empty() {
            return Unmatched::because(self.left_out_kinds());
        }
        let met = self.written.iter().chain(self.others.keys());
        Unmatched::of_kinds("--kind", &self.asked, &met.copied().collect())
    }

    /// Says what is missing where something was written. Where tags were asked for, that is worth a remark to anyone.
    pub(super) fn report(&self, tags_asked: bool, reporter: &Reporter) {
        let broken: Vec<_> = self.broken.iter().collect();
        let (first, others) = few::first(&broken, few::NAMED);
        for ((run, tag), (count, problem)) in first {
            reporter.warn(format_args!(
                "{run}: {tag}: {} cannot be written: {problem}",
                number::counted(*count, "value")
            ));
        }
        if others > 0 {
            let which = "with values that cannot be written";
            reporter.warn(few::more(others, "tag", which));
        }
        let is_remarkable = tags_asked || std::io::stderr().is_terminal();
        let is_told = !self.asked.is_empty() || !self.has_any() || self.others.is_empty();
        if is_remarkable && !is_told {
            reporter.note(self.left_out_kinds());
        }
    }

    fn left_out_kinds(&self) -> String {
        let kinds: Vec<_> = self
            .others
            .iter()
            .map(|(kind, series)| format!("{} {kind}", number::count(series.len() as u64)))
            .collect();
        format!(
            "left out what is not {} ({} series); --kind makes a table of another kind, \
             --format jsonl has all",
            self.kind,
            kinds.join(", ")
        )
    }
}
