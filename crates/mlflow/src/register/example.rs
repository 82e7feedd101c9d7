//! An input to try the model with, which MLflow shows beside it.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::signature::Signature;
use tfevents::reader::path_text;

use crate::error::{Error, ErrorKind, Result};

/// A file's input: values by the names of the model's inputs.
#[derive(Debug, PartialEq)]
pub(super) struct Example(Map<String, Value>);

impl Example {
    /// Reads a file with values by name, alone or as `inputs` as they are sent to a served model; for a model with one
    /// input, the values alone are enough.
    ///
    /// # Errors
    ///
    /// A file that cannot be read; names that are not those of the model's inputs.
    pub(super) fn read(path: &Path, signature: &Signature) -> Result<Self> {
        let text = fs::read_to_string(path).map_err(|e| Error::unreadable(path, &e))?;
        let inputs = signature.inputs.as_deref().unwrap_or_default();
        let names: Vec<_> = inputs.iter().map(|input| &*input.name).collect();
        let example = Self::parse(&text, &names);
        example.map_err(|why| {
            let problem = format!("`{}` is not an input of the model: {why}", path_text(path));
            Error::new(ErrorKind::Invalid, problem)
        })
    }

    fn parse(text: &str, names: &[&str]) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|e| format!("not JSON: {e}"))?;
        let values = match (value, names) {
            (Value::Object(mut object), _) => match object.remove("inputs") {
                Some(Value::Object(inputs)) if object.is_empty() => inputs,
                Some(inputs) => {
                    object.insert("inputs".to_owned(), inputs);
                    object
                }
                None => object,
            },
            (value, &[name]) => Map::from_iter([(name.to_owned(), value)]),
            _ => return Err("expected an object with the values of each input".to_owned()),
        };
        // Without a signature nobody knows the names.
        if !names.is_empty() {
            let list = |names: &[&str]| {
                let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
                names.join(", ")
            };
            if let Some(other) = values.keys().find(|name| !names.contains(&&***name)) {
                return Err(format!(
                    "it has `{other}`, but the model takes {}",
                    list(names)
                ));
            }
            let missing: Vec<_> = names
                .iter()
                .copied()
                .filter(|name| !values.contains_key(*name))
                .collect();
            if !missing.is_empty() {
                return Err(format!("it lacks {}", list(&missing)));
            }
        }
        Ok(Self(values))
    }

    /// As it is.
    pub(super) fn input(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }

    /// As the body of a request.
    pub(super) fn request(&self) -> String {
        json!({ "inputs": self.0 }).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_taken_in_the_forms_that_people_have() {
        for text in [
            r#"{"x": [[1, 2.5]]}"#,
            r#"{"inputs": {"x": [[1, 2.5]]}}"#,
            "[[1, 2.5]]",
        ] {
            let example = Example::parse(text, &["x"]).unwrap();
            assert_eq!(example.input(), r#"{"x":[[1,2.5]]}"#);
            assert_eq!(example.request(), r#"{"inputs":{"x":[[1,2.5]]}}"#);
        }
        // A model whose input has that name.
        let example = Example::parse(r#"{"inputs": [1]}"#, &["inputs"]).unwrap();
        assert_eq!(example.input(), r#"{"inputs":[1]}"#);
    }

    #[test]
    fn names_are_those_of_the_model() {
        for (text, why) in [
            (r#"{"y": 1}"#, "it has `y`, but the model takes `x`, `z`"),
            (r#"{"x": 1}"#, "it lacks `z`"),
            ("[1]", "an object"),
            ("{", "not JSON"),
        ] {
            let error = Example::parse(text, &["x", "z"]).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
        assert!(Example::parse(r#"{"any": 1}"#, &[]).is_ok());
    }
}
