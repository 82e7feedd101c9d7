//! Scalars, one number per step, for the Time Series and Scalars dashboards.
//!
//! Written as `simple_value`, the most compact form that both of TensorBoard's loaders take, and the only one that
//! `EventAccumulator.Scalars` does. The first one of a series with a description has metadata beside it, complete with
//! plugin and data class, because the data server discards any other. Read as a tensor, too, in any numeric type.

use crate::error::Result;
use crate::event::{self, DataRef};
use crate::plugin::{self, Description, Kind, Stored, wrong_form};
use crate::proto::{self, Message as _};
use crate::record;
use crate::tensor::{self, Tensor};
use crate::types::{IntoScalar, Number, WallTime};
use crate::wire;

/// A scalar with a name and a description for its chart, for [`SummaryWriter::add`](crate::SummaryWriter::add).
///
/// Where the description is known beforehand, [`SummaryWriter::describe`](crate::SummaryWriter::describe) is shorter:
/// its values are stored as plain numbers, which are a third smaller on disk. Those of this type are stored as tensors, which
/// Python's `EventAccumulator` lists under `Tensors` and not under `Scalars`.
///
/// # Examples
///
/// ```
/// use tfevents::{Scalar, SummaryWriter};
///
/// # let dir = tempfile::tempdir()?;
/// let writer = SummaryWriter::new(dir.path())?;
/// writer.add("loss", &Scalar::new(0.25).description("Mean **cross entropy**"), 0)?;
/// writer.close()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Scalar {
    value: f64,
    description: Description,
}

impl Scalar {
    /// A value without a description.
    pub fn new(value: impl IntoScalar) -> Self {
        Self {
            value: value.to_f32().into(),
            description: Description::default(),
        }
    }

    /// A value of which no digit is lost. TensorBoard shows it rounded to 32 bits, as any other; what this crate reads
    /// back is a [`Number::F64`], unless 32 bits hold it.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::{EventItem, EventReader, Number, Scalar, SummaryWriter, Value};
    /// use tfevents::plugin::PointDecoder;
    ///
    /// # let dir = tempfile::tempdir()?;
    /// let writer = SummaryWriter::new(dir.path())?;
    /// writer.add("accuracy", &Scalar::exact(2.0 / 3.0), 1)?;
    /// writer.flush()?;
    /// let (mut decoder, mut reader) = (PointDecoder::default(), EventReader::open(writer.path())?);
    /// while let EventItem::Event(record) = reader.next_item()? {
    ///     for point in decoder.points(&record.event) {
    ///         assert_eq!(point?.value, Value::Scalar(Number::F64(2.0 / 3.0)));
    ///     }
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn exact(value: impl IntoScalar) -> Self {
        Self {
            value: value.to_f64(),
            description: Description::default(),
        }
    }

    /// Markdown shown beside the chart. TensorBoard takes it from the first value of a tag.
    #[doc(alias = "summary_description")]
    #[must_use]
    pub fn description(mut self, markdown: impl Into<String>) -> Self {
        self.description.markdown = markdown.into();
        self
    }

    /// A name that TensorBoard's Scalars tab shows instead of the tag.
    #[must_use]
    pub fn display_name(mut self, name: impl Into<String>) -> Self {
        self.description = self.description.display_name(name);
        self
    }
}

impl Stored for Scalar {
    fn metadata(&self) -> proto::SummaryMetadata {
        described(&self.description)
    }

    fn tensor(&self) -> Result<proto::TensorProto> {
        Ok(tensor::exact_scalar_tensor(self.value))
    }
}

fn described(description: &Description) -> proto::SummaryMetadata {
    let mut metadata = plugin::metadata("scalars", Vec::new());
    description.put_into(&mut metadata);
    metadata
}

/// Of `simple_value`, which is a 32-bit float.
const NUMBER_KEY: u8 = 2 << 3 | 5;

/// What all records of one tag have in common: the bytes from the step to the number.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    /// That of the first record, if it differs.
    first: Option<Box<[u8]>>,
    bytes: Box<[u8]>,
}

impl Template {
    /// With a description for the first record, from which TensorBoard takes it.
    pub(crate) fn described(tag: &str, description: &Description) -> Self {
        let mut value = Vec::new();
        wire::put_bytes(&mut value, 1, tag.as_bytes());
        wire::put_bytes(&mut value, 9, &described(description).encode_to_vec());
        // Each ends with the number, which is added when it is known.
        value.extend([NUMBER_KEY, 0, 0, 0, 0]);
        let mut bytes = Vec::new();
        wire::put_bytes(&mut bytes, 1, &value);
        let mut first = Vec::new();
        wire::put_bytes(&mut first, 5, &bytes);
        first.truncate(first.len() - size_of::<f32>());
        Self {
            first: Some(first.into()),
            ..Self::new(tag)
        }
    }

    pub(crate) fn new(tag: &str) -> Self {
        let tag_len = tag.len() as u64;
        // Key, length and bytes of the tag; key and bytes of the number.
        let value_len = 1 + wire::varint_len(tag_len) as u64 + tag_len + 5;
        let summary_len = 1 + wire::varint_len(value_len) as u64 + value_len;
        let mut bytes = vec![0x2a];
        wire::put_varint(&mut bytes, summary_len);
        bytes.push(0x0a);
        wire::put_varint(&mut bytes, value_len);
        wire::put_bytes(&mut bytes, 1, tag.as_bytes());
        bytes.push(NUMBER_KEY);
        Self {
            first: None,
            bytes: bytes.into(),
        }
    }

