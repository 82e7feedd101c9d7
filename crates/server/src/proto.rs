//! The messages and services, generated from `proto/`.

pub(crate) mod data;
pub(crate) mod tfevents_server;
