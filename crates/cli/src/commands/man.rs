//! `tfevents man`: the manual.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Command;
use clap_mangen::Man;
use tfevents::reader::check_local;

use crate::args::copying::Replace;
use crate::output::asked::Inputs;
use crate::output::{self, NewFile, Target};
use crate::ui::suggest;

/// Print a manual page, or write all of them as files
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Show the page of this command instead of the program's
    verb: Option<String>,

    /// Write all pages to DIR: DIR/tfevents.1, DIR/tfevents-VERB.1
    #[arg(short, long, value_name = "DIR", conflicts_with = "verb")]
    output: Option<PathBuf>,

    #[command(flatten)]
    replace: Replace,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents man inspect | man -l -
  tfevents man -o ~/.local/share/man/man1

Exit status: 0 done, 1 failed, 2 wrong usage.";

/// Prints or writes the manual of `program`.
pub(crate) fn run(args: &Args, program: Command) -> Result<()> {
    let mut program = program.disable_help_subcommand(true);
    // Gives the verbs their full names.
    program.build();
    if let Some(dir) = &args.output {
        check_local(dir)?;
        let mut pages = Vec::new();
        for command in std::iter::once(&program).chain(program.get_subcommands()) {
            let path = dir.join(format!("{}.1", name(command)));
            let page = page(command)?;
            // What is there already may stay.
            if fs::read(&path).is_ok_and(|there| there == page) {
                continue;
            }
            let path = Target::check(&path, &Inputs::default(), args.replace.force)?;
            pages.push((path, page));
        }
        for (path, page) in pages {
            let mut file = NewFile::create(&path)?;
            file.write_all(&page)?;
            file.finish_or_replace(args.replace.force)?;
        }
        return Ok(());
    }
    let page = match &args.verb {
        None => page(&program)?,
        Some(verb) => match program.find_subcommand(verb) {
            Some(command) => page(command)?,
            None => {
                let verbs = program.get_subcommands().map(Command::get_name);
                let verbs: Vec<_> = verbs.collect();
                let hint = suggest::hint(verb, verbs.iter().copied());
                bail!("no such command `{verb}`{hint}");
            }
        },
    };
    let mut out = output::stdout();
    out.write_all(&page)?;
    out.flush()?;
    Ok(())
}

/// `tfevents-inspect`.
fn name(command: &Command) -> &str {
    command.get_display_name().unwrap_or(command.get_name())
}

fn page(command: &Command) -> Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    Ok(page)
}
