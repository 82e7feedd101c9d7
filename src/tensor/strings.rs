//! Byte strings of a tensor, left where they are.

use std::fmt;

use crate::event::Encoded;
use crate::wire::{Field, Fields};

/// The field of `TensorProto` that holds them.
const STRING_VAL: u32 = 8;

/// The byte strings of a `DT_STRING` tensor, as many as are stored. They are found in the tensor's message each time
/// that they are gone through, so that millions of short ones take no memory.
///
/// # Examples
///
/// ```
/// use tfevents::Tensor;
/// use tfevents::tensor::Elements;
///
/// // DT_STRING, shape [2]
/// let tensor = Tensor::decode(b"\x08\x07\x12\x04\x12\x02\x08\x02\x42\x01a\x42\x02bc")?;
/// let Elements::Strings(strings) = tensor.elements() else { unreachable!() };
/// assert_eq!(*strings, ["a", "bc"]);
/// assert_eq!(strings.iter().last(), Some(&b"bc"[..]));
/// # Ok::<(), tfevents::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Strings<'a> {
    encoded: Encoded<'a>,
    len: usize,
}

impl<'a> Strings<'a> {
    /// The strings in a message that was walked through before.
    pub(super) fn new(encoded: Encoded<'a>, len: usize) -> Self {
        Self { encoded, len }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The strings, in order.
    pub fn iter(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        self.encoded.pieces().flat_map(|piece| {
            let mut fields = Fields::new(piece);
            std::iter::from_fn(move || {
                loop {
                    match fields.next() {
                        Ok(Some((STRING_VAL, Field::Bytes(string)))) => return Some(string),
                        Ok(Some(_)) => {}
                        Ok(None) | Err(_) => return None,
                    }
                }
            })
        })
    }

    /// The strings in a list.
    #[must_use]
    pub fn to_vec(&self) -> Vec<&'a [u8]> {
        let mut list = Vec::with_capacity(self.len);
        list.extend(self.iter());
        list
    }
}

impl PartialEq for Strings<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl Eq for Strings<'_> {}

impl<T: AsRef<[u8]>, const N: usize> PartialEq<[T; N]> for Strings<'_> {
    fn eq(&self, other: &[T; N]) -> bool {
        self.len == N && self.iter().eq(other.iter().map(AsRef::as_ref))
    }
}

impl fmt::Debug for Strings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
