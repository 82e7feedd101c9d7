//! Writes values of TensorBoard event files as tables, for other programs.
//!
//! A [`Table`] takes values one by one: [`Long`] makes a row of each, or several for values of many parts, [`Wide`] a
//! row of each step, and [`Jsonl`] writes values of every kind whole. The first two pass rows of cells to a [`RowWriter`]:
//! [`Csv`], [`Markdown`], [`WideJsonl`], [`Npz`], with the feature `arrow` [`Batches`], and
//! with `parquet` [`Parquet`] and [`Arrow`]. A
//! [`Grid`] is a small table of runs. What could not be held as it was comes back as a [`Loss`]; nothing here prints.
//!
//! A [`Stream`] passes on the values of a run while it is read, [`series::put`] those of one that is loaded, series by series.
//!
//! [`JsonLines`] is a [`tfevents::Sink`]: it logs a running training in the shape of [`Jsonl`].
//!
//! [`json`] and [`stored`] are the shapes that `docs/json.md` describes; [`npy`] writes tensors for NumPy.
//!
//! # Examples
//!
//! ```
//! use tfevents::{Kind, Number, Scalars};
//! use tfevents_table::{Csv, Long, Table};
//!
//! let mut scalars = Scalars::default();
//! scalars.push(1, 1.7e9, Number::F32(0.5));
//! let mut csv = Vec::new();
//! let mut table = Long::new(Box::new(Csv::new(&mut csv)), Kind::Scalar, "run");
//! table.scalars("train", "loss", &scalars)?;
//! let losses = table.finish()?;
//! assert!(losses.is_empty());
//! # drop(table);
//! assert_eq!(csv, b"run,tag,step,wall_time,value\ntrain,loss,1,1700000000,0.5\n");
//! # Ok::<(), std::io::Error>(())
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]

// The example in the README is a test, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

use std::io;

use tfevents::Scalars;

#[cfg(feature = "parquet")]
mod arrow;
#[cfg(feature = "arrow")]
pub mod batches;
#[cfg(feature = "arrow")]
mod columnar;
mod csv;
mod grid;
pub mod json;
pub mod jsonl;
mod long;
mod markdown;
mod meant;
pub mod npy;
mod npz;
#[cfg(feature = "parquet")]
mod parquet;
mod row;
mod row_writer;
pub mod series;
pub mod stored;
mod stream;
mod wide;

#[cfg(feature = "parquet")]
pub use arrow::Arrow;
#[cfg(feature = "arrow")]
pub use batches::Batches;
pub use csv::Csv;
pub use grid::{Grid, escaped_latex};
pub use jsonl::{JsonLines, Jsonl, WideJsonl};
pub use long::{KINDS, Long};
pub use markdown::Markdown;
pub use npz::Npz;
#[cfg(feature = "parquet")]
pub use parquet::Parquet;
pub use row::{Origin, Row};
pub use row_writer::{Cell, Column, Holds, Loss, RowWriter};
pub use stream::Stream;
pub use wide::Wide;

/// One way to write values as a table.
pub trait Table {
    /// Writes a value, whose bytes may be in files, and says whether there is a place for it.
    ///
    /// # Errors
    ///
    /// What writing fails with.
    fn value(&mut self, row: &Row<'_>, files: &[String]) -> io::Result<bool>;

    /// Writes a scalar series, and says whether there is a place for it.
    ///
    /// # Errors
    ///
    /// What writing fails with.
    fn scalars(&mut self, run: &str, tag: &str, scalars: &Scalars) -> io::Result<bool>;

    /// Writes what is left, and says what the table could not hold as it was.
    ///
    /// # Errors
    ///
    /// What writing fails with.
    fn finish(&mut self) -> io::Result<Vec<Loss>>;
}
