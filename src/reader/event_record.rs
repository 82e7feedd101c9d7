//! An event as it stands in a file, and how many bytes of that it and its values take.

use crate::error::Result;
use crate::event::{DataRef, EventRef, ValueRef, Values, What};
use crate::record::OVERHEAD;
use crate::wire::Fields;

/// An event and where it stands.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct EventRecord<'a> {
    /// The byte at which its record starts.
    pub offset: u64,
    /// How many records come before it.
    pub record: u64,
    /// The event as stored, without framing.
    pub payload: &'a [u8],
    /// The event.
    pub event: EventRef<'a>,
    pub(crate) skipped: Skipped<'a>,
}

/// What a [`SkimReader`](crate::reader::SkimReader) left out of a payload.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Skipped<'a> {
    /// How many bytes in all.
    pub(crate) total: u64,
    /// How many of each of the summary's values.
    pub(crate) values: &'a [u64],
}

/// A value of a summary, and how many bytes it takes.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SizedValue<'a> {
    /// The value, with an empty body where that was passed over.
    pub value: ValueRef<'a>,
    /// The bytes of the whole message in the file.
    pub size: u64,
    /// Those of them that say what the series is, rather than what its value is.
    pub metadata_size: u64,
    /// Bytes that were passed over: if there are any, the value cannot be decoded.
    pub skipped: u64,
}

impl<'a> EventRecord<'a> {
    /// How many bytes of the file the record takes, its framing included.
    #[must_use]
    pub fn size(&self) -> u64 {
        (self.payload.len() + OVERHEAD) as u64 + self.skipped.total
    }

    /// How many bytes of the event were passed over by a [`SkimReader`](crate::reader::SkimReader).
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.skipped.total
    }

    /// The values of the event's summary with their sizes; none where it has no summary.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::{EventItem, EventReader, SummaryWriter};
    ///
    /// # let dir = tempfile::tempdir()?;
    /// let writer = SummaryWriter::new(dir.path())?;
    /// writer.add_scalar("loss", 0.5, 1)?;
    /// writer.flush()?;
    /// let mut reader = EventReader::open(writer.path())?;
    /// let mut sizes = Vec::new();
    /// while let EventItem::Event(record) = reader.next_item()? {
    ///     for value in record.values() {
    ///         sizes.push(value?.size);
    ///     }
    /// }
    /// assert_eq!(sizes, [11], "2 + 4 bytes of tag, 1 + 4 of number");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn values(&self) -> SizedValues<'a> {
        let values = match &self.event.what {
            What::Summary(summary) => match summary.as_scalar() {
                Some(scalar) => Source::Scalar(Some(scalar)),
                None => Source::Values(summary.values()),
            },
            _ => Source::Scalar(None),
        };
        SizedValues {
            values,
            skipped: self.skipped.values.iter(),
        }
    }
}

/// Iterator over the values of an [`EventRecord`] with their sizes.
#[derive(Clone, Debug)]
pub struct SizedValues<'a> {
    values: Source<'a>,
    skipped: std::slice::Iter<'a, u64>,
}

#[derive(Clone, Debug)]
enum Source<'a> {
    /// A summary of one plain number.
    Scalar(Option<(&'a str, f32)>),
    Values(Values<'a>),
}

/// Keys and length of a plain scalar's tag, key and value of its number.
const SCALAR_SIZE: usize = 2 + 5;

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
