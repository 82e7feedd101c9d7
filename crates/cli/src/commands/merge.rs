//! `tfevents merge`: pieces of runs put together.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use tfevents::edit::Rules;

use crate::args::copying::Copying;
use crate::args::filters::RunFilters;
use crate::input::sources::Sources;
use crate::output::merged::{self, Merged, Method, Order};
use crate::output::names;
use crate::ui::reporter::Reporter;
use crate::ui::usage::UsageError;
use tfevents_analysis::text;

/// Combine the files of each run into one, and several logdirs into one
///
/// Events are ordered by time. Those of one file keep their order, so a restart follows what it continues.
/// Runs are matched by their names in their logdirs.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// What to do if several PATHs have a run of the same name
    #[arg(long, value_enum, value_name = "ACTION", default_value_t = OnConflict::Error)]
    on_conflict: OnConflict,

    /// Combine all runs into one of this name; `.` is DIR itself
    #[arg(long, value_name = "RUN", conflicts_with = "on_conflict")]
    into: Option<String>,

    /// How to order events
    #[arg(long, value_enum, default_value_t = Order::Time)]
    order: Order,

    /// Where a tag repeats a step, keep only the last value
    #[arg(long)]
    dedup: bool,

    /// Where the steps of a tag go back, as after a restart, leave out its earlier values from that step on
    #[arg(long)]
    drop_rewound: bool,

    /// Add N to the steps of a PATH: the first --step-offset is for the first PATH, and so on
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    step_offset: Vec<i64>,

    #[command(flatten)]
    copying: Copying<RunFilters>,
}

const AFTER_HELP: &str = r"Examples:
  tfevents merge part1 part2 --on-conflict keep -o whole
  tfevents merge runs --run 'PPO_*' --into PPO --drop-rewound -o whole
  tfevents merge part1 part2 --on-conflict keep --step-offset 0 \
    --step-offset 5000 -o whole
  tfevents merge server1/runs server2/runs --on-conflict suffix -o all

Each run becomes DIR/RUN/NAME, named after its first file.

If the clock was wrong where a later part was written, ordering by time puts
that part first, and TensorBoard hides some of its points. `merge` warns about
this; --order given keeps the files in the given order.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something was not copied or is
hidden: damaged records, other files that TensorBoard shows, hyperparameters
that are in other runs, or points as above; or nothing matched.";

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum OnConflict {
    /// Fail
    Error,
    /// Combine them: they are parts of one run
    Keep,
    /// Keep them apart: the second becomes NAME-2, or just 2
    Suffix,
}

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let Copying { paths, output, .. } = &args.copying;
    if args.step_offset.len() > paths.paths.len() {
        return Err(UsageError("more --step-offset options than PATHs".to_owned()).into());
    }
    let sources = args.copying.open(reporter)?;
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
        limits: paths.limits,
    };
    merged::write_all(&sources, &runs, &method, output, reporter)
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
                    "several paths have a run `{}`; use --on-conflict keep to combine them, or suffix to keep them \
                     apart",
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
