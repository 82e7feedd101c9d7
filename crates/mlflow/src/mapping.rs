//! What of a run becomes what in MLflow. Nothing here speaks to a server.

use std::path::PathBuf;

pub(crate) mod artifacts;
pub(crate) mod best;
pub(crate) mod description;
pub(crate) mod loss;
pub(crate) mod metrics;
pub(crate) mod params;
pub(crate) mod session;

/// A file that becomes an artifact of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Artifact {
    /// Where it goes below the run's artifacts, with slashes. The same value always goes to the same place, so that whoever
    /// pushes it again replaces it.
    pub(crate) path: String,
    pub(crate) content: Content,
}

impl Artifact {
    /// How many bytes it has; 0 for a file that is not there any more.
    pub(crate) fn size(&self) -> u64 {
        match &self.content {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::File(path) => path.metadata().map_or(0, |metadata| metadata.len()),
        }
    }
}

/// What is in an artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Bytes(Vec<u8>),
    /// A file of this machine, which need not fit into memory.
    File(PathBuf),
}
