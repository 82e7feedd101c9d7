#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]
// Many small parts of the crate only serve the reading of logdirs. Marking each of them would drown the code.
#![cfg_attr(
    not(feature = "logdir"),
    allow(
        dead_code,
        unused_imports,
        reason = "used only with the feature `logdir`"
    )
)]

#[cfg(feature = "logdir")]
pub mod check;
mod crc;
pub mod edit;
pub mod error;
pub mod event;
mod fault;
mod files;
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
#[cfg(feature = "logdir")]
pub mod state;
pub mod tags;
pub mod tensor;
mod types;
mod wire;
pub mod writer;

pub use error::{Error, ErrorKind, Result};
pub use event::EventRef;
pub use plugin::audio::{Audio, Channels};
pub use plugin::custom_scalars::{Category, Chart, ChartLayout, Series};
pub use plugin::graph::{Graph, Model, Node, StepStats};
pub use plugin::histogram::{Bins, Bucket, Histogram};
pub use plugin::hparams::{Experiment, HParam, HParams, Metric};
pub use plugin::image::{Bitmap, BoundingBox, Grid, Image, Layout};
pub use plugin::mesh::Mesh;
pub use plugin::pr_curve::PrCurve;
#[cfg(feature = "profile")]
pub use plugin::profile::Profile;
pub use plugin::projector::Embedding;
pub use plugin::scalar::Scalar;
pub use plugin::text::Text;
#[cfg(feature = "gif")]
pub use plugin::video::{Video, VideoLayout};
pub use plugin::{Description, Kind, Plugin, Point, Value};
#[cfg(feature = "logdir")]
pub use reader::Logdir;
pub use reader::{EventItem, EventReader, Health, Projector};
#[cfg(feature = "logdir")]
pub use reader::{Run, RunItem};
pub use select::Selection;
#[cfg(feature = "logdir")]
pub use series::{Policy, Scalars};
#[cfg(feature = "logdir")]
pub use state::{LogdirState, Polled, RunState};
pub use tensor::{OwnedTensor, Tensor};
pub use types::{At, IntoScalar, Number, WallTime};
pub use writer::{
    CloseOnDrop, NoMetrics, OnFull, ScalarHandle, Session, SummaryWriter, SummaryWriterBuilder,
    Sweep,
};
