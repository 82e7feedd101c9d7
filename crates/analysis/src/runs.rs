//! What runs are called, and what belongs to them.

use std::collections::BTreeMap;
use std::path::Path;

use tfevents::plugin::hparams::HParamValue;
use tfevents::{LogdirState, Policy, Result};

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

/// The hyperparameters of a run: its own, or those of the nearest directory above it that has some, because
/// Keras and others log them there.
///
/// # Errors
///
/// A file that is gone, was replaced or cannot be read.
pub fn hparams(logdir: &LogdirState, run: &str) -> Result<BTreeMap<String, HParamValue>> {
    for name in ancestors(run) {
        let run = logdir.run(name);
        let found = run.map(|run| run.hparams(Policy::Raw)).transpose()?;
        if let Some(found) = found.flatten() {
            return Ok(found.values);
        }
    }
    Ok(BTreeMap::new())
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
