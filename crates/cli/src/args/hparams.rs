//! Where hyperparameters come from: `--hparams-from`.

use tfevents_analysis::hyperparameters::Lookup;

/// Where hyperparameters come from.
#[derive(Debug, clap::Args)]
pub(crate) struct HParamsFrom {
    /// Take hyperparameters from FILE (such as config.yaml) in or above each run's directory, or from the text TAG;
    /// `none` uses only those in event files. By default they are found wherever frameworks put them (see
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
