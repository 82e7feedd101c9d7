//! Values in the order of the files, read in constant memory.

use anyhow::Result;

use super::outlets::{Outlets, Reported};
use crate::input::read;
use crate::input::sources::Source;
use crate::ui::reporter::Reporter;
use tfevents_analysis::pattern::WantedTags;
use tfevents_table::Stream;

/// Hands every value of a run to the table, under this name.
pub(super) fn run(
    outlets: &mut Outlets<'_>,
    name: &str,
    source: &Source,
    tags: &mut WantedTags<'_>,
    reporter: &Reporter,
) -> Result<()> {
    let mut stream = Stream::new(name, |tag: &str| tags.wants(tag));
    for file in source.run.files() {
        let mut reported = Reported {
            outlets: &mut *outlets,
            reporter,
        };
        let reading = stream.file(&source.run, file, &mut reported)?;
        read::report(&reading, file, reporter);
    }
    Ok(())
}
