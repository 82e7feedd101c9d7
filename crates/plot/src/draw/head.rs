//! What stands above the charts: the title, a note and the legend.

use super::{FAINT_INK, INK, MARGIN, stroke};
use crate::canvas::{Anchor, Canvas, Colour, Font, Place};
use crate::figure::Figure;
use crate::font::{Metrics, TEXT};
use crate::look::Look;

const TITLE_SIZE: f64 = 18.0;
const NOTE_SIZE: f64 = 11.0;
/// From one line of the legend to the next.
const LEGEND_LINE: f64 = 20.0;
/// The sample of a line in the legend, and the gap behind it.
const SAMPLE: f64 = 26.0;
const SAMPLE_GAP: f64 = 6.0;
/// Between two entries of the legend.
const GAP: f64 = 20.0;

/// Texts and samples of lines at their places.
pub(super) struct Head {
    texts: Vec<(Place, String, f64, Colour)>,
    samples: Vec<(Place, Look)>,
    /// Where the charts begin.
    pub(super) bottom: f64,
}

/// Finds places for everything in a picture of this width.
pub(super) fn place(figure: &Figure, width: f64, metrics: &Metrics) -> Head {
    let room = width - 2.0 * MARGIN;
    let mut y = MARGIN;
    let mut texts = Vec::new();
    let mut samples = Vec::new();
    let lines = [
        (&figure.title, TITLE_SIZE, INK),
        (&figure.note, NOTE_SIZE, FAINT_INK),
    ];
    for (text, size, colour) in lines {
        if let Some(text) = text {
            y += size;
            texts.push(((MARGIN, y), metrics.fitted(text, size, room), size, colour));
            y += size * 0.6;
        }
    }
    if figure.labels.len() > 1 || figure.labels.iter().any(|label| label.name != ".") {
        let mut x = MARGIN;
        for label in &figure.labels {
            let name = metrics.fitted(&label.name, TEXT, room - SAMPLE - SAMPLE_GAP);
            let wide = SAMPLE + SAMPLE_GAP + metrics.width(&name, TEXT);
            if x > MARGIN && x + wide > width - MARGIN {
                x = MARGIN;
                y += LEGEND_LINE;
            }
            let middle = y + LEGEND_LINE / 2.0;
            samples.push(((x, middle), label.look));
            let place = (x + SAMPLE + SAMPLE_GAP, middle + TEXT * 0.36);
            texts.push((place, name, TEXT, INK));
            x += wide + GAP;
        }
        y += LEGEND_LINE + 10.0;
    }
    Head {
        texts,
        samples,
        bottom: y,
    }
}

impl Head {
    pub(super) fn draw(self, svg: &mut Canvas) {
        for ((x, y), look) in self.samples {
            svg.line(&[(x, y), (x + SAMPLE, y)], &stroke(look, 2.5, 1.0));
        }
        for (place, text, size, colour) in self.texts {
            let font = Font {
                size,
                colour,
                anchor: Anchor::Start,
            };
            svg.text(place, &text, font);
        }
    }
}
