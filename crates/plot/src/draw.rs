//! A figure on a canvas: where everything goes, and how it looks.

use crate::canvas::{Anchor, Canvas, Colour, Place, Stroke};
use crate::figure::{Curve, Figure, Line, Panel, Size};
use crate::font::Font;
use crate::scale::Scale;

/// Colours that people who are colour-blind can tell apart too (Paul Tol's "vibrant", and a purple).
const COLOURS: [Colour; 7] = [
    Colour(0x00, 0x77, 0xbb),
    Colour(0xee, 0x77, 0x33),
    Colour(0x00, 0x99, 0x88),
    Colour(0xcc, 0x33, 0x11),
    Colour(0x33, 0xbb, 0xee),
    Colour(0xee, 0x33, 0x77),
    Colour(0x88, 0x55, 0xaa),
];
/// When all colours are used up, they come again with these dashes.
const DASHES: [&[f64]; 3] = [&[], &[6.0, 3.0], &[2.0, 2.5]];

pub(crate) const BACKGROUND: Colour = Colour(0xff, 0xff, 0xff);
const INK: Colour = Colour(0x22, 0x22, 0x22);
const FAINT_INK: Colour = Colour(0x66, 0x66, 0x66);
const GRID: Colour = Colour(0xe8, 0xe8, 0xe8);
const AXIS: Colour = Colour(0x99, 0x99, 0x99);

const MARGIN: f64 = 18.0;
const TITLE_SIZE: f64 = 18.0;
const PANEL_TITLE_SIZE: f64 = 14.0;
const LABEL_SIZE: f64 = 12.0;
const TICK_SIZE: f64 = 11.5;
/// The line that says what runs from left to right.
const X_TITLE: f64 = LABEL_SIZE + 6.0;
/// From one line of the legend to the next.
const LEGEND_LINE: f64 = 20.0;
/// The sample of a line in the legend, and the gap behind it.
const SAMPLE: f64 = 22.0;
const SAMPLE_GAP: f64 = 6.0;
/// Between two entries of the legend, and between two charts.
const GAP: f64 = 20.0;
const LINE_WIDTH: f64 = 1.8;

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

/// How many charts stand beside each other.
fn columns(panels: usize) -> usize {
    (1..=panels).find(|n| n * n >= panels).unwrap_or(1)
}

/// The size of a picture that has room for all charts.
#[expect(clippy::cast_precision_loss, reason = "a handful of charts")]
pub(crate) fn size(figure: &Figure, wanted: Option<Size>) -> (f64, f64) {
    if let Some(size) = wanted {
        return (size.width as f64, size.height as f64);
    }
    let columns = columns(figure.panels.len());
    let rows = figure.panels.len().div_ceil(columns);
    match columns {
        1 => (800.0, 480.0 * rows as f64),
        n => (460.0 * n as f64, 100.0 + 310.0 * rows as f64),
    }
}

/// Draws a figure that fills the canvas.
#[expect(clippy::cast_precision_loss, reason = "a handful of charts")]
pub(crate) fn draw(figure: &Figure, (width, height): (f64, f64), canvas: &mut impl Canvas) {
    let font = Font::new();
    let mut drawing = Drawing {
        figure,
        font: &font,
        canvas,
    };
    let top = drawing.head(width);
    let columns = columns(figure.panels.len());
    let rows = figure.panels.len().div_ceil(columns);
    let wide = (width - 2.0 * MARGIN - GAP * (columns - 1) as f64) / columns as f64;
    let high = (height - top - MARGIN - GAP * (rows.saturating_sub(1)) as f64) / rows as f64;
    for (i, panel) in figure.panels.iter().enumerate() {
        let left = MARGIN + (wide + GAP) * (i % columns) as f64;
        let top = top + (high + GAP) * (i / columns) as f64;
        let is_lowest = |i: usize| i < figure.panels.len() && i + columns >= figure.panels.len();
        // Charts beside each other are of the same height, also where a column ends above others.
        let row = i / columns * columns;
        let room = if (row..row + columns).any(is_lowest) {
            X_TITLE
        } else {
            0.0
        };
        let frame = Frame {
            left,
            top,
            right: left + wide,
            bottom: top + high,
        };
        drawing.panel(panel, frame, room, is_lowest(i));
    }
}

