//! The tracking server that all of `tfevents mlflow` asks.

#[cfg(feature = "mlflow")]
use anyhow::Context as _;

/// The experiment that every server has.
pub(super) const DEFAULT: &str = "Default";

#[derive(Debug, clap::Args)]
pub(super) struct Server {
    /// Tracking server, such as http://localhost:5000
    #[arg(
        long,
        value_name = "URI",
        env = "MLFLOW_TRACKING_URI",
        hide_env_values = true
    )]
    pub(super) tracking_uri: Option<String>,
}

/// What an argument or variable says. One that is set to nothing counts as not set, as MLflow reads it.
#[cfg(feature = "mlflow")]
pub(super) fn stated(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(feature = "mlflow")]
impl Server {
    /// A client of the server.
    pub(super) fn open(&self) -> anyhow::Result<tfevents_mlflow::Mlflow> {
        let uri = self.tracking_uri.as_deref().and_then(stated);
        let uri = uri.context(
            "no tracking server; give its address, such as http://localhost:5000, with --tracking-uri, or set MLFLOW_TRACKING_URI",
        )?;
        Ok(tfevents_mlflow::Mlflow::new(uri)?)
    }
}
