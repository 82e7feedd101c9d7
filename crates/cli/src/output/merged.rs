//! Runs that are put together from many files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use tfevents::edit::{Editor, Interleaved, MergeItem, Reversals, Rules};
use tfevents::reader::EventFile;
use tfevents::record::RecordReader;

use super::asked::Inputs;
use super::belongings::Belongings;
use super::copy::FileCopy;
use super::destination::Targets;
use super::written::{Copies, Written};
use crate::args::copying::Output;
use crate::args::paths::Limits;
use crate::input::met::Met;
use crate::input::sources::{Source, Sources, file_size};
use crate::ui::reporter::Reporter;
use tfevents_analysis::number;
use tfevents_analysis::text;

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
pub(crate) enum Order {
    /// By time. Where different runs begin with START marks, only the first mark is kept, because TensorBoard
    /// hides what comes before any other
    Time,
    /// File by file, each unchanged: those of the first PATH, then of the second, in order of runs
    Given,
}

/// A run that comes out, and the files that go into it, each with what is added to its steps.
#[derive(Default)]
pub(crate) struct Merged {
    files: Vec<PathBuf>,
    offsets: Vec<i64>,
    /// The files by whatever names: a link such as `latest` brings no values of its own.
    met: Met,
    /// The runs that they are of.
    runs: Vec<String>,
    /// Runs with files that are there already, and how many of them.
    links: Vec<(String, usize)>,
}

/// How a run is put together.
pub(crate) struct Method {
    pub(crate) rules: Rules,
    pub(crate) order: Order,
    pub(crate) limits: Limits,
}

impl Method {
    /// How many bytes are read of the files.
    fn bytes(&self, sources: &Sources) -> u64 {
        let files = sources.files();
        let sizes = files.iter().map(|path| file_size(path));
        let bytes = sizes.map(|size| match self.order {
            // Where each begins is found out beforehand.
            Order::Time => size + size.min(RecordReader::<EventFile>::CAPACITY as u64),
            Order::Given => size,
        });
        let readings = if self.rules.need_survey() { 2 } else { 1 };
        readings * bytes.sum::<u64>()
    }
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
    /// Adds the files of a run. To the steps of the files of a path is added what `offsets` has for it.
    pub(crate) fn add(&mut self, source: &Source, offsets: &[i64]) {
        let offset = offsets.get(source.path).copied().unwrap_or(0);
        let mut links = 0;
        self.runs.push(source.name.clone());
        for file in source.run.files() {
            if self.met.is_new(file) {
                self.files.push(file.clone());
                self.offsets.push(offset);
            } else {
                links += 1;
            }
        }
        if links > 0 {
            self.links.push((source.name.clone(), links));
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
pub(crate) fn write_all(
    sources: &Sources,
    runs: &BTreeMap<String, Merged>,
    method: &Method,
    output: &Output,
    reporter: &Reporter,
) -> Result<()> {
    let destination = output.destination(&Inputs::of(sources))?;
    let mut targets = Targets::default();
    for (name, run) in runs {
        match sources.runs.iter().any(|source| source.name == *name) {
            true => targets.add(name, name, run.files.first()),
            false => targets.add_new(name, run.files.first()),
        }
    }
    targets.check_for(destination.as_ref(), reporter)?;
    reporter.begin_progress(method.bytes(sources), false);
    let mut written = Vec::new();
    for (name, run) in runs {
        let first = run.files.first().map_or(Path::new(""), PathBuf::as_path);
        let copy = FileCopy::begin(name, first, destination.as_ref(), output.dry_run)?;
        written.push(write(name, run, copy, method, reporter)?);
    }
    reporter.end_progress();
    let names = runs
        .iter()
        .flat_map(|(name, run)| run.runs.iter().map(move |of| (&**of, &**name)));
    let names: BTreeMap<&str, &str> = names.collect();
    let name_of = |source: &Source| names.get(&*source.name).copied();
    let belongings = Belongings::of(sources, name_of, destination.as_ref());
    let copies = Copies {
        destination,
        written,
        belongings,
        ..Copies::default()
    };
    output.conclude(copies, reporter)
}

/// Writes one run.
fn write(
    name: &str,
    run: &Merged,
    mut copy: FileCopy,
    method: &Method,
    reporter: &Reporter,
) -> Result<Written> {
    for (link, files) in &run.links {
        reporter.note(format_args!(
            "{}: left out {}, already merged under another name",
            text::printable(link),
            number::counted(*files as u64, "file")
        ));
    }
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
            MergeItem::FileEnd { path, health } => match health {
                Ok(health) => reporter.file_health(&path, &health),
                Err(e) => reporter.warn(e),
            },
            _ => {}
        }
    }
    run.warn_of(&reversals, name, reporter);
    copy.finish(true, reporter)
}
