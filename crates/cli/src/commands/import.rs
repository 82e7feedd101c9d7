//! `tfevents import`: event files out of tables and log lines.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::args::copying;
use crate::args::filters;
use crate::input::sources;
use crate::output::asked::Inputs;
use crate::output::written::Copies;
use crate::ui::progress::Counted;
use crate::ui::reporter::Reporter;
use crate::ui::unmatched::Unmatched;
use tfevents_analysis::pattern::Patterns;
use tfevents_analysis::text;

mod ansi;
mod bounded;
mod downloads;
mod encoding;
mod fields;
mod inputs;
mod json;
mod json_file;
mod lines;
mod log_lines;
mod number;
mod runs;
mod series;
mod spot;
mod table;
mod tally;
mod times;
mod trainer;
pub(crate) mod trial;

use fields::Fields;
use inputs::inputs;
use number::Read;
use runs::Runs;
use spot::Spot;
use tally::Tally;
use times::Time;

/// Create event files from tables and training logs
///
/// A table has one row per value (with columns tag and value) or one row per step (every other column is a
/// tag). Values that are not scalars are skipped and counted.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP, mut_arg("output", copying::dir_only))]
pub(crate) struct Args {
    /// CSV, TSV, JSON Lines or text files, also compressed with gzip or Zstandard; `-` is standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    output: copying::Output,

    /// Input format; by default that of each file's extension
    #[arg(long, value_enum)]
    format: Option<Format>,

    /// Find values in lines of text: named groups are tags, except those that are fields. A line without a step takes
    /// that of the last line with one. Can be repeated
    #[arg(long, value_name = "REGEX")]
    regex: Vec<String>,

    /// Which column, key or group holds a field: run, tag, step, wall_time or value. Can be repeated
    #[arg(long, value_name = "FIELD=NAME")]
    column: Vec<String>,

    /// Take steps from somewhere other than a column
    #[arg(long, value_enum, value_name = "FROM")]
    step: Option<StepFrom>,

    /// Run for values that do not name one; by default DIR itself, or one run per file if there are several
    #[arg(long, value_name = "NAME")]
    run: Option<String>,

    /// Only tags whose name matches; `*` and `?` also match slashes. Can be repeated
    #[arg(long, value_name = "PATTERN")]
    tag: Vec<String>,

    /// Keep numbers that do not fit 32 bits as tensors, which TensorBoard's fast loader does not show
    #[arg(long)]
    exact: bool,
}

const AFTER_HELP: &str = r"Examples:
  tfevents import scalars.csv -o runs
  tfevents import metrics.csv --column step=epoch --tag '*loss' -o runs
  tfevents import trainer_state.json --run exp1 -o runs
  tfevents import run-exp1-tag-loss.csv run-exp1-tag-acc.csv -o runs
  tfevents import slurm-123.out --step line -o runs
  tfevents import train.log -o runs \
    --regex 'step (?P<step>\d+) loss (?P<loss>\S+)'
  tfevents import train.log --regex 'Epoch (?P<step>\d+)' \
    --regex '(?P<tag>\w+): (?P<value>[\d.e+-]+)' -o runs
  tfevents export old | tfevents import - --format csv -o new

Exports from Weights & Biases and MLflow are read as they are. Values that
Hugging Face's Trainer printed or kept in trainer_state.json get the tags that
it gives them in TensorBoard: train/loss, eval/loss. The name of a file
downloaded from TensorBoard gives its run and tag; browsers write `_` for `/` in
it. Where semicolons separate cells, numbers may have decimal commas.

step is an integer. wall_time is a date or a number since 1970, whose magnitude
decides whether it counts seconds, milliseconds, microseconds or nanoseconds; by
default it is when the input file was written. Nested JSON objects give tags
like outer/inner. Numbers become 32-bit floats, as in TensorBoard's charts.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 some lines or values were
skipped; or nothing matched.";

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum Format {
    /// Comma-separated values with a header row
    Csv,
    /// Tab-separated values with a header row
    Tsv,
    /// JSON: one object per line, an array of them, `trainer_state.json`, or what TensorBoard downloads
    #[value(alias = "json")]
    Jsonl,
    /// Lines of text, for --regex
    Log,
    /// Dictionaries that Hugging Face's Trainer prints, among other text
    Trainer,
}

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum StepFrom {
    /// The number of the line in its file, or of the element in a JSON array
    Line,
}

