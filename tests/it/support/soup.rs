//! Messages as no writer stores them but any reader must take them: known fields in any order and number,
//! between unknown ones, and now and then one of the wrong type.

use proptest::collection::vec;
use proptest::prelude::*;

use super::arbitrary;

/// A field of a message, as `proto/*.proto` has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field(u32, Type);

/// A message: its fields.
pub(crate) type Schema = &'static [Field];

#[derive(Clone, Copy, Debug)]
enum Type {
    Varint,
    Double,
    Float,
    Text,
    Bytes,
    Message(Schema),
    /// Repeated numbers, packed or not.
    Varints,
    Doubles,
    Floats,
}

use Type::{Bytes, Double, Doubles, Float, Floats, Message, Text, Varint, Varints};

pub(crate) const EVENT: Schema = &[
    Field(1, Double),
    Field(2, Varint),
    Field(3, Text),
    Field(4, Bytes),
    Field(5, Message(&[Field(1, Message(VALUE))])),
    Field(6, Message(&[Field(1, Varint), Field(2, Text)])),
    Field(
        7,
        Message(&[Field(1, Varint), Field(2, Text), Field(3, Text)]),
    ),
    Field(8, Message(&[Field(1, Text), Field(2, Bytes)])),
    Field(9, Bytes),
    Field(10, Message(&[Field(1, Text)])),
];

const VALUE: Schema = &[
    Field(1, Text),
    Field(2, Float),
    Field(3, Bytes),
    Field(4, Message(IMAGE)),
    Field(5, Message(HISTOGRAM)),
    Field(6, Message(AUDIO)),
    Field(7, Text),
    Field(8, Message(TENSOR)),
    Field(9, Message(METADATA)),
];

const IMAGE: Schema = &[
    Field(1, Varint),
    Field(2, Varint),
    Field(3, Varint),
    Field(4, Bytes),
];

const HISTOGRAM: Schema = &[
    Field(1, Double),
    Field(2, Double),
    Field(3, Double),
    Field(4, Double),
    Field(5, Double),
    Field(6, Doubles),
    Field(7, Doubles),
];

const AUDIO: Schema = &[
    Field(1, Float),
    Field(2, Varint),
    Field(3, Varint),
    Field(4, Bytes),
    Field(5, Text),
];

const METADATA: Schema = &[
    Field(1, Message(&[Field(1, Text), Field(2, Bytes)])),
    Field(2, Text),
    Field(3, Text),
    Field(4, Varint),
];

/// Without `version_number`, resources and variants: see `tensor.rs`.
pub(crate) const TENSOR: Schema = &[
    Field(1, Varint),
    Field(2, Message(SHAPE)),
    Field(4, Bytes),
    Field(5, Floats),
    Field(6, Doubles),
    Field(7, Varints),
    Field(8, Bytes),
    Field(9, Floats),
    Field(10, Varints),
    Field(11, Varints),
    Field(12, Doubles),
    Field(13, Varints),
    Field(16, Varints),
    Field(17, Varints),
    Field(18, Bytes),
];

const SHAPE: Schema = &[
    Field(2, Message(&[Field(1, Varint), Field(2, Text)])),
    Field(3, Varint),
];

/// Up to six fields of a message.
pub(crate) fn soup(schema: Schema) -> BoxedStrategy<Vec<u8>> {
    let known = prop::sample::select(schema).prop_flat_map(field);
    let number = prop_oneof![1..20u32, 1..0x2000_0000u32];
    let unknown = number.prop_filter("known", |n| schema.iter().all(|f| f.0 != *n));
    let wrong = prop_oneof![
        // A known field of some other type, perhaps; a broken key; an end without a start.
        4 => (prop::sample::select(schema), any_value()).prop_map(|(f, (t, v))| keyed(f.0, t, v)),
        1 => any::<u64>().prop_map(|key| varint(key & !7)),
        1 => (1..20u32).prop_map(|number| keyed(number, 4, Vec::new())),
    ];
    let one = prop_oneof![
        400 => known,
        40 => (unknown, any_value()).prop_map(|(number, (t, v))| keyed(number, t, v)),
        1 => wrong,
    ];
    vec(one, 0..6).prop_map(|fields| fields.concat()).boxed()
}

