//! Event files as other writers might make them.

use std::fs;
use std::path::Path;

use tfevents::proto::summary::value::Value;
use tfevents::proto::{self, Message as _, event::What, summary_metadata::PluginData};
use tfevents::record;
use tfevents::tensor::DataType;

/// Writes a file of these events, behind its version.
pub(super) fn write(dir: &Path, events: &[proto::Event]) {
    write_file(dir, 0, events);
}

/// Writes one of the files of a run, which are read in the order of their numbers.
pub(super) fn write_file(dir: &Path, number: u32, events: &[proto::Event]) {
    let version = proto::Event {
        wall_time: 1_700_000_000.0,
        what: Some(What::FileVersion("brain.Event:2".to_owned())),
        ..Default::default()
    };
    let mut bytes = Vec::new();
    for event in [&version].into_iter().chain(events) {
        record::frame(&mut bytes, &event.encode_to_vec());
    }
    fs::create_dir_all(dir).unwrap();
    let name = format!("events.out.tfevents.170000000{number}.host.1.0");
    fs::write(dir.join(name), bytes).unwrap();
}

pub(super) fn event(step: i64, what: What) -> proto::Event {
    proto::Event {
        wall_time: 1_700_000_000.0,
        step,
        what: Some(what),
        ..Default::default()
    }
}

/// A value of a plugin, with the data class that it has as a rule.
pub(super) struct Of {
    pub(super) tag: &'static str,
    pub(super) plugin: &'static str,
    pub(super) content: Vec<u8>,
    pub(super) class: i32,
    pub(super) step: i64,
}

pub(super) fn of(plugin: &'static str) -> Of {
    Of {
        tag: "x",
        plugin,
        content: Vec::new(),
        class: tfevents::plugin::metadata(plugin, Vec::new()).data_class,
        step: 0,
    }
}

impl Of {
    pub(super) fn tag(self, tag: &'static str) -> Self {
        Self { tag, ..self }
    }

    pub(super) fn step(self, step: i64) -> Self {
        Self { step, ..self }
    }

    pub(super) fn class(self, class: i32) -> Self {
        Self { class, ..self }
    }

    pub(super) fn content(self, content: impl Into<Vec<u8>>) -> Self {
        let content = content.into();
        Self { content, ..self }
    }

    pub(super) fn value(self, value: Option<Value>) -> proto::Event {
        let metadata = proto::SummaryMetadata {
            plugin_data: Some(PluginData {
                plugin_name: self.plugin.to_owned(),
                content: self.content,
            }),
            data_class: self.class,
            ..Default::default()
        };
        let value = proto::summary::Value {
            tag: self.tag.to_owned(),
            metadata: Some(metadata),
            value,
            ..Default::default()
        };
        event(
            self.step,
            What::Summary(proto::Summary { value: vec![value] }),
        )
    }

    pub(super) fn tensor(self, tensor: proto::TensorProto) -> proto::Event {
        self.value(Some(Value::Tensor(tensor)))
    }

    pub(super) fn strings(self, shape: &[i64], strings: &[&[u8]]) -> proto::Event {
        self.tensor(strings_of(shape, strings))
    }

    pub(super) fn floats(self, shape: &[i64], floats: &[f32]) -> proto::Event {
        self.tensor(proto::TensorProto {
            float_val: floats.to_vec(),
            ..empty(DataType::Float, shape)
        })
    }

    pub(super) fn doubles(self, shape: &[i64], doubles: &[f64]) -> proto::Event {
        self.tensor(proto::TensorProto {
            double_val: doubles.to_vec(),
            ..empty(DataType::Double, shape)
        })
    }

    pub(super) fn ints(self, shape: &[i64], ints: &[i32]) -> proto::Event {
        self.tensor(proto::TensorProto {
            int_val: ints.to_vec(),
            ..empty(DataType::Int32, shape)
        })
    }

    pub(super) fn unsigned(self, shape: &[i64], unsigned: &[u32]) -> proto::Event {
        self.tensor(proto::TensorProto {
            uint32_val: unsigned.to_vec(),
            ..empty(DataType::Uint32, shape)
        })
    }

    pub(super) fn complex(self, shape: &[i64], parts: &[f32]) -> proto::Event {
        self.tensor(proto::TensorProto {
            scomplex_val: parts.to_vec(),
            ..empty(DataType::Complex64, shape)
        })
    }
}

/// A tensor of no elements.
pub(super) fn empty(dtype: DataType, shape: &[i64]) -> proto::TensorProto {
    let dim = shape.iter().map(|&size| proto::tensor_shape_proto::Dim {
        size,
        ..Default::default()
    });
    proto::TensorProto {
        dtype: dtype.number(),
        tensor_shape: Some(proto::TensorShapeProto {
            dim: dim.collect(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

pub(super) fn strings_of(shape: &[i64], strings: &[&[u8]]) -> proto::TensorProto {
    proto::TensorProto {
        string_val: strings.iter().map(|s| s.to_vec()).collect(),
        ..empty(DataType::String, shape)
    }
}

/// A value of the older form.
pub(super) fn old(value: Value) -> proto::Event {
    let value = proto::summary::Value {
        tag: "x".to_owned(),
        value: Some(value),
        ..Default::default()
    };
    event(0, What::Summary(proto::Summary { value: vec![value] }))
}

pub(super) fn scalar(tag: &str, step: i64) -> proto::Event {
    let value = proto::summary::Value {
        tag: tag.to_owned(),
        value: Some(Value::SimpleValue(0.5)),
        ..Default::default()
    };
    event(step, What::Summary(proto::Summary { value: vec![value] }))
}