/// Where a value belongs.
#[derive(Clone, Copy)]
struct Place<'a> {
    run: &'a str,
    step: i64,
    time: Time,
}

/// An import under way.
struct Import<'a> {
    fields: Fields,
    tags: Patterns,
    exact: bool,
    runs: Runs<'a>,
    tally: Tally<'a>,
    /// Which tags are wanted, so that each is matched once only.
    known: BTreeMap<Box<str>, bool>,
}

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let regexes = log_lines::compile(&args.regex)?;
    let inputs = inputs(args)?;
    let paths = args.paths.iter().map(PathBuf::as_path);
    let output = args.output.destination(&Inputs::files(paths))?;
    let mut import = Import {
        fields: Fields::new(&args.column, args.step == Some(StepFrom::Line))?,
        tags: filters::patterns("tag", &args.tag, false)?,
        exact: args.exact,
        runs: Runs::new(output.as_ref(), args.output.dry_run),
        tally: Tally::new(reporter),
        known: BTreeMap::new(),
    };
    let sizes = args.paths.iter().map(|path| sources::file_size(path));
    reporter.begin_progress(sizes.sum(), false);
    for input in &inputs {
        let name = || format!("cannot read `{}`", text::path(input.path));
        let reader: Box<dyn BufRead> = if input.path == Path::new("-") {
            Box::new(io::stdin().lock())
        } else {
            let file = File::open(input.path).with_context(name)?;
            Box::new(BufReader::with_capacity(256 << 10, Counted(file)))
        };
        let reader = encoding::unpacked(reader).and_then(encoding::utf8);
        let reader = reader.with_context(name)?;
        match input.format {
            Format::Csv => table::read(reader, b',', input, &mut import),
            Format::Tsv => table::read(reader, b'\t', input, &mut import),
            Format::Jsonl => json_file::read(reader, input, &mut import),
            Format::Trainer => trainer::read(reader, input, &mut import),
            Format::Log => log_lines::read(reader, &regexes, input, &mut import),
        }
        .with_context(|| text::path(input.path))?;
    }
    reporter.end_progress();
    import.tally.report();
    let known = import.known.keys().map(|tag| &**tag);
    let unmatched = Unmatched::of(&import.tags, known);
    unmatched.report(!import.runs.is_empty(), reporter)?;
    if import.runs.is_empty() {
        if inputs.iter().any(|input| input.format == Format::Trainer) {
            bail!("no scalars found; use --regex to say where a text has its values");
        }
        bail!("no scalars found");
    }
    let written = import.runs.finish(&args.paths, reporter)?;
    let copies = Copies {
        destination: output,
        written,
        ..Copies::default()
    };
    args.output.conclude(copies, reporter)
}

impl Import<'_> {
    /// The step of what is read there, where steps are counted.
    fn counted_step(&self, spot: Spot<'_>) -> Option<i64> {
        self.fields
            .counts
            .then(|| i64::try_from(spot.number).unwrap_or(i64::MAX))
    }

    fn wants(&mut self, tag: &str) -> bool {
        if self.tags.is_empty() {
            return true;
        }
        if let Some(&wanted) = self.known.get(tag) {
            return wanted;
        }
        let wanted = self.tags.matches(tag);
        self.known.insert(tag.into(), wanted);
        wanted
    }

    /// Takes a scalar in.
    fn scalar(&mut self, place: Place<'_>, tag: &str, read: Read) -> Result<()> {
        if !self.wants(tag) {
            return Ok(());
        }
        self.tally.time(place.time.unit);
        let wide = read.number;
        let number = if self.exact {
            wide
        } else {
            tfevents::Number::F32(number::narrow(wide))
        };
        if read.holds {
            self.tally.narrowed(wide, number);
        } else {
            self.tally.beyond();
        }
        self.runs.scalar(place, tag, number)
    }
}
