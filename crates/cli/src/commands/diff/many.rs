//! Any number of runs, compared by what they were configured with and what they logged.

use std::io::Write;

use anyhow::{Result, bail};
use tfevents::Kind;
use tfevents_analysis::WholeRun;
use tfevents_analysis::diff;
use tfevents_analysis::number;
use tfevents_analysis::text::natural_order;

use super::{Args, Found};
use crate::ui::reporter::Reporter;
use crate::ui::style::{self, Styles};

mod json;
mod text;

pub(super) fn print(
    found: &[Found<'_>],
    out: &mut impl Write,
    args: &Args,
    reporter: &Reporter,
) -> Result<()> {
    if found.len() == 1 {
        bail!("only one run was found; name another path to compare it with");
    }
    let names: Vec<_> = found.iter().map(|(source, _)| &*source.name).collect();
    let runs: Vec<WholeRun<'_>> = found.iter().map(|(_, run)| run.clone()).collect();
    let mut differing = diff::among(&runs, args.tolerance());
    differing.retain_kinds(|kind| args.kinds.has(kind));
    differing
        .hparams
        .sort_by(|a, b| natural_order(&a.name, &b.name));
    differing
        .series
        .sort_by(|a, b| natural_order(&a.name, &b.name));
    if !differing.is_empty() {
        reporter.finding();
    }
    let (hparams, more_hparams) = args.limit.first(&differing.hparams);
    let (series, more_series) = args.limit.first(&differing.series);
    for (more, noun) in [
        (more_hparams, "more hyperparameter"),
        (more_series, "more tag"),
    ] {
        if more > 0 {
            let counted = number::counted(more, noun);
            let differ = if more == 1 { "differs" } else { "differ" };
            reporter.note(format_args!("{counted} {differ}; --limit shows more"));
        }
    }
    if args.json {
        return json::print(out, &names, &differing, (hparams, series));
    }
    let (width, styles) = (style::width(), Styles::for_stdout());
    let value = |value: &_| super::value(Some(value));
    text::print(
        out,
        "hyperparameter",
        &names,
        hparams,
        value,
        (width, styles),
    )?;
    text::print(out, "tag", &names, series, Kind::to_string, (width, styles))?;
    text::summary(out, names.len(), &differing)?;
    Ok(())
}
