//! Any message that a writer might store, in the generated types.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use tfevents::proto::event::What;
use tfevents::proto::summary::{Audio, Image, Value, value};
use tfevents::proto::summary_metadata::PluginData;
use tfevents::proto::tensor_shape_proto::Dim;
use tfevents::proto::{
    Event, HistogramProto, LogMessage, SessionLog, SourceMetadata, Summary, SummaryMetadata,
    TaggedRunMetadata, TensorProto, TensorShapeProto,
};

/// Any bit pattern, and the notable ones often.
pub(crate) fn double() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<u64>().prop_map(f64::from_bits),
        (0..0x100_0000_0000u64).prop_map(|millis| millis as f64 / 1e3),
        prop::sample::select(vec![
            0.0,
            -0.0,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::MIN_POSITIVE / 2.0,
        ]),
    ]
}

/// As [`double`].
pub(crate) fn float() -> impl Strategy<Value = f32> {
    prop_oneof![
        any::<u32>().prop_map(f32::from_bits),
        prop::sample::select(vec![0.0, -0.0, 0.5, f32::NAN, f32::INFINITY]),
    ]
}

pub(crate) fn integer() -> impl Strategy<Value = i64> {
    prop_oneof![any::<i64>(), -3..300i64]
}

/// Empty, ASCII, and any other Unicode.
pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z/_]{0,8}",
        vec(any::<char>(), 0..4).prop_map(|c| c.into_iter().collect())
    ]
}

pub(crate) fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..12)
}

pub(crate) fn event() -> impl Strategy<Value = Event> {
    let what = prop_oneof![
        1 => text().prop_map(What::FileVersion),
        1 => bytes().prop_map(What::GraphDef),
        6 => vec(value(), 0..4).prop_map(|value| What::Summary(Summary { value })),
        1 => (any::<i32>(), text())
            .prop_map(|(level, message)| What::LogMessage(LogMessage { level, message })),
        1 => (any::<i32>(), text(), text()).prop_map(|(status, checkpoint_path, msg)| {
            What::SessionLog(SessionLog { status, checkpoint_path, msg })
        }),
        1 => (text(), bytes()).prop_map(|(tag, run_metadata)| {
            What::TaggedRunMetadata(TaggedRunMetadata { tag, run_metadata })
        }),
        1 => bytes().prop_map(What::MetaGraphDef),
    ];
    let source = text().prop_map(|writer| SourceMetadata { writer });
    (double(), integer(), option::of(what), option::of(source)).prop_map(
        |(wall_time, step, what, source_metadata)| Event {
            wall_time,
            step,
            what,
            source_metadata,
        },
    )
}

/// What `add_scalar` writes, with tags short and long.
pub(crate) fn scalar() -> impl Strategy<Value = Event> {
    let tag = prop_oneof![9 => text(), 1 => "[a-z]{90,140}"];
    (double(), integer(), tag, float()).prop_map(|(wall_time, step, tag, number)| Event {
        wall_time,
        step,
        what: Some(What::Summary(Summary {
            value: vec![Value {
                tag,
                value: Some(value::Value::SimpleValue(number)),
                ..Default::default()
            }],
        })),
        ..Default::default()
    })
}

fn value() -> impl Strategy<Value = Value> {
    let data = prop_oneof![
        float().prop_map(value::Value::SimpleValue),
        bytes().prop_map(value::Value::ObsoleteOldStyleHistogram),
        image().prop_map(value::Value::Image),
        histogram().prop_map(value::Value::Histo),
        audio().prop_map(value::Value::Audio),
        tensor().prop_map(value::Value::Tensor),
    ];
    (text(), text(), option::of(metadata()), option::of(data)).prop_map(
        |(tag, node_name, metadata, value)| Value {
            tag,
            node_name,
            metadata,
            value,
        },
    )
}

fn metadata() -> impl Strategy<Value = SummaryMetadata> {
    let plugin = (text(), bytes()).prop_map(|(plugin_name, content)| PluginData {
        plugin_name,
        content,
    });
    (option::of(plugin), text(), text(), any::<i32>()).prop_map(
        |(plugin_data, display_name, summary_description, data_class)| SummaryMetadata {
            plugin_data,
            display_name,
            summary_description,
            data_class,
        },
    )
}

fn image() -> impl Strategy<Value = Image> {
    (any::<i32>(), any::<i32>(), any::<i32>(), bytes()).prop_map(
        |(height, width, colorspace, encoded_image_string)| Image {
            height,
            width,
            colorspace,
            encoded_image_string,
        },
    )
}

fn audio() -> impl Strategy<Value = Audio> {
    (float(), integer(), integer(), bytes(), text()).prop_map(
        |(sample_rate, num_channels, length_frames, encoded_audio_string, content_type)| Audio {
            sample_rate,
            num_channels,
            length_frames,
            encoded_audio_string,
            content_type,
        },
    )
}

fn histogram() -> impl Strategy<Value = HistogramProto> {
    let numbers = || vec(double(), 0..5);
    (
        [double(), double(), double(), double(), double()],
        numbers(),
        numbers(),
    )
        .prop_map(
            |([min, max, num, sum, sum_squares], bucket_limit, bucket)| HistogramProto {
                min,
                max,
                num,
                sum,
                sum_squares,
                bucket_limit,
                bucket,
            },
        )
}

/// Element types that occur, and numbers that are none.
pub(crate) fn dtype() -> impl Strategy<Value = i32> {
    prop_oneof![12 => 0..34i32, 1 => any::<i32>()]
}

/// Any shape, possible or not.
pub(crate) fn shape() -> impl Strategy<Value = TensorShapeProto> {
    let size = prop_oneof![20 => 0..4i64, 1 => any::<i64>()];
    let dim = (size, text()).prop_map(|(size, name)| Dim { size, name });
    let unknown = prop::bool::weighted(0.05);
    (vec(dim, 0..4), unknown).prop_map(|(dim, unknown_rank)| TensorShapeProto { dim, unknown_rank })
}

/// Any tensor; few of them have the elements that their type and shape want.
pub(crate) fn tensor() -> impl Strategy<Value = TensorProto> {
    let bits = prop_oneof![0..0x1_0000i32, any::<i32>()];
    let floats = (
        vec(float(), 0..5),
        vec(float(), 0..5),
        vec(double(), 0..5),
        vec(double(), 0..5),
    );
    let integers = (
        vec(any::<i32>(), 0..5),
        vec(integer(), 0..5),
        vec(bits, 0..5),
        vec(any::<u32>(), 0..5),
        vec(any::<u64>(), 0..5),
    );
    let others = (vec(bytes(), 0..4), vec(any::<bool>(), 0..5), bytes());
    (
        dtype(),
        option::of(shape()),
        any::<i32>(),
        bytes(),
        floats,
        integers,
        others,
    )
        .prop_map(
            |(dtype, tensor_shape, version_number, tensor_content, floats, integers, others)| {
                let (float_val, scomplex_val, double_val, dcomplex_val) = floats;
                let (int_val, int64_val, half_val, uint32_val, uint64_val) = integers;
                let (string_val, bool_val, float8_val) = others;
                TensorProto {
                    dtype,
                    tensor_shape,
                    version_number,
                    tensor_content,
                    float_val,
                    scomplex_val,
                    double_val,
                    dcomplex_val,
                    int_val,
                    int64_val,
                    half_val,
                    uint32_val,
                    uint64_val,
                    string_val,
                    bool_val,
                    float8_val,
                    ..Default::default()
                }
            },
        )
}
