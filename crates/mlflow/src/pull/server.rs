//! Runs at a server.

use std::io::Read;
use std::sync::Arc;

use super::record::{Record, Store};
use crate::api::artifacts::{self, File};
use crate::api::metrics::{self, Point};
use crate::api::{experiments, runs};
use crate::error::{Error, ErrorKind, Result};
use crate::http::Http;
use crate::mapping::loss::Losses;

/// A server.
#[derive(Debug)]
pub(super) struct Server(Arc<Http>);

impl Server {
    /// The runs of an experiment, oldest first.
    ///
    /// # Errors
    ///
    /// There is no such experiment.
    pub(super) fn experiment(http: Arc<Http>, name: &str) -> Result<(Self, Vec<Record>)> {
        let experiment = experiments::find(&http, name)?.ok_or_else(|| {
            let message = format!("{} has no experiment `{name}`", http.base());
            Error::new(ErrorKind::NotFound, message)
        })?;
        let found = runs::search(&http, &[&experiment.experiment_id], "")?;
        let mut records: Vec<_> = found
            .into_iter()
            .map(|run| record(run, &experiment.name))
            .collect();
        records.sort_by(|a, b| (a.start, &a.id).cmp(&(b.start, &b.id)));
        Ok((Self(http), records))
    }

    /// The runs with these ids.
    pub(super) fn runs(http: Arc<Http>, ids: &[String]) -> Result<(Self, Vec<Record>)> {
        let mut records = Vec::new();
        for id in ids {
            let run = runs::get(&http, id)?;
            let experiment = experiments::get(&http, &run.info.experiment_id)?;
            records.push(record(run, &experiment.name));
        }
        Ok((Self(http), records))
    }
}

fn record(run: runs::Run, experiment: &str) -> Record {
    let runs::Run { info, data, .. } = run;
    Record {
        id: info.run_id,
        name: info.run_name,
        experiment: experiment.to_owned(),
        status: info.status,
        start: info.start_time,
        end: info.end_time,
        params: data.params,
        tags: data.tags,
        metrics: data.metrics.into_iter().map(|point| point.key).collect(),
    }
}

impl Store for Server {
    fn points(
        &self,
        run: &Record,
        key: &str,
        _: &mut Losses,
        each: &mut dyn FnMut(Point) -> Result<()>,
    ) -> Result<()> {
        metrics::history(&self.0, &run.id, key, each)
    }

    fn list(&self, run: &Record, dir: &str) -> Result<Vec<File>> {
        artifacts::list(&self.0, &run.id, dir)
    }

    fn open(&self, run: &Record, file: &File) -> Result<Box<dyn Read>> {
        Ok(Box::new(artifacts::get(&self.0, &run.id, file)?))
    }
}
