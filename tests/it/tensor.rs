//! Tensors in every form that they are stored in.
//!
//! What a message means is stated here once more, out of the generated type and element by element.

use proptest::collection::vec;
use proptest::prelude::*;
use tfevents::proto::{DataType, Message, TensorProto, TensorShapeProto, tensor_shape_proto::Dim};
use tfevents::tensor::{Elements, Tensor};
use tfevents::{Number, Result};

use crate::support::soup::{TENSOR, mutated, soup};
use crate::support::{Verdict, accepted, arbitrary, differ, memory};
use crate::wire::fields;

/// How elements are kept, and what they can be compared by: the bytes of each in its own type.
#[derive(Debug, PartialEq)]
struct Plain {
    shape: Vec<usize>,
    kind: &'static str,
    elements: Vec<Vec<u8>>,
}

/// What TensorBoard's rules make of a message; `None` where they refuse it.
fn meaning(t: &TensorProto) -> Option<Plain> {
    use DataType as D;

    let none = TensorShapeProto::default();
    let shape = t.tensor_shape.as_ref().unwrap_or(&none);
    // Whether the rank is known, they do not ask.
    let sizes = shape.dim.iter().map(|d| usize::try_from(d.size).ok());
    let shape: Vec<usize> = sizes.collect::<Option<_>>()?;
    // Dimensions of 0 do not make up for the others, as in NumPy.
    let mut sides = shape.iter().filter(|&&d| d != 0);
    let size = sides.try_fold(1i64, |n, &d| n.checked_mul(i64::try_from(d).ok()?))?;
    let len = if shape.contains(&0) {
        0
    } else {
        usize::try_from(size).ok()?
    };

    /// The elements of a list, each converted as `as` does and taken to bytes.
    macro_rules! list {
        ($field:expr, $t:ty) => {
            $field
                .iter()
                .map(|&v| (v as $t).to_le_bytes().to_vec())
                .collect::<Vec<Vec<u8>>>()
        };
    }
    macro_rules! pairs {
        ($field:expr) => {{
            let pairs = $field.chunks_exact(2);
            if !pairs.remainder().is_empty() {
                return None;
            }
            pairs
                .map(|p| [p[0].to_le_bytes(), p[1].to_le_bytes()].concat())
                .collect()
        }};
    }
    let uint32_as_int32: Vec<i32> = t.uint32_val.iter().map(|v| v.cast_signed()).collect();
    let int_val = if t.int_val.is_empty() {
        &uint32_as_int32
    } else {
        &t.int_val
    };
    let raw = !t.tensor_content.is_empty();
    let f32_bits = !raw && t.half_val.iter().any(|&v| !(0..0x1_0000).contains(&v));
    let dtype = DataType::try_from(t.dtype).unwrap_or(D::Invalid);
    // A double that only shows as a float.
    let is_exact = !raw
        && matches!((&*t.float_val, &*t.double_val), (&[float], &[double])
            if (double as f32).to_bits() == float.to_bits() && f64::from(float).to_bits() != double.to_bits());
    let (kind, size, list) = match dtype {
        D::Float if is_exact => ("f64", 8, list!(t.double_val, f64)),
        D::Float => ("f32", 4, list!(t.float_val, f32)),
        D::Double => ("f64", 8, list!(t.double_val, f64)),
        D::Int8 | D::Qint8 => ("i8", 1, list!(int_val, i8)),
        D::Int16 | D::Qint16 => ("i16", 2, list!(int_val, i16)),
        D::Int32 | D::Qint32 => ("i32", 4, list!(int_val, i32)),
        D::Int64 => ("i64", 8, list!(t.int64_val, i64)),
        D::Uint8 | D::Quint8 => ("u8", 1, list!(int_val, u8)),
        D::Uint16 | D::Quint16 => ("u16", 2, list!(int_val, u16)),
        D::Uint32 => ("u32", 4, list!(t.uint32_val, u32)),
        D::Uint64 => ("u64", 8, list!(t.uint64_val, u64)),
        D::Bool => ("bool", 1, list!(t.bool_val, u8)),
        D::Half | D::Bfloat16 if f32_bits => ("f32", 4, list!(t.half_val, u32)),
        D::Half => ("f16", 2, list!(t.half_val, u16)),
        D::Bfloat16 => ("bf16", 2, list!(t.half_val, u16)),
        D::Complex64 if raw => ("c64", 8, Vec::new()),
        D::Complex64 => ("c64", 8, pairs!(t.scomplex_val)),
        D::Complex128 if raw => ("c128", 16, Vec::new()),
        D::Complex128 => ("c128", 16, pairs!(t.dcomplex_val)),
        D::String if raw => return None,
        D::String => ("string", 1, t.string_val.clone()),
        _ => ("opaque", 1, list!(t.float8_val, u8)),
    };
    let mut elements = list;
    if raw {
        let chunks = t.tensor_content.chunks_exact(size);
        if !chunks.remainder().is_empty() {
            return None;
        }
        elements = chunks.map(<[u8]>::to_vec).collect();
        if kind == "bool" {
            let bools = elements.iter().map(|v| vec![u8::from(v[0] != 0)]);
            elements = bools.collect();
        }
    }
    let float8 = dtype as i32 >= D::Float8E5m2 as i32 && dtype as i32 <= D::Float8E5m2fnuz as i32;
    if kind == "opaque" && !float8 {
        // Nothing is known about the elements, so nothing is checked.
        return Some(Plain {
            shape,
            kind,
            elements,
        });
    }
    if shape.len() > 254 {
        return None;
    }
    if elements.len() == 1 && len > 1 && !raw {
        // Compared as stored. What nobody can have meant is refused.
        if len > 1 << 20 {
            return None;
        }
    } else if elements.len() != len {
        return None;
    }
    Some(Plain {
        shape,
        kind,
        elements,
    })
}

