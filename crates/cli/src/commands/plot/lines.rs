//! Which lines are drawn, in which charts, and how they look.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use tfevents_analysis::number;
use tfevents_analysis::text::{self, natural_order};
use tfevents_plot::{Label, Look};

use crate::ui::reporter::Reporter;

/// More lines than this cannot be told apart.
const MAX_LINES: usize = 20;
/// More charts than this are hardly meant.
const MAX_PANELS: usize = 12;

/// A line that may be drawn: the number of its run, or of its group, and its tag. There may be as many as points, so what
/// is drawn is made of those only that are.
#[derive(Clone, Copy)]
pub(super) struct Candidate<'l> {
    pub(super) number: usize,
    pub(super) tag: &'l str,
}

/// A run or a group.
pub(super) struct Named<'n> {
    pub(super) name: &'n str,
    /// Its position among all there are, whether they are drawn or not, so that it keeps its look.
    pub(super) position: usize,
}

/// Gives each name its position among all names.
pub(super) fn named<'n>(names: impl Iterator<Item = &'n str>, all: &[&str]) -> Vec<Named<'n>> {
    let mut all = all.to_vec();
    all.sort_by(|a, b| natural_order(a, b));
    all.dedup();
    let named = |(i, name): (usize, &'n str)| Named {
        name,
        position: all.iter().position(|other| *other == name).unwrap_or(i),
    };
    names.enumerate().map(named).collect()
}

/// What is drawn: lines by chart, and the labels of all of them in order.
pub(super) struct Chosen<'l> {
    pub(super) charts: Vec<Chart<'l>>,
    pub(super) labels: Vec<Label>,
    /// How many of the lines, and of the charts, are drawn.
    pub(super) lines: Part,
    pub(super) of_charts: Part,
}

/// So many of all there are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Part {
    pub(super) drawn: usize,
    pub(super) all: usize,
}

impl Part {
    fn of(all: usize, most: usize) -> Self {
        let drawn = all.min(most);
        Self { drawn, all }
    }

    /// `20 of 300 runs`, if that is not all of them.
    pub(super) fn counted(self, noun: &str) -> Option<String> {
        let all = number::counted(self.all as u64, noun);
        (self.drawn < self.all).then(|| format!("{} of {all}", self.drawn))
    }

    fn warn(self, noun: &str, flag: &str, reporter: &Reporter) {
        if let Some(counted) = self.counted(noun) {
            reporter.warn(format_args!(
                "{counted} are drawn; use {flag} to choose others"
            ));
        }
    }
}

impl Chosen<'_> {
    /// What the tags are called that are drawn, in order.
    pub(super) fn tags(&self) -> Vec<String> {
        let lines = self.charts.iter().flat_map(|chart| &chart.lines);
        let mut tags: Vec<_> = lines.map(|(_, line)| line.tag).collect();
        tags.sort_by(|a, b| natural_order(a, b));
        tags.dedup();
        tags.into_iter().map(title).collect()
    }
}

pub(super) struct Chart<'l> {
    pub(super) title: String,
    /// Each with the position of its label.
    pub(super) lines: Vec<(usize, Candidate<'l>)>,
}

/// A chart before it is known which lines it has room for: each with its label and its look.
struct Draft<'l> {
    title: String,
    lines: Vec<(String, Look, Candidate<'l>)>,
}

/// Puts lines for the tags of each run, or each group, into charts.
pub(super) fn chosen<'l>(
    tags: impl Iterator<Item = Vec<&'l str>>,
    names: &[Named<'_>],
    in_one_chart: bool,
    reporter: &Reporter,
) -> Result<Chosen<'l>> {
    let of_tags = |(number, tags): (usize, Vec<&'l str>)| {
        let tags = tags.into_iter();
        tags.map(move |tag| Candidate { number, tag })
    };
    let mut lines: Vec<_> = tags.enumerate().flat_map(of_tags).collect();
    if lines.is_empty() {
        bail!("nothing to draw: no scalars found; `tfevents inspect` lists other kinds");
    }
    lines.sort_by(|a, b| natural_order(a.tag, b.tag));
    let (drafts, of_charts) = match in_one_chart {
        true => (vec![together(&lines, names)], Part::of(1, 1)),
        false => apart(&lines, names),
    };
    of_charts.warn("chart", "--tag", reporter);
    Ok(finished(drafts, of_charts, reporter))
}

