//! The files to be imported, and what they are.

use std::path::Path;

use anyhow::{Context as _, Result};
use tfevents::WallTime;

use super::series::Series;
use super::times::Time;
use super::{Args, Format};
use crate::args::paths::is_stdin;
use crate::output::destination::Targets;
use crate::output::packed::{Packing, format_ending};
use crate::render::clock;
use crate::ui::usage::UsageError;
use tfevents_analysis::text;

/// A file and what is known of it before it is read.
pub(super) struct Input<'a> {
    pub(super) path: &'a Path,
    pub(super) format: Format,
    /// The run and the time of what states none.
    pub(super) run: String,
    pub(super) time: Time,
    /// What the file's name says that it is.
    pub(super) series: Option<Series>,
}

/// The files, and what they are.
pub(super) fn inputs(args: &Args) -> Result<Vec<Input<'_>>> {
    is_stdin(&args.paths)?;
    let inputs: Vec<_> = args
        .paths
        .iter()
        .map(|path| {
            let series = Series::of(path);
            let run = match (&args.run, &series) {
                (Some(run), _) => run.clone(),
                (None, Some(series)) => series.run.clone(),
                (None, None) if args.paths.len() == 1 => ".".to_owned(),
                (None, None) => name(path),
            };
            let series = series.map(|series| Series {
                run: run.clone(),
                ..series
            });
            let modified = path.metadata().and_then(|metadata| metadata.modified());
            let time = modified.map_or_else(|_| WallTime::now().as_secs(), clock::seconds);
            Ok(Input {
                path,
                format: format(args, path)?,
                run,
                time: Time::from_secs(time),
                series,
            })
        })
        .collect::<Result<_>>()?;
    if args.run.is_none() {
        let names = inputs.iter().map(|input| text::path(input.path));
        let names: Vec<_> = names.collect();
        let mut targets = Targets::default();
        for (name, input) in names.iter().zip(&inputs) {
            // Several series may be of one run.
            let tag = input.series.as_ref().map(|series| &*series.tag);
            let run = [Some(&*input.run), tag];
            let run = run.into_iter().flatten().collect::<Vec<_>>().join("-tag-");
            targets.add(name, &run, [""; 0]);
        }
        let advice = "use --run to name their run, or import them one by one";
        targets.check(None).context(advice)?;
    }
    Ok(inputs)
}

/// The run that a file is: it has the name of the file or, as all trainer states have the same name, of the
/// directory of that one.
fn name(path: &Path) -> String {
    let unpacked = Packing::of(path).1;
    let stem = unpacked.file_stem().unwrap_or_default();
    let parent = path.parent().and_then(Path::file_name);
    let name = parent.filter(|_| stem == "trainer_state").unwrap_or(stem);
    text::path(name.as_ref())
}

fn format(args: &Args, path: &Path) -> Result<Format> {
    let format = match (args.format, format_ending(path).as_deref()) {
        (Some(format), _) => format,
        _ if !args.regex.is_empty() => Format::Log,
        (None, Some("csv")) => Format::Csv,
        (None, Some("tsv")) => Format::Tsv,
        (None, Some("jsonl" | "ndjson" | "json")) => Format::Jsonl,
        (None, Some("log" | "txt" | "out")) => Format::Trainer,
        _ => {
            return Err(UsageError(format!(
                "`{}`: cannot tell the format from the extension; pass --format, or --regex to find values in text",
                text::path(path)
            ))
            .into());
        }
    };
    if (format == Format::Log) == args.regex.is_empty() {
        let problem =
            "--format log and --regex need each other: the groups of the regex are the values";
        return Err(UsageError(problem.to_owned()).into());
    }
    Ok(format)
}
