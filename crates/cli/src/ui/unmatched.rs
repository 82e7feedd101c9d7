//! Patterns that matched none of the names there are.

use std::fmt;

use anyhow::{Result, bail};
use tfevents_analysis::pattern::{Patterns, SeenTags, WantedTags};
use tfevents_analysis::text::quoted;

use super::reporter::Reporter;
use super::suggest;

/// The patterns that matched nothing, and what they may have been meant to be.
#[must_use = "unreported, patterns that match nothing stay unnoticed"]
#[derive(Debug)]
pub(crate) struct Unmatched {
    /// What they are patterns of.
    noun: &'static str,
    /// Each with a hint.
    patterns: Vec<(String, String)>,
    /// Whether none of the others matched anything, either.
    all: bool,
}

impl Unmatched {
    /// Those that have matched nothing so far; `names` are what they could have matched.
    pub(crate) fn of<'n>(
        patterns: &Patterns,
        names: impl IntoIterator<Item = &'n str> + Clone,
    ) -> Self {
        let hinted = |pattern: &str| {
            let hint = suggest::hint(pattern, names.clone());
            (pattern.to_owned(), hint)
        };
        Self {
            noun: patterns.noun(),
            patterns: patterns.unused().map(hinted).collect(),
            all: patterns.match_nothing(),
        }
    }

    /// The same once all tags have been seen.
    pub(crate) fn of_tags(tags: &WantedTags<'_>) -> Self {
        Self::of(tags.patterns(), tags.seen())
    }

    /// The same for tags that somebody else asked for.
    pub(crate) fn of_seen(patterns: &Patterns, seen: &SeenTags) -> Self {
        seen.with(|tags| Self::of(patterns, tags.iter().copied()))
    }

    /// Whether there are patterns, and nothing at all matches them.
    pub(crate) fn is_all(&self) -> bool {
        self.all
    }

    /// Warns of patterns that matched nothing beside some that did.
    ///
    /// # Errors
    ///
    /// When no pattern matched.
    pub(crate) fn report(&self, reporter: &Reporter) -> Result<()> {
        if self.is_all() {
            bail!("{self}");
        }
        self.warn(reporter);
        Ok(())
    }

    /// Warns of patterns that matched nothing, where everything else goes on without them.
    pub(crate) fn warn(&self, reporter: &Reporter) {
        for complaint in self.complaints() {
            reporter.warn(complaint);
        }
    }

    fn complaints(&self) -> impl Iterator<Item = String> {
        self.patterns.iter().map(|(pattern, hint)| {
            let (noun, pattern) = (self.noun, quoted(pattern));
            format!("no {noun} matches {pattern}{hint}")
        })
    }
}

/// A line for each.
impl fmt::Display for Unmatched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let complaints: Vec<_> = self.complaints().collect();
        f.write_str(&complaints.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(texts: &[&str]) -> Patterns {
        let texts: Vec<_> = texts.iter().map(ToString::to_string).collect();
        Patterns::new("tag", &texts, false).unwrap()
    }

    #[test]
    fn what_matched_nothing_is_a_value() {
        let names = ["loss", "acc"];
        let some = patterns(&["loss", "aac", "x*"]);
        assert!(some.matches("loss"));
        let unmatched = Unmatched::of(&some, names);
        assert!(!unmatched.is_all());
        let told = unmatched.to_string();
        let [first, second] = *told.lines().collect::<Vec<_>>() else {
            panic!("{told}");
        };
        assert_eq!(first, "no tag matches `aac`; did you mean `acc`?");
        assert!(second.starts_with("no tag matches `x*`; there are "));
        let reporter = Reporter::with(true, true);
        unmatched.report(&reporter).unwrap();
        assert!(reporter.has_findings());
    }

    #[test]
    fn nothing_at_all_is_an_error() {
        let unmatched = Unmatched::of(&patterns(&["los"]), ["loss"]);
        let error = unmatched.report(&Reporter::with(true, true)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no tag matches `los`; did you mean `loss`?"
        );
        let reporter = Reporter::with(true, true);
        let none = Unmatched::of(&patterns(&[]), ["loss"]);
        none.report(&reporter).unwrap();
        assert!(!reporter.has_findings());
    }
}