/// A chart for each tag, as far as that is not too many.
fn apart<'l>(lines: &[Candidate<'l>], names: &[Named<'_>]) -> (Vec<Draft<'l>>, Part) {
    let of_tag = || lines.chunk_by(|a, b| a.tag == b.tag);
    let charts = Part::of(of_tag().count(), MAX_PANELS);
    let draft = |lines: &[Candidate<'l>]| Draft {
        title: lines
            .first()
            .map_or_else(String::new, |line| title(line.tag)),
        lines: lines
            .iter()
            .filter_map(|&line| {
                let run = names.get(line.number)?;
                Some((run.name.to_owned(), Look::nth(run.position), line))
            })
            .collect(),
    };
    (of_tag().take(charts.drawn).map(draft).collect(), charts)
}

/// All lines in one chart, each of which says its tag: those of a run have one colour, those of a tag the same dashes.
fn together<'l>(lines: &[Candidate<'l>], names: &[Named<'_>]) -> Draft<'l> {
    let tags: Vec<_> = lines.chunk_by(|a, b| a.tag == b.tag).collect();
    let tags: Vec<_> = tags
        .iter()
        .filter_map(|lines| Some(lines.first()?.tag))
        .collect();
    let used: BTreeSet<_> = lines
        .iter()
        .filter_map(|line| Some(names.get(line.number)?.name))
        .collect();
    let only = match used.first() {
        Some(&name) if used.len() == 1 => Some(name),
        _ => None,
    };
    let draft = |line: &Candidate<'l>| {
        let run = names.get(line.number)?;
        let tag = tags.iter().position(|tag| *tag == line.tag)?;
        let (label, look) = match only {
            Some(_) => (title(line.tag), Look::nth(tag)),
            None => {
                let look = Look {
                    colour: run.position,
                    dash: tag,
                };
                (format!("{}: {}", run.name, title(line.tag)), look)
            }
        };
        Some((label, look, *line))
    };
    Draft {
        title: match only {
            Some(".") => String::new(),
            Some(name) => name.to_owned(),
            None => tags
                .iter()
                .map(|tag| title(tag))
                .collect::<Vec<_>>()
                .join(", "),
        },
        lines: lines.iter().filter_map(draft).collect(),
    }
}

/// What a tag is called above its chart.
fn title(tag: &str) -> String {
    match tag {
        "" => "(empty tag)".to_owned(),
        tag => tag.to_owned(),
    }
}

/// The charts without the lines beyond the limit, and the labels in order.
fn finished<'l>(drafts: Vec<Draft<'l>>, of_charts: Part, reporter: &Reporter) -> Chosen<'l> {
    let lines = drafts.iter().flat_map(|draft| &draft.lines);
    let looks: BTreeMap<_, _> = lines
        .map(|(label, look, _)| (label.clone(), *look))
        .collect();
    let mut labels: Vec<_> = looks
        .into_iter()
        .map(|(name, look)| Label {
            name,
            look,
            ..Label::default()
        })
        .collect();
    labels.sort_by(|a, b| natural_order(&a.name, &b.name));
    let lines = Part::of(labels.len(), MAX_LINES);
    lines.warn("line", "--run", reporter);
    labels.truncate(lines.drawn);
    Look::tell_apart(labels.iter_mut().map(|label| &mut label.look));
    let position = |name: &str| labels.iter().position(|label| label.name == name);
    let chart = |draft: Draft<'l>| {
        let lines = draft.lines.iter();
        let mut lines: Vec<_> = lines
            .filter_map(|(name, _, line)| Some((position(name)?, *line)))
            .collect();
        lines.sort_by_key(|(label, _)| *label);
        Chart {
            title: draft.title,
            lines,
        }
    };
    Chosen {
        charts: drafts.into_iter().map(chart).collect(),
        labels,
        lines,
        of_charts,
    }
}

/// A run's or a group's name and a tag, as in messages.
pub(super) fn described(name: &str, tag: &str) -> String {
    format!("{}: {}", text::printable(name), text::quoted(tag))
}
