//! From runs to a page.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use regex::Regex;
use tfevents::plugin::hparams::{HParamValue, HParamsEvent, Status};
use tfevents::state::SeriesInfo;
use tfevents::{Kind, LogdirState, Number, Policy, Value};
use tfevents_analysis::pattern::Patterns;
use tfevents_analysis::{WholeRun, number, text};

use crate::contents::Contents;
use crate::curve;
use crate::document::Document;
use crate::index::{Curves, Index, MediaEntry, Metric, Param, RunEntry, TagEntry};
use crate::media::{self, Block, Limits};
use crate::plan::{self, Plan, Sizes};
use crate::privacy::{self, Privacy};
use crate::{columns, markdown, metrics, unscripted};

/// The form of the data in a page.
const VERSION: u32 = 1;
/// How often a page that is too large is made anew.
const TRIES: u32 = 8;
/// The tag under which sessions of the HParams plugin end.
const SESSION_END: &str = "_hparams_/session_end_info";

/// Runs of which a page is made.
#[derive(Debug)]
pub struct Report<'l> {
    runs: Vec<(String, WholeRun<'l>)>,
    title: Option<String>,
    notes: String,
    points: usize,
    max_size: u64,
    policy: Policy,
    pins: Option<Patterns>,
    kinds: Option<Vec<Kind>>,
    tags: Option<Patterns>,
    with_origin: bool,
    redact: Option<Regex>,
}

/// A page and what is in it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Page {
    /// The file's content.
    pub html: String,
    /// What the page holds, and what it lacks.
    pub contents: Contents,
}

/// What was read of scalars for a page with so many points per series.
struct Drawn {
    curves: Curves,
    blocks: Vec<String>,
    charts: String,
    contents: Contents,
}

impl Drawn {
    /// How many points the longest series has.
    fn longest(&self) -> usize {
        let curves = self.curves.iter().flatten();
        curves.map(|facts| facts.2).max().unwrap_or(0)
    }

    /// How many bytes depend on the number of points.
    fn size(&self) -> u64 {
        let blocks = self.blocks.iter().map(|block| block.len() as u64);
        blocks.sum::<u64>() + self.charts.len() as u64
    }
}

/// The tags of a page: as they were logged, as they are shown, and which come first.
struct Tags<'t> {
    found: Vec<&'t str>,
    shown: Vec<String>,
    first: Vec<usize>,
}

impl<'l> Report<'l> {
    /// All runs of a logdir, without hyperparameters.
    #[must_use]
    pub fn new(state: &'l LogdirState) -> Self {
        let runs = state.runs();
        Self::of(runs.map(|run| (run.name().to_owned(), WholeRun::new(run))))
    }

    /// These runs, each with the name that it goes by.
    #[must_use]
    pub fn of(runs: impl IntoIterator<Item = (String, WholeRun<'l>)>) -> Self {
        Self {
            runs: runs.into_iter().collect(),
            title: None,
            notes: String::new(),
            points: 2000,
            max_size: 20_000_000,
            policy: Policy::LastWins,
            pins: None,
            kinds: None,
            tags: None,
            with_origin: false,
            redact: None,
        }
    }

    /// The title of the page; the number of runs without it.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// What the author has to say, in Markdown.
    #[must_use]
    pub fn notes(mut self, markdown: impl Into<String>) -> Self {
        self.notes = markdown.into();
        self
    }

    /// About how many points of each series are kept, 2,000 without it. Every extreme is.
    #[must_use]
    pub fn points(mut self, points: usize) -> Self {
        self.points = points.max(2);
        self
    }

    /// How many bytes the file may have, 20 MB without it. Fewer points are kept to meet it.
    #[must_use]
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.max_size = bytes;
        self
    }

    /// Which points are shown where steps repeat or go back; of each step the last one without it.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// The tags whose charts and values come first.
    #[must_use]
    pub fn pins(mut self, tags: Patterns) -> Self {
        self.pins = Some(tags);
        self
    }

    /// Shows these kinds alone. Hyperparameters are a kind, too.
    #[must_use]
    pub fn kinds(mut self, kinds: impl IntoIterator<Item = Kind>) -> Self {
        self.kinds = Some(kinds.into_iter().collect());
        self
    }

    /// Shows tags that match alone.
    #[must_use]
    pub fn tags(mut self, tags: Patterns) -> Self {
        self.tags = Some(tags);
        self
    }

    /// Keeps host names and directories, which are removed otherwise.
    #[must_use]
    pub fn with_origin(mut self, keep: bool) -> Self {
        self.with_origin = keep;
        self
    }

    /// Masks what matches in names, hyperparameters and texts.
    #[must_use]
    pub fn redact(mut self, pattern: Regex) -> Self {
        self.redact = Some(pattern);
        self
    }

