//! Telling when a run starts over.

use std::collections::HashMap;

use tfevents::tags::Tags;

/// What was seen of a run's sessions.
#[derive(Default)]
pub(super) struct Sessions {
    runs: HashMap<Box<str>, Tags<i64>>,
}

impl Sessions {
    /// Takes note of a value, and says whether it shows that the run started over: its tag goes back.
    pub(super) fn goes_back(&mut self, run: &str, tag: &str, step: i64) -> bool {
        if !self.runs.contains_key(run) {
            self.runs.insert(run.into(), Tags::default());
        }
        let Some(tags) = self.runs.get_mut(run) else {
            return false;
        };
        let known = tags.get(tag);
        match known.and_then(|id| tags.value_mut(id)) {
            Some(last) if step < *last => {
                // The other tags will go back as well: that is no news then.
                *tags = Tags::default();
                tags.insert(tag, step);
                true
            }
            Some(last) => {
                *last = step;
                false
            }
            None => {
                tags.insert(tag, step);
                false
            }
        }
    }

    /// Takes note of a start that the run's writer stated, and says whether there was something before it.
    pub(super) fn starts(&mut self, run: &str) -> bool {
        let tags = self.runs.get_mut(run);
        tags.is_some_and(|tags| {
            let anything = !tags.is_empty();
            *tags = Tags::default();
            anything
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_restart_is_told_once() {
        let mut sessions = Sessions::default();
        assert!(!sessions.starts("a"), "the first one is no restart");
        for step in 0..3 {
            assert!(!sessions.goes_back("a", "loss", step));
            assert!(!sessions.goes_back("a", "acc", step));
        }
        assert!(!sessions.goes_back("b", "loss", 0));
        assert!(
            !sessions.goes_back("a", "loss", 2),
            "the same step is not back"
        );
        assert!(sessions.goes_back("a", "loss", 1));
        assert!(!sessions.goes_back("a", "acc", 1));
        assert!(sessions.starts("a"));
        assert!(!sessions.goes_back("a", "loss", 0));
    }
}
