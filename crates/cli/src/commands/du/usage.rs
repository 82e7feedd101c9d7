//! Counting: each byte of each file once.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, HashMap};
use std::ops::AddAssign;
use std::path::{Path, PathBuf};

use anyhow::Result;
use tfevents::Run;
use tfevents::plugin::Decoder;
use tfevents::reader::EventRecord;
use tfevents::record::OVERHEAD;

use crate::input::read::Checks;
use crate::input::sources::{self, Source};
use crate::input::values::{self, Known};
use crate::ui::reporter::Reporter;

/// What bytes are added up by.
#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
pub(super) enum By {
    /// What the values are: scalars, images
    Plugin,
    /// Tags, of all runs together
    Tag,
    /// Runs
    Run,
}

/// What bytes are there for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Parts {
    /// Values, with their tags.
    pub(super) data: u64,
    /// What values say of their series.
    pub(super) metadata: u64,
    /// Headers and footers of records.
    pub(super) framing: u64,
    /// The rest of events: times, steps, lengths; and events without values.
    pub(super) events: u64,
    /// What cannot be read.
    pub(super) damaged: u64,
}

impl Parts {
    pub(super) fn total(&self) -> u64 {
        self.data + self.metadata + self.framing + self.events + self.damaged
    }
}

impl AddAssign for Parts {
    fn add_assign(&mut self, other: Self) {
        self.data += other.data;
        self.metadata += other.metadata;
        self.framing += other.framing;
        self.events += other.events;
        self.damaged += other.damaged;
    }
}

/// What belongs to one plugin, tag or run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Group {
    pub(super) points: u64,
    pub(super) parts: Parts,
}

impl AddAssign for Group {
    fn add_assign(&mut self, other: Self) {
        self.points += other.points;
        self.parts += other.parts;
    }
}

/// What a group has in common; the events without values, and damage, are a group where runs are not told
/// apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Plugin(String),
    Tag { tag: String, plugin: String },
    Run(String),
    NoValues,
}

/// A record among the largest ones.
pub(super) struct Large {
    pub(super) bytes: u64,
    pub(super) run: String,
    pub(super) file: PathBuf,
    pub(super) record: u64,
    pub(super) offset: u64,
    pub(super) step: i64,
    /// What it is, as `cat` names it.
    pub(super) event: &'static str,
    /// Tag and plugin of the largest of its values, if it has any.
    pub(super) value: Option<(String, String)>,
    pub(super) values: usize,
}

/// What was found.
pub(super) struct Report {
    pub(super) by: By,
    pub(super) total: Group,
    pub(super) runs: u64,
    pub(super) files: u64,
    /// What the files take as they are, which is less where they are compressed.
    pub(super) disk: u64,
    /// The largest first.
    pub(super) groups: Vec<(Key, Group)>,
    pub(super) largest: Vec<Large>,
}

/// Counting under way.
pub(super) struct Usage {
    by: By,
    runs: u64,
    files: u64,
    disk: u64,
    groups: Groups,
    largest: Largest,
}

/// A value of the record at hand.
struct Share {
    group: usize,
    size: u64,
    metadata: u64,
}

/// The file at hand.
struct Place<'a> {
    run: &'a str,
    path: &'a Path,
    /// The group of what is no value.
    rest: usize,
}

impl Usage {
    pub(super) fn new(by: By, top: usize) -> Self {
        Self {
            by,
            runs: 0,
            files: 0,
            disk: 0,
            groups: Groups::default(),
            largest: Largest::new(top),
        }
    }

    pub(super) fn add_run(
        &mut self,
        source: &Source,
        checks: &Checks,
        reporter: &Reporter,
    ) -> Result<()> {
        self.runs += 1;
        let mut decoder = Decoder::default();
        let rest = match self.by {
            By::Run => self.groups.push(Key::Run(source.name.clone())),
            By::Plugin | By::Tag => self.groups.no_values(),
        };
        for path in source.run.files() {
            self.files += 1;
            let place = Place {
                run: &source.name,
                path,
                rest,
            };
            self.add_file(&source.run, &place, &mut decoder, checks, reporter)?;
        }
        Ok(())
    }

