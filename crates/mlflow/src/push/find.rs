//! Finds the run that others or we ourselves made before, and makes it if there is none.

use std::cmp::Reverse;

use crate::api::runs::{self, Run};
use crate::error::Result;
use crate::http::Http;
use crate::identity::{self, Identity};
use crate::marks;

/// The run of that identity, and whether it was made now, which `make` does.
pub(super) fn find_or_create(
    http: &Http,
    experiment_id: &str,
    identity: &Identity,
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
    // Other processes may have made one at the same moment, and may not have seen this one. Whoever sees several keeps the
    // first and deletes the others; whoever then cannot write to its own looks for the one that was kept.
    let mut found = all(http, experiment_id, identity)?.into_iter();
    match found.next() {
        Some(other) if other.info.run_id != made.info.run_id => {
            runs::delete(http, &made.info.run_id)?;
            Ok((other, false))
        }
        _ => {
            found.try_for_each(|other| runs::delete(http, &other.info.run_id))?;
            Ok((made, true))
        }
    }
}

/// The run of that identity.
pub(crate) fn find(http: &Http, experiment_id: &str, identity: &Identity) -> Result<Option<Run>> {
    Ok(all(http, experiment_id, identity)?.into_iter().next())
}

/// The runs of that identity, as [`best`] orders them.
fn all(http: &Http, experiment_id: &str, identity: &Identity) -> Result<Vec<Run>> {
    let found = runs::search(http, &[experiment_id], &identity::filter(&identity.text))?;
    Ok(best(found, identity))
}

/// The runs of an identity but for those of its copies, the one to be kept first: the one that was pushed from here, or from
/// where the end of the path is most alike, as where a logdir was moved that has copies. Of several, one to which something
/// was sent.
pub(super) fn best(mut found: Vec<Run>, identity: &Identity) -> Vec<Run> {
    let source = |run: &Run| run.tag(identity::SOURCE).map(str::to_owned);
    found.retain(|run| source(run).is_none_or(|dir| !identity.is_also_in(&dir)));
    found.sort_by_cached_key(|run| {
        let alike = source(run).map_or(0, |dir| identity.alike(&dir));
        let is_empty = marks::among(&run.data.tags).is_empty();
        (Reverse(alike), is_empty, run.info.run_id.clone())
    });
    found
}
