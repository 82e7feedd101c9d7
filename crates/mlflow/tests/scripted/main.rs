//! What is sent to a server, and what becomes of it when that fails: against a small server in this process, which holds
//! what MLflow would hold. The real one is asked in `tests/real`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "these end a test"
)]

mod artifacts;
mod connection;
mod diff;
mod faults;
mod others;
mod pull;
mod registered;
mod server;
mod watch;

use server::Server;
use tfevents_mlflow::Mlflow;

fn client(server: &Server) -> Mlflow {
    Mlflow::new(server.uri()).unwrap()
}
