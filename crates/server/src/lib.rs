//! A data server for TensorBoard.
//!
//! A [`Loader`] reads a logdir and keeps a [`Catalog`] up to date with it; a [`DataServer`] answers TensorBoard's questions
//! about that catalog, and [`serve`] does so on sockets. The program `tfevents-data-server` is these three and the flags
//! of TensorBoard's own data server, which [`Command`] reads.
#![deny(unsafe_code)]

// README's example is a test, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod answers;
mod args;
mod catalog;
mod downsample;
mod filter;
mod health;
mod kept;
mod key;
mod listen;
mod loader;
mod logdir;
mod names;
mod port_file;
mod proto;
mod room;
mod run;
mod service;
mod shown;
mod tensor;

pub use args::{Command, Options, Reload, USAGE};
pub use catalog::{Catalog, Health};
pub use listen::{Listening, listen, serve, serve_blocking};
pub use loader::{Loaded, Loader};
pub use logdir::roots;
pub use port_file::write_port;
pub use service::DataServer;
