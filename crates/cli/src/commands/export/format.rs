//! The formats, the order in which each needs rows, and what writes it.

use clap::ValueEnum;

use crate::output::Target;
use crate::output::format::TableFormat;
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

impl TableFormat for Format {
    const DEFAULT: Self = Self::Csv;

    fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Jsonl => "jsonl",
            Self::Md => "md",
            Self::Npz => "npz",
            #[cfg(feature = "parquet")]
            Self::Parquet => "parquet",
            #[cfg(feature = "parquet")]
            Self::Arrow => "arrow",
        }
    }

    fn is_binary(self) -> bool {
        !matches!(self, Self::Csv | Self::Tsv | Self::Jsonl | Self::Md)
    }
}

impl Format {
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
