//! What stands above the charts: the title, a note and the legend.

use super::legend::Legend;
use super::{FAINT_INK, INK, MARGIN};
use crate::canvas::{Anchor, Canvas, Colour, Font, Place};
use crate::figure::Figure;
use crate::font::Metrics;

const TITLE_SIZE: f64 = 18.0;
const NOTE_SIZE: f64 = 11.0;
/// Titles and notes have at most so many lines.
const MAX_LINES: usize = 4;
/// Between the legend and the charts.
const GAP: f64 = 10.0;

/// Texts and samples of lines at their places.
pub(super) struct Head {
    texts: Vec<(Place, String, f64, Colour)>,
    legend: Legend,
    legend_top: f64,
}

/// Finds places for everything in a picture of this width.
pub(super) fn place(figure: &Figure, width: f64, metrics: &Metrics) -> Head {
    let room = width - 2.0 * MARGIN;
    let mut y = MARGIN;
    let mut texts = Vec::new();
    let parts = [
        (&figure.title, TITLE_SIZE, INK),
        (&figure.note, NOTE_SIZE, FAINT_INK),
    ];
    for (text, size, colour) in parts {
        if let Some(text) = text {
            for line in metrics.wrapped(text, size, room, MAX_LINES) {
                y += size;
                texts.push(((MARGIN, y), line, size, colour));
                y += size * 0.25;
            }
            y += size * 0.35;
        }
    }
    Head {
        texts,
        legend: Legend::new(&figure.labels, room, metrics),
        legend_top: y,
    }
}

impl Head {
    /// Where the charts begin.
    pub(super) fn bottom(&self) -> f64 {
        match self.legend.height() {
            0.0 => self.legend_top,
            height => self.legend_top + height + GAP,
        }
    }

    /// How much higher the legend is than one of two rows, for which every picture has room.
    pub(super) fn excess(&self) -> f64 {
        (self.legend.height() - 40.0).max(0.0)
    }

    /// Leaves out what of the legend has no room above this height.
    pub(super) fn limit(&mut self, height: f64) {
        self.legend.limit(height - self.legend_top - GAP);
    }

    pub(super) fn draw(self, svg: &mut Canvas) {
        self.legend.draw((MARGIN, self.legend_top), svg);
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
