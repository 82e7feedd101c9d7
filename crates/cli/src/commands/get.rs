//! `tfevents get`: one value, as the file or text that it is.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use anyhow::{Result, bail};
use tfevents::event;
use tfevents::plugin::image::Format;
use tfevents::{EventRef, Kind, Value};

use crate::args::complete;
use crate::args::copying::Replace;
use crate::args::filters;
use crate::args::paths::Paths;
use crate::output::Target;
use crate::output::asked::Inputs;
use crate::ui::reporter::Reporter;
use crate::ui::unmatched::NothingMatches;
use crate::ui::usage::UsageError;
use tfevents_analysis::number;
use tfevents_analysis::pattern::WantedTags;
use tfevents_analysis::text;
use tfevents_table::{Origin, Row, jsonl, npy};

mod content;
mod find;

use content::Content;
use find::{Found, Search};

/// Extract one image, sound, text, tensor or other value
///
/// Images and audio are written as the files they were logged as, text as text, graphs as GraphDef protobuf
/// messages, and values without a file format of their own as JSON.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Kind of value: image, audio, text, graph, scalar, histogram, pr_curve, mesh, hparams, custom_scalars,
    /// other, or tensor
    #[arg(value_name = "KIND", value_parser = wanted, add = complete::kinds_and(TENSOR))]
    what: What,

    #[command(flatten)]
    paths: Paths,

    /// Which value of the tag: first, last, or the one at this step
    #[arg(long, value_name = "STEP", default_value = "last", value_parser = step, allow_hyphen_values = true)]
    step: Step,

    /// Which of several samples logged together, counting from 0; for text, which cell
    #[arg(long, value_name = "N")]
    index: Option<usize>,

    /// Write to FILE, which appears only once it is complete; `-` is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,

    #[command(flatten)]
    replace: Replace,

    /// Print run, tag, step and value as JSON, whatever the kind (described in docs/json.md)
    #[arg(long, conflicts_with = "index")]
    json: bool,

    #[command(flatten)]
    filters: filters::Filters,
}

/// What is asked for by what it is stored as.
const TENSOR: &str = "tensor";

const AFTER_HELP: &str = "\
Examples:
  tfevents get image runs --run train --tag samples -o samples.png
  tfevents get text runs/exp1 --tag config
  tfevents get tensor runs/exp1 --tag embedding --step 100 -o embedding.npy
  tfevents get graph runs/exp1 -o graph.pb

--run and --tag can be omitted if there is only one candidate. The kind tensor
takes any value that is stored as a tensor, and writes it as NumPy's .npy.

If several values share a step, the one logged last is used. first and last are
the lowest and the highest step.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 damage was skipped, or nothing
matched.";

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    Kind(Kind),
    Tensor,
}

impl What {
    fn name(self) -> &'static str {
        match self {
            Self::Kind(kind) => kind.name(),
            Self::Tensor => "tensor",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    First,
    Last,
    At(i64),
}

fn wanted(name: &str) -> Result<What, String> {
    if name == TENSOR {
        return Ok(What::Tensor);
    }
    name.parse().map(What::Kind).map_err(|_| {
        let names = Kind::ALL.map(Kind::name).into_iter().chain([TENSOR]);
        filters::no_such_kind(name, &names.collect::<Vec<_>>())
    })
}

fn step(text: &str) -> Result<Step, String> {
    match text {
        "first" => Ok(Step::First),
        "last" => Ok(Step::Last),
        number => number
            .parse()
            .map(Step::At)
            .map_err(|_| "expected first, last or a step".to_owned()),
    }
}

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.filters.compile()?;
    let sources = args.paths.open(&wanted.runs, reporter)?;
    let mut target = Target::open(&args.output, &Inputs::of(&sources), args.replace.force)?;
    let bytes = !args.json && content::is_bytes(args.what);
    if bytes && target.is_stdout() && std::io::stdout().is_terminal() {
        let problem = format!(
            "refusing to print binary data to the terminal; use -o FILE, as in -o {}",
            content::example_name(args.what)
        );
        return Err(UsageError(problem).into());
    }
    reporter.begin_progress(sources.bytes(), false);
    let mut search = Search::new(args.what, args.step, WantedTags::new(&wanted.tags));
    for source in &sources.runs {
        search.run(source, reporter)?;
    }
    reporter.end_progress();
    let found = search.finish(reporter)?;
    write(args, found, &mut target, reporter)?;
    target.finish()
}

fn write(args: &Args, found: Found, target: &mut Target, reporter: &Reporter) -> Result<()> {
    let Found {
        run,
        payload,
        index,
        mut decoder,
        ..
    } = found;
    let event = EventRef::parse(&payload)?;
    let Some(point) = decoder.points(&event).nth(index).transpose()? else {
        bail!("the value disappeared while it was being read; try again");
    };
    let mut values = match &event.what {
        event::What::Summary(summary) => Some(summary.values()),
        _ => None,
    };
    if let Some(values) = &mut values {
        for _ in 0..index {
            let _passed_over = values.next_encoded();
        }
    }
    let row = Row {
        run: &run,
        tag: point.tag,
        kind: point.kind,
        step: event.step,
        wall_time: event.wall_time,
        value: &point.value,
        origin: values.as_ref().map_or(Origin::Value(None), Origin::Next),
    };
    let content = if args.json {
        Content::Line
    } else {
        Content::new(args.what, &row)?
    };
    let samples = content.len();
    let sample = args.index.unwrap_or(0);
    if args.index.is_some() && sample >= samples {
        let tag = text::name(row.tag);
        match content {
            Content::Line | Content::Tensor(_) => bail!("`{tag}` has no samples to choose from"),
            _ => {
                let samples = number::counted(samples as u64, "sample");
                let problem = format!("`{tag}` has {samples}, numbered from 0");
                return Err(NothingMatches(problem).into());
            }
        }
    }
    match &content {
        Content::Line => jsonl::report(target, &row)?,
        Content::Tensor(tensor) => npy::write(target, tensor)?,
        Content::Files(files) => {
            let Some(file) = files.get(sample) else {
                bail!("`{}` is empty at step {}", text::name(row.tag), event.step);
            };
            if samples > 1 && args.index.is_none() {
                reporter.note(format_args!(
                    "this is the first of {samples} samples; use --index for the others"
                ));
            }
            if let Value::Images(_) = row.value {
                check_extension(args, file, reporter);
            }
            target.write_all(file)?;
        }
        Content::Cells(cells) => {
            for (i, cell) in cells.iter().enumerate() {
                if args.index.is_none_or(|index| index == i) {
                    put_line(target, cell)?;
                }
            }
        }
        Content::Number(number) => put_line(target, number.as_bytes())?,
    }
    Ok(())
}

fn put_line(target: &mut Target, line: &[u8]) -> Result<()> {
    target.write_all(line)?;
    if !line.ends_with(b"\n") {
        target.write_all(b"\n")?;
    }
    Ok(())
}

/// Pictures are written as they are, whatever the name of the file says.
fn check_extension(args: &Args, file: &[u8], reporter: &Reporter) {
    let named = args.output.extension().and_then(|e| e.to_str());
    if let (Some(named), Some(format)) = (named, Format::sniff(file)) {
        let is = format.extension();
        let named = named.to_lowercase();
        if named != is && !(named == "jpeg" && is == "jpg") {
            reporter.note(format_args!(
                "the image was logged as {is} and is written as that"
            ));
        }
    }
}
