//! `tfevents cat`: every event, one value per line.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Result, bail};
use tfevents::event::{DataRef, MetadataRef, What};
use tfevents::plugin::{META_GRAPH_TAG, PointDecoder, RUN_GRAPH_TAG};
use tfevents::reader::EventRecord;
use tfevents::{Kind, Point};

use crate::args::filters;
use crate::args::paths::Paths;
use crate::input::read;
use crate::output::{self, Out};
use crate::ui::reporter::Reporter;
use crate::ui::style::Styles;
use crate::ui::unmatched::Unmatched;
use tfevents_analysis::pattern::{Patterns, WantedTags};

mod jsonl;
mod text;

/// Print every event in full, one value per line, with its position in the file
///
/// Values are shown as they are stored; `export` shows them as TensorBoard understands them. With filters for
/// tags or kinds, only matching values are printed, and no events without a tag.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Stop after the first N values and events
    #[arg(short = 'n', long, value_name = "N")]
    limit: Option<u64>,

    #[command(flatten)]
    filters: filters::Filters,

    #[command(flatten)]
    kinds: filters::Kinds,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents cat runs/exp1
  tfevents cat runs --tag 'train/*' --format jsonl | jq .value
  zstdcat old.tfevents.zst | tfevents cat -

PATH can be - to read a single event file from standard input.

The text format shows images, audio, graphs and other binary data as their size
and the start of their SHA-256, and histograms by their range. jsonl is
complete, with bytes in base64 (described in docs/json.md).

Exit status: 0 done, 1 failed, 2 wrong usage, 3 damage was skipped, or nothing
matched.";

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// Aligned columns
    Text,
    /// One JSON object per line
    Jsonl,
}

/// Where an event stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    run: &'a str,
    file: &'a Path,
    record: &'a EventRecord<'a>,
}

/// A value of a summary, both as it is stored and as it is meant.
struct SummaryValue<'a> {
    /// How many values of the summary come before it.
    index: usize,
    node_name: &'a str,
    /// What the value itself says about its series.
    metadata: Option<MetadataRef<'a>>,
    stored: DataRef<'a>,
    point: Point<'a>,
}

/// What of the events is to be printed.
struct Wants<'a> {
    tags: WantedTags<'a>,
    kinds: &'a filters::Kinds,
    met: BTreeSet<Kind>,
}

impl Wants<'_> {
    /// Whether everything is, also what has no tag.
    fn all(&self) -> bool {
        self.tags.all() && self.kinds.all()
    }

    fn value(&mut self, tag: &str, kind: Kind) -> bool {
        if !self.kinds.all() {
            self.met.insert(kind);
        }
        self.tags.wants(tag) && self.kinds.has(kind)
    }

    /// `is_left` says whether anything was.
    fn report(&self, is_left: bool, reporter: &Reporter) -> Result<()> {
        let unmatched = Unmatched::of_tags(&self.tags).and(self.kinds.unmatched(&self.met));
        unmatched.report(is_left, reporter)
    }
}

/// Prints lines in one of the formats.
struct Printer {
    out: Out,
    format: Format,
    styles: Styles,
    /// Whether the file's head was printed.
    headed: bool,
    /// How many more lines are wanted, if that is limited.
    left: Option<u64>,
    /// Whether there would have been more.
    full: bool,
    /// Whether there was any line.
    any: bool,
}

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.filters.compile()?;
    let mut wants = Wants {
        tags: WantedTags::new(&wanted.tags),
        kinds: &args.kinds,
        met: BTreeSet::new(),
    };
    let mut printer = Printer {
        out: output::styled_stdout(),
        format: args.format,
        styles: Styles::for_stdout(),
        headed: false,
        left: args.limit,
        full: false,
        any: false,
    };
    let printed = print_all(args, &wanted.runs, &mut printer, &mut wants, reporter);
    if printer.full {
        return Ok(printer.out.flush()?);
    }
    printed?;
    printer.out.flush()?;
    wants.report(printer.any, reporter)
}

