//! A part of the runs, so that many machines can share the work.

use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// The `index`th of `count` parts. Which one a run is in depends on its name alone, so that machines agree
/// even where new runs appear while they start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shard {
    index: u64,
    count: u64,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (index, count) = text.split_once('/')?;
            let (index, count) = (index.parse().ok()?, count.parse().ok()?);
            (1..=count)
                .contains(&index)
                .then_some(Self { index, count })
        };
        parse().ok_or_else(|| "expected a part and the number of parts, from 1/3 to 3/3".to_owned())
    }
}

impl Shard {
    pub(super) fn has(self, run: &str) -> bool {
        let digest = Sha256::digest(run);
        let number = digest
            .iter()
            .take(8)
            .fold(0, |n, &byte| n << 8 | u64::from(byte));
        number % self.count == self.index - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_is_in_one_part() {
        for run in ["", ".", "a", "train/1", "001", "lr=0.1"] {
            let parts = (1..=5).filter(|i| format!("{i}/5").parse::<Shard>().unwrap().has(run));
            assert_eq!(parts.count(), 1, "{run}");
        }
        // By Python's hashlib: which part it is must never change.
        let quarter = |i: u64, run| Shard { index: i, count: 4 }.has(run);
        assert!(quarter(4, "train") && quarter(2, "a/b"));
    }

    #[test]
    fn parts_count_from_one() {
        for text in ["0/3", "4/3", "1/0", "1", "/", "-1/2", "a/b"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
