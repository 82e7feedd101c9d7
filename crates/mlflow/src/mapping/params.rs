//! Hyperparameters as parameters.

use std::collections::BTreeMap;

use tfevents::plugin::hparams::HParamValue;

use crate::api::Entry;
use crate::names::Key;

/// Parameters as MLflow gets them.
pub(crate) fn of(values: &BTreeMap<String, HParamValue>) -> Vec<Entry> {
    let values = values.iter();
    values
        .map(|(name, value)| Entry::new(Key::of(name).text, value.to_string()))
        .collect()
}
