//! Of much damage that is met in one look, the first is named and the rest counted.

use std::collections::BTreeMap;
use std::path::Path;

use crate::ui::few::{self, Few};
use crate::ui::reporter::Reporter;
use tfevents_analysis::text;

/// Damaged files of one look, each with how many of its places were seen if it is one of those that are named.
#[derive(Default)]
pub(super) struct Damaged(BTreeMap<Box<Path>, Option<Few>>);

impl Damaged {
    /// Counts a damaged place of a file, and says whether it is to be named.
    pub(super) fn names(&mut self, file: &Path, reporter: &Reporter) -> bool {
        let places = self
            .0
            .entry(file.into())
            .or_insert_with(|| reporter.names_damaged().then(|| Few::new(few::PLACES)));
        places.as_ref().is_some_and(Few::names)
    }

    /// Says how much was not named, and starts anew.
    pub(super) fn end(&mut self, reporter: &Reporter) {
        for (file, places) in std::mem::take(&mut self.0) {
            if let more @ 1.. = places.map_or(0, |places| places.others()) {
                let more = few::more(more, "damaged place", "");
                reporter.warn(format_args!("{}: {more}", text::path(&file)));
            }
        }
        reporter.end_damaged();
    }
}
