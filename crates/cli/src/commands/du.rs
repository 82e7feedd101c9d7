//! `tfevents du`: what the bytes of a logdir are spent on.

use std::collections::BTreeSet;
use std::io::Write as _;

use anyhow::Result;
use tfevents::reader::Beside;

use crate::args::complete;
use crate::args::filters;
use crate::args::paths::{Checks, Paths};
use crate::args::sorting::Sort;
use crate::input::beside::Pile;
use crate::input::read;
use crate::output;
use crate::ui::reporter::Reporter;
use crate::ui::style::{self, Styles};
use crate::ui::unmatched::Unmatched;
use tfevents_analysis::pattern::WantedTags;
use tfevents_analysis::usage::{Group, Key, Report, Usage};

mod json;
mod text;

/// Show what takes up space: plugins, runs, tags, overhead, and the largest records
///
/// Every byte of the event files is counted once, so the sizes add up to those of the files. With filters for tags or
/// kinds, only matching values and their overhead are counted. Other files, such as checkpoints, configurations and
/// profiles, are listed by directory.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    /// Group sizes by only one of these [default: all three, or plugin with --json]
    #[arg(long, value_enum)]
    by: Option<By>,

    /// Show only the first N groups and the N largest records, and say how many more groups there are; --verbose
    /// shows all groups
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
    limit: usize,

    /// Sort groups by COLUMN in ascending order, or in descending order with a minus before it: name, size or
    /// points
    #[arg(
        long,
        value_name = "[-]COLUMN",
        default_value = "-size",
        allow_hyphen_values = true
    )]
    #[arg(value_parser = Sort::<Order>::parse, add = complete::order::<Order>())]
    sort: Sort<Order>,

    /// Print JSON with all groups and the N largest records (described in docs/json.md)
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    checks: Checks,

    #[command(flatten)]
    filters: filters::Filters,

    #[command(flatten)]
    kinds: filters::Kinds,
}

/// What bytes are added up by.
#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum By {
    /// Kinds of data, such as scalars or images
    Plugin,
    /// Runs
    Run,
    /// Tags, across all runs
    Tag,
}

/// What groups are ordered by.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Order {
    Name,
    Size,
    Points,
}

impl Args {
    /// Groups that are equal in what is asked for stand as they were found: the largest first.
    fn sort(&self, groups: &mut [(Key, Group)]) {
        match self.sort.column {
            Order::Name => self.sort.by(groups, |(key, _)| key.clone()),
            Order::Size => self.sort.by(groups, |(_, group)| group.parts.total()),
            Order::Points => self.sort.by(groups, |(_, group)| group.points),
        }
    }
}

impl By {
    fn groups(self, report: &Report) -> &[(Key, Group)] {
        match self {
            Self::Plugin => &report.by_plugin,
            Self::Run => &report.by_run,
            Self::Tag => &report.by_tag,
        }
    }
}

const AFTER_HELP: &str = "\
Examples:
  tfevents du runs
  tfevents du runs --by tag --no-verify
  tfevents du runs --by run --limit 0 --json | jq '.groups[] | [.run, .bytes]'

`data` is the values and their tags. `metadata` says what a tag holds.
`overhead` is the framing of records (16 bytes each) and the rest of each event:
time, step and lengths. Values that share a record share its overhead.

Other files are listed with the run whose directory they are in or below.
Together with the event files as stored on disk, they add up to the size of the
logdir.

Compressed files are counted at their uncompressed size. Sizes in `inspect` mean
the same.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 damage was found, or nothing
matched.";

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.filters.compile()?;
    let sources = args.paths.open(&wanted.runs, reporter)?;
    let (mut tags, mut met) = (WantedTags::new(&wanted.tags), BTreeSet::new());
    let mut is_left = false;
    reporter.begin_progress(sources.bytes(), false);
    let mut usage = Usage::new(args.limit);
    if !(tags.all() && args.kinds.all()) {
        usage = usage.only(|tag, kind| {
            met.insert(kind);
            let is_wanted = tags.wants(tag) && args.kinds.has(kind);
            is_left |= is_wanted;
            is_wanted
        });
    }
    for source in &sources.runs {
        usage.begin_run(&source.name);
        for path in source.run.files() {
            let mut file = usage.file(path);
            let Ok(reading) = args.checks.visit(&source.run, path, &mut file);
            file.finish(&reading);
            read::report(&reading, path, reporter);
        }
    }
    reporter.end_progress();
    let mut report = usage.finish();
    for groups in [
        &mut report.by_plugin,
        &mut report.by_run,
        &mut report.by_tag,
    ] {
        args.sort(groups);
    }
    let unmatched = Unmatched::of_tags(&tags).and(args.kinds.unmatched(&met));
    unmatched.report(is_left, reporter)?;
    let mut beside = sources.all_beside();
    beside.extend(Beside::of_files(&report.foreign).iter().map(Pile::from));
    beside.sort_by(|a, b| (&a.dir, a.sort).cmp(&(&b.dir, b.sort)));
    let mut out = output::styled_stdout();
    if args.json {
        let by = args.by.unwrap_or(By::Plugin);
        let groups = by.groups(&report);
        json::print(&mut out, &report, groups, &beside, &sources.problems)?;
    } else {
        text::print(
            &mut out,
            &report,
            args.by,
            &beside,
            args.limit,
            style::width(),
            Styles::for_stdout(),
        )?;
    }
    out.flush()?;
    Ok(())
}
