//! Which points the server has, where marks do not say that.

use std::collections::{BTreeMap, BTreeSet};

use super::check;
use super::series::Stored;
use crate::api::runs::Run;
use crate::error::Result;
use crate::http::Http;

/// The points of a run, read back key by key as they are asked for: sending one again takes MLflow far longer.
pub(super) struct Known<'a> {
    http: &'a Http,
    run_id: String,
    /// The metrics of which nothing was asked yet.
    keys: BTreeSet<String>,
    /// The points of the others, in order.
    points: BTreeMap<String, Vec<Stored>>,
}

impl<'a> Known<'a> {
    pub(super) fn new(http: &'a Http, run: &Run) -> Self {
        let keys = run.data.metrics.iter().map(|point| point.key.clone());
        Self {
            http,
            run_id: run.info.run_id.clone(),
            keys: keys.collect(),
            points: BTreeMap::new(),
        }
    }

    /// Whether the server has a point of a metric.
    pub(super) fn has(&mut self, key: &str, point: Stored) -> Result<bool> {
        if self.keys.contains(key) {
            let points = check::history(self.http, &self.run_id, key)?;
            self.points.insert(key.to_owned(), points);
            self.keys.remove(key);
        }
        let points = self.points.get(key).map_or(&[][..], Vec::as_slice);
        Ok(points
            .binary_search_by_key(&point.key(), |known| known.key())
            .is_ok())
    }
}
