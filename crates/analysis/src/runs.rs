//! What runs are called, what belongs to them, and which are meant by paths.

use std::path::Path;

use tfevents::Result;
use tfevents::reader::{Root, check_local};

use crate::text;

/// The run's name, those of the directories above it, and the logdir's.
///
/// # Examples
///
/// ```
/// use tfevents_analysis::runs::ancestors;
///
/// assert_eq!(ancestors("a/b/c").collect::<Vec<_>>(), ["a/b/c", "a/b", "a", "."]);
/// assert_eq!(ancestors(".").collect::<Vec<_>>(), ["."]);
/// ```
pub fn ancestors(run: &str) -> impl Iterator<Item = &str> {
    let above = std::iter::successors(Some(run), |name| Some(name.rsplit_once('/')?.0));
    above.chain((run != ".").then_some("."))
}

/// What a run is called where several logdirs are looked at: its name behind the path of its own.
///
/// # Examples
///
/// ```
/// use std::path::Path;
/// use tfevents_analysis::runs::name_below;
///
/// assert_eq!(name_below(Path::new("logs/"), "train"), "logs/train");
/// assert_eq!(name_below(Path::new("logs"), "."), "logs");
/// ```
#[must_use]
pub fn name_below(path: &Path, run: &str) -> String {
    let path = text::path(path);
    match run {
        "." => path,
        _ => format!("{}/{run}", path.trim_end_matches('/')),
    }
}

/// What a path that someone gave stands for. It is a pattern if it looks like one, unless something has that very name.
///
/// # Errors
///
/// An invalid pattern, or a path that is an address of something elsewhere.
pub fn root(path: &Path) -> Result<Root> {
    if path.symlink_metadata().is_ok() {
        return Ok(path.into());
    }
    check_local(path)?;
    match path.to_str() {
        Some(pattern) if Root::is_glob(pattern) => Root::glob(pattern),
        _ => Ok(path.into()),
    }
}
