//! What one file contributes to its run: columns of numbers, and the places of everything else.
//!
//! Files are loaded independently of each other, so that they can be read in parallel, grow, and be replaced
//! one by one. A run puts them together afterwards.

use std::collections::HashMap;
use std::num::NonZeroU32;

use crate::plugin::SharedMetadata;
use crate::reader::deferred::Deferred;
use crate::state::chunk::Packers;
use crate::state::datum::Storage;
use crate::state::file_series::FileSeries;
use crate::state::listing::{Facts, PLAIN};
use crate::state::marks::{Back, Mark};
use crate::tags::Tags;
use crate::types::WallTime;

mod intake;
#[cfg(test)]
mod tests;

/// Everything a file holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileData {
    pub(crate) series: Vec<FileSeries>,
    pub(crate) marks: Vec<Mark>,
    /// Whether the file has a version by which steps that go back mean nothing.
    modern: bool,
    pub(crate) last_summary_step: Option<i64>,
    pub(crate) writer: Option<String>,
    /// The least finite wall time of any event.
    pub(crate) start_time: Option<WallTime>,
    pub(crate) has_graph: bool,
    tags: Tags<Known>,
    facts: Vec<Facts>,
    metadata: SharedMetadata,
    /// The events in which tags go back, by tag.
    backs: HashMap<usize, Vec<Back>>,
    /// Records that are verified when one of their values is read, in the order of the file.
    pub(crate) deferred: Vec<Deferred>,
    packers: Packers,
    /// The first summary, of which only the run knows whether it goes back: once for all of its tags.
    first_summary: Option<Back>,
}

/// What is known of a tag: which of its series takes its next value.
#[derive(Clone, Copy, Debug, Default)]
struct Slots {
    skipped: bool,
    /// It begins with a plain scalar.
    plain: bool,
    /// It is in the first summary, if that may go back.
    first: bool,
    /// It has facts, to which a plain scalar adds nothing.
    settled: bool,
    numbers: Option<Slot>,
    places: Option<Slot>,
    /// None for a tag without values, and for one that is plain.
    facts: Option<Slot>,
}

/// A tag so far.
#[derive(Clone, Debug, Default)]
struct Known {
    slots: Slots,
    /// The least step of values that went nowhere, because they were not asked for. Few tags have any.
    passed: Option<Box<i64>>,
}

/// A place in a list: its number, and one more, so that no place takes no room.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Slot(NonZeroU32);

impl Slot {
    /// The one behind the last.
    fn next<T>(list: &[T]) -> Option<Self> {
        let len = u32::try_from(list.len()).ok()?;
        len.checked_add(1).and_then(NonZeroU32::new).map(Self)
    }

    #[inline(always)]
    fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

impl Slots {
    /// Whether a plain scalar says nothing new about the tag, and is one of its numbers.
    #[inline(always)]
    fn takes_scalars(self) -> bool {
        self.places.is_none()
            && match self.facts {
                None => self.plain,
                Some(_) => self.settled,
            }
    }
}

impl Known {
    #[inline]
    fn pass(&mut self, step: i64) {
        let least = self.passed.get_or_insert_with(|| Box::new(step));
        **least = step.min(**least);
    }
}

impl FileData {
    /// Packs what came, and lets go of room for what did not come.
    pub(super) fn settle(&mut self) {
        let mut packers = std::mem::take(&mut self.packers);
        for series in &mut self.series {
            series.settle(&mut packers);
        }
        self.packers.series = packers.series;
    }

    fn slots(&self, tag: usize) -> Slots {
        let known = self.tags.value(tag);
        known.map_or(Slots::default(), |known| known.slots)
    }

    /// Whether this is what would have been read had one reader come through `before` first: what a tag's values
    /// are may depend on metadata that only its first one has.
    pub(crate) fn can_follow(&self, before: &[Self]) -> bool {
        self.series.iter().all(|series| {
            let tag = self.name(series);
            let facts = self.facts(tag).unwrap_or(&PLAIN);
            let numbers = series.storage() == Storage::Numbers;
            let bare = facts.metadata.is_none() && series.is_plain();
            let mut known = before.iter().flat_map(|data| {
                let facts = data.facts(tag);
                data.find(tag).map(move |known| (facts, known))
            });
            known.all(|(said, known)| {
                let said = said.unwrap_or(&PLAIN);
                let same = facts.is_steady() && said.metadata == facts.metadata;
                same && (numbers || !said.is_plain()) || bare && known.storage() == Storage::Numbers
            })
        })
    }

    /// The least step of a tag's values that are not in its series of this form, of which there is none yet.
    pub(crate) fn least_elsewhere(&self, tag: &str, storage: Storage) -> Option<i64> {
        let passed = self
            .tags
            .value(self.tags.find(tag)?)?
            .passed
            .as_deref()
            .copied();
        let others = self.find(tag).filter(|series| series.storage() != storage);
        let least = others.filter_map(|series| series.steps().iter().copied().min());
        least.chain(passed).min()
    }

    /// The tag of a series.
    pub(crate) fn name(&self, series: &FileSeries) -> &str {
        self.tags.name(series.tag as usize).unwrap_or_default()
    }

    /// The series of a tag.
    pub(crate) fn find(&self, tag: &str) -> impl Iterator<Item = &FileSeries> {
        let slots = self
            .tags
            .find(tag)
            .map_or(Slots::default(), |id| self.slots(id));
        [slots.numbers, slots.places]
            .into_iter()
            .flatten()
            .filter_map(|series| self.series.get(series.index()))
    }

    /// What the values of a tag say about it, if there are any.
    pub(crate) fn facts(&self, tag: &str) -> Option<&Facts> {
        let slots = self.slots(self.tags.find(tag)?);
        match slots.facts {
            Some(facts) => self.facts.get(facts.index()),
            None => slots.plain.then_some(&PLAIN),
        }
    }

    /// The events in which the tag goes back, in order, but for the first summary.
    pub(crate) fn backs(&self, tag: &str) -> &[Back] {
        let backs = self.tags.find(tag).and_then(|id| self.backs.get(&id));
        backs.map_or(&[], Vec::as_slice)
    }

    /// The first summary, if the tag is in it and it may go back behind what came before the file.
    pub(crate) fn first_back(&self, tag: &str) -> Option<&Back> {
        let slots = self.slots(self.tags.find(tag)?);
        self.first_summary.as_ref().filter(|_| slots.first)
    }
}
