//! From runs to a figure.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use anyhow::{Result, bail};
use tfevents::Policy;
use tfevents::series::smooth;
use tfevents_analysis::reduce::{Band, ReducedSeries, Statistic};

use super::{Args, XAxis};
use crate::input::loaded::{Loaded, scalar_tags};
use crate::input::reduced::{reduce_group, warn_of_gaps};
use crate::ui::reporter::Reporter;
use tfevents_analysis::group::Group;
use tfevents_analysis::number;
use tfevents_analysis::text::natural_order;
use tfevents_plot::{Curve, Figure, Line, Panel};

/// More lines than this cannot be told apart.
const MAX_LINES: usize = 20;
/// More charts than this are hardly meant.
const MAX_PANELS: usize = 12;

/// A line that may be drawn: the number of its run, or of its group, and its tag. There may be as many as points, so what
/// is drawn is made of those only that are.
#[derive(Clone, Copy)]
struct Candidate<'l> {
    number: usize,
    tag: &'l str,
}

/// Lines by chart, each chart with its title and each line with its label.
type Charts<L> = Vec<(String, Vec<(String, L)>)>;

/// A line for each tag of each run.
pub(super) fn runs(loaded: &Loaded, args: &Args, reporter: &Reporter) -> Result<Figure> {
    let runs: Vec<_> = loaded.runs().collect();
    let names: Vec<_> = runs.iter().map(|(source, _)| &*source.name).collect();
    let tags = runs.iter().map(|(_, run)| scalar_tags([run.clone()]));
    let (charts, labels) = chosen(tags, &names, args, reporter)?;
    let draw = |line: Candidate<'_>| {
        let (_, run) = runs.get(line.number)?;
        let scalars = run.scalars(line.tag, Policy::LastWins)?;
        let values = scalars.values.to_f64();
        let times = scalars.wall_times.iter().map(|time| time.as_secs());
        Some(curve(&scalars.steps, times, values, args))
    };
    figure(charts, labels, draw, args, reporter)
}

/// A line and a band for each tag of each group.
pub(super) fn groups(
    loaded: &Loaded,
    groups: &[Group],
    args: &Args,
    reporter: &Reporter,
) -> Result<Figure> {
    let band = args.band.map_or(Band::Confidence, Band::from);
    let reduce = args.groups.reduce(of_band(band))?;
    let names: Vec<_> = groups.iter().map(|group| &*group.name).collect();
    let tags = groups
        .iter()
        .map(|group| scalar_tags(loaded.at(&group.runs).map(|(_, run)| run)));
    let (charts, labels) = chosen(tags, &names, args, reporter)?;
    let reduced = groups.iter().enumerate().map(|(number, group)| {
        let lines = charts.iter().flat_map(|(_, lines)| lines);
        let lines = lines.filter(|(_, line)| line.number == number);
        reduce_group(loaded, group, lines.map(|(_, line)| line.tag), &reduce)
    });
    let reduced: Vec<_> = reduced.collect();
    warn_of_gaps(&reduced, args.groups.align, reporter);
    let draw = |line: Candidate<'_>| {
        let series = reduced.get(line.number)?.result.series(line.tag)?;
        Some(with_band(&series, band, args))
    };
    figure(charts, labels, draw, args, reporter)
}

/// What is drawn of all lines, and their labels in order.
fn chosen<'l>(
    tags: impl Iterator<Item = Vec<&'l str>>,
    names: &[&str],
    args: &Args,
    reporter: &Reporter,
) -> Result<(Charts<Candidate<'l>>, Vec<String>)> {
    let of_tags = |(number, tags): (usize, Vec<&'l str>)| {
        let tags = tags.into_iter();
        tags.map(move |tag| Candidate { number, tag })
    };
    let mut lines: Vec<_> = tags.enumerate().flat_map(of_tags).collect();
    if lines.is_empty() {
        bail!("no scalars to draw");
    }
    lines.sort_by(|a, b| natural_order(a.tag, b.tag));
    let mut charts = match args.together {
        true => vec![together(&lines, names)],
        false => apart(&lines, names, reporter),
    };
    let labels = labels(&mut charts, reporter);
    Ok((charts, labels))
}