    /// The longest payload that a record of this tag may have.
    pub(crate) fn max_payload(&self) -> usize {
        let first = self.first.as_ref().map_or(0, |bytes| bytes.len());
        // Wall time, step and number.
        9 + 11 + self.bytes.len().max(first) + 4
    }
}

/// Appends a record that has yet to be [sealed](record::seal). This is the path that nearly every logged value
/// takes, so it builds no message.
#[inline]
pub(crate) fn put_record(
    out: &mut Vec<u8>,
    wall_time: WallTime,
    step: i64,
    template: &mut Template,
    value: f32,
) {
    let start = record::begin(out);
    event::put_head(out, wall_time, step);
    match template.first.take() {
        Some(first) => out.extend_from_slice(&first),
        None => out.extend_from_slice(&template.bytes),
    }
    out.extend_from_slice(&value.to_le_bytes());
    record::close(out, start);
}

/// Any single number is a scalar, whatever its type and rank.
pub(crate) fn decode(data: &DataRef<'_>) -> Result<Number> {
    match data {
        DataRef::Simple(value) => Ok(Number::F32(*value)),
        DataRef::Tensor(tensor) => {
            let tensor = Tensor::from_encoded(tensor)?;
            tensor
                .as_number()
                .ok_or_else(|| wrong_form(Kind::Scalar, data))
        }
        _ => Err(wrong_form(Kind::Scalar, data)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_simple_value_record() {
        let mut out = Vec::new();
        let template = &mut Template::new("loss");
        put_record(&mut out, 1_700_000_000.5.into(), 7, template, 0.5);
        record::seal(&mut out);
        let golden = b"\x1a\0\0\0\0\0\0\0\x12\x9b\xd8\x2d\x09\0\0\x20\x40\xfc\x54\xd9\x41\x10\x07\x2a\x0d\x0a\x0b\x0a\x04loss\x15\0\0\0\x3f\x95\x83\xbd\xba";
        assert_eq!(out, golden);
    }

    #[test]
    fn the_first_record_of_a_tag_has_its_description() {
        let description = Description::new("Mean **loss**").display_name("Loss");
        let mut template = Template::described("loss", &description);
        let mut event = |step| {
            let mut out = Vec::new();
            put_record(&mut out, 1.5.into(), step, &mut template, 0.25);
            record::seal(&mut out);
            let payload = &out[record::HEADER_LEN..out.len() - 4];
            proto::Event::decode(payload).unwrap()
        };
        let value = |event: proto::Event| match event.what {
            Some(proto::event::What::Summary(mut summary)) => summary.value.remove(0),
            other => panic!("{other:?}"),
        };
        let mut expected = proto::summary::Value {
            tag: "loss".into(),
            value: Some(proto::summary::value::Value::SimpleValue(0.25)),
            ..Default::default()
        };
        let (first, second) = (value(event(1)), value(event(2)));
        assert_eq!(second, expected);
        description.put_on(&mut expected);
        assert_eq!(first, expected);
        let metadata = first.metadata.unwrap();
        assert_eq!(metadata.summary_description, "Mean **loss**");
        assert_eq!(metadata.display_name, "Loss");
    }

    #[test]
    fn an_exact_scalar_is_a_float_for_whoever_knows_only_those() {
        let read = |tensor: &proto::TensorProto| {
            let bytes = tensor.encode_to_vec();
            Tensor::decode(&bytes).unwrap().as_number()
        };
        for value in [0.1, -1e300, 5e-324, f64::MAX, 16_777_217.0] {
            let mut tensor = Scalar::exact(value).tensor().unwrap();
            assert_eq!(tensor.dtype, proto::DataType::Float as i32);
            #[expect(clippy::cast_possible_truncation, reason = "what is shown")]
            let shown = value as f32;
            assert_eq!(tensor.float_val, [shown]);
            assert_eq!(read(&tensor), Some(Number::F64(value)));
            // Another program changed what is shown, and knows nothing of the rest.
            tensor.float_val = vec![2.5];
            assert_eq!(read(&tensor), Some(Number::F32(2.5)));
        }
        for value in [0.5, -0.0, f64::INFINITY, f64::NAN] {
            let tensor = Scalar::exact(value).tensor().unwrap();
            assert!(matches!(read(&tensor), Some(Number::F32(_))), "{value}");
        }
    }

    #[test]
    fn golden_tensor_value() {
        let value = proto::summary::Value {
            tag: "loss".into(),
            metadata: Some(Scalar::new(0.5).metadata()),
            value: Some(proto::summary::value::Value::Tensor(
                Scalar::new(0.5).tensor().unwrap(),
            )),
            ..Default::default()
        };
        let golden = b"\x0a\x04loss\x42\x0a\x08\x01\x12\0\x2a\x04\0\0\0\x3f\x4a\x0d\x0a\x09\x0a\x07scalars\x20\x01";
        assert_eq!(value.encode_to_vec(), golden);
    }
}
