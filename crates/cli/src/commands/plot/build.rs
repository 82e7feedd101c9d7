//! From runs to a figure.

use anyhow::Result;
use tfevents::Kind;
use tfevents::series::smooth;
use tfevents_analysis::WholeRun;
use tfevents_analysis::group::{Group, Member};
use tfevents_analysis::hyperparameters::Hyperparameters;
use tfevents_analysis::reduce::{Band, ReducedSeries};
use tfevents_plot::{Curve, Figure, Line, Panel};

use super::Args;
use super::axes::XAxis;
use super::band::statistics;
use super::caption::{Facts, Repeated, range};
use super::gaps;
use super::lines::{self, Candidate, Chosen, chosen, described};
use super::plan::Plan;
use crate::args;
use crate::input::loaded::{Loaded, scalar_tags};
use crate::input::reduced::{Reduced, reduce_group, warn_of_gaps};
use crate::input::sources::Source;
use crate::ui::reporter::Reporter;
use crate::ui::unmatched::{NothingMatches, Unmatched};

/// A figure, and what its caption says about it.
pub(super) struct Drawn {
    pub(super) figure: Figure,
    pub(super) facts: Facts,
}

/// A curve, and over how many runs it was computed, at least and at most.
struct Data {
    curve: Curve,
    runs: Option<(usize, usize)>,
}

/// A line for each tag of each run.
pub(super) fn runs(loaded: &Loaded, plan: &Plan<'_>, reporter: &Reporter) -> Result<Drawn> {
    let args = plan.args;
    let runs: Vec<_> = loaded.runs().collect();
    let names = runs.iter().map(|(source, _)| &*source.name);
    let all: Vec<_> = everything(loaded).map(|source| &*source.name).collect();
    let names = lines::named(names, &all);
    let tags = runs.iter().map(|(_, run)| scalar_tags([run.clone()]));
    let chosen = chosen(tags, &names, args.together, reporter)?;
    let data = |line: Candidate<'_>| {
        let (source, run) = runs.get(line.number)?;
        let scalars = run.scalars(line.tag, args.policy)?;
        let values = scalars.values.to_f64();
        let times = scalars.wall_times.iter().map(|time| time.as_secs());
        if values.is_empty() {
            let name = described(&source.name, line.tag);
            reporter.warn(format_args!("{name} has no points"));
        }
        Some(Data {
            curve: curve(&scalars.steps, times, values, args),
            runs: None,
        })
    };
    finished(chosen, None, data, plan, reporter)
}

/// The runs that are drawn and those that are not.
fn everything(loaded: &Loaded) -> impl Iterator<Item = &Source> {
    let sources = &loaded.sources;
    sources.runs.iter().chain(&sources.others)
}

/// The names of the groups there would be if all runs were drawn. Of those that are not, only the names are known, so none
/// where groups are made of hyperparameters.
fn all_groups(loaded: &Loaded, asked: &Args) -> Vec<String> {
    let unknown = Hyperparameters::default();
    let members = everything(loaded).map(|source| Member {
        names: [&source.name, source.run.name()],
        hparams: &unknown.values,
        below: &unknown.below,
    });
    let members: Vec<_> = members.collect();
    let grouping = asked.groups.compile(asked.filters.regex());
    let groups = grouping.and_then(|grouping| args::groups::of(&grouping, &members));
    let groups = groups.unwrap_or_default().into_iter();
    groups.map(|group| group.name).collect()
}

/// A line and a band for each tag of each group.
pub(super) fn groups(
    loaded: &Loaded,
    groups: &[Group],
    plan: &Plan<'_>,
    reporter: &Reporter,
) -> Result<Drawn> {
    let (args, band) = (plan.args, plan.band);
    let names = groups.iter().map(|group| &*group.name);
    let all = all_groups(loaded, args);
    let all: Vec<_> = all.iter().map(String::as_str).collect();
    let names = lines::named(names, &all);
    let tags = groups
        .iter()
        .map(|group| scalar_tags(loaded.at(&group.runs).map(|(_, run)| run)));
    let chosen = chosen(tags, &names, args.together, reporter)?;
    let reduced = groups.iter().enumerate().map(|(number, group)| {
        let lines = chosen.charts.iter().flat_map(|chart| &chart.lines);
        let lines = lines.filter(|(_, line)| line.number == number);
        let tags = lines.map(|(_, line)| line.tag);
        reduce_group(loaded, group, tags, args.policy, &plan.reduce)
    });
    let reduced: Vec<_> = reduced.collect();
    warn_of_gaps(&reduced, args.groups.align, reporter);
    warn_of_diverged(loaded, groups, &reduced, reporter);
    let data = |line: Candidate<'_>| {
        let series = reduced.get(line.number)?.result.series(line.tag)?;
        let counts = series.counts.iter().copied();
        Some(Data {
            curve: with_band(&series, band, args),
            runs: counts.clone().min().zip(counts.max()),
        })
    };
    let series = || reduced.iter().flat_map(|group| group.result.iter());
    let repeated = Repeated {
        band,
        confidence: args.groups.confidence,
        align: args.groups.align,
        min_runs: args.groups.min_runs,
        runs: None,
        left_out: series().map(|(_, series)| series.left_out()).sum(),
        not_finite: series()
            .flat_map(|(_, series)| series.inputs)
            .map(|input| input.not_finite)
            .sum(),
    };
    finished(chosen, Some(repeated), data, plan, reporter)
}

