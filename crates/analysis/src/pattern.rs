//! Matches names of runs and tags against globs and regular expressions.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use globset::GlobBuilder;
use regex::{Regex, bytes};
use tfevents::tags;

use crate::text::quoted;

/// Longer ones are a mistake, and would take long to match.
const MAX_LEN: usize = 4096;

/// A pattern for whole names, in which `*` and `?` match slashes, too.
#[derive(Debug)]
pub struct Glob {
    text: String,
    regex: bytes::Regex,
}

impl Glob {
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn new(text: &str) -> Result<Self, String> {
        check_len(text)?;
        let glob = GlobBuilder::new(text).literal_separator(false).build();
        let glob = glob.map_err(|e| e.kind().to_string())?;
        // Compiled here, because `compile_matcher` panics at patterns that are too large.
        let regex = bytes::RegexBuilder::new(glob.regex())
            .dot_matches_new_line(true)
            .build();
        Ok(Self {
            text: text.to_owned(),
            regex: regex.map_err(|e| problem(&e))?,
        })
    }

    /// Whether a name matches.
    #[must_use]
    pub fn is_match(&self, name: &str) -> bool {
        // A tag such as `loss[0]` can be given as it is.
        self.text == name || self.regex.is_match(name.as_bytes())
    }
}

/// A regular expression, to be found anywhere in a name.
///
/// # Errors
///
/// What is wrong with it.
pub fn regex(text: &str) -> Result<Regex, String> {
    check_len(text)?;
    Regex::new(text).map_err(|e| problem(&e))
}

fn check_len(text: &str) -> Result<(), String> {
    match text.len() {
        0..=MAX_LEN => Ok(()),
        len => Err(format!(
            "it has {len} bytes, more than the limit of {MAX_LEN}"
        )),
    }
}

/// What is wrong with a regular expression, without the drawing that comes along.
fn problem(error: &regex::Error) -> String {
    if let regex::Error::CompiledTooBig(_) = error {
        return "it is too complex".to_owned();
    }
    let text = error.to_string();
    match text.rsplit_once("error: ") {
        Some((_, problem)) => problem.trim().to_owned(),
        None => text,
    }
}

/// Patterns of which one has to match, if there are any, and others of which none may. They remember which of them ever
/// did.
///
/// # Examples
///
/// ```
/// use tfevents_analysis::pattern::Patterns;
///
/// let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
/// let patterns = Patterns::new("tag", &names(&["*/loss", "acc", "lr"]), false)?;
/// assert!(patterns.matches("train/loss") && patterns.matches("acc") && !patterns.matches("val/acc"));
/// assert_eq!(patterns.unused().collect::<Vec<_>>(), ["lr"]);
///
/// let others = Patterns::new("tag", &[], false)?.except(&names(&["val/*"]), false)?;
/// assert!(others.matches("train/loss") && !others.matches("val/loss"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Patterns {
    noun: &'static str,
    wanted: Vec<Pattern>,
    unwanted: Vec<Pattern>,
}

/// What is wrong with a pattern.
#[derive(Clone, PartialEq, Eq)]
pub struct PatternError {
    noun: &'static str,
    pattern: String,
    problem: String,
}

impl PatternError {
    /// The pattern.
    pub(crate) fn pattern(&self) -> &str {
        &self.pattern
    }

    /// What is wrong with it.
    pub(crate) fn problem(&self) -> &str {
        &self.problem
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (noun, pattern) = (self.noun, quoted(&self.pattern));
        write!(f, "invalid {noun} pattern {pattern}: {}", self.problem)
    }
}

/// The same as [`Display`](fmt::Display), which is what people get to see of a `main` that returns an error.
impl fmt::Debug for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for PatternError {}

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
            Matcher::Regex(self::regex(text)?)
        } else {
            Matcher::Glob(Glob::new(text)?)
        };
        Ok(Self {
            text: text.to_owned(),
            matcher,
            used: AtomicBool::new(false),
        })
    }

    fn is_match(&self, name: &str) -> bool {
        match &self.matcher {
            Matcher::Glob(glob) => glob.is_match(name),
            Matcher::Regex(regex) => regex.is_match(name),
        }
    }

    fn matches(&self, name: &str) -> bool {
        let matches = self.is_match(name);
        if matches {
            self.used.store(true, Ordering::Relaxed);
        }
        matches
    }
}

