#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod args;
mod catalog;
mod downsample;
mod filter;
mod health;
mod key;
mod listen;
mod loader;
mod logdir;
mod port_file;
mod proto;
mod run;
mod service;
mod shown;
mod tensor;

pub use args::{Command, Options, Reload, Samples, USAGE};
pub use catalog::{Catalog, Health};
pub use listen::{Listening, listen, serve};
pub use loader::{Loaded, Loader};
pub use logdir::roots;
pub use port_file::write_port;
pub use service::DataServer;
