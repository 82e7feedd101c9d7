//! The files that make a directory a model of MLflow's: they say how to load it, what it takes, and which Python
//! packages that needs.

use std::fmt::Write as _;

use super::onnx::Needs;
use super::signature::{Signature, TensorSpec};

/// The model's own name in its directory.
pub(super) const MODEL_FILE: &str = "model.onnx";
/// The description of the directory.
pub(super) const DESCRIPTION: &str = "MLmodel";
/// An input as it is.
pub(super) const EXAMPLE: &str = "input_example.json";
/// The same as the body of a request to `/invocations`.
pub(super) const REQUEST: &str = "serving_input_example.json";

const REQUIREMENTS: &str = "requirements.txt";
const PYTHON_ENV: &str = "python_env.yaml";
const CONDA: &str = "conda.yaml";

/// No Python has written the model, so any will do that MLflow and onnxruntime have long been built for. With
/// `--env-manager local` it is the one that serves.
const PYTHON: &str = "3.11";

/// What is known of a model.
#[derive(Debug)]
pub(super) struct Description<'a> {
    pub(super) model_id: &'a str,
    pub(super) run_id: &'a str,
    pub(super) artifact_uri: &'a str,
    /// The server's version, which can load what it is given.
    pub(super) mlflow: Option<&'a str>,
    pub(super) needs: &'a Needs,
    pub(super) signature: &'a Signature,
    pub(super) has_example: bool,
    /// Bytes of all of the model's files.
    pub(super) size: u64,
    /// `2026-01-31 23:59:59.000000`, in UTC.
    pub(super) created: &'a str,
}

impl Description<'_> {
    /// The files to be written beside the model, with their names.
    pub(super) fn files(&self) -> [(&'static str, String); 4] {
        [
            (DESCRIPTION, self.mlmodel()),
            (REQUIREMENTS, self.requirements().join("\n") + "\n"),
            (PYTHON_ENV, python_env()),
            (CONDA, self.conda()),
        ]
    }

    fn mlmodel(&self) -> String {
        let mut text = format!(
            "artifact_path: {}
flavors:
  onnx:
    code: null
    data: {MODEL_FILE}
    onnx_version: {}
    providers:
    - CPUExecutionProvider
  python_function:
    data: {MODEL_FILE}
    env:
      conda: {CONDA}
      virtualenv: {PYTHON_ENV}
    loader_module: mlflow.onnx
    python_version: {}
",
            quoted(self.artifact_uri),
            self.needs.onnx,
            quoted(PYTHON),
        );
        // Writing to a string does not fail.
        if let Some(version) = self.mlflow {
            let _ = writeln!(text, "mlflow_version: {}", quoted(version));
        }
        let id = quoted(self.model_id);
        let _ = write!(
            text,
            "model_id: {id}\nmodel_size_bytes: {}\nmodel_uuid: {id}\nrun_id: {}\n",
            self.size,
            quoted(self.run_id),
        );
        if self.has_example {
            let _ = write!(
                text,
                "saved_input_example_info:\n  artifact_path: {EXAMPLE}\n  serving_input_path: {REQUEST}\n  type: ndarray\n"
            );
        }
        // MLflow wants no signature without inputs.
        if let Some(inputs) = &self.signature.inputs {
            let outputs = self.signature.outputs.as_deref();
            let outputs = outputs.map_or_else(|| "null".to_owned(), json);
            let inputs = json(inputs);
            let _ = write!(
                text,
                "signature:\n  inputs: {inputs}\n  outputs: {outputs}\n  params: null\n"
            );
        }
        let _ = writeln!(text, "utc_time_created: {}", quoted(self.created));
        text
    }

    fn requirements(&self) -> [String; 4] {
        [
            self.mlflow
                .map_or("mlflow".to_owned(), |version| format!("mlflow=={version}")),
            format!("onnx>={}", self.needs.onnx),
            format!("onnxruntime>={}", self.needs.onnxruntime),
            "numpy".to_owned(),
        ]
    }

    fn conda(&self) -> String {
        let mut text =
            format!("channels:\n- conda-forge\ndependencies:\n- python={PYTHON}\n- pip\n- pip:\n");
        for requirement in self.requirements() {
            let _ = writeln!(text, "  - {}", quoted(&requirement));
        }
        text + "name: mlflow-env\n"
    }
}

fn python_env() -> String {
    format!(
        "python: {}\nbuild_dependencies:\n- pip\ndependencies:\n- -r {REQUIREMENTS}\n",
        quoted(PYTHON)
    )
}

fn json(specs: &[TensorSpec]) -> String {
    // Structs of text and numbers are always JSON.
    quoted(&serde_json::to_string(specs).unwrap_or_default())
}

/// Text in YAML. In double quotes any character can be written, and text that looks like a number stays text.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            // What YAML does not count as printable, and what its readers take for the end of a line.
            c if c.is_control()
                || matches!(
                    c,
                    '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
                ) =>
            {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn description<'a>(signature: &'a Signature, has_example: bool) -> Description<'a> {
        Description {
            model_id: "m-0a",
            run_id: "123e4567",
            artifact_uri: "mlflow-artifacts:/1/models/m-0a/artifacts",
            mlflow: Some("3.17.2"),
            needs: &Needs {
                onnx: "1.12.0",
                onnxruntime: "1.13.1",
            },
            signature,
            has_example,
            size: 229,
            created: "2026-01-31 23:59:59.000000",
        }
    }

    #[test]
    fn a_model_says_how_it_is_loaded_and_what_it_takes() {
        let signature = Signature {
            inputs: Some(Vec::new()),
            ..Signature::default()
        };
        let [(name, mlmodel), requirements, python_env, conda] =
            description(&signature, true).files();
        assert_eq!(name, "MLmodel");
        assert_eq!(
            mlmodel,
            r#"artifact_path: "mlflow-artifacts:/1/models/m-0a/artifacts"
flavors:
  onnx:
    code: null
    data: model.onnx
    onnx_version: 1.12.0
    providers:
    - CPUExecutionProvider
  python_function:
    data: model.onnx
    env:
      conda: conda.yaml
      virtualenv: python_env.yaml
    loader_module: mlflow.onnx
    python_version: "3.11"
mlflow_version: "3.17.2"
model_id: "m-0a"
model_size_bytes: 229
model_uuid: "m-0a"
run_id: "123e4567"
saved_input_example_info:
  artifact_path: input_example.json
  serving_input_path: serving_input_example.json
  type: ndarray
signature:
  inputs: "[]"
  outputs: null
  params: null
utc_time_created: "2026-01-31 23:59:59.000000"
"#
        );
        assert_eq!(
            requirements.1,
            "mlflow==3.17.2\nonnx>=1.12.0\nonnxruntime>=1.13.1\nnumpy\n"
        );
        assert!(python_env.1.starts_with("python: \"3.11\"\n"));
        assert!(conda.1.contains("  - \"onnx>=1.12.0\"\n"));
    }

    #[test]
    fn without_inputs_there_is_no_signature() {
        let [(_, mlmodel), ..] = description(&Signature::default(), false).files();
        assert!(!mlmodel.contains("signature") && !mlmodel.contains("example"));
    }

    #[test]
    fn any_text_can_be_written_as_yaml() {
        assert_eq!(quoted("a: 'b' #"), "\"a: 'b' #\"");
        assert_eq!(quoted("\"\\"), r#""\"\\""#);
        assert_eq!(
            quoted("größe 損\n\u{85}\u{2028}"),
            r#""größe 損\u000a\u0085\u2028""#
        );
    }
}
