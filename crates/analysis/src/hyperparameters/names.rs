//! Parameters in the names of runs, as hydra puts them there: `lr=0.1,seed=0`.

use tfevents::plugin::hparams::HParamValue;

use super::scalar;
use super::stated::Stated;

/// The parameters in the names of a logdir and of the directories below it on the way to a run, and what is left of the
/// run's name. A directory whose name is not all parameters has none.
pub(super) fn of<'n>(parts: impl IntoIterator<Item = &'n str>) -> (Stated, String) {
    let mut stated = Stated::default();
    let mut rest = Vec::new();
    for (depth, part) in parts.into_iter().enumerate() {
        let parameters: Option<Vec<_>> = part.split(',').map(parameter).collect();
        match parameters {
            Some(parameters) => {
                for (name, value) in parameters {
                    stated.state(name, value);
                }
            }
            None if depth > 0 => rest.push(part),
            None => {}
        }
    }
    (stated, rest.join("/"))
}

/// `optimizer.lr=0.1`: a parameter and its value. The dots of nested names become slashes, as everywhere.
pub(super) fn parameter(text: &str) -> Option<(String, HParamValue)> {
    let (name, value) = text.split_once('=')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_-./@".contains(c);
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    (begins && name.chars().all(is_name)).then(|| (name.replace('.', "/"), scalar::plain(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(parts: &[&str]) -> String {
        let (stated, _) = of(parts.iter().copied());
        let shown = stated
            .values
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn only_what_is_all_parameters_has_any() {
        assert_eq!(shown(&["lr=0.1,seed=0"]), "lr=0.1 seed=0");
        assert_eq!(
            shown(&["multirun", "optimizer.lr=1e-3,model=big", "train"]),
            "model=big optimizer/lr=0.001"
        );
        assert_eq!(shown(&["lr=0.1", "lr=0.2,x="]), "lr=0.2 x=null");
        for part in ["exp1", "lr=0.1,b", "=1", "0=1", "a b=1", ""] {
            assert_eq!(shown(&[part]), "", "{part}");
        }
        let (stated, rest) = of(["runs", "lr=0.1", "exp", "lr=0.2", "train"]);
        assert!(stated.restated.contains("lr"));
        assert_eq!(rest, "exp/train");
    }
}