fn field(Field(number, t): Field) -> BoxedStrategy<Vec<u8>> {
    let single = move |wire_type, value: BoxedStrategy<Vec<u8>>| {
        value
            .prop_map(move |value| keyed(number, wire_type, value))
            .boxed()
    };
    let repeated = |wire_type, value: fn() -> BoxedStrategy<Vec<u8>>| {
        let packed = vec(value(), 0..4).prop_map(|v| delimited(&v.concat()));
        prop_oneof![single(wire_type, value()), single(2, packed.boxed())].boxed()
    };
    match t {
        Varint => single(0, number_varint()),
        Double => single(1, eight()),
        Float => single(5, four()),
        Text => single(2, text()),
        Bytes => single(2, arbitrary::bytes().prop_map(|b| delimited(&b)).boxed()),
        Message(schema) => single(2, soup(schema).prop_map(|m| delimited(&m)).boxed()),
        Varints => repeated(0, number_varint),
        Doubles => repeated(1, eight),
        Floats => repeated(5, four),
    }
}

/// Any wire type with a value of it.
fn any_value() -> impl Strategy<Value = (u8, Vec<u8>)> {
    let leaf = prop_oneof![
        number_varint().prop_map(|v| (0, v)),
        eight().prop_map(|v| (1, v)),
        arbitrary::bytes().prop_map(|v| (2, delimited(&v))),
        four().prop_map(|v| (5, v)),
    ];
    leaf.prop_recursive(3, 6, 2, |inner| {
        // A group: its end has its own number, which the key before it does not tell here.
        vec((1..20u32, inner), 0..3).prop_map(|fields| {
            let fields = fields.into_iter().map(|(n, (t, v))| keyed(n, t, v));
            (3, fields.collect::<Vec<_>>().concat())
        })
    })
}

fn number_varint() -> BoxedStrategy<Vec<u8>> {
    // Ten bytes although fewer would do, which is legal unless the last one has too many bits.
    let long = |(n, last): (u64, u8)| {
        let mut bytes = varint(n | 1 << 63);
        bytes[9] = last;
        bytes
    };
    prop_oneof![
        80 => arbitrary::integer().prop_map(|n| varint(n.cast_unsigned())),
        10 => (any::<u64>(), 0..2u8).prop_map(long),
        1 => (any::<u64>(), 0..9u8).prop_map(long),
    ]
    .boxed()
}

fn eight() -> BoxedStrategy<Vec<u8>> {
    arbitrary::double()
        .prop_map(|v| v.to_le_bytes().to_vec())
        .boxed()
}

fn four() -> BoxedStrategy<Vec<u8>> {
    arbitrary::float()
        .prop_map(|v| v.to_le_bytes().to_vec())
        .boxed()
}

/// Nearly always UTF-8.
fn text() -> BoxedStrategy<Vec<u8>> {
    prop_oneof![
        60 => arbitrary::text().prop_map(|t| delimited(t.as_bytes())),
        1 => arbitrary::bytes().prop_map(|b| delimited(&b)),
    ]
    .boxed()
}

/// A field: key, value, and for a group its end.
pub(crate) fn keyed(number: u32, wire_type: u8, value: Vec<u8>) -> Vec<u8> {
    let mut field = varint(u64::from(number) << 3 | u64::from(wire_type));
    field.extend(value);
    if wire_type == 3 {
        field.extend(varint(u64::from(number) << 3 | 4));
    }
    field
}

pub(crate) fn delimited(bytes: &[u8]) -> Vec<u8> {
    let mut out = varint(bytes.len() as u64);
    out.extend_from_slice(bytes);
    out
}

fn varint(value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    prost::encoding::encode_varint(value, &mut out);
    out
}

/// A few bytes changed, inserted, removed, or everything behind some point cut off.
pub(crate) fn mutated(message: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let edit = (any::<prop::sample::Index>(), 0..4u8, any::<u8>());
    (message, vec(edit, 1..4)).prop_map(|(mut bytes, edits)| {
        for (at, edit, byte) in edits {
            let at = at.index(bytes.len() + 1);
            match edit {
                0 => bytes.insert(at, byte),
                1 => bytes.truncate(at),
                2 if at < bytes.len() => bytes[at] ^= byte,
                _ if at < bytes.len() => drop(bytes.remove(at)),
                _ => {}
            }
        }
        bytes
    })
}
