//! Conceptual graphs: a model drawn layer by layer instead of operation by operation.

use std::collections::HashSet;
use std::fmt::Write as _;

use crate::error::{Error, Result};
use crate::plugin::graph::{KERAS_MODEL, VERSION};
use crate::plugin::{self, Stored};
use crate::proto;
use crate::tensor::{self, DataType};

/// A model as Keras describes one, for the "Conceptual graph" of TensorBoard's graph dashboard; logged by
/// [`add_conceptual_graph`](crate::SummaryWriter::add_conceptual_graph).
///
/// Slashes in the names of layers make groups. All names stand below the model's own.
///
/// # Examples
///
/// ```
/// use tfevents::plugin::graph::Layer;
/// use tfevents::Model;
/// use tfevents::tensor::DataType;
///
/// let model = Model::new("classifier")
///     .layer(Layer::new("image", "InputLayer").dtype(DataType::Float))
///     .layer(Layer::new("encoder/conv", "Conv2D").input("image"))
///     .layer(Layer::new("encoder/norm", "BatchNormalization").input("encoder/conv"))
///     .layer(Layer::new("skip", "Add").input("image").input("encoder/norm"));
/// # let dir = tempfile::tempdir()?;
/// # let writer = tfevents::SummaryWriter::new(dir.path())?;
/// writer.add_conceptual_graph("classifier", &model)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    name: String,
    layers: Vec<Layer>,
}

/// One layer of a [`Model`].
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    name: String,
    class: String,
    dtype: Option<DataType>,
    inputs: Vec<String>,
}

impl Layer {
    /// A layer with a unique name and a class, as in `("encoder/conv", "Conv2D")`.
    pub fn new(name: impl Into<String>, class: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            class: class.into(),
            dtype: None,
            inputs: Vec::new(),
        }
    }

    /// Adds an input from the layer with this name.
    #[must_use]
    pub fn input(mut self, from: impl Into<String>) -> Self {
        self.inputs.push(from.into());
        self
    }

    /// The type that the layer computes in.
    #[must_use]
    pub fn dtype(mut self, dtype: DataType) -> Self {
        self.dtype = Some(dtype);
        self
    }

    fn write_json(&self, json: &mut String) {
        json.push_str("{\"class_name\":");
        write_string(json, &self.class);
        json.push_str(",\"config\":{\"name\":");
        write_string(json, &self.name);
        if let Some(dtype) = self.dtype {
            json.push_str(",\"dtype\":");
            write_string(json, &dtype_name(dtype));
        }
        // Present even when empty: without it, TensorBoard would link a layer to the one before it.
        json.push_str("},\"inbound_nodes\":[");
        if !self.inputs.is_empty() {
            json.push_str("{\"args\":[");
            for (i, input) in self.inputs.iter().enumerate() {
                json.push_str(if i > 0 { "," } else { "" });
                json.push_str(
                    "{\"class_name\":\"__keras_tensor__\",\"config\":{\"keras_history\":[",
                );
                write_string(json, input);
                json.push_str(",0,0]}}");
            }
            json.push_str("],\"kwargs\":{}}");
        }
        json.push_str("]}");
    }
}

