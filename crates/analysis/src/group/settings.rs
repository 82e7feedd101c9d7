//! Runs that have the same hyperparameters.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use tfevents::plugin::hparams::HParamValue;

use super::Member;
use crate::pattern::Patterns;

/// The name of a hyperparameter that only says which repetition a run is: `seed`, `random_seed`, `data/seed`, `seed_np`.
const SEED: &str = r"(?i)(?:^|[/.])(?:[a-z]+[-_])?seed(?:[-_][a-z0-9]+)?$";

/// Whether a hyperparameter only says which repetition a run is.
pub(super) fn is_seed(name: &str) -> bool {
    Regex::new(SEED).is_ok_and(|seed| seed.is_match(name))
}

/// The groups of the runs that have values of all hyperparameters that any of `patterns` matches, by name. Seeds are not
/// asked.
pub(super) fn groups<'m>(
    runs: &'m [(usize, Member<'m>)],
    patterns: Option<&Patterns>,
) -> BTreeMap<String, Vec<usize>> {
    let names = runs.iter().flat_map(|(_, run)| run.hparams.keys());
    let names: BTreeSet<_> = names.map(String::as_str).collect();
    let asked = names.into_iter().filter(|name| !is_seed(name));
    let asked: Vec<_> = asked
        .filter(|name| patterns.is_none_or(|patterns| patterns.matches(name)))
        .collect();
    // Without patterns a group may do without a hyperparameter; with them, it is those values that somebody asks for.
    let is_in = |run: &Member<'_>| {
        patterns.is_none() || asked.iter().all(|name| run.hparams.contains_key(*name))
    };
    let runs: Vec<_> = runs.iter().filter(|(_, run)| is_in(run)).collect();
    let first = runs.first().map(|(_, run)| run.hparams);
    let varies = |name: &&&str| {
        let mut values = runs.iter().map(|(_, run)| run.hparams.get(**name));
        let first = first.and_then(|first| first.get(**name));
        values.any(|value| value != first)
    };
    let varying: Vec<_> = asked.iter().filter(varies).copied().collect();
    let mut groups = BTreeMap::<_, Vec<usize>>::new();
    for (place, run) in runs {
        let settings = varying.iter().filter_map(|name| {
            let value = run.hparams.get(*name)?;
            Some(setting(name, value))
        });
        let settings = settings.collect::<Vec<_>>().join(",");
        let parts = [settings.as_str(), run.below];
        let parts = parts.into_iter().filter(|part| !part.is_empty());
        let name = super::named(&parts.collect::<Vec<_>>().join("/"));
        groups.entry(name).or_default().push(*place);
    }
    groups
}

/// `optimizer.lr=0.1`, as in hydra's names. Slashes would make it a run below another.
fn setting(name: &str, value: &HParamValue) -> String {
    format!(
        "{}={}",
        name.replace('/', "."),
        value.to_string().replace('/', "_")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_known_by_their_names() {
        for name in [
            "seed",
            "SEED",
            "random_seed",
            "rng_seed",
            "model/seed",
            "a.data-seed",
            "seed_np",
            "seed_everything",
        ] {
            assert!(is_seed(name), "{name}");
        }
        for name in ["linseed", "seeds", "seed/lr", "lr", "superseed", "seedling"] {
            assert!(!is_seed(name), "{name}");
        }
    }
}
