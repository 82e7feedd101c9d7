//! Draws curves and bands as [SVG](svg), as [PNG](png), as PDF or on a [terminal].
//!
//! A [`Figure`] says what is drawn: panels with lines, each a [`Curve`] of finite or missing points. A [`Sheet`] says how
//! large. Where things go and how they look is the same in every format, because PNG and PDF are made of the SVG.
//!
//! With the feature `pdf`, the module `pdf` draws PDF, which needs Rust 1.92 and is much to compile.
//!
//! # Examples
//!
//! ```
//! use tfevents_plot::{Curve, Figure, Label, Line, Panel, Sheet, svg};
//!
//! let curve = Curve {
//!     xs: vec![0.0, 1.0, 2.0],
//!     ys: vec![1.0, 0.5, 0.25],
//!     ..Curve::default()
//! };
//! let figure = Figure {
//!     panels: vec![Panel {
//!         title: "train/loss".to_owned(),
//!         lines: vec![Line { label: 0, curve }],
//!     }],
//!     labels: vec![Label { name: "run1".to_owned(), ..Label::default() }],
//!     x_title: "step".to_owned(),
//!     ..Figure::default()
//! };
//! let picture = svg::render(&figure, &Sheet::default());
//! assert!(picture.starts_with("<svg") && picture.contains("train/loss"));
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]

// The example in the README is a test, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod canvas;
mod draw;
mod figure;
mod font;
mod look;
#[cfg(feature = "pdf")]
pub mod pdf;
pub mod png;
mod scale;
mod sheet;
pub mod svg;
pub mod terminal;
mod vector;

pub use figure::{Axis, AxisKind, Curve, Figure, Label, Line, Panel, Size};
pub use look::Look;
pub use sheet::Sheet;
pub use vector::Picture;
