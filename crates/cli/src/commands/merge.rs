//! `tfevents merge`: pieces of runs put together.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use tfevents::edit::Rules;

use crate::args::filters;
use crate::input::paths::Paths;
use crate::input::sources::Sources;
use crate::output::copies;
use crate::output::merged::{self, Merged, Method, Order};
use crate::output::names;
use crate::ui::reporter::Reporter;
use crate::ui::usage::UsageError;
use tfevents_analysis::text;

/// Put the files of each run into one, and several logdirs into one
///
/// Events come in order of their times, those of each file in the order they have there, so that a restart
/// follows what it continues. Runs are known by their names in their logdirs.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    #[command(flatten)]
    output: copies::Output,

    /// What to do with runs of the same name in several PATHs
    #[arg(long, value_enum, default_value_t = OnConflict::Error)]
    on_conflict: OnConflict,

    /// Put all runs together into one of this name, `.` for DIR itself
    #[arg(long, value_name = "RUN", conflicts_with = "on_conflict")]
    into: Option<String>,

    /// In which order events come
    #[arg(long, value_enum, default_value_t = Order::Time)]
    order: Order,

    /// Of values at the same step of a tag, keep only the last
    #[arg(long)]
    dedup: bool,

    /// Where the steps of a tag go back, as after a restart, leave out its earlier values from that step on
    #[arg(long)]
    drop_rewound: bool,

    /// Add N to the steps of a PATH: the first one's, and if repeated the second one's, and so on
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    step_offset: Vec<i64>,

    #[command(flatten)]
    filters: filters::RunFilters,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents merge part1 part2 --on-conflict keep -o whole
  tfevents merge runs --run 'PPO_*' --into PPO --drop-rewound -o whole
  tfevents merge part1 part2 --on-conflict keep --step-offset 0 \\
    --step-offset 5000 -o whole
  tfevents merge server1/runs server2/runs --on-conflict suffix -o all

Each run becomes DIR/RUN/NAME, with the name of its first file.

If the clock was behind where a later piece was written, the order of time puts
that piece first, and TensorBoard hides it. merge warns of this; --order given
keeps the files in order.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something is not in the copy or
is hidden: what was damaged, files beside the events, a piece as above.";

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum OnConflict {
    /// Fail
    Error,
    /// Put them together: they are pieces of one run
    Keep,
    /// Keep them apart: the second is NAME-2, or just 2
    Suffix,
}

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    if args.step_offset.len() > args.paths.paths.len() {
        return Err(UsageError("there are more --step-offset than PATHs".to_owned()).into());
    }
    let wanted = args.filters.compile()?;
    let sources = args.paths.open_once(&wanted, reporter)?;
    let runs = match &args.into {
        Some(name) => BTreeMap::from([(name.clone(), together(&sources, &args.step_offset))]),
        None => plan(&sources, args.on_conflict, &args.step_offset)?,
    };
    let mut rules = Rules::default();
    if args.dedup {
        rules = rules.dedup();
    }
    if args.drop_rewound {
        rules = rules.drop_rewound();
    }
    let method = Method {
        rules,
        order: args.order,
        limits: args.paths.limits,
    };
    merged::write_all(&sources, &runs, &method, &args.output, reporter)
}

/// Which files go into which run.
fn plan(
    sources: &Sources,
    on_conflict: OnConflict,
    offsets: &[i64],
) -> Result<BTreeMap<String, Merged>> {
    let mut runs = BTreeMap::<String, Merged>::new();
    // The PATH that each is from.
    let mut paths = BTreeMap::new();
    for source in &sources.runs {
        let mut name = source.run.name().to_owned();
        let taken = |name: &str| paths.get(name).is_some_and(|&path| path != source.path);
        if taken(&name) {
            match on_conflict {
                OnConflict::Keep => {}
                OnConflict::Suffix => {
                    let mut numbered = (2..).map(|n| names::numbered(&name, n));
                    name = numbered
                        .find(|name| !runs.contains_key(name))
                        .unwrap_or(name);
                }
                OnConflict::Error => bail!(
                    "several paths have a run `{}`: --on-conflict keep puts them together, suffix keeps \
                     them apart",
                    text::printable(&name)
                ),
            }
        }
        paths.entry(name.clone()).or_insert(source.path);
        runs.entry(name).or_default().add(source, offsets);
    }
    Ok(runs)
}

/// All files as one run.
fn together(sources: &Sources, offsets: &[i64]) -> Merged {
    let mut runs: Vec<_> = sources.runs.iter().collect();
    // So that `run-2` comes before `run-10`.
    runs.sort_by(|a, b| {
        let names = || text::natural_order(a.run.name(), b.run.name());
        a.path.cmp(&b.path).then_with(names)
    });
    let mut merged = Merged::default();
    for source in runs {
        merged.add(source, offsets);
    }
    merged
}
