//! The same logs by other libraries and by `tfevents`, in pairs.

#[cfg(feature = "tboard")]
pub mod tboard;
pub mod tensorboard_rs;
pub mod tfrecord;
