//! `tfevents export`: values as tables for other programs, and media as files.

use std::collections::{BTreeMap, HashSet};
use std::io::IsTerminal as _;
use std::path::PathBuf;

use anyhow::Result;
use tfevents::event::{EventRef, ValueRef, What};
use tfevents::plugin::{Decoder, RawValue};
use tfevents::{Kind, Number, Point, Value};

use crate::number;
use crate::output::Target;
use crate::reporter::Reporter;
use crate::select::Tags;
use crate::{select, source};

mod csv;
mod jsonl;
mod meant;
mod media;
mod wide;

pub(crate) use jsonl::print as print_value;
use media::Media;

/// Write values as a table, and images and the like as files
///
/// Every point of every file is there, in the order of the files; what a restarted run logged again is
/// there twice.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: source::Paths,

    /// How the table is written
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,

    /// One row a run and step, with a column a tag, instead of one a value. Holds all scalars in memory
    #[arg(long)]
    wide: bool,

    /// Write to FILE, which appears (or is replaced) only when it is complete; `-` is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,

    /// Write images, sounds and graphs into DIR, a new or empty directory: RUN/TAG/STEP_SAMPLE.EXT
    #[arg(long, value_name = "DIR")]
    media: Option<PathBuf>,

    #[command(flatten)]
    filters: select::Filters,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents export runs > scalars.csv
  tfevents export runs --wide --tag '*loss' -o losses.csv
  tfevents export runs --format jsonl --media media -o all.jsonl

csv holds scalars only: run, tag, step, wall_time (seconds since 1970) and value.
Numbers have as few digits as identify them in their own type, a 32-bit float
mostly; others are NaN, inf and -inf, truth values 1 and 0.

jsonl holds all kinds of values, as TensorBoard understands them (shape:
docs/json.md); bytes are in base64, or in the files of --media.

With --wide, a value logged again at the same step replaces the earlier one
(exit status 3), and wall_time is the latest of the row.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 done, but something is missing.";

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum Format {
    /// Comma-separated values with a head
    Csv,
    /// One JSON object a line
    Jsonl,
}

/// A point and where it belongs.
pub(crate) struct Row<'a> {
    pub(crate) run: &'a str,
    pub(crate) event: &'a EventRef<'a>,
    /// How many values of the event stand before it.
    pub(crate) index: usize,
    pub(crate) point: Point<'a>,
}

impl<'a> Row<'a> {
    /// The value as it is stored, unless it is an event of its own.
    pub(crate) fn stored(&self) -> Option<ValueRef<'a>> {
        match &self.event.what {
            What::Summary(summary) => summary.values().nth(self.index)?.ok(),
            _ => None,
        }
    }
}

/// One way to write a table.
trait Table {
    /// Writes a scalar.
    fn scalar(&mut self, row: &Row<'_>, value: Number) -> Result<()>;

    /// Writes a value of another kind, whose bytes may be in files, and says whether there is a place for it.
    fn other(&mut self, row: &Row<'_>, files: &[String]) -> Result<bool>;

    /// Writes what is left.
    fn finish(&mut self, reporter: &Reporter) -> Result<()>;
}

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.filters.compile()?;
    let sources = args.paths.open(&wanted.runs, reporter)?;
    // Before the work, so that what cannot be written is known at once.
    let mut target = Target::open(&args.output, &sources)?;
    let media = args.media.as_deref().map(Media::create).transpose()?;
    reporter.begin_progress(sources.bytes(), target.is_stdout());
    let mut export = Export {
        table: table(args, &mut target)?,
        media,
        tags: Tags::new(&wanted),
        tally: Tally::default(),
    };
    for source in &sources.runs {
        export.run(source, reporter)?;
    }
    reporter.end_progress();
    export.tags.check(reporter)?;
    export.table.finish(reporter)?;
    export.tally.report(!export.tags.all(), reporter);
    drop(export);
    target.finish()
}

fn table<'t>(args: &Args, target: &'t mut Target) -> Result<Box<dyn Table + 't>> {
    Ok(match (args.wide, args.format) {
        (false, Format::Csv) => Box::new(csv::Csv::new(target)?),
        (false, Format::Jsonl) => Box::new(jsonl::Jsonl::new(target)),
        (true, Format::Csv) => Box::new(wide::Wide::new(csv::WideCsv::new(target))),
        (true, Format::Jsonl) => Box::new(wide::Wide::new(jsonl::WideJsonl::new(target))),
    })
}

/// An export under way.
struct Export<'t> {
    table: Box<dyn Table + 't>,
    media: Option<Media>,
    tags: Tags<'t>,
    tally: Tally,
}

impl Export<'_> {
    fn run(&mut self, source: &source::Source, reporter: &Reporter) -> Result<()> {
        let mut decoder = Decoder::default();
        for file in source.run.files() {
            let reading = source::read_file(file, reporter, |record| {
                for (index, point) in decoder.points(&record.event).enumerate() {
                    match point {
                        Ok(point) if self.tags.wants(point.tag) => self.point(&Row {
                            run: &source.name,
                            event: &record.event,
                            index,
                            point,
                        })?,
                        Ok(_) => {}
                        Err(e) => reporter.broken_value(file, record, e),
                    }
                }
                Ok(())
            })?;
            reading.report(file, reporter);
        }
        Ok(())
    }

    fn point(&mut self, row: &Row<'_>) -> Result<()> {
        if let Value::Scalar(value) = row.point.value {
            self.tally.written += 1;
            return self.table.scalar(row, value);
        }
        let files = match &mut self.media {
            Some(media) => media.save(row)?,
            None => Vec::new(),
        };
        if self.table.other(row, &files)? {
            self.tally.written += 1;
        } else if files.is_empty() {
            self.tally.left_out(row);
        }
        Ok(())
    }
}

/// A run and a tag.
type Series = (Box<str>, Box<str>);

/// What had no place in the table.
#[derive(Default)]
struct Tally {
    written: u64,
    /// Tags of other kinds.
    others: BTreeMap<Kind, HashSet<Series>>,
    /// Scalars that are none: how many, and why one of them is not.
    broken: BTreeMap<Series, (u64, String)>,
}

impl Tally {
    fn left_out(&mut self, row: &Row<'_>) {
        let point = &row.point;
        let series = || (Box::from(row.run), Box::from(point.tag));
        match &point.value {
            Value::Raw(RawValue {
                problem: Some(problem),
                ..
            }) if point.kind == Kind::Scalar => {
                let broken = self.broken.entry(series()).or_default();
                *broken = (broken.0 + 1, problem.clone());
            }
            _ => {
                self.others.entry(point.kind).or_default().insert(series());
            }
        }
    }

    /// Says what is missing. Where tags were asked for, or nothing else is there, that is worth more than a
    /// remark to those who look on.
    fn report(&self, asked: bool, reporter: &Reporter) {
        for ((run, tag), (count, problem)) in &self.broken {
            reporter.warn(format_args!(
                "{run}: {tag}: {} cannot be written: {problem}",
                number::counted(*count, "value")
            ));
        }
        if self.others.is_empty() {
            return;
        }
        let kinds: Vec<_> = self
            .others
            .iter()
            .map(|(kind, series)| format!("{} {kind}", number::count(series.len() as u64)))
            .collect();
        let message = format!(
            "left out what is not scalar ({} series); --format jsonl has all kinds",
            kinds.join(", ")
        );
        if self.written == 0 {
            reporter.warn(message);
        } else if asked || std::io::stderr().is_terminal() {
            reporter.note(message);
        }
    }
}
