//! The program as TensorBoard starts it, and what TensorBoard then shows.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "these end a test, which is what they are for here"
)]

mod lifetime;
#[cfg(target_os = "linux")]
mod slow;
mod stock;
#[cfg(unix)]
mod stress;

const SERVER: &str = env!("CARGO_BIN_EXE_tfevents-data-server");
