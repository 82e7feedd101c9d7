//! What has to be known of a whole run before its first value is kept or dropped.

use std::collections::HashMap;

/// How many values each tag has, and which is the last one of each step.
#[derive(Debug, Default)]
pub(super) struct Survey {
    counts: HashMap<u32, Count>,
    last: HashMap<(u32, i64), u64>,
}

#[derive(Debug, Default)]
struct Count {
    values: u64,
    steps: u64,
}

impl Survey {
    pub(super) fn note(&mut self, tag: u32, step: i64, steps: bool) {
        let count = self.counts.entry(tag).or_default();
        if steps && self.last.insert((tag, step), count.values).is_none() {
            count.steps += 1;
        }
        count.values += 1;
    }

    /// Whether the `index`th value of a tag is the last one at its step.
    pub(super) fn is_last(&self, tag: u32, step: i64, index: u64) -> bool {
        self.last
            .get(&(tag, step))
            .is_none_or(|&last| last == index)
    }

    /// How many values a tag has, or at how many steps.
    pub(super) fn count(&self, tag: u32, steps: bool) -> u64 {
        self.counts
            .get(&tag)
            .map_or(0, |count| if steps { count.steps } else { count.values })
    }
}
