//! What a file starts with.

use crate::proto::{self, event::What};
use crate::types::WallTime;

/// The version that every current writer states in a file's first event.
pub const FILE_VERSION: &str = "brain.Event:2";

/// The name by which readers know who wrote a file.
const WRITER_NAME: &str = concat!("tfevents ", env!("CARGO_PKG_VERSION"));

/// The first event of a file that this crate writes: the version of the format, and who wrote it.
///
/// # Examples
///
/// ```
/// use tfevents::event::{self, EventRef, What};
/// use tfevents::proto::Message;
///
/// let first = event::file_version(1_700_000_000.5).encode_to_vec();
/// assert_eq!(EventRef::parse(&first)?.what, What::FileVersion(event::FILE_VERSION));
/// # Ok::<(), tfevents::Error>(())
/// ```
#[must_use]
pub fn file_version(wall_time: impl Into<WallTime>) -> proto::Event {
    proto::Event {
        wall_time: wall_time.into().as_secs(),
        what: Some(What::FileVersion(FILE_VERSION.to_owned())),
        source_metadata: Some(proto::SourceMetadata {
            writer: WRITER_NAME.to_owned(),
        }),
        ..Default::default()
    }
}
