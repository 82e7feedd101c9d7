//! Which names are names of one file.

use std::io;
use std::path::{Path, PathBuf};

use crate::os;

/// The identity of a file, which all of its names share, including hard and symbolic links.
///
/// # Examples
///
/// ```
/// use tfevents::reader::FileId;
///
/// # let dir = tempfile::tempdir()?;
/// # let [one, other] = ["a.tfevents", "b.tfevents"].map(|name| dir.path().join(name));
/// std::fs::write(&one, "")?;
/// std::fs::hard_link(&one, &other)?;
/// assert_eq!(FileId::of(&one)?, FileId::of(&other)?);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FileId(Id);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Id {
    Numbers(u64, u64),
    Path(PathBuf),
}

impl FileId {
    /// Of the file that a path leads to.
    ///
    /// # Errors
    ///
    /// A path that leads nowhere.
    pub fn of(path: &Path) -> io::Result<Self> {
        // There are file systems on which all files have one number; on them none has several names.
        let linked = os::linked_identity(path, &path.metadata()?)?;
        Ok(Self(match linked {
            Some((volume, file)) => Id::Numbers(volume, file),
            None => Id::Path(path.canonicalize()?),
        }))
    }

    /// Whether a path is neither kind of link, which is quicker to find out than the file's identity.
    pub(crate) fn has_one_name(path: &Path) -> bool {
        let metadata = path.symlink_metadata();
        metadata.is_ok_and(|m| m.is_file() && os::has_one_name(&m))
    }
}
