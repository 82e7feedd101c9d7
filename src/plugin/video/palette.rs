//! The colours of a GIF: at most 256 for a whole video.
//!
//! Where there are more, cells of colour space are parted until there are 256 groups of them, always the group
//! in which colours differ most, at its mean along its widest axis; each group gets its mean colour.

use std::collections::HashMap;

/// How many colours a GIF can have.
const MAX: usize = 256;
/// Bits of a component that tell cells apart.
const BITS: u32 = 6;

/// A palette, and which of its colours stands for a colour of the video.
pub(super) struct Palette {
    bytes: Vec<u8>,
    index: Index,
}

enum Index {
    Exact(HashMap<[u8; 3], u8>),
    ByCell(Vec<u8>),
}

impl Palette {
    pub(super) fn new(colors: impl Iterator<Item = [u8; 3]> + Clone) -> Self {
        Self::exact(colors.clone()).unwrap_or_else(|| Self::reduced(colors))
    }

    /// Red, green and blue of one colour after the other.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The place of a colour that the palette was made of.
    pub(super) fn index(&self, color: [u8; 3]) -> u8 {
        match &self.index {
            Index::Exact(places) => places.get(&color).copied().unwrap_or_default(),
            Index::ByCell(places) => places[cell(color)],
        }
    }

    fn exact(colors: impl Iterator<Item = [u8; 3]>) -> Option<Self> {
        let mut bytes = Vec::new();
        let mut places = HashMap::new();
        let mut last = None;
        for color in colors {
            // Neighbours are often equal.
            if last == Some(color) {
                continue;
            }
            last = Some(color);
            if places.contains_key(&color) {
                continue;
            }
            let place = u8::try_from(places.len()).ok()?;
            places.insert(color, place);
            bytes.extend(color);
        }
        Some(Self {
            bytes,
            index: Index::Exact(places),
        })
    }

    fn reduced(colors: impl Iterator<Item = [u8; 3]>) -> Self {
        let mut cells = vec![Cell::default(); 1 << (3 * BITS)];
        for color in colors {
            cells[cell(color)].add(color);
        }
        let mut used: Vec<(usize, Cell)> = cells.into_iter().enumerate().collect();
        used.retain(|(_, cell)| cell.count > 0.0);

        let mut groups = vec![Group::new(&mut used)];
        while groups.len() < MAX {
            let worst =
                (0..groups.len()).max_by(|&a, &b| groups[a].spread.total_cmp(&groups[b].spread));
            let Some(worst) = worst.filter(|&i| groups[i].spread > 0.0) else {
                break;
            };
            let (low, high) = groups.swap_remove(worst).part();
            groups.extend([low, high]);
        }

        let mut bytes = Vec::new();
        let mut places = vec![0; 1 << (3 * BITS)];
        for (place, group) in (0..=u8::MAX).zip(&groups) {
            bytes.extend(group.mean.map(round));
            for &(cell, _) in &*group.cells {
                places[cell] = place;
            }
        }
        Self {
            bytes,
            index: Index::ByCell(places),
        }
    }
}

fn cell(color: [u8; 3]) -> usize {
    color
        .iter()
        .fold(0, |cell, &c| cell << BITS | usize::from(c >> (8 - BITS)))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` clamps"
)]
fn round(component: f64) -> u8 {
    component.round() as u8
}

/// The pixels of one cell of colour space. Sums of bytes are exact in `f64`.
#[derive(Clone, Copy, Default)]
struct Cell {
    count: f64,
    sum: [f64; 3],
}

impl Cell {
    fn add(&mut self, color: [u8; 3]) {
        self.count += 1.0;
        for (sum, c) in self.sum.iter_mut().zip(color) {
            *sum += f64::from(c);
        }
    }

    fn mean(&self, axis: usize) -> f64 {
        self.sum[axis] / self.count
    }
}

/// Cells that share a colour.
struct Group<'a> {
    cells: &'a mut [(usize, Cell)],
    mean: [f64; 3],
    /// The axis along which the cells differ most, and the sum of their squared distances from the mean.
    axis: usize,
    spread: f64,
}

impl<'a> Group<'a> {
    fn new(cells: &'a mut [(usize, Cell)]) -> Self {
        let count: f64 = cells.iter().map(|(_, cell)| cell.count).sum();
        let mean: [f64; 3] = std::array::from_fn(|axis| {
            cells.iter().map(|(_, cell)| cell.sum[axis]).sum::<f64>() / count
        });
        let spread: [f64; 3] = std::array::from_fn(|axis| {
            let squares = cells
                .iter()
                .map(|(_, cell)| cell.count * (cell.mean(axis) - mean[axis]).powi(2));
            squares.sum()
        });
        let axis = (0..3).fold(0, |a, b| if spread[b] > spread[a] { b } else { a });
        Self {
            cells,
            mean,
            axis,
            spread: spread[axis],
        }
    }

    /// The cells below the mean, and the others. A group with any spread has both, whatever was rounded.
    fn part(self) -> (Self, Self) {
        let (axis, mean) = (self.axis, self.mean[self.axis]);
        self.cells
            .sort_unstable_by(|(_, a), (_, b)| a.mean(axis).total_cmp(&b.mean(axis)));
        let below = self
            .cells
            .partition_point(|(_, cell)| cell.mean(axis) < mean)
            .max(1);
        let (low, high) = self.cells.split_at_mut(below);
        (Self::new(low), Self::new(high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_beyond_256_come_close() {
        // A smooth picture: 4096 colours.
        let colors: Vec<[u8; 3]> = (0..64u8)
            .flat_map(|y| (0..64u8).map(move |x| [4 * x, 4 * y, 128 + x - y / 2]))
            .collect();
        let palette = Palette::new(colors.iter().copied());
        assert_eq!(palette.as_bytes().len(), 3 * MAX);
        let mut squares = 0.0;
        for &color in &colors {
            let at = 3 * usize::from(palette.index(color));
            for (&c, &p) in color.iter().zip(&palette.as_bytes()[at..]) {
                squares += (f64::from(c) - f64::from(p)).powi(2);
            }
        }
        let error = (squares / (3 * colors.len()) as f64).sqrt();
        assert!(error < 5.0, "{error}");
    }

    #[test]
    fn up_to_256_colors_are_exact() {
        let colors = (0..=u8::MAX).map(|i| [i, i / 2, 255 - i]);
        let palette = Palette::new(colors.clone());
        for color in colors {
            let at = 3 * usize::from(palette.index(color));
            assert_eq!(palette.as_bytes()[at..at + 3], color);
        }
    }

    #[test]
    fn many_colors_in_few_cells_do_not_fill_the_palette() {
        let colors = (0..8).flat_map(|r| (0..8).flat_map(move |g| (0..8).map(move |b| [r, g, b])));
        let palette = Palette::new(colors);
        assert_eq!(
            palette.as_bytes().len(),
            3 * 8,
            "eight cells of 4×4×4 colours"
        );
    }
}
