//! What is in a page, and what was left out of it.

use std::collections::BTreeMap;

use tfevents::Kind;
use tfevents_analysis::number;

/// What a page holds, and what was left out of it and why. The page says the same to those who read it.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Contents {
    /// How many runs are in the page.
    pub runs: usize,
    /// How many tags of scalars.
    pub tags: usize,
    /// How many points of scalars.
    pub points: u64,
    /// How many points there were to show before they were sampled.
    pub all_points: u64,
    /// How many points each series may have. Less than was asked for if the page would have been too large.
    pub points_per_series: usize,
    /// Whether that is less than was asked for.
    pub is_reduced: bool,
    /// Whether the page is larger than asked for all the same.
    pub is_too_large: bool,
    /// Points that the policy hides, because their steps were logged again.
    pub hidden: u64,
    /// Damaged stretches of files, by run.
    pub damaged: BTreeMap<String, u64>,
    /// Values of other kinds: how many the page holds, and how many there are.
    pub values: BTreeMap<Kind, (u64, u64)>,
    /// Values that no browser shows, or that cannot be read.
    pub unknown: u64,
    /// Series of kinds that the page does not show.
    pub kinds: BTreeMap<Kind, u64>,
    /// Values that were masked because they look like credentials, or match what is to be masked.
    pub masked: u64,
    /// Host names and paths that were removed.
    pub removed: u64,
}

impl Contents {
    /// What was left out, in sentences.
    #[must_use]
    pub fn left_out(&self) -> Vec<String> {
        let mut said = Vec::new();
        let count = number::count;
        if self.points < self.all_points {
            let why = match self.is_reduced {
                true => " to keep the file small",
                false => "",
            };
            said.push(format!(
                "Sampled: {} of {} points are in this file, at most about {} per series{why}. Every \
                 minimum and maximum is kept.",
                count(self.points),
                count(self.all_points),
                count(self.points_per_series as u64),
            ));
        }
        for (kind, (kept, all)) in &self.values {
            if kept < all {
                let (kept, all) = (count(*kept), count(*all));
                let kind = kind.name();
                said.push(format!("Sampled: {kept} of {all} values of kind {kind} are in this file, the first and the last of each series among them."));
            }
        }
        if self.unknown > 0 {
            let values = number::counted(self.unknown, "value");
            said.push(format!(
                "Left out: {values} that cannot be read, or in a format that browsers do not show."
            ));
        }
        if self.hidden > 0 {
            said.push(format!(
                "Logged again: {} hidden, because a later point has the same step.",
                are(self.hidden, "point")
            ));
        }
        for (run, damaged) in self.damaged.iter().take(LISTED) {
            let places = number::counted(*damaged, "place");
            said.push(format!(
                "Damaged: {run} at {places}; what is intact is shown."
            ));
        }
        if self.damaged.len() > LISTED {
            let others = number::counted((self.damaged.len() - LISTED) as u64, "more run");
            said.push(format!("Damaged: {others}."));
        }
        if !self.kinds.is_empty() {
            let kinds = self.kinds.iter();
            let kinds = kinds.map(|(kind, &series)| format!("{} ({})", kind.name(), count(series)));
            let kinds = kinds.collect::<Vec<_>>().join(", ");
            said.push(format!("Not in this file: series of other kinds: {kinds}."));
        }
        if self.masked > 0 {
            said.push(format!(
                "Masked: {} because they look like credentials or were to be masked.",
                number::counted(self.masked, "value")
            ));
        }
        if self.removed > 0 {
            said.push(format!(
                "Removed: host names and directories, from {}.",
                number::counted(self.removed, "value")
            ));
        }
        said
    }
}

/// How many damaged runs are named.
const LISTED: usize = 5;

/// `1 point is`, `2 points are`.
fn are(n: u64, noun: &str) -> String {
    let verb = if n == 1 { "is" } else { "are" };
    format!("{} {verb}", number::counted(n, noun))
}
