//! What of a run becomes what in MLflow. Nothing here speaks to a server.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

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

    /// The checksum of its bytes; `None` for a file that cannot be read.
    pub(crate) fn checksum(&self) -> Option<Checksum> {
        match &self.content {
            Content::Bytes(bytes) => checksum(&mut &**bytes).ok(),
            Content::File(path) => checksum(&mut File::open(path).ok()?).ok(),
        }
    }
}

/// Tells contents apart.
pub(crate) type Checksum = [u8; 32];

/// The checksum of all bytes of a source.
pub(crate) fn checksum(source: &mut impl Read) -> io::Result<Checksum> {
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; CHUNK]);
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return Ok(hash.finalize().into()),
            Ok(read) => hash.update(buffer.get(..read).unwrap_or_default()),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

/// How much is read at once.
const CHUNK: usize = 64 << 10;

/// What is in an artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Bytes(Vec<u8>),
    /// A file of this machine, which need not fit into memory.
    File(PathBuf),
}
