//! What is sent to a server, and what becomes of it when that fails: against a small server in this process, which holds
//! what MLflow would hold. The real one is asked in `tests/real`.

#![allow(clippy::panic, clippy::unwrap_used, reason = "these end a test")]

mod diff;
mod server;
mod watch;
