//! Keeping the latest values of each run for a condition.

use std::collections::HashMap;

use super::expression::{Expression, Latest};

/// A condition, and what is known for it of each run.
pub(super) struct Watch {
    condition: Expression,
    runs: HashMap<Box<str>, Run>,
}

#[derive(Default)]
struct Run {
    /// Where the values of each tag are kept, which is nowhere for most.
    tags: HashMap<Box<str>, Vec<(usize, usize)>>,
    /// By name in the condition, then by tag that matches it, in the order in which they were seen.
    latest: Vec<Vec<Latest>>,
}

impl Watch {
    pub(super) fn new(condition: Expression) -> Self {
        Self {
            condition,
            runs: HashMap::new(),
        }
    }

    /// Takes note of a scalar, and says whether the condition holds now. It is asked only where the scalar
    /// matters.
    pub(super) fn see(&mut self, run: &str, tag: &str, value: f64, step: i64) -> bool {
        let latest = Latest { value, step };
        if !self.runs.contains_key(run) {
            self.runs.insert(run.into(), Run::default());
        }
        let Some(run) = self.runs.get_mut(run) else {
            return false;
        };
        match run.tags.get(tag) {
            Some(places) if places.is_empty() => return false,
            Some(places) => {
                for &(name, i) in places {
                    run.latest[name][i] = latest;
                }
            }
            None => {
                let names = self.condition.names();
                run.latest.resize(names.len(), Vec::new());
                let mut places = Vec::new();
                for (name, kept) in names.iter().zip(&mut run.latest).enumerate() {
                    let (pattern, kept) = kept;
                    if pattern.matches(tag) {
                        places.push((name, kept.len()));
                        kept.push(latest);
                    }
                }
                let matters = !places.is_empty();
                run.tags.insert(tag.into(), places);
                if !matters {
                    return false;
                }
            }
        }
        self.condition.holds(&run.latest)
    }

    /// The names in the condition that matched no tag of any run so far.
    pub(super) fn unmatched(&self) -> impl Iterator<Item = &str> {
        let names = self.condition.names().iter().enumerate();
        names.filter_map(|(i, name)| {
            let mut runs = self.runs.values();
            let matched = runs.any(|run| run.latest.get(i).is_some_and(|tags| !tags.is_empty()));
            (!matched).then_some(&*name.text)
        })
    }

    /// The tags of scalars that were seen, run by run.
    pub(super) fn tags(&self) -> impl Iterator<Item = &str> {
        self.runs
            .values()
            .flat_map(|run| run.tags.keys())
            .map(|tag| &**tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_about_one_run_at_a_time() {
        let condition = Expression::parse("train/loss < 1 and val/loss < 1").unwrap();
        let mut watch = Watch::new(condition);
        assert!(!watch.see("a", "train/loss", 0.5, 1));
        assert!(!watch.see("b", "val/loss", 0.5, 1));
        assert_eq!(watch.unmatched().count(), 0);
        assert!(!watch.see("a", "lr", 0.5, 1));
        assert!(watch.see("a", "val/loss", 0.5, 2));
        // The latest value counts.
        assert!(!watch.see("a", "train/loss", 2.0, 3));
        assert!(watch.see("a", "train/loss", 0.1, 4));
    }

    #[test]
    fn a_tag_may_have_several_names() {
        let mut watch = Watch::new(Expression::parse("loss < 1 and *s > 0 or acc > 1").unwrap());
        assert!(watch.see("a", "loss", 0.5, 1));
        assert_eq!(watch.unmatched().collect::<Vec<_>>(), ["acc"]);
        assert_eq!(watch.tags().collect::<Vec<_>>(), ["loss"]);
    }
}
