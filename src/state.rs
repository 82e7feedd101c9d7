//! Holds a logdir in memory, and keeps up as it grows.
//!
//! Converters, live views and servers build on this. Scalars are held in columns; of images, tensors and graphs, only
//! their places in the files, from which they are read on demand. No file stays open between polls.

mod blob;
mod chunk;
mod datum;
mod file;
mod file_series;
mod followed;
pub(crate) mod hidden;
pub(crate) mod listing;
mod logdir;
mod marks;
mod packed;
mod points;
mod purges;
mod reading;
mod run;
mod scalar_columns;
pub(crate) mod seen;
pub(crate) mod shape;
#[cfg(test)]
mod tests;
mod view;

pub use blob::{Blob, BlobPoint};
pub use followed::FileState;
pub use logdir::{LogdirState, Polled};
pub use run::RunState;
pub use scalar_columns::ScalarColumns;
pub use view::SeriesInfo;
