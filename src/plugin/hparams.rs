//! Hyperparameters, for the table in which the HParams dashboard compares runs.
//!
//! Three values at most, each under a tag of its own and all of them in the plugin's data rather than in the
//! tensor, which is a dummy or missing. A *session* is a run with a start; its metrics are scalars of that run.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::plugin;
use crate::proto::hparams as stored;
use crate::proto::hparams::h_params_plugin_data::Data;
use crate::proto::{self, Message as _};
use crate::tensor;
use crate::types::WallTime;

mod conversions;
mod experiment;
#[cfg(feature = "serde")]
mod from_serialize;
mod value;

pub use experiment::{Dataset, Domain, Experiment, HParam, HParamKind, Metric};
pub use value::HParamValue;

/// What the tags of all values start with.
pub(crate) const TAG_PREFIX: &str = "_hparams_/";

/// The tag of an [`Experiment`].
pub const EXPERIMENT_TAG: &str = "_hparams_/experiment";
/// The tag of a session's start.
pub const SESSION_START_TAG: &str = "_hparams_/session_start_info";
/// The tag of a session's end.
pub const SESSION_END_TAG: &str = "_hparams_/session_end_info";

/// The hyperparameters of a session: a row of the HParams table.
///
/// # Examples
///
/// ```
/// use tfevents::HParams;
///
/// let hparams = HParams::new().with("lr", 1e-3).with("optimizer", "adam").with("nesterov", true);
/// assert_eq!(hparams.values.len(), 3);
///
/// // Three seeds of one setting, to be shown as one row with averaged metrics.
/// let seeds = (0..3).map(|_| hparams.clone().group("adam 0.001"));
/// # drop(seeds);
///
/// let numbers: HParams = [("lr", 0.1), ("decay", 0.9)].into_iter().collect();
/// # drop(numbers);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HParams {
    /// The values by name.
    pub values: BTreeMap<String, HParamValue>,
    /// Sessions of one group are one row, which shows the values of one and the metrics' averages. Empty for
    /// a row of its own.
    pub group: String,
    /// Where the model is kept.
    pub model_uri: String,
    /// A page on which the session can be watched.
    pub monitor_url: String,
}

impl HParams {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a value.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<HParamValue>) -> Self {
        self.values.insert(name.into(), value.into());
        self
    }

    /// Makes one row of all sessions of this group.
    #[must_use]
    pub fn group(mut self, name: impl Into<String>) -> Self {
        self.group = name.into();
        self
    }

    /// Where the model is kept.
    #[must_use]
    pub fn model_uri(mut self, uri: impl Into<String>) -> Self {
        self.model_uri = uri.into();
        self
    }

    /// A page on which the session can be watched.
    #[must_use]
    pub fn monitor_url(mut self, url: impl Into<String>) -> Self {
        self.monitor_url = url.into();
        self
    }
}

impl<N: Into<String>, V: Into<HParamValue>> FromIterator<(N, V)> for HParams {
    fn from_iter<T: IntoIterator<Item = (N, V)>>(values: T) -> Self {
        let values = values.into_iter();
        Self {
            values: values
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            ..Self::default()
        }
    }
}

/// How a session ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// Not known.
    #[default]
    Unknown,
    /// As it should.
    Success,
    /// Not as it should.
    Failure,
    /// It goes on.
    Running,
}

impl Status {
    /// A short lower-case name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Running => "running",
        }
    }
}

/// A value of the HParams plugin.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum HParamsEvent {
    /// The columns of the table.
    Experiment(Experiment),
    /// A session starts.
    SessionStart {
        /// Its hyperparameters.
        hparams: HParams,
        /// When; the Unix epoch where unknown.
        time: WallTime,
    },
    /// A session ends.
    SessionEnd {
        /// How.
        status: Status,
        /// When; the Unix epoch where unknown.
        time: WallTime,
    },
}

