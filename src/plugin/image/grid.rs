//! Several pictures as one.

use super::Bitmap;
use crate::error::{Error, Result};

/// How [`Bitmap::grid`] arranges its tiles; by default in 8 columns with 2 pixels between them.
#[doc(alias("make_grid", "nrow"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Tiles in a row; where there are fewer tiles, the row ends after the last one. 0 counts as 1.
    pub columns: usize,
    /// Pixels between the tiles and around them, black or, where there is alpha, transparent.
    pub padding: u32,
}

impl Default for Grid {
    fn default() -> Self {
        Self {
            columns: 8,
            padding: 2,
        }
    }
}

impl Bitmap {
    /// Arranges pictures in rows, in cells that hold the largest of them.
    ///
    /// # Errors
    ///
    /// No tiles, tiles that differ in their channels, and a grid that is too large for memory.
    #[doc(alias("make_grid", "nrow"))]
    pub fn grid(tiles: &[Self], grid: Grid) -> Result<Self> {
        let Some(first) = tiles.first() else {
            return Err(Error::argument("a grid needs at least one image"));
        };
        let channels = first.channels;
        if let Some(other) = tiles.iter().find(|tile| tile.channels != channels) {
            return Err(Error::argument(format!(
                "images with {channels} and with {} channels cannot share a grid",
                other.channels
            )));
        }
        let columns = grid.columns.clamp(1, tiles.len());
        let rows = tiles.len().div_ceil(columns);
        let cell = |size: fn(&Self) -> u32| tiles.iter().map(size).max().unwrap_or(0);
        let side = |cell: u32, n: usize| {
            let n = u32::try_from(n).ok()?;
            let pitch = cell.checked_add(grid.padding)?;
            pitch.checked_mul(n)?.checked_add(grid.padding)
        };
        let (cell_width, cell_height) = (cell(Self::width), cell(Self::height));
        let sides = side(cell_width, columns).zip(side(cell_height, rows));
        let sized = sides.and_then(|(width, height)| {
            let pixels = (width as usize).checked_mul(height as usize)?;
            let len = pixels.checked_mul(channels)?;
            let mut bytes = Vec::new();
            bytes.try_reserve_exact(len).ok()?;
            bytes.resize(len, 0);
            Some((width, height, bytes))
        });
        let Some((width, height, bytes)) = sized else {
            return Err(Error::argument(format!(
                "a grid of {columns}×{rows} images of {cell_width}×{cell_height} pixels is too large"
            )));
        };
        let mut whole = Self {
            width,
            height,
            channels,
            bytes,
        };
        let padding = grid.padding as usize;
        for (i, tile) in tiles.iter().enumerate() {
            let x = padding + i % columns * (cell_width as usize + padding);
            let y = padding + i / columns * (cell_height as usize + padding);
            let below = whole.rows_mut().skip(y);
            for (row, from) in below.zip(tile.bytes.chunks_exact(tile.row_len())) {
                row[x * channels..][..from.len()].copy_from_slice(from);
            }
        }
        Ok(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Layout;

    /// Gray tiles filled with their number, from 1.
    fn tiles(sizes: &[(usize, usize)]) -> Vec<Bitmap> {
        (1u8..)
            .zip(sizes)
            .map(|(i, &(h, w))| Bitmap::new(&vec![i; h * w], Layout::Hw, &[h, w]).unwrap())
            .collect()
    }

    #[test]
    fn a_grid_fills_rows_and_pads_around() {
        let three = tiles(&[(1, 2), (1, 2), (1, 2)]);
        let grid = |columns, padding| Bitmap::grid(&three, Grid { columns, padding }).unwrap();
        let two = grid(2, 1);
        assert_eq!((two.width(), two.height()), (7, 5));
        #[rustfmt::skip]
        assert_eq!(
            two.as_bytes(),
            [
                0, 0, 0, 0, 0, 0, 0,
                0, 1, 1, 0, 2, 2, 0,
                0, 0, 0, 0, 0, 0, 0,
                0, 3, 3, 0, 0, 0, 0,
                0, 0, 0, 0, 0, 0, 0,
            ]
        );
        assert_eq!(grid(8, 0).as_bytes(), [1, 1, 2, 2, 3, 3]);
        assert_eq!(grid(0, 0).as_bytes(), [1, 1, 2, 2, 3, 3], "one column");
        assert_eq!(grid(0, 0).width(), 2);
    }

    #[test]
    fn tiles_of_a_grid_may_differ_in_size_but_not_in_channels() {
        let mixed = tiles(&[(2, 1), (1, 2)]);
        let side_by_side = Bitmap::grid(
            &mixed,
            Grid {
                columns: 2,
                padding: 0,
            },
        )
        .unwrap();
        assert_eq!(side_by_side.as_bytes(), [1, 0, 2, 2, 1, 0, 0, 0]);
        let colored = Bitmap::new(&[0u8; 3], Layout::Hwc, &[1, 1, 3]).unwrap();
        let both = [mixed[0].clone(), colored];
        assert!(Bitmap::grid(&both, Grid::default()).is_err());
        assert!(Bitmap::grid(&[], Grid::default()).is_err());
        for padding in [u32::MAX, 1 << 30] {
            let huge = Grid {
                padding,
                ..Grid::default()
            };
            assert!(Bitmap::grid(&mixed, huge).is_err());
        }
    }
}