/// Names the runs that do not count at some steps because their values are not finite.
fn warn_of_diverged(loaded: &Loaded, groups: &[Group], reduced: &[Reduced], reporter: &Reporter) {
    let mut diverged = Vec::new();
    for (group, reduced) in groups.iter().zip(reduced) {
        for (source, _) in loaded.at(&group.runs) {
            let points = reduced.result.iter().map(|(tag, series)| {
                let members = loaded.at(&group.runs);
                let mut members = members.filter(|(_, run)| has_scalars(run, tag));
                let position = members.position(|(other, _)| std::ptr::eq(other, source));
                let input = position.and_then(|position| series.inputs.get(position));
                input.map_or(0, |input| input.not_finite)
            });
            let points: usize = points.sum();
            diverged.push((&*source.name, points));
        }
    }
    let what = "NaN or infinite, and not in the lines and bands";
    gaps::warn_of(what, diverged.into_iter(), reporter);
}

fn has_scalars(run: &WholeRun<'_>, tag: &str) -> bool {
    run.series()
        .any(|series| series.kind == Kind::Scalar && series.tag == tag)
}

fn curve(
    steps: &[i64],
    wall_times: impl Iterator<Item = f64> + Clone,
    values: Vec<f64>,
    args: &Args,
) -> Curve {
    #[expect(clippy::cast_precision_loss, reason = "positions on a picture")]
    let xs = match args.axes.x {
        XAxis::Step => steps.iter().map(|&step| step as f64).collect(),
        XAxis::Wall => wall_times.collect(),
        XAxis::Relative => {
            let start = wall_times.clone().fold(f64::INFINITY, f64::min);
            wall_times.map(|time| time - start).collect()
        }
    };
    let mut curve = Curve {
        xs,
        ys: values,
        ..Curve::default()
    };
    if let Some(weight) = args.smooth {
        let smoothed = smooth(&curve.ys, weight);
        curve.unsmoothed = Some(std::mem::replace(&mut curve.ys, smoothed));
    }
    curve
}

fn with_band(series: &ReducedSeries<'_>, band: Band, args: &Args) -> Curve {
    let [line, lower, upper] = statistics(band).map(|statistic| {
        let values = series.values(statistic).unwrap_or_default().to_vec();
        match args.smooth {
            Some(weight) => smooth(&values, weight),
            None => values,
        }
    });
    let mut curve = curve(series.steps, series.wall_times.iter().copied(), line, args);
    // The band stands for what varies.
    curve.ys = curve.unsmoothed.take().unwrap_or(curve.ys);
    curve.band = Some((lower, upper));
    curve
}

/// Gives curves their places.
fn finished(
    chosen: Chosen<'_>,
    mut repeated: Option<Repeated>,
    data: impl Fn(Candidate<'_>) -> Option<Data>,
    plan: &Plan<'_>,
    reporter: &Reporter,
) -> Result<Drawn> {
    let args = plan.args;
    let tags = chosen.tags();
    let mut labels = chosen.labels;
    let mut runs: Vec<Option<(usize, usize)>> = vec![None; labels.len()];
    let wider = |range: Option<(usize, usize)>, other: Option<(usize, usize)>| match (range, other)
    {
        (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
        (range, other) => range.or(other),
    };
    let mut panels = Vec::new();
    for chart in chosen.charts {
        let mut lines = Vec::new();
        for (label, line) in chart.lines {
            let Some(data) = data(line) else { continue };
            if let Some(range) = runs.get_mut(label) {
                *range = wider(*range, data.runs);
            }
            let curve = data.curve.sorted();
            lines.push(Line { label, curve });
        }
        panels.push(Panel {
            title: chart.title,
            lines,
        });
    }
    let substitutions = &plan.substitutions;
    let old: Vec<_> = labels.iter().map(|label| label.name.clone()).collect();
    for (label, runs) in labels.iter_mut().zip(&runs) {
        label.name = substitutions.apply(None, &label.name);
        if let Some(runs) = runs {
            label.remark = format!("(n = {})", range(*runs));
        }
    }
    let old = old.iter().map(String::as_str);
    substitutions
        .unmatched(("--sub-label", "label"), old)
        .warn(reporter);
    if let Some(repeated) = &mut repeated {
        repeated.runs = runs.into_iter().fold(None, wider);
    }
    let x_title = args.axes.x_title(&mut panels);
    let mut figure = Figure {
        title: args.title.clone(),
        note: repeated.as_ref().map(Repeated::note),
        panels,
        labels,
        x_title,
        y_title: args.axes.ylabel.clone(),
        x: plan.x,
        y: plan.y,
        columns: args.columns,
    };
    let gaps = gaps::take_away(&mut figure, reporter);
    let lines = || figure.panels.iter().flat_map(|panel| &panel.lines);
    let mut heights = lines().flat_map(|line| &line.curve.ys);
    // What became of the points was warned of.
    if !heights.any(|y| y.is_finite()) {
        return Err(NothingMatches("no points are left to draw".to_owned()).into());
    }
    let limits = Unmatched::default().and_flags(args.axes.limits());
    limits.report(args.axes.show_some(&figure.panels), reporter)?;
    let facts = Facts {
        tags,
        lines: chosen.lines,
        charts: chosen.of_charts,
        together: args.together,
        repeated,
        smooth: args.smooth,
        gaps,
        is_cut: args.axes.is_cut(),
    };
    Ok(Drawn { figure, facts })
}
