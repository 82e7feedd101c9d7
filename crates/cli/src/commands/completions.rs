//! `tfevents completions`: what a shell needs to complete arguments.

use std::io::Write as _;

use anyhow::{Result, anyhow};
use clap_complete::Shell;
use clap_complete::env::Shells;

use crate::args::complete::VARIABLE;
use crate::output;

/// Print what a shell needs to complete arguments, names of runs and tags included
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

The shell then asks `tfevents`, which has to be in the PATH. Names of runs and
tags are those in the logdirs that stand before them. After an update of
tfevents, print the script again.

Exit status: 0 done, 1 failed, 2 wrong usage.";

/// Prints the script that has a shell ask this program.
pub(crate) fn run(args: &Args) -> Result<()> {
    let (shells, name) = (Shells::builtins(), args.shell.to_string());
    let shell = shells.completer(&name);
    let shell = shell.ok_or_else(|| anyhow!("{name} cannot be completed in"))?;
    // The generator does not expect that writing fails.
    let mut script = Vec::new();
    shell.write_registration(VARIABLE, "tfevents", "tfevents", "tfevents", &mut script)?;
    if args.shell == Shell::Bash {
        script = quoting(&script)?;
    }
    let mut out = output::stdout();
    out.write_all(&script)?;
    out.flush()?;
    Ok(())
}

/// The script for bash, which puts what it is offered on the command line as it is: a name with a space would become two, and
/// one with `$(…)` a command. Other shells quote by themselves.
fn quoting(script: &[u8]) -> Result<Vec<u8>> {
    const END: &str = "\n}\n";
    const QUOTE: &str = r#"
    local i
    for i in "${!COMPREPLY[@]}"; do
        printf -v "COMPREPLY[$i]" '%q' "${COMPREPLY[$i]}"
    done
"#;
    let script = str::from_utf8(script)?;
    let (function, rest) = script
        .split_once(END)
        .ok_or_else(|| anyhow!("the script for bash has no function"))?;
    Ok(format!("{function}{QUOTE}}}\n{rest}").into_bytes())
}
