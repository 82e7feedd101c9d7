//! From the events of a run to its statistics.

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use tfevents::event::PlainScalar;
use tfevents::plugin::PointDecoder;
use tfevents::reader::{FollowItem, Foreign, Reading, SkimVisitor, SkimmedRecord, Visitor};
use tfevents::record::OVERHEAD;

use super::{BrokenValue, FileStats, Range, RunStats, SeriesTable, Whole};
use crate::pattern::WantedTags;
use crate::usage::{Around, unpacked};

/// How many of a file's broken values are kept one by one.
const MAX_BROKEN: usize = 1000;

/// What is collected over the files of a run.
#[derive(Debug)]
pub struct RunSurvey<'t, 's> {
    name: String,
    dir: PathBuf,
    files: Vec<FileStats>,
    decoder: PointDecoder,
    table: SeriesTable,
    times: Range<f64>,
    whole: Whole,
    tags: &'t mut WantedTags<'s>,
}

/// The file at hand, which takes in its events.
#[derive(Debug)]
pub struct FileSurvey<'r, 't, 's> {
    survey: &'r mut RunSurvey<'t, 's>,
    path: PathBuf,
    events: u64,
    /// Bytes of its values.
    valued: u64,
    version: Option<String>,
    writer: Option<String>,
    broken: Vec<BrokenValue>,
    broken_count: u64,
}

impl<'t, 's> RunSurvey<'t, 's> {
    /// Begins with a run. Where none of its tags are wanted, it will have no series.
    pub fn new(name: &str, dir: &Path, tags: &'t mut WantedTags<'s>) -> Self {
        Self {
            name: name.to_owned(),
            dir: dir.to_path_buf(),
            files: Vec::new(),
            decoder: PointDecoder::default(),
            table: SeriesTable::default(),
            times: Range::default(),
            whole: Whole::default(),
            tags,
        }
    }

    /// The next file of the run, to be [read](tfevents::reader::visit) or
    /// [skimmed](tfevents::reader::skim), and [finished](FileSurvey::finish).
    pub fn file(&mut self, path: &Path) -> FileSurvey<'_, 't, 's> {
        FileSurvey {
            survey: self,
            path: path.to_path_buf(),
            events: 0,
            valued: 0,
            version: None,
            writer: None,
            broken: Vec::new(),
            broken_count: 0,
        }
    }

    /// What was found.
    #[must_use]
    pub fn finish(self) -> RunStats {
        RunStats {
            name: self.name,
            dir: self.dir,
            files: self.files,
            series: self.table,
            times: self.times,
            whole: self.tags.all().then_some(self.whole),
        }
    }
}

impl FileSurvey<'_, '_, '_> {
    /// The file was read, and this is how.
    pub fn finish(self, reading: Reading) {
        let health = reading.health.as_ref();
        let foreign = health.and_then(|health| Foreign::instead_of_events(&self.path, health));
        let disk = self.path.metadata().map_or(0, |m| m.len());
        let bytes = unpacked(&reading, disk);
        // A file that is not an event file holds nothing of the run.
        let counts = foreign.is_none() || self.events > 0;
        if counts {
            let whole = &mut self.survey.whole;
            whole.rest += bytes.saturating_sub(self.valued);
            whole.disk += disk;
        }
        self.survey.files.push(FileStats {
            bytes,
            disk,
            path: self.path,
            events: self.events,
            version: self.version,
            writer: self.writer,
            reading,
            foreign,
            broken: self.broken,
            broken_count: self.broken_count,
        });
    }

    fn event(&mut self, record: &SkimmedRecord<'_>) {
        let RunSurvey {
            decoder,
            table,
            times,
            tags,
            ..
        } = &mut *self.survey;
        self.events += 1;
        times.add_time(record.wall_time());
        if let Some(v) = record.file_version() {
            self.version.get_or_insert_with(|| v.to_owned());
        }
        if let Some(w) = record.source_writer() {
            self.writer.get_or_insert_with(|| w.to_owned());
        }
        let values: Vec<_> = record.known_values(decoder).collect();
        let around = Around::of(record.size(), values.iter().flatten().map(|v| v.size));
        let mut numbers = 0..;
        for value in values {
            let problem = match value {
                Ok(value) => {
                    let share = numbers.next().map_or(0, |n| around.share(n).total());
                    let bytes = value.size + share;
                    self.valued += bytes;
                    if !tags.wants(value.tag) {
                        continue;
                    }
                    let scalar = value.scalar();
                    let number = scalar.as_ref().ok().copied().flatten();
                    table.add(&value, bytes, number, record.step(), record.wall_time());
                    scalar.err().map(|e| format!("{}: {e}", value.tag))
                }
                Err(e) => Some(e.to_string()),
            };
            if let Some(problem) = problem {
                self.broken_count += 1;
                if self.broken.len() < MAX_BROKEN {
                    self.broken.push(BrokenValue {
                        record: record.record(),
                        offset: record.offset(),
                        problem,
                    });
                }
            }
        }
    }
}

impl Visitor for FileSurvey<'_, '_, '_> {
    type Stop = Infallible;
    const SCALARS: bool = true;

    // Called across crates for each scalar.
    #[inline]
    fn scalar(&mut self, scalar: &PlainScalar<'_>) -> bool {
        let survey = &mut *self.survey;
        let bytes = (scalar.payload().len() + OVERHEAD) as u64;
        let taken = survey.tags.all() && survey.table.add_plain(scalar, bytes);
        if taken {
            self.events += 1;
            self.valued += bytes;
            survey.times.add_time(scalar.wall_time);
        }
        taken
    }

    fn item(&mut self, item: FollowItem<'_>) -> Result<(), Infallible> {
        match item {
            FollowItem::Event(record) => self.skimmed(record.into()),
            _ => Ok(()),
        }
    }
}

impl SkimVisitor for FileSurvey<'_, '_, '_> {
    fn skimmed(&mut self, record: SkimmedRecord<'_>) -> Result<(), Infallible> {
        self.event(&record);
        Ok(())
    }
}
