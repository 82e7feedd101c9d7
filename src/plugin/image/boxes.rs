//! Boxes with labels, drawn into a picture: what a detector found.

use super::{Bitmap, font};

/// A rectangle to draw, in pixels from the picture's upper left corner.
///
/// # Examples
///
/// ```
/// use tfevents::{Bitmap, BoundingBox, Layout};
///
/// let mut photo = Bitmap::new(&[0.2f32; 3 * 60 * 80], Layout::Chw, &[3, 60, 80])?;
/// photo.draw_boxes(&[
///     BoundingBox::new(10.0, 20.0, 50.0, 55.0).label("cat"),
///     BoundingBox::from([30.5, 12.0, 79.0, 40.0]).label("dog 0.93").color([255, 0, 255]),
/// ]);
/// let image = photo.to_png()?;
/// # Ok::<(), tfevents::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct BoundingBox {
    /// Two opposite corners.
    corners: [f32; 4],
    label: String,
    color: Option<[u8; 3]>,
}

/// Colours of labels: far apart in hue, and seen on dark and on light ground.
const COLORS: [[u8; 3]; 10] = [
    [230, 40, 50],
    [40, 150, 255],
    [60, 190, 60],
    [255, 150, 0],
    [170, 80, 220],
    [0, 190, 190],
    [240, 90, 180],
    [220, 210, 30],
    [150, 100, 60],
    [120, 130, 255],
];

impl BoundingBox {
    /// The box between two opposite corners.
    #[must_use]
    pub fn new(x_min: f32, y_min: f32, x_max: f32, y_max: f32) -> Self {
        Self {
            corners: [x_min, y_min, x_max, y_max],
            label: String::new(),
            color: None,
        }
    }

    /// A label above the box. Characters beyond ASCII are drawn as empty frames.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// The colour, red, green and blue. Without one the label decides: equal labels have equal colours in all
    /// pictures, so give one where a label holds more than the class, such as a score.
    #[must_use]
    pub fn color(mut self, rgb: [u8; 3]) -> Self {
        self.color = Some(rgb);
        self
    }

    /// What is drawn in.
    fn ink(&self) -> [u8; 3] {
        self.color.unwrap_or_else(|| {
            // FNV-1a: the same in every program, version and machine.
            let hash = self.label.bytes().fold(0x811c_9dc5u32, |hash, byte| {
                (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
            });
            COLORS[hash as usize % COLORS.len()]
        })
    }

    /// Left, top, right and bottom edge on the pixel grid, the last two beyond the box; `None` where it has no
    /// place.
    fn edges(&self) -> Option<[i64; 4]> {
        let [x0, y0, x1, y1] = self.corners;
        if !self.corners.iter().all(|c| c.is_finite()) {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "`as` clamps")]
        let at = |v: f32| v as i64;
        let (left, top) = (at(x0.min(x1).floor()), at(y0.min(y1).floor()));
        let (right, bottom) = (at(x0.max(x1).ceil()), at(y0.max(y1).ceil()));
        Some([
            left,
            top,
            right.max(left.saturating_add(1)),
            bottom.max(top.saturating_add(1)),
        ])
    }
}

/// Left, top, right, bottom.
impl From<[f32; 4]> for BoundingBox {
    fn from([x_min, y_min, x_max, y_max]: [f32; 4]) -> Self {
        Self::new(x_min, y_min, x_max, y_max)
    }
}

impl Bitmap {
    /// Draws the outlines of boxes and, above each or inside its upper edge, its label. Lines and letters grow
    /// with the picture. A gray picture becomes RGB.
    ///
    /// Boxes may reach over the picture's edges; those with a corner that is not a finite number are left out, as
    /// an untrained detector may well emit them.
    pub fn draw_boxes(&mut self, boxes: &[BoundingBox]) {
        self.make_colored();
        let scale = i64::from((self.width().min(self.height()) / 256).max(1));
        let placed = || boxes.iter().filter_map(|b| Some((b, b.edges()?)));
        for (b, edges) in placed() {
            self.outline(edges, scale, b.ink());
        }
        // Labels last: they must not be crossed by other boxes' lines.
        for (b, [left, top, ..]) in placed() {
            if !b.label.is_empty() {
                self.write_label(&b.label, [left, top], scale, b.ink());
            }
        }
    }

    fn outline(&mut self, [left, top, right, bottom]: [i64; 4], line: i64, color: [u8; 3]) {
        let inner_left = left.saturating_add(line).min(right);
        let inner_top = top.saturating_add(line).min(bottom);
        let inner_right = right.saturating_sub(line).max(left);
        let inner_bottom = bottom.saturating_sub(line).max(top);
        self.fill([left, top, right, inner_top], color);
        self.fill([left, inner_bottom, right, bottom], color);
        self.fill([left, top, inner_left, bottom], color);
        self.fill([inner_right, top, right, bottom], color);
    }