fn plain(t: &Tensor<'_>) -> Plain {
    macro_rules! list {
        ($v:expr) => {
            $v.iter().map(|v| v.to_le_bytes().to_vec()).collect()
        };
    }
    let (kind, elements): (_, Vec<Vec<u8>>) = match t.elements() {
        Elements::F32(v) => ("f32", list!(v)),
        Elements::F64(v) => ("f64", list!(v)),
        Elements::I8(v) => ("i8", list!(v)),
        Elements::I16(v) => ("i16", list!(v)),
        Elements::I32(v) => ("i32", list!(v)),
        Elements::I64(v) => ("i64", list!(v)),
        Elements::U8(v) => ("u8", list!(v)),
        Elements::U16(v) => ("u16", list!(v)),
        Elements::U32(v) => ("u32", list!(v)),
        Elements::U64(v) => ("u64", list!(v)),
        Elements::Bool(v) => ("bool", v.iter().map(|&v| vec![v.into()]).collect()),
        Elements::F16(v) => ("f16", list!(v)),
        Elements::BF16(v) => ("bf16", list!(v)),
        Elements::C64(v) => (
            "c64",
            v.iter().map(|v| v.map(f32::to_le_bytes).concat()).collect(),
        ),
        Elements::C128(v) => (
            "c128",
            v.iter().map(|v| v.map(f64::to_le_bytes).concat()).collect(),
        ),
        Elements::Strings(v) => ("string", v.iter().map(<[u8]>::to_vec).collect()),
        Elements::Opaque(v) => ("opaque", list!(v)),
        other => panic!("{other:?} is new"),
    };
    Plain {
        shape: t.shape().to_vec(),
        kind,
        elements,
    }
}

/// Our reading is what the message means, or both say that it means nothing. Returns which.
pub(crate) fn reads_as(ours: &Result<Tensor<'_>>, message: &TensorProto) -> Verdict {
    match (ours, meaning(message)) {
        (Ok(tensor), Some(meaning)) => {
            prop_assert_eq!(&plain(tensor), &meaning);
            prop_assert_eq!(
                tensor.dtype(),
                tfevents::tensor::DataType::from_number(message.dtype)
            );
            prop_assert_eq!(tensor.len(), meaning.shape.iter().product::<usize>());
            iterates(tensor, &meaning)
        }
        (Err(_), None) => Ok(false),
        (ours, meaning) => differ(message, ours, meaning),
    }
}