impl Patterns {
    /// Compiles patterns for what `noun` says: globs for whole names, or regular expressions to be found anywhere
    /// in a name.
    ///
    /// # Errors
    ///
    /// The first pattern that is invalid.
    pub fn new(noun: &'static str, patterns: &[String], regex: bool) -> Result<Self, PatternError> {
        Ok(Self {
            noun,
            wanted: compile(noun, patterns, regex)?,
            unwanted: Vec::new(),
        })
    }

    /// Does not match what any of these matches.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    pub fn except(mut self, patterns: &[String], regex: bool) -> Result<Self, PatternError> {
        self.unwanted.extend(compile(self.noun, patterns, regex)?);
        Ok(self)
    }

    /// What the names are of: `run`, `tag`.
    #[must_use]
    pub fn noun(&self) -> &'static str {
        self.noun
    }

    /// Whether there are none, so that everything matches.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty() && self.unwanted.is_empty()
    }

    /// How many patterns there are of which one has to match.
    #[must_use]
    pub fn wanted(&self) -> usize {
        self.wanted.len()
    }

    /// How many patterns there are of which none may match.
    #[must_use]
    pub fn unwanted(&self) -> usize {
        self.unwanted.len()
    }

    /// Whether a name matches.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.matches_any(std::iter::once(name))
    }

    /// Whether something that has several names matches.
    #[must_use]
    pub fn matches_any<'n>(&self, names: impl IntoIterator<Item = &'n str> + Clone) -> bool {
        // All are asked, so that those that never match can be told.
        let any = |patterns: &[Pattern]| {
            patterns.iter().fold(false, |any, pattern| {
                let names = names.clone().into_iter();
                names.fold(any, |any, name| pattern.matches(name) | any)
            })
        };
        let (wanted, unwanted) = (any(&self.wanted), any(&self.unwanted));
        (wanted || self.wanted.is_empty()) && !unwanted
    }

    /// Whether something that has several names does not match because it is an exception.
    #[must_use]
    pub fn excludes_any<'n>(&self, names: impl IntoIterator<Item = &'n str> + Clone) -> bool {
        let mut unwanted = self.unwanted.iter();
        unwanted.any(|pattern| names.clone().into_iter().any(|name| pattern.matches(name)))
    }

    /// The patterns that matched nothing so far.
    pub fn unused(&self) -> impl Iterator<Item = &str> {
        unused(self.wanted.iter().chain(&self.unwanted))
    }

    /// The patterns of which one has to match that match none of these names.
    pub fn without_match<'p, 'n>(
        &'p self,
        names: impl IntoIterator<Item = &'n str> + Clone,
    ) -> impl Iterator<Item = &'p str> {
        let matches_none = move |pattern: &&Pattern| {
            let mut names = names.clone().into_iter();
            !names.any(|name| pattern.is_match(name))
        };
        let patterns = self.wanted.iter().filter(matches_none);
        patterns.map(|pattern| &*pattern.text)
    }

    /// Whether something has to match and nothing did so far.
    #[must_use]
    pub fn match_nothing(&self) -> bool {
        !self.wanted.is_empty() && unused(self.wanted.iter()).count() == self.wanted.len()
    }
}

fn compile(
    noun: &'static str,
    patterns: &[String],
    regex: bool,
) -> Result<Vec<Pattern>, PatternError> {
    let compile = |text: &String| {
        Pattern::new(text, regex).map_err(|problem| PatternError {
            noun,
            pattern: text.clone(),
            problem,
        })
    };
    patterns.iter().map(compile).collect()
}

fn unused<'p>(patterns: impl Iterator<Item = &'p Pattern>) -> impl Iterator<Item = &'p str> {
    let unused = patterns.filter(|pattern| !pattern.used.load(Ordering::Relaxed));
    unused.map(|pattern| &*pattern.text)
}

/// Remembers which tags are wanted, so that each is matched once only.
#[derive(Debug)]
pub struct WantedTags<'p> {
    patterns: &'p Patterns,
    known: tags::Tags<bool>,
}

impl<'p> WantedTags<'p> {
    /// Those that `patterns` match.
    #[must_use]
    pub fn new(patterns: &'p Patterns) -> Self {
        Self {
            patterns,
            known: tags::Tags::default(),
        }
    }

