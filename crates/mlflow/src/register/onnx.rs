//! An ONNX model as a file: whether it is one, which versions it needs, and which other files belong to it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use tfevents::proto::Message as _;
use tfevents::proto::onnx::{AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto};

use tfevents::reader::path_text;

use crate::error::{Error, ErrorKind, Result};

/// What a Git LFS pointer starts with.
const LFS_POINTER: &[u8] = b"version https://git-lfs";
/// The key under which an ONNX tensor names the file that holds its elements.
const LOCATION: &str = "location";

/// First releases of `onnx` and `onnxruntime`, and the versions of the file format and of the standard operators from
/// which on these are needed.
const RELEASES: [(&str, &str, i64, i64); 14] = [
    ("1.7.0", "1.4.0", 7, 12),
    ("1.8.0", "1.7.0", 7, 13),
    ("1.9.0", "1.8.0", 7, 14),
    ("1.10.0", "1.10.0", 8, 15),
    ("1.11.0", "1.11.0", 8, 16),
    ("1.12.0", "1.13.1", 8, 17),
    ("1.13.0", "1.14.0", 8, 18),
    ("1.14.0", "1.15.0", 9, 19),
    ("1.15.0", "1.17.0", 9, 20),
    ("1.16.0", "1.20.0", 10, 21),
    ("1.17.0", "1.21.0", 10, 22),
    ("1.18.0", "1.22.0", 11, 23),
    ("1.19.0", "1.23.0", 12, 24),
    ("1.20.0", "1.24.0", 13, 25),
];

/// A model that was read, without its weights.
#[derive(Debug)]
pub(super) struct Onnx {
    pub(super) graph: GraphProto,
    /// Version of the file format.
    pub(super) ir_version: i64,
    /// Version of the standard operators; 0 if the model uses none.
    pub(super) opset: i64,
    /// Files that hold weights: their paths beside the model.
    pub(super) beside: Vec<String>,
}

/// The Python packages that can read a model.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Needs {
    pub(super) onnx: &'static str,
    pub(super) onnxruntime: &'static str,
}

impl Onnx {
    /// Reads the model in a file.
    ///
    /// # Errors
    ///
    /// A file that cannot be read or is not an ONNX model; weights in files that are elsewhere or missing.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).map_err(|e| Error::unreadable(path, &e))?;
        let model =
            Self::parse(&bytes).map_err(|why| invalid(format!("`{}`: {why}", path_text(path))))?;
        for name in &model.beside {
            let file = path.with_file_name("").join(name);
            if !file.is_file() {
                return Err(invalid(format!(
                    "`{}` keeps weights in `{}`, which is missing; put it there",
                    path_text(path),
                    path_text(&file)
                )));
            }
        }
        Ok(model)
    }

    fn parse(bytes: &[u8]) -> Result<Self, String> {
        if bytes.starts_with(LFS_POINTER) {
            return Err(
                "a Git LFS pointer, not the model; fetch it with `git lfs pull`".to_owned(),
            );
        }
        let not_one = || "not an ONNX model".to_owned();
        let model = ModelProto::decode(bytes).map_err(|_| not_one())?;
        // Many bytes are some message or other, but hardly any have these.
        let graph = model.graph.filter(|graph| !graph.output.is_empty());
        let graph = graph.ok_or_else(not_one)?;
        if model.ir_version == 0 || model.opset_import.is_empty() {
            return Err(not_one());
        }
        let mut locations = BTreeSet::new();
        walk(&graph, &mut locations);
        for function in &model.functions {
            walk_nodes(&function.node, &mut locations);
        }
        if let Some(outside) = locations.iter().find(|location| !is_beside(location)) {
            return Err(format!(
                "weights in `{outside}`, which is not below the model's directory"
            ));
        }
        let beside = locations.into_iter().map(str::to_owned).collect();
        let opsets = model.opset_import.iter();
        let standard = opsets.filter(|set| matches!(&*set.domain, "" | "ai.onnx"));
        Ok(Self {
            graph,
            ir_version: model.ir_version,
            opset: standard.map(|set| set.version).max().unwrap_or(0),
            beside,
        })
    }

    /// The oldest packages that can read it; the newest that are known here for a model that is newer still.
    pub(super) fn needs(&self) -> Needs {
        let [.., newest] = &RELEASES;
        let mut releases = RELEASES.iter();
        let first =
            releases.find(|(_, _, ir, opset)| self.ir_version <= *ir && self.opset <= *opset);
        let (onnx, onnxruntime, ..) = *first.unwrap_or(newest);
        Needs { onnx, onnxruntime }
    }
}

