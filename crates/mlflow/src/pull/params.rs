//! Parameters, which MLflow keeps as text, as hyperparameters.

use std::collections::BTreeMap;

use tfevents::plugin::hparams::HParamValue;
use tfevents::{HParams, Status};

use super::record::Record;
use crate::error::Result;
use crate::mapping::loss::Losses;
use crate::mapping::params::Params;

/// The hyperparameters of a run. `whole` gives a value of which the parameter only says where it is.
pub(super) fn of(
    run: &Record,
    mut whole: impl FnMut(&str) -> Result<Option<String>>,
) -> Result<HParams> {
    let params = run.params.iter().map(|param| {
        let value = match whole(&param.value)? {
            Some(long) => long.into(),
            None => guess(&param.value),
        };
        Ok((run.tag_of(&param.key), value))
    });
    params.collect()
}

/// Whether a session has the parameters of a run, which nobody has changed since it was pushed.
pub(super) fn are_those(run: &Record, session: &HParams) -> bool {
    let pushed = Params::of(&session.values, &mut Losses::default());
    let pushed = pushed.entries.iter();
    let pushed: BTreeMap<_, _> = pushed.map(|param| (&param.key, &param.value)).collect();
    let there = run.params.iter();
    pushed == there.map(|param| (&param.key, &param.value)).collect()
}

/// How a session ended; `None` if it goes on.
pub(super) fn status(run: &Record) -> Option<Status> {
    match &*run.status {
        "FINISHED" => Some(Status::Success),
        "FAILED" | "KILLED" => Some(Status::Failure),
        _ => None,
    }
}

/// A number or truth value, if the text is one that can be written again: an id with zeros in front stays text, and so
/// does a whole number with more digits than a double has.
fn guess(text: &str) -> HParamValue {
    match text {
        "true" | "True" => return true.into(),
        "false" | "False" => return false.into(),
        _ => {}
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.starts_with(|c: char| c.is_ascii_digit())
        && !(digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0."));
    match text.parse::<f64>() {
        // TensorBoard takes NaN and infinities for missing values.
        Ok(number) if plain && number.is_finite() => {
            let is_whole = digits.bytes().all(|b| b.is_ascii_digit());
            match is_whole && number.to_string() != text {
                true => text.into(),
                false => number.into(),
            }
        }
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_truth_values_are_recognized() {
        for (text, number) in [
            ("0.1", 0.1),
            ("-3", -3.0),
            ("1e-05", 1e-5),
            ("0", 0.0),
            ("2.50", 2.5),
        ] {
            assert_eq!(guess(text), HParamValue::from(number), "{text}");
        }
        for (text, value) in [("True", true), ("false", false)] {
            assert_eq!(guess(text), HParamValue::from(value));
        }
        for text in [
            "adam",
            "",
            "nan",
            "inf",
            "1e999",
            "007",
            "-01",
            "9007199254740993",
            "1_000",
            "+1",
            ".5",
            " 1",
        ] {
            assert_eq!(guess(text), HParamValue::from(text), "{text}");
        }
    }
}