/// The iterators give every element, the one that stands for all as often as the shape says.
fn iterates(tensor: &Tensor<'_>, meaning: &Plain) -> Verdict {
    // A shape may claim more than anybody would walk through.
    let few = tensor.len().min(100);
    let stored = |i| &meaning.elements[if meaning.elements.len() == 1 { 0 } else { i }];
    let is_number = !["c64", "c128", "string", "opaque"].contains(&meaning.kind);
    let numbers: Vec<Number> = tensor.numbers().take(few).collect();
    prop_assert_eq!(numbers.len(), if is_number { few } else { 0 });
    for (i, &number) in numbers.iter().enumerate() {
        prop_assert!(is(number, meaning.kind, stored(i)), "{number:?} at {i}");
    }
    let strings: Vec<&[u8]> = tensor.strings().take(few).collect();
    let is_string = meaning.kind == "string";
    prop_assert_eq!(strings.len(), if is_string { few } else { 0 });
    for (i, string) in strings.iter().enumerate() {
        prop_assert_eq!(string, stored(i));
    }
    let one = (tensor.len() == 1).then(|| tensor.numbers().next());
    let as_number = format!("{:?}", tensor.as_number());
    prop_assert_eq!(as_number, format!("{:?}", one.flatten()));
    Ok(true)
}

/// Whether a number is the one stored.
fn is(number: Number, kind: &str, bytes: &[u8]) -> bool {
    macro_rules! read {
        ($t:ty) => {
            <$t>::from_le_bytes(bytes.try_into().unwrap())
        };
    }
    match (number, kind) {
        (Number::F32(v), "f32") => v.to_bits() == read!(u32),
        (Number::F32(v), "f16") => same_half(v, half(read!(u16), 5)),
        (Number::F32(v), "bf16") => same_half(v, half(read!(u16), 8)),
        (Number::F64(v), "f64") => v.to_bits() == read!(u64),
        (Number::I64(v), "i8") => v == i64::from(read!(i8)),
        (Number::I64(v), "i16") => v == i64::from(read!(i16)),
        (Number::I64(v), "i32") => v == i64::from(read!(i32)),
        (Number::I64(v), "i64") => v == read!(i64),
        (Number::U64(v), "u8") => v == u64::from(read!(u8)),
        (Number::U64(v), "u16") => v == u64::from(read!(u16)),
        (Number::U64(v), "u32") => v == u64::from(read!(u32)),
        (Number::U64(v), "u64") => v == read!(u64),
        (Number::Bool(v), "bool") => u8::from(v) == bytes[0],
        _ => false,
    }
}

/// A 16-bit float by the definition of IEEE 754, with so many bits of exponent.
fn half(bits: u16, exponent_bits: u32) -> f64 {
    let fraction_bits = 15 - exponent_bits;
    let exponent = i32::from(bits >> fraction_bits) & ((1 << exponent_bits) - 1);
    let fraction = f64::from(bits & ((1 << fraction_bits) - 1)) / f64::from(1 << fraction_bits);
    let bias = (1 << (exponent_bits - 1)) - 1;
    let magnitude = match exponent {
        0 => fraction * 2f64.powi(1 - bias),
        e if e == 2 * bias + 1 && fraction == 0.0 => f64::INFINITY,
        e if e == 2 * bias + 1 => f64::NAN,
        e => (1.0 + fraction) * 2f64.powi(e - bias),
    };
    if bits >> 15 == 1 {
        -magnitude
    } else {
        magnitude
    }
}

fn same_half(ours: f32, exact: f64) -> bool {
    f64::from(ours).to_bits() == exact.to_bits() || (ours.is_nan() && exact.is_nan())
}

