#![doc = include_str!("../docs/library.md")]
//!
//! [`add_scalar`]: SummaryWriter::add_scalar
//! [`add_scalars`]: SummaryWriter::add_scalars
//! [`add_custom_scalars`]: SummaryWriter::add_custom_scalars
//! [`add_histogram`]: SummaryWriter::add_histogram
//! [`add_image`]: SummaryWriter::add_image
//! [`add_images`]: SummaryWriter::add_images
//! [`add_image_with_boxes`]: SummaryWriter::add_image_with_boxes
//! [`add_video`]: SummaryWriter::add_video
//! [`add_audio`]: SummaryWriter::add_audio
//! [`add_text`]: SummaryWriter::add_text
//! [`add_graph`]: SummaryWriter::add_graph
//! [`add_onnx_graph`]: SummaryWriter::add_onnx_graph
//! [`add_conceptual_graph`]: SummaryWriter::add_conceptual_graph
//! [`add_pr_curve`]: SummaryWriter::add_pr_curve
//! [`add_mesh`]: SummaryWriter::add_mesh
//! [`add_embedding`]: SummaryWriter::add_embedding
//! [`start_session`]: SummaryWriter::start_session
//! [`add_hparams`]: SummaryWriter::add_hparams
//! [`add`]: SummaryWriter::add
//! [`add_tensor`]: SummaryWriter::add_tensor
//! [`describe`]: SummaryWriter::describe
//! [`close`]: SummaryWriter::close
//! [`flush`]: SummaryWriter::flush
//! [`sync`]: SummaryWriter::sync
//! [`Tail`]: reader::Tail
//! [ranks]: writer#threads-processes-ranks
#![deny(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
// The page names items of features that may be off.
#![cfg_attr(
    not(all(
        feature = "gif",
        feature = "logdir",
        feature = "png",
        feature = "profile"
    )),
    allow(rustdoc::broken_intra_doc_links)
)]
// Many small parts of the crate only serve the reading of logdirs. Marking each of them would drown the code.
#![cfg_attr(
    not(feature = "logdir"),
    allow(
        dead_code,
        unused_imports,
        reason = "used only with the feature `logdir`"
    )
)]

// README's examples are tests, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(feature = "logdir")]
pub mod check;
pub mod cookbook;
mod crc;
pub mod edit;
pub mod error;
pub mod event;
mod fault;
mod files;
#[cfg(feature = "serde")]
pub mod json;
pub mod names;
mod os;
pub mod plugin;
pub mod proto;
pub mod reader;
pub mod record;
pub mod repair;
mod select;
#[cfg(feature = "logdir")]
pub mod series;
#[cfg(all(unix, feature = "signals"))]
pub mod signals;
pub mod sink;
#[cfg(feature = "logdir")]
pub mod state;
pub mod tags;
pub mod tensor;
pub mod tutorial;
mod types;
mod wire;
pub mod writer;

#[doc(inline)]
pub use error::{Error, ErrorKind, Result};
#[doc(inline)]
pub use event::EventRef;
#[doc(inline)]
pub use plugin::audio::{Audio, Channels};
#[doc(inline)]
pub use plugin::custom_scalars::{Category, Chart, ChartLayout, Series};
#[doc(inline)]
pub use plugin::graph::{Graph, Model, Node, StepStats};
#[doc(inline)]
pub use plugin::histogram::{Bins, Bucket, Histogram};
#[doc(inline)]
pub use plugin::hparams::{Experiment, HParam, HParams, Metric, Status};
#[doc(inline)]
pub use plugin::image::{Bitmap, BoundingBox, Grid, Image, Layout};
#[doc(inline)]
pub use plugin::mesh::Mesh;
#[doc(inline)]
pub use plugin::pr_curve::PrCurve;
#[cfg(feature = "profile")]
#[doc(inline)]
pub use plugin::profile::Profile;
#[doc(inline)]
pub use plugin::projector::Embedding;
#[doc(inline)]
pub use plugin::scalar::Scalar;
#[doc(inline)]
pub use plugin::text::Text;
#[cfg(feature = "gif")]
#[doc(inline)]
pub use plugin::video::{Video, VideoLayout};
#[doc(inline)]
pub use plugin::{Description, Kind, Plugin, Point, Value};
#[cfg(feature = "logdir")]
#[doc(inline)]
pub use reader::Logdir;
#[doc(inline)]
pub use reader::{EventItem, EventReader, Health, Projector};
#[cfg(feature = "logdir")]
#[doc(inline)]
pub use reader::{Run, RunItem};
#[doc(inline)]
pub use select::Selection;
#[cfg(feature = "logdir")]
#[doc(inline)]
pub use series::{Policy, Scalars};
#[doc(inline)]
pub use sink::Sink;
#[cfg(feature = "logdir")]
#[doc(inline)]
pub use state::{LogdirState, Polled, RunState};
#[doc(inline)]
pub use tensor::{OwnedTensor, Tensor};
#[doc(inline)]
pub use types::{At, IntoScalar, Number, WallTime};
#[doc(inline)]
pub use writer::{
    CloseOnDrop, NoMetrics, OnFull, ScalarHandle, Session, SummaryWriter, SummaryWriterBuilder,
    Sweep,
};
