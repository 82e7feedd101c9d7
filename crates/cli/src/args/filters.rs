//! Which runs and tags are meant: `--run`, `--tag`, `--regex`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, bail};
use regex::Regex;
use tfevents::{Kind, tags};

use crate::args::pattern::{self, Glob};
use crate::ui::reporter::Reporter;
use crate::ui::suggest;
use crate::ui::usage::UsageError;
use tfevents_analysis::text::quoted;

/// Filters that every verb has.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct Filters {
    /// Only runs of this name; `*` and `?` match slashes, too. Can be repeated
    #[arg(long, value_name = "PATTERN")]
    run: Vec<String>,

    /// Only tags of this name; `*` and `?` match slashes, too. Can be repeated
    #[arg(long, value_name = "PATTERN")]
    tag: Vec<String>,

    /// Patterns are regular expressions, to be found anywhere in the name
    #[arg(long)]
    regex: bool,
}

/// Filters of verbs that take whole files.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct RunFilters {
    /// Only runs of this name; `*` and `?` match slashes, too. Can be repeated
    #[arg(long, value_name = "PATTERN")]
    run: Vec<String>,

    /// Patterns are regular expressions, to be found anywhere in the name
    #[arg(long)]
    regex: bool,
}

impl RunFilters {
    /// Whether patterns are regular expressions.
    pub(crate) fn regex(&self) -> bool {
        self.regex
    }

    /// # Errors
    ///
    /// An invalid pattern.
    pub(crate) fn compile(&self) -> Result<Patterns> {
        Patterns::new("run", &self.run, self.regex)
    }
}

/// The kind of that name, as `inspect` prints it, or of its plural.
pub(crate) fn kind(name: &str) -> Result<Kind, String> {
    let named = |kind: &Kind| kind.name() == name || name.strip_suffix('s') == Some(kind.name());
    Kind::ALL.into_iter().find(named).ok_or_else(|| {
        let names = Kind::ALL.map(Kind::name);
        format!("there is no such kind{}", suggest::hint(name, names))
    })
}

/// The filters, compiled.
pub(crate) struct Wanted {
    pub(crate) runs: Patterns,
    pub(crate) tags: Patterns,
}

impl Filters {
    /// Whether some tags are asked for by name.
    pub(crate) fn names_tags(&self) -> bool {
        !self.tag.is_empty()
    }

    /// Whether patterns are regular expressions.
    pub(crate) fn regex(&self) -> bool {
        self.regex
    }

    /// # Errors
    ///
    /// An invalid pattern.
    pub(crate) fn compile(&self) -> Result<Wanted> {
        Ok(Wanted {
            runs: Patterns::new("run", &self.run, self.regex)?,
            tags: Patterns::new("tag", &self.tag, self.regex)?,
        })
    }
}

/// Patterns of which one has to match; none match everything.
#[derive(Debug)]
pub(crate) struct Patterns {
    noun: &'static str,
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    text: String,
    matcher: Matcher,
    used: AtomicBool,
}

#[derive(Debug)]
enum Matcher {
    Glob(Glob),
    Regex(Regex),
}

impl Pattern {
    fn new(text: &str, regex: bool) -> Result<Self, String> {
        let matcher = if regex {
            Matcher::Regex(pattern::regex(text)?)
        } else {
            Matcher::Glob(Glob::new(text)?)
        };
        Ok(Self {
            text: text.to_owned(),
            matcher,
            used: AtomicBool::new(false),
        })
    }

    fn matches(&self, name: &str) -> bool {
        let matches = match &self.matcher {
            Matcher::Glob(glob) => glob.is_match(name),
            Matcher::Regex(regex) => regex.is_match(name),
        };
        if matches {
            self.used.store(true, Ordering::Relaxed);
        }
        matches
    }
}

impl Patterns {
    pub(crate) fn new(noun: &'static str, patterns: &[String], regex: bool) -> Result<Self> {
        let patterns = patterns.iter().map(|text| {
            let shown = quoted(text);
            Pattern::new(text, regex)
                .map_err(|e| UsageError(format!("invalid {noun} pattern {shown}: {e}")).into())
        });
        Ok(Self {
            noun,
            patterns: patterns.collect::<Result<_>>()?,
        })
    }

    /// Whether nothing is filtered out.
    pub(crate) fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    pub(crate) fn matches(&self, name: &str) -> bool {
        // All are asked, so that those that never match can be told.
        self.patterns
            .iter()
            .fold(self.is_empty(), |any, pattern| pattern.matches(name) | any)
    }