    /// Writes the page.
    ///
    /// # Errors
    ///
    /// What packing the data fails with.
    pub fn page(&self) -> io::Result<Page> {
        let privacy = Privacy::new(&self.hosts(), self.with_origin, self.redact.clone());
        let names = self.names(&privacy);
        let listed = self.listed();
        let tags = self.scalar_tags(&listed, &privacy);
        let others = self.others(&listed);
        let index = self.index(&privacy, &names, &tags, &others, &listed);
        let notes = markdown::render(&privacy.text(&self.notes));
        let before = privacy.counts();
        let mut plan = Plan {
            points: self.points,
            limits: Limits::MOST,
        };
        let mut drawn = self.draw(&names, &tags, &listed, plan.points)?;
        let mut media = self.media(&others, plan.limits, &privacy)?;
        let mut tries = 0;
        loop {
            drawn.contents.is_reduced = plan.points < self.points;
            let mut page = self.assemble(&index, &notes, (&drawn, &media), &privacy)?;
            tries += 1;
            let excess = (page.html.len() as u64).saturating_sub(self.max_size);
            let sizes = Sizes {
                images: plan::size_of(&media, media::IMAGES),
                histograms: plan::size_of(&media, media::HISTOGRAMS),
                points: drawn.size(),
                longest: drawn.longest(),
            };
            let next = match tries {
                _ if excess == 0 => None,
                TRIES => None,
                tries if tries + 1 == TRIES => Some(Plan::least()),
                _ => plan.smaller(&sizes, excess),
            };
            let Some(next) = next else {
                page.contents.is_too_large = excess > 0;
                return Ok(page);
            };
            if next.points != plan.points {
                drawn = self.draw(&names, &tags, &listed, next.points)?;
            }
            if next.limits != plan.limits {
                privacy.set_counts(before);
                media = self.media(&others, next.limits, &privacy)?;
            }
            plan = next;
        }
    }

    /// Puts the document together.
    fn assemble(
        &self,
        index: &Index,
        notes: &str,
        (drawn, media): (&Drawn, &[Block]),
        privacy: &Privacy,
    ) -> io::Result<Page> {
        let mut contents = drawn.contents.clone();
        (contents.masked, contents.removed) = privacy.counts();
        for block in media {
            let (kept, all) = contents.values.entry(block.kind).or_default();
            *kept += block.counts.kept;
            *all += block.counts.all - block.counts.unknown;
            contents.unknown += block.counts.unknown;
        }
        let mut table = unscripted::table(index, &drawn.curves);
        table.extend(["<div class=\"static-charts\">\n", &drawn.charts, "</div>\n"]);
        let document = Document {
            title: &index.title,
            subtitle: &subtitle(index, &contents),
            notes,
            left_out: &contents.left_out(),
            unscripted: &table,
            index: &serde_json::to_string(index)?,
            curves: &columns::packed(&serde_json::to_vec(&drawn.curves)?)?,
            blocks: &drawn.blocks,
            media,
        };
        let html = document.html();
        Ok(Page { html, contents })
    }

    /// Whether pages can show series of a kind.
    #[must_use]
    pub fn can_show(kind: Kind) -> bool {
        matches!(kind, Kind::Scalar | Kind::HParams) || media::KINDS.contains(&kind)
    }

    /// Whether series of a kind are shown.
    fn shows(&self, kind: Kind) -> bool {
        let is_wanted = self
            .kinds
            .as_ref()
            .is_none_or(|kinds| kinds.contains(&kind));
        is_wanted && Self::can_show(kind)
    }

