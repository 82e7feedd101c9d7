//! `tfevents completions`: what a shell needs to complete arguments.

use std::io::Write as _;

use anyhow::Result;
use clap::Command;
use clap_complete::Shell;

use crate::output;

/// Print shell completions
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The shell to complete in
    #[arg(value_enum)]
    shell: Shell,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents completions bash | sudo tee /etc/bash_completion.d/tfevents
  tfevents completions zsh > ~/.zfunc/_tfevents
  tfevents completions fish > ~/.config/fish/completions/tfevents.fish

For zsh, add fpath+=~/.zfunc before compinit in ~/.zshrc.

Exit status: 0 done, 1 failed, 2 wrong usage.";

/// Prints the completions of `program`.
pub(crate) fn run(args: &Args, mut program: Command) -> Result<()> {
    // The generator does not expect that writing fails.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, "tfevents", &mut script);
    let mut out = output::stdout();
    out.write_all(&script)?;
    out.flush()?;
    Ok(())
}
