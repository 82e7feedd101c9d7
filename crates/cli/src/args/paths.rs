//! What a verb reads: `PATH...`, `--max-record`, `--no-verify`.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::numbers;
use crate::ui::usage::UsageError;

/// What a verb reads.
#[derive(Debug, clap::Args)]
pub(crate) struct Paths {
    /// Logdirs, run directories, event files, or glob patterns such as 'logs/*/train'
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) limits: Limits,
}

/// How much is held in memory.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Limits {
    /// Largest record to read into memory; larger ones are verified, skipped and reported
    #[arg(long, value_name = "SIZE", default_value = "256M", value_parser = numbers::parse_size)]
    pub(crate) max_record: u64,
}

/// How closely files are read by verbs that need little of what is in them.
#[derive(Debug, clap::Args)]
pub(crate) struct Checks {
    /// Skip large payloads instead of reading them, without verifying their checksums
    #[arg(long)]
    pub(crate) no_verify: bool,
}

impl Paths {
    /// Whether standard input is meant.
    ///
    /// # Errors
    ///
    /// `-` beside other paths.
    pub(crate) fn is_stdin(&self) -> Result<bool> {
        is_stdin(&self.paths)
    }
}

/// Whether the only path is `-`, which is standard input.
///
/// # Errors
///
/// `-` beside other paths.
pub(crate) fn is_stdin(paths: &[PathBuf]) -> Result<bool> {
    match paths {
        [path] => Ok(path == Path::new("-")),
        paths if paths.iter().any(|path| path == Path::new("-")) => Err(UsageError(
            "`-` (standard input) cannot be combined with other paths".to_owned(),
        )
        .into()),
        _ => Ok(false),
    }
}
