//! What is served to TensorBoard, and how: `LOGDIR...`, `--policy`, `--interval`.

use std::path::PathBuf;
use std::time::Duration;

use tfevents::Policy;

use super::numbers;
use super::policy::policies;

/// What is served.
#[derive(Debug, clap::Args)]
pub(crate) struct Serving {
    /// Logdirs, run directories, event files, or glob patterns such as 'logs/*/train'
    #[arg(value_name = "LOGDIR", required = true)]
    pub(crate) paths: Vec<PathBuf>,

    /// Which points to show where a run was restarted and repeats steps
    #[arg(long, default_value = "fast", value_parser = policies())]
    pub(crate) policy: Policy,

    /// Verify all checksums while loading
    ///
    /// Without it, those of large images, sounds, graphs and tensors are
    /// verified when TensorBoard asks for one. All others are always verified
    /// while loading.
    #[arg(long)]
    pub(crate) checksum: bool,

    /// How often to look for new values
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = numbers::parse_duration)]
    pub(crate) interval: Duration,
}

/// Why a program that was built without the server cannot do this.
#[cfg(not(feature = "server"))]
pub(crate) fn absent() -> anyhow::Error {
    anyhow::anyhow!(
        "this program was built without the data server; `cargo install --path crates/cli --features server` adds it"
    )
}
