#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]
#![warn(missing_docs, missing_debug_implementations, unreachable_pub)]
#![warn(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::exit
)]

mod definition;
mod logger;
mod resumed;
mod run;
mod state;
mod tensors;
mod values;

pub use logger::TensorBoardLogger;
pub use tensors::{log_gradients, log_image, log_images, log_module};
