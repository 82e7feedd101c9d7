//! What verbs that write changed copies of runs have in common: what they read, `--output`, `--dry-run`, `--json`.

use std::path::PathBuf;

use super::paths::Paths;

/// Runs to be copied, and where their copies go.
#[derive(Debug, clap::Args)]
pub(crate) struct Copying<F: clap::Args> {
    #[command(flatten)]
    pub(crate) paths: Paths,

    #[command(flatten)]
    pub(crate) output: Output,

    #[command(flatten)]
    pub(crate) filters: F,
}

/// Where copies go, and how they are reported.
#[derive(Debug, clap::Args)]
pub(crate) struct Output {
    /// Write to DIR, which must be new or empty, as DIR/RUN/NAME. If PATH is one event file, or if the name has
    /// `tfevents` in it, write one event file, FILE; `-` is standard output
    #[arg(short, long, value_name = "DIR|FILE")]
    #[arg(required_unless_present = "dry_run")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) replace: Replace,

    /// Show what would be written, but write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Print JSON (described in docs/json.md)
    #[arg(long)]
    pub(crate) json: bool,
}

/// Whether outputs may take the place of files that exist.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Replace {
    /// Replace existing files
    #[arg(long)]
    pub(crate) force: bool,
}

/// What `--output` is for verbs that write any number of files.
pub(crate) fn dir_only(output: clap::Arg) -> clap::Arg {
    output
        .value_name("DIR")
        .help(
            "Write to DIR, which must be new or empty, as DIR/RUN/NAME. If the name has `tfevents` in it, write one \
             event file; `-` is standard output",
        )
        .long_help(None)
}
