//! Embeddings: points in many dimensions with labels and pictures, for the Projector.
//!
//! Nothing of it stands in event files. A configuration, `projector_config.pbtxt` in the run's directory,
//! names plain files below that directory; [`Embedding`] is written to such files, and
//! [`Projector`](crate::reader::Projector) reads them, whoever wrote them.

use std::fmt::Write as _;

use crate::error::{Error, Result};
use crate::names::component;
#[cfg(feature = "png")]
use crate::plugin::image::Bitmap;
use crate::proto::projector::{EmbeddingInfo, SpriteMetadata};
use crate::types::{IntoScalar, Number};

pub(crate) mod config;
mod decode;
mod schema;
mod sprite;
mod text_format;

use decode::read_as_text;
use sprite::Sprite;

pub use decode::{MetadataTable, Vectors};

/// Points, one row each, and what is known of them; logged by
/// [`add_embedding`](crate::SummaryWriter::add_embedding).
///
/// # Examples
///
/// ```
/// use tfevents::{Bitmap, Embedding, Layout};
///
/// # let dir = tempfile::tempdir()?;
/// # let writer = tfevents::SummaryWriter::new(dir.path())?;
/// // Four points in three dimensions, and a picture of 8×8 gray pixels for each.
/// let vectors = [0.0, 0.1, 0.2, 1.0, 1.1, 1.2, 2.0, 2.1, 2.2, 3.0, 3.1, 3.2];
/// let pictures = Bitmap::batch(&[200u8; 4 * 8 * 8], Layout::Nhw, &[4, 8, 8])?;
///
/// let embedding = Embedding::new(vectors, 3)?
///     .column("word", ["one", "two", "three", "four"])?
///     .column("count", [120, 80, 64, 3])?
///     .thumbnails(pictures)?;
/// writer.add_embedding("words", &embedding, 0)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Embedding {
    values: Vec<f32>,
    dims: usize,
    columns: Vec<(String, Vec<String>)>,
    sprite: Option<Sprite>,
    format: VectorFormat,
}

/// How an [`Embedding`]'s vectors are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VectorFormat {
    /// Text, values between tabs: other programs read it, too. Nothing is lost by it.
    #[default]
    Tsv,
    /// Raw floats: smaller, and faster for TensorBoard to load. TensorBoard takes a file for text as long as
    /// it can be text, so the rare bytes that can be, such as zeros only, are written as text after all.
    Binary,
}

impl Embedding {
    /// Points of `dims` dimensions each, one after the other: a `[points, dims]` array, row-major, of numbers of
    /// any type, which are stored as `f32`.
    ///
    /// The projector loads the first 100,000 points.
    ///
    /// # Errors
    ///
    /// Fewer than 2 dimensions, a number of values that is not a multiple of them, no points, and values that
    /// are not finite, which have no place to be drawn at.
    #[doc(alias = "mat")]
    pub fn new<I: IntoIterator<Item: IntoScalar>>(values: I, dims: usize) -> Result<Self> {
        let values: Vec<_> = values.into_iter().map(IntoScalar::to_f32).collect();
        if dims < 2 {
            return Err(Error::argument(format!(
                "the projector cannot show points of {dims} dimensions: use 2 or more"
            )));
        }
        if values.is_empty() || values.len() % dims != 0 {
            return Err(Error::argument(format!(
                "{} values do not make whole points of {dims} dimensions",
                values.len()
            )));
        }
        if let Some(i) = values.iter().position(|v| !v.is_finite()) {
            return Err(Error::argument(format!(
                "point {} is {} in dimension {}: the projector could not draw it",
                i / dims,
                values[i],
                i % dims
            )));
        }
        Ok(Self {
            values,
            dims,
            columns: Vec::new(),
            sprite: None,
            format: VectorFormat::default(),
        })
    }

    /// How many points there are.
    #[must_use]
    pub fn points(&self) -> usize {
        self.values.len() / self.dims
    }

    /// How many dimensions each has.
    #[must_use]
    pub fn dims(&self) -> usize {
        self.dims
    }

