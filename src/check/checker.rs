//! One walk through a run's files, which finds what has a place in them.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Finding, Loader, Place, Problem, Report, views};
use crate::error::Result;
use crate::event::{DataRef, MetadataRef, What};
use crate::plugin::{Kind, RUN_GRAPH_TAG};
use crate::reader::{self, EventFile, EventItem, EventReader, EventRecord, Health, Run};
use crate::record::{Fault, Tail};

/// Checks a run file by file, for those who want to show how far it is; [`run`](super::run) does it at once.
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
    series: HashMap<Arc<str>, Series>,
    files: Vec<PathBuf>,
    /// The first of the present file's findings, and what it holds so far.
    first_finding: usize,
    values: u64,
    /// The findings of where the fast and the slow loader stopped in the present file.
    fast_stop: Option<usize>,
    slow_stop: Option<usize>,
}

/// What is remembered of a tag.
#[derive(Debug)]
struct Series {
    kind: Kind,
    /// The plugin that the first metadata named.
    plugin: Box<str>,
    /// Where the first value stands, if it is a tensor without metadata.
    bare: Option<(usize, Place)>,
    /// The plugin that a later value named then.
    late: Option<Box<str>>,
    points: u64,
    last_step: i64,
    /// The files it is in, and the times at which it begins and ends there.
    spans: Vec<(usize, f64, f64)>,
    back: Option<usize>,
    same: Option<usize>,
    kinds: Option<usize>,
}

/// Where and when a value was logged.
#[derive(Clone, Copy)]
struct Moment {
    place: Place,
    step: i64,
    wall_time: f64,
}

impl<'r> Checker<'r> {
    /// Begins to check a run.
    #[must_use]
    pub fn new(run: &'r Run) -> Self {
        Self {
            run,
            findings: Vec::new(),
            series: HashMap::new(),
            files: Vec::new(),
            first_finding: 0,
            values: 0,
            fast_stop: None,
            slow_stop: None,
        }
    }

