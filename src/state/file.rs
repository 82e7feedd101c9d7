//! What one file contributes to its run: columns of numbers, and the places of everything else.
//!
//! Files are loaded independently of each other, so that they can be read in parallel, grow, and be replaced
//! one by one. A run puts them together afterwards.

use std::sync::Arc;

use crate::event::{DataRef, MetadataRef, PlainScalar, ValueRef, What};
use crate::plugin::{Kind, Metadata, RUN_GRAPH_TAG, metadata, scalar};
use crate::proto::DataClass;
use crate::reader::EventRecord;
use crate::record::HEADER_LEN;
use crate::select::Selection;
use crate::series::Numbers;
use crate::state::shape::{self, Shape};
use crate::tags::Tags;
use crate::types::Number;

/// Where the bytes of a value stand in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) offset: u64,
    pub(crate) len: u32,
    pub(crate) form: Form,
}

/// What the bytes at a [`Place`] are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A serialized `Summary.Value`.
    Value,
    /// A serialized `GraphDef`.
    Graph,
    /// A serialized `RunMetadata`.
    RunMetadata,
}

/// The data of a series: numbers in memory, anything else by reference.
#[derive(Clone, Debug)]
pub(crate) enum Column {
    Numbers(Numbers),
    Places(Vec<Place>),
}

/// The points of one tag and one form in one file.
#[derive(Clone, Debug)]
pub(crate) struct FileSeries {
    pub(crate) tag: Arc<str>,
    /// Of the first value that had any.
    pub(crate) metadata: Option<Metadata>,
    /// What the first value was and said, on which TensorBoard's class for the series depends.
    pub(crate) first: Shape,
    pub(crate) first_metadata: Option<Metadata>,
    pub(crate) kind: Kind,
    pub(crate) steps: Vec<i64>,
    pub(crate) wall_times: Vec<f64>,
    pub(crate) column: Column,
    /// Points whose shape differs from the first one's, with that shape.
    pub(crate) shapes: Vec<(u32, Shape)>,
    /// Values of the same tag but another form: how many points stood before, and the step.
    pub(crate) foreign: Vec<(u32, i64)>,
}

/// An event on which the Python loader may discard points, and how many points each series had then.
#[derive(Clone, Debug)]
pub(crate) enum Mark {
    /// The file's version, -1 if it cannot be told.
    Version(f32),
    /// A `SessionLog` `START`.
    Start { step: i64, lens: Vec<u32> },
    /// A summary whose step is smaller than that of the summary before it; the first one of a file always,
    /// because only the run knows what stood before. The tags are those in the event.
    Back {
        step: i64,
        first: bool,
        tags: Vec<BackTag>,
    },
}

/// A tag in an event that went back, and how many points each of its two series had.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BackTag {
    pub(crate) tag: usize,
    numbers: u32,
    places: u32,
}

/// Everything a file holds.
#[derive(Debug, Default)]
pub(crate) struct FileData {
    pub(crate) series: Vec<FileSeries>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) last_summary_step: Option<i64>,
    pub(crate) writer: Option<String>,
    /// The least finite wall time of any event.
    pub(crate) start_time: Option<f64>,
    tags: Tags<Slots>,
}

/// Which of a tag's series takes its next value.
#[derive(Clone, Copy, Debug, Default)]
struct Slots {
    skipped: bool,
    numbers: Option<u32>,
    places: Option<u32>,
}

