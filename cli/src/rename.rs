//! `tfevents rename`: copies of runs under other names.

use std::sync::Arc;

use anyhow::Result;
use regex::Regex;
use tfevents::edit::Rules;

use crate::destination::Destination;
use crate::reporter::{Reporter, UsageError};
use crate::rewrite::{self, SeenTags};
use crate::select::{self, Patterns};
use crate::source;

/// Copy runs under other names of runs and tags, or with scalars in another unit
///
/// Everything that is not renamed is copied, too. Two tags of a run, or two runs, never get the same name.
#[derive(Debug, clap::Args)]
#[command(override_usage = "tfevents rename [OPTIONS] <CHANGES> <PATH>...", after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: source::Paths,

    #[command(flatten)]
    output: rewrite::Output,

    #[command(flatten)]
    changes: Changes,

    /// Rename and scale only tags of this name; `*` and `?` match slashes, too. Can be repeated
    #[arg(long, value_name = "PATTERN", help_heading = "Filters")]
    tag: Vec<String>,

    #[command(flatten)]
    filters: select::RunFilters,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
#[command(next_help_heading = "Changes, one or more")]
struct Changes {
    /// Replace REGEX in tags; $1 in NEW is its first group. Can be repeated
    #[arg(long, value_names = ["REGEX", "NEW"], num_args = 2)]
    sub_tag: Vec<String>,

    /// Replace REGEX in names of runs. Can be repeated
    #[arg(long, value_names = ["REGEX", "NEW"], num_args = 2)]
    sub_run: Vec<String>,

    /// Put this before every tag
    #[arg(long, value_name = "TEXT")]
    prefix_tag: Option<String>,

    /// Put this before the name of every run
    #[arg(long, value_name = "TEXT")]
    prefix_run: Option<String>,

    /// Multiply scalars by this
    #[arg(long, value_name = "FACTOR", allow_hyphen_values = true)]
    scale: Option<f64>,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents rename runs --sub-tag '^train_' 'train/' -o renamed
  tfevents rename runs --sub-run '_seed(\\d+)$' '/$1' -o renamed
  tfevents rename runs --tag '*/time_ms' --sub-tag _ms _s --scale 0.001 -o renamed

Tags that hyperparameters and chart layouts mention keep their old names there.
Scaled scalars are 32-bit floats.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something was damaged and is
not in the copy.";

/// Regular expressions and what replaces them, one after the other.
#[derive(Clone)]
struct Substitutions(Vec<(Regex, String)>);

impl Substitutions {
    fn new(flag: &str, pairs: &[String]) -> Result<Self> {
        let pairs = pairs.chunks_exact(2).map(|pair| {
            let regex = Regex::new(&pair[0])
                .map_err(|e| UsageError(format!("{flag} `{}`: {e}", pair[0])))?;
            Ok((regex, pair[1].clone()))
        });
        Ok(Self(pairs.collect::<Result<_>>()?))
    }

    fn apply(&self, prefix: Option<&str>, name: &str) -> String {
        let mut name = name.to_owned();
        for (regex, new) in &self.0 {
            name = regex.replace_all(&name, new).into_owned();
        }
        name.insert_str(0, prefix.unwrap_or(""));
        name
    }
}

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.filters.compile()?;
    let tags = Arc::new(Patterns::new("tag", &args.tag, args.filters.regex())?);
    let sub_run = Substitutions::new("--sub-run", &args.changes.sub_run)?;
    let sub_tag = Substitutions::new("--sub-tag", &args.changes.sub_tag)?;
    let sources = args.paths.open(&wanted, reporter)?;
    let prefix = args.changes.prefix_run.as_deref();
    let runs = sources
        .runs
        .iter()
        .map(|s| (&*s.name, sub_run.apply(prefix, &s.name)));
    let runs: Vec<_> = runs.collect();
    rewrite::check_names(runs.iter().map(|(old, new)| (*old, &**new)))?;
    let renames_runs = runs.iter().any(|(old, new)| old != new);
    let destination = match &args.output.output {
        Some(path) if renames_runs => Some(Destination::dir(path)?),
        Some(path) => Some(Destination::new(path, &sources)?),
        None => None,
    };

    let seen = SeenTags::default();
    let changes = seen.test(Arc::clone(&tags));
    let prefix = args.changes.prefix_tag.clone();
    let mut rules = Rules::default().rename(move |tag| {
        if changes(tag) {
            sub_tag.apply(prefix.as_deref(), tag)
        } else {
            tag.to_owned()
        }
    });
    if let Some(factor) = args.changes.scale {
        let scaled = seen.test(Arc::clone(&tags));
        rules = rules.scale(factor, scaled);
    }
    reporter.begin_progress(sources.bytes(), false);
    let mut written = Vec::new();
    for (source, (_, name)) in sources.runs.iter().zip(&runs) {
        let dry_run = args.output.dry_run;
        written.extend(rewrite::run(
            source,
            name,
            &rules,
            destination.as_ref(),
            dry_run,
            reporter,
        )?);
    }
    reporter.end_progress();
    seen.check(&tags, reporter)?;
    args.output.report(&written)
}
