//! Which runs and tags are meant: `--run`, `--tag`, `--regex`.

use anyhow::Result;
use tfevents::Kind;

use crate::ui::suggest;
use crate::ui::usage::UsageError;
use tfevents_analysis::pattern::Patterns;

/// Filters that every verb has.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct Filters {
    /// Only runs whose name matches; `*` and `?` also match slashes. Can be repeated
    #[arg(long, value_name = "PATTERN")]
    run: Vec<String>,

    /// Only tags whose name matches; `*` and `?` also match slashes. Can be repeated
    #[arg(long, value_name = "PATTERN")]
    tag: Vec<String>,

    /// Treat patterns as regular expressions, which may match anywhere in a name
    #[arg(long)]
    regex: bool,
}

/// Filters of verbs that take whole files.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct RunFilters {
    /// Only runs whose name matches; `*` and `?` also match slashes. Can be repeated
    #[arg(long, value_name = "PATTERN")]
    run: Vec<String>,

    /// Treat patterns as regular expressions, which may match anywhere in a name
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
        patterns("run", &self.run, self.regex)
    }
}

/// The kind of that name.
pub(crate) fn kind(name: &str) -> Result<Kind, String> {
    name.parse()
        .map_err(|_| no_such_kind(name, &Kind::ALL.map(Kind::name)))
}

/// What to say of a name that is not among `names`.
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

    /// Whether patterns are regular expressions.
    pub(crate) fn regex(&self) -> bool {
        self.regex
    }

    /// # Errors
    ///
    /// An invalid pattern.
    pub(crate) fn compile(&self) -> Result<Wanted> {
        Ok(Wanted {
            runs: patterns("run", &self.run, self.regex)?,
            tags: patterns("tag", &self.tag, self.regex)?,
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

/// Why standard input and names of runs do not go together.
pub(crate) fn no_run() -> anyhow::Error {
    UsageError("`-`: standard input is a single file without a run name, so runs cannot be chosen or renamed".to_owned()).into()
}

/// Refuses patterns for runs where standard input is read.
pub(crate) fn no_runs(patterns: &[&Patterns]) -> Result<()> {
    if patterns.iter().all(|patterns| patterns.is_empty()) {
        Ok(())
    } else {
        Err(no_run())
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
