//! The formats, and which of them a file's name stands for.

use std::path::Path;

use crate::output::Target;
use tfevents_table::Sink;
#[cfg(feature = "parquet")]
use tfevents_table::{Arrow, Parquet};
use tfevents_table::{Csv, Markdown, Npz, WideJsonl};

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
pub(super) enum Format {
    /// Comma-separated values with a head
    Csv,
    /// One JSON object a line
    Jsonl,
    /// A Markdown table
    #[value(alias = "markdown")]
    Md,
    /// Arrays for NumPy
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
    /// The format that the name of the output says, comma-separated values if it says none.
    pub(super) fn of(output: &Path) -> Self {
        let extension = output.extension().and_then(|e| e.to_str());
        let named = extension.and_then(|e| clap::ValueEnum::from_str(e, true).ok());
        named.unwrap_or(Self::Csv)
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
