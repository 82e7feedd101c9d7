//! The public types go from thread to thread, so that training code may keep them wherever it likes.

use std::fs::File;

use tfevents::event::{Encoded, EventRef, ValueRef, What};
use tfevents::plugin::audio::{ClipRef, ClipsRef, WavInfo};
use tfevents::plugin::graph::{Graph, Layer, Model, Node, NodeStats, StepStats};
use tfevents::plugin::histogram::{Bucket, Histogram};
use tfevents::plugin::image::ImagesRef;
use tfevents::plugin::scalar::Scalar;
use tfevents::plugin::text::TextRef;
use tfevents::plugin::{self, CustomValue, Metadata, Plugins};
use tfevents::proto::{Event, GraphDef, Summary, TensorProto};
use tfevents::reader::{
    Cursor, Defect, EventFile, EventRecord, FileStatus, FollowItem, Follower, Progress, RunReader,
};
use tfevents::record::{Damage, Decoder, End, Item, Record, RecordReader, RecordWriter};
use tfevents::sink::{Fanout, Memory};
use tfevents::state::{Blob, BlobPoint, SeriesInfo};
use tfevents::tensor::OwnedTensor;
use tfevents::writer::EventWriter;
use tfevents::{
    At, Audio, Bitmap, BoundingBox, Channels, Error, EventItem, EventReader, Grid, Health, Image,
    Kind, Layout, Logdir, LogdirState, Number, Point, Policy, Run, RunItem, Scalars, Selection,
    SummaryWriter, SummaryWriterBuilder, Tensor, Text, Value, Video, VideoLayout, WallTime,
};
use tfevents::{Embedding, Projector};

const fn shareable<T: Send + Sync + Unpin>() {}

// Checked by the compiler; there is nothing to run.
const _: () = {
    shareable::<At>();
    shareable::<Audio>();
    shareable::<Bitmap>();
    shareable::<Blob>();
    shareable::<BlobPoint>();
    shareable::<BoundingBox>();
    shareable::<Bucket>();
    shareable::<Channels>();
    shareable::<ClipRef<'static>>();
    shareable::<ClipsRef<'static>>();
    shareable::<Cursor>();
    shareable::<CustomValue>();
    shareable::<Damage>();
    shareable::<Decoder>();
    shareable::<Embedding>();
    shareable::<Encoded<'static>>();
    shareable::<End>();
    shareable::<Error>();
    shareable::<Event>();
    shareable::<EventFile>();
    shareable::<EventItem<'static>>();
    shareable::<EventReader<EventFile>>();
    shareable::<EventRecord<'static>>();
    shareable::<EventRef<'static>>();
    shareable::<EventWriter<Vec<u8>>>();
    shareable::<Fanout>();
    shareable::<FileStatus>();
    shareable::<Defect>();
    shareable::<Follower>();
    shareable::<FollowItem<'static>>();
    shareable::<Graph>();
    shareable::<GraphDef>();
    shareable::<Grid>();
    shareable::<Health>();
    shareable::<Histogram>();
    shareable::<Image>();
    shareable::<ImagesRef<'static>>();
    shareable::<Item<'static>>();
    shareable::<Kind>();
    shareable::<Layer>();
    shareable::<Layout>();
    shareable::<Logdir>();
    shareable::<Metadata>();
    shareable::<LogdirState>();
    shareable::<Model>();
    shareable::<Node>();
    shareable::<NodeStats>();
    shareable::<Memory>();
    shareable::<Number>();
    shareable::<OwnedTensor>();
    shareable::<Point<'static>>();
    shareable::<Plugins>();
    shareable::<Policy>();
    shareable::<Progress>();
    shareable::<Projector>();
    shareable::<plugin::PointDecoder>();
    shareable::<Record<'static>>();
    shareable::<RecordReader<File>>();
    shareable::<RecordWriter<File>>();
    shareable::<Run>();
    shareable::<RunItem<'static>>();
    shareable::<RunReader<'static>>();
    shareable::<Scalar>();
    shareable::<Scalars>();
    shareable::<Selection>();
    shareable::<SeriesInfo>();
    shareable::<StepStats>();
    shareable::<Summary>();
    shareable::<SummaryWriter>();
    shareable::<SummaryWriterBuilder>();
    shareable::<Tensor<'static>>();
    shareable::<TensorProto>();
    shareable::<Text>();
    shareable::<TextRef<'static>>();
    shareable::<Value<'static>>();
    shareable::<ValueRef<'static>>();
    shareable::<Video>();
    shareable::<VideoLayout>();
    shareable::<WallTime>();
    shareable::<WavInfo>();
    shareable::<What<'static>>();
};
