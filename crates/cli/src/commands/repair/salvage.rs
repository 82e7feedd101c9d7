//! What is intact of a file, and what became of the file.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Result;
use tfevents::repair::{self, Salvage};
use tfevents::{Error, EventReader};

use crate::args::paths::Limits;
use crate::output::destination::Destination;

/// A file and what became of it.
pub(super) struct Repaired {
    pub(super) path: PathBuf,
    /// Where what is intact was written, or would be.
    pub(super) output: Option<PathBuf>,
    pub(super) backup: Option<PathBuf>,
    pub(super) result: Result<Salvage, Error>,
    /// Why it was not replaced although it should be, and whether that is a failure.
    pub(super) left_alone: Option<String>,
    pub(super) is_failure: bool,
}

impl Repaired {
    /// Not written anywhere so far.
    pub(super) fn new(path: &Path, result: Result<Salvage, Error>) -> Self {
        Self {
            path: path.to_path_buf(),
            output: None,
            backup: None,
            result,
            left_alone: None,
            is_failure: false,
        }
    }

    pub(super) fn is_intact(&self) -> bool {
        self.result.as_ref().is_ok_and(Salvage::is_intact)
    }

    /// Why it could not be read, or not to its end.
    pub(super) fn error(&self) -> Option<&Error> {
        match &self.result {
            Ok(salvage) => salvage.unread.as_ref(),
            Err(e) => Some(e),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.result.as_ref().is_ok_and(|s| s.bytes > 0)
    }
}

/// Copies what is intact; if that is nothing, there is no such file.
pub(super) fn copy(
    path: &Path,
    limits: Limits,
    run: &str,
    destination: &Destination,
    dry_run: bool,
) -> Result<Repaired> {
    let mut target = match dry_run {
        true => None,
        false => Some(destination.create(run, path)?),
    };
    let result = match &mut target {
        Some(target) => salvage(path, limits, target)?,
        None => salvage(path, limits, &mut io::sink())?,
    };
    let mut repaired = Repaired::new(path, result);
    let stays = !repaired.is_empty() || repaired.is_intact();
    if let Some(target) = target
        && stays
    {
        target.finish()?;
    }
    repaired.output = stays.then(|| destination.path(run, path));
    Ok(repaired)
}

/// What cannot be read is a result; what cannot be written is an error.
pub(super) fn salvage(
    path: &Path,
    limits: Limits,
    output: &mut impl io::Write,
) -> Result<Result<Salvage, Error>> {
    let max_record = limits.max_record;
    let salvaged = if path == Path::new("-") {
        let reader = EventReader::new(io::stdin().lock());
        repair::salvage(reader.max_record(max_record), output)
    } else {
        EventReader::open(path)
            .and_then(|reader| repair::salvage(reader.max_record(max_record), output))
    };
    match salvaged {
        Err(e) if e.path() != Some(path) => Err(e.into()),
        other => Ok(other),
    }
}
