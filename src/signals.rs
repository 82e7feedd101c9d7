//! Signal numbers, for [`SummaryWriter::close_on_signals`](crate::SummaryWriter::close_on_signals).

pub use signal_hook::consts::signal::{
    SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU,
};
