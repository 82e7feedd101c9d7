//! Registers, and says what became of it.

use std::io::Write as _;

use anyhow::{Context as _, Result, bail};
use serde::Serialize;
use tfevents::Logdir;
use tfevents_mlflow::{Mlflow, RegisterOptions, Registered};

use super::super::server::{DEFAULT, stated};
use super::Args;
use crate::output;
use crate::ui::progress;
use crate::ui::reporter::Reporter;
use tfevents_analysis::number;
use tfevents_analysis::text;
use tfevents_table::json;

/// How many digits the id of a run has.
const ID: usize = 32;

pub(in super::super) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let server = args.server.open()?;
    let run_id = run_id(args, &server)?;
    let options = RegisterOptions {
        name: args.name.clone(),
        alias: args.alias.clone(),
        input_example: args.input_example.clone(),
        metrics: args.metrics,
    };
    let size = args.model.metadata().map_or(0, |metadata| metadata.len());
    reporter.begin_progress(size, false);
    let registered = server.register(&run_id, &args.model, &options, &progress::advance);
    reporter.end_progress();
    let registered = registered?;
    for what in &registered.left_out {
        let what = text::printable(what);
        reporter.note(format_args!(
            "not in the signature, which MLflow checks inputs with: {what}"
        ));
    }
    let mut out = output::styled_stdout();
    match args.json {
        true => json::write_document(&mut out, &Document::new(args, &registered))?,
        false => writeln!(out, "{}", summary(args, &registered))?,
    }
    Ok(out.flush()?)
}

/// The id of the run that was named.
fn run_id(args: &Args, server: &Mlflow) -> Result<String> {
    let name = text::path(&args.run);
    let is_id = name.len() == ID && name.bytes().all(|b| b.is_ascii_hexdigit());
    if is_id && !args.run.exists() {
        return Ok(name);
    }
    if !args.run.exists() {
        bail!("`{name}` is neither a run directory nor the id of an MLflow run");
    }
    let logdir = Logdir::open(&args.run)?;
    let run = match logdir.runs() {
        [run] => run,
        [] => bail!("`{name}` holds no event files"),
        runs => runs
            .iter()
            .find(|run| run.dir() == args.run)
            .with_context(|| {
                let runs = number::counted(runs.len() as u64, "run");
                format!("`{name}` holds {runs}; name one of them")
            })?,
    };
    let experiment = stated(&args.experiment).unwrap_or(DEFAULT);
    server.find(run, experiment)?.with_context(|| {
        let experiment = text::printable(experiment);
        format!("`{name}` was not pushed to the experiment `{experiment}`; push it first, with `tfevents mlflow push`")
    })
}

fn summary(args: &Args, registered: &Registered) -> String {
    let Registered { version, bytes, .. } = registered;
    let name = text::printable(&args.name);
    let what = if registered.is_new {
        "registered as"
    } else {
        "registered before as"
    };
    let alias = args.alias.as_ref();
    let alias = alias.map_or_else(String::new, |alias| {
        format!(" ({})", text::printable(alias))
    });
    let sent = number::bytes(*bytes);
    format!("{what} {name}, version {version}{alias}; {sent} sent")
}

/// See `docs/json.md`.
#[derive(Serialize)]
struct Document<'a> {
    run_id: &'a str,
    model_id: &'a str,
    name: &'a str,
    model_version: &'a str,
    alias: Option<&'a str>,
    is_new: bool,
    bytes: u64,
    metrics: usize,
    left_out: &'a [String],
}

impl<'a> Document<'a> {
    fn new(args: &'a Args, registered: &'a Registered) -> Self {
        Self {
            run_id: &registered.run_id,
            model_id: &registered.model_id,
            name: &args.name,
            model_version: &registered.version,
            alias: args.alias.as_deref(),
            is_new: registered.is_new,
            bytes: registered.bytes,
            metrics: registered.metrics,
            left_out: &registered.left_out,
        }
    }
}
