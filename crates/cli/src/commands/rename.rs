//! `tfevents rename`: copies of runs under other names.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use tfevents::edit::Rules;

use crate::args::copying::Copying;
use crate::args::filters::{self, Filters, Kinds, Wanted};
use crate::args::numbers;
use crate::args::substitutions::Substitutions;
use crate::output::asked::Inputs;
use crate::output::copies;
use crate::output::renamed::Renamed;
use crate::output::written::Copies;
use crate::ui::reporter::Reporter;
use crate::ui::unmatched::Unmatched;
use crate::ui::usage::UsageError;
use tfevents_analysis::pattern::{Patterns, SeenTags};

mod names;

use names::Moves;

/// Copy runs under new run or tag names, or with scalars in another unit
///
/// Everything else is copied unchanged. Fails if two runs, or two tags of a run, would get the same name.
#[derive(Debug, clap::Args)]
#[command(override_usage = "tfevents rename [OPTIONS] <CHANGES> <PATH>...", after_help = AFTER_HELP)]
#[command(mut_arg("tag", |tag| tag.help(TAG)), mut_arg("exclude_tag", |tag| tag.help(EXCLUDE_TAG)))]
#[command(mut_arg("kind", |kind| kind.help(KIND)))]
pub(crate) struct Args {
    #[command(flatten)]
    copying: Copying<Filters>,

    #[command(flatten)]
    kinds: Kinds,

    #[command(flatten)]
    changes: Changes,
}

const TAG: &str =
    "Rename only tags whose name matches; `*` and `?` also match slashes. Can be repeated";
const EXCLUDE_TAG: &str = "Do not rename tags whose name matches. Can be repeated";
const KIND: &str = "Rename only tags of these kinds, separated by commas and named as in `inspect`";

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
#[command(next_help_heading = "Changes, one or more")]
struct Changes {
    /// Replace REGEX in tag names; $1 in NEW is its first group. Can be repeated
    #[arg(long, value_names = ["REGEX", "NEW"], num_args = 2)]
    sub_tag: Vec<String>,

    /// Replace REGEX in run names. Can be repeated
    #[arg(long, value_names = ["REGEX", "NEW"], num_args = 2)]
    sub_run: Vec<String>,

    /// Add this prefix to every tag
    #[arg(long, value_name = "TEXT")]
    prefix_tag: Option<String>,

    /// Add this prefix to every run name
    #[arg(long, value_name = "TEXT")]
    prefix_run: Option<String>,

    /// Rename the run OLD, and all runs below it, to NEW. Can be repeated
    #[arg(long, value_names = ["OLD", "NEW"], num_args = 2)]
    move_run: Vec<String>,

    /// Multiply the scalars of tags whose old name matches. Can be repeated
    #[arg(long, value_names = ["PATTERN", "FACTOR"], num_args = 2, allow_hyphen_values = true)]
    scale: Vec<String>,
}

const AFTER_HELP: &str = r"Examples:
  tfevents rename runs --sub-tag '^train_' 'train/' -o renamed
  tfevents rename runs --sub-run '_seed(\d+)$' '/$1' -o renamed
  tfevents rename runs --move-run exp1 baseline --move-run exp2/b try -o renamed
  tfevents rename runs --sub-tag '_ms$' _s --scale '*_ms' 0.001 -o renamed
  tfevents rename - --prefix-tag train/ -o - < old.tfevents > new.tfevents

PATH can be - to read a single event file from standard input.

Run names change in this order: --move-run, --sub-run, --prefix-run.

Hyperparameters and chart layouts that mention a tag keep its old name. Scaled
32-bit and 64-bit floats keep their type; integers become 64-bit floats, since
the result is seldom an integer.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something was not copied:
damaged records, other files that TensorBoard shows, or hyperparameters that are
in other runs; or nothing matched.";

