//! A tracking server.

use std::path::Path;
use std::sync::Arc;

use crate::config::Config;
use crate::diff::{self, Compared};
use crate::error::Result;
use crate::http::Http;
use crate::pull::Runs;
use crate::push::{self, Options, Outcome};
use crate::register::{self, RegisterOptions, Registered};
use crate::source::Source;

/// An MLflow tracking server.
///
/// Cloning it is cheap: all clones share their connections.
#[derive(Clone, Debug)]
pub struct Mlflow {
    http: Arc<Http>,
}

impl Mlflow {
    /// The server at `uri`, such as `http://localhost:5000`, or `databricks`. Credentials and the like come from the variables
    /// that MLflow's own clients read: `MLFLOW_TRACKING_USERNAME`, `_PASSWORD`, `_TOKEN`, `_INSECURE_TLS`,
    /// `MLFLOW_WORKSPACE`, `REQUESTS_CA_BUNDLE`, `HTTPS_PROXY`, `NO_PROXY`. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// An address that is not one of a server, or certificates that cannot be read.
    pub fn new(uri: &str) -> Result<Self> {
        let config = Config::new(uri, |name| std::env::var(name).ok())?;
        Ok(Self {
            http: Arc::new(Http::new(config)?),
        })
    }

    /// The server that `MLFLOW_TRACKING_URI` names.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new), and where the variable is not set.
    pub fn from_env() -> Result<Self> {
        Self::new(&std::env::var("MLFLOW_TRACKING_URI").unwrap_or_default())
    }

    /// What speaks to it.
    pub(crate) fn http(&self) -> &Http {
        &self.http
    }

    /// The address, without credentials.
    #[must_use]
    pub fn address(&self) -> &str {
        self.http.base()
    }

    /// Pushes runs, several at a time: of each, what the server does not have yet. Returns the outcome for each, in the same
    /// order; after an error that is about the server, the others are not tried. `tell` is called with the number of points
    /// that were sent, each time some were.
    ///
    /// # Errors
    ///
    /// The experiment can be neither found nor made.
    pub fn push(
        &self,
        sources: &[Source],
        options: &Options,
        tell: &(dyn Fn(u64) + Sync),
    ) -> Result<Vec<Outcome>> {
        push::push(&self.http, sources, options, tell)
    }

    /// The id of the run in an experiment that a run was pushed to, if it was.
    ///
    /// # Errors
    ///
    /// The server says so.
    pub fn find(&self, run: &tfevents::Run, experiment: &str) -> Result<Option<String>> {
        push::find_pushed(&self.http, run, experiment)
    }

    /// The runs of an experiment, to be written as event files.
    ///
    /// # Errors
    ///
    /// The server says so, or there is no such experiment.
    pub fn runs_in(&self, experiment: &str) -> Result<Runs> {
        Runs::in_experiment(self.http.clone(), experiment)
    }

    /// The runs with these ids, to be written as event files.
    ///
    /// # Errors
    ///
    /// The server says so, or there is no such run.
    pub fn runs(&self, ids: &[String]) -> Result<Runs> {
        Runs::with_ids(self.http.clone(), ids)
    }

    /// Makes an ONNX file a model of the run with an id, and a version in the registry, which `mlflow models serve` serves.
    /// The same model of the same run is registered once, so what was interrupted can be done again. `tell` is called with
    /// the number of bytes that were sent, each time some were.
    ///
    /// # Errors
    ///
    /// A file that is not an ONNX model, and whatever the server says.
    pub fn register(
        &self,
        run_id: &str,
        model: &Path,
        options: &RegisterOptions,
        tell: &dyn Fn(u64),
    ) -> Result<Registered> {
        register::register(&self.http, run_id, model, options, tell)
    }

    /// Compares runs with what the server holds of them: every distinct value, step and time, every parameter, and the names
    /// and sizes of artifacts. The options are those that they were pushed with. Returns the outcome for each, in the same
    /// order; `None` for a run without events, or without any that are selected.
    ///
    /// # Errors
    ///
    /// The experiment cannot be looked up.
    pub fn diff(
        &self,
        sources: &[Source],
        options: Options,
    ) -> Result<Vec<Result<Option<Compared>>>> {
        diff::diff(&self.http, sources, options)
    }
}
