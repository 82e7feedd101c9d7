//! `tfevents split`: one run made into several.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, bail};

use crate::args::copying::{self, Copying};
use crate::args::filters::Filters;
use crate::input::sources::Source;
use crate::output::asked::Inputs;
use crate::output::belongings::Belongings;
use crate::output::copies;
use crate::output::destination::Destination;
use crate::output::written::Copies;
use crate::ui::reporter::Reporter;
use crate::ui::usage::UsageError;
use tfevents_analysis::number;
use tfevents_analysis::text;

mod pieces;
mod prefixes;

/// Split each run into several, so that their curves no longer share a line
///
/// Records are copied byte for byte, and later parts that state no hyperparameters repeat those of the run. Apart from these, `merge --into
/// RUN --order given` restores what was split by restart or file, byte for byte.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP, mut_arg("output", copying::dir_only))]
#[command(mut_arg("tag", |tag| tag.help(TAG)), mut_arg("exclude_tag", |tag| tag.help(EXCLUDE_TAG)))]
pub(crate) struct Args {
    /// What becomes a separate run
    #[arg(long, value_enum)]
    by: By,

    /// Split a run into this many parts at most
    #[arg(long, value_name = "N", default_value_t = 50)]
    max_parts: usize,

    #[command(flatten)]
    copying: Copying<Filters>,
}

const TAG: &str =
    "With --by prefix, only tags whose name matches get a separate run. Can be repeated";
const EXCLUDE_TAG: &str =
    "With --by prefix, tags whose name matches stay where they are. Can be repeated";

const AFTER_HELP: &str = "\
Examples:
  tfevents split runs --by restart -o apart
  tfevents split runs --by file -o apart
  tfevents split runs --by prefix --tag 'train/*' --tag 'val/*' -o apart

A restart is where the next file of a run begins, where its writer says so, and
where most of its tags go back to earlier steps.

By restart and by file, the second part of RUN becomes RUN-2, or 2 if RUN is the
logdir itself. By prefix, the tag train/loss of RUN becomes the tag loss of
RUN/train; tags without a prefix stay in RUN. Chart layouts and hyperparameters
keep the tag names they mention.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something was not copied:
damaged records, other files that TensorBoard shows, or hyperparameters that are
in other runs; or nothing matched.";

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum By {
    /// What follows a restart
    Restart,
    /// Each file
    File,
    /// Tags that share the part before their first slash
    Prefix,
}

/// Where pieces go.
#[derive(Clone, Copy)]
struct Output<'a> {
    destination: Option<&'a Destination>,
    dry_run: bool,
    max_parts: usize,
}

impl Output<'_> {
    /// Fails where a run would become so many that they are hardly meant.
    fn check_number(self, source: &Source, pieces: usize) -> Result<()> {
        if pieces > self.max_parts && !self.dry_run {
            bail!(
                "`{}` would become {} runs; use --max-parts {pieces} to make them all, or --dry-run to see them",
                text::printable(&source.name),
                number::count(pieces as u64)
            );
        }
        Ok(())
    }
}

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let Copying {
        paths,
        output: copies_to,
        filters,
    } = &args.copying;
    let wanted = filters.compile()?;
    let tags = Arc::new(wanted.tags);
    if args.by != By::Prefix && !tags.is_empty() {
        let problem = "--tag and --exclude-tag need --by prefix";
        return Err(UsageError(problem.to_owned()).into());
    }
    let sources = copies::open(paths, &wanted.runs, copies_to.output.as_deref(), reporter)?;
    let destination = copies_to.destination(&Inputs::of(&sources).of_many())?;
    let output = Output {
        destination: destination.as_ref(),
        dry_run: copies_to.dry_run,
        max_parts: args.max_parts,
    };
    // Each file is read before it is copied, to find out what there is.
    let readings = match args.by {
        By::Prefix => 2,
        By::Restart => 3,
        By::File => 1,
    };
    reporter.begin_progress(readings * sources.bytes(), false);
    let written = match args.by {
        By::Prefix => prefixes::split(&sources, &tags, output, reporter)?,
        By::Restart => pieces::split(&sources, true, output, reporter)?,
        By::File => pieces::split(&sources, false, output, reporter)?,
    };
    reporter.end_progress();
    let mut parts = BTreeMap::<&Path, BTreeSet<&str>>::new();
    for part in &written {
        for path in &part.paths {
            parts.entry(path).or_default().insert(&part.run);
        }
    }
    let names_of = |source: &Source| {
        let files = source.run.files().iter();
        let parts = files.filter_map(|path| parts.get(&**path)).flatten();
        // The first part of each run has its name, or is in a directory of that name.
        let names = std::iter::once(&*source.name).chain(parts.copied());
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    let belongings = Belongings::of(&sources, names_of, destination.as_ref());
    let copies = Copies {
        destination,
        written,
        belongings,
        ..Copies::default()
    };
    copies_to.conclude(copies, reporter)
}
