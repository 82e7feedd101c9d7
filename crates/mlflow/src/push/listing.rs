//! The runs that were pushed to an experiment, asked for at once.

use std::collections::HashMap;

use super::find;
use crate::api::runs::{self, Run};
use crate::error::{ErrorKind, Result};
use crate::http::Http;
use crate::identity::{self, Identity};

/// For how many runs it is worth it.
const MANY: usize = 20;
/// How many runs are looked for one by one in the time that it takes to get a page of them.
const PER_PAGE: usize = 20;

/// What the server held of each run before the push of many began: where a run is complete, nothing else has to be asked
/// about it.
pub(crate) struct Listing(HashMap<String, Vec<Run>>);

impl Listing {
    /// Those of an experiment, for whoever pushes so many runs; `None` if asking for each of these is less work.
    pub(super) fn of(http: &Http, experiment_id: &str, sources: usize) -> Result<Option<Self>> {
        if sources < MANY {
            return Ok(None);
        }
        let pages = 1 + sources / PER_PAGE;
        let found = match runs::search_pages(http, &[experiment_id], &identity::any(), pages) {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(None),
            // Not every server knows this filter.
            Err(e) if e.kind() == ErrorKind::Refused => return Ok(None),
            Err(e) => return Err(e),
        };
        let mut by_identity = HashMap::<_, Vec<_>>::new();
        for run in found {
            if let Some(identity) = run.tag(identity::TAG).map(str::to_owned) {
                by_identity.entry(identity).or_default().push(run);
            }
        }
        Ok(Some(Self(by_identity)))
    }

    /// The run of that identity, as it was.
    pub(super) fn find(&self, identity: &Identity) -> Option<Run> {
        let found = self.0.get(&identity.text)?.clone();
        find::best(found, identity).into_iter().next()
    }
}
