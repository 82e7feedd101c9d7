//! NumPy's file format: arrays in version 1.0 of `.npy`.

use std::io;

mod tensor;

pub use tensor::write;

const MAGIC: &[u8] = b"\x93NUMPY\x01\x00";
/// Elements start at a multiple of this.
const ALIGNMENT: usize = 64;

/// What stands before the elements of an array, in version 1.0 of the format `.npy`.
///
/// # Errors
///
/// More dimensions than the head has room for.
pub fn header(dtype: &str, shape: &[usize]) -> io::Result<Vec<u8>> {
    let mut dims = String::new();
    for dim in shape {
        dims.push_str(&format!("{dim}, "));
    }
    let dims = match shape {
        [_] => dims.trim_end(),
        _ => dims.trim_end_matches(", "),
    };
    let mut text = format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': ({dims}), }}");
    // The length stands before the text, a line's end behind.
    let unpadded = MAGIC.len() + 2 + text.len() + 1;
    let spaces = unpadded.next_multiple_of(ALIGNMENT) - unpadded;
    text.extend(std::iter::repeat_n(' ', spaces));
    text.push('\n');
    let Ok(len) = u16::try_from(text.len()) else {
        let problem = format!("NumPy has no arrays of {} dimensions", shape.len());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
    };
    Ok([MAGIC, &len.to_le_bytes(), text.as_bytes()].concat())
}

/// NumPy pads strings to the longest. So many times as many bytes as are stored may come out of that, or this many
/// at least; beyond, a single long string would fill a disk.
const MAX_PADDED: usize = 16;
const PADDED_AT_LEAST: usize = 16 << 20;

/// The bytes of the longest string, at least 1, and how many strings there are.
///
/// # Errors
///
/// Strings that would take far more room than they have; `instead` says what can be done.
pub(crate) fn padded(
    lengths: impl Iterator<Item = usize>,
    instead: &str,
) -> io::Result<(usize, usize)> {
    let (mut longest, mut stored, mut len) = (0, 0_usize, 0_usize);
    for length in lengths {
        longest = length.max(longest);
        stored += length;
        len += 1;
    }
    // NumPy has no strings of length 0.
    let width = longest.max(1);
    let most = stored.saturating_mul(MAX_PADDED).max(PADDED_AT_LEAST);
    let whole = width.saturating_mul(len);
    if whole > most {
        let problem = format!(
            "NumPy would pad {len} strings to the {longest} bytes of the longest, {whole} bytes in all; {instead}"
        );
        return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
    }
    Ok((width, len))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_start_aligned() {
        for (shape, text) in [(&[][..], "()"), (&[3], "(3,)"), (&[1, 2], "(1, 2)")] {
            let head = header("<f4", shape).unwrap();
            assert_eq!(head.len() % ALIGNMENT, 0);
            assert_eq!(usize::from(head[8]), head.len() - 10);
            let head = std::str::from_utf8(&head[10..]).unwrap();
            assert!(head.ends_with('\n') && head.contains(text), "{head}");
        }
        assert!(header("<f4", &[1; 30_000]).is_err());
    }
}
