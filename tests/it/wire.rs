//! The hand-written reading of events agrees with the generated types, on what writers write and on bytes
//! that no writer would.
//!
//! They differ on purpose in these points, each of which a test states:
//!
//! * A summary, a histogram and a tensor are decoded only when asked for. What a later member of the same
//!   oneof replaces is therefore never looked into, and may be broken.
//! * An empty `plugin_data` and none at all are the same to `MetadataRef`.
//! * Unknown groups may be nested 100 deep; `prost` counts the messages around them, too.

use proptest::collection::vec;
use proptest::prelude::*;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};
use tfevents::Tensor;
use tfevents::event::{DataRef, EventRef, MetadataRef, SummaryRef, ValueRef, What};
use tfevents::proto::{self, Message, event, summary};

use crate::support::arbitrary;
use crate::support::soup::{EVENT, delimited, keyed, mutated, soup};
use crate::support::{Verdict, accepted, differ};
use crate::tensor;

/// Our reading of a whole event, put together by hand. `None` where any part of it is refused.
fn ours(bytes: &[u8]) -> Option<proto::Event> {
    let event = EventRef::parse(bytes).ok()?;
    let what = match event.what {
        What::None => None,
        What::FileVersion(v) => Some(event::What::FileVersion(v.into())),
        What::GraphDef(v) => Some(event::What::GraphDef(v.into())),
        What::MetaGraphDef(v) => Some(event::What::MetaGraphDef(v.into())),
        What::LogMessage(v) => Some(event::What::LogMessage(proto::LogMessage {
            level: v.level,
            message: v.message.into(),
        })),
        What::SessionLog(v) => Some(event::What::SessionLog(proto::SessionLog {
            status: v.status,
            checkpoint_path: v.checkpoint_path.into(),
            msg: v.msg.into(),
        })),
        What::TaggedRunMetadata(v) => {
            Some(event::What::TaggedRunMetadata(proto::TaggedRunMetadata {
                tag: v.tag.into(),
                run_metadata: v.run_metadata.into(),
            }))
        }
        What::Summary(v) => {
            let values = v.values().map(|v| our_value(&v.ok()?));
            Some(event::What::Summary(proto::Summary {
                value: values.collect::<Option<_>>()?,
            }))
        }
        other => panic!("{other:?} is new"),
    };
    Some(proto::Event {
        wall_time: event.wall_time.as_secs(),
        step: event.step,
        what,
        source_metadata: event.source_writer.map(|writer| proto::SourceMetadata {
            writer: writer.into(),
        }),
    })
}

fn our_value(v: &ValueRef<'_>) -> Option<summary::Value> {
    use summary::value::Value;

    let value = match &v.data {
        DataRef::None => None,
        DataRef::Simple(v) => Some(Value::SimpleValue(*v)),
        DataRef::ObsoleteHistogram(v) => Some(Value::ObsoleteOldStyleHistogram(v.to_vec())),
        DataRef::Image(v) => Some(Value::Image(summary::Image {
            height: v.height,
            width: v.width,
            colorspace: v.colorspace,
            encoded_image_string: v.encoded.into(),
        })),
        DataRef::Audio(v) => Some(Value::Audio(summary::Audio {
            sample_rate: v.sample_rate,
            num_channels: v.num_channels,
            length_frames: v.length_frames,
            encoded_audio_string: v.encoded.into(),
            content_type: v.content_type.into(),
        })),
        DataRef::Histogram(v) => Some(Value::Histo(proto::merge(v.pieces()).ok()?)),
        DataRef::Tensor(v) => Some(Value::Tensor(proto::merge(v.pieces()).ok()?)),
        other => panic!("{other:?} is new"),
    };
    Some(summary::Value {
        tag: v.tag.into(),
        node_name: v.node_name.into(),
        metadata: v.metadata.map(our_metadata),
        value,
    })
}

fn our_metadata(m: MetadataRef<'_>) -> proto::SummaryMetadata {
    let plugin = proto::summary_metadata::PluginData {
        plugin_name: m.plugin_name.into(),
        content: m.content.into(),
    };
    let ours = proto::SummaryMetadata {
        plugin_data: (plugin != Default::default()).then_some(plugin),
        display_name: m.display_name.into(),
        summary_description: m.description.into(),
        data_class: m.data_class.number(),
    };
    assert_eq!(ours, m.into());
    ours
}

/// An empty `plugin_data` is none.
fn normal(mut event: proto::Event) -> proto::Event {
    if let Some(event::What::Summary(summary)) = &mut event.what {
        for metadata in summary.value.iter_mut().flat_map(|v| &mut v.metadata) {
            metadata.plugin_data = metadata.plugin_data.take_if(|p| *p != Default::default());
        }
    }
    event
}

