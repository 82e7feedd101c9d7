//! Markdown and tables of it, for the Text dashboard.
//!
//! Written as a string tensor: rank 0 is one block, rank 2 a table. Read at any rank; very old writers' bytes
//! need not be UTF-8.

use std::borrow::Cow;
use std::fmt::Display;

use crate::error::{Error, Result};
use crate::event::DataRef;
use crate::plugin::{self, Kind, Stored, wrong_form};
use crate::proto;
use crate::tensor::{self, Tensor};

/// Markdown, or a table whose cells are Markdown.
///
/// # Examples
///
/// ```
/// use tfevents::Text;
///
/// let note = Text::new("Learning rate **halved** at epoch 20.");
/// let table = Text::table([["optimizer", "adam"], ["lr", "0.001"]])?;
/// assert_eq!(table.shape(), [2, 2]);
///
/// // Everything that can be printed is text.
/// let from_number: Text = 0.5.into();
/// assert_eq!(from_number, Text::new("0.5"));
/// # Ok::<(), tfevents::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    shape: Vec<usize>,
    cells: Vec<String>,
}

impl Text {
    /// One block of Markdown.
    pub fn new(markdown: impl Display) -> Self {
        Self {
            shape: Vec::new(),
            cells: vec![markdown.to_string()],
        }
    }

    /// A table, row by row.
    ///
    /// # Errors
    ///
    /// Rows of different lengths.
    pub fn table<R, C>(rows: impl IntoIterator<Item = R>) -> Result<Self>
    where
        R: IntoIterator<Item = C>,
        C: Display,
    {
        let mut cells = Vec::new();
        let mut width = None;
        let mut height = 0;
        for row in rows {
            let before = cells.len();
            cells.extend(row.into_iter().map(|cell| cell.to_string()));
            let found = cells.len() - before;
            if *width.get_or_insert(found) != found {
                return Err(Error::argument(format!(
                    "row {height} of the table has {found} cells, but the rows before it have {}",
                    width.unwrap_or(0)
                )));
            }
            height += 1;
        }
        Ok(Self {
            shape: vec![height, width.unwrap_or(0)],
            cells,
        })
    }

    /// `[]` for one block, `[rows, columns]` for a table.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }
}

/// Whatever can be printed, as one block of Markdown.
impl<T: Display> From<T> for Text {
    fn from(markdown: T) -> Self {
        Self::new(markdown)
    }
}

impl From<&Self> for Text {
    fn from(text: &Self) -> Self {
        text.clone()
    }
}

impl Stored for Text {
    fn metadata(&self) -> proto::SummaryMetadata {
        plugin::metadata("text", Vec::new())
    }

    fn tensor(&self) -> Result<proto::TensorProto> {
        let cells = self
            .cells
            .iter()
            .map(|cell| cell.clone().into_bytes())
            .collect();
        Ok(tensor::string_tensor(&self.shape, cells))
    }
}

/// Text as read back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TextRef<'a> {
    /// `[]` for one block, `[n]` for a column, `[rows, columns]` for a table; more dimensions are possible.
    pub shape: Vec<usize>,
    /// The cells, row-major, as stored.
    pub cells: tensor::Strings<'a>,
}

impl<'a> TextRef<'a> {
    /// The cells as text; bytes that are not UTF-8 become U+FFFD.
    pub fn to_text(&self) -> impl Iterator<Item = Cow<'a, str>> + '_ {
        self.cells.iter().map(|cell| String::from_utf8_lossy(cell))
    }
}

pub(crate) fn decode<'a>(data: &DataRef<'a>) -> Result<TextRef<'a>> {
    let DataRef::Tensor(encoded) = data else {
        return Err(wrong_form(Kind::Text, data));
    };
    let tensor = Tensor::from_encoded(encoded)?;
    let cells = match tensor.elements() {
        tensor::Elements::Strings(cells) if cells.len() == tensor.len() => cells.clone(),
        _ => return Err(wrong_form(Kind::Text, data)),
    };
    Ok(TextRef {
        shape: tensor.shape().to_vec(),
        cells,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::Message as _;

    #[test]
    fn golden_text_value() {
        let value = proto::summary::Value {
            tag: "txt".into(),
            value: Some(proto::summary::value::Value::Tensor(
                Text::new("hello").tensor().unwrap(),
            )),
            ..Default::default()
        };
        assert_eq!(
            value.encode_to_vec(),
            b"\x0a\x03txt\x42\x0b\x08\x07\x12\0\x42\x05hello"
        );
    }

    #[test]
    fn tables_are_rectangular() {
        assert!(
            Text::table([vec!["a", "b"], vec!["c"]])
                .unwrap_err()
                .to_string()
                .contains("row 1")
        );
        let empty: [[&str; 0]; 0] = [];
        assert_eq!(Text::table(empty).unwrap().shape(), [0, 0]);
    }
}
