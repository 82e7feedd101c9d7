//! What a page shows where no script runs: a table of the runs, and charts.

use tfevents::series::envelope;
use tfevents_analysis::number;
use tfevents_plot::{Axis, AxisKind, Figure, Label, Line, Look, Panel, Sheet, svg};

use crate::curve::{Curve, CurveFacts};
use crate::document::escaped;
use crate::index::{Index, Metric};
use crate::metrics::Best;

/// So many runs are in the table, and so many in a chart.
const ROWS: usize = 200;
const LINES: usize = 20;
/// About half as many points of a line are drawn in a chart.
const BUCKETS: usize = 120;

/// A chart of a tag.
pub(crate) fn chart(tag: &str, curves: &[Curve], index_of_runs: &[&str]) -> String {
    let mut figure = Figure {
        x_title: "step".to_owned(),
        x: Axis {
            kind: AxisKind::Whole,
            ..Axis::default()
        },
        ..Figure::default()
    };
    let mut lines = Vec::new();
    for curve in curves.iter().take(LINES) {
        let CurveFacts(run, ..) = curve.facts;
        let values = curve.scalars.values.to_f64();
        #[expect(clippy::cast_precision_loss, reason = "positions on a picture")]
        let points = envelope(&values, BUCKETS)
            .into_iter()
            .filter_map(|i| Some((*curve.scalars.steps.get(i)? as f64, *values.get(i)?)));
        let (xs, ys) = points.unzip();
        let curve = tfevents_plot::Curve {
            xs,
            ys,
            ..tfevents_plot::Curve::default()
        };
        lines.push(Line {
            label: figure.labels.len(),
            curve: curve.sorted(),
        });
        figure.labels.push(Label {
            name: index_of_runs
                .get(run)
                .copied()
                .unwrap_or_default()
                .to_owned(),
            look: Look::nth(run),
            ..Label::default()
        });
    }
    let is_drawn = |line: &Line| line.curve.ys.iter().any(|y| y.is_finite());
    if !lines.iter().any(is_drawn) {
        return String::new();
    }
    figure.panels.push(Panel {
        title: tag.to_owned(),
        lines,
    });
    let drawn = svg::render(&figure, &Sheet::default());
    let more = curves.len().saturating_sub(LINES);
    let note = match more {
        0 => String::new(),
        more => format!(
            "<figcaption>and {} more</figcaption>",
            number::counted(more as u64, "run")
        ),
    };
    format!("<figure>{drawn}{note}</figure>\n")
}

/// The table of all runs: their hyperparameters that differ, and the values of metrics.
pub(crate) fn table(index: &Index, curves: &[Vec<CurveFacts>]) -> String {
    let params = differing(index);
    let mut html =
        String::from("<div class=\"panel wide\"><table class=\"runs\">\n<thead><tr><th>run</th>");
    let mut head = |text: &str| html.extend(["<th>", &escaped(text), "</th>"]);
    let has_durations = index.runs.iter().any(|run| run.duration.is_some());
    if has_durations {
        head("duration");
    }
    for name in &params {
        head(name);
    }
    for Metric { tag, best } in &index.metrics {
        let tag = index.tags.get(*tag).map_or("", |tag| &tag.tag);
        head(tag);
        match best {
            Some(Best::Min) => head(&format!("{tag} (min)")),
            Some(Best::Max) => head(&format!("{tag} (max)")),
            None => {}
        }
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for (number, run) in index.runs.iter().enumerate().take(ROWS) {
        html.extend(["<tr><th>", &escaped(&run.name), "</th>"]);
        let mut cell = |text: &str| html.extend(["<td>", &escaped(text), "</td>"]);
        if has_durations {
            cell(&run.duration.map_or(String::new(), number::duration));
        }
        for name in &params {
            let value = run.hparams.iter().find(|(known, _)| known == name);
            cell(&value.map_or(String::new(), |(_, value)| value.text()));
        }
        for Metric { tag, best } in &index.metrics {
            let curves = curves.get(*tag).into_iter().flatten();
            let found = curves.into_iter().find(|facts| facts.0 == number);
            let text = |value: fn(&CurveFacts) -> crate::curve::Value| {
                found
                    .map(value)
                    .and_then(|value| value.0)
                    .map_or(String::new(), |n| number::short(n.as_f64()))
            };
            cell(&text(|facts| facts.4));
            match best {
                Some(Best::Min) => cell(&text(|facts| facts.6)),
                Some(Best::Max) => cell(&text(|facts| facts.8)),
                None => {}
            }
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody></table></div>\n");
    if let Some(more) = index.runs.len().checked_sub(ROWS + 1) {
        let more = number::counted(more as u64 + 1, "more run");
        html.extend(["<p>", &more, "</p>\n"]);
    }
    html
}

/// The names of hyperparameters that are not the same in all runs.
fn differing(index: &Index) -> Vec<String> {
    let mut names: Vec<&String> = Vec::new();
    let all = index.runs.iter().flat_map(|run| &run.hparams);
    names.extend(all.map(|(name, _)| name));
    names.sort_unstable();
    names.dedup();
    let value = |run: &crate::index::RunEntry, name: &String| {
        let value = run.hparams.iter().find(|(known, _)| known == name);
        value.map(|(_, value)| value.text())
    };
    let differs = |name: &&String| {
        let mut values = index.runs.iter().map(|run| value(run, name));
        let first = values.next();
        values.any(|value| Some(value) != first)
    };
    names.into_iter().filter(differs).take(8).cloned().collect()
}
