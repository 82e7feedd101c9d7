//! Finds the runs that repeat one another, as with another seed.
//!
//! # Examples
//!
//! ```
//! use std::collections::BTreeMap;
//! use tfevents_analysis::group::{Grouping, Member};
//!
//! let none = BTreeMap::new();
//! let run = |name| Member { names: [name, name], hparams: &none, below: "" };
//! let runs = ["adam-seed0", "adam-seed1", "sgd-seed0"].map(run);
//! let groups = Grouping::new(&[], false)?.of(&runs)?;
//! let adam = &groups[0];
//! assert_eq!((&*adam.name, &*adam.runs), ("adam", &[0, 1][..]));
//!
//! // The same by what the runs were configured with.
//! let configured = [(0.1, 0), (0.1, 1), (0.2, 0)].map(|(lr, seed)| {
//!     BTreeMap::from([("lr".to_owned(), lr.into()), ("seed".to_owned(), seed.into())])
//! });
//! let run = |hparams| Member { names: ["run", "run"], hparams, below: "" };
//! let runs: Vec<_> = configured.iter().map(run).collect();
//! let groups = Grouping::new(&["@lr".to_owned()], false)?.of(&runs)?;
//! assert_eq!((&*groups[0].name, &*groups[0].runs), ("lr=0.1", &[0, 1][..]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeMap;
use std::fmt;

use regex::Regex;
use tfevents::plugin::hparams::HParamValue;

use crate::pattern::{self, Glob, PatternError, Patterns};
use crate::text::{natural_order, quoted};

mod settings;

/// The part of a run's name that says nothing but which repetition it is.
const SEED: &str = r"(?i)(?:^|[-_./, ])(?:(?:random|rng)[-_]?)?seed[-_=.]?\d+";
/// What begins a pattern of hyperparameters.
const HPARAM: char = '@';

/// Patterns that put runs into groups.
#[derive(Debug)]
pub struct Grouping {
    names: Vec<Pattern>,
    /// Hyperparameters whose values make a group, if any are asked for.
    hparams: Option<Patterns>,
}

/// A run that may be in a group.
#[derive(Clone, Copy, Debug)]
pub struct Member<'r> {
    /// The names that it goes by: one that is unique, and the one in its logdir.
    pub names: [&'r str; 2],
    /// What it was configured with.
    pub hparams: &'r BTreeMap<String, HParamValue>,
    /// The rest of its name below the directory that was configured: runs such as `train` and `val`, which share
    /// hyperparameters, are not repetitions. Empty for that directory itself.
    pub below: &'r str,
}

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
#[derive(Clone, PartialEq, Eq)]
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
    /// No run has a hyperparameter that a pattern matches.
    NoHParam {
        /// The pattern, without its `@`.
        pattern: String,
        /// The hyperparameters that there are, in order.
        known: Vec<String>,
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
            Self::NoHParam { pattern, .. } => {
                write!(f, "no hyperparameter matches the group pattern {}", quoted(&format!("@{pattern}")))
            }
            Self::NoSeeds => f.write_str(
                "no two runs differ only in a seed, neither by name, as `a-seed0` and `a-seed1` do, nor in their \
                 hyperparameters",
            ),
        }
    }
}

/// The same as [`Display`](fmt::Display), which is what people get to see of a `main` that returns an error.
impl fmt::Debug for GroupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for GroupError {}

impl Grouping {
    /// Groups by globs, each of which is a group, or by regular expressions, of which what they capture, or leave, of
    /// a run's name names its group. `@NAME`, a pattern of hyperparameters, groups the runs that no other pattern matches
    /// by their values of these. Without patterns, runs that differ in a seed only are a group: by their names, or else by
    /// their hyperparameters.
    ///
    /// # Errors
    ///
    /// An invalid pattern.
    pub fn new(patterns: &[String], regex: bool) -> Result<Self, GroupError> {
        let (hparams, names): (Vec<_>, Vec<_>) =
            patterns.iter().partition(|text| text.starts_with(HPARAM));
        let compile = |text: &&String| match Matcher::new(text, regex) {
            Ok(matcher) => Ok(Pattern {
                text: (*text).clone(),
                matcher,
            }),
            Err(problem) => Err(GroupError::Pattern {
                pattern: (*text).clone(),
                problem,
            }),
        };
        let hparams: Vec<_> = hparams.iter().map(|text| text[1..].to_owned()).collect();
        let of_hparams = || Patterns::new("hyperparameter", &hparams, regex);
        let of_hparams = (!hparams.is_empty()).then(of_hparams).transpose();
        Ok(Self {
            names: names.iter().map(compile).collect::<Result<_, _>>()?,
            hparams: of_hparams.map_err(GroupError::from)?,
        })
    }

