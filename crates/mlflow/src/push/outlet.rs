//! Where points and files go.

use std::collections::BTreeMap;
use std::path::Path;

use crate::api::metrics::Point;
use crate::error::Result;
use crate::mapping::{Artifact, Checksum};
use crate::marks::Place;

/// Takes what is new of a run.
pub(super) trait Outlet {
    /// Takes a point, if there is one, and how far its file is read with it; `key` is that of the tag that says so.
    fn add(&mut self, point: Option<Point>, key: &str, file: &Path, place: Place) -> Result<()>;

    /// Takes a file, which is stored before anything is said that was added later.
    fn artifact(&mut self, artifact: Artifact) -> Result<()>;
}

/// Where nothing goes: for those who only want to know what would.
#[derive(Debug, Default)]
pub(super) struct Nowhere {
    /// The files, by path.
    pub(super) artifacts: BTreeMap<String, Held>,
    /// Whether their bytes count.
    pub(super) with_content: bool,
}

/// What is known of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) size: u64,
    /// If its bytes count.
    pub(crate) checksum: Option<Checksum>,
}

impl Nowhere {
    pub(super) fn add(&mut self, artifact: &Artifact) {
        let held = Held {
            size: artifact.size(),
            checksum: self.with_content.then(|| artifact.checksum()).flatten(),
        };
        self.artifacts.insert(artifact.path.clone(), held);
    }
}

impl Outlet for Nowhere {
    fn add(&mut self, _: Option<Point>, _: &str, _: &Path, _: Place) -> Result<()> {
        Ok(())
    }

    fn artifact(&mut self, artifact: Artifact) -> Result<()> {
        self.add(&artifact);
        Ok(())
    }
}
