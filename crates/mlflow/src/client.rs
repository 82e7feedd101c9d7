//! A tracking server.

use std::path::Path;
use std::sync::Arc;

use crate::config::Config;
use crate::diff::{self, Diff, DiffOptions};
use crate::error::Result;
use crate::http::Http;
use crate::pull::Runs;
use crate::push::{self, Options, Outcome};
use crate::register::{self, RegisterOptions, Registered};
use crate::source::Source;

/// An MLflow tracking server.
///
/// Cloning it is cheap: all clones share their connections.
///
/// # Examples
///
/// ```no_run
/// use tfevents_mlflow::{Mlflow, Options, Source};
///
/// let server = Mlflow::new("http://localhost:5000")?;
/// let options = Options {
///     experiment: "mnist".to_owned(),
///     ..Options::default()
/// };
/// let runs = Source::all("runs")?;
/// for (run, pushed) in runs.iter().zip(server.push(&runs, &options, &|_| {})?) {
///     if let Some(pushed) = pushed? {
///         println!("{}: {} points for {}", run.name(), pushed.points, pushed.run_id);
///     }
/// }
/// # Ok::<(), tfevents_mlflow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Mlflow {
    http: Arc<Http>,
}

impl Mlflow {
    /// The server at `uri`, such as `http://localhost:5000`, or `databricks`. Credentials and the like come from the variables
    /// that MLflow's own clients read:
    ///
    /// - credentials: `MLFLOW_TRACKING_USERNAME`, `MLFLOW_TRACKING_PASSWORD`, `MLFLOW_TRACKING_TOKEN`, or
    ///   `~/.mlflow/credentials`; `MLFLOW_TRACKING_CLIENT_CERT_PATH`
    /// - for `databricks`: `DATABRICKS_HOST` and `DATABRICKS_TOKEN`, or a profile in `~/.databrickscfg`, which
    ///   `DATABRICKS_CONFIG_PROFILE` or `databricks://PROFILE` names
    /// - whom to trust: `MLFLOW_TRACKING_SERVER_CERT_PATH`, `REQUESTS_CA_BUNDLE`, `CURL_CA_BUNDLE`, `SSL_CERT_FILE`,
    ///   `MLFLOW_TRACKING_INSECURE_TLS`
    /// - proxies: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`. They have to support the method `CONNECT`
    /// - others: `MLFLOW_WORKSPACE`, `MLFLOW_HTTP_REQUEST_TIMEOUT`, `MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE`,
    ///   `MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE`
    ///
    /// Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// An address that is not one of a server, or certificates that cannot be read.
    pub fn new(uri: &str) -> Result<Self> {
        Self::with_vars(uri, |name| std::env::var(name).ok())
    }

    /// The same with variables from elsewhere than the environment.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents_mlflow::Mlflow;
    ///
    /// let server = Mlflow::with_vars("https://mlflow.example/", |name| {
    ///     (name == "MLFLOW_TRACKING_TOKEN").then(|| "secret".to_owned())
    /// })?;
    /// assert_eq!(server.address(), "https://mlflow.example");
    /// # Ok::<(), tfevents_mlflow::Error>(())
    /// ```
    pub fn with_vars(uri: &str, var: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let config = Config::new(uri, var)?;
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
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents_mlflow::Mlflow;
    ///
    /// let server = Mlflow::new("http://ada:secret@localhost:5000")?;
    /// assert_eq!(server.address(), "http://localhost:5000");
    /// # Ok::<(), tfevents_mlflow::Error>(())
    /// ```
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
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use tfevents::Logdir;
    /// use tfevents_mlflow::Mlflow;
    ///
    /// let server = Mlflow::from_env()?;
    /// for run in Logdir::open("runs")?.runs() {
    ///     println!("{}: {:?}", run.name(), server.find(run, "mnist")?);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use std::path::Path;
    /// use tfevents_mlflow::{Mlflow, RegisterOptions};
    ///
    /// let server = Mlflow::from_env()?;
    /// let options = RegisterOptions {
    ///     name: "digits".to_owned(),
    ///     alias: Some("champion".to_owned()),
    ///     ..RegisterOptions::default()
    /// };
    /// let run_id = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
    /// let model = server.register(run_id, Path::new("net.onnx"), &options, &|_| {})?;
    /// println!("version {}", model.version);
    /// # Ok::<(), tfevents_mlflow::Error>(())
    /// ```
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
    /// and sizes of artifacts, or their bytes; not how runs ended. Outcomes are in the order of the sources.
    ///
    /// # Errors
    ///
    /// The experiment cannot be looked up.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use tfevents_mlflow::{DiffOptions, Mlflow, Source};
    ///
    /// let server = Mlflow::from_env()?;
    /// let runs = Source::all("runs")?;
    /// let diff = server.diff(&runs, DiffOptions::default())?;
    /// for (run, compared) in runs.iter().zip(diff.runs) {
    ///     for difference in compared?.iter().flat_map(|compared| &compared.differences) {
    ///         println!("{}: {difference}", run.name());
    ///     }
    /// }
    /// # Ok::<(), tfevents_mlflow::Error>(())
    /// ```
    pub fn diff(&self, sources: &[Source], options: DiffOptions) -> Result<Diff> {
        diff::diff(&self.http, sources, options)
    }
}
