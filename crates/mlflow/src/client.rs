//! A tracking server.

use std::sync::Arc;

use crate::config::Config;
use crate::error::Result;
use crate::http::Http;
use crate::push::{self, Options, Outcome};
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
}
