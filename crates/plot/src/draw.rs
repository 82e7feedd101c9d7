//! A figure as SVG: where everything goes, and how it looks.
//!
//! Lengths are in units of which ordinary text has 12, whatever the size of the picture: larger text makes room for fewer
//! ticks, and lines are as thick as suits the text.

use crate::canvas::{Canvas, Colour, Stroke};
use crate::figure::Figure;
use crate::font::{Metrics, TEXT};

mod head;
mod legend;
mod panel;

pub(crate) const BACKGROUND: Colour = Colour(0xff, 0xff, 0xff);
const INK: Colour = Colour(0x22, 0x22, 0x22);
const FAINT_INK: Colour = Colour(0x66, 0x66, 0x66);

const MARGIN: f64 = 18.0;
/// The line that says what runs from left to right, or upwards.
const AXIS_TITLE: f64 = TEXT + 6.0;
/// About what a chart's title, ticks and the title of its axis take of its height.
const FURNITURE: f64 = 5.0 * TEXT;
/// Between two charts.
const GAP: f64 = 20.0;

/// A rectangle.
#[derive(Clone, Copy)]
struct Frame {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Frame {
    fn width(&self) -> f64 {
        self.right - self.left
    }

    fn height(&self) -> f64 {
        self.bottom - self.top
    }
}

/// How many charts stand beside each other, and how many rows of them there are.
fn columns(figure: &Figure) -> (usize, usize) {
    let panels = figure.panels.len();
    let square = || (1..=panels).find(|n| n * n >= panels).unwrap_or(1);
    let columns = figure
        .columns
        .unwrap_or_else(square)
        .clamp(1, panels.max(1));
    (columns, panels.div_ceil(columns))
}

/// The size of a picture that has room for all charts.
#[expect(clippy::cast_precision_loss, reason = "a handful of charts")]
pub(crate) fn natural(figure: &Figure) -> (f64, f64) {
    let (width, height) = match columns(figure) {
        (1, rows) => (800.0, 480.0 * rows.max(1) as f64),
        (columns, rows) => (460.0 * columns as f64, 100.0 + 310.0 * rows as f64),
    };
    let head = head::place(figure, width, &Metrics::new());
    (width, height + head.excess())
}

/// The height of a picture of this width in which charts have pleasant proportions.
pub(crate) fn height_for(figure: &Figure, width: f64) -> f64 {
    head::place(figure, width, &Metrics::new()).bottom() + charts_height(figure, width)
}

/// As much of it as charts take.
#[expect(clippy::cast_precision_loss, reason = "a handful of charts")]
fn charts_height(figure: &Figure, width: f64) -> f64 {
    let (columns, rows) = columns(figure);
    let wide = (width - 2.0 * MARGIN - GAP * (columns - 1) as f64) / columns as f64;
    let rows = rows.max(1) as f64;
    rows * (wide * 0.5 + FURNITURE) + GAP * (rows - 1.0) + MARGIN
}

/// Draws a figure of this size.
#[expect(clippy::cast_precision_loss, reason = "a handful of charts")]
pub(crate) fn draw(figure: &Figure, (width, height): (f64, f64), svg: &mut Canvas) {
    let metrics = Metrics::new();
    let mut head = head::place(figure, width, &metrics);
    // Charts have half of the picture, unless they look well in less.
    head.limit(height - charts_height(figure, width).min(height / 2.0));
    let top = head.bottom();
    head.draw(svg);
    let (columns, rows) = columns(figure);
    let wide = (width - 2.0 * MARGIN - GAP * (columns - 1) as f64) / columns as f64;
    let high = (height - top - MARGIN - GAP * (rows.saturating_sub(1)) as f64) / rows as f64;
    let titles: Vec<_> = figure.panels.iter().map(|panel| &*panel.title).collect();
    let titles = panel::fitted_titles(&titles, wide, &metrics);
    for (i, (panel, title)) in figure.panels.iter().zip(&titles).enumerate() {
        let left = MARGIN + (wide + GAP) * (i % columns) as f64;
        let top = top + (high + GAP) * (i / columns) as f64;
        let is_lowest = |i: usize| i < figure.panels.len() && i + columns >= figure.panels.len();
        // Charts beside each other are of the same height, also where a column ends above others.
        let row = i / columns * columns;
        let room = if (row..row + columns).any(is_lowest) {
            AXIS_TITLE
        } else {
            0.0
        };
        let frame = Frame {
            left,
            top,
            right: left + wide,
            bottom: top + high,
        };
        let mut chart = panel::Chart {
            figure,
            metrics: &metrics,
            svg,
        };
        chart.draw((panel, title), frame, room, is_lowest(i));
    }
}

fn stroke(look: crate::look::Look, width: f64, opacity: f64) -> Stroke {
    Stroke {
        colour: look.colour(),
        width,
        opacity,
        dashes: look.dashes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::{Label, Panel};
    use crate::{Sheet, svg};

    #[test]
    fn a_picture_whose_height_follows_names_every_line() {
        let label = |i| Label {
            name: format!("resnet50-imagenet-lr0.00{i:02}-wd0.0001-augment{i}"),
            ..Label::default()
        };
        let mut figure = Figure {
            title: Some("A long title ".repeat(20)),
            labels: (0..20).map(label).collect(),
            panels: vec![Panel::default()],
            ..Figure::default()
        };
        let more = |figure: &Figure, sheet: &Sheet| {
            let picture = svg::render(figure, sheet);
            let more = picture.split_once(" more<").map(|(before, _)| before);
            more.and_then(|before| before.rsplit_once("and ")?.1.parse::<usize>().ok())
        };
        for width in [150.0, 312.0, 700.0] {
            let sheet = Sheet {
                width: Some(width),
                ..Sheet::default()
            };
            assert_eq!(more(&figure, &sheet), None, "{width}");
            // Where the height is given, charts do not lose theirs to names.
            let low = Sheet {
                height: Some(200.0),
                text: Some(TEXT),
                ..sheet
            };
            assert!(more(&figure, &low).is_some(), "{width}");
        }
        // However many there are, a picture does not become a list.
        figure.labels = (0..99).map(label).collect();
        let narrow = Sheet {
            width: Some(150.0),
            ..Sheet::default()
        };
        assert!(more(&figure, &narrow).is_some_and(|more| more >= 80));
    }

    #[test]
    fn charts_stand_in_a_square_unless_columns_are_asked_for() {
        let columns = |panels, wanted| {
            columns(&Figure {
                panels: vec![Panel::default(); panels],
                columns: wanted,
                ..Figure::default()
            })
        };
        let square: Vec<_> = [1, 2, 3, 4, 5, 9, 10, 12]
            .map(|n| columns(n, None).0)
            .into();
        assert_eq!(square, [1, 2, 2, 2, 3, 3, 4, 4]);
        assert_eq!(columns(5, Some(1)), (1, 5));
        assert_eq!(columns(5, Some(4)), (4, 2));
        assert_eq!(columns(2, Some(4)), (2, 1));
        assert_eq!(columns(0, None), (1, 0));
    }
}
