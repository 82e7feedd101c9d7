//! The messages and services, generated from `proto/`.

#[cfg_attr(
    not(test),
    allow(
        dead_code,
        reason = "points of scalars are written without their messages"
    )
)]
pub(crate) mod data;
pub(crate) mod tfevents_server;
