//! The formats, and which of them a file's name stands for.

use std::path::Path;

use anyhow::Result;
use clap::ValueEnum;

use crate::output::Target;
use crate::ui::usage::UsageError;
use tfevents_table::Sink;
#[cfg(feature = "parquet")]
use tfevents_table::{Arrow, Parquet};
use tfevents_table::{Csv, Markdown, Npz, WideJsonl};

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub(super) enum Format {
    /// Comma-separated values with a header row
    Csv,
    /// One JSON object per line
    Jsonl,
    /// A Markdown table
    #[value(alias = "markdown")]
    Md,
    /// NumPy arrays
    Npz,
    /// Apache Parquet, compressed and sorted by run, tag and step
    #[cfg(feature = "parquet")]
    Parquet,
    /// Apache Arrow IPC, also known as Feather 2
    #[cfg(feature = "parquet")]
    #[value(alias = "feather")]
    Arrow,
}

/// The order of rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Order {
    /// As they are in the files.
    Files,
    /// Of each run, series after series.
    Series,
    /// Of each series, step after step, too.
    Steps,
}

impl Format {
    /// The format that the name of the output says, comma-separated values if it says none. A name that says
    /// another one is refused: `x.xlsx` with comma-separated values in it opens nowhere.
    pub(super) fn of(output: &Path) -> Result<Self> {
        let extension = output.extension().unwrap_or_default().to_string_lossy();
        // Numbers, as at the end of event files, are no formats.
        let is_word = extension.contains(char::is_alphabetic);
        if !is_word || extension.eq_ignore_ascii_case("txt") {
            return Ok(Self::Csv);
        }
        Self::from_str(&extension, true).map_err(|_| {
            let names: Vec<_> = Self::value_variants()
                .iter()
                .filter_map(Self::to_possible_value)
                .map(|value| value.get_name().to_owned())
                .collect();
            let problem = format!(
                "--output: unknown extension `.{extension}`; choose a format with --format: {}",
                names.join(", ")
            );
            UsageError(problem).into()
        })
    }

    /// Whether it is not for a terminal.
    pub(super) fn is_binary(self) -> bool {
        !matches!(self, Self::Csv | Self::Jsonl | Self::Md)
    }

    /// The order in which rows have to come.
    pub(super) fn order(self) -> Order {
        match self {
            Self::Csv | Self::Jsonl | Self::Md => Order::Files,
            Self::Npz => Order::Series,
            #[cfg(feature = "parquet")]
            Self::Parquet => Order::Steps,
            #[cfg(feature = "parquet")]
            Self::Arrow => Order::Files,
        }
    }

    /// What writes rows of cells.
    pub(super) fn sink<'t>(self, target: &'t mut Target) -> Box<dyn Sink + 't> {
        match self {
            Self::Csv => Box::new(Csv::new(target)),
            // Of wide tables; values one by one are more than cells.
            Self::Jsonl => Box::new(WideJsonl::new(target)),
            Self::Md => Box::new(Markdown::new(target)),
            Self::Npz => Box::new(Npz::new(target)),
            #[cfg(feature = "parquet")]
            Self::Parquet => Box::new(Parquet::new(target)),
            #[cfg(feature = "parquet")]
            Self::Arrow => Box::new(Arrow::new(target)),
        }
    }
}
