//! The public types go from thread to thread, so that training code may keep them wherever it likes.

use std::fs::File;

use tfevents::event::{Encoded, EventRef, ValueRef, What};
use tfevents::plugin::Decoder;
use tfevents::plugin::graph::{Graph, Node};
use tfevents::plugin::histogram::{Bucket, Histogram};
use tfevents::plugin::image::ImagesRef;
use tfevents::plugin::scalar::Scalar;
use tfevents::plugin::text::TextRef;
use tfevents::proto::{Event, GraphDef, Summary, TensorProto};
use tfevents::reader::{EventRecord, Finding, RunReader};
use tfevents::record::{RecordReader, RecordWriter};
use tfevents::{
    At, Error, EventItem, EventReader, Health, Image, Kind, Layout, Logdir, Number, Point, Run,
    RunItem, SummaryWriter, SummaryWriterBuilder, Tensor, Text, Value, WallTime,
};

const fn shareable<T: Send + Sync + Unpin>() {}

// Checked by the compiler; there is nothing to run.
const _: () = {
    shareable::<At>();
    shareable::<Bucket>();
    shareable::<Decoder>();
    shareable::<Encoded<'static>>();
    shareable::<Error>();
    shareable::<Event>();
    shareable::<EventItem<'static>>();
    shareable::<EventReader<File>>();
    shareable::<EventRecord<'static>>();
    shareable::<EventRef<'static>>();
    shareable::<Finding>();
    shareable::<Graph>();
    shareable::<GraphDef>();
    shareable::<Health>();
    shareable::<Histogram>();
    shareable::<Image>();
    shareable::<ImagesRef<'static>>();
    shareable::<Kind>();
    shareable::<Layout>();
    shareable::<Logdir>();
    shareable::<Node>();
    shareable::<Number>();
    shareable::<Point<'static>>();
    shareable::<RecordReader<File>>();
    shareable::<RecordWriter<File>>();
    shareable::<Run>();
    shareable::<RunItem<'static>>();
    shareable::<RunReader<'static>>();
    shareable::<Scalar>();
    shareable::<Summary>();
    shareable::<SummaryWriter>();
    shareable::<SummaryWriterBuilder>();
    shareable::<Tensor<'static>>();
    shareable::<TensorProto>();
    shareable::<Text>();
    shareable::<TextRef<'static>>();
    shareable::<Value<'static>>();
    shareable::<ValueRef<'static>>();
    shareable::<WallTime>();
    shareable::<What<'static>>();
};
