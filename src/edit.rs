//! Makes new event files from old ones: selects, renames, thins out and merges.
//!
//! [`Rules`] say which values stay and how they change. An [`Editor`] applies them to the events of one run,
//! one after the other, in memory that grows with the number of tags only. Where nothing changes, records are
//! passed on byte for byte; where a part of one changes, all else of it stays, unknown fields included.
//! [`Interleaved`] puts the events of several files in order of time.

use crate::error::{Error, Result};
use crate::event::{EventRef, MetadataRef, ValueRef, What};
use crate::plugin::{Kind, META_GRAPH_TAG, RUN_GRAPH_TAG};
use crate::proto::{self, Message as _};
use crate::reader::EventRecord;
use crate::record;
use crate::tags::Tags;

pub(crate) mod encode;
mod merge;
mod reversals;
mod rules;
mod scale;
mod survey;

use encode::Metadata;
pub use merge::{Interleaved, MergeItem};
pub use reversals::Reversals;
pub use rules::Rules;
use survey::Survey;

/// What an [`Editor`] did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Values that were read.
    pub read: u64,
    /// Values that were kept.
    pub kept: u64,
    /// Values that were left out because they cannot be decoded.
    pub broken: u64,
}

/// Applies [`Rules`] to the events of one run.
///
/// # Examples
///
/// ```
/// use tfevents::edit::{Editor, Rules};
/// use tfevents::{EventItem, EventReader, Selection, SummaryWriter};
///
/// # let dir = tempfile::tempdir()?;
/// let writer = SummaryWriter::new(dir.path())?;
/// for step in 0..10 {
///     writer.add_scalar("train/loss", 0.5, step)?;
///     writer.add_scalar("lr", 0.1, step)?;
/// }
/// writer.close()?;
///
/// let losses = Selection::all().tags(|tag| tag.ends_with("loss")).steps(5..);
/// let mut editor = Editor::new(Rules::default().select(losses).rename(|tag, _| tag.replace('/', "_")));
/// let mut reader = EventReader::open(writer.path())?;
/// let mut edited = Vec::new();
/// while let EventItem::Event(event) = reader.next_item()? {
///     editor.event(&event, &mut edited)?;
/// }
/// assert_eq!((editor.tally().read, editor.tally().kept), (20, 5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Editor {
    rules: Rules,
    tags: Tags<Tag>,
    /// The new names of tags, where they get any, each with the tag's number.
    names: Tags<usize>,
    survey: Survey,
    tally: Tally,
    offset: i64,
    /// A bit for each kind of which there was a value.
    met: u16,
    payload: Vec<u8>,
}

/// What is remembered of a tag. There may be as many as values.
#[derive(Debug, Default)]
struct Tag {
    wanted: bool,
    /// The number of its new name, if that differs.
    name: Option<u32>,
    values: Thinned,
    /// What plain scalars have nothing of.
    rare: Option<Box<Rare>>,
}

#[derive(Debug, Default)]
struct Rare {
    /// What its scalars are multiplied by.
    factor: Option<f64>,
    plugin: Box<str>,
    /// Its first metadata, serialized.
    metadata: Option<Vec<u8>>,
    /// Whether a kept value of the run, or of the part of it that began last, states it.
    is_stated: bool,
    /// The metadata of the first value that was kept with any, serialized, where repetitions are dropped.
    said: Option<Vec<u8>>,
    /// The events of its name that are graphs themselves, a series apart from its values.
    graphs: Thinned,
}

/// How many values of a series were chosen by the selection, and by each rule that thins out.
#[derive(Clone, Copy, Debug, Default)]
struct Thinned {
    chosen: u64,
    unique: u64,
}

fn bit(kind: Kind) -> u16 {
    1 << kind as u16
}

/// What becomes of a value.
enum Verdict {
    Drop,
    Same,
    New(Vec<u8>),
}

