//! Where hyperparameters come from: `--hparams-from`.

use tfevents_analysis::hyperparameters::Lookup;

/// Where hyperparameters come from.
#[derive(Debug, clap::Args)]
pub(crate) struct HParamsFrom {
    /// Take hyperparameters from FILE in or above each run's directory, as in config.yaml, or from the text TAG;
    /// `none` takes those of event files only. By default they are found wherever frameworks put them (see
    /// docs/hyperparameters.md)
    #[arg(long, value_name = "FILE|tag:TAG|none")]
    hparams_from: Option<Lookup>,
}

impl HParamsFrom {
    /// What was asked for, or the rule.
    pub(crate) fn lookup(&self) -> Lookup {
        self.hparams_from.clone().unwrap_or_default()
    }
}