/// As it is stored, for your own events. Values that are null are left out, because TensorBoard has no use for them.
///
/// # Examples
///
/// ```
/// use tfevents::plugin::hparams::{HParamsEvent, SESSION_END_TAG, Status};
/// use tfevents::proto;
///
/// let end = HParamsEvent::SessionEnd { status: Status::Success, time: 1_700_000_000.0.into() };
/// let value = proto::summary::Value::from(end);
/// assert_eq!(value.tag, SESSION_END_TAG);
/// ```
impl From<HParamsEvent> for proto::summary::Value {
    fn from(event: HParamsEvent) -> Self {
        let (tag, data) = match event {
            HParamsEvent::Experiment(experiment) => {
                (EXPERIMENT_TAG, Data::Experiment(experiment.into()))
            }
            HParamsEvent::SessionStart { mut hparams, time } => {
                hparams
                    .values
                    .retain(|_, value| *value != HParamValue::Null);
                let start = stored::SessionStartInfo {
                    hparams: value::to_map(hparams.values),
                    model_uri: hparams.model_uri,
                    monitor_url: hparams.monitor_url,
                    group_name: hparams.group,
                    start_time_secs: time.as_secs(),
                };
                (SESSION_START_TAG, Data::SessionStartInfo(start))
            }
            HParamsEvent::SessionEnd { status, time } => {
                let status = match status {
                    Status::Unknown => stored::Status::Unknown,
                    Status::Success => stored::Status::Success,
                    Status::Failure => stored::Status::Failure,
                    Status::Running => stored::Status::Running,
                };
                let end = stored::SessionEndInfo {
                    status: status.into(),
                    end_time_secs: time.as_secs(),
                };
                (SESSION_END_TAG, Data::SessionEndInfo(end))
            }
        };
        let content = stored::HParamsPluginData {
            version: 0,
            data: Some(data),
        };
        let dummy = tensor::raw_tensor(tensor::DataType::Float, &[0], Vec::new());
        Self {
            tag: tag.to_owned(),
            metadata: Some(plugin::metadata("hparams", content.encode_to_vec())),
            value: Some(proto::summary::value::Value::Tensor(dummy)),
            ..Default::default()
        }
    }
}

pub(crate) fn decode(content: &[u8]) -> Result<HParamsEvent> {
    match proto::decode_short::<stored::HParamsPluginData>(content)?.data {
        Some(Data::Experiment(experiment)) => Ok(HParamsEvent::Experiment(experiment.into())),
        Some(Data::SessionStartInfo(start)) => Ok(HParamsEvent::SessionStart {
            time: start.start_time_secs.into(),
            hparams: HParams {
                values: value::from_map(start.hparams),
                group: start.group_name,
                model_uri: start.model_uri,
                monitor_url: start.monitor_url,
            },
        }),
        Some(Data::SessionEndInfo(end)) => Ok(HParamsEvent::SessionEnd {
            time: end.end_time_secs.into(),
            status: match end.status() {
                stored::Status::Unknown => Status::Unknown,
                stored::Status::Success => Status::Success,
                stored::Status::Failure => Status::Failure,
                stored::Status::Running => Status::Running,
            },
        }),
        None => Err(Error::decode(
            "a value of the hparams plugin is neither an experiment nor the start or end of a session",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(value: &proto::summary::Value) -> &[u8] {
        let metadata = value.metadata.as_ref().unwrap();
        &metadata.plugin_data.as_ref().unwrap().content
    }

    #[test]
    fn golden_session() {
        let start = proto::summary::Value::from(HParamsEvent::SessionStart {
            hparams: HParams::new().with("lr", 0.1).with("none", None::<f64>),
            time: 0.0.into(),
        });
        assert_eq!(start.tag, "_hparams_/session_start_info");
        assert_eq!(
            content(&start),
            b"\x1a\x11\x0a\x0f\x0a\x02lr\x12\x09\x11\x9a\x99\x99\x99\x99\x99\xb9\x3f"
        );
        let end = proto::summary::Value::from(HParamsEvent::SessionEnd {
            status: Status::Success,
            time: 0.0.into(),
        });
        assert_eq!(end.tag, "_hparams_/session_end_info");
        assert_eq!(content(&end), b"\x22\x02\x08\x01");
        let Some(proto::summary::value::Value::Tensor(dummy)) = end.value else {
            panic!("no tensor");
        };
        assert_eq!(dummy.encode_to_vec(), b"\x08\x01\x12\x02\x12\0");
    }

    #[test]
    fn everything_comes_back() {
        let hparams = HParams::new()
            .with("lr", 0.1)
            .with("name", "adam")
            .with("flag", false)
            .group("g")
            .model_uri("file:///m")
            .monitor_url("http://m");
        let events = [
            HParamsEvent::Experiment(Experiment::new().metric(Metric::new("loss"))),
            HParamsEvent::SessionStart {
                hparams,
                time: 1.5e9.into(),
            },
            HParamsEvent::SessionEnd {
                status: Status::Failure,
                time: 1.6e9.into(),
            },
        ];
        for event in events {
            assert_eq!(decode(content(&event.clone().into())).unwrap(), event);
        }
        assert!(decode(b"").is_err());
        assert!(decode(b"\xff").is_err());
    }
}
