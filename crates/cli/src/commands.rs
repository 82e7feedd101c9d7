//! What the program understands: one file per verb, its arguments beside its `run`.

use std::error::Error as _;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::num::{ParseFloatError, ParseIntError};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use clap_complete::CompleteEnv;

use crate::args::complete;
use crate::args::global::{self, Global};
use crate::args::numbers;
use crate::output;
use crate::render::terminal::Guard;
use crate::ui::reporter::Reporter;
use crate::ui::style;
use crate::ui::unmatched::NothingMatches;
use crate::ui::usage::UsageError;

mod board;
mod cat;
mod check;
mod compact;
mod completions;
mod diff;
mod du;
mod export;
mod filter;
mod get;
pub(crate) mod import;
mod inspect;
mod man;
mod merge;
mod mlflow;
mod overview;
mod plot;
mod prune;
mod reduce;
mod rename;
mod repair;
mod report;
mod serve;
mod split;
mod table;
pub(crate) mod tail;

const FAILED: u8 = 1;
const USAGE: u8 = 2;
const FINDINGS: u8 = 3;

/// Inspect, check, repair, edit, compare and export TensorBoard logs.
#[derive(Debug, Parser)]
#[command(name = "tfevents", version, max_term_width = 80, after_help = AFTER_HELP)]
struct Cli {
    #[command(flatten)]
    global: Global,

