//! Says what takes up the space in event files, counting each byte once.
//!
//! # Examples
//!
//! ```
//! use tfevents::{EventReader, Logdir, SummaryWriter, reader};
//! use tfevents_analysis::usage::Usage;
//!
//! # let dir = tempfile::tempdir()?;
//! # let logdir = dir.path();
//! let writer = SummaryWriter::new(logdir)?;
//! writer.add_scalar("loss", 0.5, 1)?;
//! writer.close()?;
//!
//! let mut usage = Usage::new(0);
//! for run in Logdir::open(logdir)?.runs() {
//!     usage.begin_run(run.name());
//!     for path in run.files() {
//!         let mut file = usage.file(path);
//!         let reading = reader::visit(EventReader::open(path), &mut file)?;
//!         file.finish(&reading);
//!     }
//! }
//! let report = usage.finish();
//! assert_eq!((report.files, report.total.points), (1, 1));
//! assert_eq!(report.total.parts.total(), report.disk);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::cmp::Ordering;
use std::convert::Infallible;
use std::fmt;
use std::ops::AddAssign;
use std::path::{Path, PathBuf};

use tfevents::Kind;
use tfevents::plugin::PointDecoder;
use tfevents::reader::{FollowItem, Foreign, Reading, SkimVisitor, SkimmedRecord, Visitor};

use crate::text::natural_order;

mod groups;
mod largest;
mod size;

use groups::{Groups, by_plugin, in_order};
use largest::Largest;
pub(crate) use size::{Around, unpacked};

/// What bytes are there for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Parts {
    /// Values, with their tags.
    pub data: u64,
    /// What values say about their series.
    pub metadata: u64,
    /// Headers and footers of records.
    pub framing: u64,
    /// The rest of events: times, steps, lengths; and events without values.
    pub events: u64,
    /// What cannot be read.
    pub damaged: u64,
}

impl Parts {
    /// All of them together.
    #[must_use]
    pub fn total(&self) -> u64 {
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
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Group {
    /// How many values there are.
    pub points: u64,
    /// The bytes.
    pub parts: Parts,
}

impl AddAssign for Group {
    fn add_assign(&mut self, other: Self) {
        self.points += other.points;
        self.parts += other.parts;
    }
}

/// What a group has in common; the events without values, and damage, are a group where runs are not told
/// apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A plugin.
    Plugin(String),
    /// A tag with the plugin of its values.
    Tag {
        /// The tag.
        tag: String,
        /// The plugin.
        plugin: String,
    },
    /// A run.
    Run(String),
    /// Nothing.
    NoValues,
}

impl Key {
    /// What tells it from others of its kind, the kinds in order.
    fn parts(&self) -> (u8, &str, &str) {
        match self {
            Self::Plugin(plugin) => (0, plugin, ""),
            Self::Tag { tag, plugin } => (1, tag, plugin),
            Self::Run(run) => (2, run, ""),
            Self::NoValues => (3, "", ""),
        }
    }
}

/// In the order in which people list names.
impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        let ((a, name, plugin), (b, other, other_plugin)) = (self.parts(), other.parts());
        let names = || natural_order(name, other);
        a.cmp(&b).then_with(names).then(plugin.cmp(other_plugin))
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A record among the largest ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Large {
    /// Its size, with its framing.
    pub bytes: u64,
    /// The run.
    pub run: String,
    /// The file.
    pub file: PathBuf,
    /// How many records come before it in the file.
    pub record: u64,
    /// The byte at which it begins.
    pub offset: u64,
    /// The event's step.
    pub step: i64,
    /// What it is: [`What::name`](tfevents::event::What::name).
    pub event: &'static str,
    /// Tag and plugin of the largest of its values, if it has any.
    pub value: Option<(String, String)>,
    /// How many values it has.
    pub values: usize,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Report {
    /// All groups together.
    pub total: Group,
    /// How many runs there are.
    pub runs: u64,
    /// How many files.
    pub files: u64,
    /// What the files take as they are, which is less where they are compressed; what is counted, where that is a part.
    pub disk: u64,
    /// The plugins that values are for, the largest first.
    pub by_plugin: Vec<(Key, Group)>,
    /// Tags, of all runs together, the largest first.
    pub by_tag: Vec<(Key, Group)>,
    /// Runs, the largest first.
    pub by_run: Vec<(Key, Group)>,
    /// The largest records, the largest first.
    pub largest: Vec<Large>,
    /// Files that are only called like event files, and so are not counted.
    pub foreign: Vec<(PathBuf, Foreign)>,
}

/// Counting under way.
#[derive(Debug)]
pub struct Usage<'w> {
    wanted: Option<Wanted<'w>>,
    /// The run at hand, what it holds, and what its files say about its series.
    run: String,
    in_run: Group,
    decoder: PointDecoder,
    runs: u64,
    files: u64,
    disk: u64,
    groups: Groups,
    by_run: Vec<(Key, Group)>,
    largest: Largest,
    foreign: Vec<(PathBuf, Foreign)>,
}

/// Which values are counted, by tag and kind.
struct Wanted<'w>(Box<Test<'w>>);

