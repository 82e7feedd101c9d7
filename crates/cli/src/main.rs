//! The program `tfevents`; all of it is in the library beside this file.

use std::process::ExitCode;

fn main() -> ExitCode {
    tfevents_cli::main()
}