impl FileData {
    /// Takes in an event. What is broken inside is described to `complain`, and costs only itself.
    pub(crate) fn event(
        &mut self,
        record: &EventRecord<'_>,
        selection: &Selection,
        complain: &mut dyn FnMut(String),
    ) {
        let event = &record.event;
        self.note_time(event.wall_time);
        if let Some(writer) = event.source_writer {
            self.writer.get_or_insert_with(|| writer.to_owned());
        }
        match &event.what {
            What::Summary(summary) => {
                let back = self.last_summary_step.is_none_or(|last| event.step < last);
                if back {
                    self.mark_back(record, selection);
                }
                self.last_summary_step = Some(event.step);
                if !selection.has_step(event.step) || !selection.has_time(event.wall_time) {
                    return;
                }
                let mut values = summary.values();
                while let Some(bytes) = values.next_encoded() {
                    let value = bytes.and_then(|bytes| Ok((bytes, ValueRef::parse(bytes)?)));
                    match value {
                        Ok((bytes, value)) => self.value(record, bytes, value, selection),
                        Err(e) => complain(e.to_string()),
                    }
                }
            }
            What::GraphDef(graph) => self.blob(
                record,
                RUN_GRAPH_TAG,
                "graphs",
                graph,
                Form::Graph,
                selection,
            ),
            What::TaggedRunMetadata(run) => {
                let plugin = "graph_tagged_run_metadata";
                self.blob(
                    record,
                    run.tag,
                    plugin,
                    run.run_metadata,
                    Form::RunMetadata,
                    selection,
                );
            }
            What::FileVersion(version) => {
                let number = version
                    .strip_prefix("brain.Event:")
                    .and_then(|v| v.parse().ok());
                self.marks.push(Mark::Version(number.unwrap_or(-1.0)));
            }
            What::SessionLog(log) if log.is_start() => self.marks.push(Mark::Start {
                step: event.step,
                lens: self.series.iter().map(FileSeries::len).collect(),
            }),
            _ => {}
        }
    }

    #[cold]
    fn mark_back(&mut self, record: &EventRecord<'_>, selection: &Selection) {
        let What::Summary(summary) = &record.event.what else {
            return;
        };
        let mut tags = Vec::new();
        for value in summary.values().flatten() {
            let tag = self.tag(value.tag, selection);
            let slots = self.slots(tag);
            let len = |series: Option<u32>| {
                let series = series.and_then(|series| self.series.get(series as usize));
                series.map_or(0, FileSeries::len)
            };
            tags.push(BackTag {
                tag,
                numbers: len(slots.numbers),
                places: len(slots.places),
            });
        }
        self.marks.push(Mark::Back {
            step: record.event.step,
            first: self.last_summary_step.is_none(),
            tags,
        });
    }

    fn tag(&mut self, tag: &str, selection: &Selection) -> usize {
        self.tags.get(tag).unwrap_or_else(|| {
            let skipped = !selection.has_tag(tag);
            let slots = Slots {
                skipped,
                ..Slots::default()
            };
            self.tags.insert(tag, slots)
        })
    }

    fn slots(&self, tag: usize) -> Slots {
        self.tags.value(tag).copied().unwrap_or_default()
    }

    /// The number by which marks know a tag.
    pub(crate) fn tag_id(&self, tag: &str) -> Option<usize> {
        self.tags.find(tag)
    }

    /// Whether this is what would have been read had one reader come through `before` first: what a tag's values
    /// are may depend on metadata that only its first one has.
    pub(crate) fn can_follow(&self, before: &[Self]) -> bool {
        self.series.iter().all(|series| {
            let steady = series.metadata == series.first_metadata;
            // These are numbers wherever numbers of their tag stood before.
            let bare = series.metadata.is_none()
                && series.first == Shape::Simple
                && series.shapes.is_empty()
                && series.is_numbers();
            let mut known = before.iter().flat_map(|data| data.find(&series.tag));
            known.all(|(_, known)| {
                steady && known.metadata == series.metadata || bare && known.is_numbers()
            })
        })
    }

    #[inline]
    fn note_time(&mut self, wall_time: f64) {
        if wall_time.is_finite() && self.start_time.is_none_or(|start| wall_time < start) {
            self.start_time = Some(wall_time);
        }
    }

    /// Takes in a scalar in its usual form, if it is the tag's turn and nothing about it needs a closer look.
    // Calls between these functions are a tenth of what a scalar costs.
    #[inline(always)]
    pub(crate) fn scalar(&mut self, scalar: &PlainScalar<'_>, selection: &Selection) -> bool {
        let (step, wall_time) = (scalar.step, scalar.wall_time);
        if self.last_summary_step.is_none_or(|last| step < last) {
            return false;
        }
        let Some((_, &mut slots)) = self.tags.guess(scalar.tag) else {
            return false;
        };
        if slots.skipped || !selection.has_step(step) || !selection.has_time(wall_time) {
            self.note_time(wall_time);
            self.last_summary_step = Some(step);
            return true;
        }
        let (Some(series), None) = (slots.numbers, slots.places) else {
            return false;
        };
        let series = &mut self.series[series as usize];
        let (Column::Numbers(Numbers::F32(numbers)), Shape::Simple) =
            (&mut series.column, series.first)
        else {
            return false;
        };
        numbers.push(scalar.value);
        series.steps.push(step);
        series.wall_times.push(wall_time);
        self.note_time(wall_time);
        self.last_summary_step = Some(step);
        true
    }

