//! Between an experiment and the message that stores it.

use super::value;
use super::{Dataset, Domain, Experiment, HParam, HParamKind, Metric};
use crate::proto::hparams as stored;
use crate::proto::hparams::h_param_info;

impl From<HParamKind> for stored::DataType {
    fn from(kind: HParamKind) -> Self {
        match kind {
            HParamKind::Unknown => Self::Unset,
            HParamKind::Number => Self::Float64,
            HParamKind::Bool => Self::Bool,
            HParamKind::Text => Self::String,
        }
    }
}

impl From<stored::DataType> for HParamKind {
    fn from(kind: stored::DataType) -> Self {
        match kind {
            stored::DataType::Unset => Self::Unknown,
            stored::DataType::Float64 => Self::Number,
            stored::DataType::Bool => Self::Bool,
            stored::DataType::String => Self::Text,
        }
    }
}

impl From<Experiment> for stored::Experiment {
    fn from(experiment: Experiment) -> Self {
        Self {
            description: experiment.description,
            user: experiment.user,
            time_created_secs: experiment.time_created.as_secs(),
            hparam_infos: experiment.hparams.into_iter().map(Into::into).collect(),
            metric_infos: experiment.metrics.into_iter().map(Into::into).collect(),
            name: experiment.name,
        }
    }
}

impl From<stored::Experiment> for Experiment {
    fn from(experiment: stored::Experiment) -> Self {
        Self {
            name: experiment.name,
            description: experiment.description,
            user: experiment.user,
            time_created: experiment.time_created_secs.into(),
            hparams: experiment
                .hparam_infos
                .into_iter()
                .map(Into::into)
                .collect(),
            metrics: experiment
                .metric_infos
                .into_iter()
                .map(Into::into)
                .collect(),
        }
    }
}

impl From<HParam> for stored::HParamInfo {
    fn from(hparam: HParam) -> Self {
        Self {
            name: hparam.name,
            display_name: hparam.display_name,
            description: hparam.description,
            r#type: stored::DataType::from(hparam.kind).into(),
            differs: hparam.differs,
            domain: hparam.domain.map(|domain| match domain {
                Domain::Discrete(values) => {
                    h_param_info::Domain::DomainDiscrete(value::list(values))
                }
                Domain::Interval(range) => h_param_info::Domain::DomainInterval(stored::Interval {
                    min_value: *range.start(),
                    max_value: *range.end(),
                }),
            }),
        }
    }
}

impl From<stored::HParamInfo> for HParam {
    fn from(info: stored::HParamInfo) -> Self {
        Self {
            kind: info.r#type().into(),
            name: info.name,
            display_name: info.display_name,
            description: info.description,
            differs: info.differs,
            domain: info.domain.map(|domain| match domain {
                h_param_info::Domain::DomainDiscrete(list) => {
                    Domain::Discrete(list.values.into_iter().map(Into::into).collect())
                }
                h_param_info::Domain::DomainInterval(interval) => {
                    Domain::Interval(interval.min_value..=interval.max_value)
                }
            }),
        }
    }
}

impl From<Metric> for stored::MetricInfo {
    fn from(metric: Metric) -> Self {
        let dataset_type = match metric.dataset {
            Dataset::Unknown => stored::DatasetType::DatasetUnknown,
            Dataset::Training => stored::DatasetType::DatasetTraining,
            Dataset::Validation => stored::DatasetType::DatasetValidation,
        };
        Self {
            name: Some(stored::MetricName {
                group: metric.group,
                tag: metric.tag,
            }),
            display_name: metric.display_name,
            description: metric.description,
            dataset_type: dataset_type.into(),
        }
    }
}

impl From<stored::MetricInfo> for Metric {
    fn from(info: stored::MetricInfo) -> Self {
        let dataset = match info.dataset_type() {
            stored::DatasetType::DatasetUnknown => Dataset::Unknown,
            stored::DatasetType::DatasetTraining => Dataset::Training,
            stored::DatasetType::DatasetValidation => Dataset::Validation,
        };
        let name = info.name.unwrap_or_default();
        Self {
            tag: name.tag,
            group: name.group,
            display_name: info.display_name,
            description: info.description,
            dataset,
        }
    }
}
