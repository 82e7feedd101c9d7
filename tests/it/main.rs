//! Integration tests, one binary for all of them so that the library is linked once.
//!
//! | module | question |
//! |---|---|
//! | `auto_traits` | can the public types be used from any thread? |
//! | `decoder` | does what is found depend on how bytes are pushed? |
//! | `edit` | does what is not meant to change stay as it is, and merging within its means? |
//! | `examples` | do the examples run, and do what they say? |
//! | `fuzzed` | do the fuzz targets' checks hold on what they once found, and on the fixtures? |
//! | `graph` | what becomes of ONNX files, and of graphs on their way through a file? |
//! | `projector` | what lies on the disk after logging embeddings, and what did others leave there? |
//! | `reader` | are logdirs read whole, whatever state they are in and however they change? |
//! | `recipes` | do the recipes of the documentation run, and do its pages show them? |
//! | `sinks` | does every sink log all it is given, and nothing after the end? |
//! | `stock` | does stock TensorBoard show what was logged? |
//! | `corpus`, `fixtures` | do we read other writers' files as TensorBoard does? |
//! | `curves` | what reaches the file of curves, meshes, charts and hyperparameters? |
//! | `damage` | what do cut, flipped and forged bytes cost? |
//! | `wire`, `tensor` | do the hand-written codec and the generated types agree? |
//! | `types` | is what users have at hand taken as it is? |
//! | `writer` | does what was logged reach the file, once, in every circumstance? |
//! | `xprof` | does xprof show the profiles that were recorded? |
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "these end a test, which is what they are for here"
)]

mod auto_traits;
mod corpus;
mod curves;
mod damage;
mod decoder;
mod edit;
mod examples;
mod fixtures;
mod fuzzed;
mod graph;
mod projector;
mod reader;
mod recipes;
mod reference;
mod sinks;
mod stock;
mod support;
mod tensor;
mod types;
mod wire;
mod writer;
mod xprof;
