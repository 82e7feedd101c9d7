//! Values that are left in their files until they are asked for.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use super::datum::{Form, Place};
use super::shape::{Blobs, Shape};
use crate::error::Result;
use crate::event::{DataRef, ValueRef};
use crate::plugin::{self, Kind, Metadata, Plugins, Value};
use crate::reader::deferred::Deferred;
use crate::reader::source::read_range;
use crate::tensor::Tensor;
use crate::types::WallTime;

/// A value that was left in its file: a picture, a tensor, a graph.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BlobPoint {
    /// The step.
    pub step: i64,
    /// When it was logged.
    pub wall_time: WallTime,
    pub(super) file: Arc<Path>,
    pub(super) place: Place,
    /// Its record, if that was not verified yet.
    pub(super) deferred: Option<Deferred>,
    pub(super) kind: Kind,
    pub(super) metadata: Arc<Metadata>,
    pub(super) shape: Shape,
}

/// The bytes of a [`BlobPoint`].
#[derive(Clone, Debug)]
pub struct Blob {
    bytes: Vec<u8>,
    form: Form,
    kind: Kind,
    metadata: Arc<Metadata>,
}

impl BlobPoint {
    /// What kind of series it is a value of.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The file that holds it.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The first of its bytes in the (unwrapped) file.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.place.offset
    }

    /// How many bytes it has there.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.place.len.into()
    }

    /// How many files its [`sequence`](Blob::sequence) has, which is known without reading it unless there are hundreds.
    /// `None` for values that have no files.
    #[must_use]
    pub fn sequence_len(&self) -> Option<usize> {
        match self.shape.blobs(&self.metadata.plugin_name) {
            Blobs::None => None,
            Blobs::Known(len) => Some(len.into()),
            Blobs::Many => Some(self.read().ok()?.sequence().ok()?.len()),
        }
    }

    /// Reads it, and [verifies](crate::Logdir::verify_when_read) it if that was left for now.
    ///
    /// # Errors
    ///
    /// A file that is gone or was replaced by a shorter one; a record that turns out to be damaged.
    pub fn read(&self) -> Result<Blob> {
        let (offset, size) = (self.place.offset, self.size());
        Ok(Blob {
            bytes: match self.deferred {
                Some(record) => record.read(&self.file, offset, size)?,
                None => read_range(&self.file, offset, size)?,
            },
            form: self.place.form,
            kind: self.kind,
            metadata: self.metadata.clone(),
        })
    }
}

impl Blob {
    /// The bytes, as they are in the file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The value as it is stored; `None` for graphs and the like that are events of their own.
    ///
    /// # Errors
    ///
    /// As for [`value`](Self::value).
    pub fn stored(&self) -> Result<Option<ValueRef<'_>>> {
        match self.form {
            Form::Value => ValueRef::parse(&self.bytes).map(Some),
            Form::Graph | Form::RunMetadata => Ok(None),
        }
    }

    /// The files in it, as TensorBoard's dashboards get them: of a picture its width and its height as text and then
    /// the picture, of a graph the graph, of a tensor its strings, without the labels of sounds. None of anything else.
    ///
    /// # Errors
    ///
    /// As for [`value`](Self::value).
    pub fn sequence(&self) -> Result<Vec<Cow<'_, [u8]>>> {
        Ok(match self.stored()? {
            None => vec![Cow::Borrowed(&self.bytes)],
            Some(value) => match value.data {
                DataRef::Image(image) => vec![
                    Cow::Owned(image.width.to_string().into_bytes()),
                    Cow::Owned(image.height.to_string().into_bytes()),
                    Cow::Borrowed(image.encoded),
                ],
                DataRef::Audio(audio) => vec![Cow::Borrowed(audio.encoded)],
                DataRef::Tensor(encoded) => {
                    let tensor = Tensor::from_encoded(&encoded)?;
                    let labelled =
                        self.metadata.plugin_name == "audio" && matches!(tensor.shape(), [_, 2]);
                    let step = if labelled { 2 } else { 1 };
                    tensor.strings().step_by(step).map(Cow::Borrowed).collect()
                }
                _ => Vec::new(),
            },
        })
    }

    /// The typed value.
    ///
    /// # Errors
    ///
    /// Bytes that are no longer what they were, because the file was replaced.
    pub fn value(&self) -> Result<Value<'_>> {
        self.value_with(&Plugins::new())
    }

    /// The same, where values of some plugins are known.
    ///
    /// # Errors
    ///
    /// As for [`value`](Self::value).
    pub fn value_with(&self, plugins: &Plugins) -> Result<Value<'_>> {
        Ok(match self.form {
            Form::Graph => Value::Graph(&self.bytes),
            Form::RunMetadata => Value::RunMetadata(&self.bytes),
            Form::Value => {
                let value = ValueRef::parse(&self.bytes)?;
                plugin::decode_as(self.kind, value, &self.metadata, plugins)
            }
        })
    }
}
