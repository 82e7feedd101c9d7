//! Stores files among the artifacts of a run, as far as the server takes any.

use crate::api::artifacts::{Owner, Root};
use crate::api::runs::Run;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{self, Http};
use crate::mapping::loss::{LossKind, Losses};
use crate::mapping::{Artifact, Content};

/// Stores files of one run.
pub(crate) struct Files<'a> {
    http: &'a Http,
    run_id: String,
    /// Where they go, or why they cannot.
    root: Result<Root>,
    stored: u64,
}

impl<'a> Files<'a> {
    pub(crate) fn new(http: &'a Http, run: &Run) -> Self {
        Self {
            http,
            run_id: run.info.run_id.clone(),
            root: Root::of(&run.info.artifact_uri),
            stored: 0,
        }
    }

    /// How many were stored.
    pub(crate) fn stored(&self) -> u64 {
        self.stored
    }

    /// Stores a file, in place of what was stored there before. One that the server does not take is a loss.
    pub(crate) fn put(&mut self, artifact: &Artifact, losses: &mut Losses) -> Result<()> {
        let Artifact { path, content } = artifact;
        let content = match content {
            Content::Bytes(bytes) => http::Content::Bytes(bytes),
            Content::File(file) => http::Content::File(file),
        };
        let root = self.root.as_ref().map_err(Clone::clone);
        let put = |root: &Root| root.put(self.http, Owner::Run(&self.run_id), path, content);
        let error = match root.and_then(put) {
            Ok(()) => {
                self.stored += 1;
                return Ok(());
            }
            Err(error) => error,
        };
        if !is_final(&error) {
            return Err(error);
        }
        losses.add(LossKind::Artifact, || format!("{path}: {error}"));
        if error.is_not_implemented() {
            // It says the same of every other file.
            self.root = Err(error);
        }
        Ok(())
    }
}

/// Whether it would be said of this file again, so that the others need not wait for it.
fn is_final(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Unreachable | ErrorKind::Unauthorized => false,
        ErrorKind::Refused => !error.is_temporary(),
        _ => true,
    }
}
