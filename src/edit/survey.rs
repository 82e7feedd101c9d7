//! What has to be known of a whole run before its first value is kept or dropped.

use std::collections::HashMap;

use super::Rules;

/// How many values each tag has, which is the last one of each step, and where steps go back.
#[derive(Debug, Default)]
pub(super) struct Survey {
    counts: HashMap<u32, Count>,
    last: HashMap<(u32, i64), u64>,
}

#[derive(Debug, Default)]
struct Count {
    values: u64,
    steps: u64,
    /// The step of the value before, if there was one.
    previous: Option<i64>,
    /// The values at which steps went back or repeated, and their steps. One that a later one goes further
    /// back than says nothing, so both columns ascend.
    rewinds: Vec<(u64, i64)>,
    /// The steps of the values that are not rewound so far, in order; only where their number is needed.
    standing: Vec<i64>,
}

impl Survey {
    pub(super) fn note(&mut self, tag: u32, step: i64, rules: &Rules) {
        let count = self.counts.entry(tag).or_default();
        let index = count.values;
        if rules.dedup && self.last.insert((tag, step), index).is_none() {
            count.steps += 1;
        }
        if rules.drop_rewound {
            count.rewind(index, step);
            if rules.cap.is_some() {
                while count.standing.pop_if(|last| *last >= step).is_some() {}
                count.standing.push(step);
            }
        }
        count.values += 1;
    }

    /// Whether the `index`th value of a tag is the last one at its step.
    pub(super) fn is_last(&self, tag: u32, step: i64, index: u64) -> bool {
        self.last
            .get(&(tag, step))
            .is_none_or(|&last| last == index)
    }

    /// Whether a value behind the `index`th one of a tag has the same step or one before it.
    pub(super) fn is_rewound(&self, tag: u32, step: i64, index: u64) -> bool {
        let Some(count) = self.counts.get(&tag) else {
            return false;
        };
        // The first rewind behind the value is the one that goes back furthest.
        let next = count.rewinds.partition_point(|&(at, _)| at <= index);
        count.rewinds.get(next).is_some_and(|&(_, to)| to <= step)
    }

    /// How many values of a tag stay when repeated and rewound ones are dropped.
    pub(super) fn count(&self, tag: u32, rules: &Rules) -> u64 {
        let count = self.counts.get(&tag);
        count.map_or(0, |count| match rules {
            _ if rules.drop_rewound => count.standing.len() as u64,
            _ if rules.dedup => count.steps,
            _ => count.values,
        })
    }
}

impl Count {
    fn rewind(&mut self, index: u64, step: i64) {
        if self.previous.is_some_and(|previous| step <= previous) {
            while self.rewinds.pop_if(|(_, to)| *to >= step).is_some() {}
            self.rewinds.push((index, step));
        }
        self.previous = Some(step);
    }
}

#[cfg(feature = "logdir")]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::policy::Kept;

    #[test]
    fn rewound_values_are_those_that_the_fast_loader_drops() {
        // Every sequence of six steps out of four.
        for code in 0..4i64.pow(6) {
            let steps: Vec<_> = (0..6).map(|i| code / 4i64.pow(i) % 4).collect();
            let rules = Rules::default().drop_rewound().cap(1);
            let (mut survey, mut kept) = (Survey::default(), Kept::default());
            for (i, &step) in steps.iter().enumerate() {
                survey.note(0, step, &rules);
                kept.preempt(step);
                kept.push(step, i);
            }
            let stays = |&i: &usize| !survey.is_rewound(0, steps[i], i as u64);
            let stay: Vec<_> = (0..6).filter(stays).collect();
            assert_eq!(stay, kept.indices().collect::<Vec<_>>(), "{steps:?}");
            assert_eq!(survey.count(0, &rules), stay.len() as u64, "{steps:?}");
        }
    }
}
