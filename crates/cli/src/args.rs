//! Arguments that verbs share.

pub(crate) mod complete;
pub(crate) mod conditions;
pub(crate) mod copying;
pub(crate) mod filters;
pub(crate) mod global;
pub(crate) mod groups;
pub(crate) mod hparams;
pub(crate) mod numbers;
pub(crate) mod paths;
pub(crate) mod policy;
pub(crate) mod serving;
pub(crate) mod sorting;
pub(crate) mod substitutions;
