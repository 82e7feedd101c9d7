//! Parameters as they are stated.

use std::collections::{BTreeMap, BTreeSet};

use tfevents::plugin::hparams::HParamValue;

/// Parameters in the order in which they are stated: of those that are stated again, the last counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Stated {
    pub(super) values: BTreeMap<String, HParamValue>,
    /// Those that were stated with different values.
    pub(super) restated: BTreeSet<String>,
}

impl From<BTreeMap<String, HParamValue>> for Stated {
    fn from(values: BTreeMap<String, HParamValue>) -> Self {
        Self {
            values,
            restated: BTreeSet::new(),
        }
    }
}

impl Stated {
    /// States a parameter.
    pub(super) fn state(&mut self, name: String, value: HParamValue) {
        if self.values.get(&name).is_some_and(|known| *known != value) {
            self.restated.insert(name.clone());
        }
        self.values.insert(name, value);
    }

    /// Lets a later statement of all parameters count, and remembers which of them have other values there.
    pub(super) fn replace(&mut self, later: &Self) {
        let before = std::mem::take(&mut self.values);
        self.restated.extend(later.restated.iter().cloned());
        for (name, value) in &later.values {
            if before.get(name).is_some_and(|known| known != value) {
                self.restated.insert(name.clone());
            }
        }
        self.values.clone_from(&later.values);
    }
}
