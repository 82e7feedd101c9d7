//! Answers questions about the runs of TensorBoard logdirs: statistics, conditions, groups, differences.
//!
//! - [`pattern`] says which runs and tags are meant, and [`runs`] what runs are called and what belongs to them.
//! - [`stats`] and [`usage`] say what is in event files, and what takes up their space.
//! - [`hyperparameters`] finds what a run was configured with, wherever frameworks put that.
//! - A [`WholeRun`] is a run with these, as most questions mean it.
//! - [`run_table`] and [`cell`] are tables with a line per run; an [`Aggregate`] is one number of a series, and
//!   [`Best`] says where another one is asked for its value.
//! - [`condition`] is the language in which runs are asked for, [`Watch`] asks while they are written, and
//!   [`extent`] selects runs by how much they hold and how old they are.
//! - [`group`] finds the runs that are repetitions, and [`reduce`] makes statistics of them.
//! - [`view`] says which points of a series count, and as what.
//! - [`writing`] says whether anyone is at work on a file.
//! - [`diff`] says what differs between runs or logdirs.
//! - [`Accumulator`] is what many numbers come to: range, mean, deviation, and how many are NaN.
//! - [`number`] and [`text`] put numbers and other people's text as people read them.
//!
//! The questions are about [runs that are loaded](tfevents::LogdirState), or files that are
//! [read to their end](tfevents::reader::visit). Nothing in this crate prints or reads arguments: the program, servers
//! and pages are built on it.
#![cfg_attr(docsrs, feature(doc_cfg))]

// The example in the README is a test, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod accumulator;
mod aggregate;
mod best;
pub mod cell;

pub mod condition;
pub mod diff;
pub mod extent;
pub mod group;
pub mod hyperparameters;
mod latest;
pub mod number;
pub mod pattern;
pub mod reduce;
pub mod run_table;
pub mod runs;
pub mod stats;
pub mod syntax;
pub mod text;
pub mod usage;
pub mod view;
mod watch;
mod whole_run;
pub mod writing;

pub use accumulator::{Accumulator, median};
pub use aggregate::{Aggregate, Running};
pub use best::Best;
pub use watch::Watch;
pub use whole_run::WholeRun;
