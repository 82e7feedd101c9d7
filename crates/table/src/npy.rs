//! Writes tensors as NumPy arrays, in version 1.0 of `.npy`.

use std::io;

mod tensor;

pub use tensor::write;

const MAGIC: &[u8] = b"\x93NUMPY\x01\x00";
/// Elements start at a multiple of this.
const ALIGNMENT: usize = 64;

/// What comes before the elements of an array in version 1.0 of the format `.npy`.
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
    // The length comes before the text, and a line feed after it.
    let unpadded = MAGIC.len() + 2 + text.len() + 1;
    let spaces = unpadded.next_multiple_of(ALIGNMENT) - unpadded;
    text.extend(std::iter::repeat_n(' ', spaces));
    text.push('\n');
    let Ok(len) = u16::try_from(text.len()) else {
        let problem = format!(
            "NumPy does not support arrays of {} dimensions",
            shape.len()
        );
        return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
    };
    Ok([MAGIC, &len.to_le_bytes(), text.as_bytes()].concat())
}

/// NumPy pads strings to the longest. The array may take up to so many times the bytes of its strings, and in any case
/// `PADDED_AT_LEAST`; without a limit, a single long string would fill a disk.
const MAX_PADDED: usize = 16;
const PADDED_AT_LEAST: usize = 16 << 20;

/// What strings take as an array: NumPy pads all of them to the longest.
#[derive(Clone, Copy, Default)]
pub(crate) struct Padding {
    longest: usize,
    stored: usize,
    len: usize,
}

impl Padding {
    /// Counts a string of so many bytes.
    pub(crate) fn add(&mut self, bytes: usize) {
        self.longest = self.longest.max(bytes);
        self.stored = self.stored.saturating_add(bytes);
        self.len += 1;
    }

    /// How many strings there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// How many bytes each of them gets. NumPy has no strings of length 0.
    pub(crate) fn width(&self) -> usize {
        self.longest.max(1)
    }

    /// Makes sure that the array stays in proportion to the strings. `what` names the array, and `instead` says what
    /// can be done.
    ///
    /// # Errors
    ///
    /// Strings that would take far more room than they have.
    pub(crate) fn check(&self, what: &str, instead: &str) -> io::Result<()> {
        let most = self.stored.saturating_mul(MAX_PADDED).max(PADDED_AT_LEAST);
        let whole = self.width().saturating_mul(self.len);
        if whole <= most {
            return Ok(());
        }
        let Self {
            longest,
            stored,
            len,
        } = self;
        let problem = format!(
            "{what} would need {whole} bytes for {stored} bytes of strings, because NumPy pads \
             all of its {len} strings to {longest} bytes, the length of the longest; {instead}"
        );
        Err(io::Error::new(io::ErrorKind::InvalidInput, problem))
    }
}

impl FromIterator<usize> for Padding {
    fn from_iter<I: IntoIterator<Item = usize>>(lengths: I) -> Self {
        let mut padding = Self::default();
        lengths.into_iter().for_each(|bytes| padding.add(bytes));
        padding
    }
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