/// Whether a path leads to where the model is, or below.
fn is_beside(location: &str) -> bool {
    let path = PathBuf::from(location);
    let mut parts = path.components();
    !location.is_empty()
        && parts.all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

fn walk<'g>(graph: &'g GraphProto, found: &mut BTreeSet<&'g str>) {
    let sparse = graph.sparse_initializer.iter();
    let sparse = sparse.flat_map(|sparse| sparse.values.iter().chain(&sparse.indices));
    found.extend(graph.initializer.iter().chain(sparse).filter_map(location));
    walk_nodes(&graph.node, found);
}

fn walk_nodes<'g>(nodes: &'g [NodeProto], found: &mut BTreeSet<&'g str>) {
    for attribute in nodes.iter().flat_map(|node| &node.attribute) {
        let AttributeProto {
            t,
            tensors,
            g,
            graphs,
            ..
        } = attribute;
        found.extend(t.iter().chain(tensors).filter_map(location));
        for graph in g.iter().chain(graphs) {
            walk(graph, found);
        }
    }
}

fn location(tensor: &TensorProto) -> Option<&str> {
    let mut entries = tensor.external_data.iter();
    let entry = entries.find(|entry| entry.key == LOCATION)?;
    Some(&entry.value)
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::Invalid, message)
}

#[cfg(test)]
mod tests {
    use tfevents::proto::onnx::{OperatorSetIdProto, StringStringEntryProto, ValueInfoProto};

    use super::*;

    fn tensor(location: &str) -> TensorProto {
        TensorProto {
            external_data: vec![StringStringEntryProto {
                key: LOCATION.to_owned(),
                value: location.to_owned(),
            }],
            ..Default::default()
        }
    }

    fn model(ir_version: i64, opset: i64, locations: &[&str]) -> Vec<u8> {
        let [initializers, constants] = [0, 1].map(|odd| {
            let each = locations.iter().enumerate();
            let each = each.filter(move |(i, _)| i % 2 == odd);
            each.map(|(_, location)| tensor(location))
                .collect::<Vec<_>>()
        });
        let branch = GraphProto {
            node: vec![NodeProto {
                attribute: vec![AttributeProto {
                    tensors: constants,
                    ..Default::default()
                }],
                ..Default::default()
            }],
            ..Default::default()
        };
        let graph = GraphProto {
            initializer: initializers,
            node: vec![NodeProto {
                attribute: vec![AttributeProto {
                    g: Some(branch),
                    ..Default::default()
                }],
                ..Default::default()
            }],
            output: vec![ValueInfoProto::default()],
            ..Default::default()
        };
        let model = ModelProto {
            ir_version,
            graph: Some(graph),
            opset_import: vec![OperatorSetIdProto {
                domain: String::new(),
                version: opset,
            }],
            ..Default::default()
        };
        model.encode_to_vec()
    }

    #[test]
    fn the_oldest_packages_that_read_it_are_needed() {
        for (ir, opset, onnx, onnxruntime) in [
            (3, 7, "1.7.0", "1.4.0"),
            (8, 13, "1.10.0", "1.10.0"),
            (10, 17, "1.16.0", "1.20.0"),
            (10, 22, "1.17.0", "1.21.0"),
            (99, 99, "1.20.0", "1.24.0"),
        ] {
            let needs = Onnx::parse(&model(ir, opset, &[])).unwrap().needs();
            assert_eq!(needs, Needs { onnx, onnxruntime }, "{ir} {opset}");
        }
    }

    #[test]
    fn files_that_hold_weights_belong_to_it() {
        let found = Onnx::parse(&model(8, 17, &["b.data", "sub/a.data", "b.data"])).unwrap();
        assert_eq!(found.beside, ["b.data", "sub/a.data"]);
        for outside in ["../x", "/etc/passwd", "a/../../x", ""] {
            let error = Onnx::parse(&model(8, 17, &["ok", outside])).unwrap_err();
            assert!(error.contains("not below the model's directory"), "{error}");
        }
    }

    #[test]
    fn what_is_not_a_model_is_refused() {
        let pointer = b"version https://git-lfs.github.com/spec/v1\n";
        for (bytes, why) in [
            (&b""[..], "not an ONNX model"),
            (b"PK\x03\x04", "not an ONNX model"),
            (b"hello, world", "not an ONNX model"),
            (pointer, "git lfs pull"),
            (&model(0, 1, &[]), "not an ONNX model"),
        ] {
            let error = Onnx::parse(bytes).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn missing_weights_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("net.onnx");
        fs::write(&path, model(8, 17, &["net.data"])).unwrap();
        let error = Onnx::read(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains("net.data"), "{error}");
        fs::write(dir.path().join("net.data"), b"").unwrap();
        assert_eq!(Onnx::read(&path).unwrap().beside, ["net.data"]);
    }
}
