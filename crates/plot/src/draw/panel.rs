//! One chart with its axes.

use tfevents_analysis::text::shortened;

use super::{AXIS_TITLE, FAINT_INK, Frame, INK, stroke};
use crate::canvas::{Anchor, Canvas, Colour, Font, Place, Stroke};
use crate::figure::{Axis, Curve, Figure, Panel};
use crate::font::{Metrics, TEXT};
use crate::look::Look;
use crate::scale::{Scale, Tick};

const GRID: Colour = Colour(0xe8, 0xe8, 0xe8);
const AXIS: Colour = Colour(0x99, 0x99, 0x99);

const TITLE_SIZE: f64 = 14.0;
const TICK_SIZE: f64 = 11.5;
const LINE_WIDTH: f64 = 1.8;

pub(super) struct Chart<'d> {
    pub(super) figure: &'d Figure,
    pub(super) metrics: &'d Metrics,
    pub(super) svg: &'d mut Canvas,
}

impl Chart<'_> {
    /// Draws a chart with all its furniture inside the frame, and `room` below for what the x axis is.
    pub(super) fn draw(
        &mut self,
        (panel, title): (&Panel, &str),
        frame: Frame,
        room: f64,
        says_x: bool,
    ) {
        let figure = self.figure;
        let curves = || panel.lines.iter().map(|line| &line.curve);
        let xs = curves().flat_map(|curve| curve.xs.iter().copied());
        let x = Scale::new(xs, &figure.x, 0.0);
        let heights = curves().flat_map(|curve| curve.heights(&figure.x));
        let y = Scale::new(heights, &figure.y, 0.05);

        let mut plot = frame;
        if !title.is_empty() {
            plot.top += TITLE_SIZE;
            let place = (frame.left, plot.top);
            self.svg
                .text(place, title, font(TITLE_SIZE, INK, Anchor::Start));
            plot.top += 10.0;
        }
        plot.bottom -= TICK_SIZE + 8.0 + room;
        if let Some(title) = &figure.y_title {
            let title = self.metrics.fitted(title, TEXT, plot.height());
            let place = (frame.left + TEXT, (plot.top + plot.bottom) / 2.0);
            self.svg
                .text_upwards(place, &title, font(TEXT, FAINT_INK, Anchor::Middle));
            plot.left += AXIS_TITLE;
        }
        let y_ticks = ticks(&y, plot.height(), 45.0, |_| TICK_SIZE);
        let widths = y_ticks
            .iter()
            .map(|tick| self.metrics.width(&tick.label, TICK_SIZE));
        plot.left += widths.fold(0.0, f64::max) + 8.0;
        plot.right -= 6.0;
        if plot.width() < 1.0 || plot.height() < 1.0 {
            return;
        }
        for tick in &y_ticks {
            let at = plot.bottom - tick.place * plot.height();
            self.rule((plot.left, at), (plot.right, at), GRID);
            let place = (plot.left - 7.0, at + TICK_SIZE * 0.36);
            self.svg
                .text(place, &tick.label, font(TICK_SIZE, FAINT_INK, Anchor::End));
        }
        let width = |label: &str| self.metrics.width(label, TICK_SIZE);
        for tick in ticks(&x, plot.width(), 75.0, width) {
            let at = plot.left + tick.place * plot.width();
            self.rule((at, plot.top), (at, plot.bottom), GRID);
            let place = (at, plot.bottom + TICK_SIZE + 6.0);
            self.svg.text(
                place,
                &tick.label,
                font(TICK_SIZE, FAINT_INK, Anchor::Middle),
            );
        }
        self.rule((plot.left, plot.bottom), (plot.right, plot.bottom), AXIS);
        if says_x {
            let place = (plot.right, frame.bottom - 1.0);
            let title = self.metrics.fitted(&figure.x_title, TEXT, plot.width());
            self.svg
                .text(place, &title, font(TEXT, FAINT_INK, Anchor::End));
        }
        let place = |vx: f64, vy: f64| {
            let place = (
                plot.left + x.place(vx) * plot.width(),
                plot.bottom - y.place(vy) * plot.height(),
            );
            (place.0.is_finite() && place.1.is_finite()).then_some(place)
        };
        let space = Space {
            width: count(plot.width()),
            bottom: plot.bottom,
        };
        let limited =
            |axis: &Axis| axis.from.is_some() || axis.to.is_some() || axis.ignore_outliers;
        if limited(&figure.x) || limited(&figure.y) {
            let corners = ((plot.left, plot.top), (plot.right, plot.bottom));
            self.svg.within(corners.0, corners.1, |svg| {
                curves_of(figure, panel, space, place, svg);
            });
        } else {
            curves_of(figure, panel, space, place, self.svg);
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
        self.svg.line(&[sharp(from), sharp(to)], &stroke);
    }
}

