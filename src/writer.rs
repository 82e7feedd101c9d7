//! Writes event files from a training loop, for TensorBoard to show as they grow.
//!
//! [`SummaryWriter`] checks in the caller's thread and appends to a shared backlog: a scalar as the three words
//! that it consists of, anything else as a finished record. A background thread swaps the backlog for an empty
//! one, turns it into records and writes them in large pieces. A slow disk is felt only when the backlog is full.
//!
//! # Threads, processes, ranks
//!
//! Threads share one writer: clone it, or take a [`ScalarHandle`] from it. What one thread logs stays in its order.
//!
//! Processes do not. TensorBoard takes the files of one directory for one run, reads them one after the other,
//! and drops points of a tag when an earlier step of it follows, so that of two processes which log the same tag
//! in one directory, one loses points. Give each process, and each rank of a distributed training, a directory of
//! its own, which is a run of its own in TensorBoard:
//!
//! ```
//! use tfevents::SummaryWriter;
//!
//! # let dir = tempfile::tempdir()?;
//! # let (logdir, rank) = (dir.path(), 3);
//! let writer = SummaryWriter::new(logdir.join(format!("exp1/rank{rank}")))?;
//! # writer.close()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Where one curve is enough, let rank 0 alone open a writer. Open it after a `fork`, not before: only the thread
//! that forks goes on in the child, and that is not the one that writes. In the child the writer answers with
//! [`ErrorKind::Forked`](crate::ErrorKind::Forked); the parent's goes on.

// In this order rustdoc shows the methods of `SummaryWriter` that each of these has.
mod builder;

mod summary;

mod scalar_handle;

mod media;

mod curves;
mod graph;
mod hparams;
mod projector;

mod background;
mod backlog;
mod buffering;
mod charts;
mod close_on_drop;
mod directory;
mod ending;
mod event_writer;
mod file_name;
mod framed;
mod guard;
mod head;
mod options;
mod output;
mod process;
#[cfg(feature = "profile")]
mod profile;
mod queue;
#[cfg(all(unix, feature = "signals"))]
mod signals;
mod sink;
mod sub_runs;
mod worker;

pub use buffering::OnFull;
pub use builder::SummaryWriterBuilder;
pub use close_on_drop::CloseOnDrop;
pub use event_writer::EventWriter;
pub use hparams::{NoMetrics, Session, Sweep};
pub use scalar_handle::ScalarHandle;
pub use summary::SummaryWriter;