    fn add_file(
        &mut self,
        run: &Run,
        place: &Place<'_>,
        decoder: &mut Decoder,
        checks: &Checks,
        reporter: &Reporter,
    ) -> Result<()> {
        let mut counted = 0;
        let mut shares = Vec::new();
        let reading = checks.read_file(run, place.path, reporter, |record| {
            shares.clear();
            values::each(record, decoder, |value, _| {
                // One that cannot be told from the others is part of the event around it.
                shares.extend(value.ok().map(|value| self.share(&value, place)));
            });
            counted += record.size();
            self.add_record(record, place, &shares);
            if self.largest.takes(record.size()) {
                self.largest.add(Large::new(record, place, decoder));
            }
            Ok(())
        })?;
        reading.report(place.path, reporter);
        let disk = sources::file_size(place.path);
        self.disk += disk;
        // What the system refuses to hand out takes space, too.
        let bytes = match reading.error {
            Some(_) => reading.bytes.max(disk),
            None => reading.bytes,
        };
        let group = self.groups.at(place.rest);
        group.parts.damaged += bytes.saturating_sub(counted);
        Ok(())
    }

    fn share(&mut self, value: &Known<'_>, place: &Place<'_>) -> Share {
        Share {
            group: match self.by {
                By::Plugin => self.groups.of(value.plugin(), None),
                By::Tag => self.groups.of(value.plugin(), Some(value.tag)),
                By::Run => place.rest,
            },
            size: value.size,
            metadata: value.metadata_size,
        }
    }

    fn add_record(&mut self, record: &EventRecord<'_>, place: &Place<'_>, shares: &[Share]) {
        let values: u64 = shares.iter().map(|share| share.size).sum();
        let framing = OVERHEAD as u64;
        let events = (record.size() - framing).saturating_sub(values);
        if shares.is_empty() {
            let group = self.groups.at(place.rest);
            group.parts.framing += framing;
            group.parts.events += events;
        }
        let shared = split(framing, shares.len()).zip(split(events, shares.len()));
        for (share, (framing, events)) in shares.iter().zip(shared) {
            *self.groups.at(share.group) += Group {
                points: 1,
                parts: Parts {
                    data: share.size - share.metadata,
                    metadata: share.metadata,
                    framing,
                    events,
                    damaged: 0,
                },
            };
        }
    }

    pub(super) fn finish(self) -> Report {
        let mut groups = self.groups.groups;
        groups.retain(|(_, group)| group.parts != Parts::default());
        groups.sort_by(|(a, x), (b, y)| y.parts.total().cmp(&x.parts.total()).then(a.cmp(b)));
        let mut total = Group::default();
        for (_, group) in &groups {
            total += *group;
        }
        Report {
            by: self.by,
            total,
            runs: self.runs,
            files: self.files,
            disk: self.disk,
            groups,
            largest: self.largest.into_sorted(),
        }
    }
}

/// Groups, found without allocating.
#[derive(Default)]
struct Groups {
    groups: Vec<(Key, Group)>,
    /// By plugin and tag; where tags do not matter they are empty.
    known: HashMap<Box<str>, HashMap<Box<str>, usize>>,
    no_values: Option<usize>,
}

impl Groups {
    fn push(&mut self, key: Key) -> usize {
        self.groups.push((key, Group::default()));
        self.groups.len() - 1
    }

    fn at(&mut self, i: usize) -> &mut Group {
        &mut self.groups[i].1
    }

    fn no_values(&mut self) -> usize {
        match self.no_values {
            Some(i) => i,
            None => {
                let i = self.push(Key::NoValues);
                self.no_values = Some(i);
                i
            }
        }
    }