/// Titles of charts of this width; those that differ still do.
pub(super) fn fitted_titles(titles: &[&str], width: f64, metrics: &Metrics) -> Vec<String> {
    shortened(titles, |title| metrics.width(title, TITLE_SIZE) <= width)
}

fn font(size: f64, colour: Colour, anchor: Anchor) -> Font {
    Font {
        size,
        colour,
        anchor,
    }
}

/// Ticks, about one to so many units of an axis of this length. Where that makes fewer than three, there are more of
/// them, as long as there is half as much room between their labels as these take.
fn ticks(scale: &Scale, length: f64, apart: f64, size: impl Fn(&str) -> f64) -> Vec<Tick> {
    let wanted = count(length / apart);
    let usual = scale.ticks(wanted);
    if usual.len() >= 3 {
        return usual;
    }
    let fit = |ticks: &Vec<Tick>| {
        let widest = ticks
            .iter()
            .map(|tick| size(&tick.label))
            .fold(0.0, f64::max);
        let mut pairs = ticks.iter().zip(ticks.iter().skip(1));
        ticks.len() >= 3 && pairs.all(|(a, b)| (b.place - a.place) * length >= 1.5 * widest)
    };
    let mut more = (wanted + 1..=2 * wanted).map(|wanted| scale.ticks(wanted));
    more.find(fit).unwrap_or(usual)
}

/// How wide a chart is, and where it ends below.
#[derive(Clone, Copy)]
struct Space {
    width: usize,
    bottom: f64,
}

/// The lines of a chart.
fn curves_of(
    figure: &Figure,
    panel: &Panel,
    space: Space,
    place: impl Fn(f64, f64) -> Option<Place>,
    svg: &mut Canvas,
) {
    let lines: Vec<_> = panel
        .lines
        .iter()
        .map(|line| {
            let label = figure.labels.get(line.label);
            let look = label.map_or_else(Look::default, |label| label.look);
            (look, line.curve.on(&figure.x).thinned(space.width))
        })
        .collect();
    // What is faint lies below all that is not.
    for (look, curve) in &lines {
        band(*look, curve, space.bottom, &place, svg);
        if let Some(unsmoothed) = &curve.unsmoothed {
            line(
                &curve.xs,
                unsmoothed,
                &stroke(*look, 1.2, 0.25),
                &place,
                svg,
            );
        }
    }
    for (look, curve) in &lines {
        let stroke = stroke(*look, LINE_WIDTH, 1.0);
        line(&curve.xs, &curve.ys, &stroke, &place, svg);
    }
}

/// A line, with gaps where it has no values; points between gaps are dots.
fn line(
    xs: &[f64],
    ys: &[f64],
    stroke: &Stroke,
    place: impl Fn(f64, f64) -> Option<Place>,
    svg: &mut Canvas,
) {
    let points = xs.iter().zip(ys).map(|(&x, &y)| place(x, y));
    for piece in pieces(points) {
        match &*piece {
            [point] => svg.dot(*point, stroke.width * 1.2, stroke.colour),
            points => svg.line(points, stroke),
        }
    }
}

/// A band, which goes down to the bottom where its lower end has no place on a logarithmic axis.
fn band(
    look: Look,
    curve: &Curve,
    bottom: f64,
    place: impl Fn(f64, f64) -> Option<Place>,
    svg: &mut Canvas,
) {
    let Some((low, high)) = &curve.band else {
        return;
    };
    let ends = low.iter().zip(high);
    let ends = curve.xs.iter().zip(ends).map(|(&x, (&low, &high))| {
        let high = place(x, high)?;
        Some((place(x, low).unwrap_or((high.0, bottom)), high))
    });
    for piece in pieces(ends) {
        let lower = piece.iter().map(|(low, _)| *low);
        let upper = piece.iter().rev().map(|(_, high)| *high);
        let outline: Vec<_> = lower.chain(upper).collect();
        svg.area(&outline, look.colour(), 0.18);
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
    fn gaps_part_pieces() {
        let items = [None, Some(1), Some(2), None, None, Some(3)];
        assert_eq!(pieces(items.into_iter()), [vec![1, 2], vec![3]]);
        assert!(pieces(std::iter::empty::<Option<i32>>()).is_empty());
    }
}
