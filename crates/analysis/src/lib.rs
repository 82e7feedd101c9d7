//! Questions over the runs of TensorBoard logdirs, and the words for their answers.
//!
//! - [`reduce`] makes statistics of the same series of several runs.
//! - [`diff`] says what differs between runs or logdirs.
//! - [`cell`] is what a run has in a column of a table, and how that is sorted.
//! - [`number`] and [`text`] put numbers and other people's text as people read them.
//!
//! What is asked of here are [runs that are loaded](tfevents::LogdirState). Nothing in this crate prints or reads
//! arguments: the program, servers and pages are built on it.

pub mod cell;
pub mod diff;
pub mod number;
pub mod reduce;
pub mod text;
