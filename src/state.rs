//! Holds a logdir in memory, and keeps up as it grows.
//!
//! Converters, live views and servers build on this. Scalars are held in columns; of images, tensors and graphs, only
//! their places in the files, from which they are read on demand. No file stays open between polls.

mod blob;
mod column;
mod file;
mod followed;
pub(crate) mod hidden;
pub(crate) mod listing;
mod logdir;
mod marks;
mod packed;
mod purges;
mod reading;
mod run;
pub(crate) mod seen;
pub(crate) mod shape;
mod shared;
#[cfg(test)]
mod tests;
mod view;

pub use blob::{Blob, BlobPoint};
pub use column::ScalarColumns;
pub use followed::FileState;
pub use logdir::{LogdirState, Polled};
pub use run::RunState;
pub use view::SeriesInfo;
