//! Values in the order of the files, read in constant memory.

use std::path::Path;

use anyhow::Result;
use tfevents::event::{PlainScalar, What};
use tfevents::plugin::PointDecoder;
use tfevents::reader::{FollowItem, Visitor};
use tfevents::tags;
use tfevents::{Kind, Number, Value};

use super::outlets::Outlets;
use crate::input::read;
use crate::input::sources::Source;
use crate::ui::reporter::Reporter;
use tfevents_analysis::pattern::WantedTags;
use tfevents_table::{Origin, Row};

/// Hands every value of a run to the table, under this name.
pub(super) fn run(
    outlets: &mut Outlets<'_>,
    name: &str,
    source: &Source,
    tags: &mut WantedTags<'_>,
    reporter: &Reporter,
) -> Result<()> {
    let mut decoder = PointDecoder::default();
    let mut plain = tags::Tags::default();
    for file in source.run.files() {
        let mut stream = Stream {
            outlets: &mut *outlets,
            run: name,
            file,
            decoder: &mut decoder,
            plain: &mut plain,
            tags: &mut *tags,
            reporter,
            failure: None,
        };
        let reading = read::visit(&source.run, file, &mut stream)?;
        if let Some(failure) = stream.failure {
            return Err(failure);
        }
        read::report(&reading, file, reporter);
    }
    Ok(())
}

/// A file on its way into the table.
struct Stream<'s, 't, 'w> {
    outlets: &'s mut Outlets<'t>,
    run: &'s str,
    file: &'s Path,
    decoder: &'s mut PointDecoder,
    /// Whether a tag is wanted, and holds nothing but scalars.
    plain: &'s mut tags::Tags<bool>,
    tags: &'s mut WantedTags<'w>,
    reporter: &'s Reporter,
    /// What ended the writing of scalars.
    failure: Option<anyhow::Error>,
}

impl Visitor for Stream<'_, '_, '_> {
    type Stop = anyhow::Error;
    const SCALARS: bool = true;

    fn scalar(&mut self, scalar: &PlainScalar<'_>) -> bool {
        if self.failure.is_some() {
            return false;
        }
        let Some((id, true)) = self.plain.guess(scalar.tag).map(|(id, plain)| (id, *plain)) else {
            return false;
        };
        let tag = self.plain.name(id).unwrap_or_default();
        let written = self.outlets.value(&Row {
            run: self.run,
            tag,
            kind: Kind::Scalar,
            step: scalar.step,
            wall_time: scalar.wall_time,
            value: &Value::Scalar(Number::F32(scalar.value)),
            origin: Origin::Value(None),
        });
        self.failure = written.err();
        true
    }

    fn item(&mut self, item: FollowItem<'_>) -> Result<()> {
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
        for point in self.decoder.points(event) {
            // Found by going on from the value before it: an event may have any number of them.
            let here = values.clone();
            if let Some(values) = &mut values {
                let _passed_over = values.next_encoded();
            }
            let point = match point {
                Ok(point) => point,
                Err(e) => {
                    self.reporter.broken_value(self.file, &record, e);
                    continue;
                }
            };
            let wanted = self.tags.wants(point.tag);
            let is_scalar = is_plain && point.kind == Kind::Scalar;
            learn(self.plain, point.tag, wanted && is_scalar);
            if wanted {
                self.outlets.value(&Row {
                    run: self.run,
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
fn learn(known: &mut tags::Tags<bool>, tag: &str, is_plain: bool) {
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