/// Both readings refuse the bytes, or take them for the same event. Returns which.
fn agreed(bytes: &[u8]) -> Verdict {
    let theirs = |bytes: &[u8]| proto::Event::decode(bytes).ok();
    let parsed = EventRef::parse(bytes).ok();
    let copied = parsed.as_ref().map(proto::Event::try_from);
    let copied = copied.and_then(Result::ok);
    let theirs_copied = theirs(&without_replaced(bytes, EVENT_ALONE));
    if !same(&copied, &theirs_copied) {
        return differ(bytes, copied, theirs_copied);
    }
    let walked = ours(bytes);
    let theirs_walked = theirs(&without_replaced(bytes, WHOLE_EVENT)).map(normal);
    if !same(&walked, &theirs_walked) {
        return differ(bytes, walked, theirs_walked);
    }
    if let Some(event) = theirs(bytes) {
        prop_assert!(same(&copied, &Some(event)), "nothing was replaced");
    }
    if let Some(What::Summary(summary)) = parsed.map(|event| event.what) {
        short_cuts_agreed(&summary)?;
    }
    Ok(walked.is_some())
}

/// What can be had of a summary otherwise is the same.
fn short_cuts_agreed(summary: &SummaryRef<'_>) -> Verdict {
    if let Some((tag, number)) = summary.as_scalar() {
        let values: Vec<_> = summary.values().collect();
        let [Ok(value)] = values.as_slice() else {
            return differ(tag, number, values);
        };
        let plain = value.node_name.is_empty() && value.metadata.is_none();
        let same = |v: f32| v.to_bits() == number.to_bits();
        if !(plain && value.tag == tag && matches!(value.data, DataRef::Simple(v) if same(v))) {
            return differ(tag, number, value);
        }
    }
    for value in summary.values().flatten() {
        if let DataRef::Tensor(v) = value.data
            && let Ok(message) = proto::merge(v.pieces())
        {
            tensor::reads_as(&Tensor::from_encoded(&v), &message)?;
        }
    }
    Ok(true)
}

/// Down to the bits of the floats: the encoding tells NaNs apart, but leaves out zeros of either sign; the
/// debug text is the other way round.
fn same(a: &Option<proto::Event>, b: &Option<proto::Event>) -> bool {
    let encoded = |event: &Option<_>| event.as_ref().map(proto::Event::encode_to_vec);
    encoded(a) == encoded(b) && format!("{a:?}") == format!("{b:?}")
}

