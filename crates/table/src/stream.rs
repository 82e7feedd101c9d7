//! From the files of a run to its values, in constant memory and in the order of the files.

use std::path::Path;

use tfevents::event::{PlainScalar, What};
use tfevents::plugin::PointDecoder;
use tfevents::reader::{self, FollowItem, Reading, Visitor};
use tfevents::tags::Tags;
use tfevents::{EventReader, Kind, Number, Run, Value};

use crate::row::{Origin, Row};
use crate::series::Outlet;

/// A run, of which one file after the other is passed on.
pub struct Stream<'n, F> {
    /// What the run is called.
    name: &'n str,
    /// Which tags are wanted.
    wants: F,
    decoder: PointDecoder,
    /// Whether a tag is wanted, and holds nothing but scalars.
    plain: Tags<bool>,
}

impl<F> std::fmt::Debug for Stream<'_, F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream").finish_non_exhaustive()
    }
}

impl<'n, F: FnMut(&str) -> bool> Stream<'n, F> {
    /// Begins with a run that is called so, of which these tags are wanted.
    pub fn new(name: &'n str, wants: F) -> Self {
        Self {
            name,
            wants,
            decoder: PointDecoder::default(),
            plain: Tags::default(),
        }
    }

    /// Passes on every value of the next file. One that cannot be read is not an error: that is in what is returned.
    ///
    /// # Errors
    ///
    /// What the outlet fails with.
    pub fn file<O: Outlet>(
        &mut self,
        run: &Run,
        path: &Path,
        outlet: &mut O,
    ) -> Result<Reading, O::Error> {
        let reader = EventReader::open(path).map(|reader| {
            let mut reader = reader.max_record(run.max_record());
            reader.finish();
            reader
        });
        let mut file = File {
            stream: self,
            outlet,
            path,
            failure: None,
        };
        let reading = reader::visit(reader, &mut file)?;
        match file.failure {
            Some(failure) => Err(failure),
            None => Ok(reading),
        }
    }
}

/// A file on its way to the outlet.
struct File<'f, 'n, F, O: Outlet> {
    stream: &'f mut Stream<'n, F>,
    outlet: &'f mut O,
    path: &'f Path,
    /// What ended the writing of scalars.
    failure: Option<O::Error>,
}

impl<F: FnMut(&str) -> bool, O: Outlet> Visitor for File<'_, '_, F, O> {
    type Stop = O::Error;
    const SCALARS: bool = true;

    fn scalar(&mut self, scalar: &PlainScalar<'_>) -> bool {
        if self.failure.is_some() {
            return false;
        }
        let plain = &mut self.stream.plain;
        let Some((id, true)) = plain.guess(scalar.tag).map(|(id, plain)| (id, *plain)) else {
            return false;
        };
        let written = self.outlet.value(&Row {
            run: self.stream.name,
            tag: plain.name(id).unwrap_or_default(),
            kind: Kind::Scalar,
            step: scalar.step,
            wall_time: scalar.wall_time,
            value: &Value::Scalar(Number::F32(scalar.value)),
            origin: Origin::Value(None),
        });
        self.failure = written.err();
        true
    }

    fn item(&mut self, item: FollowItem<'_>) -> Result<(), O::Error> {
        let FollowItem::Event(record) = item else {
            return Ok(());
        };
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        let event = &record.event;
        let is_plain =
            matches!(&event.what, What::Summary(summary) if summary.as_scalar().is_some());
        let mut values = match &event.what {
            What::Summary(summary) => Some(summary.values()),
            _ => None,
        };
        let Stream {
            name,
            wants,
            decoder,
            plain,
        } = &mut *self.stream;
        for point in decoder.points(event) {
            // Found by going on from the value before it: an event may have any number of them.
            let here = values.clone();
            if let Some(values) = &mut values {
                let _passed_over = values.next_encoded();
            }
            let point = match point {
                Ok(point) => point,
                Err(e) => {
                    let e = e.at(record.offset, record.record);
                    self.outlet.broken(e.with_path(self.path));
                    continue;
                }
            };
            let wanted = wants(point.tag);
            let is_scalar = is_plain && point.kind == Kind::Scalar;
            learn(plain, point.tag, wanted && is_scalar);
            if wanted {
                self.outlet.value(&Row {
                    run: name,
                    tag: point.tag,
                    kind: point.kind,
                    step: event.step,
                    wall_time: event.wall_time,
                    value: &point.value,
                    origin: here.as_ref().map_or(Origin::Value(None), Origin::Next),
                })?;
            }
        }
        Ok(())
    }
}

/// Notes what a value of a tag was. One that is not plain makes the tag what it is for good.
fn learn(known: &mut Tags<bool>, tag: &str, is_plain: bool) {
    match known.get(tag) {
        Some(id) => {
            if let Some(plain) = known.value_mut(id) {
                *plain &= is_plain;
            }
        }
        None => {
            known.insert(tag, is_plain);
        }
    }
}
