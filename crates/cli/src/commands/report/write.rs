//! Reads the runs, and writes the page.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use tfevents::Kind;
use tfevents_analysis::hyperparameters::Hyperparameters;
use tfevents_analysis::pattern;
use tfevents_analysis::{number, text};
use tfevents_report::{Contents, Report};

use super::Args;
use crate::args::filters;
use crate::input::loaded::{Content, Loaded, scalar_tags};
use crate::output::asked::Inputs;
use crate::output::{self, Target};
use crate::ui::reporter::Reporter;
use crate::ui::unmatched::{NothingMatches, Unmatched};
use crate::ui::usage::UsageError;

pub(super) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.filters.compile()?;
    let pins = filters::patterns("tag", &args.pin, args.filters.regex())?;
    let redact = args.redact.as_deref().map(|redact| {
        let problem = |e| {
            UsageError(format!(
                "invalid pattern --redact {}: {e}",
                text::quoted(redact)
            ))
        };
        pattern::regex(redact).map_err(problem)
    });
    let redact = redact.transpose()?;
    let notes = args.notes.as_deref().map(read).transpose()?;
    let sources = args.paths.open(&wanted.runs, reporter)?;
    // Before the work, so that what cannot be written is known at once.
    let mut target = Target::open(&args.output, &Inputs::of(&sources), args.replace.force)?;
    let (content, lookup) = (Content::Everything, args.hparams.lookup());
    let loaded = Loaded::matching(
        &args.paths,
        sources,
        content,
        &lookup,
        wanted.tags,
        reporter,
    )?;
    let hparams = loaded.hparams(reporter)?;
    check_kinds(args, &loaded, &hparams, reporter)?;
    let tags = scalar_tags(loaded.runs().map(|(_, run)| run));
    let unmatched: Vec<_> = pins.without_match(tags.iter().copied()).collect();
    let complaint = |pattern: &&str| format!("{} matches no scalars", text::quoted(pattern));
    Unmatched::of_flag(
        "--pin",
        args.pin.len(),
        unmatched.iter().map(complaint).collect(),
    )
    .warn(reporter);
    let runs = loaded.configured(hparams).flatten();
    let mut report = Report::of(runs.map(|(source, run)| (source.name.clone(), run)))
        .points(args.sample)
        .max_size(args.max_size)
        .policy(args.policy)
        .with_origin(args.with_origin);
    report = report.tags(args.filters.compile()?.tags);
    if !args.kinds.all() {
        report = report.kinds(args.kinds.named().iter().copied());
    }
    if !pins.is_empty() {
        report = report.pins(pins);
    }
    if let Some(title) = title(args) {
        report = report.title(title);
    }
    if let Some(notes) = notes {
        report = report.notes(notes);
    }
    if let Some(redact) = redact {
        report = report.redact(redact);
    }
    let page = report.page()?;
    target.write_all(page.html.as_bytes())?;
    let is_stdout = target.is_stdout();
    target.finish()?;
    self::report(&page.contents, args, page.html.len() as u64, reporter);
    if !is_stdout {
        let mut out = output::stdout();
        writeln!(
            out,
            "{}",
            summary(args, &page.contents, page.html.len() as u64)
        )?;
        out.flush()?;
    }
    Ok(())
}

/// Complains about kinds of which there is nothing.
///
/// # Errors
///
/// Nothing of what a page shows is left.
fn check_kinds(
    args: &Args,
    loaded: &Loaded,
    hparams: &[Hyperparameters],
    reporter: &Reporter,
) -> Result<()> {
    let series = loaded.runs().flat_map(|(_, run)| run.series());
    let mut met: BTreeSet<_> = series.map(|series| series.kind).collect();
    if hparams.iter().any(|hparams| !hparams.values.is_empty()) {
        met.insert(Kind::HParams);
    }
    let is_shown = |&kind: &Kind| args.kinds.has(kind) && Report::can_show(kind);
    let is_left = met.iter().any(is_shown);
    args.kinds.unmatched(&met).report(is_left, reporter)?;
    if !is_left {
        let problem = "nothing that a page shows; `tfevents inspect` lists what there is";
        return Err(NothingMatches(problem.to_owned()).into());
    }
    Ok(())
}

/// The title that was asked for, or the name of the only path.
fn title(args: &Args) -> Option<String> {
    let name = match &*args.paths.paths {
        [path] => path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned()),
        _ => None,
    };
    args.title.clone().or(name)
}

/// The author's notes.
fn read(path: &Path) -> Result<String> {
    let name = || format!("cannot read the notes in `{}`", text::path(path));
    std::fs::read_to_string(path).with_context(name)
}

/// Tells what was left out. That it was sampled is what `--sample` says, and no finding.
fn report(contents: &Contents, args: &Args, size: u64, reporter: &Reporter) {
    for sentence in contents.left_out() {
        // The reader has told more about damage.
        if !sentence.starts_with("Damaged:") {
            reporter.note(sentence);
        }
    }
    if contents.is_too_large {
        reporter.warn(format_args!(
            "the file has {}, more than --max-size {}; leave out runs or tags to make it smaller",
            number::bytes(size),
            number::bytes(args.max_size)
        ));
    }
}

/// What was written.
fn summary(args: &Args, contents: &Contents, size: u64) -> String {
    format!(
        "{}: {}, {} and {} in {}",
        text::printable(&text::path(&args.output)),
        number::counted(contents.runs as u64, "run"),
        number::counted(contents.tags as u64, "tag"),
        number::counted(contents.points, "point"),
        number::bytes(size),
    )
}
