//! One walk through a run's files, which finds what has a place in them.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::dashboards::{self, Meshes};
use super::facts::Facts;
use super::{Finding, Flaw, Loader, Place, Problem, Report, cause, projector, views};
use crate::error::Result;
use crate::event::{DataRef, MetadataRef, What};
use crate::plugin::hparams::{self, HParamsEvent};
use crate::plugin::{Kind, RUN_GRAPH_TAG, custom_scalars, graph};
use crate::reader::{EventFile, EventItem, EventReader, EventRecord, Run};
use crate::record::Tail;

mod damage;
mod series;

use damage::Damage;
use series::{Moment, Series};

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
            series: HashMap::new(),
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
        self.files.push(path.to_path_buf());
        self.first_finding = self.findings.len();
        self.values = 0;
        self.fast_stop = None;
        self.slow_stop = None;
        if let Err(e) = self.read(path) {
            self.find(Problem::Unreadable(cause(&e)), None, None, 1);
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
        let tail = reader.health().tail;
        if reader.health().records == 0 && damage.records.is_some() {
            // Whatever is wrong with it, in one word.
            self.findings.truncate(self.first_finding);
            let mut first = Vec::new();
            let unwrapped =
                EventFile::new(Arc::new(File::open(path).map_err(at)?), 0).map_err(at)?;
            unwrapped.take(64).read_to_end(&mut first).map_err(at)?;
            self.find(Problem::no_records(&first), None, None, 1);
        } else if tail != Tail::Clean {
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
            _ => {}
        }
    }

    /// A value that is an event of its own.
    fn graph(&mut self, at: Moment, tag: &str, plugin_name: &str, flaw: Option<Flaw>) {
        let metadata = MetadataRef {
            plugin_name,
            ..MetadataRef::default()
        };
        self.value(at, tag, &DataRef::None, Some(metadata));
        if let Some((name, series)) = self.series.get_key_value(tag) {
            let name = Arc::clone(name);
            if !series.valued
                && let Some(series) = self.series.get_mut(tag)
            {
                series.valued = true;
            }
            self.flawed(at.place, &name, flaw);
        }
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
            let flaw = dashboards::of_series(series.kind, tag, &series.about)
                .or_else(|| dashboards::of_names(series.kind, self.run.name(), tag));
            if series.kind == Kind::HParams && !flaw.as_ref().is_some_and(Flaw::breaks_dashboard) {
                self.facts.hparams(tag, &series.about.content);
            }
            let name = Arc::<str>::from(tag);
            self.series.insert(Arc::clone(&name), series);
            self.flawed(at.place, &name, flaw);
            self.look(at, &name, data);
            return;
        };
        let name = Arc::clone(name);
        let kind = Kind::of(
            data,
            metadata.unwrap_or(MetadataRef {
                plugin_name: &series.about.plugin,
                ..MetadataRef::default()
            }),
        );
        let last = series.last_step;
        let (first, mut back, mut same, mut kinds) =
            (series.kind, series.back, series.same, series.kinds);
        // Of these the last one, or the first, stands for all.
        let replaced = matches!(first, Kind::HParams | Kind::CustomScalars) || tag == RUN_GRAPH_TAG;
        if at.step < last && !replaced {
            let (from, to) = (last, at.step);
            back = self.again(back, Problem::StepsBack { from, to }, at.place, &name);
        }
        if at.step == last && !replaced {
            let step = at.step;
            same = self.again(same, Problem::DuplicateSteps { step }, at.place, &name);
        }
        let differs = kind != first && kind != Kind::Other && first != Kind::Other;
        if differs {
            let problem = Problem::TwoKinds { first, then: kind };
            kinds = self.again(kinds, problem, at.place, &name);
        }
        let flaw = self.later_session(&name, metadata);
        self.flawed(at.place, &name, flaw);
        if let Some(series) = self.series.get_mut(tag) {
            (series.back, series.same, series.kinds) = (back, same, kinds);
            series.add(at, file, kind, metadata);
        }
        if !differs {
            self.look(at, &name, data);
        }
    }

    /// Whether the dashboard can show a value, and what it needs to know for others.
    fn look(&mut self, at: Moment, name: &Arc<str>, data: &DataRef<'_>) {
        let Some(series) = self.series.get_mut(&**name) else {
            return;
        };
        series.valued |= !matches!(data, DataRef::None);
        let flaw = match (series.kind, data) {
            // Nearly all values end here.
            (Kind::Scalar, DataRef::Simple(_)) => return,
            (kind, data) => dashboards::of_value(kind, name, data, &series.about),
        };
        match series.kind {
            Kind::Mesh => self.meshes.add(name, at.step, data, &series.about.content),
            Kind::Audio => {
                if let Some(clips) = dashboards::clips(data) {
                    let (least, most) = series.clips.unwrap_or((clips, clips));
                    series.clips = Some((least.min(clips), most.max(clips)));
                }
            }
            Kind::CustomScalars if **name == *custom_scalars::LAYOUT_TAG => {
                self.facts.layout = custom_scalars::decode(data).ok();
            }
            _ => {}
        }
        self.flawed(at.place, name, flaw);
    }

    /// Of several starts or ends of sessions in a run TensorBoard holds to the first.
    fn later_session(&self, name: &Arc<str>, metadata: Option<MetadataRef<'_>>) -> Option<Flaw> {
        let series = self
            .series
            .get(&**name)
            .filter(|series| series.kind == Kind::HParams)?;
        let said = |content| {
            Some(match hparams::decode(content).ok()? {
                // When it was does not stand in the table.
                HParamsEvent::SessionStart { hparams, .. } => {
                    HParamsEvent::SessionStart { hparams, time: 0.0 }
                }
                HParamsEvent::SessionEnd { status, .. } => {
                    HParamsEvent::SessionEnd { status, time: 0.0 }
                }
                other => other,
            })
        };
        let later = metadata
            .map(|m| m.content)
            .filter(|later| *later != &*series.about.content)?;
        (said(later) != said(&series.about.content)).then(|| {
            Flaw::new(
                "later_session",
                "HParams: the run says something else here than at first, and TensorBoard holds to what came \
                 first",
                "Start each session in a run of its own.",
            )
        })
    }

    /// A flaw of a tag: once for all of its values in a file.
    fn flawed(&mut self, place: Place, name: &Arc<str>, flaw: Option<Flaw>) {
        let Some(flaw) = flaw else {
            return;
        };
        let code = flaw.code();
        let series = self.series.get(&**name);
        let known = series.and_then(|series| series.flaws.iter().find(|(known, _)| *known == code));
        let known = known.map(|&(_, finding)| finding);
        let now = self.again(known, Problem::Dashboard(flaw), place, name);
        if let (Some(now), Some(series)) =
            (now.filter(|_| now != known), self.series.get_mut(&**name))
        {
            series.flaws.retain(|(known, _)| *known != code);
            series.flaws.push((code, now));
        }
    }

    /// Adds to a finding that concerns no tag, or makes it.
    fn once_more(
        &mut self,
        known: &mut Option<usize>,
        place: Place,
        problem: impl FnOnce() -> Problem,
    ) {
        match known.and_then(|known| self.findings.get_mut(known)) {
            Some(finding) => finding.count += 1,
            None => {
                *known = Some(self.findings.len());
                self.find(problem(), Some(place), None, 1);
            }
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
        // Where nothing follows, stopping costs nothing.
        self.findings.retain(|finding| finding.count > 0);
        let mut series: Vec<_> = std::mem::take(&mut self.series).into_iter().collect();
        series.sort_by(|a, b| a.0.cmp(&b.0));
        self.bare(&series);
        self.two_writers(&series);
        self.findings.sort_by(|a, b| {
            let offset = |f: &Finding| f.place.map(|place| place.offset);
            a.file.cmp(&b.file).then(offset(a).cmp(&offset(b)))
        });
        self.whole_series(&series);
        self.findings.extend(projector(self.run.dir()));
        let find = |tag: &str| {
            let found = series.binary_search_by(|(name, _)| (**name).cmp(tag));
            found.ok().map(|i| &series[i].1)
        };
        let explained =
            |tag: &str| find(tag).is_some_and(|s| s.bare.is_some() || s.kinds.is_some());
        let views = views::compare(self.run, explained)
            .into_iter()
            .filter(|finding| {
                let tag = finding.tag.as_deref().unwrap_or_default();
                // Said in words of their own, or not worth a word: one of several stands for all.
                let replaced = tag == RUN_GRAPH_TAG
                    || find(tag)
                        .is_some_and(|s| matches!(s.kind, Kind::HParams | Kind::CustomScalars));
                let by_step = matches!(
                    finding.problem,
                    Problem::Rewound | Problem::Restarted | Problem::SameStep
                );
                !(replaced && by_step)
            });
        self.findings.extend(views);
        Report {
            run: self.run.name().to_owned(),
            tags: series.into_iter().map(|(tag, _)| tag).collect(),
            findings: self.findings,
            facts: self.facts,
        }
    }

    /// What all values of a series, or of a mesh, show together.
    fn whole_series(&mut self, series: &[(Arc<str>, Series)]) {
        let mut found: Vec<_> = std::mem::take(&mut self.meshes).flaws().collect();
        for (tag, series) in series {
            if series.kind == Kind::Scalar {
                self.facts.scalar(tag, series.points, series.last_step);
            }
            let of_clips = || dashboards::uneven(series.clips?);
            let of_graphs =
                || (&**tag == RUN_GRAPH_TAG && series.points > 1).then(dashboards::several_graphs);
            let flaw = match series.valued {
                true => of_clips().or_else(of_graphs),
                false => dashboards::empty_series(series.kind, &series.about),
            };
            found.extend(flaw.map(|flaw| (Arc::clone(tag), flaw)));
        }
        let mut counts = BTreeMap::<(Arc<str>, &str), usize>::new();
        for (tag, flaw) in found {
            let next = self.findings.len();
            let known = *counts
                .entry((Arc::clone(&tag), flaw.code()))
                .or_insert(next);
            match self.findings.get_mut(known) {
                Some(finding) => finding.count += 1,
                None => self
                    .findings
                    .push(Finding::of_run(Problem::Dashboard(flaw), Some(tag), 1)),
            }
        }
        let name = dashboards::of_run(self.run.dir());
        self.findings
            .extend(name.map(|flaw| Finding::of_run(Problem::Dashboard(flaw), None, 1)));
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
