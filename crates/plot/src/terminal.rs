//! Draws a figure as text: two by four dots of braille per character.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;

use crate::figure::{Figure, Label, Line, Panel, Size};
use crate::look::Look;
use crate::scale::{Scale, Tick};
use tfevents_analysis::text::{printable, shortened, without_middle, wrap};

/// The width if the caller gives none.
const WIDTH: usize = 80;
const HEIGHT: usize = 15;
/// Narrower or lower than this, there is nothing to be seen.
const MIN_WIDTH: usize = 10;
const MIN_HEIGHT: usize = 3;

const COLOURS: [AnsiColor; 6] = [
    AnsiColor::Blue,
    AnsiColor::Yellow,
    AnsiColor::Green,
    AnsiColor::Magenta,
    AnsiColor::Cyan,
    AnsiColor::Red,
];
/// Which of eight dots in a row are drawn, where lines have no colours, and what that looks like.
const PATTERNS: [(u8, &str); 4] = [
    (0b1111_1111, "⠤⠤⠤⠤"),
    (0b1000_1000, "⠄ ⠄ "),
    (0b1111_0000, "⠤⠤  "),
    (0b1111_0010, "⠤⠤⠠ "),
];
/// The sample of a line in the legend, where lines have colours.
const SAMPLE: &str = "⠤⠤";

/// The dots of a character, column by column.
const DOTS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// Writes the figure as lines of text that are at most `width` characters long. `size` is that of one chart; without
/// colour, lines differ by their dashes. What titles and labels hold that a terminal would obey is escaped.
///
/// # Errors
///
/// What writing to `out` fails with.
pub fn print(
    out: &mut impl Write,
    figure: &Figure,
    size: Option<Size>,
    width: usize,
    colour: bool,
) -> io::Result<()> {
    let size = size.unwrap_or(Size {
        width: if width == usize::MAX { WIDTH } else { width },
        height: HEIGHT,
    });
    let labels = figure.labels.iter();
    let pens: Vec<_> = labels.map(|label| Pen::new(label.look, colour)).collect();
    let (bold, dim) = match colour {
        true => (Style::new().bold(), Style::new().dimmed()),
        false => (Style::new(), Style::new()),
    };
    if let Some(title) = &figure.title {
        for line in wrap(&printable(title), width) {
            writeln!(out, "{bold}{line}{bold:#}")?;
        }
        writeln!(out)?;
    }
    for panel in &figure.panels {
        let title = without_middle(&printable(&panel.title), |title| title.width() <= width);
        writeln!(out, "{bold}{title}{bold:#}")?;
        if let Some(title) = &figure.y_title {
            writeln!(out, "{dim}{}{dim:#}", printable(title))?;
        }
        chart(out, figure, panel, size, &pens, dim)?;
        writeln!(out)?;
    }
    legend(out, figure, size.width, &pens)?;
    if let Some(note) = &figure.note {
        for line in wrap(&printable(note), width.saturating_sub(2)) {
            writeln!(out, "  {dim}{line}{dim:#}")?;
        }
    }
    Ok(())
}

/// What tells a line from others.
#[derive(Clone, Copy)]
struct Pen {
    style: Style,
    pattern: u8,
    sample: &'static str,
}

impl Pen {
    fn new(look: Look, colour: bool) -> Self {
        if colour {
            // When all colours are used up, they come again in bold.
            let style = COLOURS[look.colour % COLOURS.len()].on_default();
            let again = look.colour / COLOURS.len() % 2 == 1;
            Self {
                style: if again { style.bold() } else { style },
                pattern: 0xff,
                sample: SAMPLE,
            }
        } else {
            let (pattern, sample) = PATTERNS[look.dash % PATTERNS.len()];
            Self {
                style: Style::new(),
                pattern,
                sample,
            }
        }
    }
}

/// Lines of characters, each a cell of dots.
struct Raster {
    /// In characters.
    width: usize,
    height: usize,
    /// Row by row: dots, and the label of the line that was drawn last.
    cells: Vec<(u8, usize)>,
}

