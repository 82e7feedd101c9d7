//! From runs to a page.

use std::collections::BTreeSet;
use std::io;

use regex::Regex;
use tfevents::plugin::hparams::{HParamValue, HParamsEvent, Status};
use tfevents::{Kind, LogdirState, Number, Policy, Value};
use tfevents_analysis::pattern::Patterns;
use tfevents_analysis::{WholeRun, number, text};

use crate::contents::Contents;
use crate::curve::{self, Curve};
use crate::document::Document;
use crate::index::{Curves, Index, Metric, Param, RunEntry, TagEntry};
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

/// What was read for a page with so many points per series.
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
        let found = self.tags();
        let tags: Vec<_> = found.iter().map(|tag| privacy.text(tag)).collect();
        let tags: Vec<_> = tags.iter().map(String::as_str).collect();
        let shown = metrics::shown(&tags, |tag| {
            self.pins.as_ref().is_some_and(|pins| pins.matches(tag))
        });
        let index = self.index(&privacy, &names, &found, &tags, &shown);
        let notes = markdown::render(&privacy.text(&self.notes));
        let (masked, removed) = (privacy.masked.get(), privacy.removed.get());
        let (mut points, mut tries) = (self.points, 0);
        loop {
            let mut drawn = self.draw(&names, (&found, &tags), &shown, points)?;
            let contents = &mut drawn.contents;
            (contents.masked, contents.removed) = (masked, removed);
            contents.is_reduced = points < self.points;
            let (longest, data) = (drawn.longest(), drawn.size());
            let mut page = self.assemble(&index, &notes, drawn)?;
            let size = page.html.len() as u64;
            tries += 1;
            if size <= self.max_size || points == 2 || tries == TRIES {
                page.contents.is_too_large = size > self.max_size;
                return Ok(page);
            }
            let room = self.max_size.saturating_sub(size - data);
            points = match tries + 1 {
                TRIES => 2,
                _ => fewer(points.min(longest), data, room),
            };
        }
    }

    /// Puts the document together.
    fn assemble(&self, index: &Index, notes: &str, drawn: Drawn) -> io::Result<Page> {
        let Drawn {
            curves,
            blocks,
            charts,
            contents,
        } = drawn;
        let mut table = unscripted::table(index, &curves);
        table.extend(["<div class=\"static-charts\">\n", &charts, "</div>\n"]);
        let document = Document {
            title: &index.title,
            subtitle: &subtitle(index, &contents),
            notes,
            left_out: &contents.left_out(),
            unscripted: &table,
            index: &serde_json::to_string(index)?,
            curves: &columns::packed(&serde_json::to_vec(&curves)?)?,
            blocks: &blocks,
        };
        let html = document.html();
        Ok(Page { html, contents })
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

    /// The tags of scalars, in order.
    fn tags(&self) -> Vec<&'l str> {
        let series = self.runs.iter().flat_map(|(_, run)| run.series());
        let scalars = series.filter(|series| series.kind == Kind::Scalar);
        let mut tags: Vec<_> = scalars.map(|series| series.tag).collect();
        tags.sort_unstable_by(|a, b| text::natural_order(a, b).then_with(|| a.cmp(b)));
        tags.dedup();
        tags
    }

    fn index(
        &self,
        privacy: &Privacy,
        names: &[String],
        found: &[&str],
        tags: &[&str],
        shown: &[usize],
    ) -> Index {
        let runs = self.runs.iter().zip(names);
        let runs: Vec<_> = runs
            .map(|((_, run), name)| entry(run, name, privacy))
            .collect();
        let newest = runs
            .iter()
            .filter_map(|run| Some(run.start? + run.duration?));
        let title = match &self.title {
            Some(title) => title.clone(),
            None => number::counted(runs.len() as u64, "run"),
        };
        let tabled = match self.pins {
            Some(_) => shown.to_vec(),
            None => metrics::tabled(tags, shown),
        };
        let tag = |(found, tag): (&&str, &&str)| TagEntry {
            tag: (*tag).to_owned(),
            description: markdown::render(&privacy.text(&self.description(found))),
        };
        Index {
            version: VERSION,
            tool: format!("tfevents {}", env!("CARGO_PKG_VERSION")),
            title,
            newest: newest.reduce(f64::max),
            runs,
            tags: found.iter().zip(tags).map(tag).collect(),
            metrics: tabled
                .into_iter()
                .map(|tag| Metric {
                    tag,
                    best: tags.get(tag).and_then(|tag| metrics::best(tag)),
                })
                .collect(),
            pins: shown.to_vec(),
        }
    }

    /// What a run says about a tag.
    fn description(&self, tag: &str) -> String {
        let series = self.runs.iter().flat_map(|(_, run)| run.series());
        let mut described = series.filter(|s| s.tag == tag && !s.metadata.description.is_empty());
        described
            .next()
            .map_or_else(String::new, |s| s.metadata.description.clone())
    }

    /// Reads all curves, with about so many points of each.
    fn draw(
        &self,
        names: &[String],
        (found, tags): (&[&str], &[&str]),
        shown: &[usize],
        points: usize,
    ) -> io::Result<Drawn> {
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let mut drawn = Drawn {
            curves: Vec::new(),
            blocks: Vec::new(),
            charts: String::new(),
            contents: self.counted(&names),
        };
        drawn.contents.tags = tags.len();
        drawn.contents.points_per_series = points;
        for (number, (tag, name)) in found.iter().zip(tags).enumerate() {
            let runs = self.runs.iter().enumerate();
            let curves =
                runs.filter_map(|(i, (_, run))| curve::read((i, run), tag, self.policy, points));
            let curves: Vec<_> = curves.collect();
            let mut bytes = Vec::new();
            for Curve {
                scalars,
                facts,
                hidden,
            } in &curves
            {
                columns::append(&mut bytes, scalars);
                drawn.contents.points += scalars.len() as u64;
                drawn.contents.all_points += facts.3 as u64;
                drawn.contents.hidden += hidden;
            }
            drawn.blocks.push(columns::packed(&bytes)?);
            if shown.contains(&number) {
                drawn
                    .charts
                    .push_str(&unscripted::chart(name, &curves, &names));
            }
            drawn
                .curves
                .push(curves.into_iter().map(|curve| curve.facts).collect());
        }
        Ok(drawn)
    }

    /// What there is besides scalars.
    fn counted(&self, names: &[&str]) -> Contents {
        let mut contents = Contents {
            runs: self.runs.len(),
            ..Contents::default()
        };
        for ((_, run), name) in self.runs.iter().zip(names) {
            for series in run.series().filter(|series| series.kind != Kind::Scalar) {
                *contents.kinds.entry(series.kind).or_default() += 1;
            }
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

/// How many points fit into so many bytes, going by those that took too many.
fn fewer(points: usize, data: u64, room: u64) -> usize {
    // What is left packs a little worse.
    let fitting = points as u128 * u128::from(room) * 9 / 10 / u128::from(data.max(1));
    let fitting = usize::try_from(fitting).unwrap_or(points);
    fitting.clamp(2, points.saturating_sub(1).max(2))
}

/// What is known about a run but for its curves.
fn entry(run: &WholeRun<'_>, name: &str, privacy: &Privacy) -> RunEntry {
    let times = times(run);
    let hparams = run.hparams().iter();
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
