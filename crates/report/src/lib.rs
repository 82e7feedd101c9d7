//! Writes runs of TensorBoard logdirs as one HTML file, which a browser opens without a server, a network or an account.
//!
//! A [`Report`] is asked for a [`Page`]: the HTML, and what was left out of it. `docs/report.md` describes the file, so
//! that the data in it can be read without this crate.
//!
//! # Examples
//!
//! ```
//! use tfevents::{LogdirState, Selection, SummaryWriter};
//! use tfevents_report::Report;
//!
//! # let dir = tempfile::tempdir()?;
//! # let logdir = dir.path();
//! let writer = SummaryWriter::new(logdir.join("exp1"))?;
//! writer.add_scalar("loss", 0.5, 1)?;
//! writer.close()?;
//!
//! let state = LogdirState::load(logdir, Selection::all())?;
//! let page = Report::new(&state).title("First try").page()?;
//! assert!(page.html.contains("<title>First try</title>"));
//! assert_eq!((page.contents.runs, page.contents.points), (1, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]

// The example in the README is a test, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod bundle;
mod columns;
mod contents;
mod curve;
mod document;
mod index;
mod markdown;
mod media;
mod metrics;
mod plan;
mod privacy;
mod report;
mod unscripted;

pub use contents::Contents;
pub use report::{Page, Report};