    /// Adds something known of every point, to label, colour, search and filter by. The first column labels
    /// the points; where it is the only one, its name is not stored.
    ///
    /// The file has no escapes, so tabs and line breaks stand in it as `\t`, `\n` and `\r`.
    ///
    /// # Errors
    ///
    /// Another number of values than of points; a name that is empty or taken.
    #[doc(alias("metadata", "metadata_header"))]
    pub fn column<V: ToString>(
        mut self,
        name: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Result<Self> {
        let values: Vec<_> = values.into_iter().map(|value| value.to_string()).collect();
        self.check_count(&format!("the column {name:?} has"), values.len(), "values")?;
        if name.is_empty() || self.columns.iter().any(|(taken, _)| taken == name) {
            return Err(Error::argument(format!(
                "a column {name:?} cannot be added: names must be unique and not empty"
            )));
        }
        self.columns.push((name.to_owned(), values));
        Ok(self)
    }

    /// Gives every point a picture, drawn in its place: a [`Bitmap`] or, with the feature `image`, one of the crate
    /// `image`, by value or by reference.
    ///
    /// # Errors
    ///
    /// Another number of pictures than of points; pictures that differ in size or channels; so many or so
    /// large ones that a square of them all has a side of more than 8192 pixels, which TensorBoard refuses.
    #[doc(alias = "label_img")]
    #[cfg(feature = "png")]
    pub fn thumbnails<I>(mut self, pictures: I) -> Result<Self>
    where
        I: IntoIterator<Item: TryInto<Bitmap, Error: Into<Error>>>,
    {
        let pictures = pictures.into_iter();
        let tiles: Vec<Bitmap> = pictures
            .map(|picture| picture.try_into().map_err(Into::into))
            .collect::<Result<_>>()?;
        self.check_count("there are", tiles.len(), "thumbnails")?;
        self.sprite = Some(Sprite::new(tiles)?);
        Ok(self)
    }

    /// How the vectors are stored; as text if this is not called.
    #[must_use]
    pub fn format(mut self, format: VectorFormat) -> Self {
        self.format = format;
        self
    }

    fn check_count(&self, there_are: &str, found: usize, what: &str) -> Result<()> {
        if found == self.points() {
            return Ok(());
        }
        Err(Error::argument(format!(
            "{there_are} {found} {what} but the embedding has {} points",
            self.points()
        )))
    }

    /// Hands the embedding's files to `write` one by one, each with its path below the configuration that they are
    /// beside. Its entry there.
    pub(crate) fn encode(
        &self,
        tag: &str,
        step: i64,
        write: &mut dyn FnMut(&str, &[u8]) -> Result<()>,
    ) -> Result<EmbeddingInfo> {
        if tag.is_empty() {
            return Err(Error::argument("an embedding's tag must not be empty"));
        }
        let dir = format!("projector/{}/{step:05}", component(tag));
        let mut asset = |name: &str, content: &[u8]| -> Result<String> {
            let path = format!("{dir}/{name}");
            write(&path, content)?;
            Ok(path)
        };
        let binary = match self.format {
            VectorFormat::Binary => self.binary(),
            VectorFormat::Tsv => None,
        };
        let tensor_path = match binary {
            Some(bytes) => asset("tensors.bytes", &bytes)?,
            None => asset("tensors.tsv", self.tsv().as_bytes())?,
        };
        let metadata_path = match self.metadata() {
            Some(metadata) => asset("metadata.tsv", metadata.as_bytes())?,
            None => String::new(),
        };
        let sprite = match &self.sprite {
            Some(Sprite { image, tile }) => Some(SpriteMetadata {
                image_path: asset("sprite.png", image.as_bytes())?,
                single_image_dim: tile.to_vec(),
            }),
            None => None,
        };
        Ok(EmbeddingInfo {
            tensor_name: format!("{tag}:{step:05}"),
            tensor_path,
            tensor_shape: [self.points(), self.dims]
                .map(|n| u32::try_from(n).unwrap_or(u32::MAX))
                .to_vec(),
            metadata_path,
            sprite,
            ..Default::default()
        })
    }

    fn tsv(&self) -> String {
        let mut text = String::new();
        for point in self.values.chunks_exact(self.dims) {
            for (i, &value) in point.iter().enumerate() {
                let tab = if i > 0 { "\t" } else { "" };
                // Writing to a string cannot fail.
                let _ = write!(text, "{tab}{}", Number::F32(value));
            }
            text.push('\n');
        }
        text
    }

    /// The raw values, unless TensorBoard would take them for text.
    fn binary(&self) -> Option<Vec<u8>> {
        let bytes: Vec<u8> = self.values.iter().flat_map(|v| v.to_le_bytes()).collect();
        (!read_as_text(&bytes)).then_some(bytes)
    }

    /// The columns as TSV. A header stands above several columns only: TensorBoard takes the first line of a
    /// single one for a label.
    fn metadata(&self) -> Option<String> {
        let (first, rest) = self.columns.split_first()?;
        let mut text = String::new();
        let mut row = |cells: &mut dyn Iterator<Item = &str>| {
            let start = text.len();
            for (i, cell) in cells.enumerate() {
                if i > 0 {
                    text.push('\t');
                }
                push_cell(&mut text, cell);
            }
            // Blank lines are skipped, which would shift all labels behind.
            if is_blank(&text[start..]) {
                text.insert_str(start, "(empty)");
            }
            text.push('\n');
        };
        if !rest.is_empty() {
            row(&mut self.columns.iter().map(|(name, _)| name.as_str()));
        }
        for (i, label) in first.1.iter().enumerate() {
            let others = rest.iter().filter_map(|(_, values)| values.get(i));
            row(&mut std::iter::once(label).chain(others).map(String::as_str));
        }
        Some(text)
    }
}

fn push_cell(text: &mut String, cell: &str) {
    for c in cell.chars() {
        match c {
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            _ => text.push(c),
        }
    }
}

/// As browsers see it, to whom a byte order mark is white space.
fn is_blank(line: &str) -> bool {
    line.chars().all(|c| c.is_whitespace() || c == '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(feature = "png")]
    use crate::plugin::image::Layout;
    use proptest::prelude::*;

    fn three() -> Embedding {
        Embedding::new([0.5, -1.0, 1e-30, 3e38, 0.1, 7.0], 2).unwrap()
    }

    #[cfg(feature = "png")]
    fn tiles(n: usize, width: usize, height: usize) -> Vec<Bitmap> {
        let shape = [n, height, width, 3];
        Bitmap::batch(&vec![9u8; n * height * width * 3], Layout::Nhwc, &shape).unwrap()
    }

    #[test]
    fn vectors_are_checked() {
        let refused = |values: &[f32], dims, why: &str| {
            let message = Embedding::new(values, dims).unwrap_err().to_string();
            assert!(message.contains(why), "{message}");
        };
        refused(&[1.0, 2.0], 1, "1 dimensions");
        refused(&[1.0, 2.0], 0, "0 dimensions");
        refused(&[], 2, "0 values");
        refused(&[1.0, 2.0, 3.0], 2, "3 values");
        refused(
            &[1.0, 2.0, 3.0, f32::NAN],
            2,
            "point 1 is NaN in dimension 1",
        );
        assert_eq!((three().points(), three().dims()), (3, 2));
    }

    #[test]
    fn text_holds_every_value() {
        assert_eq!(three().tsv(), "0.5\t-1\n1e-30\t3e38\n0.1\t7\n");
    }

    proptest! {
        #[test]
        fn text_loses_nothing(bits: u32) {
            let value = f32::from_bits(bits);
            prop_assume!(value.is_finite());
            let text = Embedding::new([value, 0.0], 2).unwrap().tsv();
            let (first, _) = text.split_once('\t').unwrap();
            // Python reads a double and narrows it.
            #[expect(clippy::cast_possible_truncation, reason = "as Python does")]
            let read = first.parse::<f64>().unwrap() as f32;
            prop_assert_eq!(read.to_bits(), value.to_bits());
        }
    }

    #[test]
    fn one_column_has_no_header_and_no_blank_lines() {
        let labels = three()
            .column("label", ["a\tb", "", "c\r\n\u{e9}"])
            .unwrap();
        assert_eq!(
            labels.metadata().unwrap(),
            "a\\tb\n(empty)\nc\\r\\n\u{e9}\n"
        );
        assert_eq!(three().metadata(), None);
    }

    #[test]
    fn several_columns_have_a_header() {
        let columns = three()
            .column("word", ["x", "", " "])
            .unwrap()
            .column("count\t", [1, 2, 3])
            .unwrap()
            .column("note", ["", "n", "\u{feff}"])
            .unwrap();
        assert_eq!(
            columns.metadata().unwrap(),
            "word\tcount\\t\tnote\nx\t1\t\n\t2\tn\n \t3\t\u{feff}\n"
        );
        let blank = three()
            .column("a", ["", "x", ""])
            .unwrap()
            .column("b", ["", "", " "])
            .unwrap();
        assert_eq!(
            blank.metadata().unwrap(),
            "a\tb\n(empty)\t\nx\t\n(empty)\t \n"
        );
    }

    #[cfg(feature = "png")]
    #[test]
    fn columns_and_thumbnails_match_the_points() {
        let refused = |embedding: Result<Embedding>, why: &str| {
            let message = embedding.unwrap_err().to_string();
            assert!(message.contains(why), "{message}");
        };
        refused(
            three().column("a", ["x"]),
            "has 1 values but the embedding has 3 points",
        );
        refused(three().column("", [1, 2, 3]), "\"\"");
        refused(
            three()
                .column("a", [1, 2, 3])
                .unwrap()
                .column("a", [1, 2, 3]),
            "unique",
        );
        refused(three().thumbnails(tiles(2, 4, 4)), "2 thumbnails");
        let mut odd = tiles(2, 4, 4);
        odd.extend(tiles(1, 4, 5));
        refused(three().thumbnails(odd), "thumbnail 2 has 4×5");
        refused(
            three().thumbnails(tiles(3, 5000, 1)),
            "4096×4096 or smaller",
        );
        let fits = three().thumbnails(tiles(3, 4096, 1)).unwrap();
        assert_eq!(fits.sprite.unwrap().image.width(), 8192);
    }

    #[test]
    fn bytes_that_could_be_text_become_text() {
        let zeros = Embedding::new(vec![0.0; 6], 2).unwrap();
        assert_eq!(zeros.binary(), None);
        // 0xc9 begins two bytes, and no second one follows.
        let plain = Embedding::new([-123_456.0, 1.0], 2).unwrap();
        assert_eq!(plain.binary().unwrap().len(), 8);
    }

    #[cfg(feature = "png")]
    #[test]
    fn files_are_handed_over_one_by_one() {
        let embedding = three().column("word", ["a", "b", "c"]).unwrap();
        let embedding = embedding.thumbnails(tiles(3, 4, 4)).unwrap();
        let mut paths = Vec::new();
        let mut write = |path: &str, content: &[u8]| {
            paths.push((path.to_owned(), content.is_empty()));
            Ok(())
        };
        let entry = embedding.encode("a/b", 7, &mut write).unwrap();
        let sprite = entry.sprite.unwrap().image_path;
        let expected = [entry.tensor_path, entry.metadata_path, sprite];
        assert_eq!(paths, expected.map(|path| (path, false)));
        assert_eq!(paths[2].0, "projector/a%2Fb/00007/sprite.png");
        // The next one is not even made when one cannot be written.
        let mut calls = 0;
        let mut fail = |_: &str, _: &[u8]| {
            calls += 1;
            Err(Error::argument("the disk is full"))
        };
        assert!(embedding.encode("a", 7, &mut fail).is_err());
        assert_eq!(calls, 1);
    }
}
