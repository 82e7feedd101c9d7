//! Experiments and sessions of the HParams dashboard.

use std::collections::BTreeMap;

use serde::Serialize;
use tfevents::plugin::hparams::{
    Dataset, Domain, Experiment, HParam, HParamKind, HParamsEvent, Metric, Status,
};

use crate::json::{Float, HParamJson};

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Event<'a> {
    Experiment(ExperimentFields<'a>),
    SessionStart {
        hparams: BTreeMap<&'a str, HParamJson<'a>>,
        group: &'a str,
        model_uri: &'a str,
        monitor_url: &'a str,
        time: Float,
    },
    SessionEnd {
        status: &'static str,
        time: Float,
    },
}

#[derive(Serialize)]
pub(crate) struct ExperimentFields<'a> {
    name: &'a str,
    description: &'a str,
    user: &'a str,
    time: Float,
    hparams: Vec<HParamFields<'a>>,
    metrics: Vec<MetricFields<'a>>,
}

#[derive(Serialize)]
pub(crate) struct HParamFields<'a> {
    name: &'a str,
    display_name: &'a str,
    description: &'a str,
    r#type: Option<&'static str>,
    values: Option<Vec<HParamJson<'a>>>,
    interval: Option<[Float; 2]>,
}

#[derive(Serialize)]
pub(crate) struct MetricFields<'a> {
    tag: &'a str,
    group: &'a str,
    display_name: &'a str,
    description: &'a str,
    dataset: Option<&'static str>,
}

impl<'a> Event<'a> {
    /// `None` for events that are new to this program.
    pub(crate) fn new(event: &'a HParamsEvent) -> Option<Self> {
        Some(match event {
            HParamsEvent::Experiment(experiment) => Self::Experiment(experiment.into()),
            HParamsEvent::SessionStart { hparams, time } => Self::SessionStart {
                hparams: hparams
                    .values
                    .iter()
                    .map(|(k, v)| (&**k, HParamJson(v)))
                    .collect(),
                group: &hparams.group,
                model_uri: &hparams.model_uri,
                monitor_url: &hparams.monitor_url,
                time: Float(time.as_secs()),
            },
            HParamsEvent::SessionEnd { status, time } => Self::SessionEnd {
                status: self::status(*status),
                time: Float(time.as_secs()),
            },
            _ => return None,
        })
    }
}

/// How a session ended, in a word.
pub(crate) fn status(status: Status) -> &'static str {
    match status {
        Status::Success => "success",
        Status::Failure => "failure",
        Status::Running => "running",
        _ => "unknown",
    }
}

impl<'a> From<&'a Experiment> for ExperimentFields<'a> {
    fn from(experiment: &'a Experiment) -> Self {
        Self {
            name: &experiment.name,
            description: &experiment.description,
            user: &experiment.user,
            time: Float(experiment.time_created.as_secs()),
            hparams: experiment.hparams.iter().map(Into::into).collect(),
            metrics: experiment.metrics.iter().map(Into::into).collect(),
        }
    }
}

impl<'a> From<&'a HParam> for HParamFields<'a> {
    fn from(hparam: &'a HParam) -> Self {
        let (values, interval) = match &hparam.domain {
            Some(Domain::Discrete(values)) => (Some(values.iter().map(HParamJson).collect()), None),
            Some(Domain::Interval(range)) => {
                (None, Some([*range.start(), *range.end()].map(Float)))
            }
            _ => (None, None),
        };
        Self {
            name: &hparam.name,
            display_name: &hparam.display_name,
            description: &hparam.description,
            r#type: match hparam.kind {
                HParamKind::Number => Some("number"),
                HParamKind::Bool => Some("bool"),
                HParamKind::Text => Some("text"),
                _ => None,
            },
            values,
            interval,
        }
    }
}

impl<'a> From<&'a Metric> for MetricFields<'a> {
    fn from(metric: &'a Metric) -> Self {
        Self {
            tag: &metric.tag,
            group: &metric.group,
            display_name: &metric.display_name,
            description: &metric.description,
            dataset: match metric.dataset {
                Dataset::Training => Some("training"),
                Dataset::Validation => Some("validation"),
                _ => None,
            },
        }
    }
}