struct Drawing<'d, C> {
    figure: &'d Figure,
    font: &'d Font,
    canvas: &'d mut C,
}

impl<C: Canvas> Drawing<'_, C> {
    /// The title and the legend. Where the rest begins.
    fn head(&mut self, width: f64) -> f64 {
        let mut y = MARGIN;
        if let Some(title) = &self.figure.title {
            let title = self.font.fitted(title, TITLE_SIZE, width - 2.0 * MARGIN);
            y += TITLE_SIZE;
            self.canvas
                .text((MARGIN, y), &title, TITLE_SIZE, INK, Anchor::Start);
            y += 12.0;
        }
        if self.figure.labels.len() == 1 && self.figure.labels.iter().any(|label| label == ".") {
            return y;
        }
        let room = width - 2.0 * MARGIN - SAMPLE - SAMPLE_GAP;
        let mut x = MARGIN;
        for (i, label) in self.figure.labels.iter().enumerate() {
            let label = self.font.fitted(label, LABEL_SIZE, room);
            let wide = SAMPLE + SAMPLE_GAP + self.font.width(&label, LABEL_SIZE);
            if x > MARGIN && x + wide > width - MARGIN {
                x = MARGIN;
                y += LEGEND_LINE;
            }
            let middle = y + LEGEND_LINE / 2.0;
            let stroke = stroke(i, 2.5, 1.0);
            self.canvas
                .line(&[(x, middle), (x + SAMPLE, middle)], &stroke);
            let place = (x + SAMPLE + SAMPLE_GAP, middle + LABEL_SIZE * 0.36);
            self.canvas
                .text(place, &label, LABEL_SIZE, INK, Anchor::Start);
            x += wide + GAP;
        }
        y + LEGEND_LINE + 10.0
    }

    /// One chart, with all its furniture inside the frame, and `room` below for what the x axis is.
    fn panel(&mut self, panel: &Panel, frame: Frame, room: f64, says_x: bool) {
        let curves = || panel.lines.iter().map(|line| &line.curve);
        let xs = curves().flat_map(|curve| curve.xs.iter().copied());
        let x = Scale::new(xs, self.figure.log_x, 0.0);
        let y = Scale::new(curves().flat_map(Curve::heights), self.figure.log_y, 0.05);

        let mut plot = frame;
        if !panel.title.is_empty() {
            let title = self
                .font
                .fitted(&panel.title, PANEL_TITLE_SIZE, frame.width());
            plot.top += PANEL_TITLE_SIZE;
            let place = (frame.left, plot.top);
            self.canvas
                .text(place, &title, PANEL_TITLE_SIZE, INK, Anchor::Start);
            plot.top += 10.0;
        }
        plot.bottom -= TICK_SIZE + 8.0 + room;
        let y_ticks = y.ticks(count(plot.height() / 45.0), false);
        let widths = y_ticks
            .iter()
            .map(|tick| self.font.width(&tick.label, TICK_SIZE));
        plot.left += widths.fold(0.0, f64::max) + 8.0;
        plot.right -= 6.0;
        if plot.width() < 1.0 || plot.height() < 1.0 {
            return;
        }
        for tick in &y_ticks {
            let at = plot.bottom - tick.place * plot.height();
            self.rule((plot.left, at), (plot.right, at), GRID);
            let place = (plot.left - 7.0, at + TICK_SIZE * 0.36);
            self.canvas
                .text(place, &tick.label, TICK_SIZE, FAINT_INK, Anchor::End);
        }
        let whole = self.figure.x_title == "step";
        for tick in x.ticks(count(plot.width() / 75.0), whole) {
            let at = plot.left + tick.place * plot.width();
            self.rule((at, plot.top), (at, plot.bottom), GRID);
            let place = (at, plot.bottom + TICK_SIZE + 6.0);
            self.canvas
                .text(place, &tick.label, TICK_SIZE, FAINT_INK, Anchor::Middle);
        }
        self.rule((plot.left, plot.bottom), (plot.right, plot.bottom), AXIS);
        if says_x {
            let place = (plot.right, frame.bottom - 1.0);
            self.canvas.text(
                place,
                &self.figure.x_title,
                LABEL_SIZE,
                FAINT_INK,
                Anchor::End,
            );
        }
        let place = |vx: f64, vy: f64| {
            let place = (
                plot.left + x.place(vx) * plot.width(),
                plot.bottom - y.place(vy) * plot.height(),
            );
            (place.0.is_finite() && place.1.is_finite()).then_some(place)
        };
        let lines: Vec<_> = panel
            .lines
            .iter()
            .map(|line| Line {
                label: line.label,
                curve: line.curve.thinned(count(plot.width())),
            })
            .collect();
        // What is faint lies below all that is not.
        for line in &lines {
            self.band(line, place);
            if let Some(unsmoothed) = &line.curve.unsmoothed {
                self.curve(line, unsmoothed, &stroke(line.label, 1.2, 0.25), place);
            }
        }
        for line in &lines {
            let stroke = stroke(line.label, LINE_WIDTH, 1.0);
            self.curve(line, &line.curve.ys, &stroke, place);
        }
    }

    fn rule(&mut self, from: Place, to: Place, colour: Colour) {
        // In the middle of a pixel, so that it is one pixel wide.
        let sharp = |(x, y): Place| (x.floor() + 0.5, y.floor() + 0.5);
        let stroke = Stroke {
            colour,
            width: 1.0,
            opacity: 1.0,
            dashes: &[],
        };
        self.canvas.line(&[sharp(from), sharp(to)], &stroke);
    }

    /// A curve, with gaps where it has no values; points between gaps are dots.
    fn curve(
        &mut self,
        line: &Line,
        ys: &[f64],
        stroke: &Stroke,
        place: impl Fn(f64, f64) -> Option<Place>,
    ) {
        let points = line.curve.xs.iter().zip(ys).map(|(&x, &y)| place(x, y));
        for piece in pieces(points) {
            match &*piece {
                [point] => self.canvas.dot(*point, stroke.width * 1.2, stroke.colour),
                points => self.canvas.line(points, stroke),
            }
        }
    }

    fn band(&mut self, line: &Line, place: impl Fn(f64, f64) -> Option<Place>) {
        let Some((low, high)) = &line.curve.band else {
            return;
        };
        let ends = low.iter().zip(high);
        let ends = line.curve.xs.iter().zip(ends).map(|(&x, (&low, &high))| {
            let (low, high) = (place(x, low)?, place(x, high)?);
            Some((low, high))
        });
        for piece in pieces(ends) {
            let lower = piece.iter().map(|(low, _)| *low);
            let upper = piece.iter().rev().map(|(_, high)| *high);
            let outline: Vec<_> = lower.chain(upper).collect();
            self.canvas.area(&outline, colour(line.label), 0.18);
        }
    }
}

