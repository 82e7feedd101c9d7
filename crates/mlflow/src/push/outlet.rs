//! Where points and files go.

use std::collections::BTreeMap;
use std::path::Path;

use crate::api::metrics::Point;
use crate::error::Result;
use crate::mapping::Artifact;
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
    /// How large the files are, by path.
    pub(super) artifacts: BTreeMap<String, u64>,
}

impl Outlet for Nowhere {
    fn add(&mut self, _: Option<Point>, _: &str, _: &Path, _: Place) -> Result<()> {
        Ok(())
    }

    fn artifact(&mut self, artifact: Artifact) -> Result<()> {
        let size = artifact.size();
        self.artifacts.insert(artifact.path, size);
        Ok(())
    }
}