impl Raster {
    fn dot(&mut self, x: i64, y: i64, label: usize) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else {
            return;
        };
        let (column, row) = (x / 2, y / 4);
        if column < self.width
            && let Some(cell) = self.cells.get_mut(row * self.width + column)
        {
            cell.0 |= DOTS[x % 2][y % 4];
            cell.1 = label;
        }
    }

    /// Dots from one place to another.
    fn line(&mut self, from: (i64, i64), to: (i64, i64), pen: &mut Stroke) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let steps = dx.abs().max(dy.abs());
        // The first one is the last one of the line before.
        let first = i64::from(pen.drawn && steps > 0);
        for i in first..=steps {
            let along = |from: i64, distance: i64| match steps {
                0 => from,
                _ => from + (2 * distance * i + steps * distance.signum()) / (2 * steps),
            };
            if pen.pattern.rotate_left(pen.dots % 8) & 0x80 != 0 {
                self.dot(along(from.0, dx), along(from.1, dy), pen.label);
            }
            pen.dots = pen.dots.wrapping_add(1);
        }
        pen.drawn = true;
    }
}

/// A line under way.
struct Stroke {
    label: usize,
    pattern: u8,
    /// How many dots it has so far, drawn or left out.
    dots: u32,
    drawn: bool,
}

fn chart(
    out: &mut impl Write,
    figure: &Figure,
    panel: &Panel,
    size: Size,
    pens: &[Pen],
    dim: Style,
) -> io::Result<()> {
    let curves = || panel.lines.iter().map(|line| &line.curve);
    let xs = curves().flat_map(|curve| curve.xs.iter().copied());
    let x = Scale::new(xs, &figure.x, 0.0);
    let heights = curves().flat_map(|curve| curve.heights(&figure.x));
    let y = Scale::new(heights, &figure.y, 0.02);
    let height = size.height.saturating_sub(2).max(MIN_HEIGHT);
    let y_ticks = y.ticks((height / 3).max(2));
    let labels = y_ticks
        .iter()
        .map(|tick| tick.label.width())
        .max()
        .unwrap_or(0);
    let width = size.width.saturating_sub(labels + 3).max(MIN_WIDTH);
    let mut raster = Raster {
        width,
        height,
        cells: vec![(0, 0); width * height],
    };
    // Bands first, so that no line is hidden by one.
    let lines = panel.lines.iter().map(|line| Line {
        label: line.label,
        curve: line.curve.on(&figure.x).thinned(width * 2),
    });
    let lines: Vec<_> = lines.collect();
    for line in &lines {
        band(&mut raster, line, &x, &y);
    }
    for line in &lines {
        let pen = pens.get(line.label).map_or(0xff, |pen| pen.pattern);
        draw(&mut raster, line, pen, &x, &y);
    }
    let rows = by_cell(&y_ticks, height, true);
    for (row, cells) in raster.cells.chunks(width).enumerate() {
        let tick = rows.iter().find(|(at, _)| *at == row);
        let (label, axis) = tick.map_or(("", '│'), |(_, tick)| (&*tick.label, '┤'));
        let pad = labels - label.width();
        write!(out, " {:pad$}{label} {dim}{axis}{dim:#}", "")?;
        write_cells(out, cells, pens)?;
        writeln!(out)?;
    }
    x_axis(out, &x, figure, labels, width, dim)
}

/// The dots of a row, with a style for each stretch of one line.
fn write_cells(out: &mut impl Write, cells: &[(u8, usize)], pens: &[Pen]) -> io::Result<()> {
    let end = cells
        .iter()
        .rposition(|(dots, _)| *dots != 0)
        .map_or(0, |last| last + 1);
    let cells = cells.get(..end).unwrap_or_default();
    for stretch in cells.chunk_by(|a, b| (a.0 == 0) == (b.0 == 0) && (a.0 == 0 || a.1 == b.1)) {
        let Some(&(first, label)) = stretch.first() else {
            continue;
        };
        if first == 0 {
            write!(out, "{:1$}", "", stretch.len())?;
            continue;
        }
        let style = pens.get(label).map_or(Style::new(), |pen| pen.style);
        let dots = stretch
            .iter()
            .filter_map(|(dots, _)| char::from_u32(0x2800 + u32::from(*dots)));
        write!(out, "{style}{}{style:#}", dots.collect::<String>())?;
    }
    Ok(())
}

