//! Which runs, tags and kinds are meant: `--run`, `--tag`, `--kind`, `--exclude-run`, `--exclude-tag`, `--regex`.

use std::collections::BTreeSet;

use anyhow::Result;
use tfevents::Kind;

use super::complete;
use crate::ui::suggest;
use crate::ui::unmatched::Unmatched;
use crate::ui::usage::UsageError;
use tfevents_analysis::pattern::Patterns;

/// Filters of verbs that look at single series.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = HEADING)]
pub(crate) struct Filters {
    #[command(flatten)]
    runs: RunFilters,

    /// Only tags whose name matches; `*` and `?` also match slashes. Can be repeated
    #[arg(long, value_name = "PATTERN", help_heading = HEADING, add = complete::tags())]
    tag: Vec<String>,

    /// Leave out tags whose name matches. Can be repeated
    #[arg(long, value_name = "PATTERN", help_heading = HEADING, add = complete::tags())]
    exclude_tag: Vec<String>,
}

/// Filters of verbs that take whole files.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = HEADING)]
pub(crate) struct RunFilters {
    /// Only runs whose name matches; `*` and `?` also match slashes. Can be repeated
    #[arg(long, value_name = "PATTERN", help_heading = HEADING, add = complete::runs())]
    run: Vec<String>,

    /// Leave out runs whose name matches. Can be repeated
    #[arg(long, value_name = "PATTERN", help_heading = HEADING, add = complete::runs())]
    exclude_run: Vec<String>,

    /// Treat patterns as regular expressions, which may match anywhere in a name
    #[arg(long, help_heading = HEADING)]
    regex: bool,
}

/// The filter of verbs that look at values of all kinds.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Kinds {
    /// Only series of these kinds, separated by commas and named as in `inspect`
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = kind, help_heading = HEADING)]
    #[arg(add = complete::kinds())]
    kind: Vec<Kind>,
}

pub(crate) const HEADING: &str = "Filters";

impl RunFilters {
    /// # Errors
    ///
    /// An invalid pattern.
    pub(crate) fn compile(&self) -> Result<Patterns> {
        both("run", &self.run, &self.exclude_run, self.regex)
    }
}

impl Kinds {
    /// Whether series of all kinds are wanted.
    pub(crate) fn all(&self) -> bool {
        self.kind.is_empty()
    }

    /// Whether series of a kind are wanted.
    pub(crate) fn has(&self, kind: Kind) -> bool {
        self.all() || self.kind.contains(&kind)
    }

    /// Those that were asked for.
    pub(crate) fn named(&self) -> &[Kind] {
        &self.kind
    }

    /// Those of which there is nothing among the kinds that were met.
    pub(crate) fn unmatched(&self, met: &BTreeSet<Kind>) -> Unmatched {
        Unmatched::of_kinds("--kind", &self.kind, met)
    }
}

/// The kind of that name.
pub(crate) fn kind(name: &str) -> Result<Kind, String> {
    name.parse()
        .map_err(|_| no_such_kind(name, &Kind::ALL.map(Kind::name)))
}

/// What to say about a name that is not among `names`.
pub(crate) fn no_such_kind(name: &str, names: &[&str]) -> String {
    let hint = suggest::hint(name, names.iter().copied());
    format!("unknown kind{hint}")
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

    /// Those of tags, as they were given.
    #[cfg(feature = "mlflow")]
    pub(crate) fn of_tags(&self) -> String {
        let wanted = self.tag.iter().map(|pattern| ("--tag", pattern));
        let unwanted = self
            .exclude_tag
            .iter()
            .map(|pattern| ("--exclude-tag", pattern));
        let given = wanted.chain(unwanted).map(|(flag, pattern)| {
            let regex = if self.regex() { "--regex " } else { "" };
            format!("{regex}{flag} {pattern} ")
        });
        given.collect()
    }

    /// Whether patterns are regular expressions.
    pub(crate) fn regex(&self) -> bool {
        self.runs.regex
    }

    /// # Errors
    ///
    /// An invalid pattern.
    pub(crate) fn compile(&self) -> Result<Wanted> {
        Ok(Wanted {
            runs: self.runs.compile()?,
            tags: both("tag", &self.tag, &self.exclude_tag, self.regex())?,
        })
    }
}

/// The patterns for what `noun` says.
///
/// # Errors
///
/// An invalid pattern.
pub(crate) fn patterns(noun: &'static str, patterns: &[String], regex: bool) -> Result<Patterns> {
    Patterns::new(noun, patterns, regex).map_err(|e| UsageError(e.to_string()).into())
}

/// The same without what others match.
///
/// # Errors
///
/// An invalid pattern.
pub(crate) fn both(
    noun: &'static str,
    wanted: &[String],
    unwanted: &[String],
    regex: bool,
) -> Result<Patterns> {
    let both = patterns(noun, wanted, regex)?.except(unwanted, regex);
    both.map_err(|e| UsageError(e.to_string()).into())
}

/// Why standard input and names of runs do not go together.
pub(crate) fn no_run() -> anyhow::Error {
    UsageError("`-`: standard input is a single file without a run name, so runs cannot be chosen or renamed".to_owned()).into()
}

/// Refuses patterns for runs where standard input is read.
pub(crate) fn no_runs(patterns: &Patterns) -> Result<()> {
    match patterns.is_empty() {
        true => Ok(()),
        false => Err(no_run()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_no_kind_may_be_meant_as_one() {
        assert_eq!(kind("graphs"), Ok(Kind::Graph));
        assert!(kind("imges").unwrap_err().contains("`image`"));
    }
}
