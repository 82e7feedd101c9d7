//! `tfevents completions`: what a shell needs to complete arguments.

use std::io::Write as _;

use anyhow::{Result, anyhow};
use clap_complete::Shell;
use clap_complete::env::Shells;

use crate::args::complete::VARIABLE;
use crate::output;

/// Print a shell completion script, which also completes names of runs and tags
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Shell to complete in
    #[arg(value_enum)]
    shell: Shell,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents completions bash | sudo tee /etc/bash_completion.d/tfevents
  tfevents completions zsh > ~/.zfunc/_tfevents
  tfevents completions fish > ~/.config/fish/completions/tfevents.fish

For zsh, add fpath+=~/.zfunc before compinit in ~/.zshrc.

The shell then runs `tfevents`, which must be in the PATH. It completes names of
runs and tags in the logdirs that come before them on the command line. After
updating tfevents, generate the script again.

Exit status: 0 done, 1 failed, 2 wrong usage.";

/// That of clap takes the words that bash divides at `=` and `:`, and does not quote what it offers.
const BASH: &str = include_str!("completions/bash.sh");

/// Prints the script that has a shell ask this program.
pub(crate) fn run(args: &Args) -> Result<()> {
    let script = match args.shell {
        Shell::Bash => BASH.replace("VARIABLE", VARIABLE).into_bytes(),
        other => script(&other.to_string())?,
    };
    let mut out = output::stdout();
    out.write_all(&script)?;
    out.flush()?;
    Ok(())
}

fn script(name: &str) -> Result<Vec<u8>> {
    let shells = Shells::builtins();
    let shell = shells.completer(name);
    let shell = shell.ok_or_else(|| anyhow!("no completions for the shell {name}"))?;
    // The generator does not expect that writing fails.
    let mut script = Vec::new();
    shell.write_registration(VARIABLE, "tfevents", "tfevents", "tfevents", &mut script)?;
    Ok(script)
}
