//! Thumbnails of an embedding.

#[cfg(feature = "png")]
use crate::error::{Error, Result};
use crate::plugin::image::Image;
#[cfg(feature = "png")]
use crate::plugin::image::{Bitmap, Grid, Layout};

/// The largest picture that the projector takes, in pixels per side.
#[cfg(feature = "png")]
const MAX_SPRITE: u32 = 8192;

/// All thumbnails in one picture.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sprite {
    pub(super) image: Image,
    /// Width and height of one of them.
    pub(super) tile: [u32; 2],
}

#[cfg(feature = "png")]
impl Sprite {
    /// Arranges thumbnails in a square of rows, filled up with blank ones: TensorBoard finds the point under
    /// the mouse in square sprites only.
    pub(super) fn new(mut tiles: Vec<Bitmap>) -> Result<Self> {
        let Some(first) = tiles.first() else {
            return Err(Error::argument(
                "an embedding without points has no thumbnails",
            ));
        };
        let size = |tile: &Bitmap| [tile.width(), tile.height()];
        let tile @ [width, height] = size(first);
        if let Some(i) = tiles.iter().position(|other| size(other) != tile) {
            let [other_width, other_height] = size(&tiles[i]);
            return Err(Error::argument(format!(
                "thumbnail {i} has {other_width}×{other_height} pixels, but the first one has {width}×{height}"
            )));
        }
        let count = tiles.len();
        let columns = count.isqrt() + usize::from(count.isqrt().pow(2) < count);
        let fits = u32::try_from(columns)
            .ok()
            .is_some_and(|n| width.max(height) <= MAX_SPRITE / n);
        if !fits {
            let most = MAX_SPRITE as usize / columns;
            return Err(Error::argument(format!(
                "{count} thumbnails of {width}×{height} pixels do not fit into TensorBoard's limit of {MAX_SPRITE}×{MAX_SPRITE}: make each {most}×{most} or smaller"
            )));
        }
        let shape = [height as usize, width as usize, first.channels()];
        let blank = vec![0u8; first.as_bytes().len()];
        let blank = Bitmap::new(&blank, Layout::Hwc, &shape)?;
        // One tile in the last row is enough to make a row of it.
        tiles.resize(count.max(columns * (columns - 1) + 1), blank);
        let grid = Grid {
            columns,
            padding: 0,
        };
        Ok(Self {
            image: Bitmap::grid(&tiles, grid)?.to_png()?,
            tile,
        })
    }
}

#[cfg(feature = "png")]
#[cfg(test)]
mod tests {
    use super::*;

    fn tiles(n: usize, width: usize, height: usize) -> Vec<Bitmap> {
        let shape = [n, height, width, 3];
        Bitmap::batch(&vec![9u8; n * height * width * 3], Layout::Nhwc, &shape).unwrap()
    }

    #[test]
    fn sprites_are_square_in_tiles() {
        for (points, side) in [
            (1, 1),
            (2, 2),
            (3, 2),
            (4, 2),
            (5, 3),
            (6, 3),
            (7, 3),
            (9, 3),
            (10, 4),
        ] {
            let sprite = Sprite::new(tiles(points, 2, 3)).unwrap();
            assert_eq!(
                (sprite.image.width(), sprite.image.height()),
                (2 * side, 3 * side)
            );
            assert_eq!(sprite.tile, [2, 3]);
        }
    }
}
