//! From the paths on the command line to runs, and through their files.

pub(crate) mod beside;
pub(crate) mod empty;
mod hparams;
pub(crate) mod idle;
pub(crate) mod left_out;
pub(crate) mod loaded;
pub(crate) mod met;
pub(crate) mod paths;
pub(crate) mod read;
pub(crate) mod reduced;
#[cfg(feature = "server")]
pub(crate) mod served;
pub(crate) mod sources;