    /// Checks the next file of the run, whatever state it is in.
    pub fn file(&mut self, path: &Path) {
        self.files.push(path.to_path_buf());
        self.first_finding = self.findings.len();
        self.values = 0;
        self.fast_stop = None;
        self.slow_stop = None;
        if let Err(e) = self.read(path) {
            let cause = std::io::Error::from(e);
            self.find(Problem::Unreadable(cause.to_string()), None, None, 1);
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
        loop {
            match reader.next_item()? {
                EventItem::Event(record) => self.event(&record, compressed),
                EventItem::Damage(finding) => damage.note(self, finding),
                EventItem::End(_) => break,
            }
        }
        let tail = reader.health().tail;
        if tail != Tail::Clean {
            let place = Place {
                record: reader.record(),
                offset: reader.offset(),
            };
            self.find(Problem::Tail(tail), Some(place), None, 1);
        }
        if compressed {
            self.find(Problem::Compressed, None, None, self.values);
        }
        if self.values == 0 && reader.health().is_clean() {
            self.find(Problem::NoValues, None, None, 1);
        }
        Ok(())
    }

    fn event(&mut self, record: &EventRecord<'_>, compressed: bool) {
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
            if at.wall_time.is_nan() && !compressed {
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
                            self.value(at, value.series_tag(), &value.data, value.metadata);
                        }
                        Err(e) => {
                            let problem = Problem::BrokenValue(e.to_string());
                            self.find(problem, Some(at.place), None, 1);
                            self.stop(Loader::Fast, at.place);
                            self.stop(Loader::Slow, at.place);
                        }
                    }
                }
            }
            What::GraphDef(_) => self.graph(at, RUN_GRAPH_TAG, "graphs"),
            What::TaggedRunMetadata(run) => self.graph(at, run.tag, "graph_tagged_run_metadata"),
            _ => {}
        }
    }

    fn graph(&mut self, at: Moment, tag: &str, plugin_name: &str) {
        let metadata = MetadataRef {
            plugin_name,
            ..MetadataRef::default()
        };
        self.value(at, tag, &DataRef::None, Some(metadata));
    }

    fn value(
        &mut self,
        at: Moment,
        tag: &str,
        data: &DataRef<'_>,
        metadata: Option<MetadataRef<'_>>,
    ) {
        self.values += 1;
        for stop in [self.fast_stop, self.slow_stop].into_iter().flatten() {
            if let Some(behind) = self.findings.get_mut(stop) {
                behind.count += 1;
            }
        }
        let file = self.files.len() - 1;
        let Some((name, series)) = self.series.get_key_value(tag) else {
            let series = Series::new(at, file, data, metadata);
            self.series.insert(tag.into(), series);
            return;
        };
        let (name, last) = (Arc::clone(name), series.last_step);
        let kind = Kind::of(
            data,
            metadata.unwrap_or(MetadataRef {
                plugin_name: &series.plugin,
                ..MetadataRef::default()
            }),
        );
        let (first, back, same, kinds) = (series.kind, series.back, series.same, series.kinds);
        let back = if at.step < last {
            let (from, to) = (last, at.step);
            self.again(back, Problem::StepsBack { from, to }, at.place, &name)
        } else {
            back
        };
        let same = if at.step == last {
            let step = at.step;
            self.again(same, Problem::DuplicateSteps { step }, at.place, &name)
        } else {
            same
        };
        let differs = kind != first && kind != Kind::Other && first != Kind::Other;
        let kinds = if differs {
            let problem = Problem::TwoKinds { first, then: kind };
            self.again(kinds, problem, at.place, &name)
        } else {
            kinds
        };
        if let Some(series) = self.series.get_mut(tag) {
            (series.back, series.same, series.kinds) = (back, same, kinds);
            series.add(at, file, kind, metadata);
        }
    }

    /// Adds to a finding of the present file, or makes it.
    fn again(
        &mut self,
        known: Option<usize>,
        problem: Problem,
        place: Place,
        tag: &Arc<str>,
    ) -> Option<usize> {
        let known = known.filter(|&known| known >= self.first_finding);
        match known.and_then(|known| self.findings.get_mut(known)) {
            Some(finding) => finding.count += 1,
            None => {
                self.find(problem, Some(place), Some(Arc::clone(tag)), 1);
                return Some(self.findings.len() - 1);
            }
        }
        known
    }

    /// A loader stops in the present file, unless it already did.
    fn stop(&mut self, loader: Loader, place: Place) {
        let next = self.findings.len();
        let stop = match loader {
            Loader::Fast => &mut self.fast_stop,
            Loader::Slow => &mut self.slow_stop,
        };
        if stop.is_none() {
            *stop = Some(next);
            self.find(Problem::Behind(loader), Some(place), None, 0);
        }
    }

    fn find(&mut self, problem: Problem, place: Option<Place>, tag: Option<Arc<str>>, count: u64) {
        self.findings.push(Finding {
            problem,
            file: self.files.last().cloned(),
            place,
            tag,
            count,
        });
    }

    /// What was found in all of the files, and how TensorBoard's views of the run differ from its content.
    #[must_use]
    pub fn finish(mut self) -> Report {
        // Where nothing follows, stopping hides nothing.
        self.findings.retain(|finding| finding.count > 0);
        let mut series: Vec<_> = std::mem::take(&mut self.series).into_iter().collect();
        series.sort_by(|a, b| a.0.cmp(&b.0));
        self.bare(&series);
        self.two_writers(&series);
        self.findings.sort_by(|a, b| {
            let offset = |f: &Finding| f.place.map(|place| place.offset);
            a.file.cmp(&b.file).then(offset(a).cmp(&offset(b)))
        });
        let explained = |tag: &str| {
            let found = series.binary_search_by(|(name, _)| (**name).cmp(tag));
            found.is_ok_and(|i| series[i].1.bare.is_some() || series[i].1.kinds.is_some())
        };
        self.findings.extend(views::compare(self.run, explained));
        Report {
            tags: series.into_iter().map(|(tag, _)| tag).collect(),
            findings: self.findings,
        }
    }

    fn bare(&mut self, series: &[(Arc<str>, Series)]) {
        for (tag, series) in series {
            if let Some((file, place)) = series.bare {
                self.findings.push(Finding {
                    problem: Problem::NoMetadata {
                        late: series.late.clone(),
                    },
                    file: self.files.get(file).cloned(),
                    place: Some(place),
                    tag: Some(Arc::clone(tag)),
                    count: series.points,
                });
            }
        }
    }

    fn two_writers(&mut self, series: &[(Arc<str>, Series)]) {
        let mut pairs = BTreeMap::<(usize, usize), u64>::new();
        for (_, series) in series {
            let mut spans = series.spans.clone();
            spans.sort_by(|a, b| a.1.total_cmp(&b.1));
            // The file so far that lasts longest.
            let mut longest: Option<(usize, f64)> = None;
            for (file, begin, end) in spans {
                if let Some((other, until)) = longest
                    && begin < until
                {
                    *pairs.entry((other.max(file), other.min(file))).or_default() += 1;
                }
                if longest.is_none_or(|(_, until)| end > until) {
                    longest = Some((file, end));
                }
            }
        }
        for ((file, other), count) in pairs {
            if let (Some(file), Some(other)) = (self.files.get(file), self.files.get(other)) {
                self.findings.push(Finding {
                    problem: Problem::TwoWriters {
                        other: other.clone(),
                    },
                    file: Some(file.clone()),
                    place: None,
                    tag: None,
                    count,
                });
            }
        }
    }
}

