//! Experiments and sessions of the HParams dashboard.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::Float;
use crate::plugin::hparams::{
    Dataset, Domain, Experiment, HParam, HParamKind, HParamValue, HParamsEvent, Metric, Status,
};
use crate::types::WallTime;

impl Serialize for HParamsEvent {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        Event::from(self).serialize(s)
    }
}

impl Serialize for Experiment {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        ExperimentFields::from(self).serialize(s)
    }
}

impl Serialize for HParam {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        HParamFields::from(self).serialize(s)
    }
}

impl Serialize for Metric {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        MetricFields::from(self).serialize(s)
    }
}

/// By its [name](Status::name).
impl Serialize for Status {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.name())
    }
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Event<'a> {
    Experiment(ExperimentFields<'a>),
    SessionStart {
        hparams: &'a BTreeMap<String, HParamValue>,
        group: &'a str,
        model_uri: &'a str,
        monitor_url: &'a str,
        time: WallTime,
    },
    SessionEnd {
        status: &'static str,
        time: WallTime,
    },
}

#[derive(Serialize)]
struct ExperimentFields<'a> {
    name: &'a str,
    description: &'a str,
    user: &'a str,
    time: WallTime,
    hparams: Vec<HParamFields<'a>>,
    metrics: Vec<MetricFields<'a>>,
}

#[derive(Serialize)]
struct HParamFields<'a> {
    name: &'a str,
    display_name: &'a str,
    description: &'a str,
    r#type: Option<&'static str>,
    values: Option<&'a [HParamValue]>,
    interval: Option<[Float; 2]>,
}

#[derive(Serialize)]
struct MetricFields<'a> {
    tag: &'a str,
    group: &'a str,
    display_name: &'a str,
    description: &'a str,
    dataset: Option<&'static str>,
}

impl<'a> From<&'a HParamsEvent> for Event<'a> {
    fn from(event: &'a HParamsEvent) -> Self {
        match event {
            HParamsEvent::Experiment(experiment) => Self::Experiment(experiment.into()),
            HParamsEvent::SessionStart { hparams, time } => Self::SessionStart {
                hparams: &hparams.values,
                group: &hparams.group,
                model_uri: &hparams.model_uri,
                monitor_url: &hparams.monitor_url,
                time: *time,
            },
            HParamsEvent::SessionEnd { status, time } => Self::SessionEnd {
                status: status.name(),
                time: *time,
            },
        }
    }
}

impl<'a> From<&'a Experiment> for ExperimentFields<'a> {
    fn from(experiment: &'a Experiment) -> Self {
        Self {
            name: &experiment.name,
            description: &experiment.description,
            user: &experiment.user,
            time: experiment.time_created,
            hparams: experiment.hparams.iter().map(Into::into).collect(),
            metrics: experiment.metrics.iter().map(Into::into).collect(),
        }
    }
}

impl<'a> From<&'a HParam> for HParamFields<'a> {
    fn from(hparam: &'a HParam) -> Self {
        let (values, interval) = match &hparam.domain {
            Some(Domain::Discrete(values)) => (Some(values.as_slice()), None),
            Some(Domain::Interval(range)) => {
                (None, Some([*range.start(), *range.end()].map(Float)))
            }
            None => (None, None),
        };
        Self {
            name: &hparam.name,
            display_name: &hparam.display_name,
            description: &hparam.description,
            r#type: match hparam.kind {
                HParamKind::Number => Some("number"),
                HParamKind::Bool => Some("bool"),
                HParamKind::Text => Some("text"),
                HParamKind::Unknown => None,
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
                Dataset::Unknown => None,
            },
        }
    }
}
