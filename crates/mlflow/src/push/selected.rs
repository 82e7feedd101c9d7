//! Which series a run holds, before anything is sent.

use std::collections::{BTreeSet, HashSet};
use std::ops::ControlFlow;

use tfevents::plugin::PointDecoder;
use tfevents::{EventItem, EventReader, Kind, Run};

use super::Options;
use crate::source::Source;

impl Source {
    /// The kinds of series in the event files, which are read for this, as far as they can be.
    #[must_use]
    pub fn kinds(&self) -> BTreeSet<Kind> {
        let mut kinds = BTreeSet::new();
        let _ = self.series(|kind, _| {
            kinds.insert(kind);
            ControlFlow::Continue(())
        });
        kinds
    }

    /// Whether there is anything that the options select. No more is read than it takes to know that.
    pub(crate) fn has_selected(&self, options: &Options) -> bool {
        if options.selection.is_empty() {
            return true;
        }
        let found = self.series(
            |kind, tag| match options.has(kind) && (options.wants)(tag) {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            },
        );
        found.is_break()
    }

    /// Passes each series on when its first value is met.
    fn series(&self, mut each: impl FnMut(Kind, &str) -> ControlFlow<()>) -> ControlFlow<()> {
        let mut decoder = PointDecoder::default();
        let mut known = HashSet::new();
        let mut new = |kind: Kind, tag: &str| match known.insert((kind, tag.to_owned())) {
            true => each(kind, tag),
            false => ControlFlow::Continue(()),
        };
        self.runs()
            .flat_map(|run| run.files().iter().map(move |file| (run, file)))
            .try_for_each(|(run, file)| in_file(run, file, &mut decoder, &mut new))
    }
}

/// Whoever sends the file says what is wrong with it.
fn in_file(
    run: &Run,
    file: &std::path::Path,
    decoder: &mut PointDecoder,
    each: &mut impl FnMut(Kind, &str) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let Ok(reader) = EventReader::open(file) else {
        return ControlFlow::Continue(());
    };
    let mut reader = reader.max_record(run.max_record());
    reader.finish();
    loop {
        match reader.next_item() {
            Ok(EventItem::Event(record)) => {
                for value in record.known_values(decoder).flatten() {
                    each(value.kind, value.tag)?;
                }
            }
            Ok(EventItem::Damage(_)) => {}
            Ok(EventItem::End(_)) | Err(_) => return ControlFlow::Continue(()),
        }
    }
}
