//! Filters that matched nothing, and what follows where nothing is left.
//!
//! One rule for all verbs: a filter that matched nothing beside others that did is warned of, and the rest is done. Where
//! nothing at all is left of what was asked for, nothing is printed or written, and the verb ends with
//! [`NothingMatches`]. Either way the exit status is 3.

use std::collections::BTreeSet;
use std::fmt;

use anyhow::Result;
use tfevents::Kind;
use tfevents_analysis::pattern::{Patterns, SeenTags, WantedTags};
use tfevents_analysis::text::quoted;

use super::reporter::Reporter;
use super::suggest;

/// Nothing is left of what was asked for.
#[derive(Debug)]
pub(crate) struct NothingMatches(pub(crate) String);

impl fmt::Display for NothingMatches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NothingMatches {}

/// The filters that were given, and those of them that matched nothing.
#[must_use = "unreported, filters that match nothing stay unnoticed"]
#[derive(Debug, Default)]
pub(crate) struct Unmatched {
    /// All that were given.
    flags: Vec<String>,
    /// What to say about those that matched nothing.
    complaints: Vec<String>,
    /// Whether that says why nothing is left.
    explains: bool,
}

impl Unmatched {
    /// Patterns that have matched nothing so far; `names` are what they could have matched.
    pub(crate) fn of<'n>(
        patterns: &Patterns,
        names: impl IntoIterator<Item = &'n str> + Clone,
    ) -> Self {
        let noun = patterns.noun();
        let wanted = (patterns.wanted() > 0).then(|| format!("--{noun}"));
        let unwanted = (patterns.unwanted() > 0).then(|| format!("--exclude-{noun}"));
        let complaint = |pattern: &str| {
            let hint = suggest::hint(pattern, names.clone());
            format!("no {noun} matches {}{hint}", quoted(pattern))
        };
        Self {
            flags: wanted.into_iter().chain(unwanted).collect(),
            complaints: patterns.unused().map(complaint).collect(),
            explains: patterns.match_nothing(),
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

    /// Kinds that were asked for and are not among those there are.
    pub(crate) fn of_kinds(flag: &str, asked: &[Kind], met: &BTreeSet<Kind>) -> Self {
        let unmet = asked.iter().filter(|kind| !met.contains(kind));
        let names: Vec<_> = met.iter().map(|kind| kind.name()).collect();
        let there_are = match names.is_empty() {
            true => String::new(),
            false => format!("; found {}", names.join(", ")),
        };
        let complaint = |kind| format!("no series of kind {kind}{there_are}");
        Self::of_flag(flag, asked.len(), unmet.map(complaint).collect())
    }

    /// A flag that was given `of` things, with the complaints about those that matched nothing.
    pub(crate) fn of_flag(flag: &str, of: usize, complaints: Vec<String>) -> Self {
        let given = (of > 0).then(|| flag.to_owned());
        Self {
            flags: given.into_iter().collect(),
            explains: of > 0 && complaints.len() == of,
            complaints,
        }
    }

    /// Something that is not a filter, and says why nothing is left.
    pub(crate) fn because(complaint: String) -> Self {
        Self {
            flags: Vec::new(),
            complaints: vec![complaint],
            explains: true,
        }
    }

    /// Whether these matched nothing at all.
    pub(crate) fn is_all(&self) -> bool {
        self.explains
    }

    /// These and others, all of which have to match.
    pub(crate) fn and(mut self, other: Self) -> Self {
        let new = |flag: &String| !self.flags.contains(flag);
        let new: Vec<_> = other.flags.into_iter().filter(new).collect();
        self.flags.extend(new);
        self.complaints.extend(other.complaints);
        self.explains |= other.explains;
        self
    }

    /// These, of which any has to match.
    pub(crate) fn any_of(all: impl IntoIterator<Item = Self>) -> Self {
        let given = all.into_iter().filter(|one| !one.flags.is_empty());
        let any = given.reduce(|any, one| {
            let explains = any.explains && one.explains;
            Self {
                explains,
                ..any.and(one)
            }
        });
        any.unwrap_or_default()
    }

    /// These, and others that need not match anything.
    pub(crate) fn and_left_out(self, other: Self) -> Self {
        let explains = self.explains;
        Self {
            explains,
            ..self.and(other)
        }
    }

    /// These, and filters other than patterns: each flag, if it was given.
    pub(crate) fn and_flags<'f>(
        mut self,
        flags: impl IntoIterator<Item = (&'f str, bool)>,
    ) -> Self {
        let given = flags.into_iter().filter(|(_, is_given)| *is_given);
        self.flags.extend(given.map(|(flag, _)| flag.to_owned()));
        self
    }

    /// Warns of what matched nothing where something is left.
    ///
    /// # Errors
    ///
    /// [`NothingMatches`] where nothing is, because of these filters.
    pub(crate) fn report(&self, is_left: bool, reporter: &Reporter) -> Result<()> {
        if !is_left && !self.flags.is_empty() {
            return Err(NothingMatches(self.to_string()).into());
        }
        self.warn(reporter);
        Ok(())
    }

    /// Warns of what matched nothing, where everything else goes on without it.
    pub(crate) fn warn(&self, reporter: &Reporter) {
        for complaint in &self.complaints {
            reporter.warn(complaint);
        }
    }
}

/// Why nothing is left, a line for each complaint.
impl fmt::Display for Unmatched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = self.complaints.clone();
        if !self.explains {
            lines.push(format!("nothing is left after {}", in_words(&self.flags)));
        }
        f.write_str(&lines.join("\n"))
    }
}

