//! From the events of a run to its statistics.

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use tfevents::event::PlainScalar;
use tfevents::plugin::PointDecoder;
use tfevents::reader::{FollowItem, Foreign, Reading, SkimVisitor, SkimmedRecord, Visitor};

use super::{BrokenValue, FileStats, Range, RunStats, SeriesTable};
use crate::pattern::WantedTags;

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
    tags: &'t mut WantedTags<'s>,
}

/// The file at hand, which takes in its events.
#[derive(Debug)]
pub struct FileSurvey<'r, 't, 's> {
    survey: &'r mut RunSurvey<'t, 's>,
    path: PathBuf,
    events: u64,
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
        }
    }
}

impl FileSurvey<'_, '_, '_> {
    /// The file was read, and this is how.
    pub fn finish(self, reading: Reading) {
        let health = reading.health.as_ref();
        let foreign = health.and_then(|health| Foreign::instead_of_events(&self.path, health));
        self.survey.files.push(FileStats {
            bytes: self.path.metadata().map_or(0, |m| m.len()),
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
        for value in record.known_values(decoder) {
            let problem = match value {
                Ok(value) if !tags.wants(value.tag) => None,
                Ok(value) => {
                    let scalar = value.scalar();
                    let number = scalar.as_ref().ok().copied().flatten();
                    table.add(&value, number, record.step(), record.wall_time());
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
        let taken = survey.tags.all() && survey.table.add_plain(scalar);
        if taken {
            self.events += 1;
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