type Test<'w> = dyn FnMut(&str, Kind) -> bool + 'w;

impl fmt::Debug for Wanted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a test")
    }
}

/// A value of the record at hand.
#[derive(Debug)]
struct Share {
    /// None if it is not counted.
    group: Option<usize>,
    size: u64,
    metadata: u64,
}

/// The file at hand, which takes in its events.
#[derive(Debug)]
pub struct FileUsage<'u, 'w> {
    usage: &'u mut Usage<'w>,
    path: PathBuf,
    /// How many bytes were counted.
    counted: u64,
    shares: Vec<Share>,
}

impl<'w> Usage<'w> {
    /// Keeps the `top` largest records.
    #[must_use]
    pub fn new(top: usize) -> Self {
        Self {
            wanted: None,
            run: String::new(),
            in_run: Group::default(),
            decoder: PointDecoder::default(),
            runs: 0,
            files: 0,
            disk: 0,
            groups: Groups::default(),
            by_run: Vec::new(),
            largest: Largest::new(top),
            foreign: Vec::new(),
        }
    }

    /// Counts only values whose tags and kinds `wanted` accepts, and the overhead of their records.
    #[must_use]
    pub fn only(mut self, wanted: impl FnMut(&str, Kind) -> bool + 'w) -> Self {
        self.wanted = Some(Wanted(Box::new(wanted)));
        self
    }

    /// What comes next are the files of a run, in order.
    pub fn begin_run(&mut self, name: &str) {
        self.end_run();
        self.runs += 1;
        name.clone_into(&mut self.run);
        self.decoder = PointDecoder::default();
    }

    fn end_run(&mut self) {
        let group = std::mem::take(&mut self.in_run);
        self.by_run.push((Key::Run(self.run.clone()), group));
    }

    /// The next file of the run, to be [read](tfevents::reader::visit) or
    /// [skimmed](tfevents::reader::skim), and [finished](FileUsage::finish).
    pub fn file(&mut self, path: &Path) -> FileUsage<'_, 'w> {
        self.files += 1;
        FileUsage {
            usage: self,
            path: path.to_path_buf(),
            counted: 0,
            shares: Vec::new(),
        }
    }

    fn add(&mut self, record: &SkimmedRecord<'_>, path: &Path, shares: &mut Vec<Share>) {
        shares.clear();
        let groups = &mut self.groups;
        // One that cannot be told from the others is part of the event around it.
        for value in record.known_values(&mut self.decoder).flatten() {
            let mut group = || groups.of(value.plugin(), value.tag);
            let counts = match &mut self.wanted {
                Some(Wanted(wanted)) => wanted(value.tag, value.kind),
                None => true,
            };
            shares.push(Share {
                group: counts.then(&mut group),
                size: value.size,
                metadata: value.metadata_size,
            });
        }
        self.add_record(record, shares);
        let counts = self.wanted.is_none() || shares.iter().any(|share| share.group.is_some());
        if counts && self.largest.takes(record.size()) {
            let large = Large::new(record, &self.run, path, &mut self.decoder);
            self.largest.add(large);
        }
    }