fn print_all(
    args: &Args,
    runs: &Patterns,
    printer: &mut Printer,
    wants: &mut Wants<'_>,
    reporter: &Reporter,
) -> Result<()> {
    if args.paths.is_stdin()? {
        return stdin(args, printer, wants, reporter);
    }
    let sources = args.paths.open(runs, reporter)?;
    reporter.begin_progress(sources.bytes(), true);
    for source in &sources.runs {
        let mut decoder = PointDecoder::default();
        for file in source.run.files() {
            printer.begin_file(file, wants.all())?;
            let reading = read::file(&source.run, file, |record| {
                let place = Place {
                    run: &source.name,
                    file,
                    record,
                };
                event(place, &mut decoder, wants, printer, reporter)
            })?;
            read::report(&reading, file, reporter);
        }
    }
    Ok(())
}

fn stdin(
    args: &Args,
    printer: &mut Printer,
    wants: &mut Wants<'_>,
    reporter: &Reporter,
) -> Result<()> {
    let file = Path::new("-");
    let mut decoder = PointDecoder::default();
    printer.begin_file(file, wants.all())?;
    let reading = read::stdin(args.paths.limits, |record| {
        let place = Place {
            run: ".",
            file,
            record,
        };
        event(place, &mut decoder, wants, printer, reporter)
    })?;
    read::report(&reading, file, reporter);
    Ok(())
}

/// Prints the lines of one event.
fn event(
    place: Place<'_>,
    decoder: &mut PointDecoder,
    wants: &mut Wants<'_>,
    printer: &mut Printer,
    reporter: &Reporter,
) -> Result<()> {
    let whole = match &place.record.event.what {
        What::Summary(summary) => {
            let mut empty = true;
            for (index, value) in summary.values().enumerate() {
                empty = false;
                match value {
                    Ok(value) => {
                        let value = SummaryValue {
                            index,
                            node_name: value.node_name,
                            metadata: value.metadata,
                            stored: value.data.clone(),
                            point: decoder.point(value),
                        };
                        if wants.value(value.point.tag, value.point.kind) {
                            printer.print(place, Some(&value))?;
                        }
                    }
                    Err(e) => {
                        let e = e.at(place.record.offset, place.record.record);
                        reporter.broken_value(e.with_path(place.file));
                    }
                }
            }
            empty && wants.all()
        }
        What::GraphDef(_) => wants.value(RUN_GRAPH_TAG, Kind::Graph),
        What::MetaGraphDef(_) => wants.value(META_GRAPH_TAG, Kind::Graph),
        What::TaggedRunMetadata(metadata) => wants.value(metadata.tag, Kind::Graph),
        _ => wants.all(),
    };
    if whole {
        printer.print(place, None)?;
    }
    Ok(())
}

impl Printer {
    /// Prints the head of a file, at once or with its first value: a head alone would say nothing to those who
    /// look for certain tags.
    fn begin_file(&mut self, file: &Path, at_once: bool) -> io::Result<()> {
        self.headed = false;
        if at_once && self.left != Some(0) {
            self.head(file)?;
        }
        Ok(())
    }

    fn head(&mut self, file: &Path) -> io::Result<()> {
        if std::mem::replace(&mut self.headed, true) {
            return Ok(());
        }
        match self.format {
            Format::Text => text::begin_file(&mut self.out, file, self.styles),
            Format::Jsonl => Ok(()),
        }
    }

    /// Prints a value, or an event that has none.
    fn print(&mut self, place: Place<'_>, value: Option<&SummaryValue<'_>>) -> Result<()> {
        if let Some(left) = &mut self.left {
            let Some(fewer) = left.checked_sub(1) else {
                self.full = true;
                bail!("as much was printed as --limit allows");
            };
            *left = fewer;
        }
        self.any = true;
        self.head(place.file)?;
        match self.format {
            Format::Text => text::print(&mut self.out, place, value)?,
            Format::Jsonl => jsonl::print(&mut self.out, place, value)?,
        }
        Ok(())
    }
}
