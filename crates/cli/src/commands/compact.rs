//! `tfevents compact`: runs of many files as runs of one.

use anyhow::Result;
use tfevents::edit::Rules;

use crate::args::filters;
use crate::input::paths::Paths;
use crate::output::copies;
use crate::output::destination::Targets;
use crate::output::merged::{self, Merged, Method, Order};
use crate::ui::reporter::Reporter;

/// Combine each run's event files into one smaller file
///
/// Every value stays, in order of time, except that of a run's chart layouts only the last is kept, the one that
/// TensorBoard shows. What values say of their series again and again, name, description and kind, is said by the
/// first one alone.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    #[command(flatten)]
    output: copies::Output,

    #[command(flatten)]
    filters: filters::RunFilters,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents compact runs -o small
  tfevents compact runs --run 'old/*' --dry-run

`merge` leaves all values as they are, and puts several runs together, too;
`filter` makes logdirs smaller by leaving out values.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something is not in the copy:
what was damaged, or files beside the events that TensorBoard shows.";

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.filters.compile()?;
    let sources = args.paths.open_once(&wanted, reporter)?;
    // No two of one name are left below.
    Targets::of(&sources).check(None)?;
    let runs = sources.runs.iter();
    let runs = runs.map(|source| (source.name.clone(), Merged::from(source)));
    let method = Method {
        rules: Rules::default().drop_repeated_metadata().last_layout(),
        order: Order::Time,
        limits: args.paths.limits,
    };
    merged::write_all(&sources, &runs.collect(), &method, &args.output, reporter)
}
