//! TensorBoard event files in MLflow.
#![deny(unsafe_code)]

// README's example is a test, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod api;
mod client;
mod config;
mod diff;
mod error;
mod http;
mod identity;
mod limits;
mod mapping;
mod marks;
mod mirror;
mod names;
mod pull;
mod push;
mod register;
mod source;

pub use client::Mlflow;
pub use diff::{Compared, Diff, DiffOptions, OnlyThere};
pub use error::{Error, ErrorKind, Result};
pub use mapping::best::Best;
pub use mapping::loss::{Loss, LossKind, Losses};
pub use mapping::metrics::NonFinite;
pub use mirror::{Event, Mirror, MirrorBuilder, Mirrored};
pub use pull::{Contents, Copied, PullOptions, Pulled, RunToPull, Runs, Steps, WantsSeries};
pub use push::{Difference, Metric, Options, Outcome, Param, Planned, Pushed, Stored, Wants, plan};
pub use register::{RegisterOptions, Registered};
pub use source::Source;

#[cfg(test)]
mod tests {
    use super::*;

    /// Training programs keep them where they like.
    #[test]
    fn everything_can_be_sent_to_and_shared_between_threads() {
        fn is_sendable<T: Send>() {}
        fn is_shareable<T: Send + Sync>() {}
        is_shareable::<(Mlflow, Mirror, Source, Options, PullOptions)>();
        is_shareable::<(RegisterOptions, Pushed, Planned, Compared)>();
        is_shareable::<(Pulled, Runs, RunToPull, Losses, Mirrored, Registered)>();
        is_shareable::<(Error, Best, Difference, Stored)>();
        is_sendable::<MirrorBuilder>();
    }
}
