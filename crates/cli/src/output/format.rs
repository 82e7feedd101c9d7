//! The formats of tables, and which of them an output is written in.

use std::io::{self, IsTerminal as _};
use std::path::Path;

use anyhow::Result;
use clap::ValueEnum;
use tfevents_analysis::number;
use tfevents_table::Loss;

use super::packed::{format_ending, unknown_ending};
use crate::ui::usage::UsageError;

/// The formats that a verb writes tables in. Their names and aliases are the endings of files, too.
pub(crate) trait TableFormat: Copy + ValueEnum + 'static {
    /// That of outputs whose names say none.
    const DEFAULT: Self;

    /// The ending that files of this format have.
    fn ending(self) -> &'static str;

    /// Whether it is not for a terminal.
    fn is_binary(self) -> bool;
}

/// The format that was asked for, or else that of the output's ending. A name that says an unknown one is refused:
/// `x.xlsx` with comma-separated values in it opens nowhere.
///
/// # Errors
///
/// An unknown ending; a format that would be printed on a terminal and is not for one.
pub(crate) fn table_format<F: TableFormat>(asked: Option<F>, output: &Path) -> Result<F> {
    let format = match (asked, format_ending(output)) {
        (Some(format), _) => format,
        (None, None) => F::DEFAULT,
        (None, Some(ending)) => F::from_str(&ending, true).map_err(|_| unknown::<F>(&ending))?,
    };
    if format.is_binary() && output == Path::new("-") && io::stdout().is_terminal() {
        let problem = "this format cannot be shown on a terminal; use --output FILE";
        return Err(UsageError(problem.to_owned()).into());
    }
    Ok(format)
}

fn unknown<F: TableFormat>(ending: &str) -> anyhow::Error {
    let known = F::value_variants().iter().map(|format| format.ending());
    let advice = match ending {
        #[cfg(not(feature = "parquet"))]
        "parquet" | "arrow" | "feather" => {
            "; `cargo install --path crates/cli --features parquet` adds .parquet and .arrow"
        }
        _ => "; or choose a format with --format",
    };
    unknown_ending(Some(ending), &known.collect::<Vec<_>>(), advice)
}

/// What became of a loss, and what has all.
pub(crate) fn describe_loss(loss: Loss) -> String {
    match loss {
        Loss::Rounded(count) => format!(
            "{} beyond 2^53 rounded to 64-bit floats; --format csv keeps all digits",
            number::counted(count, "integer")
        ),
        Loss::NotText(count) => format!(
            "{} not valid UTF-8: invalid bytes became U+FFFD; --format jsonl keeps them",
            number::counted(count, "text")
        ),
        Loss::Replaced(count) => format!(
            "{} replaced by later ones of the same run, tag and step; omit --wide to keep all",
            number::counted(count, "value")
        ),
        _ => "something is missing from the table".to_owned(),
    }
}
