//! Which files were met already.

use std::collections::HashSet;
use std::path::Path;

use tfevents::reader::FileId;

/// Files that were met, under any name.
#[derive(Default)]
pub(crate) struct Met(HashSet<FileId>);

impl Met {
    /// Whether a file is met for the first time. What leads nowhere is reported when it is read.
    pub(crate) fn is_new(&mut self, file: &Path) -> bool {
        FileId::of(file).map_or(true, |id| self.0.insert(id))
    }
}
