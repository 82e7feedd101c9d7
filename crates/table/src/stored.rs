//! Values as JSON in the form in which a file holds them, under the names of the protobuf fields.

pub use tfevents::json::{StoredMetadata as Metadata, StoredValue as Stored};
