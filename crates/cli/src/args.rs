//! Arguments that verbs share.

pub(crate) mod condition;
pub(crate) mod filters;
pub(crate) mod grouping;
pub(crate) mod groups;
pub(crate) mod pattern;
