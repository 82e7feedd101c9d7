//! The colours of a GIF: at most 256 for a whole video.
//!
//! Where there are more, cells of colour space are parted until there are 256 groups of them, always the group
//! in which colours differ most, at its mean along its widest axis; each group gets its mean colour.

/// How many colours a GIF can have.
const MAX: usize = 256;
/// Bits of a component that tell cells apart.
const CELL_BITS: u32 = 6;

/// A palette, and which of its colours stands for a colour of the video.
pub(super) struct Palette {
    colors: Vec<[u8; 3]>,
    /// For each colour, of which `bits` of a component count, the place of the one that stands for it. Large,
    /// but memory that is never touched is never given out.
    places: Vec<u8>,
    bits: u32,
}

impl Palette {
    pub(super) fn new(colors: impl Iterator<Item = [u8; 3]> + Clone) -> Self {
        Self::exact(colors.clone()).unwrap_or_else(|| Self::reduced(colors))
    }

    /// Red, green and blue of one colour after the other.
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.colors.as_flattened()
    }

    /// The place of a colour that the palette was made of.
    pub(super) fn index(&self, color: [u8; 3]) -> u8 {
        self.places[key(color, self.bits)]
    }

    fn exact(video: impl Iterator<Item = [u8; 3]>) -> Option<Self> {
        let bits = u8::BITS;
        let mut colors = Vec::new();
        let mut places = vec![0; 1 << (3 * bits)];
        for color in video {
            let place = &mut places[key(color, bits)];
            if colors.get(usize::from(*place)) != Some(&color) {
                *place = u8::try_from(colors.len()).ok()?;
                colors.push(color);
            }
        }
        Some(Self {
            colors,
            places,
            bits,
        })
    }

    fn reduced(video: impl Iterator<Item = [u8; 3]>) -> Self {
        let bits = CELL_BITS;
        // Cells are numbered from 1 as they come up.
        let mut numbers = vec![0; 1 << (3 * bits)];
        let mut cells: Vec<Cell> = Vec::new();
        for color in video {
            let key = key(color, bits);
            let number = &mut numbers[key];
            if *number == 0 {
                cells.push(Cell::new(key));
                *number = cells.len();
            }
            cells[*number - 1].add(color);
        }

        let mut groups = vec![Group::new(&mut cells)];
        while groups.len() < MAX {
            let worst =
                (0..groups.len()).max_by(|&a, &b| groups[a].spread.total_cmp(&groups[b].spread));
            let Some(worst) = worst.filter(|&i| groups[i].spread > 0.0) else {
                break;
            };
            let (low, high) = groups.swap_remove(worst).part();
            groups.extend([low, high]);
        }

        let mut places = vec![0; 1 << (3 * bits)];
        for (place, group) in (0..=u8::MAX).zip(&groups) {
            for cell in &*group.cells {
                places[cell.key] = place;
            }
        }
        Self {
            colors: groups.iter().map(|group| group.mean.map(round)).collect(),
            places,
            bits,
        }
    }
}

/// A colour as a number: the upper bits of its components beside each other.
fn key(color: [u8; 3], bits: u32) -> usize {
    color.iter().fold(0, |key, &c| {
        key << bits | usize::from(c >> (u8::BITS - bits))
    })
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
struct Cell {
    key: usize,
    count: f64,
    sum: [f64; 3],
}

impl Cell {
    fn new(key: usize) -> Self {
        Self {
            key,
            count: 0.0,
            sum: [0.0; 3],
        }
    }

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
    cells: &'a mut [Cell],
    mean: [f64; 3],
    /// The axis along which the cells differ most, and the sum of their squared distances from the mean.
    axis: usize,
    spread: f64,
}

impl<'a> Group<'a> {
    fn new(cells: &'a mut [Cell]) -> Self {
        let count: f64 = cells.iter().map(|cell| cell.count).sum();
        let mean: [f64; 3] = std::array::from_fn(|axis| {
            cells.iter().map(|cell| cell.sum[axis]).sum::<f64>() / count
        });
        let spread: [f64; 3] = std::array::from_fn(|axis| {
            let squares = cells
                .iter()
                .map(|cell| cell.count * (cell.mean(axis) - mean[axis]).powi(2));
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
        let mut below = 0;
        for i in 0..self.cells.len() {
            if self.cells[i].mean(axis) < mean {
                self.cells.swap(i, below);
                below += 1;
            }
        }
        let (low, high) = self.cells.split_at_mut(below.max(1));
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