    #[inline]
    fn value(
        &mut self,
        record: &EventRecord<'_>,
        bytes: &[u8],
        value: ValueRef<'_>,
        selection: &Selection,
    ) {
        // As TensorBoard's Python loader does for tensors without a tag.
        let tag = match (value.tag, &value.data) {
            ("", DataRef::Tensor(_)) => value.node_name,
            (tag, _) => tag,
        };
        let id = self.tag(tag, selection);
        let slots = self.slots(id);
        if slots.skipped {
            return;
        }
        if let (DataRef::Simple(number), Some(series)) = (&value.data, slots.numbers) {
            // Nearly all values end here.
            if slots.places.is_some() {
                self.note_foreign(id, true, record.event.step);
            }
            self.series[series as usize].push_number(record, Number::F32(*number), Shape::Simple);
            return;
        }
        let known = [slots.numbers, slots.places]
            .into_iter()
            .flatten()
            .find_map(|series| self.series[series as usize].metadata.clone());
        let metadata = known.or_else(|| value.metadata.map(|m| Metadata::new(m.into())));
        let kind = Kind::of(
            &value.data,
            metadata
                .as_deref()
                .map_or(MetadataRef::default(), crate::plugin::borrow),
        );
        let shape = shape::of(&value.data);
        // Without any metadata a single number cannot be anything but a scalar.
        let bare = metadata.as_deref().is_none_or(|m| m.plugin_data.is_none())
            && matches!(value.data, DataRef::Tensor(_));
        let number = if kind == Kind::Scalar || bare {
            scalar::decode(&value.data).ok()
        } else {
            None
        };
        let kind = if number.is_some() { Kind::Scalar } else { kind };
        let new = match number {
            Some(_) => slots.numbers.is_none(),
            None => slots.places.is_none(),
        };
        if new && !bare && !selection.has_kind(kind) {
            return;
        }
        self.note_foreign(id, number.is_some(), record.event.step);
        let series = self.series_for(id, tag, metadata, kind, number.is_some(), shape);
        match number {
            Some(number) => series.push_number(record, number, shape),
            None => series.push_place(record, bytes, Form::Value, shape),
        }
    }

    /// The series of a tag that does not take a value notes that it passed by.
    fn note_foreign(&mut self, id: usize, numbers: bool, step: i64) {
        let slots = self.slots(id);
        let other = if numbers { slots.places } else { slots.numbers };
        if let Some(series) = other.and_then(|other| self.series.get_mut(other as usize)) {
            let at = series.len();
            series.foreign.push((at, step));
        }
    }

    /// The series of a tag, the older one first.
    pub(crate) fn find(&self, tag: &str) -> impl Iterator<Item = (usize, &FileSeries)> {
        let slots = self
            .tags
            .find(tag)
            .map_or(Slots::default(), |id| self.slots(id));
        let (numbers, places) = (slots.numbers, slots.places);
        let ordered = if numbers < places {
            [numbers, places]
        } else {
            [places, numbers]
        };
        ordered
            .into_iter()
            .flatten()
            .filter_map(|id| Some((id as usize, self.series.get(id as usize)?)))
    }

    fn blob(
        &mut self,
        record: &EventRecord<'_>,
        tag: &str,
        plugin: &str,
        bytes: &[u8],
        form: Form,
        selection: &Selection,
    ) {
        let at = &record.event;
        let chosen = selection.has_tag(tag)
            && selection.has_kind(Kind::Graph)
            && selection.has_step(at.step)
            && selection.has_time(at.wall_time);
        if !chosen {
            return;
        }
        let id = self.tag(tag, selection);
        let metadata = Some(Metadata::new(metadata(plugin, Vec::new())));
        let series = self.series_for(id, tag, metadata, Kind::Graph, false, Shape::Blob);
        series.push_place(record, bytes, form, Shape::Blob);
    }