/// Which tags are multiplied by what.
fn scales(pairs: &[String], regex: bool) -> Result<Vec<(f64, Arc<Patterns>)>> {
    let pairs = pairs.chunks_exact(2).map(|pair| {
        let factor = numbers::parse_factor(&pair[1])
            .map_err(|problem| UsageError(format!("--scale: {problem}")))?;
        let pattern = std::slice::from_ref(&pair[0]);
        Ok((factor, Arc::new(filters::patterns("tag", pattern, regex)?)))
    });
    pairs.collect()
}

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let Copying {
        paths,
        output,
        filters,
    } = &args.copying;
    let Wanted { runs, tags } = filters.compile()?;
    let regex = filters.regex();
    let changes = &args.changes;
    let tags = Arc::new(tags);
    let scales = scales(&changes.scale, regex)?;
    let sub_run = Substitutions::new("--sub-run", &changes.sub_run)?;
    let sub_tag = Arc::new(Substitutions::new("--sub-tag", &changes.sub_tag)?);

    let seen = SeenTags::default();
    let renamed = seen.test(Arc::clone(&tags));
    let prefix = changes.prefix_tag.clone();
    let (by, told) = (Arc::clone(&sub_tag), Arc::new(Mutex::new(BTreeMap::new())));
    let tell = Arc::clone(&told);
    // It is asked once for each tag of a run.
    let kinds = args.kinds.clone();
    let mut rules = Rules::default().rename(move |tag, kind| {
        // Asked of all tags, so that patterns that match none can be told.
        if !(renamed(tag) & kinds.has(kind)) {
            return tag.to_owned();
        }
        let new = by.apply(prefix.as_deref(), tag);
        if new != tag {
            let mut told = tell.lock().unwrap_or_else(PoisonError::into_inner);
            *told.entry((tag.to_owned(), new.clone())).or_default() += 1;
        }
        new
    });
    for (factor, tags) in &scales {
        rules = rules.scale(*factor, seen.test(Arc::clone(tags)));
    }

    let mut of_runs = Vec::new();
    let mut copies = if paths.is_stdin()? {
        if changes.rename_runs() {
            return Err(filters::no_run());
        }
        filters::no_runs(&runs)?;
        copies::of_stdin(paths.limits, &rules, output, reporter)?
    } else {
        let sources = copies::open(paths, &runs, output.output.as_deref(), reporter)?;
        let moves = Moves::new(&changes.move_run);
        let prefix = changes.prefix_run.as_deref().unwrap_or_default();
        let names = names::of(&sources, &moves, &sub_run).into_iter();
        let names: Vec<_> = names.map(|name| format!("{prefix}{name}")).collect();
        let old = sources.runs.iter().map(|source| &*source.name);
        of_runs = vec![
            moves.unmatched(&sources.runs),
            sub_run.unmatched(("--sub-run", "run"), old.clone()),
        ];
        let both = old.zip(&names).filter(|(old, new)| old != new);
        let renamed_runs = both
            .map(|(old, new)| (old.to_owned(), new.clone()))
            .collect();
        let inputs = Inputs::of(&sources);
        let destination = output.destination(&match changes.rename_runs() {
            // A file has no name of a run.
            true => inputs.of_many(),
            false => inputs,
        })?;
        let names = names.iter().map(String::as_str);
        let dry_run = output.dry_run;
        let copies = copies::of_runs(&sources, names, &rules, destination, dry_run, reporter)?;
        let renamed = Renamed {
            runs: renamed_runs,
            ..Renamed::default()
        };
        Copies {
            renamed: Some(renamed),
            ..copies
        }
    };
    let tags_told = std::mem::take(&mut *told.lock().unwrap_or_else(PoisonError::into_inner));
    copies.renamed.get_or_insert_default().tags = tags_told;
    let of_tags = seen.with(|seen| {
        let wanted = seen.iter().copied().filter(|tag| tags.matches(tag));
        sub_tag.unmatched(("--sub-tag", "tag"), wanted)
    });
    let of_scales = scales
        .iter()
        .map(|(_, tags)| Unmatched::of_seen(tags, &seen));
    let of_changes = of_runs.into_iter().chain([of_tags]).chain(of_scales);
    let of_changes = Unmatched::any_of(of_changes);
    let unmatched = Unmatched::of_seen(&tags, &seen).and(args.kinds.unmatched(&copies.met));
    // A prefix goes before whatever there is.
    let unmatched = match changes.add_prefix() {
        true => unmatched.and_left_out(of_changes),
        false => unmatched.and(of_changes),
    };
    let some_tags = seen.with(|seen| seen.iter().any(|tag| tags.matches(tag)));
    let is_left = some_tags || changes.rename_runs() || !scales.is_empty();
    unmatched.report(is_left && !unmatched.is_all(), reporter)?;
    output.conclude(copies, reporter)
}

impl Changes {
    /// Whether some names change in any case.
    fn add_prefix(&self) -> bool {
        self.prefix_run.is_some() || self.prefix_tag.is_some()
    }

    fn rename_runs(&self) -> bool {
        self.prefix_run.is_some() || !self.sub_run.is_empty() || !self.move_run.is_empty()
    }
}
