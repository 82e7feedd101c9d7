//! What a run has that matters beside other runs.

use std::collections::BTreeSet;
use std::num::NonZeroU64;

use super::dashboards;
use crate::plugin::custom_scalars::ChartLayout;
use crate::plugin::hparams::{EXPERIMENT_TAG, Experiment, SESSION_START_TAG};
use crate::proto::Message as _;
use crate::proto::hparams::HParamsPluginData;
use crate::proto::hparams::h_params_plugin_data::Data;

/// What the dashboards that put runs together go by.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Facts {
    /// Whether there is anything for the HParams dashboard.
    pub(super) hparams: bool,
    /// The names of the hyperparameters that have a value, if a session starts in the run.
    pub(super) session: Option<BTreeSet<String>>,
    pub(super) experiment: Option<Experiment>,
    /// The last one.
    pub(super) layout: Option<ChartLayout>,
}

/// A scalar series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Curve {
    pub(super) points: NonZeroU64,
    pub(super) last_step: i64,
}

impl Facts {
    /// What the first value of a tag of the HParams plugin says, to which TensorBoard holds.
    pub(super) fn hparams(&mut self, tag: &str, content: &[u8]) {
        self.hparams = true;
        let message = HParamsPluginData::decode(content).ok();
        match (tag, message.and_then(|message| message.data)) {
            (SESSION_START_TAG, Some(Data::SessionStartInfo(start))) => {
                let shown = start
                    .hparams
                    .into_iter()
                    .filter(|(_, value)| dashboards::is_shown(value));
                self.session = Some(shown.map(|(name, _)| name).collect());
            }
            (EXPERIMENT_TAG, Some(Data::Experiment(experiment))) => {
                self.experiment = Some(experiment.into());
            }
            _ => {}
        }
    }
}
