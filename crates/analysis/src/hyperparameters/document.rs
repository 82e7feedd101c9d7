//! What a configuration says, whichever format it is written in.

use tfevents::plugin::hparams::HParamValue;

use super::names;
use super::stated::Stated;

/// More parameters than this are not a configuration.
const MAX_PARAMETERS: usize = 10_000;
/// Deeper nesting is a mistake, or an attack.
pub(super) const MAX_DEPTH: usize = 64;

/// A part of a configuration. Names can be stated twice.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Value(HParamValue),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

impl Node {
    /// As one value, inside a list.
    pub(super) fn into_value(self) -> HParamValue {
        match self {
            Self::Value(value) => value,
            Self::List(items) => {
                HParamValue::List(items.into_iter().map(Self::into_value).collect())
            }
            Self::Map(fields) => {
                let fields = fields.into_iter();
                HParamValue::Struct(
                    fields
                        .map(|(name, node)| (name, node.into_value()))
                        .collect(),
                )
            }
        }
    }
}

/// The parameters of a document. The names of nested ones are joined by `/` and lists become text, as with
/// [`HParams::from_serialize`](tfevents::HParams).
///
/// # Errors
///
/// What has no names, and more than anybody could want to compare.
pub(super) fn stated(document: Node) -> Result<Stated, String> {
    let mut stated = Stated::default();
    match document {
        Node::Map(fields) => state_fields(&mut stated, "", fields)?,
        Node::Value(HParamValue::Null) => {}
        Node::List(items) => state_overrides(&mut stated, items)?,
        Node::Value(_) => return Err("it has no parameters with names".to_owned()),
    }
    Ok(stated)
}

fn state_fields(
    stated: &mut Stated,
    prefix: &str,
    fields: Vec<(String, Node)>,
) -> Result<(), String> {
    for (name, node) in fields {
        let name = format!("{prefix}{name}");
        match node {
            Node::Map(fields) => state_fields(stated, &format!("{name}/"), fields)?,
            Node::List(_) => {
                let text = node.into_value().to_string();
                stated.state(name, HParamValue::Text(text));
            }
            Node::Value(value) => stated.state(name, value),
        }
        if stated.values.len() > MAX_PARAMETERS {
            return Err(format!("it has more than {MAX_PARAMETERS} parameters"));
        }
    }
    Ok(())
}

/// The items of hydra's `overrides.yaml`: `optimizer.lr=0.1`.
fn state_overrides(stated: &mut Stated, items: Vec<Node>) -> Result<(), String> {
    for item in items {
        let Node::Value(HParamValue::Text(text)) = item else {
            return Err("it is a list, without names for its values".to_owned());
        };
        // `~name` takes a parameter away.
        if text.starts_with('~') {
            continue;
        }
        let parameter = names::parameter(text.trim_start_matches('+'));
        let (name, value) =
            parameter.ok_or_else(|| "it is a list, but not of NAME=VALUE".to_owned())?;
        stated.state(name, value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use tfevents::HParams;

    use super::super::{json, yaml};
    use super::*;

    #[test]
    fn nested_fields_are_named_as_the_library_names_them() {
        let text =
            r#"{"a": {"b": 1, "c": {"d": [1, "x", {"e": null}]}}, "f": null, "g": {}, "h": true}"#;
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        let expected = HParams::from_serialize(&value).unwrap().values;
        for document in [json::parse(text), yaml::parse(text)] {
            let stated = stated(document.unwrap()).unwrap();
            assert_eq!(stated.values, expected);
            assert!(stated.restated.is_empty());
        }
    }

    #[test]
    fn the_last_of_several_statements_counts() {
        let texts = [
            r#"{"lr": 1, "a": {"b": 2}, "seed": 3, "a/b": 4, "lr": 5, "seed": 3}"#,
            "lr: 1\na:\n  b: 2\nseed: 3\na/b: 4\nlr: 5\nseed: 3\n",
        ];
        for document in [json::parse(texts[0]), yaml::parse(texts[1])] {
            let stated = stated(document.unwrap()).unwrap();
            assert_eq!(stated.values["lr"], HParamValue::Number(5.0));
            let restated: Vec<_> = stated.restated.iter().collect();
            assert_eq!(restated, ["a/b", "lr"]);
        }
    }

    #[test]
    fn a_document_has_names() {
        let read = |text: &str| stated(yaml::parse(text).unwrap());
        assert_eq!(read("").unwrap(), Stated::default());
        assert_eq!(read("{}\n").unwrap(), Stated::default());
        for text in ["12", "[1, 2]", "- a\n- b\n", "- lr=1\n- [x]\n"] {
            read(text).unwrap_err();
        }
        let many: Vec<_> = (0..=MAX_PARAMETERS).map(|i| format!("p{i}: 0\n")).collect();
        let error = read(&many.concat()).unwrap_err();
        assert_eq!(error, "it has more than 10000 parameters");
    }

    #[test]
    fn overrides_state_parameters() {
        let text = "- lr=0.1\n- +optimizer.momentum=0.9\n- ++a=b=c\n- ~gone\n- model@net=big\n";
        let stated = stated(yaml::parse(text).unwrap()).unwrap();
        let shown: Vec<_> = stated
            .values
            .iter()
            .map(|(n, v)| format!("{n}={v}"))
            .collect();
        assert_eq!(
            shown,
            ["a=b=c", "lr=0.1", "model@net=big", "optimizer/momentum=0.9"]
        );
    }
}
