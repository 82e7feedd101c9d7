//! Hyperparameters as parameters.

use std::collections::BTreeMap;

use tfevents::plugin::hparams::HParamValue;

use super::loss::{LossKind, Losses};
use super::{Artifact, Content};
use crate::api::Entry;
use crate::limits;
use crate::names::Key;

/// What becomes of hyperparameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Params {
    pub(crate) entries: Vec<Entry>,
    /// Values that are too long, of which the parameters say where they are.
    pub(crate) files: Vec<Artifact>,
}

impl Params {
    /// Hyperparameters as MLflow gets them.
    pub(crate) fn of(values: &BTreeMap<String, HParamValue>, losses: &mut Losses) -> Self {
        let mut params = Self::default();
        for (name, value) in values {
            let key = Key::of(name).text;
            let mut value = value.to_string();
            let length = value.chars().count();
            if length > limits::PARAM_VALUE {
                let path = format!("params/{}.txt", key.replace('/', "~"));
                let note = note(length, &path);
                losses.add(LossKind::Long, || format!("{name}: {note}"));
                params.files.push(Artifact {
                    path,
                    content: Content::Bytes(value.into_bytes()),
                });
                value = note;
            }
            params.entries.push(Entry::new(key, value));
        }
        params
    }

    /// The artifact that has a value of which a parameter only says where it is.
    pub(crate) fn file_of(value: &str) -> Option<&str> {
        let (length, path) = value.split_once(BETWEEN)?;
        let is_number = !length.is_empty() && length.bytes().all(|b| b.is_ascii_digit());
        (is_number && path.starts_with("params/")).then_some(path)
    }

    /// Those that the run does not have yet. One that it has with another value stays as it is.
    pub(crate) fn missing(&self, known: &BTreeMap<&str, &str>, losses: &mut Losses) -> Vec<Entry> {
        let is_new = |entry: &&Entry| match known.get(&*entry.key) {
            None => true,
            Some(value) => {
                if *value != entry.value {
                    let Entry { key, value: here } = entry;
                    losses.add(LossKind::Param, || {
                        format!("{key} is {value} there, and stays so; here it is {here}")
                    });
                }
                false
            }
        };
        self.entries.iter().filter(is_new).cloned().collect()
    }
}

/// What is between the length of a value and where it is.
const BETWEEN: &str = " characters, in the artifact ";

/// What a parameter says instead of a value that is too long.
fn note(length: usize, path: &str) -> String {
    format!("{length}{BETWEEN}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_goes_to_a_file_and_what_differs_is_told() {
        let long = "x".repeat(limits::PARAM_VALUE + 1);
        let values = [
            ("a/long", long.into()),
            ("lr", 0.1.into()),
            ("n", 3.0.into()),
        ];
        let values = values.map(|(name, value): (&str, HParamValue)| (name.to_owned(), value));
        let mut losses = Losses::default();
        let params = Params::of(&values.into(), &mut losses);
        assert_eq!(params.files[0].path, "params/a~long.txt");
        let known = BTreeMap::from([("lr", "0.2"), ("n", "3")]);
        let new = params.missing(&known, &mut losses);
        assert_eq!(new.len(), 1);
        assert_eq!(
            new[0].value,
            "6001 characters, in the artifact params/a~long.txt"
        );
        assert_eq!(Params::file_of(&new[0].value), Some("params/a~long.txt"));
        assert_eq!(Params::file_of("some characters, in the artifact x"), None);
        let kinds: Vec<_> = losses
            .iter()
            .map(|(kind, loss)| (kind, loss.count))
            .collect();
        assert_eq!(kinds, [(LossKind::Param, 1), (LossKind::Long, 1)]);
    }
}
