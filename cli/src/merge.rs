//! `tfevents merge`: pieces of runs put together.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use tfevents::edit::{Editor, Interleaved, MergeItem, Rules};

use crate::destination::Destination;
use crate::output::NewFile;
use crate::reporter::{Reporter, UsageError};
use crate::rewrite::{self, Written};
use crate::source::{self, Source};
use crate::{select, text};

/// Put the files of each run into one, and several logdirs into one
///
/// Events come in order of their times, those of each file in the order they have there, so that a restart
/// follows what it continues. Runs are known by their names in their logdirs.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: source::Paths,

    #[command(flatten)]
    output: rewrite::Output,

    /// What to do with runs of the same name in several PATHs
    #[arg(long, value_enum, default_value_t = OnConflict::Error)]
    on_conflict: OnConflict,

    /// Of values at the same step of a tag, keep only the last
    #[arg(long)]
    dedup: bool,

    /// Add N to the steps of a PATH: the first one's, and if repeated the second one's, and so on
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    step_offset: Vec<i64>,

    #[command(flatten)]
    filters: select::RunFilters,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents merge runs -o compact
  tfevents merge part1 part2 --on-conflict keep -o whole
  tfevents merge part1 part2 --on-conflict keep --step-offset 0 \\
    --step-offset 5000 -o whole
  tfevents merge server1/runs server2/runs --on-conflict suffix -o all

Each run becomes DIR/RUN/NAME, with the name of its first file.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something was damaged and is
not in the copy.";

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum OnConflict {
    /// Fail
    Error,
    /// Put them together: they are pieces of one run
    Keep,
    /// Keep them apart: the second is NAME-2, or just 2
    Suffix,
}

/// A run that comes out, and the files that go into it, each with what is added to its steps.
#[derive(Default)]
struct Merged {
    files: Vec<PathBuf>,
    offsets: Vec<i64>,
    /// The number of the PATH that it is from.
    path: usize,
}

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    if args.step_offset.len() > args.paths.paths.len() {
        return Err(UsageError("there are more --step-offset than PATHs".to_owned()).into());
    }
    let wanted = args.filters.compile()?;
    let sources = args.paths.open(&wanted, reporter)?;
    let runs = plan(args, &sources.runs)?;
    let destination = match &args.output.output {
        Some(path) if runs.len() == 1 => Some(Destination::one_file(path, &sources)?),
        Some(path) => Some(Destination::dir(path)?),
        None => None,
    };
    let mut rules = Rules::default();
    if args.dedup {
        rules = rules.dedup();
    }
    reporter.begin_progress(sources.bytes(), false);
    let mut written = Vec::new();
    for (name, run) in &runs {
        written.push(merge(
            name,
            run,
            &rules,
            destination.as_ref(),
            args,
            reporter,
        )?);
    }
    reporter.end_progress();
    args.output.report(&written)
}

/// Which files go into which run.
fn plan(args: &Args, sources: &[Source]) -> Result<BTreeMap<String, Merged>> {
    let mut runs = BTreeMap::<String, Merged>::new();
    for source in sources {
        let mut name = source.run.name().to_owned();
        let taken = |name: &str| runs.get(name).is_some_and(|run| run.path != source.path);
        if taken(&name) {
            match args.on_conflict {
                OnConflict::Keep => {}
                OnConflict::Suffix => {
                    // The logdir itself has no name of its own.
                    let stem = if name == "." {
                        String::new()
                    } else {
                        format!("{name}-")
                    };
                    let mut numbered = (2..).map(|n| format!("{stem}{n}"));
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
        let run = runs.entry(name).or_insert_with(|| Merged {
            path: source.path,
            ..Merged::default()
        });
        let offset = args.step_offset.get(source.path).copied().unwrap_or(0);
        for file in source.run.files() {
            run.files.push(file.clone());
            run.offsets.push(offset);
        }
    }
    Ok(runs)
}

/// Writes one run.
fn merge(
    name: &str,
    run: &Merged,
    rules: &Rules,
    destination: Option<&Destination>,
    args: &Args,
    reporter: &Reporter,
) -> Result<Written> {
    let first = run.files.first().map_or(Path::new(""), PathBuf::as_path);
    let output = destination.map(|destination| destination.path(name, first));
    let mut target = match &output {
        Some(output) if !args.output.dry_run => Some(NewFile::create(output)?),
        _ => None,
    };
    let mut editor = Editor::new(rules.clone());
    if rules.need_survey() {
        let mut events = Interleaved::new(&run.files);
        while let Some(item) = events.next_item() {
            if let MergeItem::Event { file, record } = item {
                editor.step_offset(run.offsets.get(file).copied().unwrap_or(0));
                editor.survey(&record)?;
            }
        }
        editor.begin();
    }
    let mut events = Interleaved::new(&run.files);
    let (mut frame, mut bytes) = (Vec::new(), 0);
    while let Some(item) = events.next_item() {
        match item {
            MergeItem::Event { file, record } => {
                frame.clear();
                editor.step_offset(run.offsets.get(file).copied().unwrap_or(0));
                editor.event(&record, &mut frame)?;
                bytes += frame.len() as u64;
                if let Some(target) = &mut target {
                    target.write_all(&frame)?;
                }
            }
            MergeItem::FileEnd { path, health } => {
                reporter.begin_file(source::file_size(&path));
                match health {
                    Ok(health) => reporter.file_health(&path, &health),
                    Err(e) => reporter.warn(e),
                }
            }
            _ => {}
        }
    }
    if let Some(target) = target {
        target.finish()?;
    }
    let tally = editor.tally();
    rewrite::warn_of_broken(tally.broken, first, reporter);
    Ok(Written {
        run: name.to_owned(),
        paths: run.files.clone(),
        output,
        read: tally.read,
        kept: tally.kept,
        bytes,
    })
}