    #[command(subcommand)]
    verb: Verb,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents inspect runs
  tfevents check runs
  tfevents export runs --tag '*loss' -o losses.csv
  tfevents help export

Exit status:
  0    done
  1    failed
  2    wrong usage
  3    completed with warnings (damage, or data left out), or nothing matched
  130  interrupted

Inputs are never modified, except by prune and repair --in-place.";

#[derive(Debug, Subcommand)]
enum Verb {
    Inspect(inspect::Args),
    Du(du::Args),
    Cat(cat::Args),
    Get(get::Args),
    Tail(tail::Args),
    Check(check::Args),
    Export(export::Args),
    Repair(repair::Args),
    Filter(filter::Args),
    Merge(merge::Args),
    Rename(rename::Args),
    Split(split::Args),
    Compact(compact::Args),
    Prune(prune::Args),
    Import(import::Args),
    Reduce(reduce::Args),
    Table(table::Args),
    Diff(diff::Args),
    // Many arguments, for which the other verbs need not have room.
    Plot(Box<plot::Args>),
    Report(Box<report::Args>),
    Board(board::Args),
    Serve(serve::Args),
    Mlflow(mlflow::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// All that the program understands.
#[must_use]
pub fn command() -> clap::Command {
    let program = Cli::command();
    let template = overview::template(&program);
    let program = program.help_template(template);
    program.mut_subcommands(|verb| verb.mut_args(take_negative_numbers))
}

/// Numbers are values wherever a value is expected, also those with a minus: what is wrong with one is said by whoever
/// understands it.
fn take_negative_numbers(arg: clap::Arg) -> clap::Arg {
    let takes_value = arg.get_action().takes_values() && !arg.is_positional();
    match takes_value && !arg.is_allow_hyphen_values_set() {
        true => arg.allow_negative_numbers(true),
        false => arg,
    }
}

/// What the words of a command line mean.
fn parse(words: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> clap::error::Result<Cli> {
    let matches = command().try_get_matches_from(words).map_err(tip)?;
    Cli::from_arg_matches(&matches).map_err(|e| e.format(&mut command()))
}

/// Explains how to write a value of a flag that begins with a dash.
fn tip(mut error: clap::Error) -> clap::Error {
    let arg = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::UnknownArgument, Some(ContextValue::String(arg))) => arg.clone(),
        _ => return error,
    };
    let is_about_values = match error.get(ContextKind::Suggested) {
        Some(ContextValue::StyledStrs(tips)) => {
            let mut tips = tips.iter().map(ToString::to_string);
            tips.any(|tip| tip.ends_with(&format!("as a value, use '-- {arg}'")))
        }
        _ => false,
    };
    if is_about_values {
        let tip =
            format!("to pass '{arg}' as a value, write --OPTION='{arg}'; as a path, '-- {arg}'");
        error.insert(
            ContextKind::Suggested,
            ContextValue::StyledStrs(vec![tip.into()]),
        );
    }
    error
}

/// Runs the program with the arguments and in the environment of the process.
pub fn main() -> ExitCode {
    // Before all else, so that no moment is left in which an interruption ends in another way.
    output::watch();
    // A shell asks what an argument may be.
    let asked = CompleteEnv::with_factory(command).var(complete::VARIABLE);
    match asked.try_complete(std::env::args_os(), std::env::current_dir().ok().as_deref()) {
        Ok(false) => {}
        Ok(true) => return ExitCode::SUCCESS,
        Err(e) => return print_usage(&e, &Reporter::new()),
    }
    let words: Vec<_> = std::env::args_os().collect();
    global::color_early(words.iter().map(OsString::as_os_str));
    let cli = match parse(words) {
        Ok(cli) => cli,
        Err(e) => return print_usage(&e, &Reporter::new()),
    };
    cli.global.apply();
    let reporter = Reporter::with(cli.global.quiet, cli.global.no_progress);
    let result = match &cli.verb {
        Verb::Inspect(args) => inspect::run(args, &reporter),
        Verb::Du(args) => du::run(args, &reporter),
        Verb::Cat(args) => cat::run(args, &reporter),
        Verb::Get(args) => get::run(args, &reporter),
        Verb::Tail(args) => tail::run(args, &reporter),
        Verb::Check(args) => check::run(args, &reporter),
        Verb::Export(args) => export::run(args, &reporter),
        Verb::Repair(args) => repair::run(args, &reporter),
        Verb::Filter(args) => filter::run(args, &reporter),
        Verb::Merge(args) => merge::run(args, &reporter),
        Verb::Rename(args) => rename::run(args, &reporter),
        Verb::Split(args) => split::run(args, &reporter),
        Verb::Compact(args) => compact::run(args, &reporter),
        Verb::Prune(args) => prune::run(args, &reporter),
        Verb::Import(args) => import::run(args, &reporter),
        Verb::Reduce(args) => reduce::run(args, &reporter),
        Verb::Table(args) => table::run(args, &reporter),
        Verb::Diff(args) => diff::run(args, &reporter),
        Verb::Plot(args) => plot::run(args, &reporter),
        Verb::Report(args) => report::run(args, &reporter),
        Verb::Board(args) => board::run(args, &reporter),
        Verb::Serve(args) => serve::run(args, &reporter),
        Verb::Mlflow(args) => mlflow::run(args, &reporter),
        Verb::Completions(args) => completions::run(args),
        Verb::Man(args) => man::run(args, command()),
    };
    conclude(result, &reporter)
}

/// The exit status for how the verb ended, after saying why it failed.
fn conclude(result: anyhow::Result<()>, reporter: &Reporter) -> ExitCode {
    reporter.end();
    // Who is interrupted did not fail, whatever it was that went under its hands.
    let _step = output::step();
    let failed = result.is_err();
    match output::forgive_closed(result) {
        Ok(()) if reporter.has_findings() && !failed => ExitCode::from(FINDINGS),
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            reporter.error(format_args!("{e:#}"));
            ExitCode::from(match () {
                () if e.is::<UsageError>() => USAGE,
                () if e.is::<NothingMatches>() => FINDINGS,
                () => FAILED,
            })
        }
    }
}

/// Prints help, or what is wrong with the arguments.
fn print_usage(message: &clap::Error, reporter: &Reporter) -> ExitCode {
    let printed = print(message).and_then(|()| io::stdout().flush());
    match printed {
        Err(problem) if !message.use_stderr() && problem.kind() != io::ErrorKind::BrokenPipe => {
            let what = "cannot write to standard output";
            conclude(Err(problem).context(what), reporter)
        }
        // Where standard error is closed, nobody can be told.
        _ => ExitCode::from(u8::try_from(message.exit_code()).unwrap_or(USAGE)),
    }
}

/// Prints what clap has to say. Errors repeat arguments, which may be names of files.
fn print(message: &clap::Error) -> io::Result<()> {
    if !message.use_stderr() {
        return message.print();
    }
    let text = message.render();
    let text = match style::colour(&io::stderr()) {
        true => text.ansi().to_string(),
        false => text.to_string(),
    };
    let mut err = Guard::styled(io::stderr());
    err.write_all(plain(message, text).as_bytes())?;
    err.flush()
}

/// The text of a message, in our words where it quotes the standard library on numbers.
fn plain(message: &clap::Error, text: String) -> String {
    let value = message.get(ContextKind::InvalidValue);
    match (message.source(), value) {
        (Some(source), Some(ContextValue::String(value)))
            if source.is::<ParseIntError>() || source.is::<ParseFloatError>() =>
        {
            text.replacen(&source.to_string(), &numbers::not_a_number(value), 1)
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is laid out by hand and too long would be broken a second time, after a few words.
    #[test]
    fn help_fits_eighty_columns_and_has_examples() {
        let mut program = command();
        program.build();
        let verbs = program.get_subcommands();
        let verbs = verbs.filter(|verb| verb.get_name() != "help").cloned();
        for mut verb in verbs.chain([program.clone()]) {
            for help in [verb.render_help(), verb.render_long_help()] {
                let (name, help) = (verb.get_name(), help.to_string());
                assert!(help.contains("\nExamples:\n"), "{name}");
                for line in help.lines() {
                    assert!(line.chars().count() <= 80, "{name}: {line}");
                }
            }
        }
    }

    #[test]
    fn numbers_are_explained_in_our_words() {
        for (args, problem) in [
            ("tail x -n 10-20", "`10-20` is not a number"),
            ("tail x --limit=-1", "`-1` is too small"),
            ("tail x -n 1.5", "`1.5` is not a whole number"),
            ("diff a b --rtol x", "`x` is not a number"),
            ("export x --sample 9999999999999999999999", "is too large"),
            ("plot x --smooth half", "`half` is not a number"),
            ("filter x -o y --step 10-20", "`10-20` is not a number"),
            ("filter x -o y --every many", "`many` is not a number"),
            ("reduce x --align bin=x", "`x` is not a number"),
        ] {
            let words = std::iter::once("tfevents").chain(args.split(' '));
            let error = parse(words).unwrap_err();
            let text = plain(&error, error.render().to_string());
            assert!(text.contains(problem), "{args}: {text}");
        }
    }
}
