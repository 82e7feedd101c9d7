//! Values in the order of the files, read in constant memory.

use anyhow::Result;
use tfevents::plugin::Decoder;

use super::Export;
use super::row::{Origin, Row};
use crate::reporter::Reporter;
use crate::select::Tags;
use crate::source::{self, Source};

/// Hands every value of a run to the table.
pub(super) fn run(
    export: &mut Export<'_>,
    source: &Source,
    tags: &mut Tags<'_>,
    reporter: &Reporter,
) -> Result<()> {
    let mut decoder = Decoder::default();
    for file in source.run.files() {
        let reading = source::read_file(file, reporter, |record| {
            let event = &record.event;
            for (index, point) in decoder.points(event).enumerate() {
                match point {
                    Ok(point) if tags.wants(point.tag) => export.value(&Row {
                        run: &source.name,
                        tag: point.tag,
                        kind: point.kind,
                        step: event.step,
                        wall_time: event.wall_time,
                        value: &point.value,
                        origin: Origin::Event(event, index),
                    })?,
                    Ok(_) => {}
                    Err(e) => reporter.broken_value(file, record, e),
                }
            }
            Ok(())
        })?;
        reading.report(file, reporter);
    }
    Ok(())
}