    /// Black or white on `ground`, above `top` or, where there is no room, below it.
    fn write_label(&mut self, label: &str, [left, top]: [i64; 2], scale: i64, ground: [u8; 3]) {
        let size = |dots: usize| {
            i64::try_from(dots)
                .unwrap_or(i64::MAX)
                .saturating_mul(scale)
        };
        // A column before each letter and after the last one, a row above and below.
        let width = size(label.chars().count() * (font::WIDTH + 1) + 1);
        let height = size(font::HEIGHT + 2);
        let x = left.min(i64::from(self.width()) - width).max(0);
        let y = if top < height {
            top.max(0)
        } else {
            top - height
        };
        self.fill(
            [x, y, x.saturating_add(width), y.saturating_add(height)],
            ground,
        );
        let [r, g, b] = ground.map(u32::from);
        let ink = if 3 * r + 6 * g + b > 1400 {
            [0; 3]
        } else {
            [255; 3]
        };
        for (i, c) in label.chars().enumerate() {
            let x = x.saturating_add(size(i * (font::WIDTH + 1) + 1));
            if x >= i64::from(self.width()) {
                break;
            }
            for (column, row) in font::ink(c) {
                let (x, y) = (x + size(column), y + size(row + 1));
                self.fill([x, y, x + scale, y + scale], ink);
            }
        }
    }
}

#[cfg(all(feature = "gif", feature = "png"))]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::Layout;

    /// Rows of characters: `.` where the picture is black, `o` where it is white, else `#`.
    fn drawn(height: usize, width: usize, boxes: &[BoundingBox]) -> Vec<String> {
        let black = vec![0u8; height * width];
        let mut bitmap = Bitmap::new(&black, Layout::Hw, &[height, width]).unwrap();
        bitmap.draw_boxes(boxes);
        assert_eq!(bitmap.channels(), 3);
        let dots: String = bitmap
            .colors()
            .map(|color| match color {
                [0, 0, 0] => '.',
                [255, 255, 255] => 'o',
                _ => '#',
            })
            .collect();
        let rows = dots.as_bytes().chunks(width);
        rows.map(|row| String::from_utf8(row.to_vec()).unwrap())
            .collect()
    }

    #[test]
    fn the_outline_is_the_boxs_border() {
        let picture = drawn(5, 6, &[BoundingBox::new(1.0, 1.0, 5.0, 4.0)]);
        assert_eq!(picture, ["......", ".####.", ".#..#.", ".####.", "......"]);
        let reversed = drawn(5, 6, &[BoundingBox::new(5.0, 4.0, 1.0, 1.0)]);
        assert_eq!(reversed, picture);
        let whole = drawn(3, 4, &[BoundingBox::new(0.0, 0.0, 4.0, 3.0)]);
        assert_eq!(whole, ["####", "#..#", "####"]);
        let point = drawn(3, 3, &[BoundingBox::new(1.0, 1.0, 1.0, 1.0)]);
        assert_eq!(point, ["...", ".#.", "..."]);
    }

    #[test]
    fn boxes_are_clipped_and_bad_ones_left_out() {
        let over = drawn(3, 4, &[BoundingBox::new(-5.0, 1.0, 2.0, 99.0)]);
        assert_eq!(over, ["....", "##..", ".#.."]);
        let nothing = ["....", "....", "...."];
        for bad in [f32::NAN, f32::INFINITY] {
            let b = BoundingBox::new(0.0, bad, 2.0, 2.0).label("x");
            assert_eq!(drawn(3, 4, &[b]), nothing);
        }
        let far = BoundingBox::new(f32::MAX, f32::MAX, f32::MIN, f32::MIN);
        assert_eq!(drawn(3, 4, &[far]), nothing, "its border is out of sight");
    }

    #[test]
    fn a_label_stands_above_its_box() {
        let red = BoundingBox::new(1.0, 10.0, 9.0, 13.0).color([200, 0, 0]);
        assert_eq!(
            drawn(14, 10, &[red.label("T")]),
            [
                "..........",
                ".#######..",
                ".#ooooo#..",
                ".###o###..",
                ".###o###..",
                ".###o###..",
                ".###o###..",
                ".###o###..",
                ".###o###..",
                ".#######..",
                ".########.",
                ".#......#.",
                ".########.",
                "..........",
            ]
        );
    }

    #[test]
    fn a_label_without_room_above_goes_inside() {
        let b = BoundingBox::new(6.0, 2.0, 10.0, 12.0).color([0, 0, 200]);
        let picture = drawn(12, 10, &[b.label("-")]);
        assert_eq!(picture[1], "..........");
        assert_eq!(picture[2], "...#######", "pushed left to fit");
        assert_eq!(picture[6], "...#ooooo#");
        let long = "x".repeat(1000);
        let picture = drawn(9, 10, &[BoundingBox::new(4.0, 0.0, 5.0, 9.0).label(long)]);
        assert_eq!(picture[0], "##########");
    }

    #[test]
    fn lines_and_letters_grow_with_the_picture() {
        let picture = drawn(512, 600, &[BoundingBox::new(0.0, 0.0, 600.0, 512.0)]);
        assert_eq!(&picture[1][..4], "####");
        assert_eq!(&picture[2][..4], "##..");
    }

    #[test]
    fn alpha_stays_and_the_box_is_opaque() {
        let mut clear = Bitmap::new(&[9u8, 0, 9, 0], Layout::Hwc, &[1, 2, 2]).unwrap();
        clear.draw_boxes(&[BoundingBox::new(0.0, 0.0, 1.0, 1.0).color([1, 2, 3])]);
        assert_eq!(clear.as_bytes(), [1, 2, 3, 255, 9, 9, 9, 0]);
    }

    #[test]
    fn a_label_keeps_its_colour() {
        let ink = |label: &str| BoundingBox::new(0.0, 0.0, 1.0, 1.0).label(label).ink();
        assert_eq!(ink("person"), ink("person"));
        let coco = [
            "person", "car", "dog", "chair", "bus", "cat", "truck", "bird",
        ];
        let different: std::collections::HashSet<_> = coco.map(ink).into();
        assert!(different.len() >= 5, "{different:?}");
    }
}
