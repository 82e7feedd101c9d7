//! Draws curves and bands as [SVG](svg), as [PNG](png) or on a [terminal].
//!
//! A [`Figure`] says what is drawn: panels with lines, each a [`Curve`] of finite or missing points. Where things go
//! and how they look is the same in every format.
//!
//! # Examples
//!
//! ```
//! use tfevents_plot::{Curve, Figure, Line, Panel, svg};
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
//!     labels: vec!["run1".to_owned()],
//!     x_title: "step".to_owned(),
//!     ..Figure::default()
//! };
//! let picture = svg::render(&figure, None);
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
pub mod png;
mod scale;
pub mod svg;
pub mod terminal;

pub use figure::{Curve, Figure, Line, Panel, Size};
