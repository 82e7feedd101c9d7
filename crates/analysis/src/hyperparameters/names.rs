//! Parameters in the names of runs, as hydra puts them there, `lr=0.1,seed=0`, and as people do: `lr=0.1_seed=0`,
//! `lr_0.1-seed_0`.

use regex::Regex;
use tfevents::plugin::hparams::HParamValue;

use super::scalar;
use super::stated::Stated;

/// The parameters in the names of a logdir and of the directories below it on the way to a run, and what is left of the
/// run's name. A directory whose name is not all parameters has none.
pub(super) fn of<'n>(parts: impl IntoIterator<Item = &'n str>) -> (Stated, String) {
    let mut stated = Stated::default();
    let mut rest = Vec::new();
    for (depth, part) in parts.into_iter().enumerate() {
        match parameters(part) {
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

/// All parameters of a name that is nothing else.
fn parameters(part: &str) -> Option<Vec<(String, HParamValue)>> {
    let pieces: Vec<_> = match part.contains(',') {
        true => part.split(',').map(str::to_owned).collect(),
        false => without_commas(part),
    };
    pieces.iter().map(|piece| parameter(piece)).collect()
}

/// `lr=0.1` and `seed=0` out of `lr=0.1-seed=0`, `lr=0.1_seed=0`, `lr_0.1-seed_0` and `lr-0.1_seed-0`. Where nothing but `-` and
/// `_` tells names from values, values are numbers, and there are several: `version_0` is a name.
fn without_commas(part: &str) -> Vec<String> {
    const NUMBER: &str = r"[0-9]+(?:\.[0-9]+)?(?:[eE]-?[0-9]+)?|[0-9]*\.[0-9]+";
    let forms = [
        (r"[A-Za-z_][A-Za-z0-9_.]*", "=", r"[^=]+?", "[-_]"),
        (r"[A-Za-z]+", "_", NUMBER, "-"),
        (r"[A-Za-z]+", "-", NUMBER, "_"),
    ];
    let of_form = |(name, is, value, between): (&str, &str, &str, &str)| {
        let whole = format!("^{name}{is}(?:{value})(?:{between}{name}{is}(?:{value}))+$");
        Regex::new(&whole).ok()?.is_match(part).then_some(())?;
        // What is left of the first parameter when all that follow it are taken away, and so on.
        let rest = Regex::new(&format!(
            "^({name}){is}({value})(?:{between}({name}{is}.*))?$"
        ))
        .ok()?;
        let (mut pieces, mut left) = (Vec::new(), part);
        while let Some(found) = rest.captures(left) {
            pieces.push(format!("{}={}", &found[1], &found[2]));
            left = found.get(3).map_or("", |rest| rest.as_str());
        }
        Some(pieces)
    };
    let found = forms.into_iter().find_map(of_form);
    found.unwrap_or_else(|| vec![part.to_owned()])
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
        for part in [
            "exp1",
            "lr=0.1,b",
            "=1",
            "0=1",
            "a b=1",
            "",
            "version_0",
            "run-3",
            "big-net_lr-0.1",
            "2024-01-31_12-00",
        ] {
            assert_eq!(shown(&[part]), "", "{part}");
        }
        for part in [
            "lr=0.1-seed=0",
            "lr=0.1_seed=0",
            "lr_0.1-seed_0",
            "lr-0.1_seed-0",
        ] {
            assert_eq!(shown(&[part]), "lr=0.1 seed=0", "{part}");
        }
        for (part, expected) in [
            ("bs-32_lr-0.001", "bs=32 lr=0.001"),
            ("lr_1e-3-wd_.5", "lr=0.001 wd=0.5"),
            (
                "opt=adam_lr=1e-3-weight_decay=0.1",
                "lr=0.001 opt=adam weight_decay=0.1",
            ),
            ("net=big_net-seed=1", "net=big_net seed=1"),
        ] {
            assert_eq!(shown(&[part]), expected, "{part}");
        }
        let (stated, rest) = of(["runs", "lr=0.1", "exp", "lr=0.2", "train"]);
        assert!(stated.restated.contains("lr"));
        assert_eq!(rest, "exp/train");
    }
}