#[test]
fn every_half_precision_number_widens_exactly() {
    for (dtype, exponent_bits) in [(DataType::Half, 5), (DataType::Bfloat16, 8)] {
        let bytes = TensorProto {
            dtype: dtype.into(),
            tensor_shape: Some(shape(&[1 << 16])),
            tensor_content: (0..=u16::MAX).flat_map(u16::to_le_bytes).collect(),
            ..Default::default()
        }
        .encode_to_vec();
        let tensor = Tensor::decode(&bytes).unwrap();
        let mut numbers = tensor.numbers();
        for bits in 0..=u16::MAX {
            let Some(Number::F32(ours)) = numbers.next() else {
                panic!("{dtype:?} {bits:#x}");
            };
            let exact = half(bits, exponent_bits);
            assert!(
                same_half(ours, exact),
                "{dtype:?} {bits:#x}: {ours} {exact}"
            );
        }
        assert_eq!(numbers.next(), None);
    }
}

fn shape(sizes: &[i64]) -> TensorShapeProto {
    let dim = sizes.iter().map(|&size| Dim {
        size,
        ..Default::default()
    });
    TensorShapeProto {
        dim: dim.collect(),
        ..Default::default()
    }
}

/// Tensors whose elements suit their shape: raw, in a list, or one for all.
fn suitable() -> impl Strategy<Value = TensorProto> {
    let sizes = vec(0..4i64, 0..3);
    (sizes, 1..24i32, 0..3u8, arbitrary::tensor()).prop_flat_map(|(sizes, dtype, form, other)| {
        let len = sizes.iter().product::<i64>() as usize;
        let stored = if form == 2 { 1 } else { len };
        let size = match DataType::try_from(dtype).unwrap() {
            DataType::Complex128 => 16,
            DataType::Double | DataType::Int64 | DataType::Uint64 | DataType::Complex64 => 8,
            DataType::Float | DataType::Int32 | DataType::Qint32 | DataType::Uint32 => 4,
            DataType::Int8 | DataType::Uint8 | DataType::Qint8 | DataType::Quint8 => 1,
            DataType::Bool => 1,
            _ => 2,
        };
        let content = if form == 0 { len * size } else { 0 };
        let reals = (
            vec(arbitrary::float(), stored),
            vec(arbitrary::double(), stored),
        );
        let complex = (
            vec(arbitrary::float(), 2 * stored),
            vec(arbitrary::double(), 2 * stored),
        );
        let small = (vec(any_small(), stored), vec(0..0x1_0000i32, stored));
        let unsigned = (vec(any::<u32>(), stored), vec(any::<u64>(), stored));
        let integers = (
            vec(arbitrary::integer(), stored),
            vec(any::<bool>(), stored),
        );
        let strings = vec(arbitrary::bytes(), stored);
        let content = vec(any::<u8>(), content);
        (reals, complex, small, unsigned, integers, strings, content).prop_map(
            move |(reals, complex, small, unsigned, integers, strings, content)| TensorProto {
                dtype,
                tensor_shape: Some(shape(&sizes)),
                tensor_content: content,
                float_val: reals.0,
                double_val: reals.1,
                scomplex_val: complex.0,
                dcomplex_val: complex.1,
                int_val: small.0,
                half_val: small.1,
                uint32_val: unsigned.0,
                uint64_val: unsigned.1,
                int64_val: integers.0,
                bool_val: integers.1,
                string_val: strings,
                ..other.clone()
            },
        )
    })
}

fn any_small() -> impl Strategy<Value = i32> {
    prop_oneof![-200..300i32, any::<i32>()]
}

fn agreed(message: &TensorProto) -> Verdict {
    reads_as(&Tensor::decode(&message.encode_to_vec()), message)
}

/// 13 bytes could fill a disk.
#[test]
fn one_element_stands_for_a_million_at_most() {
    for (sizes, read) in [
        (&[1 << 20][..], true),
        (&[(1 << 20) + 1], false),
        (&[300_000_000, 3], false),
        (&[i64::MAX], false),
        (&[1; 254], true),
        (&[1; 255], false),
    ] {
        let one = TensorProto {
            dtype: DataType::Double.into(),
            tensor_shape: Some(shape(sizes)),
            double_val: vec![0.5],
            ..Default::default()
        };
        let strings = TensorProto {
            dtype: DataType::String.into(),
            string_val: vec![b"x".to_vec()],
            ..one.clone()
        };
        for message in [one, strings] {
            let bytes = message.encode_to_vec();
            let tensor = Tensor::decode(&bytes);
            assert_eq!(tensor.is_ok(), read, "{sizes:?}");
            if let Ok(tensor) = tensor {
                let len = tensor.numbers().count() + tensor.strings().count();
                assert_eq!(len, tensor.len());
            }
        }
    }
}