/// The lower end of the chart, with numbers below.
fn x_axis(
    out: &mut impl Write,
    x: &Scale,
    figure: &Figure,
    labels: usize,
    width: usize,
    dim: Style,
) -> io::Result<()> {
    let ticks = x.ticks((width / 12).max(2));
    let columns = by_cell(&ticks, width, false);
    let mut rule = vec!['─'; width];
    let mut below = vec![' '; labels + 3 + width];
    let title = figure.x_title.chars().count() + 1;
    for (column, tick) in &columns {
        if let Some(place) = rule.get_mut(*column) {
            *place = '┬';
        }
        let length = tick.label.chars().count();
        let start = (labels + 2 + column).saturating_sub((length - 1) / 2);
        // One that would stand in the way of another, or of the title, is left out.
        let free = start + length <= below.len().saturating_sub(title)
            && below[start.saturating_sub(1)..start + length]
                .iter()
                .all(|c| *c == ' ');
        if free {
            for (place, c) in below[start..].iter_mut().zip(tick.label.chars()) {
                *place = c;
            }
        }
    }
    let from = below.len() - title + 1;
    for (place, c) in below[from..].iter_mut().zip(figure.x_title.chars()) {
        *place = c;
    }
    let (rule, below): (String, String) = (rule.iter().collect(), below.iter().collect());
    writeln!(out, " {:labels$} {dim}└{rule}{dim:#}", "")?;
    writeln!(out, "{}", below.trim_end())
}

/// The cell that each tick is at, counted from the left or, for `down`, from the top.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "characters on a screen"
)]
fn by_cell(ticks: &[Tick], cells: usize, down: bool) -> Vec<(usize, &Tick)> {
    let last = cells.saturating_sub(1);
    let cell = |tick: &Tick| {
        let place = (tick.place.clamp(0.0, 1.0) * cells as f64) as usize;
        let place = place.min(last);
        if down { last - place } else { place }
    };
    ticks.iter().map(|tick| (cell(tick), tick)).collect()
}

/// Where a point is, in dots from the top left; none for what is no point.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "dots on a screen"
)]
fn at(raster: &Raster, x: &Scale, y: &Scale, vx: f64, vy: f64) -> Option<(i64, i64)> {
    let (px, py) = (x.place(vx), y.place(vy));
    // What lies far beyond the ends of an axis is not worth a line of so many dots.
    let dots =
        |place: f64, dots: usize| (place.clamp(-9.0, 10.0) * (dots - 1) as f64).round() as i64;
    (px.is_finite() && py.is_finite()).then(|| {
        let (x, y) = (
            dots(px, raster.width * 2),
            dots(1.0 - py, raster.height * 4),
        );
        (x, y)
    })
}

fn draw(raster: &mut Raster, line: &Line, pattern: u8, x: &Scale, y: &Scale) {
    let curve = &line.curve;
    let mut stroke = Stroke {
        label: line.label,
        pattern,
        dots: 0,
        drawn: false,
    };
    let mut last = None;
    for (&vx, &vy) in curve.xs.iter().zip(&curve.ys) {
        let point = at(raster, x, y, vx, vy);
        if let Some(point) = point {
            raster.line(last.unwrap_or(point), point, &mut stroke);
        } else {
            stroke.drawn = false;
        }
        last = point;
    }
}

/// A sparse pattern between the ends of a band.
fn band(raster: &mut Raster, line: &Line, x: &Scale, y: &Scale) {
    let curve = &line.curve;
    let Some((low, high)) = &curve.band else {
        return;
    };
    let ends = curve.xs.iter().zip(low.iter().zip(high));
    let ends: Vec<_> = ends
        .map(|(&vx, (&low, &high))| {
            let high = at(raster, x, y, vx, high)?;
            // To the bottom where the lower end has no place on a logarithmic axis.
            let bottom = i64::try_from(raster.height * 4).unwrap_or(i64::MAX) - 1;
            let low = at(raster, x, y, vx, low).map_or(bottom, |low| low.1);
            Some((high.0, low, high.1))
        })
        .collect();
    for pair in ends.windows(2) {
        let [Some((x1, low1, high1)), Some((x2, low2, high2))] = *pair else {
            continue;
        };
        for column in (x1..=x2).filter(|column| column % 2 == 0) {
            let between = |a: i64, b: i64| match x2 - x1 {
                0 => a,
                width => a + (b - a) * (column - x1) / width,
            };
            let rows = between(high1, high2)..=between(low1, low2);
            for row in rows.filter(|row| (row + column / 2 % 2 * 2) % 4 == 0) {
                raster.dot(column, row, line.label);
            }
        }
    }
}

