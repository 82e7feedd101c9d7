//! Values in the order of the files, read in constant memory.

use std::path::Path;

use anyhow::Result;
use tfevents::event::{PlainScalar, What};
use tfevents::plugin::Decoder;
use tfevents::reader::EventRecord;
use tfevents::{Kind, Number, Value};

use super::outlets::Outlets;
use crate::args::filters::Tags;
use crate::input::plain::PlainTags;
use crate::input::read::{self, Visitor};
use crate::input::sources::Source;
use crate::ui::reporter::Reporter;
use tfevents_table::{Origin, Row};

/// Hands every value of a run to the table.
pub(super) fn run(
    outlets: &mut Outlets<'_>,
    source: &Source,
    tags: &mut Tags<'_>,
    reporter: &Reporter,
) -> Result<()> {
    let mut decoder = Decoder::default();
    let mut plain = PlainTags::default();
    for file in source.run.files() {
        let mut stream = Stream {
            outlets: &mut *outlets,
            run: &source.name,
            file,
            decoder: &mut decoder,
            plain: &mut plain,
            tags: &mut *tags,
            reporter,
            failure: None,
        };
        let reading = read::visit(&source.run, file, reporter, &mut stream)?;
        if let Some(failure) = stream.failure {
            return Err(failure);
        }
        reading.report(file, reporter);
    }
    Ok(())
}

/// A file on its way into the table.
struct Stream<'s, 't, 'w> {
    outlets: &'s mut Outlets<'t>,
    run: &'s str,
    file: &'s Path,
    decoder: &'s mut Decoder,
    /// Wanted tags that hold nothing but scalars.
    plain: &'s mut PlainTags,
    tags: &'s mut Tags<'w>,
    reporter: &'s Reporter,
    /// What ended the writing of scalars.
    failure: Option<anyhow::Error>,
}

impl Visitor for Stream<'_, '_, '_> {
    fn scalar(&mut self, scalar: &PlainScalar<'_>) -> bool {
        if self.failure.is_some() {
            return false;
        }
        let Some(tag) = self.plain.expect(scalar.tag) else {
            return false;
        };
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

    fn event(&mut self, record: &EventRecord<'_>) -> Result<()> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        let event = &record.event;
        let is_plain =
            matches!(&event.what, What::Summary(summary) if summary.as_scalar().is_some());
        for (index, point) in self.decoder.points(event).enumerate() {
            let point = match point {
                Ok(point) => point,
                Err(e) => {
                    self.reporter.broken_value(self.file, record, e);
                    continue;
                }
            };
            let wanted = self.tags.wants(point.tag);
            let is_scalar = is_plain && point.kind == Kind::Scalar;
            self.plain.learn(point.tag, wanted && is_scalar);
            if wanted {
                self.outlets.value(&Row {
                    run: self.run,
                    tag: point.tag,
                    kind: point.kind,
                    step: event.step,
                    wall_time: event.wall_time,
                    value: &point.value,
                    origin: Origin::Event(event, index),
                })?;
            }
        }
        Ok(())
    }
}
