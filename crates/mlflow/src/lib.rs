//! TensorBoard event files in MLflow.
#![deny(unsafe_code)]

// README's example is a test, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod error;

pub use error::{Error, ErrorKind, Result};
