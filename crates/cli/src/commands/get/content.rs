//! What a value is written as.

use anyhow::{Result, anyhow, bail};
use tfevents::event::DataRef;
use tfevents::plugin::RawValue;
use tfevents::tensor::Strings;
use tfevents::{Kind, Tensor, Value};

use super::What;
use tfevents_analysis::text;
use tfevents_table::Row;

/// A value in the form in which it is written.
pub(super) enum Content<'a> {
    /// Files, a sample each.
    Files(Vec<&'a [u8]>),
    /// Text, a line a cell.
    Cells(&'a Strings<'a>),
    Number(String),
    Tensor(Tensor<'a>),
    /// JSON.
    Line,
}

/// Whether it is not text.
pub(super) fn is_bytes(what: What) -> bool {
    matches!(
        what,
        What::Tensor | What::Kind(Kind::Image | Kind::Audio | Kind::Graph)
    )
}

/// A name for a file.
pub(super) fn example_name(what: What) -> &'static str {
    match what {
        What::Kind(Kind::Image) => "image.png",
        What::Kind(Kind::Audio) => "sound.wav",
        What::Tensor => "tensor.npy",
        What::Kind(_) => "graph.pb",
    }
}

impl<'a> Content<'a> {
    /// # Errors
    ///
    /// A value that is not what it should be.
    pub(super) fn new(what: What, row: &'a Row<'a>) -> Result<Self> {
        if what == What::Tensor {
            return match row.stored().map(|value| value.data) {
                Some(DataRef::Tensor(encoded)) => Ok(Self::Tensor(Tensor::from_encoded(&encoded)?)),
                _ => bail!("`{}` is not stored as a tensor", text::name(row.tag)),
            };
        }
        Ok(match row.value {
            Value::Scalar(number) => Self::Number(number.to_string()),
            Value::Images(images) => Self::Files(images.samples.clone()),
            Value::Audio(audio) => {
                Self::Files(audio.clips.iter().map(|clip| clip.encoded).collect())
            }
            Value::Text(text) => Self::Cells(&text.cells),
            Value::Graph(bytes) | Value::RunMetadata(bytes) | Value::KerasModel(bytes) => {
                Self::Files(vec![bytes])
            }
            Value::Raw(RawValue {
                problem: Some(problem),
                ..
            }) => {
                return Err(anyhow!(
                    "`{}` at step {} cannot be decoded: {problem}; --json prints it as stored",
                    text::name(row.tag),
                    row.step
                ));
            }
            _ => Self::Line,
        })
    }

    /// How many samples or cells there are to choose from.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Files(files) => files.len(),
            Self::Cells(cells) => cells.len(),
            Self::Number(_) => 1,
            Self::Tensor(_) | Self::Line => 0,
        }
    }
}
