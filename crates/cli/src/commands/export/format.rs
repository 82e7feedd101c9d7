//! The formats, and which of them a file's name stands for.

use std::path::Path;

use anyhow::Result;
use clap::ValueEnum;

use crate::output::Target;
use crate::output::packed::{format_ending, unknown_ending};
use tfevents_table::RowWriter;
#[cfg(feature = "parquet")]
use tfevents_table::{Arrow, Parquet};
use tfevents_table::{Csv, Markdown, Npz, WideJsonl};

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub(super) enum Format {
    /// Comma-separated values with a header row
    #[value(alias = "txt")]
    Csv,
    /// Tab-separated values with a header row
    Tsv,
    /// One JSON object per line
    #[value(alias = "ndjson")]
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
        let Some(ending) = format_ending(output) else {
            return Ok(Self::Csv);
        };
        Self::from_str(&ending, true).map_err(|_| {
            let known = Self::value_variants().iter();
            let known = known.filter_map(Self::to_possible_value);
            let known: Vec<_> = known.map(|value| value.get_name().to_owned()).collect();
            let known: Vec<_> = known.iter().map(String::as_str).collect();
            let advice = match ending.as_str() {
                #[cfg(not(feature = "parquet"))]
                "parquet" | "arrow" | "feather" => {
                    "; `cargo install --path crates/cli --features parquet` adds .parquet and .arrow"
                }
                _ => "; or choose a format with --format",
            };
            unknown_ending(Some(&ending), &known, advice)
        })
    }

    /// Whether it is not for a terminal.
    pub(super) fn is_binary(self) -> bool {
        !matches!(self, Self::Csv | Self::Tsv | Self::Jsonl | Self::Md)
    }

    /// The order in which rows have to come.
    pub(super) fn order(self) -> Order {
        match self {
            Self::Csv | Self::Tsv | Self::Jsonl | Self::Md => Order::Files,
            Self::Npz => Order::Series,
            #[cfg(feature = "parquet")]
            Self::Parquet => Order::Steps,
            #[cfg(feature = "parquet")]
            Self::Arrow => Order::Files,
        }
    }

    /// What writes rows of cells.
    pub(super) fn row_writer<'t>(self, target: &'t mut Target) -> Box<dyn RowWriter + 't> {
        match self {
            Self::Csv => Box::new(Csv::new(target)),
            Self::Tsv => Box::new(Csv::tabs(target)),
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
