//! What runs are called, and what belongs to them.

use std::path::Path;

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
