//! Finds the runs that repeat one another, as with another seed.
//!
//! # Examples
//!
//! ```
//! use tfevents_analysis::group::Grouping;
//!
//! let runs = ["adam-seed0", "adam-seed1", "sgd-seed0"].map(|name| [name, name]);
//! let groups = Grouping::new(&[], false)?.of(&runs)?;
//! let adam = &groups[0];
//! assert_eq!((&*adam.name, &*adam.runs), ("adam", &[0, 1][..]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeMap;

use std::fmt;

use regex::Regex;

use crate::pattern::{self, Glob};
use crate::text::quoted;

/// The part of a run's name that says nothing but which repetition it is.
const SEED: &str = r"(?i)(?:^|[-_./ ])(?:random[-_]?)?seed[-_=.]?\d+";

/// Patterns that put runs into groups.
#[derive(Debug)]
pub struct Grouping(Vec<Pattern>);

#[derive(Debug)]
struct Pattern {
    text: String,
    matcher: Matcher,
}

#[derive(Debug)]
enum Matcher {
    /// All that match are one group, of this name.
    Glob(Glob, String),
    /// What it captures names the group, or what it leaves of the run's name.
    Regex(Regex),
}

/// Runs that are repetitions of one another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The name; `.` where nothing is left of the runs'.
    pub name: String,
    /// The positions of its runs.
    pub runs: Vec<usize>,
}

/// Why runs cannot be put into groups.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GroupError {
    /// A pattern is invalid.
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        problem: String,
    },
    /// No run matches a pattern.
    NoMatch {
        /// The pattern.
        pattern: String,
    },
    /// There are no patterns, and no two runs differ in a seed only.
    NoSeeds,
}

impl fmt::Display for GroupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern { pattern, problem } => {
                write!(f, "invalid group pattern {}: {problem}", quoted(pattern))
            }
            Self::NoMatch { pattern } => {
                write!(f, "no run matches the group pattern {}", quoted(pattern))
            }
            Self::NoSeeds => {
                f.write_str("no two runs differ only in a seed, as `a-seed0` and `a-seed1` do")
            }
        }
    }
}

impl std::error::Error for GroupError {}

impl Grouping {
    /// Groups by globs, each of which is a group, or by regular expressions, of which what they capture, or leave, of
    /// a run's name names its group. Without patterns, runs that differ in a seed only are a group.
    ///
    /// # Errors
    ///
    /// An invalid pattern.
    pub fn new(patterns: &[String], regex: bool) -> Result<Self, GroupError> {
        let compile = |text: &String| match Matcher::new(text, regex) {
            Ok(matcher) => Ok(Pattern {
                text: text.clone(),
                matcher,
            }),
            Err(problem) => Err(GroupError::Pattern {
                pattern: text.clone(),
                problem,
            }),
        };
        Ok(Self(
            patterns.iter().map(compile).collect::<Result<_, _>>()?,
        ))
    }

    /// The groups of runs, ordered by name. Runs that no pattern matches are in none. Of each run this takes the names
    /// that it goes by: one that is unique, and the one in its logdir.
    ///
    /// # Errors
    ///
    /// A pattern that matches no run; without patterns, runs of which no two belong together.
    pub fn of<N: AsRef<str>>(&self, runs: &[[N; 2]]) -> Result<Vec<Group>, GroupError> {
        let mut groups = BTreeMap::<String, Vec<usize>>::new();
        if self.0.is_empty() {
            for (i, [_, name]) in runs.iter().enumerate() {
                groups
                    .entry(without_seed(name.as_ref()))
                    .or_default()
                    .push(i);
            }
            if groups.values().all(|runs| runs.len() < 2) {
                return Err(GroupError::NoSeeds);
            }
        }
        let mut taken = vec![false; runs.len()];
        for pattern in &self.0 {
            let mut used = false;
            for (i, names) in runs.iter().enumerate() {
                if let Some(group) = names
                    .iter()
                    .find_map(|name| pattern.matcher.group(name.as_ref()))
                {
                    used = true;
                    // The first pattern that matches a run has it.
                    if !std::mem::replace(&mut taken[i], true) {
                        groups.entry(group).or_default().push(i);
                    }
                }
            }
            if !used {
                return Err(GroupError::NoMatch {
                    pattern: pattern.text.clone(),
                });
            }
        }
        let groups = groups.into_iter().map(|(name, runs)| Group { name, runs });
        Ok(groups.collect())
    }
}

