//! `tfevents merge`: pieces of runs put together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use tfevents::edit::{Editor, Interleaved, MergeItem, Reversals, Rules};

use crate::args::filters;
use crate::input::source::{self, Limits, Source, Sources};
use crate::output::copies::{self, Copies, FileCopy, Written};
use crate::output::destination::{Destination, Targets};
use crate::output::left_behind;
use crate::ui::reporter::{Reporter, UsageError};
use tfevents_analysis::number;
use tfevents_analysis::text;

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

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
pub(crate) enum Order {
    /// By their times; of the START marks with which different runs begin, only the first stays, because
    /// TensorBoard hides what is before any other
    Time,
    /// File by file, each as it is: those of the first PATH, then of the second, each in order of runs
    Given,
}

/// A run that comes out, and the files that go into it, each with what is added to its steps.
#[derive(Default)]
pub(crate) struct Merged {
    files: Vec<PathBuf>,
    offsets: Vec<i64>,
    /// The number of the PATH that it is from.
    path: usize,
}

/// How a run is put together.
pub(crate) struct Method {
    pub(crate) rules: Rules,
    pub(crate) order: Order,
    pub(crate) limits: Limits,
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
    merge_all(&sources, &runs, &method, &args.output, reporter)
}

/// Which files go into which run.
fn plan(
    sources: &Sources,
    on_conflict: OnConflict,
    offsets: &[i64],
) -> Result<BTreeMap<String, Merged>> {
    let mut runs = BTreeMap::<String, Merged>::new();
    for source in &sources.runs {
        let mut name = source.run.name().to_owned();
        let taken = |name: &str| runs.get(name).is_some_and(|run| run.path != source.path);
        if taken(&name) {
            match on_conflict {
                OnConflict::Keep => {}
                OnConflict::Suffix => {
                    let mut numbered = (2..).map(|n| copies::numbered(&name, n));
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
        run.add(source, offsets);
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

impl From<&Source> for Merged {
    /// The files of one run.
    fn from(source: &Source) -> Self {
        let mut merged = Self::default();
        merged.add(source, &[]);
        merged
    }
}

impl Merged {
    fn add(&mut self, source: &Source, offsets: &[i64]) {
        let offset = offsets.get(source.path).copied().unwrap_or(0);
        for file in source.run.files() {
            self.files.push(file.clone());
            self.offsets.push(offset);
        }
    }

    fn events(&self, method: &Method) -> Result<Interleaved> {
        let events = match method.order {
            Order::Time => Interleaved::new(&self.files)?,
            Order::Given => Interleaved::one_by_one(&self.files),
        };
        Ok(events.max_record(method.limits.max_record))
    }

    /// What is added to the steps of a file.
    fn offset(&self, file: usize) -> i64 {
        self.offsets.get(file).copied().unwrap_or(0)
    }

    /// Warns where the order of time puts a file before one that it continues.
    fn warn_of(&self, reversals: &Reversals, name: &str, reporter: &Reporter) {
        let path = |file: usize| {
            self.files
                .get(file)
                .map_or_else(String::new, |p| text::path(p))
        };
        if let Some((earlier, later)) = reversals.first() {
            reporter.warn(format_args!(
                "{}: steps of {} go back where `{}` follows `{}`, so TensorBoard will hide points of the latter. If \
                 the clock was wrong there, `merge --order given` keeps the files in the order given",
                text::printable(name),
                number::counted(reversals.tags(), "tag"),
                path(earlier),
                path(later),
            ));
        }
    }
}

/// Writes all runs, and says so.
pub(crate) fn merge_all(
    sources: &Sources,
    runs: &BTreeMap<String, Merged>,
    method: &Method,
    output: &copies::Output,
    reporter: &Reporter,
) -> Result<()> {
    let destination = if runs.len() == 1 {
        output.file(sources)?
    } else {
        output.dir()?
    };
    let mut targets = Targets::default();
    for (name, run) in runs {
        targets.add(name, name, run.files.first());
    }
    targets.check(destination.as_ref().and_then(Destination::as_dir))?;
    reporter.begin_progress(sources.bytes(), false);
    let mut written = Vec::new();
    for (name, run) in runs {
        let first = run.files.first().map_or(Path::new(""), PathBuf::as_path);
        let copy = FileCopy::begin(name, first, destination.as_ref(), output.dry_run)?;
        written.push(merge(name, run, copy, method, reporter)?);
    }
    reporter.end_progress();
    let copies = Copies {
        destination,
        written,
        left_behind: left_behind::of(sources),
    };
    output.conclude(copies, reporter)
}

/// Writes one run.
fn merge(
    name: &str,
    run: &Merged,
    mut copy: FileCopy,
    method: &Method,
    reporter: &Reporter,
) -> Result<Written> {
    copy.add_paths(run.files.iter().skip(1).cloned());
    let mut editor = Editor::new(method.rules.clone());
    if method.rules.need_survey() {
        let mut events = run.events(method)?;
        while let Some(item) = events.next_item()? {
            if let MergeItem::Event { file, record } = item {
                editor.step_offset(run.offset(file));
                editor.survey(&record)?;
            }
        }
        editor.begin();
    }
    let mut reversals = Reversals::default();
    let mut events = run.events(method)?;
    while let Some(item) = events.next_item()? {
        match item {
            MergeItem::Event { file, record } => {
                editor.step_offset(run.offset(file));
                copy.event(&mut editor, &record)?;
                if run.files.len() > 1 && method.order == Order::Time {
                    reversals.event(file, run.offset(file), &record);
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
    run.warn_of(&reversals, name, reporter);
    copy.finish(true, reporter)
}