/// The names of the lines, as many to a line of text as there is room for.
fn legend(out: &mut impl Write, figure: &Figure, width: usize, pens: &[Pen]) -> io::Result<()> {
    if figure.labels.len() == 1 && figure.labels.iter().any(|label| label.name == ".") {
        return Ok(());
    }
    let around = |label: &Label, pen: &Pen| 2 + pen.sample.width() + 1 + label.remark.width() + 1;
    let widest = figure.labels.iter().zip(pens);
    let widest = widest.map(|(label, pen)| around(label, pen)).max();
    let room = width.saturating_sub(widest.unwrap_or(0)).max(MIN_WIDTH);
    let names = figure.labels.iter().map(|label| printable(&label.name));
    let names: Vec<_> = names.collect();
    let names: Vec<_> = names.iter().map(|name| &**name).collect();
    let names = shortened(&names, |name| name.width() <= room);
    let mut used = 0;
    for ((label, name), pen) in figure.labels.iter().zip(names).zip(pens) {
        let text = format!("{name} {}", label.remark);
        let text = text.trim_end();
        let wide = 2 + pen.sample.width() + 1 + text.width();
        if used > 0 && used + wide > width {
            writeln!(out)?;
            used = 0;
        }
        let style = pen.style;
        write!(out, "  {style}{}{style:#} {text}", pen.sample)?;
        used += wide;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Curve;

    fn figure(lines: &[&[f64]]) -> Figure {
        let line = |(label, ys): (usize, &&[f64])| Line {
            label,
            curve: Curve {
                #[expect(clippy::cast_precision_loss, reason = "a few")]
                xs: (0..ys.len()).map(|x| x as f64).collect(),
                ys: ys.to_vec(),
                ..Curve::default()
            },
        };
        Figure {
            panels: vec![Panel {
                title: "loss".into(),
                lines: lines.iter().enumerate().map(line).collect(),
            }],
            labels: (0..lines.len())
                .map(|i| Label {
                    name: format!("run{i}"),
                    look: Look::nth(i),
                    ..Label::default()
                })
                .collect(),
            x_title: "step".into(),
            ..Figure::default()
        }
    }

    fn drawn(figure: &Figure, width: usize, height: usize, colour: bool) -> String {
        let mut out = Vec::new();
        print(&mut out, figure, Some(Size { width, height }), 80, colour).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_line_goes_from_corner_to_corner() {
        let text = drawn(&figure(&[&[0.0, 1.0]]), 20, 5, false);
        let rows: Vec<_> = text
            .lines()
            .skip(1)
            .take(3)
            .map(|l| l.split(['┤', '│']).nth(1).unwrap())
            .collect();
        assert!(
            rows[0].ends_with(|c| c != ' ') && rows[2].starts_with(|c| c != ' '),
            "{text}"
        );
        assert!(rows[0].chars().count() > rows[2].chars().count(), "{text}");
    }

    #[test]
    fn lines_fit_and_colours_are_optional() {
        let values: Vec<f64> = (0..1000).map(|i| f64::from(i).sin() * 1e-4).collect();
        for width in [5, 12, 40, 80, 200] {
            for colour in [false, true] {
                let text = drawn(&figure(&[&values, &[f64::NAN], &[1e-4]]), width, 1, colour);
                assert_eq!(text.contains('\x1b'), colour);
                if !colour && width >= 40 {
                    let longest = text
                        .lines()
                        .map(unicode_width::UnicodeWidthStr::width)
                        .max()
                        .unwrap();
                    assert!(longest <= width, "{longest} > {width}\n{text}");
                }
            }
        }
    }

    #[test]
    fn long_names_are_shortened_and_stay_apart() {
        let mut figure = figure(&[&[0.0, 1.0], &[1.0, 0.0]]);
        for (i, label) in figure.labels.iter_mut().enumerate() {
            label.name = format!("{}/seed_{i}/{}", "long".repeat(30), "name".repeat(30));
            label.remark = "(n = 3)".to_owned();
        }
        let text = drawn(&figure, 60, 8, false);
        let legend: Vec<_> = text.lines().rev().take(2).collect();
        assert!(legend.iter().all(|line| line.width() <= 60), "{text}");
        for name in ["…seed_0… (n = 3)", "…seed_1… (n = 3)"] {
            assert!(text.contains(name), "{text}");
        }
    }

    #[test]
    fn without_colours_lines_have_patterns() {
        let text = drawn(
            &figure(&[&[0.0, 0.0], &[1.0, 1.0], &[2.0, 2.0], &[3.0, 3.0]]),
            60,
            12,
            false,
        );
        let of_line = |row: &str| {
            row.chars()
                .filter(|c| ('\u{2801}'..='\u{28ff}').contains(c))
                .count()
        };
        let mut counts: Vec<_> = text.lines().map(of_line).filter(|&n| n > 8).collect();
        counts.dedup();
        assert!(counts.len() > 1, "{text}");
        assert!(text.contains("⠄ ⠄  run1"), "{text}");
    }
}