    /// The series of every run, looked up once.
    fn listed(&self) -> Vec<Vec<SeriesInfo<'l>>> {
        let is_wanted = |series: &SeriesInfo<'_>| {
            let tags = self.tags.as_ref();
            tags.is_none_or(|tags| tags.matches(series.tag))
        };
        let series = |(_, run): &(String, WholeRun<'l>)| run.series().filter(is_wanted).collect();
        self.runs.iter().map(series).collect()
    }

    /// The tags of other kinds that are shown, by kind and in order.
    fn others(&self, listed: &[Vec<SeriesInfo<'l>>]) -> Vec<(Kind, &'l str)> {
        let of_kind = |kind| {
            tags_of(listed, kind)
                .into_iter()
                .map(move |tag| (kind, tag))
        };
        let kinds = media::KINDS.into_iter().filter(|&kind| self.shows(kind));
        kinds.flat_map(of_kind).collect()
    }

    fn media(
        &self,
        others: &[(Kind, &str)],
        limits: Limits,
        privacy: &Privacy,
    ) -> io::Result<Vec<Block>> {
        let block = |&series| media::block(&self.runs, series, self.policy, limits, privacy);
        others.iter().map(block).collect()
    }

    /// The hosts that the names of event files mention.
    fn hosts(&self) -> BTreeSet<String> {
        let files = self.runs.iter().flat_map(|(_, run)| run.state().files());
        let names = files.filter_map(|file| file.path().file_name()?.to_str());
        names.filter_map(privacy::host).map(str::to_owned).collect()
    }

    /// What the runs are called in the page: no two the same.
    fn names(&self, privacy: &Privacy) -> Vec<String> {
        let mut taken = BTreeSet::new();
        let name = |(name, _): &(String, WholeRun<'_>)| {
            let name = privacy.text(name);
            let mut numbered = name.clone();
            let mut number = 2;
            while !taken.insert(numbered.clone()) {
                numbered = format!("{name} ({number})");
                number += 1;
            }
            numbered
        };
        self.runs.iter().map(name).collect()
    }

    /// The tags of scalars, in order, if scalars are shown.
    fn scalar_tags(&self, listed: &[Vec<SeriesInfo<'l>>], privacy: &Privacy) -> Tags<'l> {
        let found = match self.shows(Kind::Scalar) {
            true => tags_of(listed, Kind::Scalar),
            false => Vec::new(),
        };
        let shown: Vec<_> = found.iter().map(|tag| privacy.text(tag)).collect();
        let is_pinned = |tag: &str| self.pins.as_ref().is_some_and(|pins| pins.matches(tag));
        let names: Vec<_> = shown.iter().map(String::as_str).collect();
        let first = metrics::shown(&names, is_pinned);
        Tags {
            found,
            shown,
            first,
        }
    }

    fn index(
        &self,
        privacy: &Privacy,
        names: &[String],
        tags: &Tags<'_>,
        others: &[(Kind, &str)],
        listed: &[Vec<SeriesInfo<'_>>],
    ) -> Index {
        let with_hparams = self
            .kinds
            .as_ref()
            .is_none_or(|kinds| kinds.contains(&Kind::HParams));
        let runs = self.runs.iter().zip(names);
        let runs: Vec<_> = runs
            .map(|((_, run), name)| entry(run, name, with_hparams, privacy))
            .collect();
        let newest = runs
            .iter()
            .filter_map(|run| Some(run.start? + run.duration?));
        let title = match &self.title {
            // It may be the name of a directory.
            Some(title) => privacy.text(title),
            None => number::counted(runs.len() as u64, "run"),
        };
        let shown: Vec<_> = tags.shown.iter().map(String::as_str).collect();
        let tabled = match self.pins {
            Some(_) => tags.first.clone(),
            None => metrics::tabled(&shown, &tags.first),
        };
        let descriptions = descriptions(listed);
        let description = |tag: &str| {
            let text = descriptions.get(tag).copied().unwrap_or_default();
            markdown::render(&privacy.text(text))
        };
        Index {
            version: VERSION,
            tool: format!("tfevents {}", env!("CARGO_PKG_VERSION")),
            title,
            newest: newest.reduce(f64::max),
            runs,
            tags: tags
                .found
                .iter()
                .zip(&tags.shown)
                .map(|(found, shown)| TagEntry {
                    tag: shown.clone(),
                    description: description(found),
                })
                .collect(),
            media: others
                .iter()
                .map(|(kind, tag)| MediaEntry {
                    kind: kind.name(),
                    tag: privacy.text(tag),
                    description: description(tag),
                })
                .collect(),
            metrics: tabled
                .into_iter()
                .map(|tag| Metric {
                    tag,
                    best: shown.get(tag).and_then(|tag| metrics::best(tag)),
                })
                .collect(),
            pins: tags.first.clone(),
        }
    }

    /// Reads all curves, with about so many points of each.
    fn draw(
        &self,
        names: &[String],
        tags: &Tags<'_>,
        listed: &[Vec<SeriesInfo<'_>>],
        points: usize,
    ) -> io::Result<Drawn> {
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let mut drawn = Drawn {
            curves: Vec::new(),
            blocks: Vec::new(),
            charts: String::new(),
            contents: self.counted(&names, listed),
        };
        drawn.contents.tags = tags.found.len();
        drawn.contents.points_per_series = points;
        for (number, (tag, name)) in tags.found.iter().zip(&tags.shown).enumerate() {
            let runs = self.runs.iter().enumerate();
            let curves =
                runs.filter_map(|(i, (_, run))| curve::read((i, run), tag, self.policy, points));
            let curves: Vec<_> = curves.collect();
            let mut bytes = Vec::new();
            for curve in &curves {
                columns::append(&mut bytes, &curve.scalars);
                drawn.contents.points += curve.scalars.len() as u64;
                drawn.contents.all_points += curve.facts.3 as u64;
                drawn.contents.hidden += curve.hidden;
            }
            drawn.blocks.push(columns::packed(&bytes)?);
            if tags.first.contains(&number) {
                let chart = unscripted::chart(name, &curves, &names);
                drawn.charts.push_str(&chart);
            }
            let facts = curves.into_iter().map(|curve| curve.facts);
            drawn.curves.push(facts.collect());
        }
        Ok(drawn)
    }

    /// What there is besides scalars.
    fn counted(&self, names: &[&str], listed: &[Vec<SeriesInfo<'_>>]) -> Contents {
        let mut contents = Contents {
            runs: self.runs.len(),
            ..Contents::default()
        };
        let series = listed.iter().flatten();
        for series in series.filter(|series| !self.shows(series.kind)) {
            *contents.kinds.entry(series.kind).or_default() += 1;
        }
        for ((_, run), name) in self.runs.iter().zip(names) {
            let files = run.state().files();
            let damaged = files.map(|file| {
                let health = file.follower().health();
                health.damaged + u64::from(!health.is_clean() && health.damaged == 0)
            });
            match damaged.sum() {
                0 => {}
                damaged => drop(contents.damaged.insert((*name).to_owned(), damaged)),
            }
        }
        contents
    }
}

/// The tags of a kind, in order.
fn tags_of<'l>(listed: &[Vec<SeriesInfo<'l>>], kind: Kind) -> Vec<&'l str> {
    let series = listed.iter().flatten();
    let of_kind = series.filter(|series| series.kind == kind);
    let mut tags: Vec<_> = of_kind.map(|series| series.tag).collect();
    tags.sort_unstable_by(|a, b| text::natural_order(a, b).then_with(|| a.cmp(b)));
    tags.dedup();
    tags
}

/// What runs say about their tags.
fn descriptions<'i>(listed: &'i [Vec<SeriesInfo<'_>>]) -> BTreeMap<&'i str, &'i str> {
    let series = listed.iter().flatten().rev();
    let described = series.filter(|series| !series.metadata.description.is_empty());
    described
        .map(|series| (series.tag, &*series.metadata.description))
        .collect()
}

/// What is known about a run but for its curves.
fn entry(run: &WholeRun<'_>, name: &str, with_hparams: bool, privacy: &Privacy) -> RunEntry {
    let times = times(run);
    let hparams = run.hparams().iter().filter(|_| with_hparams);
    RunEntry {
        name: name.to_owned(),
        start: times.map(|(first, _)| first),
        duration: times.map(|(first, last)| last - first),
        status: status(run),
        hparams: hparams
            .map(|(name, value)| (privacy.text(name), Param::new(name, value, privacy)))
            .collect(),
    }
}

/// When the first and the last scalar of a run were logged.
fn times(run: &WholeRun<'_>) -> Option<(f64, f64)> {
    let scalars = run.series().filter(|series| series.kind == Kind::Scalar);
    let times = scalars.filter_map(|series| {
        let scalars = run.scalars(series.tag, Policy::Raw)?;
        let times = scalars.wall_times.iter().map(|time| time.as_secs());
        let times = times.filter(|time| time.is_finite());
        times.fold(None, |range: Option<(f64, f64)>, time| {
            let (first, last) = range.unwrap_or((time, time));
            Some((first.min(time), last.max(time)))
        })
    });
    times.reduce(|(a, b), (c, d)| (a.min(c), b.max(d)))
}

/// How the last session of a run ended, if it says so.
fn status(run: &WholeRun<'_>) -> Option<&'static str> {
    let points = run.blobs(SESSION_END, Policy::Raw)?;
    let blob = points.last()?.read().ok()?;
    match blob.value().ok()? {
        Value::HParams(event) => match *event {
            HParamsEvent::SessionEnd { status, .. } if status != Status::Unknown => {
                Some(status.name())
            }
            _ => None,
        },
        _ => None,
    }
}

impl Param {
    fn new(name: &str, value: &HParamValue, privacy: &Privacy) -> Self {
        match value {
            HParamValue::Null => Self::Null,
            HParamValue::Bool(value) => Self::Bool(*value),
            HParamValue::Number(number) => Self::Number(curve::Value(Some(Number::F64(*number)))),
            value => Self::Text(privacy.value(name, value)),
        }
    }

    /// As people read it.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Bool(value) => value.to_string(),
            Self::Number(curve::Value(number)) => number.map_or(String::new(), |n| n.to_string()),
            Self::Text(text) => text.clone(),
        }
    }
}

/// How much there is, and by which program it was written down.
fn subtitle(index: &Index, contents: &Contents) -> String {
    format!(
        "{}, {}, {} · {}",
        number::counted(contents.runs as u64, "run"),
        number::counted(contents.tags as u64, "tag"),
        number::counted(contents.points, "point"),
        index.tool,
    )
}