impl Matcher {
    fn new(text: &str, regex: bool) -> Result<Self, String> {
        if regex {
            return Ok(Self::Regex(pattern::regex(text)?));
        }
        let glob = Glob::new(text)?;
        Ok(Self::Glob(glob, named(&text.replace(['*', '?'], ""))))
    }

    /// The group of a run of that name, if it is in one.
    fn group(&self, run: &str) -> Option<String> {
        match self {
            Self::Glob(glob, name) => glob.is_match(run).then(|| name.clone()),
            Self::Regex(regex) => {
                let captures = regex.captures(run)?;
                let mut parts = captures.iter().skip(1).flatten().map(|part| part.as_str());
                Some(if regex.captures_len() > 1 {
                    let parts: Vec<_> = parts.by_ref().filter(|part| !part.is_empty()).collect();
                    named(&parts.join("/"))
                } else {
                    named(&regex.replace(run, ""))
                })
            }
        }
    }
}

fn without_seed(run: &str) -> String {
    match Regex::new(SEED) {
        Ok(seed) => named(&seed.replace(run, "")),
        Err(_) => run.to_owned(),
    }
}

/// A name of what was left of others.
fn named(rest: &str) -> String {
    let name = rest.trim_matches(|c| "-_./ ".contains(c));
    if name.is_empty() { "." } else { name }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Groups = Vec<(String, Vec<usize>)>;

    fn groups(patterns: &[&str], regex: bool, runs: &[&str]) -> Result<Groups, GroupError> {
        let patterns: Vec<_> = patterns.iter().map(|&p| p.to_owned()).collect();
        let runs: Vec<_> = runs.iter().map(|&run| [run, run]).collect();
        let groups = Grouping::new(&patterns, regex)?.of(&runs)?;
        Ok(groups.into_iter().map(|g| (g.name, g.runs)).collect())
    }

    #[track_caller]
    fn check(patterns: &[&str], regex: bool, runs: &[&str], expected: &[(&str, &[usize])]) {
        let found = groups(patterns, regex, runs).unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|(name, runs)| (&**name, &**runs))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn seeds_are_found_by_themselves() {
        let runs = ["adam-seed0", "adam-seed1", "sgd_seed=0", "sgd_seed=1"];
        check(&[], false, &runs, &[("adam", &[0, 1]), ("sgd", &[2, 3])]);
        let runs = ["seed0/train", "seed1/train", "seed0/val", "seed1/val"];
        check(&[], false, &runs, &[("train", &[0, 1]), ("val", &[2, 3])]);
        check(&[], false, &["Seed_1", "Seed_2"], &[(".", &[0, 1])]);
        let runs = ["a/random_seed3/b", "a/random_seed4/b"];
        check(&[], false, &runs, &[("a/b", &[0, 1])]);
        assert!(groups(&[], false, &["linseed0", "linseed1"]).is_err());
    }

    #[test]
    fn captures_name_the_group() {
        let runs = ["exp-a-seed1", "exp-a-seed22", "exp-b-seed1", "other"];
        let expected: [(&str, &[usize]); 2] = [("a", &[0, 1]), ("b", &[2])];
        check(&[r"exp-(.*)-seed\d+"], true, &runs, &expected);
        let expected: [(&str, &[usize]); 2] = [("exp-a", &[0, 1]), ("exp-b", &[2])];
        check(&[r"-seed\d+"], true, &runs, &expected);
        let runs = ["adam/3/train", "adam/4/train", "adam/3/val"];
        let expected: [(&str, &[usize]); 2] = [("adam/train", &[0, 1]), ("adam/val", &[2])];
        check(&[r"^(\w+)/\d+/(\w+)$"], true, &runs, &expected);
    }

    #[test]
    fn globs_are_a_group_each() {
        let runs = ["lr=0.1-seed1", "lr=0.1-seed2", "lr=0.2-seed1"];
        let expected: [(&str, &[usize]); 2] = [("lr=0.1-seed", &[0, 1]), ("lr=0.2-seed", &[2])];
        check(&["lr=0.1-seed*", "lr=0.2-seed*"], false, &runs, &expected);
        let pattern = "lr=0.3*".to_owned();
        let error = groups(&["lr=0.3*"], false, &runs).unwrap_err();
        assert_eq!(error, GroupError::NoMatch { pattern });
    }
}