    /// Whether all are wanted.
    #[must_use]
    pub fn all(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether a tag is wanted.
    pub fn wants(&mut self, tag: &str) -> bool {
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

    /// The patterns.
    #[must_use]
    pub fn patterns(&self) -> &'p Patterns {
        self.patterns
    }

    /// All tags that were asked for, where there are patterns.
    pub fn seen(&self) -> impl Iterator<Item = &str> + Clone {
        self.known.iter().map(|(tag, _)| tag)
    }
}

/// The tags that whoever reads asked for, to tell patterns that match none of them. Clones share what they know.
#[derive(Clone, Debug, Default)]
pub struct SeenTags(Arc<Mutex<tags::Tags<()>>>);

impl SeenTags {
    /// A test of `patterns` that remembers what it was asked.
    pub fn test(&self, patterns: Arc<Patterns>) -> impl Fn(&str) -> bool + use<> {
        let seen = self.clone();
        move |tag| {
            seen.remember(tag);
            patterns.matches(tag)
        }
    }

    /// A test of several patterns, of which any has to match; it remembers the tags that are not wanted.
    pub fn test_any(
        &self,
        patterns: Arc<[Arc<Patterns>]>,
    ) -> impl Fn(&str) -> bool + Clone + Send + Sync + use<> {
        let seen = self.clone();
        move |tag: &str| {
            // All are asked, so that those that never match can be told.
            let patterns = patterns.iter();
            let wanted = patterns.fold(false, |any, one| one.matches(tag) | any);
            if !wanted {
                seen.remember(tag);
            }
            wanted
        }
    }

    /// There is such a tag.
    pub fn remember(&self, tag: &str) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.get(tag).is_none() {
            seen.insert(tag, ());
        }
    }

    /// Hands all of them to `take`, sorted, because files are read by several threads in any order.
    pub fn with<R>(&self, take: impl FnOnce(&[&str]) -> R) -> R {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut tags: Vec<_> = seen.iter().map(|(tag, ())| tag).collect();
        tags.sort_unstable();
        take(&tags)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_cover_the_whole_name_and_pass_slashes() {
        let matches = |pattern: &str, name: &str| Glob::new(pattern).unwrap().is_match(name);
        assert!(matches("*loss", "train/a/loss") && matches("*", ""));
        assert!(matches("{train,val}/*", "val/a/b"));
        assert!(!matches("loss", "train/loss") && !matches("loss", "loss\n"));
        assert!(matches("a?b*", "a\nb\n"));
        assert!(matches("loss[0]", "loss[0]") && matches("loss[0]", "loss0"));
    }

    #[test]
    fn what_is_excluded_does_not_match_by_any_name() {
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        let all = Patterns::new("run", &[], false).unwrap();
        let some = all.except(&texts(&["b*", "x"]), false).unwrap();
        assert!(some.matches("a") && !some.matches("b1") && !some.is_empty());
        assert!(!some.matches_any(["a", "b1"]) && some.matches_any(["a", "c"]));
        assert_eq!(some.unused().collect::<Vec<_>>(), ["x"]);
        assert!(!some.match_nothing());
        let one = Patterns::new("run", &texts(&["a*"]), false).unwrap();
        let one = one.except(&texts(&["a1"]), false).unwrap();
        assert!(one.match_nothing());
        assert_eq!(
            ["a", "a1", "b"].map(|name| one.matches(name)),
            [true, false, false]
        );
    }

    #[test]
    fn regexes_are_found_anywhere() {
        let matches = |pattern: &str, name: &str| {
            let patterns = Patterns::new("tag", &[pattern.to_owned()], true).unwrap();
            patterns.matches(name)
        };
        assert!(matches("ss$", "train/loss") && !matches("^loss", "train/loss"));
        for (pattern, regex) in [("(", true), ("[", false)] {
            assert!(Patterns::new("tag", &[pattern.to_owned()], regex).is_err());
        }
    }

    #[test]
    fn any_pattern_compiles_or_is_refused() {
        let long = "x".repeat(MAX_LEN);
        assert!(Glob::new(&long).unwrap().is_match(&long));
        for unit in [
            "*",
            "?",
            "[",
            "]",
            "{",
            "}",
            "{a,",
            "(",
            "a|",
            "\\",
            "**/",
            "[a-z]*",
            "ä",
            "(?:",
            "(a{9}){9}",
            ".{1000}",
        ] {
            for times in [1, 10, 99, 100_000] {
                let text = unit.repeat(times);
                let found = [Glob::new(&text).map(drop), regex(&text).map(drop)];
                if times == 100_000 {
                    assert!(found.iter().all(Result::is_err), "{unit}");
                }
            }
        }
        let error = Glob::new(&"*".repeat(100_000)).unwrap_err();
        assert_eq!(error, "it has 100000 bytes, more than the limit of 4096");
        assert_eq!(regex("(a{1000}){1000}").unwrap_err(), "it is too complex");
    }
}