/// A chart for each tag.
fn apart<'l>(
    lines: &[Candidate<'l>],
    names: &[&str],
    reporter: &Reporter,
) -> Charts<Candidate<'l>> {
    let of_tag = || lines.chunk_by(|a, b| a.tag == b.tag);
    let count = of_tag().count();
    if count > MAX_PANELS {
        reporter.warn(format_args!(
            "{MAX_PANELS} of {} are drawn; use --tag to choose others",
            number::counted(count as u64, "chart")
        ));
    }
    let chart = |lines: &[Candidate<'l>]| {
        let title = lines.first().map_or("", |line| line.tag);
        let named = lines
            .iter()
            .map(|&line| (name(names, line).to_owned(), line));
        (title.to_owned(), named.collect())
    };
    of_tag().take(MAX_PANELS).map(chart).collect()
}

/// All lines in one chart, each of which says its tag.
fn together<'l>(lines: &[Candidate<'l>], names: &[&str]) -> (String, Vec<(String, Candidate<'l>)>) {
    let used: BTreeSet<_> = lines.iter().map(|&line| name(names, line)).collect();
    let (title, one_run) = match used.first() {
        Some(&name) if used.len() == 1 => (if name == "." { "" } else { name }.to_owned(), true),
        _ => {
            let of_tag = lines.chunk_by(|a, b| a.tag == b.tag);
            let tags: Vec<_> = of_tag
                .filter_map(|lines| Some(lines.first()?.tag))
                .collect();
            (tags.join(", "), false)
        }
    };
    let labelled = lines.iter().map(|&line| match one_run {
        true => (line.tag.to_owned(), line),
        false => (format!("{}: {}", name(names, line), line.tag), line),
    });
    (title, labelled.collect())
}

fn name<'n>(names: &[&'n str], line: Candidate<'_>) -> &'n str {
    names.get(line.number).copied().unwrap_or_default()
}