/// Where in a message something may be replaced unseen.
#[derive(Clone, Copy)]
struct Level {
    oneof: &'static [u32],
    /// Those members of the oneof that are decoded only when asked for.
    lazy: &'static [u32],
    /// The field to look into.
    inner: Option<(u32, &'static Level)>,
}

/// What [`EventRef::parse`] and the copy out of it never see.
const EVENT_ALONE: &Level = &Level {
    oneof: &[3, 4, 5, 6, 7, 8, 9],
    lazy: &[5],
    inner: None,
};

/// What is not seen when every value is looked at, too.
const WHOLE_EVENT: &Level = &Level {
    inner: Some((
        5,
        &Level {
            oneof: &[],
            lazy: &[],
            inner: Some((
                1,
                &Level {
                    oneof: &[2, 3, 4, 5, 6, 8],
                    lazy: &[5, 8],
                    inner: None,
                },
            )),
        },
    )),
    ..*EVENT_ALONE
};

/// The message with nothing in those parts that are not decoded because another member of their oneof follows.
fn without_replaced(message: &[u8], level: &Level) -> Vec<u8> {
    let Some(fields) = fields(message) else {
        return message.to_vec();
    };
    let is_lazy =
        |number, wire_type| wire_type == WireType::LengthDelimited && level.lazy.contains(&number);
    let mut kept: Vec<(u32, WireType, Vec<u8>)> = Vec::new();
    for (number, wire_type, field) in fields {
        if level.oneof.contains(&number) {
            for (before, wire_type, field) in &mut kept {
                if *before != number && is_lazy(*before, *wire_type) {
                    *field = keyed(*before, 2, delimited(&[]));
                }
            }
        }
        let field = match level.inner {
            Some((n, inner)) if n == number && wire_type == WireType::LengthDelimited => keyed(
                number,
                2,
                delimited(&without_replaced(content(field), inner)),
            ),
            _ => field.to_vec(),
        };
        kept.push((number, wire_type, field));
    }
    kept.into_iter().flat_map(|(_, _, field)| field).collect()
}

/// A message's fields: number, wire type, and all bytes. `None` if it does not consist of fields.
pub(crate) fn fields(mut rest: &[u8]) -> Option<Vec<(u32, WireType, &[u8])>> {
    let mut fields = Vec::new();
    while !rest.is_empty() {
        let whole = rest;
        let (number, wire_type) = decode_key(&mut rest).ok()?;
        skip_field(wire_type, number, &mut rest, DecodeContext::default()).ok()?;
        fields.push((number, wire_type, &whole[..whole.len() - rest.len()]));
    }
    Some(fields)
}

/// What stands in a length-delimited field.
fn content(mut field: &[u8]) -> &[u8] {
    decode_key(&mut field).unwrap();
    decode_varint(&mut field).unwrap();
    field
}

/// One event, or several, one behind the other: protobuf says what that means, too.
#[test]
fn what_is_written_is_read() {
    let share = accepted(2000, vec(arbitrary::event(), 1..4), |events| {
        let bytes: Vec<u8> = events.iter().flat_map(Message::encode_to_vec).collect();
        agreed(&bytes)
    });
    assert_eq!(share, 1.0);
}

#[test]
fn any_order_and_number_of_fields_is_read_alike() {
    let share = accepted(4000, soup(EVENT), |bytes| agreed(&bytes));
    assert!((0.5..0.99).contains(&share), "{share} accepted");
}

#[test]
fn broken_bytes_are_refused_alike() {
    let written = arbitrary::event().prop_map(|event| event.encode_to_vec());
    for share in [
        accepted(4000, mutated(soup(EVENT)), |bytes| agreed(&bytes)),
        accepted(4000, mutated(written), |bytes| agreed(&bytes)),
        accepted(4000, vec(any::<u8>(), 0..40), |bytes| agreed(&bytes)),
    ] {
        assert!((0.01..0.9).contains(&share), "{share} accepted");
    }
}

/// Nearly every record is one plain number, and is read in a way of its own.
#[test]
fn plain_scalars_are_read_like_all_else() {
    let plain = || arbitrary::scalar().prop_map(|event| event.encode_to_vec());
    let found = accepted(1000, plain(), |bytes| {
        agreed(&bytes)?;
        let event = EventRef::parse(&bytes).unwrap();
        Ok(matches!(event.what, What::Summary(summary) if summary.as_scalar().is_some()))
    });
    // Without a wall time, or with a long tag, it goes the long way.
    assert!((0.5..1.0).contains(&found), "{found} found");
    let share = accepted(8000, mutated(plain()), |bytes| agreed(&bytes));
    assert!((0.1..0.9).contains(&share), "{share} accepted");
    // Lengths in one byte, which from 0x80 on is only the first of a longer one.
    for tag_len in 0..=0xff - 9 {
        let mut bytes = [&[9][..], &[7; 8], &[0x2a, tag_len + 9, 0x0a, tag_len + 7]].concat();
        bytes.extend([0x0a, tag_len]);
        bytes.extend(vec![b'a'; tag_len.into()]);
        bytes.extend([0x15, 1, 2, 3, 4]);
        let is_right = tag_len + 9 < 0x80;
        assert_eq!(
            agreed(&bytes).unwrap(),
            is_right,
            "a tag of {tag_len} bytes"
        );
    }
}

#[test]
fn what_is_replaced_is_not_looked_into() {
    let broken = keyed(5, 2, delimited(b"\x0a\x7f"));
    let version = keyed(3, 2, delimited(b"v"));
    assert!(!agreed(&broken).unwrap());
    let replaced = [broken.clone(), version.clone()].concat();
    assert!(proto::Event::decode(&*replaced).is_err());
    let event = EventRef::parse(&replaced).unwrap();
    assert_eq!(event.what, What::FileVersion("v"));
    assert!(!agreed(&[version, broken].concat()).unwrap());
}

#[test]
fn groups_end_somewhere() {
    let nested = |depth| {
        let start = keyed(50, 3, Vec::new());
        let (start, end) = start.split_at(start.len() / 2);
        [start.repeat(depth), end.repeat(depth)].concat()
    };
    assert!(agreed(&nested(1)).unwrap());
    assert!(agreed(&nested(90)).unwrap());
    assert!(!agreed(&nested(120)).unwrap());
    assert!(!agreed(&nested(100_000)).unwrap());
    let in_values = |depth| keyed(5, 2, delimited(&keyed(1, 2, delimited(&nested(depth)))));
    assert!(agreed(&in_values(90)).unwrap());
    assert!(EventRef::parse(&in_values(100)).is_ok());
    assert!(proto::Event::decode(&*in_values(100)).is_err());
}
