//! `tfevents`: looks into TensorBoard logdirs, prints them and takes data out of them.
//!
//! [`commands`] has a file per verb. What verbs share is in the rooms below, each of which knows those before it only:
//! [`render`] is how things are put, [`ui`] what goes to stderr, [`args`] are arguments, [`input`] turns paths into
//! runs, and [`output`] is where results go.
//!
//! This is a library for the sake of `main.rs`, the tests and the fuzz targets; nothing in it is meant for other
//! packages.

mod args;
mod commands;
pub mod fuzzing;
mod input;
mod output;
mod render;
mod ui;

pub use commands::{command, main};
