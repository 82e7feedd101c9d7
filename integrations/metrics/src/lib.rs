#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]

mod handle;
mod instrument;
mod recorder;
mod registry;
mod tag;

pub use handle::Handle;
pub use instrument::MAX_SAMPLES;
pub use recorder::TfeventsRecorder;
