//! The values of events, known by their series and size, and not decoded.

use std::sync::Arc;

use crate::error::Result;
use crate::event::{DataRef, EventRef, ValueRef, What};
use crate::plugin::{Kind, Metadata, PointDecoder, Points, Value, scalar};
use crate::reader::event_record::EventRecord;
use crate::types::Number;

mod sized;

use sized::SizedValues;

/// A value as far as it is known without being decoded.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct KnownValue<'a> {
    /// The tag, with the run the name of the series.
    pub tag: &'a str,
    /// What kind of series it is.
    pub kind: Kind,
    /// What the series' first value said about it.
    pub metadata: Arc<Metadata>,
    /// Its bytes in the file.
    pub size: u64,
    /// Those of them that say what the series is, rather than what its value is.
    pub metadata_size: u64,
    /// What the file holds, unless that is an event of its own, or was passed over.
    stored: Option<ValueRef<'a>>,
}

impl<'a> KnownValue<'a> {
    /// As [`plugin_of`].
    #[must_use]
    pub fn plugin(&self) -> &str {
        plugin_of(&self.metadata, self.kind)
    }

    /// The value as stored, if it is one of a summary and was not passed over.
    #[must_use]
    pub fn data(&self) -> Option<&DataRef<'a>> {
        self.stored.as_ref().map(|value| &value.data)
    }

    /// The number, if this is a scalar.
    ///
    /// # Errors
    ///
    /// A scalar that cannot be decoded.
    pub fn scalar(&self) -> Result<Option<Number>> {
        match self.data() {
            Some(DataRef::Simple(v)) => Ok(Some(Number::F32(*v))),
            Some(data) if self.kind == Kind::Scalar => scalar::decode(data).map(Some),
            _ => Ok(None),
        }
    }
}

impl<'a> EventRecord<'a> {
    /// The values of the event, or the one that it is itself, as a graph is. None of them is decoded.
    ///
    /// `decoder` is the run's, as for [`PointDecoder::points`]. An item is an error where a value cannot be told from
    /// those around it.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::plugin::PointDecoder;
    /// use tfevents::{EventItem, EventReader, Kind, Number, SummaryWriter};
    ///
    /// # let dir = tempfile::tempdir()?;
    /// let writer = SummaryWriter::new(dir.path())?;
    /// writer.add_scalar("loss", 0.5, 1)?;
    /// writer.flush()?;
    /// let mut decoder = PointDecoder::default();
    /// let mut reader = EventReader::open(writer.path())?;
    /// while let EventItem::Event(record) = reader.next_item()? {
    ///     for value in record.known_values(&mut decoder) {
    ///         let value = value?;
    ///         assert_eq!((value.tag, value.kind, value.plugin()), ("loss", Kind::Scalar, "scalars"));
    ///         assert_eq!(value.scalar()?, Some(Number::F32(0.5)));
    ///         assert_eq!(value.size, 11);
    ///     }
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn known_values<'d>(&self, decoder: &'d mut PointDecoder) -> KnownValues<'d, 'a> {
        KnownValues::new(&self.event, &[], decoder)
    }
}

/// Iterator over the values of an [`EventRecord`] or a [`SkimmedRecord`](crate::reader::SkimmedRecord), undecoded.
#[derive(Debug)]
pub struct KnownValues<'d, 'a>(Source<'d, 'a>);

#[derive(Debug)]
enum Source<'d, 'a> {
    Summary(&'d mut PointDecoder, SizedValues<'a>),
    /// An event that is a value itself, and how many bytes of that were passed over.
    Whole(Points<'d, 'a>, u64),
}

impl<'d, 'a> KnownValues<'d, 'a> {
    /// `skipped` has for each value how many bytes of it were passed over; where it ends, none were.
    pub(super) fn new(
        event: &EventRef<'a>,
        skipped: &'a [u64],
        decoder: &'d mut PointDecoder,
    ) -> Self {
        Self(match event.what {
            What::Summary(_) => Source::Summary(decoder, SizedValues::new(event, skipped)),
            _ => {
                let skipped = skipped.iter().sum();
                Source::Whole(decoder.points(event), skipped)
            }
        })
    }
}

impl<'a> Iterator for KnownValues<'_, 'a> {
    type Item = Result<KnownValue<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Source::Summary(decoder, values) => Some(values.next()?.map(|value| {
                let (kind, metadata) = decoder.series(&value.value);
                KnownValue {
                    tag: value.value.series_tag(),
                    kind,
                    metadata,
                    size: value.size,
                    metadata_size: value.metadata_size,
                    stored: (value.skipped == 0).then_some(value.value),
                }
            })),
            Source::Whole(points, skipped) => Some(points.next()?.map(|point| KnownValue {
                tag: point.tag,
                kind: point.kind,
                metadata: point.metadata,
                size: body(&point.value) + *skipped,
                metadata_size: 0,
                stored: None,
            })),
        }
    }
}

/// The bytes of a value that is an event of its own.
fn body(value: &Value<'_>) -> u64 {
    match value {
        Value::Graph(bytes) | Value::RunMetadata(bytes) => bytes.len() as u64,
        _ => 0,
    }
}

/// The plugin that a series of this kind names, or else the one to which TensorBoard gives such values; empty if there
/// is none.
#[must_use]
pub fn plugin_of(metadata: &Metadata, kind: Kind) -> &str {
    match stated_plugin(metadata) {
        "" => kind.plugin().unwrap_or(""),
        stated => stated,
    }
}

/// The plugin that a series names; empty where it names none, as older writers do not.
#[must_use]
pub fn stated_plugin(metadata: &Metadata) -> &str {
    &metadata.plugin_name
}