    /// The series of a tag that takes numbers, or the one that takes places.
    fn series_for(
        &mut self,
        id: usize,
        tag: &str,
        metadata: Option<Metadata>,
        kind: Kind,
        numbers: bool,
        first: Shape,
    ) -> &mut FileSeries {
        let slots = self.slots(id);
        let known = if numbers { slots.numbers } else { slots.places };
        let index = match known {
            Some(index) => index as usize,
            None => {
                let index = self.series.len();
                if let Some(slots) = self.tags.value_mut(id) {
                    let slot = if numbers {
                        &mut slots.numbers
                    } else {
                        &mut slots.places
                    };
                    *slot = u32::try_from(index).ok();
                }
                self.series.push(FileSeries {
                    tag: tag.into(),
                    metadata: None,
                    first,
                    first_metadata: metadata.clone(),
                    kind,
                    steps: Vec::new(),
                    wall_times: Vec::new(),
                    column: if numbers {
                        Column::Numbers(Numbers::default())
                    } else {
                        Column::Places(Vec::new())
                    },
                    shapes: Vec::new(),
                    foreign: Vec::new(),
                });
                index
            }
        };
        let series = &mut self.series[index];
        if series.metadata.is_none() {
            series.metadata = metadata;
            // Metadata that comes late says what the series was from the start.
            if kind != Kind::Other {
                series.kind = kind;
            }
        }
        series
    }
}

impl FileSeries {
    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.steps.len()).unwrap_or(u32::MAX)
    }

    #[inline]
    fn push(&mut self, record: &EventRecord<'_>, shape: Shape) {
        if shape != self.first {
            let at = self.len();
            self.shapes.push((at, shape));
        }
        self.steps.push(record.event.step);
        self.wall_times.push(record.event.wall_time);
    }

    #[inline]
    fn push_number(&mut self, record: &EventRecord<'_>, number: Number, shape: Shape) {
        self.push(record, shape);
        if let Column::Numbers(numbers) = &mut self.column {
            numbers.push(number);
        }
    }

    fn push_place(&mut self, record: &EventRecord<'_>, bytes: &[u8], form: Form, shape: Shape) {
        self.push(record, shape);
        // The value lies inside the payload that it was borrowed from.
        let within = (bytes.as_ptr() as usize).saturating_sub(record.payload.as_ptr() as usize);
        if let Column::Places(places) = &mut self.column {
            places.push(Place {
                offset: record.offset + (HEADER_LEN + within) as u64,
                len: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
                form,
            });
        }
    }

    fn is_numbers(&self) -> bool {
        matches!(self.column, Column::Numbers(_))
    }

    /// The class and plugin that TensorBoard gives a series by its first value.
    pub(crate) fn class(&self) -> Option<(DataClass, String)> {
        let metadata = self
            .first_metadata
            .as_deref()
            .map(crate::plugin::borrow)
            .unwrap_or_default();
        let stated = DataClass::try_from(metadata.data_class).unwrap_or_default();
        let (class, plugin) = match (stated, self.first) {
            (DataClass::Unknown, Shape::Simple) => (DataClass::Scalar, "scalars"),
            (DataClass::Unknown, Shape::Histogram | Shape::Other) => {
                (DataClass::Tensor, "histograms")
            }
            (DataClass::Unknown, Shape::Blob) => (DataClass::BlobSequence, ""),
            (DataClass::Unknown, _) => (
                crate::plugin::data_class(metadata.plugin_name),
                metadata.plugin_name,
            ),
            (stated, _) => (stated, metadata.plugin_name),
        };
        (class != DataClass::Unknown).then(|| (class, plugin.to_owned()))
    }

    /// The shape of point `i`.
    pub(crate) fn shape(&self, i: usize) -> Shape {
        let found = self.shapes.binary_search_by_key(&i, |&(at, _)| at as usize);
        found.map_or(self.first, |at| self.shapes[at].1)
    }
}

impl Mark {
    /// How many points of a series, which is the given one of its tag, stand before the mark; `None` where it
    /// does not matter.
    pub(crate) fn position(&self, tag: usize, series: usize, numbers: bool) -> Option<usize> {
        match self {
            Self::Version(_) => None,
            Self::Start { lens, .. } => Some(lens.get(series).map_or(0, |&len| len as usize)),
            Self::Back { tags, .. } => tags
                .iter()
                .find(|back| back.tag == tag)
                .map(|back| if numbers { back.numbers } else { back.places } as usize),
        }
    }
}
