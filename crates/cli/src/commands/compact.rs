//! `tfevents compact`: runs of many files as runs of one.

use anyhow::Result;
use tfevents::edit::Rules;

use crate::args::copying::Copying;
use crate::args::filters::RunFilters;
use crate::output::destination::Targets;
use crate::output::merged::{self, Merged, Method, Order};
use crate::ui::reporter::Reporter;

/// Combine each run's event files into one smaller file
///
/// All values are kept, ordered by time, except that only the last of a run's chart layouts is kept, the one that
/// TensorBoard shows. Metadata that values repeat (the name, description and kind of their series) is kept once.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    copying: Copying<RunFilters>,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents compact runs -o small
  tfevents compact runs --run 'old/*' --dry-run

`merge` keeps values exactly as they are, and can combine several runs. `filter`
makes logdirs smaller by leaving out values.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something was not copied:
damaged records, other files that TensorBoard shows, or hyperparameters that are
in other runs; or nothing matched.";

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let Copying { paths, output, .. } = &args.copying;
    let sources = args.copying.open(reporter)?;
    // No two of one name are left below.
    Targets::of(&sources).check(None)?;
    let runs = sources.runs.iter();
    let runs = runs.map(|source| (source.name.clone(), Merged::from(source)));
    let method = Method {
        rules: Rules::default().drop_repeated_metadata().last_layout(),
        order: Order::Time,
        limits: paths.limits,
    };
    merged::write_all(&sources, &runs.collect(), &method, output, reporter)
}
