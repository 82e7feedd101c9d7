//! Sizes, as every verb that shows them puts them.

use tfevents_analysis::number;

/// What bytes are for that belong to no value.
pub(crate) const NO_VALUES: &str = "(no values)";

/// What follows a size where it takes less on disk.
pub(crate) fn compressed(bytes: u64, disk: u64) -> String {
    match disk == bytes {
        true => String::new(),
        false => format!(" ({} as compressed)", number::bytes(disk)),
    }
}
