//! Finds the run that others or we ourselves made before, and makes it if there is none.

use crate::api::runs::{self, Run};
use crate::error::Result;
use crate::http::Http;
use crate::identity;

/// The run of that identity, and whether it was made now, which `make` does.
pub(super) fn find_or_create(
    http: &Http,
    experiment_id: &str,
    identity: &str,
    make: impl Fn(&Http) -> Result<Run>,
) -> Result<(Run, bool)> {
    if let Some(run) = find(http, experiment_id, identity)? {
        return Ok((run, false));
    }
    let mut backoff = http.backoff();
    let made = loop {
        match make(http) {
            Ok(run) => break run,
            Err(e) if e.is_open() && backoff.wait(None) => {
                // It may have been made.
                if let Some(run) = find(http, experiment_id, identity)? {
                    break run;
                }
            }
            Err(e) => return Err(e),
        }
    };
    // Another process may have made one at the same moment: all agree on one of them, and whoever made another deletes it.
    match find(http, experiment_id, identity)? {
        Some(other) if other.info.run_id != made.info.run_id => {
            runs::delete(http, &made.info.run_id)?;
            Ok((other, false))
        }
        _ => Ok((made, true)),
    }
}

/// The run of that identity. Of several, the one whose id is the first of all.
pub(crate) fn find(http: &Http, experiment_id: &str, identity: &str) -> Result<Option<Run>> {
    let found = runs::search(http, &[experiment_id], &identity::filter(identity))?;
    Ok(found
        .into_iter()
        .min_by(|a, b| a.info.run_id.cmp(&b.info.run_id)))
}
