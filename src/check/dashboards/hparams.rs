//! HParams: what is wrong with an experiment, or the start or end of a session, by itself.

use crate::check::flaw::{Flaw, HPARAMS_CONTENT, HPARAMS_TAG, HPARAMS_VALUE};
use crate::plugin::hparams::{EXPERIMENT_TAG, SESSION_END_TAG, SESSION_START_TAG};
use crate::proto::Message as _;
use crate::proto::hparams as stored;
use crate::proto::hparams::h_params_plugin_data::Data;
use crate::proto::hparams::value::Kind as Stored;

pub(super) fn flaw(tag: &str, content: &[u8]) -> Option<Flaw> {
    if ![EXPERIMENT_TAG, SESSION_START_TAG, SESSION_END_TAG].contains(&tag) {
        return Some(Flaw::new(
            HPARAMS_TAG,
            "HParams: TensorBoard reads nothing from this tag",
            format!("Log a session's start under `{SESSION_START_TAG}`."),
        ));
    }
    let message = stored::HParamsPluginData::decode(content).ok();
    let data = message
        .filter(|message| message.version == 0)
        .and_then(|message| message.data);
    match (tag, data) {
        (EXPERIMENT_TAG, Some(Data::Experiment(experiment))) => domains(&experiment),
        (SESSION_START_TAG, Some(Data::SessionStartInfo(start))) => values(&start),
        (SESSION_END_TAG, Some(Data::SessionEndInfo(end))) => {
            stored::Status::try_from(end.status).is_err().then(|| {
                Flaw::new(
                    "session_status",
                    format!(
                        "HParams: the session has the status {}, so it has no row in the table",
                        end.status
                    ),
                    "End sessions as a success or a failure.",
                )
            })
        }
        _ => Some(Flaw::new(
            HPARAMS_CONTENT,
            "HParams: the tag's content cannot be read; TensorBoard answers with an error for all runs",
            "Log it again; until then, leave the tag out with `tfevents filter`.",
        )),
    }
}

/// An experiment's values to choose from, which become JSON.
fn domains(experiment: &stored::Experiment) -> Option<Flaw> {
    let bad = experiment.hparam_infos.iter().find(|info| {
        let Some(stored::h_param_info::Domain::DomainDiscrete(list)) = &info.domain else {
            return false;
        };
        list.values
            .iter()
            .any(|value| matches!(value.kind, Some(Stored::NumberValue(n)) if !n.is_finite()))
    })?;
    Some(Flaw::new(
        "hparams_domain",
        format!(
            "HParams: `{}` may be NaN or infinite; TensorBoard answers 500 for all runs",
            bad.name
        ),
        "Declare only finite numbers as possible values.",
    ))
}

/// A session's values, each a cell of the table.
fn values(start: &stored::SessionStartInfo) -> Option<Flaw> {
    let bad = start.hparams.iter().filter(|(_, value)| !is_shown(value));
    let names: Vec<_> = bad.map(|(name, _)| name.as_str()).collect();
    (!names.is_empty()).then(|| {
        Flaw::new(
            HPARAMS_VALUE,
            format!(
                "HParams: the values of {} are not shown, because they are NaN, infinite, null, a list or an object",
                super::named(&names)
            ),
            "Log hyperparameters as finite numbers, booleans or text.",
        )
    })
}

/// Whether a value has a cell.
pub(in crate::check) fn is_shown(value: &stored::Value) -> bool {
    match value.kind {
        Some(Stored::NumberValue(n)) => n.is_finite(),
        Some(Stored::StringValue(_) | Stored::BoolValue(_)) => true,
        _ => false,
    }
}
