//! Which line is which: names and samples of lines, in columns.

use tfevents_analysis::text::shortened;

use super::INK;
use crate::canvas::{Anchor, Canvas, Font, Place};
use crate::figure::Label;
use crate::font::{Metrics, TEXT};
use crate::look::Look;

/// From one row to the next.
const ROW: f64 = 20.0;
/// The sample of a line, and the gap behind it.
const SAMPLE: f64 = 26.0;
const SAMPLE_GAP: f64 = 6.0;
/// Between two columns.
const GAP: f64 = 20.0;
/// With more rows than this, names get less room, so that there may be more columns.
const FEW_ROWS: usize = 6;
/// A legend never has more rows than this, enough for all lines that the program draws in one chart.
const MAX_ROWS: f64 = 20.0;
/// An SVG viewer without Roboto uses another font. The widest common one, DejaVu Sans, is wider by this factor, and in that,
/// too, names must not run into the next column.
const OTHER_FONTS: f64 = 1.18;
/// No name gets less room.
const MIN_NAME: f64 = 70.0;

/// Entries at their places, from the place of the legend on.
#[derive(Default)]
pub(super) struct Legend {
    entries: Vec<(Place, Look, String)>,
    /// How many labels have no entry, which one more row says.
    left_out: usize,
    rows: usize,
}

impl Legend {
    /// Finds places for all labels in so much room.
    pub(super) fn new(labels: &[Label], room: f64, metrics: &Metrics) -> Self {
        if labels.len() <= 1 && labels.iter().all(|label| label.name == ".") {
            return Self::default();
        }
        let mut share = 1.0;
        loop {
            let width = (room - GAP * (share - 1.0)) / share;
            let mut legend = Self::in_columns(labels, room, width, metrics);
            share += 1.0;
            let next = (room - GAP * (share - 1.0)) / share;
            if legend.rows <= FEW_ROWS || next < MIN_NAME + SAMPLE + SAMPLE_GAP {
                legend.limit(MAX_ROWS * ROW);
                return legend;
            }
        }
    }

