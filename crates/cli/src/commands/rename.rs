//! `tfevents rename`: copies of runs under other names.

use std::sync::Arc;

use anyhow::Result;
use tfevents::edit::Rules;

use crate::args::filters;
use crate::args::numbers;
use crate::input::paths::Paths;
use crate::input::sources::Source;
use crate::output::copies;
use crate::ui::reporter::Reporter;
use crate::ui::usage::UsageError;
use tfevents_analysis::pattern::{Patterns, SeenTags};

mod names;

use names::{Moves, Substitutions};

/// Copy runs under other names of runs and tags, or with scalars in another unit
///
/// Everything that is not renamed is copied, too. Two tags of a run, or two runs, never get the same name.
#[derive(Debug, clap::Args)]
#[command(override_usage = "tfevents rename [OPTIONS] <CHANGES> <PATH>...", after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    #[command(flatten)]
    output: copies::Output,

    #[command(flatten)]
    changes: Changes,

    /// Rename only tags of this name; `*` and `?` match slashes, too. Can be repeated
    #[arg(long, value_name = "PATTERN", help_heading = "Filters")]
    tag: Vec<String>,

    #[command(flatten)]
    filters: filters::RunFilters,
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

    /// Give the run OLD, and all runs below it, the name NEW. Can be repeated
    #[arg(long, value_names = ["OLD", "NEW"], num_args = 2)]
    move_run: Vec<String>,

    /// Multiply the scalars of tags of this (old) name. Can be repeated
    #[arg(long, value_names = ["PATTERN", "FACTOR"], num_args = 2, allow_hyphen_values = true)]
    scale: Vec<String>,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents rename runs --sub-tag '^train_' 'train/' -o renamed
  tfevents rename runs --sub-run '_seed(\\d+)$' '/$1' -o renamed
  tfevents rename runs --move-run exp1 baseline --move-run exp2/b try -o renamed
  tfevents rename runs --sub-tag '_ms$' _s --scale '*_ms' 0.001 -o renamed
  tfevents rename - --prefix-tag train/ -o - < old.tfevents > new.tfevents

PATH - is standard input, a single event file. Runs are renamed in this order:
--move-run, --sub-run, --prefix-run.

Tags that hyperparameters and chart layouts mention keep their old names there.
Scaled numbers stay what they are, 32-bit or 64-bit floats; integers become
64-bit floats, since a fraction of one is seldom an integer.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something is not in the copy:
what was damaged, or files beside the events that TensorBoard shows.";

/// Which tags are multiplied by what.
fn scales(pairs: &[String], regex: bool) -> Result<Vec<(f64, Arc<Patterns>)>> {
    let pairs = pairs.chunks_exact(2).map(|pair| {
        let factor = numbers::parse(&pair[1])
            .map_err(|problem| UsageError(format!("--scale: {problem}")))?;
        let pattern = std::slice::from_ref(&pair[0]);
        Ok((factor, Arc::new(filters::patterns("tag", pattern, regex)?)))
    });
    pairs.collect()
}

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.filters.compile()?;
    let regex = args.filters.regex();
    let changes = &args.changes;
    let tags = Arc::new(filters::patterns("tag", &args.tag, regex)?);
    let scales = scales(&changes.scale, regex)?;
    let sub_run = Substitutions::new("--sub-run", &changes.sub_run)?;
    let sub_tag = Substitutions::new("--sub-tag", &changes.sub_tag)?;

    let seen = SeenTags::default();
    let renamed = seen.test(Arc::clone(&tags));
    let prefix = changes.prefix_tag.clone();
    let mut rules = Rules::default().rename(move |tag| {
        if renamed(tag) {
            sub_tag.apply(prefix.as_deref(), tag)
        } else {
            tag.to_owned()
        }
    });
    for (factor, tags) in &scales {
        rules = rules.scale(*factor, seen.test(Arc::clone(tags)));
    }

    let copies = if args.paths.is_stdin()? {
        if changes.rename_runs() {
            return Err(filters::no_run());
        }
        filters::no_runs(&[&wanted])?;
        copies::of_stdin(args.paths.limits, &rules, &args.output, reporter)?
    } else {
        let sources = args.paths.open_once(&wanted, reporter)?;
        let moves = Moves::new(&changes.move_run, &sources.runs)?;
        let prefix = changes.prefix_run.as_deref();
        let new_name = |source: &Source| sub_run.apply(prefix, &moves.apply(&source.name));
        let names: Vec<_> = sources.runs.iter().map(new_name).collect();
        let mut runs = sources.runs.iter().zip(&names);
        let destination = if runs.any(|(source, name)| source.name != *name) {
            args.output.dir()?
        } else {
            args.output.files(&sources.files())?
        };
        let names = names.iter().map(String::as_str);
        let dry_run = args.output.dry_run;
        copies::of_runs(&sources, names, &rules, destination, dry_run, reporter)?
    };
    filters::check_seen(&tags, &seen, reporter)?;
    for (_, tags) in &scales {
        filters::check_seen(tags, &seen, reporter)?;
    }
    args.output.conclude(copies, reporter)
}

/// Writes copies of the runs under these names.
impl Changes {
    fn rename_runs(&self) -> bool {
        self.prefix_run.is_some() || !self.sub_run.is_empty() || !self.move_run.is_empty()
    }
}