/// What a tensor takes in memory is in proportion to its bytes, however short its elements are.
#[test]
fn short_elements_take_little_memory() {
    const N: usize = 200_000;
    let tensor = |dtype: DataType| TensorProto {
        dtype: dtype.into(),
        tensor_shape: Some(shape(&[N as i64])),
        ..Default::default()
    };
    let strings = TensorProto {
        string_val: vec![Vec::new(); N],
        ..tensor(DataType::String)
    };
    let integers = TensorProto {
        int64_val: vec![1; N],
        ..tensor(DataType::Int64)
    };
    let small = TensorProto {
        int_val: vec![1; N],
        ..tensor(DataType::Int8)
    };
    for (message, most) in [(strings, 0), (integers, 8), (small, 5)] {
        let bytes = message.encode_to_vec();
        let (len, peak) = memory::peak(|| {
            let tensor = Tensor::decode(&bytes).unwrap();
            tensor.strings().count() + tensor.numbers().count()
        });
        assert_eq!(len, N);
        assert!(peak <= most * N + 1000, "{peak} bytes for {}", bytes.len());
    }
}

#[test]
fn suitable_elements_are_read() {
    let share = accepted(3000, suitable(), |message| agreed(&message));
    // Not all: a single element cannot fill a shape without any.
    assert!((0.7..1.0).contains(&share), "{share} accepted");
}

#[test]
fn unsuitable_elements_are_refused() {
    let share = accepted(3000, arbitrary::tensor(), |message| agreed(&message));
    assert!((0.01..0.8).contains(&share), "{share} accepted");
}

/// Fields in any order, lists packed or not or both, and broken bytes.
#[test]
fn bytes_are_read_as_the_generated_type_reads_them() {
    let agreed = |bytes: Vec<u8>| {
        let ours = Tensor::decode(&bytes);
        // `version_number`, resources and variants say nothing about numbers or strings, and are skipped
        // whatever they hold.
        let relevant = match fields(&bytes) {
            Some(fields) => fields
                .into_iter()
                .filter(|(number, ..)| ![3, 14, 15].contains(number))
                .flat_map(|(.., field)| field.to_vec())
                .collect(),
            None => bytes.clone(),
        };
        match TensorProto::decode(&*relevant) {
            Ok(message) => reads_as(&ours, &message),
            Err(_) if ours.is_err() => Ok(false),
            Err(e) => differ(&bytes, ours, e),
        }
    };
    let written = suitable().prop_map(|message| message.encode_to_vec());
    for share in [
        accepted(4000, soup(TENSOR), agreed),
        accepted(4000, mutated(written), agreed),
    ] {
        // About a tenth of the soup; enough of either kind is what matters.
        assert!((0.03..0.97).contains(&share), "{share} accepted");
    }
}

/// Fields that nobody knows are walked once, not once per element: that would take hours.
#[test]
fn a_string_that_fills_a_shape_is_looked_for_once() {
    let mut bytes = TensorProto {
        dtype: DataType::String as i32,
        tensor_shape: Some(TensorShapeProto {
            dim: vec![Dim {
                size: 1 << 20,
                ..Default::default()
            }],
            ..Default::default()
        }),
        string_val: vec![b"a".to_vec()],
        ..Default::default()
    }
    .encode_to_vec();
    for _ in 0..100_000 {
        bytes.extend([0xa0, 0x06, 1]);
    }
    let tensor = Tensor::decode(&bytes).unwrap();
    assert_eq!(
        tensor.strings().filter(|&string| string == b"a").count(),
        1 << 20
    );
}
