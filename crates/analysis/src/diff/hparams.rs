//! Which hyperparameters differ.

use std::collections::{BTreeMap, BTreeSet};

use tfevents::plugin::hparams::HParamValue;

use super::Tolerance;

/// Whether two values mean the same; text that is a number compares as that.
pub(super) fn equal(
    a: Option<&HParamValue>,
    b: Option<&HParamValue>,
    tolerance: Tolerance,
) -> bool {
    let number = |value: Option<&HParamValue>| value.and_then(HParamValue::as_number);
    match (number(a), number(b)) {
        (Some(x), Some(y)) => a == b || tolerance.equal(x, y),
        _ => a == b,
    }
}

/// The names of those that two runs do not share, with both values.
pub(super) fn differing(
    left: &BTreeMap<String, HParamValue>,
    right: &BTreeMap<String, HParamValue>,
    tolerance: Tolerance,
) -> Vec<(String, Option<HParamValue>, Option<HParamValue>)> {
    let names: BTreeSet<_> = left.keys().chain(right.keys()).collect();
    names
        .into_iter()
        .map(|name| (name, left.get(name), right.get(name)))
        .filter(|(_, a, b)| !equal(*a, *b, tolerance))
        .map(|(name, a, b)| (name.clone(), a.cloned(), b.cloned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hyperparameters_that_are_numbers_compare_as_numbers() {
        let values = |values: &[(&str, HParamValue)]| -> BTreeMap<_, _> {
            let values = values.iter();
            values.map(|(n, v)| ((*n).to_owned(), v.clone())).collect()
        };
        let left = values(&[
            ("a", "0.001".into()),
            ("b", "1e-3".into()),
            ("c", "adam".into()),
            ("d", "9007199254740993".into()),
            ("e", "0.1".into()),
            ("f", true.into()),
        ]);
        let right = values(&[
            ("a", "1e-3".into()),
            ("b", 0.001.into()),
            ("c", "Adam".into()),
            ("d", "9007199254740992".into()),
            ("e", "0.1001".into()),
            ("f", "1".into()),
        ]);
        let differing = |rtol| {
            let tolerance = Tolerance { rtol, atol: 0.0 };
            let found = super::differing(&left, &right, tolerance).into_iter();
            found.map(|(name, ..)| name).collect::<String>()
        };
        assert_eq!(differing(0.0), "cdef");
        assert_eq!(differing(0.01), "cf");
    }
}
