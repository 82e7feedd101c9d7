//! Which runs belong together, and how their steps are aligned: `--group`, `--align`.

use anyhow::Result;
use tfevents_analysis::reduce::{Alignment, Reduce, Statistic};

use crate::args::complete;
use crate::args::hparams::HParamsFrom;
use crate::args::numbers;
use crate::ui::suggest;
use crate::ui::unmatched::NothingMatches;
use crate::ui::usage::UsageError;
use tfevents_analysis::group::{Group, GroupError, Grouping, Member};
use tfevents_analysis::text::quoted;

/// Which runs belong together.
#[derive(Debug, clap::Args)]
pub(crate) struct GroupBy {
    /// Runs that match form a group; with --regex, the captured text names the group. @NAME groups by values of
    /// hyperparameters; without PATTERN, runs that differ only in a seed form a group. Can be repeated
    #[arg(long, value_name = "PATTERN", num_args = 0..=1, add = complete::groups())]
    group: Option<Vec<String>>,
}

/// Which runs belong together, and how their steps are.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Groups")]
pub(crate) struct Groups {
    #[command(flatten)]
    pub(crate) by: GroupBy,

    /// Which steps to use: those that any run has (union), those that all runs have (intersect), those that any
    /// run has with missing values interpolated linearly (interpolate), or intervals of N steps (bin=N)
    #[arg(long, value_name = "HOW", value_parser = alignment, default_value = "union")]
    pub(crate) align: Alignment,

    /// Only steps at which at least N runs have a value [default: half of the runs of the group that have the tag]
    #[arg(long, value_name = "N")]
    pub(crate) min_runs: Option<usize>,

    /// Confidence level of the intervals
    #[arg(long, value_name = "P", default_value_t = 0.95)]
    pub(crate) confidence: f64,

    #[command(flatten)]
    pub(crate) hparams: HParamsFrom,
}

impl Groups {
    /// The reduction to some statistics.
    ///
    /// # Errors
    ///
    /// A confidence that is not between 0 and 1.
    pub(crate) fn reduce(&self, statistics: impl IntoIterator<Item = Statistic>) -> Result<Reduce> {
        let reduce = Reduce::new(statistics)
            .alignment(self.align)
            .confidence(self.confidence);
        let reduce = reduce.map_err(|e| UsageError(format!("--confidence: {e}")))?;
        Ok(match self.min_runs {
            Some(runs) => reduce.min_runs(runs),
            None => reduce,
        })
    }

    /// The patterns, compiled.
    ///
    /// # Errors
    ///
    /// An invalid pattern.
    pub(crate) fn compile(&self, regex: bool) -> Result<Grouping> {
        self.by.compile(regex)
    }
}

impl GroupBy {
    /// Whether groups were asked for.
    pub(crate) fn is_asked(&self) -> bool {
        self.group.is_some()
    }

    /// The patterns, compiled: before anything is read, so that wrong usage fails at once.
    ///
    /// # Errors
    ///
    /// An invalid pattern.
    pub(crate) fn compile(&self, regex: bool) -> Result<Grouping> {
        let patterns = self.group.as_deref().unwrap_or_default();
        Grouping::new(patterns, regex).map_err(|e| match e {
            GroupError::Pattern { pattern, problem } => {
                let pattern = quoted(&pattern);
                UsageError(format!("invalid pattern --group {pattern}: {problem}")).into()
            }
            e => UsageError(e.to_string()).into(),
        })
    }
}

/// The groups that these patterns make of runs.
///
/// # Errors
///
/// As for [`Grouping::of`].
pub(crate) fn of(grouping: &Grouping, members: &[Member<'_>]) -> Result<Vec<Group>> {
    grouping.of(members).map_err(|e| match e {
        GroupError::NoMatch { pattern } => {
            let hint = suggest::hint(&pattern, members.iter().map(|run| run.names[0]));
            let pattern = quoted(&pattern);
            NothingMatches(format!("no run matches --group {pattern}{hint}")).into()
        }
        GroupError::NoHParam { pattern, known } => {
            let hint = suggest::hint(&pattern, known.iter().map(String::as_str));
            let pattern = quoted(&format!("@{pattern}"));
            NothingMatches(format!("no hyperparameter matches --group {pattern}{hint}")).into()
        }
        e => UsageError(format!(
            "{e}; use --group PATTERN to say which runs belong together"
        ))
        .into(),
    })
}

fn alignment(name: &str) -> Result<Alignment, String> {
    match name {
        "intersect" => Ok(Alignment::Intersect),
        "union" => Ok(Alignment::Union),
        "interpolate" => Ok(Alignment::Interpolate),
        _ => match name.strip_prefix("bin=") {
            Some(width) => numbers::parse(width).map(Alignment::Bin),
            None => Err("expected union, intersect, interpolate or bin=N".to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_have_a_width() {
        assert!(matches!(alignment("bin=10"), Ok(Alignment::Bin(n)) if n.get() == 10));
        for wrong in ["bin=0", "bin=", "bin", "mean"] {
            assert!(alignment(wrong).is_err());
        }
    }
}
