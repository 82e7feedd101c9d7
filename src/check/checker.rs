//! One walk through a run's files, which finds what has a place in them.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use super::dashboards::{self, Abouts, Meshes};
use super::facts::Facts;
use super::{Finding, Loader, Place, Problem, Severity, cause};
use crate::error::{ErrorKind, Result};
use crate::event::{DataRef, What};
use crate::plugin::{RUN_GRAPH_TAG, graph};
use crate::reader::follow::is_of_bytes;
use crate::reader::{EventFile, EventItem, EventReader, EventRecord, Foreign, Run};
use crate::record::End;
use crate::tags::Tags;

mod damage;
mod findings;
mod series;
mod values;
mod views;
mod whole;

use damage::Damage;
use series::{Moment, Series};

/// Checks a run file by file, for programs that show progress; [`run`](super::run) does it at once.
///
/// # Examples
///
/// ```
/// use tfevents::check::Checker;
/// use tfevents::{Logdir, SummaryWriter};
///
/// # let dir = tempfile::tempdir()?;
/// SummaryWriter::new(dir.path())?.close()?;
/// let logdir = Logdir::open(dir.path())?;
/// let run = &logdir.runs()[0];
/// let mut checker = Checker::new(run);
/// for file in run.files() {
///     checker.file(file);
/// }
/// let report = checker.finish();
/// assert_eq!(report.findings[0].problem.code(), "no_values");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Checker<'r> {
    run: &'r Run,
    findings: Vec<Finding>,
    series: Tags<Series>,
    abouts: Abouts,
    files: Vec<Arc<Path>>,
    /// The first of the present file's findings, and what it holds so far.
    first_finding: usize,
    values: u64,
    /// What the dashboards need to know of the run as a whole.
    meshes: Meshes,
    facts: Facts,
    /// The findings of where the fast and the slow loader stopped in the present file.
    fast_stop: Option<usize>,
    slow_stop: Option<usize>,
}

impl<'r> Checker<'r> {
    /// Begins to check a run.
    #[must_use]
    pub fn new(run: &'r Run) -> Self {
        Self {
            run,
            findings: Vec::new(),
            series: Tags::default(),
            abouts: Abouts::default(),
            files: Vec::new(),
            first_finding: 0,
            values: 0,
            meshes: Meshes::default(),
            facts: Facts::default(),
            fast_stop: None,
            slow_stop: None,
        }
    }

    /// Checks the next file of the run, whatever state it is in.
    pub fn file(&mut self, path: &Path) {
        self.files.push(path.into());
        self.first_finding = self.findings.len();
        self.values = 0;
        self.fast_stop = None;
        self.slow_stop = None;
        if let Err(e) = self.read(path) {
            let problem = match e.kind() {
                ErrorKind::Io(io) if io.kind() == std::io::ErrorKind::Unsupported => {
                    Problem::Unsupported(cause(&e))
                }
                ErrorKind::Io(io) if is_of_bytes(io) => Problem::NotUnpacked(cause(&e)),
                _ => Problem::Unreadable(cause(&e)),
            };
            self.find(problem, None, None, 1);
        }
    }

    fn read(&mut self, path: &Path) -> Result<()> {
        let at = |e: std::io::Error| crate::Error::from(e).with_path(path);
        let file = File::open(path).map_err(at)?;
        if file.metadata().map_err(at)?.len() == 0 {
            self.find(Problem::EmptyFile, None, None, 1);
            return Ok(());
        }
        let compressed = !EventFile::new(Arc::new(file), 0).map_err(at)?.is_plain();
        let mut reader = EventReader::open(path)?.max_record(self.run.max_record());
        reader.finish();
        let mut damage = Damage::default();
        let mut broken = None;
        loop {
            match reader.next_item()? {
                EventItem::Event(record) => self.event(&record, compressed, &mut broken),
                EventItem::Damage(finding) => damage.note(self, finding),
                EventItem::End(_) => break,
            }
        }
        let end = reader.health().end;
        let what = Foreign::instead_of_events(path, reader.health());
        if what.is_some() || reader.health().records == 0 && damage.records.is_some() {
            // One finding stands for everything that is wrong with it.
            self.findings.truncate(self.first_finding);
            self.find(Problem::NoRecords { what }, None, None, 1);
        } else if end != End::Clean {
            let place = Place {
                record: reader.record(),
                offset: reader.offset(),
            };
            self.find(Problem::End(end), Some(place), None, 1);
        }
        if compressed {
            self.find(Problem::Compressed, None, None, self.values);
        }
        let is_known = |finding: &Finding| {
            let is_large = matches!(finding.problem, Problem::LargeRecord { .. });
            finding.severity() < Severity::Damage && !is_large
        };
        let mut found = self.findings.iter().skip(self.first_finding);
        let is_silent = what.is_none() && reader.health().is_clean() && found.all(is_known);
        if self.values == 0 && is_silent {
            let name = path.as_os_str().as_encoded_bytes();
            let problem = match name.ends_with(b".profile-empty") {
                true => Problem::ProfileMarker,
                false => Problem::NoValues,
            };
            self.find(problem, None, None, 1);
        }
        Ok(())
    }

    fn event(&mut self, record: &EventRecord<'_>, compressed: bool, broken: &mut Option<usize>) {
        let event = &record.event;
        let at = Moment {
            place: Place {
                record: record.record,
                offset: record.offset,
            },
            step: event.step,
            wall_time: event.wall_time,
        };
        if record.record == 0 && !matches!(event.what, What::FileVersion(_)) {
            self.find(Problem::NoFileVersion, Some(at.place), None, 1);
        }
        if !at.wall_time.is_finite() {
            self.find(Problem::WallTime(at.wall_time), Some(at.place), None, 1);
            if at.wall_time.as_secs().is_nan() && !compressed {
                self.stop(Loader::Fast, at.place);
            }
        }
        match &event.what {
            What::Summary(summary) => {
                if let Some((tag, number)) = summary.as_scalar() {
                    let data = DataRef::Simple(number);
                    self.value(at, tag, &data, None);
                    return;
                }
                for value in summary.values() {
                    match value {
                        Ok(value) => {
                            let tag = value.series_tag();
                            self.value(at, tag, &value.data, value.metadata);
                            let flaw = dashboards::without_tag(&value);
                            self.flawed_value(at.place, tag, flaw);
                        }
                        Err(e) => {
                            self.once_more(broken, at.place, || {
                                Problem::BrokenValue(e.to_string())
                            });
                            self.stop(Loader::Fast, at.place);
                            self.stop(Loader::Slow, at.place);
                        }
                    }
                }
            }
            What::GraphDef(graph) => {
                let flaw = dashboards::of_graph(graph);
                self.graph(at, RUN_GRAPH_TAG, graph::RUN_GRAPH, flaw);
            }
            What::TaggedRunMetadata(run) => {
                let flaw = dashboards::of_run_metadata(run.tag, run.run_metadata);
                self.graph(at, run.tag, graph::TAGGED_RUN_METADATA, flaw);
            }
            // Findings about a graph there concern the run as a whole.
            What::MetaGraphDef(meta_graph) if graph::of_meta_graph(meta_graph).is_some() => {
                self.count_value();
            }
            _ => {}
        }
    }
}
