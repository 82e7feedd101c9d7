//! `tfevents split`: one run made into several.

use std::sync::Arc;

use anyhow::Result;

use crate::left_behind;
use crate::reporter::{Reporter, UsageError};
use crate::rewrite::{self, Copies};
use crate::select::{self, Patterns};
use crate::source;

mod pieces;
mod prefixes;

/// Make several runs out of each, so that their curves no longer share a line
///
/// Records are copied byte for byte. `merge --into RUN --order given` puts the pieces of restarts and files
/// together again, to the last byte.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP, mut_arg("output", rewrite::dir_only))]
pub(crate) struct Args {
    #[command(flatten)]
    paths: source::Paths,

    /// What becomes a run of its own
    #[arg(long, value_enum)]
    by: By,

    #[command(flatten)]
    output: rewrite::Output,

    /// With --by prefix: only tags of this name get a run of their own. Can be repeated
    #[arg(long, value_name = "PATTERN", help_heading = "Filters")]
    tag: Vec<String>,

    #[command(flatten)]
    filters: select::RunFilters,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents split runs --by restart -o apart
  tfevents split runs --by file -o apart
  tfevents split runs --by prefix --tag 'train/*' --tag 'val/*' -o apart

By restart and by file, the second piece of RUN is RUN-2, or 2 where RUN is the
logdir itself. By prefix, the tag train/loss of RUN becomes the tag loss of
RUN/train; tags without a prefix stay in RUN. Chart layouts and hyperparameters
keep the names of tags that they mention.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something was damaged and is
not in the copy.";

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum By {
    /// What follows a session's START, or a step of a tag that goes back
    Restart,
    /// What is in one file
    File,
    /// Tags with the same part before their first slash
    Prefix,
}

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.filters.compile()?;
    let tags = Arc::new(Patterns::new("tag", &args.tag, args.filters.regex())?);
    if args.by != By::Prefix && !tags.is_empty() {
        return Err(UsageError("--tag is for --by prefix".to_owned()).into());
    }
    let sources = args.paths.open_once(&wanted, reporter)?;
    let destination = args.output.dir()?;
    // Each file is read twice, first to find out what there is.
    reporter.begin_progress(2 * sources.bytes(), false);
    let output = (destination.as_ref(), args.output.dry_run);
    let written = match args.by {
        By::Prefix => prefixes::split(&sources, &tags, output, reporter)?,
        By::Restart => pieces::split(&sources, true, output, reporter)?,
        By::File => pieces::split(&sources, false, output, reporter)?,
    };
    reporter.end_progress();
    let copies = Copies {
        destination,
        written,
        left_behind: left_behind::of(&sources),
    };
    args.output.conclude(copies, reporter)
}
