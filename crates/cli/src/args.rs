//! Arguments that verbs share.

pub(crate) mod conditions;
pub(crate) mod filters;
pub(crate) mod groups;
pub(crate) mod numbers;