    fn add_record(&mut self, record: &SkimmedRecord<'_>, shares: &[Share]) {
        let around = Around::of(record.size(), shares.iter().map(|share| share.size));
        if shares.is_empty() && self.wanted.is_none() {
            for group in self.no_values() {
                group.parts.framing += around.framing;
                group.parts.events += around.events;
            }
        }
        for (share, number) in shares.iter().zip(0..) {
            let Some(group) = share.group else {
                continue;
            };
            let Around {
                framing, events, ..
            } = around.share(number);
            let more = Group {
                points: 1,
                parts: Parts {
                    data: share.size - share.metadata,
                    metadata: share.metadata,
                    framing,
                    events,
                    damaged: 0,
                },
            };
            *self.groups.at(group) += more;
            self.in_run += more;
        }
    }

    /// The groups of what is no value.
    fn no_values(&mut self) -> [&mut Group; 2] {
        [self.groups.at(Groups::NO_VALUES), &mut self.in_run]
    }

    /// What was found.
    #[must_use]
    pub fn finish(mut self) -> Report {
        self.end_run();
        let by_tag = self.groups.into_list();
        let mut total = Group::default();
        for (_, group) in &by_tag {
            total += *group;
        }
        Report {
            total,
            runs: self.runs,
            files: self.files,
            // Of a part of a file it cannot be told.
            disk: match self.wanted {
                Some(_) => total.parts.total(),
                None => self.disk,
            },
            by_plugin: in_order(by_plugin(&by_tag)),
            by_tag: in_order(by_tag),
            by_run: in_order(self.by_run),
            largest: self.largest.into_sorted(),
            foreign: self.foreign,
        }
    }
}

impl Visitor for FileUsage<'_, '_> {
    type Stop = Infallible;

    fn item(&mut self, item: FollowItem<'_>) -> Result<(), Infallible> {
        match item {
            FollowItem::Event(record) => self.skimmed(record.into()),
            _ => Ok(()),
        }
    }
}

impl SkimVisitor for FileUsage<'_, '_> {
    fn skimmed(&mut self, record: SkimmedRecord<'_>) -> Result<(), Infallible> {
        self.counted += record.size();
        self.usage.add(&record, &self.path, &mut self.shares);
        Ok(())
    }
}

impl FileUsage<'_, '_> {
    /// The file was read, and this is how.
    pub fn finish(self, reading: &Reading) {
        let health = reading.health.as_ref().filter(|_| self.counted == 0);
        let foreign = health.and_then(|health| Foreign::instead_of_events(&self.path, health));
        if let Some(what) = foreign {
            self.usage.files -= 1;
            self.usage.foreign.push((self.path, what));
            return;
        }
        let disk = self.path.metadata().map_or(0, |m| m.len());
        self.usage.disk += disk;
        if self.usage.wanted.is_some() {
            return;
        }
        let bytes = unpacked(reading, disk);
        for group in self.usage.no_values() {
            group.parts.damaged += bytes.saturating_sub(self.counted);
        }
    }
}

impl Large {
    fn new(record: &SkimmedRecord<'_>, run: &str, path: &Path, decoder: &mut PointDecoder) -> Self {
        let mut large = Self {
            bytes: record.size(),
            run: run.to_owned(),
            file: path.to_path_buf(),
            record: record.record(),
            offset: record.offset(),
            step: record.step(),
            event: record.name(),
            value: None,
            values: 0,
        };
        let mut size = 0;
        for value in record.known_values(decoder).flatten() {
            large.values += 1;
            if large.value.is_none() || value.size > size {
                size = value.size;
                large.value = Some((value.tag.to_owned(), value.plugin().to_owned()));
            }
        }
        large
    }
}
