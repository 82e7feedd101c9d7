//! Writing: from a training loop to an event file that TensorBoard can follow.
//!
//! [`SummaryWriter`] checks and encodes in the caller's thread, straight into a shared buffer of finished
//! records. A background thread swaps that buffer for an empty one and writes it with a single call. There is
//! no queue of events, and a slow disk is felt only when the buffer is full.

mod background;
mod builder;
mod charts;
mod curves;
mod file_name;
mod graph;
mod guard;
mod hparams;
mod media;
mod projector;
mod sub_runs;
mod summary;

pub use builder::SummaryWriterBuilder;
pub use hparams::{Session, Sweep};
pub use summary::SummaryWriter;
