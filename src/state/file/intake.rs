//! How events come into what a file contributes.

use std::sync::Arc;

use super::{FileData, Known, Slot, Slots};
use crate::event::{DataRef, MetadataRef, PlainScalar, SummaryRef, ValueRef, What};
use crate::plugin::{Kind, META_GRAPH_TAG, Metadata, RUN_GRAPH_TAG, graph, scalar};
use crate::reader::EventRecord;
use crate::select::Selection;
use crate::state::chunk::Packers;
use crate::state::datum::{Form, Storage};
use crate::state::file_series::FileSeries;
use crate::state::listing::{Facts, PLAIN, Said};
use crate::state::marks::{Back, Mark};
use crate::state::shape::Shape;
use crate::types::{Number, WallTime};

/// A value on its way to its series.
struct Arrival<'v> {
    tag: &'v str,
    id: usize,
    shape: Shape,
    /// Whether it is among those that were asked for.
    chosen: bool,
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
            What::Summary(summary) => self.summary(record, summary, selection, complain),
            What::GraphDef(graph) => {
                self.has_graph = true;
                let said = Said::event("graphs");
                self.note_summary(event.step, [RUN_GRAPH_TAG].into_iter(), selection);
                self.blob(record, RUN_GRAPH_TAG, said, graph, Form::Graph, selection);
            }
            What::TaggedRunMetadata(run) => {
                let said = Said::event("graph_tagged_run_metadata");
                let (form, bytes) = (Form::RunMetadata, run.run_metadata);
                self.note_summary(event.step, [run.tag].into_iter(), selection);
                self.blob(record, run.tag, said, bytes, form, selection);
            }
            What::MetaGraphDef(meta_graph) => {
                if let Some(graph) = graph::of_meta_graph(meta_graph) {
                    let said = Said::meta_graph();
                    self.blob(record, META_GRAPH_TAG, said, graph, Form::Graph, selection);
                }
            }
            What::FileVersion(version) => self.mark(Mark::version(version)),
            What::SessionLog(log) if log.is_start() => self.mark(Mark::Start(event.step)),
            _ => {}
        }
    }

    fn mark(&mut self, mark: Mark) {
        self.modern = mark.is_modern(self.modern);
        self.marks.push(mark);
    }

    /// How many marks come before what comes next.
    #[inline]
    fn marked(&self) -> u32 {
        u32::try_from(self.marks.len()).unwrap_or(u32::MAX)
    }

    /// Takes note of a summary whose step is smaller than that of the summary before it, where that may matter.
    fn note_summary<'v>(
        &mut self,
        step: i64,
        tags: impl Iterator<Item = &'v str>,
        selection: &Selection,
    ) {
        let first = self.last_summary_step.is_none();
        let goes_back = self.last_summary_step.is_none_or(|last| step < last);
        self.last_summary_step = Some(step);
        if self.modern || !goes_back {
            return;
        }
        let back = Back {
            step,
            marks: self.marks.len(),
            numbers: 0,
            places: 0,
            first,
        };
        if first {
            self.first_summary = Some(back);
        }
        for tag in tags {
            let id = self.tag(tag, selection);
            let slots = self.slots(id);
            if first {
                if let Some(known) = self.tags.value_mut(id) {
                    known.slots.first = true;
                }
                continue;
            }
            let len = |series: Option<Slot>| {
                let series = series.and_then(|series| self.series.get(series.index()));
                series.map_or(0, FileSeries::short_len)
            };
            let back = Back {
                numbers: len(slots.numbers),
                places: len(slots.places),
                ..back
            };
            // Few tags go back twice.
            let backs = self.backs.entry(id);
            backs.or_insert_with(|| Vec::with_capacity(1)).push(back);
        }
    }

    fn summary(
        &mut self,
        record: &EventRecord<'_>,
        summary: &SummaryRef<'_>,
        selection: &Selection,
        complain: &mut dyn FnMut(String),
    ) {
        let event = &record.event;
        let tags = summary.values().flatten().map(|value| value.tag);
        self.note_summary(event.step, tags, selection);
        let chosen = selection.has_step(event.step) && selection.has_time(event.wall_time);
        let mut values = summary.values();
        while let Some(bytes) = values.next_encoded() {
            let value = bytes.and_then(|bytes| Ok((bytes, ValueRef::parse(bytes)?)));
            match value {
                Ok((bytes, value)) => self.value(record, bytes, &value, chosen, selection),
                Err(e) => complain(e.to_string()),
            }
        }
    }

    fn tag(&mut self, tag: &str, selection: &Selection) -> usize {
        self.tags.get(tag).unwrap_or_else(|| {
            let skipped = !selection.has_tag(tag);
            let slots = Slots {
                skipped,
                ..Slots::default()
            };
            let passed = None;
            self.tags.insert(tag, Known { slots, passed })
        })
    }

    #[inline]
    fn note_time(&mut self, wall_time: WallTime) {
        if wall_time.is_finite() && self.start_time.is_none_or(|start| wall_time < start) {
            self.start_time = Some(wall_time);
        }
    }

    /// Takes in a scalar in its usual form, if it is the tag's turn and nothing about it needs a closer look.
    // Calls between these functions are a tenth of what a scalar costs.
    #[inline(always)]
    pub(crate) fn scalar(&mut self, scalar: &PlainScalar<'_>, selection: &Selection) -> bool {
        let (step, wall_time) = (scalar.step, scalar.wall_time);
        if !self.modern && self.last_summary_step.is_none_or(|last| step < last) {
            return false;
        }
        let marks = self.marked();
        let Some((_, known)) = self.tags.guess(scalar.tag) else {
            return false;
        };
        let slots = known.slots;
        if !slots.skipped {
            if !slots.takes_scalars() {
                return false;
            }
            let series = slots
                .numbers
                .and_then(|series| self.series.get_mut(series.index()));
            let packers = &mut self.packers;
            if !selection.has_step(step) || !selection.has_time(wall_time) {
                known.pass(step);
                if let Some(series) = series {
                    series.pass(step);
                }
            } else if !series.is_some_and(|series| {
                series.push_plain(step, wall_time, scalar.value, marks, packers)
            }) {
                return false;
            }
        }
        self.note_time(wall_time);
        self.last_summary_step = Some(step);
        true
    }

    #[inline]
    fn value(
        &mut self,
        record: &EventRecord<'_>,
        bytes: &[u8],
        value: &ValueRef<'_>,
        chosen: bool,
        selection: &Selection,
    ) {
        let tag = value.series_tag();
        let id = self.tag(tag, selection);
        let slots = self.slots(id);
        if slots.skipped {
            return;
        }
        let marks = self.marked();
        if let (DataRef::Simple(number), Some(series), None) =
            (&value.data, slots.numbers, value.metadata)
            && slots.takes_scalars()
            && chosen
        {
            // Nearly all values end here.
            let number = Number::F32(*number);
            let series = &mut self.series[series.index()];
            series.push_number(record, number, Shape::Simple, marks, &mut self.packers);
            return;
        }
        let at = Arrival {
            tag,
            id,
            shape: Shape::of(&value.data),
            chosen,
        };
        let metadata = self.note(&at, value.metadata, tag.len() != value.tag.len());
        if !chosen {
            self.pass(id, record.event.step, None);
            return;
        }
        let borrowed = metadata.as_deref().map(Metadata::borrow);
        let kind = Kind::of(&value.data, borrowed.unwrap_or_default());
        // Without any metadata a single number cannot be anything but a scalar.
        let bare = metadata
            .as_deref()
            .is_none_or(|m| m.plugin_name.is_empty() && m.content.is_empty())
            && matches!(value.data, DataRef::Tensor(_));
        let number = if kind == Kind::Scalar || bare || self.is_plain(id) {
            scalar::decode(&value.data).ok()
        } else {
            None
        };
        let kind = if number.is_some() { Kind::Scalar } else { kind };
        let (storage, known) = match number {
            Some(_) => (Storage::Numbers, slots.numbers),
            None => (Storage::Places, slots.places),
        };
        if known.is_none() && !bare && !selection.has_kind(kind) {
            self.pass(id, record.event.step, None);
            return;
        }
        self.pass(id, record.event.step, Some(storage));
        let (series, packers) = self.series_for(&at, metadata, kind, storage);
        match number {
            Some(number) => series.push_number(record, number, at.shape, marks, packers),
            None => series.push_place(record, bytes, Form::Value, at.shape, marks, packers),
        }
        let described = series.metadata.is_some();
        self.note_settled(id, described);
    }

    /// Keeps in mind whether a plain scalar could still add anything to what is known of a tag; `described` says
    /// whether the tag's series has metadata.
    fn note_settled(&mut self, id: usize, described: bool) {
        let Some(known) = self.tags.value_mut(id) else {
            return;
        };
        let facts = known.slots.facts;
        let facts = facts.and_then(|facts| self.facts.get(facts.index()));
        known.slots.settled = facts.is_some_and(|facts| {
            let told = facts.metadata.is_some();
            !facts.wants(false) && told == described
        });
    }

    /// Keeps in mind what a value says about its tag. What is known of the series then.
    fn note(
        &mut self,
        at: &Arrival<'_>,
        metadata: Option<MetadataRef<'_>>,
        unnamed: bool,
    ) -> Option<Arc<Metadata>> {
        let slots = self.slots(at.id);
        let known = slots.facts.and_then(|facts| self.facts.get(facts.index()));
        match known {
            Some(facts) if !facts.wants(metadata.is_some()) => return facts.metadata.clone(),
            None if metadata.is_none() && (slots.plain || at.shape == Shape::Simple) => {
                self.tags.value_mut(at.id)?.slots.plain = true;
                return None;
            }
            _ => {}
        }
        let places = slots
            .places
            .and_then(|series| self.series.get(series.index()));
        let said = Said {
            shape: at.shape,
            metadata: metadata.map(|m| self.metadata.of(m)),
            unnamed,
            place: (at.chosen && at.shape != Shape::Simple)
                .then(|| places.map_or(0, FileSeries::short_len)),
        };
        self.add_fact(at.id, said)
    }

    fn add_fact(&mut self, id: usize, said: Said) -> Option<Arc<Metadata>> {
        let slots = &mut self.tags.value_mut(id)?.slots;
        slots.settled = false;
        let known = slots
            .facts
            .and_then(|facts| self.facts.get_mut(facts.index()));
        if let Some(facts) = known {
            facts.add(said);
            return facts.metadata.clone();
        }
        slots.facts = Slot::next(&self.facts);
        let facts = if slots.plain {
            let mut facts = PLAIN.clone();
            facts.add(said);
            facts
        } else {
            Facts::new(said)
        };
        let metadata = facts.metadata.clone();
        self.facts.push(facts);
        metadata
    }

    /// A value of a tag goes to one of its series or to none; the others note its step.
    fn pass(&mut self, id: usize, step: i64, taken_by: Option<Storage>) {
        let Some(known) = self.tags.value_mut(id) else {
            return;
        };
        if taken_by.is_none() {
            known.pass(step);
        }
        let slots = known.slots;
        for series in [slots.numbers, slots.places].into_iter().flatten() {
            if let Some(series) = self.series.get_mut(series.index())
                && taken_by != Some(series.storage())
            {
                series.pass(step);
            }
        }
    }

    /// Whether a tag is one of scalars of the older form.
    fn is_plain(&self, id: usize) -> bool {
        let slots = self.slots(id);
        let facts = slots.facts.and_then(|facts| self.facts.get(facts.index()));
        facts.map_or(slots.plain, Facts::is_plain)
    }

    fn blob(
        &mut self,
        record: &EventRecord<'_>,
        tag: &str,
        said: Said,
        bytes: &[u8],
        form: Form,
        selection: &Selection,
    ) {
        let event = &record.event;
        let id = self.tag(tag, selection);
        let slots = self.slots(id);
        if slots.skipped {
            return;
        }
        let at = Arrival {
            tag,
            id,
            shape: said.shape,
            chosen: selection.has_kind(Kind::Graph)
                && selection.has_step(event.step)
                && selection.has_time(event.wall_time),
        };
        let metadata = said.metadata.clone();
        self.add_fact(id, said);
        if !at.chosen {
            self.pass(id, event.step, None);
            return;
        }
        self.pass(id, event.step, Some(Storage::Places));
        let marks = self.marked();
        let (series, packers) = self.series_for(&at, metadata, Kind::Graph, Storage::Places);
        series.push_place(record, bytes, form, at.shape, marks, packers);
    }

    /// The series of a tag that takes numbers, or the one that takes places; and what packs them.
    fn series_for(
        &mut self,
        at: &Arrival<'_>,
        metadata: Option<Arc<Metadata>>,
        kind: Kind,
        storage: Storage,
    ) -> (&mut FileSeries, &mut Packers) {
        let slots = self.slots(at.id);
        let known = match storage {
            Storage::Numbers => slots.numbers,
            Storage::Places => slots.places,
        };
        let index = match known {
            Some(slot) => slot.index(),
            None => {
                let index = self.series.len();
                let slot = Slot::next(&self.series);
                let mut series = FileSeries::new(at.id, kind, storage, at.shape, self.marked());
                series.pass_before(self.least_elsewhere(at.tag, storage));
                self.series.push(series);
                self.packers.series = self.series.len();
                if let Some(known) = self.tags.value_mut(at.id) {
                    match storage {
                        Storage::Numbers => known.slots.numbers = slot,
                        Storage::Places => known.slots.places = slot,
                    }
                }
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
        (series, &mut self.packers)
    }
}