    /// Complains about patterns that matched none of the names.
    ///
    /// # Errors
    ///
    /// When no pattern matched.
    pub(crate) fn check<'n>(
        &self,
        names: impl IntoIterator<Item = &'n str> + Clone,
        reporter: &Reporter,
    ) -> Result<()> {
        let unused: Vec<_> = self
            .patterns
            .iter()
            .filter(|p| !p.used.load(Ordering::Relaxed))
            .collect();
        let complaint = |pattern: &Pattern| {
            let hint = suggest::hint(&pattern.text, names.clone());
            let shown = quoted(&pattern.text);
            format!("no {} matches {shown}{hint}", self.noun)
        };
        if !unused.is_empty() && unused.len() == self.patterns.len() {
            let complaints: Vec<_> = unused.into_iter().map(complaint).collect();
            bail!(complaints.join("\n"));
        }
        for pattern in unused {
            reporter.warn(complaint(pattern));
        }
        Ok(())
    }
}

/// Why standard input and names of runs do not go together.
pub(crate) fn no_run() -> anyhow::Error {
    UsageError("`-`: standard input is no run, and has no name".to_owned()).into()
}

/// Refuses patterns for runs where standard input is read.
pub(crate) fn no_runs(patterns: &[&Patterns]) -> Result<()> {
    if patterns.iter().all(|patterns| patterns.is_empty()) {
        Ok(())
    } else {
        Err(no_run())
    }
}

/// Remembers which tags are wanted, so that each is matched once only.
pub(crate) struct Tags<'s> {
    patterns: &'s Patterns,
    known: tags::Tags<bool>,
}

impl<'s> Tags<'s> {
    pub(crate) fn new(wanted: &'s Wanted) -> Self {
        Self {
            patterns: &wanted.tags,
            known: tags::Tags::default(),
        }
    }

    /// Whether all are wanted.
    pub(crate) fn all(&self) -> bool {
        self.patterns.is_empty()
    }

    pub(crate) fn wants(&mut self, tag: &str) -> bool {
        if self.all() {
            return true;
        }
        let known = self.known.get(tag).and_then(|id| self.known.value(id));
        known.copied().unwrap_or_else(|| {
            let wanted = self.patterns.matches(tag);
            self.known.insert(tag, wanted);
            wanted
        })
    }

    /// As [`Patterns::check`], when all tags have been seen.
    pub(crate) fn check(&self, reporter: &Reporter) -> Result<()> {
        self.patterns
            .check(self.known.iter().map(|(tag, _)| tag), reporter)
    }
}

/// The tags that an editor asked for, to tell patterns that match none of them.
#[derive(Clone, Default)]
pub(crate) struct SeenTags(Arc<Mutex<tags::Tags<()>>>);

impl SeenTags {
    /// A test of `patterns` that remembers what it was asked.
    pub(crate) fn test(&self, patterns: Arc<Patterns>) -> impl Fn(&str) -> bool + use<> {
        let seen = self.clone();
        move |tag| {
            seen.remember(tag);
            patterns.matches(tag)
        }
    }

    /// There is such a tag.
    pub(crate) fn remember(&self, tag: &str) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.get(tag).is_none() {
            seen.insert(tag, ());
        }
    }

    /// As [`Patterns::check`].
    pub(crate) fn check(&self, patterns: &Patterns, reporter: &Reporter) -> Result<()> {
        self.check_with(patterns, &[], reporter)
    }

    /// The same, with some more tags.
    pub(crate) fn check_with(
        &self,
        patterns: &Patterns,
        more: &[&str],
        reporter: &Reporter,
    ) -> Result<()> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = seen.iter().map(|(tag, ())| tag);
        let mut tags: Vec<_> = seen.chain(more.iter().copied()).collect();
        // Files are read by several threads in any order.
        tags.sort_unstable();
        patterns.check(tags.iter().copied(), reporter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, regex: bool, name: &str) -> bool {
        let patterns = Patterns::new("tag", &[pattern.to_owned()], regex).unwrap();
        patterns.matches(name)
    }

    #[test]
    fn kinds_may_stand_in_the_plural() {
        assert_eq!(kind("graphs"), Ok(Kind::Graph));
        assert_eq!(kind("hparams"), Ok(Kind::HParams));
        assert!(kind("imges").unwrap_err().contains("`image`"));
    }

    #[test]
    fn regexes_are_found_anywhere() {
        assert!(matches("ss$", true, "train/loss"));
        assert!(!matches("^loss", true, "train/loss"));
        assert!(Patterns::new("tag", &["(".to_owned()], true).is_err());
        assert!(Patterns::new("tag", &["[".to_owned()], false).is_err());
    }
}