    /// As many columns as there is room for, with no entry wider than `width`.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a handful of columns"
    )]
    fn in_columns(labels: &[Label], room: f64, width: f64, metrics: &Metrics) -> Self {
        let names: Vec<_> = labels.iter().map(|label| &*label.name).collect();
        let remark = |label: &Label| match label.remark.is_empty() {
            true => String::new(),
            false => format!(" {}", label.remark),
        };
        let remarks: Vec<_> = labels.iter().map(remark).collect();
        let wide = |text: &str| metrics.width(text, TEXT) * OTHER_FONTS;
        let remarked = remarks.iter().map(|remark| wide(remark));
        let for_name = width - SAMPLE - SAMPLE_GAP - remarked.fold(0.0, f64::max);
        let names = shortened(&names, |name| wide(name) <= for_name);
        let texts = names.iter().zip(&remarks);
        let texts: Vec<_> = texts
            .map(|(name, remark)| format!("{name}{remark}"))
            .collect();
        let widths = texts.iter().map(|text| wide(text));
        let column = SAMPLE + SAMPLE_GAP + widths.fold(0.0, f64::max) + GAP;
        let columns = (((room + GAP) / column) as usize).clamp(1, labels.len().max(1));
        let place = |i: usize| ((i % columns) as f64 * column, (i / columns) as f64 * ROW);
        let entries = texts.into_iter().zip(labels).enumerate();
        let entries = entries.map(|(i, (text, label))| (place(i), label.look, text));
        Self {
            entries: entries.collect(),
            rows: labels.len().div_ceil(columns),
            left_out: 0,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a handful of rows")]
    pub(super) fn height(&self) -> f64 {
        self.rows as f64 * ROW
    }

    /// Leaves out the last rows that `height` has no room for, and says how many entries these were.
    pub(super) fn limit(&mut self, height: f64) {
        // Less than a pixel is a rounding error.
        if self.height() < height + 0.5 {
            return;
        }
        let fits = |y: f64| y + 2.0 * ROW <= height.max(2.0 * ROW);
        let all = self.entries.len();
        self.entries.retain(|((_, y), ..)| fits(*y));
        self.left_out += all - self.entries.len();
        let rows = self.entries.chunk_by(|a, b| a.0.1 == b.0.1);
        self.rows = rows.count() + 1;
    }

    /// The last row, which says how many labels were left out.
    fn more(&self) -> Option<(Place, String)> {
        let place = (0.0, self.height() - ROW);
        (self.left_out > 0).then(|| (place, format!("and {} more", self.left_out)))
    }

    pub(super) fn draw(self, (left, top): Place, svg: &mut Canvas) {
        let middle = |(x, y): Place| (left + x, top + y + ROW / 2.0);
        for (place, look, _) in &self.entries {
            let (x, y) = middle(*place);
            svg.line(&[(x, y), (x + SAMPLE, y)], &super::stroke(*look, 2.5, 1.0));
        }
        let font = Font {
            size: TEXT,
            colour: INK,
            anchor: Anchor::Start,
        };
        let mut write = |(x, y): Place, text: &str| svg.text((x, y + TEXT * 0.36), text, font);
        for (place, _, text) in &self.entries {
            let (x, y) = middle(*place);
            write((x + SAMPLE + SAMPLE_GAP, y), text);
        }
        if let Some((place, text)) = self.more() {
            write(middle(place), &text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(names: impl Iterator<Item = String>) -> Vec<Label> {
        let label = |name| Label {
            name,
            remark: "(n = 3)".to_owned(),
            ..Label::default()
        };
        names.map(label).collect()
    }

    /// The right end of the widest row in a wide font, and the texts. No text reaches into the next column.
    fn placed(legend: &Legend, metrics: &Metrics) -> (f64, Vec<String>) {
        let right = |((x, _), _, text): &(Place, Look, String)| {
            x + SAMPLE + SAMPLE_GAP + metrics.width(text, TEXT) * OTHER_FONTS
        };
        for pair in legend.entries.windows(2) {
            let ((x, y), (_, above)) = (pair[1].0, pair[0].0);
            assert!(y > above || x > right(&pair[0]), "{pair:?}");
        }
        let right = legend.entries.iter().map(right).fold(0.0, f64::max);
        let texts = legend.entries.iter().map(|(.., text)| text.clone());
        let more = legend.more().map(|((_, y), text)| {
            assert!(legend.entries.iter().all(|((_, above), ..)| y > *above));
            text
        });
        (right, texts.chain(more).collect())
    }

    #[test]
    fn long_names_stay_inside_and_apart() {
        let metrics = Metrics::new();
        let long = |i| format!("experiments/2024-05-01/resnet50/batch_{i}/learning_rate_0.1/train");
        let labels = labels((0..20).map(long));
        for room in [150.0, 276.0, 764.0] {
            let legend = Legend::new(&labels, room, &metrics);
            let (right, mut texts) = placed(&legend, &metrics);
            assert!(right <= room, "{right} > {room}: {texts:?}");
            assert!(
                texts.iter().all(|text| text.ends_with("(n = 3)")),
                "{texts:?}"
            );
            texts.sort();
            texts.dedup();
            assert_eq!(texts.len(), 20, "{texts:?}");
        }
        let legend = Legend::new(&labels, 764.0, &metrics);
        assert!(legend.rows <= FEW_ROWS, "{}", legend.rows);
    }

    #[test]
    fn what_has_no_room_is_counted() {
        let metrics = Metrics::new();
        let labels = labels((0..20).map(|i| format!("a run with a name {i}")));
        let mut legend = Legend::new(&labels, 200.0, &metrics);
        let (all, before) = (legend.rows, legend.height());
        legend.limit(before);
        assert_eq!(legend.rows, all);
        legend.limit(3.0 * ROW);
        assert_eq!(legend.rows, 3);
        let (_, texts) = placed(&legend, &metrics);
        let (last, named) = texts.split_last().unwrap();
        assert_eq!(*last, format!("and {} more", 20 - named.len()));
        legend.limit(0.0);
        assert_eq!(legend.rows, 2);
        let (_, texts) = placed(&legend, &metrics);
        assert_eq!(texts[1..], ["and 19 more"]);
    }
}
