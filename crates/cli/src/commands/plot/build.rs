//! From runs to a figure.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use anyhow::{Result, bail};
use tfevents::series::smooth;
use tfevents::{Kind, Policy};
use tfevents_analysis::reduce::{Band, ReducedSeries, Statistic};

use super::{Args, Curves, XAxis};
use crate::args::grouping::Group;
use crate::input::loaded::Loaded;
use crate::input::reduced::{reduce_group, warn_of_gaps};
use crate::ui::reporter::Reporter;
use tfevents_analysis::number;
use tfevents_analysis::text::natural_order;
use tfevents_plot::{Curve, Figure, Line, Panel};

/// More lines than this cannot be told apart.
const MAX_LINES: usize = 20;
/// More charts than this are hardly meant.
const MAX_PANELS: usize = 12;

/// A line for each tag of each run.
pub(super) fn runs(loaded: &Loaded, args: &Args) -> Curves {
    let mut curves = Curves::new();
    for (source, run) in loaded.runs() {
        for series in run.series() {
            if series.kind != Kind::Scalar {
                continue;
            }
            if let Some(scalars) = run.scalars(&series.tag, Policy::LastWins) {
                let curve = curve(
                    &scalars.steps,
                    &scalars.wall_times,
                    scalars.values.to_f64(),
                    args,
                );
                let of_tag = curves.entry(series.tag.to_string()).or_default();
                of_tag.push((source.name.clone(), curve));
            }
        }
    }
    curves
}

/// A line and a band for each tag of each group.
pub(super) fn groups(
    loaded: &Loaded,
    groups: &[Group],
    args: &Args,
    reporter: &Reporter,
) -> Result<Curves> {
    let band = args.band.map_or(Band::Confidence, Band::from);
    let reduce = args.groups.reduce(of_band(band))?;
    let reduced: Vec<_> = groups
        .iter()
        .map(|group| reduce_group(loaded, group, &reduce))
        .collect();
    warn_of_gaps(&reduced, args.groups.align, reporter);
    let mut curves = Curves::new();
    for group in &reduced {
        for (tag, series) in &group.result.series {
            let of_tag = curves.entry(tag.clone()).or_default();
            of_tag.push((group.name.clone(), with_band(series, band, args)));
        }
    }
    Ok(curves)
}

fn curve(steps: &[i64], wall_times: &[f64], values: Vec<f64>, args: &Args) -> Curve {
    #[expect(clippy::cast_precision_loss, reason = "positions on a picture")]
    let xs = match args.x {
        XAxis::Step => steps.iter().map(|&step| step as f64).collect(),
        XAxis::Relative => {
            let start = wall_times.iter().copied().fold(f64::INFINITY, f64::min);
            wall_times.iter().map(|time| time - start).collect()
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

fn with_band(series: &ReducedSeries, band: Band, args: &Args) -> Curve {
    let [line, lower, upper] = of_band(band).map(|statistic| {
        let values = series.values(statistic).unwrap_or_default().to_vec();
        match args.smooth {
            Some(weight) => smooth(&values, weight),
            None => values,
        }
    });
    let mut curve = curve(&series.steps, &series.wall_times, line, args);
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

/// Gives curves their places and labels.
pub(super) fn figure(curves: Curves, args: &Args, reporter: &Reporter) -> Result<Figure> {
    let mut curves: Vec<_> = curves.into_iter().collect();
    curves.sort_by(|(a, _), (b, _)| natural_order(a, b));
    if curves.is_empty() {
        bail!("there are no scalars to draw");
    }
    if args.together {
        curves = vec![together(curves)];
    }
    if curves.len() > MAX_PANELS {
        reporter.warn(format_args!(
            "{MAX_PANELS} of {} are drawn; --tag chooses others",
            number::counted(curves.len() as u64, "chart")
        ));
        curves.truncate(MAX_PANELS);
    }
    let labels = labels(&mut curves, reporter);
    let mut figure = Figure {
        title: args.title.clone(),
        panels: Vec::new(),
        x_title: "step".to_owned(),
        log_x: args.log_x,
        log_y: args.log_y,
        labels,
    };
    for (title, of_panel) in curves {
        let lines = of_panel.into_iter().filter_map(|(label, curve)| {
            let label = figure.labels.iter().position(|known| *known == label)?;
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
        bail!("there is not one point that can be drawn");
    }
    Ok(figure)
}

/// All lines in one chart, each of which says its tag.
fn together(curves: Vec<(String, Vec<(String, Curve)>)>) -> (String, Vec<(String, Curve)>) {
    let names: BTreeSet<_> = curves
        .iter()
        .flat_map(|(_, lines)| lines)
        .map(|(name, _)| name.clone())
        .collect();
    let tags: Vec<_> = curves.iter().map(|(tag, _)| tag.clone()).collect();
    let one_run = names.len() == 1;
    let lines = curves.into_iter().flat_map(|(tag, lines)| {
        lines.into_iter().map(move |(name, curve)| match one_run {
            true => (tag.clone(), curve),
            false => (format!("{name}: {tag}"), curve),
        })
    });
    let title = if one_run {
        names
            .into_iter()
            .next()
            .filter(|name| name != ".")
            .unwrap_or_default()
    } else {
        tags.join(", ")
    };
    (title, lines.collect())
}

/// The labels of all lines, in order; lines beyond the limit go.
fn labels(curves: &mut [(String, Vec<(String, Curve)>)], reporter: &Reporter) -> Vec<String> {
    let names = curves
        .iter()
        .flat_map(|(_, lines)| lines)
        .map(|(name, _)| name);
    let names: BTreeSet<_> = names.cloned().collect();
    let mut labels: Vec<_> = names.into_iter().collect();
    labels.sort_by(|a, b| natural_order(a, b));
    if labels.len() > MAX_LINES {
        reporter.warn(format_args!(
            "{MAX_LINES} of {} are drawn; --run chooses others",
            number::counted(labels.len() as u64, "line")
        ));
        labels.truncate(MAX_LINES);
        for (_, lines) in curves.iter_mut() {
            lines.retain(|(name, _)| labels.contains(name));
        }
    }
    for (_, lines) in curves {
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
        (not_positive, "not above 0, as a logarithmic axis wants it"),
    ] {
        if count > 0 {
            let points = number::counted(count as u64, "point");
            reporter.note(format_args!("{points} not drawn: {why}"));
        }
    }
}