    fn of(&mut self, plugin: &str, tag: Option<&str>) -> usize {
        let name = tag.unwrap_or_default();
        if let Some(&i) = self.known.get(plugin).and_then(|tags| tags.get(name)) {
            return i;
        }
        let i = self.push(match tag {
            None => Key::Plugin(plugin.to_owned()),
            Some(tag) => Key::Tag {
                tag: tag.to_owned(),
                plugin: plugin.to_owned(),
            },
        });
        let tags = self.known.entry(plugin.into()).or_default();
        tags.insert(name.into(), i);
        i
    }
}

/// A number in `n` parts that differ by the remainder, which the first one has.
fn split(total: u64, n: usize) -> impl Iterator<Item = u64> {
    let n = n as u64;
    (0..n).map(move |i| total / n + if i == 0 { total % n } else { 0 })
}

/// The largest records so far; of equal ones the first.
struct Largest {
    limit: usize,
    /// The least of them on top.
    heap: BinaryHeap<Reverse<BySize>>,
    added: u64,
}

/// A record in the order of sizes, earlier ones after later ones.
struct BySize(Large, u64);

impl Largest {
    fn new(limit: usize) -> Self {
        Self {
            limit,
            heap: BinaryHeap::new(),
            added: 0,
        }
    }

    fn takes(&self, bytes: u64) -> bool {
        self.heap.len() < self.limit
            || self
                .heap
                .peek()
                .is_some_and(|Reverse(least)| bytes > least.0.bytes)
    }

    fn add(&mut self, large: Large) {
        self.added += 1;
        self.heap.push(Reverse(BySize(large, self.added)));
        if self.heap.len() > self.limit {
            self.heap.pop();
        }
    }

    fn into_sorted(self) -> Vec<Large> {
        let sorted = self.heap.into_sorted_vec().into_iter();
        sorted.map(|Reverse(BySize(large, _))| large).collect()
    }
}

impl BySize {
    fn key(&self) -> (u64, Reverse<u64>) {
        (self.0.bytes, Reverse(self.1))
    }
}

impl Ord for BySize {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for BySize {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for BySize {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for BySize {}

impl Large {
    fn new(record: &EventRecord<'_>, place: &Place<'_>, decoder: &mut Decoder) -> Self {
        let mut large = Self {
            bytes: record.size(),
            run: place.run.to_owned(),
            file: place.path.to_path_buf(),
            record: record.record,
            offset: record.offset,
            step: record.event.step,
            event: values::event_name(&record.event.what),
            value: None,
            values: 0,
        };
        let mut size = 0;
        values::each(record, decoder, |value, _| {
            let Ok(value) = value else { return };
            large.values += 1;
            if large.value.is_none() || value.size > size {
                size = value.size;
                large.value = Some((value.tag.to_owned(), value.plugin().to_owned()));
            }
        });
        large
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_in_sharing() {
        assert_eq!(split(16, 1).collect::<Vec<_>>(), [16]);
        assert_eq!(split(17, 3).collect::<Vec<_>>(), [7, 5, 5]);
        assert_eq!(split(1, 2).collect::<Vec<_>>(), [1, 0]);
    }

    #[test]
    fn the_largest_are_kept_in_order() {
        let large = |bytes, offset| Large {
            bytes,
            run: String::new(),
            file: PathBuf::new(),
            record: 0,
            offset,
            step: 0,
            event: "none",
            value: None,
            values: 0,
        };
        let mut largest = Largest::new(3);
        for (offset, bytes) in [5, 9, 7, 7, 1, 9, 7].into_iter().enumerate() {
            if largest.takes(bytes) {
                largest.add(large(bytes, offset as u64));
            }
        }
        let kept = largest.into_sorted();
        let kept: Vec<_> = kept
            .iter()
            .map(|large| (large.bytes, large.offset))
            .collect();
        assert_eq!(kept, [(9, 1), (9, 5), (7, 2)]);
        assert!(!Largest::new(0).takes(1));
    }
}
