//! What a table is written as.

use std::path::Path;

use anyhow::Result;
use clap::ValueEnum;
use tfevents_analysis::run_table::Head;
#[cfg(feature = "parquet")]
use tfevents_table::{Arrow, Parquet};
use tfevents_table::{Csv, RowWriter};

use super::rows::Rows;
use super::{json, text};
use crate::output::Target;
use crate::output::asked::Inputs;
use crate::output::format::{TableFormat, describe_loss};
use crate::render::width::Width;
use crate::ui::reporter::Reporter;
use crate::ui::style::{self, Styles};

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub(super) enum Format {
    /// Aligned columns
    #[value(alias = "txt")]
    Text,
    /// A Markdown table
    #[value(alias = "markdown")]
    Md,
    /// A LaTeX tabular, for the package booktabs
    #[value(alias = "tex")]
    Latex,
    /// Comma-separated values with a header row
    Csv,
    /// Tab-separated values with a header row
    Tsv,
    /// One JSON document (described in docs/json.md), as with --json
    Json,
    /// Apache Parquet
    #[cfg(feature = "parquet")]
    Parquet,
    /// Apache Arrow IPC, also known as Feather 2
    #[cfg(feature = "parquet")]
    #[value(alias = "feather")]
    Arrow,
}

impl TableFormat for Format {
    const DEFAULT: Self = Self::Text;

    fn ending(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Md => "md",
            Self::Latex => "tex",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Json => "json",
            #[cfg(feature = "parquet")]
            Self::Parquet => "parquet",
            #[cfg(feature = "parquet")]
            Self::Arrow => "arrow",
        }
    }

    fn is_binary(self) -> bool {
        match self {
            #[cfg(feature = "parquet")]
            Self::Parquet | Self::Arrow => true,
            _ => false,
        }
    }
}

impl Format {
    /// Gets ready to write.
    pub(super) fn open(self, path: &Path, inputs: &Inputs<'_>, force: bool) -> Result<Target> {
        match self {
            Self::Text if path == Path::new("-") => Ok(Target::styled_stdout()),
            _ => Target::open(path, inputs, force),
        }
    }

    /// Writes the table.
    pub(super) fn write(
        self,
        target: &mut Target,
        rows: Rows<'_>,
        heads: Vec<Head<'_>>,
        digits: Vec<Option<usize>>,
        reporter: &Reporter,
    ) -> Result<()> {
        let is_for_people = matches!(self, Self::Text | Self::Md | Self::Latex);
        let grid = |rows: Rows<'_>, heads| rows.grid(heads, digits, is_for_people);
        let mut writer: Box<dyn RowWriter + '_> = match self {
            Self::Json => return json::print(target, &heads, &rows),
            Self::Md => return Ok(grid(rows, heads).markdown(target)?),
            Self::Latex => return Ok(grid(rows, heads).latex(target)?),
            Self::Text => {
                let (width, styles) = match target.is_stdout() {
                    true => (style::width(), Styles::for_stdout()),
                    false => (Width::UNLIMITED, Styles::default()),
                };
                let grid = grid(rows, heads);
                return Ok(text::print(&grid, target, width, styles.dim)?);
            }
            Self::Csv => Box::new(Csv::new(target)),
            Self::Tsv => Box::new(Csv::tabs(target)),
            #[cfg(feature = "parquet")]
            Self::Parquet => Box::new(Parquet::new(target)),
            #[cfg(feature = "parquet")]
            Self::Arrow => Box::new(Arrow::new(target)),
        };
        for loss in grid(rows, heads).write(&mut *writer)? {
            reporter.warn(describe_loss(loss));
        }
        Ok(())
    }
}
