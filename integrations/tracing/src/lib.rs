#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod builder;
mod fields;
mod guard;
mod layer;
mod not_logged;
#[cfg(feature = "profile")]
mod profile;
mod shared;
mod spans;

pub use builder::{Builder, layer};
pub use guard::Guard;
pub use not_logged::NotLogged;