fn curve(
    steps: &[i64],
    wall_times: impl Iterator<Item = f64> + Clone,
    values: Vec<f64>,
    args: &Args,
) -> Curve {
    #[expect(clippy::cast_precision_loss, reason = "positions on a picture")]
    let xs = match args.x {
        XAxis::Step => steps.iter().map(|&step| step as f64).collect(),
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
    let [line, lower, upper] = of_band(band).map(|statistic| {
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

/// The statistics that a band is drawn of: its line and its ends.
fn of_band(band: Band) -> [Statistic; 3] {
    let (lower, upper) = band.ends();
    let line = band.lines().first().copied();
    [line.unwrap_or(Statistic::Mean), lower, upper]
}

/// Gives curves their places.
fn figure<L: Copy>(
    charts: Charts<L>,
    labels: Vec<String>,
    draw: impl Fn(L) -> Option<Curve>,
    args: &Args,
    reporter: &Reporter,
) -> Result<Figure> {
    let mut figure = Figure {
        title: args.title.clone(),
        panels: Vec::new(),
        x_title: "step".to_owned(),
        log_x: args.log_x,
        log_y: args.log_y,
        labels,
    };
    for (title, of_panel) in charts {
        let lines = of_panel.into_iter().filter_map(|(label, line)| {
            let label = figure.labels.iter().position(|known| *known == label)?;
            let curve = draw(line)?;
            Some(Line { label, curve })
        });
        let lines = lines.collect();
        figure.panels.push(Panel { title, lines });
    }
    if args.x == XAxis::Relative {
        figure.x_title = in_units(&mut figure.panels).to_owned();
    }
    note_gaps(&mut figure, reporter);
    let drawable = |panel: &Panel| panel.lines.iter().any(|line| !line.curve.xs.is_empty());
    if !figure.panels.iter().any(drawable) {
        bail!("no points that can be drawn");
    }
    Ok(figure)
}

/// The labels of all lines, in order; lines beyond the limit go.
fn labels<L>(charts: &mut Charts<L>, reporter: &Reporter) -> Vec<String> {
    let names = charts
        .iter()
        .flat_map(|(_, lines)| lines)
        .map(|(name, _)| name);
    let names: BTreeSet<_> = names.cloned().collect();
    let mut labels: Vec<_> = names.into_iter().collect();
    labels.sort_by(|a, b| natural_order(a, b));
    if labels.len() > MAX_LINES {
        reporter.warn(format_args!(
            "{MAX_LINES} of {} are drawn; use --run to choose others",
            number::counted(labels.len() as u64, "line")
        ));
        labels.truncate(MAX_LINES);
        for (_, lines) in charts.iter_mut() {
            lines.retain(|(name, _)| labels.contains(name));
        }
    }
    for (_, lines) in charts {
        lines.sort_by(|(a, _), (b, _)| natural_order(a, b));
    }
    labels
}

/// Turns seconds into the unit that suits them, and names it.
fn in_units(panels: &mut [Panel]) -> &'static str {
    let curves = || {
        panels
            .iter()
            .flat_map(|panel| &panel.lines)
            .map(|line| &line.curve)
    };
    let longest = curves()
        .flat_map(|curve| &curve.xs)
        .copied()
        .fold(0.0, f64::max);
    let units = [(86400.0, "days"), (3600.0, "hours"), (60.0, "minutes")];
    let unit = units.into_iter().find(|(secs, _)| longest >= 2.0 * secs);
    let (secs, name) = unit.unwrap_or((1.0, "seconds"));
    for line in panels.iter_mut().flat_map(|panel| &mut panel.lines) {
        line.curve.xs.iter_mut().for_each(|x| *x /= secs);
    }
    name
}

/// Takes away points that have no place on a logarithmic axis, and tells of all that are not drawn.
fn note_gaps(figure: &mut Figure, reporter: &Reporter) {
    let (log_x, log_y) = (figure.log_x, figure.log_y);
    let (mut not_finite, mut not_positive) = (0, 0);
    for line in figure.panels.iter_mut().flat_map(|panel| &mut panel.lines) {
        let curve = &mut line.curve;
        let points = || curve.xs.iter().zip(&curve.ys);
        not_finite += points()
            .filter(|(x, y)| !x.is_finite() || !y.is_finite())
            .count();
        let below = |log: bool, v: f64| {
            log && v.partial_cmp(&0.0) != Some(Ordering::Greater) && !v.is_nan()
        };
        not_positive += points()
            .filter(|&(&x, &y)| below(log_x, x) || below(log_y, y))
            .count();
        let keep: Vec<_> = curve
            .xs
            .iter()
            .map(|&x| x.is_finite() && !below(log_x, x))
            .collect();
        let retain = |column: &mut Vec<f64>| {
            let mut keep = keep.iter();
            column.retain(|_| keep.next().copied().unwrap_or(false));
        };
        retain(&mut curve.xs);
        retain(&mut curve.ys);
        curve.unsmoothed.iter_mut().for_each(retain);
        if let Some((low, high)) = &mut curve.band {
            retain(low);
            retain(high);
        }
        if log_y {
            let gap = |column: &mut Vec<f64>| {
                column
                    .iter_mut()
                    .filter(|v| below(true, **v))
                    .for_each(|v| *v = f64::NAN);
            };
            gap(&mut curve.ys);
            curve.unsmoothed.iter_mut().for_each(gap);
            if let Some((low, high)) = &mut curve.band {
                gap(low);
                gap(high);
            }
        }
    }
    for (count, why) in [
        (not_finite, "NaN or infinite"),
        (not_positive, "not above 0, as a logarithmic axis needs"),
    ] {
        if count > 0 {
            let points = number::counted(count as u64, "point");
            reporter.note(format_args!("{points} not drawn: {why}"));
        }
    }
}