    /// The groups of runs, ordered by name. Runs that no pattern matches are in none.
    ///
    /// # Errors
    ///
    /// A pattern that matches no run or no hyperparameter; without patterns, runs of which no two belong together.
    pub fn of(&self, runs: &[Member<'_>]) -> Result<Vec<Group>, GroupError> {
        let groups = match (&*self.names, &self.hparams) {
            ([], None) => by_seed(runs)?,
            _ => self.by_patterns(runs)?,
        };
        let groups = groups.into_iter().map(|(name, runs)| Group { name, runs });
        let mut groups: Vec<_> = groups.collect();
        groups.sort_by(|a, b| natural_order(&a.name, &b.name));
        Ok(groups)
    }

    fn by_patterns(&self, runs: &[Member<'_>]) -> Result<BTreeMap<String, Vec<usize>>, GroupError> {
        let mut groups = BTreeMap::<String, Vec<usize>>::new();
        let mut taken = vec![false; runs.len()];
        for pattern in &self.names {
            let mut used = false;
            for ((i, run), taken) in runs.iter().enumerate().zip(&mut taken) {
                let mut names = run.names.iter();
                if let Some(group) = names.find_map(|name| pattern.matcher.group(name)) {
                    used = true;
                    // The first pattern that matches a run has it.
                    if !std::mem::replace(taken, true) {
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
        if let Some(patterns) = &self.hparams {
            let rest = runs.iter().copied().enumerate();
            let rest: Vec<_> = rest
                .filter(|(i, _)| taken.get(*i) == Some(&false))
                .collect();
            for (name, runs) in settings::groups(&rest, Some(patterns)) {
                groups.entry(name).or_default().extend(runs);
            }
            if let Some(pattern) = patterns.unused().next() {
                return Err(GroupError::no_hparam(pattern, runs));
            }
        }
        Ok(groups)
    }
}

/// The groups of runs that differ in a seed only: by their names, or else by their hyperparameters.
fn by_seed(runs: &[Member<'_>]) -> Result<BTreeMap<String, Vec<usize>>, GroupError> {
    let is_any = |groups: &BTreeMap<_, Vec<_>>| groups.values().any(|runs| runs.len() > 1);
    let by = |which: usize| {
        let mut groups = BTreeMap::<String, Vec<usize>>::new();
        for (i, run) in runs.iter().enumerate() {
            let name = without_seed(run.names[which]);
            groups.entry(name).or_default().push(i);
        }
        groups
    };
    let [by_path, by_name] = [0, 1].map(by);
    // The path to a logdir may say the seed, and more. Where it does not, logdirs are repetitions of one another.
    if is_any(&by_path) && !by_path.values().eq(by_name.values()) {
        return Ok(without_common_directories(by_path));
    }
    if is_any(&by_name) {
        return Ok(by_name);
    }
    let seeded = |run: &Member<'_>| run.hparams.keys().any(|name| settings::is_seed(name));
    let seeded = runs
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, run)| seeded(run));
    let groups = settings::groups(&seeded.collect::<Vec<_>>(), None);
    if is_any(&groups) {
        return Ok(groups);
    }
    Err(GroupError::NoSeeds)
}

impl GroupError {
    fn no_hparam(pattern: &str, runs: &[Member<'_>]) -> Self {
        let known = runs.iter().flat_map(|run| run.hparams.keys().cloned());
        let known: std::collections::BTreeSet<_> = known.collect();
        Self::NoHParam {
            pattern: pattern.to_owned(),
            known: known.into_iter().collect(),
        }
    }
}

impl From<PatternError> for GroupError {
    fn from(error: PatternError) -> Self {
        Self::Pattern {
            pattern: format!("{HPARAM}{}", error.pattern()),
            problem: error.problem().to_owned(),
        }
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

/// The groups without the directories that all of them are in.
fn without_common_directories(
    groups: BTreeMap<String, Vec<usize>>,
) -> BTreeMap<String, Vec<usize>> {
    let mut names = groups.keys();
    let first = names.next().map_or("", String::as_str);
    let ends = first.match_indices('/').map(|(slash, _)| slash + 1);
    let is_common = |end: &usize| groups.keys().all(|name| name.starts_with(&first[..*end]));
    let common = ends.take_while(is_common).last().unwrap_or(0);
    let groups = groups.iter();
    groups
        .map(|(name, runs)| (name[common..].to_owned(), runs.clone()))
        .collect()
}

/// A name of what was left of others.
fn named(rest: &str) -> String {
    let name = rest.trim_matches(|c| "-_./, ".contains(c));
    if name.is_empty() { "." } else { name }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Groups = Vec<(String, Vec<usize>)>;

    fn groups(patterns: &[&str], regex: bool, runs: &[&str]) -> Result<Groups, GroupError> {
        let patterns: Vec<_> = patterns.iter().map(|&p| p.to_owned()).collect();
        let none = BTreeMap::new();
        let members = runs.iter().map(|&name| Member {
            names: [name, name],
            hparams: &none,
            below: "",
        });
        let runs: Vec<_> = members.collect();
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
        let runs = [
            "lr=0.1,seed=0",
            "lr=0.1,seed=1",
            "seed=0,lr=0.2",
            "rng_seed=1,lr=0.2",
        ];
        check(
            &[],
            false,
            &runs,
            &[("lr=0.1", &[0, 1]), ("lr=0.2", &[2, 3])],
        );
        assert!(groups(&[], false, &["linseed0", "linseed1"]).is_err());
    }

    #[test]
    fn seeds_may_be_in_paths() {
        let none = BTreeMap::new();
        let grouped = |names: &[[&'static str; 2]]| {
            let member = |&names| Member {
                names,
                hparams: &none,
                below: "",
            };
            let runs: Vec<_> = names.iter().map(member).collect();
            let groups = Grouping::new(&[], false).unwrap().of(&runs).unwrap();
            let groups = groups.into_iter().map(|group| (group.name, group.runs));
            groups.collect::<Vec<_>>()
        };
        let each = [
            ["logs/a-seed0", "."],
            ["logs/a-seed1", "."],
            ["logs/b-seed0", "."],
        ];
        let expected = [("a".to_owned(), vec![0, 1]), ("b".to_owned(), vec![2])];
        assert_eq!(grouped(&each), expected);
        assert_eq!(grouped(&each[..2]), [(".".to_owned(), vec![0, 1])]);
        let logdirs = [["x/train", "train"], ["y/train", "train"]];
        assert_eq!(grouped(&logdirs), [("train".to_owned(), vec![0, 1])]);
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

    fn configured(
        runs: &[(&str, &[(&str, f64)])],
        patterns: &[&str],
    ) -> Result<Groups, GroupError> {
        let patterns: Vec<_> = patterns.iter().map(|&p| p.to_owned()).collect();
        let hparams = |values: &[(&str, f64)]| {
            let values = values.iter();
            values
                .map(|(name, v)| ((*name).to_owned(), (*v).into()))
                .collect()
        };
        let hparams: Vec<BTreeMap<_, _>> = runs.iter().map(|(_, values)| hparams(values)).collect();
        let members = runs
            .iter()
            .zip(&hparams)
            .map(|(&(name, _), hparams)| Member {
                names: [name, name],
                hparams,
                below: name.split_once('/').map_or("", |(_, below)| below),
            });
        let members: Vec<_> = members.collect();
        let groups = Grouping::new(&patterns, false)?.of(&members)?;
        Ok(groups.into_iter().map(|g| (g.name, g.runs)).collect())
    }

    #[test]
    fn configurations_that_differ_in_a_seed_are_a_group() {
        let runs: [(&str, &[(&str, f64)]); 7] = [
            ("0/train", &[("lr", 0.1), ("seed", 0.0), ("epochs", 9.0)]),
            ("0/val", &[("lr", 0.1), ("seed", 0.0), ("epochs", 9.0)]),
            ("1/train", &[("lr", 0.1), ("seed", 1.0), ("epochs", 9.0)]),
            ("2/train", &[("lr", 0.2), ("seed", 0.0), ("epochs", 9.0)]),
            ("3/train", &[("lr", 0.2), ("seed", 1.0), ("epochs", 9.0)]),
            ("4/train", &[("epochs", 9.0)]),
            ("5", &[]),
        ];
        let group = |name: &str, runs: &[usize]| (name.to_owned(), runs.to_vec());
        let seeds = [
            group("lr=0.1/train", &[0, 2]),
            group("lr=0.1/val", &[1]),
            group("lr=0.2/train", &[3, 4]),
        ];
        assert_eq!(configured(&runs, &[]).unwrap(), seeds);
        assert_eq!(configured(&runs, &["@lr"]).unwrap(), seeds);
        let epochs = [group("train", &[0, 2, 3, 4, 5]), group("val", &[1])];
        assert_eq!(configured(&runs, &["@epoch*"]).unwrap(), epochs);
        // Names go first.
        let both = [group("1", &[0]), group("train", &[1, 2])];
        assert_eq!(configured(&runs[2..5], &["1/*", "@lr"]).unwrap(), both);
        let error = configured(&runs, &["@lrr"]).unwrap_err();
        assert!(
            matches!(error, GroupError::NoHParam { known, .. } if known == ["epochs", "lr", "seed"])
        );
        assert_eq!(configured(&runs[5..], &[]), Err(GroupError::NoSeeds));
        assert_eq!(configured(&runs[1..3], &[]), Err(GroupError::NoSeeds));
    }
}