/// Stretches without gaps.
fn pieces<T>(items: impl Iterator<Item = Option<T>>) -> Vec<Vec<T>> {
    let mut pieces = vec![Vec::new()];
    for item in items {
        match (item, pieces.last_mut()) {
            (Some(item), Some(piece)) => piece.push(item),
            (None, Some(piece)) if !piece.is_empty() => pieces.push(Vec::new()),
            _ => {}
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

fn colour(label: usize) -> Colour {
    COLOURS[label % COLOURS.len()]
}

fn stroke(label: usize, width: f64, opacity: f64) -> Stroke {
    Stroke {
        colour: colour(label),
        width,
        opacity,
        dashes: DASHES[label / COLOURS.len() % DASHES.len()],
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` clamps"
)]
fn count(n: f64) -> usize {
    (n as usize).max(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_stand_in_a_square() {
        let columns: Vec<_> = [1, 2, 3, 4, 5, 9, 10, 12].map(columns).into();
        assert_eq!(columns, [1, 2, 2, 2, 3, 3, 4, 4]);
    }

    #[test]
    fn gaps_part_pieces() {
        let items = [None, Some(1), Some(2), None, None, Some(3)];
        assert_eq!(pieces(items.into_iter()), [vec![1, 2], vec![3]]);
        assert!(pieces(std::iter::empty::<Option<i32>>()).is_empty());
    }
}