impl Editor {
    /// An editor for one run, which may have any number of files.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            tags: Tags::default(),
            names: Tags::default(),
            survey: Survey::default(),
            tally: Tally::default(),
            offset: 0,
            met: 0,
            payload: Vec::new(),
        }
    }

    /// Adds an offset to the steps of all following events.
    pub fn step_offset(&mut self, offset: i64) {
        self.offset = offset;
    }

    /// What was done so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Whether there was a value of a kind, kept or not, among those whose tags the selection has.
    #[must_use]
    pub fn has_met(&self, kind: Kind) -> bool {
        self.met & bit(kind) != 0
    }

    /// Takes note of an event that will be edited later; [`Rules::need_survey`] says whether that is needed.
    /// When all of the run were seen, [`begin`](Self::begin) starts anew.
    ///
    /// # Errors
    ///
    /// As for [`event`](Self::event).
    pub fn survey(&mut self, record: &EventRecord<'_>) -> Result<()> {
        let event = &record.event;
        match &event.what {
            What::Summary(summary) => {
                for value in summary.values().flatten() {
                    if self.rules.surveys(value.series_tag()) {
                        let id = self.choose(event, &value)?;
                        self.note(event, id)?;
                    }
                }
            }
            What::GraphDef(_) => {
                let id = self.choose_graph(event, RUN_GRAPH_TAG)?;
                self.note(event, id)?;
            }
            What::MetaGraphDef(_) => {
                let id = self.choose_graph(event, META_GRAPH_TAG)?;
                self.note(event, id)?;
            }
            What::TaggedRunMetadata(run) => {
                let id = self.choose_graph(event, run.tag)?;
                self.note(event, id)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Counts a value of a tag, if it was chosen.
    fn note(&mut self, event: &EventRef<'_>, id: Option<u32>) -> Result<()> {
        if let Some(id) = id {
            let step = self.step(event)?;
            self.survey.note(id, step, &self.rules);
        }
        Ok(())
    }

    /// Ends the survey.
    pub fn begin(&mut self) {
        for tag in self.tags.values_mut() {
            tag.values = Thinned::default();
            if let Some(rare) = &mut tag.rare {
                rare.graphs = Thinned::default();
                rare.plugin = Box::default();
                rare.metadata = None;
                rare.is_stated = false;
            }
        }
    }

    /// Starts a separate run: from here on, the first value of each series has to state the series' metadata again.
    pub fn begin_part(&mut self) {
        for tag in self.tags.values_mut() {
            if let Some(rare) = &mut tag.rare {
                rare.is_stated = false;
                rare.said = None;
            }
        }
    }

    /// Appends what becomes of an event to `out`, as a framed record; nothing if none of it stays.
    ///
    /// Events that hold no values, as file versions and the marks of sessions, stay.
    ///
    /// # Errors
    ///
    /// Two tags that would get the same name; a step beyond what 64 bits hold; an event that would become
    /// too long.
    pub fn event(&mut self, record: &EventRecord<'_>, out: &mut Vec<u8>) -> Result<()> {
        let event = &record.event;
        match &event.what {
            What::Summary(summary) => {
                // As long as all values stay as they are, which they mostly do, they are only counted.
                let mut verdicts = Vec::new();
                let (mut same, mut counted) = (true, 0);
                let mut values = summary.values();
                while let Some(bytes) = values.next_encoded() {
                    self.tally.read += 1;
                    let value = bytes.and_then(|bytes| Ok((bytes, ValueRef::parse(bytes)?)));
                    let verdict = match &value {
                        Ok((bytes, value)) => self.value(event, bytes, value)?,
                        Err(_) => {
                            self.tally.broken += 1;
                            Verdict::Drop
                        }
                    };
                    if same && !matches!(verdict, Verdict::Same) {
                        same = false;
                        let mut before = summary.values();
                        let before = std::iter::from_fn(|| before.next_encoded()).flatten();
                        verdicts.extend(before.take(counted).map(|bytes| (bytes, Verdict::Same)));
                    }
                    if let (Ok((bytes, _)), false) = (value, matches!(verdict, Verdict::Drop)) {
                        self.tally.kept += 1;
                        counted += 1;
                        if !same {
                            verdicts.push((bytes, verdict));
                        }
                    }
                }
                if same {
                    return self.whole(record, out);
                }
                if verdicts.is_empty() {
                    return Ok(());
                }
                let kept = verdicts.iter().map(|(bytes, verdict)| match verdict {
                    Verdict::New(bytes) => bytes,
                    _ => *bytes,
                });
                self.payload.clear();
                let step = self.step(event)?;
                encode::with_values(
                    &mut self.payload,
                    record.payload,
                    event.wall_time,
                    step,
                    kept,
                )?;
                self.frame(out)
            }
            What::GraphDef(_) => self.graph(record, RUN_GRAPH_TAG, out),
            What::TaggedRunMetadata(run) => self.graph(record, run.tag, out),
            What::MetaGraphDef(_) => self.graph(record, META_GRAPH_TAG, out),
            _ => self.whole(record, out),
        }
    }

    /// An event that is a value itself.
    fn graph(&mut self, record: &EventRecord<'_>, name: &str, out: &mut Vec<u8>) -> Result<()> {
        self.tally.read += 1;
        let event = &record.event;
        let Some(id) = self.choose_graph(event, name)? else {
            return Ok(());
        };
        let step = self.step(event)?;
        if !self.thin(id, name, step) {
            return Ok(());
        }
        self.tally.kept += 1;
        let renamed = self.tags.value(number(id)).and_then(|tag| tag.name);
        let renamed = renamed.and_then(|name| self.names.name(name as usize));
        match (renamed, &event.what) {
            (Some(renamed), What::TaggedRunMetadata(_)) => {
                self.payload.clear();
                let (payload, time) = (record.payload, event.wall_time);
                encode::with_run_tag(&mut self.payload, payload, time, step, renamed)?;
                self.frame(out)
            }
            // The run's graph has no name that could be changed.
            _ => self.whole(record, out),
        }
    }

    /// The event as it is, but for its step.
    fn whole(&mut self, record: &EventRecord<'_>, out: &mut Vec<u8>) -> Result<()> {
        let event = &record.event;
        let has_step = matches!(
            event.what,
            What::Summary(_)
                | What::GraphDef(_)
                | What::MetaGraphDef(_)
                | What::TaggedRunMetadata(_)
                | What::SessionLog(_)
        );
        if self.offset == 0 || !has_step {
            record::frame(out, record.payload);
            return Ok(());
        }
        self.payload.clear();
        let step = self.step(event)?;
        encode::with_head(&mut self.payload, record.payload, event.wall_time, step)?;
        self.frame(out)
    }

    fn frame(&self, out: &mut Vec<u8>) -> Result<()> {
        record::check_length(self.payload.len())?;
        record::frame(out, &self.payload);
        Ok(())
    }

    fn step(&self, event: &EventRef<'_>) -> Result<i64> {
        let offset = self.offset;
        event.step.checked_add(offset).ok_or_else(|| {
            Error::argument(format!(
                "step {} and the offset {offset} exceed the largest possible step",
                event.step
            ))
        })
    }

    /// The number of a value's series, if the value is wanted.
    fn choose(&mut self, event: &EventRef<'_>, value: &ValueRef<'_>) -> Result<Option<u32>> {
        let first = || Kind::of(&value.data, value.metadata.unwrap_or_default());
        let Some((id, tag)) = self.wanted_tag(value.series_tag(), first)? else {
            return Ok(None);
        };
        if let Some(metadata) = value.metadata {
            tag.remember(metadata);
        }
        let known = MetadataRef {
            plugin_name: tag.plugin(),
            ..MetadataRef::default()
        };
        let kind = Kind::of(&value.data, value.metadata.unwrap_or(known));
        self.met |= bit(kind);
        Ok(self.rules.wants(kind, event).then_some(id))
    }

    /// The same for an event that is a graph itself. Values that happen to have its name are another series,
    /// so it does not reveal their kind.
    fn choose_graph(&mut self, event: &EventRef<'_>, name: &str) -> Result<Option<u32>> {
        let id = self.wanted_tag(name, || Kind::Graph)?;
        let id = id.map(|(id, _)| id + 1);
        if id.is_some() {
            self.met |= bit(Kind::Graph);
        }
        Ok(id.filter(|_| self.rules.wants(Kind::Graph, event)))
    }

    /// What is remembered of a tag, if the selection wants it, and the number of its values' series; that of its graphs
    /// is the next one. `kind` is asked for where there was no value before.
    fn wanted_tag(
        &mut self,
        name: &str,
        kind: impl FnOnce() -> Kind,
    ) -> Result<Option<(u32, &mut Tag)>> {
        let number = match self.tags.get(name) {
            Some(number) => number,
            None => {
                let tag = self.new_tag(name, kind())?;
                self.tags.insert(name, tag)
            }
        };
        let id = u32::try_from(2 * number).unwrap_or(u32::MAX - 1);
        let tag = self.tags.value_mut(number).filter(|tag| tag.wanted);
        Ok(tag.map(|tag| (id, tag)))
    }

    fn new_tag(&mut self, name: &str, kind: Kind) -> Result<Tag> {
        let rules = &self.rules;
        let mut tag = Tag {
            wanted: rules.selection.has_tag(name),
            ..Tag::default()
        };
        if let Some(factor) = rules.factor(name) {
            tag.rare_mut().factor = Some(factor);
        }
        if let Some(rename) = rules.rename.as_ref().filter(|_| tag.wanted) {
            let new = rename(name, kind);
            if let Some(known) = self.names.find(&new) {
                let other = self.names.value(known).and_then(|&tag| self.tags.name(tag));
                return Err(Error::argument(format!(
                    "the tags `{}` and `{name}` would both be called `{new}`",
                    other.unwrap_or_default()
                )));
            }
            let id = self.names.insert(&new, self.tags.len());
            tag.name = u32::try_from(id).ok().filter(|_| new != name);
        }
        Ok(tag)
    }

    /// Whether a chosen value stays when the series is thinned out.
    fn thin(&mut self, id: u32, name: &str, step: i64) -> bool {
        let Some(tag) = self.tags.value_mut(number(id)) else {
            return false;
        };
        let rules = &self.rules;
        let series = match id % 2 {
            0 => &mut tag.values,
            _ => &mut tag.rare_mut().graphs,
        };
        let chosen = series.chosen;
        series.chosen += 1;
        if (rules.dedup && !self.survey.is_last(id, step, chosen))
            || (rules.drop_rewound && self.survey.is_rewound(id, step, chosen))
        {
            return false;
        }
        let (mut index, mut total) = (series.unique, self.survey.count(id, rules));
        series.unique += 1;
        if let Some(every) = rules.every {
            if index % every != 0 {
                return false;
            }
            index /= every;
            total = total.div_ceil(every.get());
        }
        match rules.cap_of(name) {
            Some(cap) if total > cap => share(index + 1, cap, total) > share(index, cap, total),
            _ => true,
        }
    }

    fn value(
        &mut self,
        event: &EventRef<'_>,
        bytes: &[u8],
        value: &ValueRef<'_>,
    ) -> Result<Verdict> {
        let Some(id) = self.choose(event, value)? else {
            return Ok(Verdict::Drop);
        };
        let name = value.series_tag();
        let step = self.step(event)?;
        if !self.thin(id, name, step) {
            return Ok(Verdict::Drop);
        }
        let Some(tag) = self.tags.value_mut(number(id)) else {
            return Ok(Verdict::Drop);
        };
        let scaled = match tag.rare.as_ref().and_then(|rare| rare.factor) {
            Some(factor) => scale::scaled(value, tag.plugin(), factor)?,
            None => None,
        };
        // What a dropped value said of the series has to be said by the first one that is kept.
        let metadata = match tag.missing_metadata(value) {
            Some(metadata) => Metadata::Add(metadata),
            None if self.rules.drop_repeated_metadata && tag.repeats(value) => Metadata::Drop,
            None => Metadata::Keep,
        };
        let change = encode::Change {
            tag: tag.name.and_then(|name| self.names.name(name as usize)),
            number: scaled,
            metadata,
        };
        if change.is_none() {
            return Ok(Verdict::Same);
        }
        let mut new = Vec::with_capacity(bytes.len());
        encode::value(&mut new, bytes, &change)?;
        Ok(Verdict::New(new))
    }
}

impl Tag {
    fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    fn plugin(&self) -> &str {
        self.rare.as_ref().map_or("", |rare| &rare.plugin)
    }

    /// Remembers the first metadata of a series, which says what all of its values are.
    fn remember(&mut self, metadata: MetadataRef<'_>) {
        let rare = self.rare_mut();
        if rare.metadata.is_none() {
            rare.plugin = metadata.plugin_name.into();
            rare.metadata = Some(proto::SummaryMetadata::from(metadata).encode_to_vec());
        }
    }

    /// The metadata of the series, if this is the first value that is kept with it, and lacks it.
    fn missing_metadata(&mut self, value: &ValueRef<'_>) -> Option<Vec<u8>> {
        let rare = self.rare.as_mut()?;
        let metadata = rare.metadata.as_ref()?;
        let is_first = !std::mem::replace(&mut rare.is_stated, true);
        (is_first && value.metadata.is_none() && !metadata.is_empty()).then(|| metadata.clone())
    }

    /// Whether the value repeats what was said about the series before.
    fn repeats(&mut self, value: &ValueRef<'_>) -> bool {
        let Some(metadata) = value.metadata else {
            return false;
        };
        let metadata = proto::SummaryMetadata::from(metadata).encode_to_vec();
        let said = &mut self.rare_mut().said;
        match said {
            Some(said) => *said == metadata,
            None => {
                *said = Some(metadata);
                false
            }
        }
    }
}

/// The number of the tag of a series.
fn number(id: u32) -> usize {
    id as usize / 2
}

/// How many of the first `index` of `total` values are among `cap` evenly spread ones.
fn share(index: u64, cap: u64, total: u64) -> u64 {
    let share = u128::from(index) * u128::from(cap) / u128::from(total.max(1));
    u64::try_from(share).unwrap_or(u64::MAX)
}
