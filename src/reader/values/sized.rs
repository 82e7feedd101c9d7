//! The values of a summary, and how many bytes each takes in the file.

use crate::error::Result;
use crate::event::{DataRef, EventRef, ValueRef, Values, What};
use crate::wire::Fields;

/// A value of a summary, and how many bytes it takes.
#[derive(Debug)]
pub(super) struct SizedValue<'a> {
    /// The value, with an empty body where that was passed over.
    pub(super) value: ValueRef<'a>,
    /// The bytes of the whole message in the file.
    pub(super) size: u64,
    /// Those of them that say what the series is, rather than what its value is.
    pub(super) metadata_size: u64,
    /// Bytes that were passed over: if there are any, the value cannot be decoded.
    pub(super) skipped: u64,
}

/// Iterator over the values of an event's summary; there are none where it has no summary.
#[derive(Debug)]
pub(super) struct SizedValues<'a> {
    values: Source<'a>,
    skipped: std::slice::Iter<'a, u64>,
}

#[derive(Debug)]
enum Source<'a> {
    /// A summary of one plain number.
    Scalar(Option<(&'a str, f32)>),
    Values(Values<'a>),
}

/// Keys and length of a plain scalar's tag, key and value of its number.
const SCALAR_SIZE: usize = 2 + 5;

impl<'a> SizedValues<'a> {
    /// `skipped` has for each value how many bytes of it were passed over; where it ends, none were.
    pub(super) fn new(event: &EventRef<'a>, skipped: &'a [u64]) -> Self {
        let values = match &event.what {
            What::Summary(summary) => match summary.as_scalar() {
                Some(scalar) => Source::Scalar(Some(scalar)),
                None => Source::Values(summary.values()),
            },
            _ => Source::Scalar(None),
        };
        Self {
            values,
            skipped: skipped.iter(),
        }
    }
}

impl<'a> Iterator for SizedValues<'a> {
    type Item = Result<SizedValue<'a>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.values {
            Source::Scalar(scalar) => scalar.take().map(|(tag, v)| {
                Ok(SizedValue {
                    value: ValueRef {
                        tag,
                        data: DataRef::Simple(v),
                        ..ValueRef::default()
                    },
                    size: (tag.len() + SCALAR_SIZE) as u64,
                    metadata_size: 0,
                    skipped: 0,
                })
            }),
            Source::Values(values) => {
                let encoded = values.next_encoded()?;
                let skipped = self.skipped.next().copied().unwrap_or(0);
                Some(encoded.and_then(|bytes| SizedValue::parse(bytes, skipped)))
            }
        }
    }
}

impl<'a> SizedValue<'a> {
    fn parse(bytes: &'a [u8], skipped: u64) -> Result<Self> {
        let mut metadata_size = 0;
        let mut fields = Fields::new(bytes);
        let mut left = bytes.len();
        while let Some((number, _)) = fields.next()? {
            let behind = fields.rest().len();
            if number == 9 {
                metadata_size += (left - behind) as u64;
            }
            left = behind;
        }
        Ok(Self {
            value: ValueRef::parse(bytes)?,
            size: bytes.len() as u64 + skipped,
            metadata_size,
            skipped,
        })
    }
}
