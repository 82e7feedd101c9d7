//! The values by which burn chooses checkpoints and stops early.

use std::collections::HashMap;

use burn::train::metric::NumericEntry;
use burn::train::metric::store::Split;

/// What is known of every metric in every epoch: as much as burn makes of the entries, and no more.
#[derive(Debug, Default)]
pub(crate) struct Values {
    epochs: HashMap<(Split, String, usize), Epoch>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Epoch {
    sum: f64,
    count: usize,
    /// The value that the metric itself computed at the end, which counts.
    total: Option<f64>,
}

impl Values {
    pub(crate) fn add(&mut self, split: &Split, name: &str, epoch: usize, entry: &NumericEntry) {
        let key = (split.clone(), name.to_owned(), epoch);
        let epoch = self.epochs.entry(key).or_default();
        // As burn itself aggregates.
        match *entry {
            NumericEntry::Value(value) => {
                epoch.sum += value;
                epoch.count += 1;
            }
            NumericEntry::Aggregated {
                aggregated_value,
                count,
            } => {
                epoch.sum += aggregated_value * count as f64;
                epoch.count += count;
            }
            NumericEntry::Final(value) => epoch.total = Some(value),
        }
    }

    /// The value of a metric for an epoch.
    pub(crate) fn get(&self, split: &Split, name: &str, epoch: usize) -> Option<f64> {
        let key = (split.clone(), name.to_owned(), epoch);
        let epoch = self.epochs.get(&key)?;
        let mean = (epoch.count > 0).then(|| epoch.sum / epoch.count as f64);
        epoch.total.or(mean)
    }

    /// The metrics of an epoch, by name.
    pub(crate) fn of_epoch(&self, split: &Split, epoch: usize) -> Vec<(String, f64)> {
        let keys = self.epochs.keys();
        let names = keys.filter(|key| key.0 == *split && key.2 == epoch);
        let mut values: Vec<_> = names
            .filter_map(|(_, name, _)| Some((name.clone(), self.get(split, name, epoch)?)))
            .collect();
        values.sort_by(|a, b| a.0.cmp(&b.0));
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_weighed_and_the_final_one_counts() {
        let mut values = Values::default();
        let mut add = |epoch, entry| values.add(&Split::Valid, "Loss", epoch, &entry);
        add(1, NumericEntry::Value(0.5));
        add(
            1,
            NumericEntry::Aggregated {
                aggregated_value: 1.25,
                count: 2,
            },
        );
        add(2, NumericEntry::Value(0.6));
        add(2, NumericEntry::Final(0.85));
        assert_eq!(values.get(&Split::Valid, "Loss", 1), Some(1.0));
        assert_eq!(values.get(&Split::Valid, "Loss", 2), Some(0.85));
        assert_eq!(values.get(&Split::Valid, "Loss", 3), None);
        assert_eq!(values.get(&Split::Train, "Loss", 1), None);
        assert_eq!(
            values.of_epoch(&Split::Valid, 2),
            [("Loss".to_owned(), 0.85)]
        );
    }
}
