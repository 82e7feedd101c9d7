//! Tensors as NumPy's arrays.

use std::io::{self, Write};

use tfevents::Tensor;
use tfevents::tensor::Elements;

use super::{Padding, header};

/// Writes a tensor in version 1.0 of the format, little-endian and row by row. Types that NumPy does not have
/// become the next larger one that it has; strings become byte strings as long as the longest.
///
/// # Errors
///
/// A type without numbers; strings that would take far more room than they have.
pub fn write(out: &mut impl Write, tensor: &Tensor<'_>) -> io::Result<()> {
    let elements = tensor.elements();
    let width = match elements {
        Elements::Strings(strings) => {
            let padding: Padding = strings.iter().map(<[u8]>::len).collect();
            padding.check("the tensor", "JSON keeps its strings unpadded")?;
            padding.width()
        }
        _ => 0,
    };
    let descr = match elements {
        Elements::F16(_) => "<f2".to_owned(),
        Elements::F32(_) | Elements::BF16(_) => "<f4".to_owned(),
        Elements::F64(_) => "<f8".to_owned(),
        Elements::I8(_) => "|i1".to_owned(),
        Elements::I16(_) => "<i2".to_owned(),
        Elements::I32(_) => "<i4".to_owned(),
        Elements::I64(_) => "<i8".to_owned(),
        Elements::U8(_) => "|u1".to_owned(),
        Elements::U16(_) => "<u2".to_owned(),
        Elements::U32(_) => "<u4".to_owned(),
        Elements::U64(_) => "<u8".to_owned(),
        Elements::Bool(_) => "|b1".to_owned(),
        Elements::C64(_) => "<c8".to_owned(),
        Elements::C128(_) => "<c16".to_owned(),
        Elements::Strings(_) => format!("|S{width}"),
        _ => {
            let problem = "NumPy does not have the type of the tensor's elements";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
        }
    };
    out.write_all(&header(&descr, tensor.shape())?)?;
    if let Elements::Strings(_) = elements {
        for string in tensor.strings() {
            out.write_all(string)?;
            let spare = (width - string.len()) as u64;
            io::copy(&mut io::Read::take(io::repeat(0), spare), out)?;
        }
        return Ok(());
    }
    for i in 0..tensor.len() {
        element(out, elements, if elements.len() == 1 { 0 } else { i })?;
    }
    Ok(())
}

/// Writes one element.
fn element(out: &mut impl Write, elements: &Elements<'_>, i: usize) -> io::Result<()> {
    match elements {
        Elements::F16(v) => out.write_all(&v[i].to_le_bytes()),
        Elements::BF16(v) => out.write_all(&(u32::from(v[i]) << 16).to_le_bytes()),
        Elements::F32(v) => out.write_all(&v[i].to_le_bytes()),
        Elements::F64(v) => out.write_all(&v[i].to_le_bytes()),
        Elements::I8(v) => out.write_all(&v[i].to_le_bytes()),
        Elements::I16(v) => out.write_all(&v[i].to_le_bytes()),
        Elements::I32(v) => out.write_all(&v[i].to_le_bytes()),
        Elements::I64(v) => out.write_all(&v[i].to_le_bytes()),
        Elements::U8(v) => out.write_all(&[v[i]]),
        Elements::U16(v) => out.write_all(&v[i].to_le_bytes()),
        Elements::U32(v) => out.write_all(&v[i].to_le_bytes()),
        Elements::U64(v) => out.write_all(&v[i].to_le_bytes()),
        Elements::Bool(v) => out.write_all(&[v[i].into()]),
        Elements::C64(v) => v[i]
            .iter()
            .try_for_each(|v| out.write_all(&v.to_le_bytes())),
        Elements::C128(v) => v[i]
            .iter()
            .try_for_each(|v| out.write_all(&v.to_le_bytes())),
        // `write` has seen to these.
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn npy(bytes: &[u8]) -> (String, Vec<u8>) {
        let mut out = Vec::new();
        write(&mut out, &Tensor::decode(bytes).unwrap()).unwrap();
        assert_eq!(&out[..8], b"\x93NUMPY\x01\x00");
        let end = 10 + usize::from(u16::from_le_bytes([out[8], out[9]]));
        let head = String::from_utf8(out[10..end].to_vec()).unwrap();
        assert!(head.ends_with('\n'));
        (head.trim_end().to_owned(), out[end..].to_vec())
    }

    #[test]
    fn shapes_and_elements_are_laid_out_as_numpy_does() {
        // DT_FLOAT, shape [3], one 0.5 for all.
        let (head, body) = npy(b"\x08\x01\x12\x04\x12\x02\x08\x03\x2a\x04\0\0\0\x3f");
        assert_eq!(
            head,
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }"
        );
        assert_eq!(body, [0, 0, 0, 0x3f].repeat(3));
        // DT_INT64, a single 7.
        let (head, body) = npy(b"\x08\x09\x12\x00\x52\x01\x07");
        assert_eq!(
            head,
            "{'descr': '<i8', 'fortran_order': False, 'shape': (), }"
        );
        assert_eq!(body, 7_i64.to_le_bytes());
        // DT_STRING, shape [1, 2].
        let (head, body) =
            npy(b"\x08\x07\x12\x08\x12\x02\x08\x01\x12\x02\x08\x02\x42\x01a\x42\x03bcd");
        assert_eq!(
            head,
            "{'descr': '|S3', 'fortran_order': False, 'shape': (1, 2), }"
        );
        assert_eq!(body, b"a\0\0bcd");
    }

    #[test]
    fn one_string_does_not_fill_a_disk() {
        // DT_STRING, shape [n + 1]: one long string and n empty ones.
        let tensor = |n: usize, long: usize| {
            let varint = |n: usize| [n as u8 | 0x80, (n >> 7) as u8 | 0x80, (n >> 14) as u8];
            let dim = [&b"\x08"[..], &varint(n + 1)].concat();
            let mut tensor = [b"\x08\x07\x12\x06\x12\x04", &*dim, b"\x42"].concat();
            tensor.extend(varint(long));
            tensor.resize(tensor.len() + long, b'x');
            (0..n).for_each(|_| tensor.extend(b"\x42\0"));
            tensor
        };
        let small = tensor(1000, 10_000);
        let mut out = Vec::new();
        write(&mut out, &Tensor::decode(&small).unwrap()).unwrap();
        assert_eq!(out.len(), 128 + 1001 * 10_000);
        let large = tensor(2000, 10_000);
        let mut out = Vec::new();
        let refused = write(&mut out, &Tensor::decode(&large).unwrap()).unwrap_err();
        assert!(refused.to_string().contains("20010000 bytes"), "{refused}");
        assert!(out.is_empty());
    }
}
