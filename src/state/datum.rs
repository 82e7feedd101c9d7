//! What a point is, beside its step and its time: a number, or where its value stands in its file.

use crate::types::Number;

/// Where the bytes of a value stand in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) offset: u64,
    pub(crate) len: u32,
    pub(crate) form: Form,
}

/// What the bytes at a [`Place`] are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A serialized `Summary.Value`.
    Value,
    /// A serialized `GraphDef`.
    Graph,
    /// A serialized `RunMetadata`.
    RunMetadata,
}

/// The two forms of which a tag can have one series each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Storage {
    Numbers,
    Places,
}

/// What a point is. The fields of a [`Place`] take less room than the place itself.
#[derive(Clone, Copy, Debug)]
pub(super) enum Datum {
    Number(Number),
    Place { offset: u64, len: u32, form: Form },
}

impl Datum {
    pub(super) fn storage(self) -> Storage {
        match self {
            Self::Number(_) => Storage::Numbers,
            Self::Place { .. } => Storage::Places,
        }
    }
}