/// `--run, --tag and --step`
fn in_words(flags: &[String]) -> String {
    match flags.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => flags.concat(),
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
    fn what_matched_nothing_is_told_where_something_is_left() {
        let names = ["loss", "acc"];
        let some = patterns(&["loss", "aac", "x*"]);
        assert!(some.matches("loss"));
        let unmatched = Unmatched::of(&some, names);
        assert!(!unmatched.is_all());
        let [first, second] = &*unmatched.complaints else {
            panic!("{unmatched:?}");
        };
        assert_eq!(first, "no tag matches `aac`; did you mean `acc`?");
        assert!(second.starts_with("no tag matches `x*`; there are "));
        let reporter = Reporter::with(true, true);
        unmatched.report(true, &reporter).unwrap();
        assert!(reporter.has_findings());
    }

    #[test]
    fn nothing_at_all_is_an_error_of_its_own() {
        let reporter = Reporter::with(true, true);
        let unmatched = Unmatched::of(&patterns(&["los"]), ["loss"]);
        let error = unmatched.report(false, &reporter).unwrap_err();
        assert!(error.is::<NothingMatches>());
        assert_eq!(
            error.to_string(),
            "no tag matches `los`; did you mean `loss`?"
        );
        // Without filters, there was nothing to begin with.
        let none = Unmatched::of(&patterns(&[]), ["loss"]);
        none.report(false, &reporter).unwrap();
        assert!(!reporter.has_findings());
    }

    #[test]
    fn filters_may_leave_nothing_together() {
        let tags = patterns(&["loss"]);
        assert!(tags.matches("loss"));
        let met = BTreeSet::from([Kind::Scalar, Kind::Text]);
        let kinds = |asked: &[Kind]| Unmatched::of_kinds("--kind", asked, &met);
        let both = Unmatched::of(&tags, ["loss"]).and(kinds(&[Kind::Text, Kind::Mesh]));
        let both = both.and_flags([("--step", true), ("--since", false)]);
        assert_eq!(
            both.to_string(),
            "no series of kind mesh; found scalar, text\n\
             nothing is left after --tag, --kind and --step"
        );
        let none = kinds(&[Kind::Mesh]);
        assert_eq!(
            none.to_string(),
            "no series of kind mesh; found scalar, text"
        );
    }
}