impl Series {
    fn new(at: Moment, file: usize, data: &DataRef<'_>, metadata: Option<MetadataRef<'_>>) -> Self {
        let tensor = matches!(data, DataRef::Tensor(_) | DataRef::None);
        let plugin = metadata.map_or("", |m| m.plugin_name);
        let mut series = Self {
            kind: Kind::of(data, metadata.unwrap_or_default()),
            plugin: plugin.into(),
            bare: (tensor && metadata.is_none()).then_some((file, at.place)),
            late: None,
            points: 0,
            last_step: at.step,
            spans: Vec::new(),
            back: None,
            same: None,
            kinds: None,
        };
        series.add(at, file, series.kind, metadata);
        series
    }

    fn add(&mut self, at: Moment, file: usize, kind: Kind, metadata: Option<MetadataRef<'_>>) {
        self.points += 1;
        self.last_step = at.step;
        if self.kind == Kind::Other {
            self.kind = kind;
        }
        if let Some(metadata) = metadata
            && self.plugin.is_empty()
        {
            self.plugin = metadata.plugin_name.into();
            if self.bare.is_some() {
                self.late = Some(self.plugin.clone());
            }
        }
        if !at.wall_time.is_finite() {
            return;
        }
        match self.spans.last_mut() {
            Some((last, begin, end)) if *last == file => {
                *begin = begin.min(at.wall_time);
                *end = end.max(at.wall_time);
            }
            _ => self.spans.push((file, at.wall_time, at.wall_time)),
        }
    }
}

/// The damage of one file: the first places one by one, the others in one.
#[derive(Default)]
struct Damage {
    noted: usize,
    more: Option<usize>,
}

impl Damage {
    fn note(&mut self, checker: &mut Checker<'_>, finding: reader::Finding) {
        let place = Place {
            record: finding.record,
            offset: finding.offset,
        };
        // Where the boundary of the record is known, the fast loader takes it unchecked.
        let skipped = matches!(
            finding.problem,
            reader::Problem::Framing(Fault::PayloadCrc { .. })
        );
        if self.noted < Health::MAX_FINDINGS {
            self.noted += 1;
            let problem = match finding.problem {
                reader::Problem::Framing(fault) => Problem::Damage {
                    bytes: finding.len,
                    fault,
                },
                reader::Problem::Content(what) => Problem::NotAnEvent(what),
                reader::Problem::Large { length, limit } => {
                    // TensorBoard takes it.
                    let problem = Problem::LargeRecord { length, limit };
                    checker.find(problem, Some(place), None, 1);
                    return;
                }
            };
            checker.find(problem, Some(place), None, 1);
        } else if let Some(more) = self.more.and_then(|more| checker.findings.get_mut(more)) {
            more.count += 1;
        } else {
            self.more = Some(checker.findings.len());
            checker.find(Problem::MoreDamage, Some(place), None, 1);
        }
        if !skipped {
            checker.stop(Loader::Fast, place);
        }
        checker.stop(Loader::Slow, place);
    }
}