impl Model {
    /// A model without layers.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            layers: Vec::new(),
        }
    }

    /// Adds a layer.
    #[must_use]
    pub fn layer(mut self, layer: Layer) -> Self {
        self.push(layer);
        self
    }

    /// Adds a layer in place, for models that are described in a loop.
    pub fn push(&mut self, layer: Layer) {
        self.layers.push(layer);
    }

    /// The JSON stored in the file: what Keras 3 writes for a functional model, as far as TensorBoard reads it.
    ///
    /// # Errors
    ///
    /// No layers at all, layers without or of the same name, inputs from layers that are not there, and
    /// classes that are not ASCII, for which TensorBoard's server fails.
    pub fn to_json(&self) -> Result<String> {
        self.check()?;
        let mut json = "{\"class_name\":\"Functional\",\"config\":{\"name\":".to_owned();
        write_string(&mut json, &self.name);
        json.push_str(",\"layers\":[");
        for (i, layer) in self.layers.iter().enumerate() {
            json.push_str(if i > 0 { "," } else { "" });
            layer.write_json(&mut json);
        }
        json.push_str("]}}");
        Ok(json)
    }

    fn check(&self) -> Result<()> {
        if self.layers.is_empty() {
            return Err(Error::argument(format!(
                "the model {:?} has no layers: TensorBoard's server would fail to draw it",
                self.name
            )));
        }
        let mut names = HashSet::new();
        for Layer { name, class, .. } in &self.layers {
            if name.is_empty() || !names.insert(name.as_str()) {
                return Err(Error::argument(format!(
                    "the {class} layer {name:?} of the model needs a unique name"
                )));
            }
            if !class.is_ascii() {
                return Err(Error::argument(format!(
                    "the class {class:?} of the layer {name:?} is not ASCII: TensorBoard's server would fail to draw it"
                )));
            }
        }
        for layer in &self.layers {
            if let Some(input) = layer.inputs.iter().find(|i| !names.contains(i.as_str())) {
                return Err(Error::argument(format!(
                    "the layer {:?} has the input {input:?}, which is not a layer of the model",
                    layer.name
                )));
            }
        }
        Ok(())
    }
}

/// The name that Keras and TensorBoard know a type by.
fn dtype_name(dtype: DataType) -> String {
    match dtype {
        DataType::Float => "float32".to_owned(),
        DataType::Double => "float64".to_owned(),
        DataType::Half => "float16".to_owned(),
        other => other.name().replace("DT_", "").to_lowercase(),
    }
}

/// Appends a JSON string.
fn write_string(json: &mut String, text: &str) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            '\0'..='\x1f' => {
                // Writing to a string cannot fail.
                let _ = write!(json, "\\u{:04x}", u32::from(c));
            }
            _ => json.push(c),
        }
    }
    json.push('"');
}

impl Stored for Model {
    fn metadata(&self) -> proto::SummaryMetadata {
        plugin::metadata(KERAS_MODEL, VERSION.to_vec())
    }

    fn tensor(&self) -> Result<proto::TensorProto> {
        Ok(tensor::string_tensor(
            &[1],
            vec![self.to_json()?.into_bytes()],
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_holds_layers_and_edges() {
        let model = Model::new("m\"\n\u{e9}")
            .layer(Layer::new("in", "InputLayer").dtype(DataType::Float))
            .layer(
                Layer::new("a/b\\", "Dense")
                    .input("in")
                    .dtype(DataType::Bfloat16),
            )
            .layer(Layer::new("out", "Add").input("in").input("a/b\\"));
        let json: serde_json::Value = serde_json::from_str(&model.to_json().unwrap()).unwrap();
        assert_eq!(json["config"]["name"], "m\"\n\u{e9}");
        let layers = json["config"]["layers"].as_array().unwrap();
        assert_eq!(layers.len(), 3);
        assert_eq!(layers[0]["class_name"], "InputLayer");
        assert_eq!(layers[0]["config"]["dtype"], "float32");
        assert_eq!(layers[0]["inbound_nodes"], serde_json::json!([]));
        assert_eq!(layers[1]["config"]["name"], "a/b\\");
        assert_eq!(layers[1]["config"]["dtype"], "bfloat16");
        let history = |layer: usize, arg: usize| {
            &layers[layer]["inbound_nodes"][0]["args"][arg]["config"]["keras_history"]
        };
        assert_eq!(*history(1, 0), serde_json::json!(["in", 0, 0]));
        assert_eq!(*history(2, 1), serde_json::json!(["a/b\\", 0, 0]));
        assert_eq!(layers[2]["config"].get("dtype"), None);
    }

    #[test]
    fn what_tensorboard_cannot_draw_is_refused() {
        let refused = |model: Model, why: &str| {
            let message = model.to_json().unwrap_err().to_string();
            assert!(message.contains(why), "{message}");
        };
        let one = || Model::new("m").layer(Layer::new("a", "Dense"));
        refused(Model::new("m"), "no layers");
        refused(one().layer(Layer::new("a", "Add")), "\"a\"");
        refused(one().layer(Layer::new("", "Add")), "Add layer");
        refused(one().layer(Layer::new("b", "Dichte\u{e4}")), "ASCII");
        refused(one().layer(Layer::new("b", "Add").input("c")), "\"c\"");
    }
}
