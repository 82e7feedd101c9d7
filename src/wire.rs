//! The few protobuf primitives that the hand-written codecs of [`event`](crate::event) and
//! [`tensor`](crate::tensor) need, in both directions.
//!
//! Everything but the hot messages goes through the generated types of [`proto`](crate::proto).

use byteorder::{ByteOrder as _, LittleEndian};

use crate::error::{Error, Result};

/// How the value behind a key is laid out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Field<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    Fixed32(u32),
    /// A group, skipped whole: nothing in the format uses one.
    Group,
}

impl<'a> Field<'a> {
    pub(crate) fn bytes(self, what: &str) -> Result<&'a [u8]> {
        match self {
            Self::Bytes(b) => Ok(b),
            other => Err(other.mismatch(what)),
        }
    }

    pub(crate) fn string(self, what: &str) -> Result<&'a str> {
        std::str::from_utf8(self.bytes(what)?)
            .map_err(|e| Error::decode(format!("{what} is not UTF-8 ({e})")))
    }

    pub(crate) fn varint(self, what: &str) -> Result<u64> {
        match self {
            Self::Varint(v) => Ok(v),
            other => Err(other.mismatch(what)),
        }
    }

    /// A 64-bit two's complement number, as `int64` is stored.
    pub(crate) fn int64(self, what: &str) -> Result<i64> {
        self.varint(what).map(u64::cast_signed)
    }

    /// An `int32` or enum: the low half counts, as in every protobuf library.
    #[expect(clippy::cast_possible_truncation, reason = "the format says so")]
    pub(crate) fn int32(self, what: &str) -> Result<i32> {
        self.varint(what).map(|v| v as i32)
    }

    pub(crate) fn double(self, what: &str) -> Result<f64> {
        match self {
            Self::Fixed64(v) => Ok(f64::from_bits(v)),
            other => Err(other.mismatch(what)),
        }
    }

    pub(crate) fn float(self, what: &str) -> Result<f32> {
        match self {
            Self::Fixed32(v) => Ok(f32::from_bits(v)),
            other => Err(other.mismatch(what)),
        }
    }

    fn mismatch(self, what: &str) -> Error {
        let got = match self {
            Self::Varint(_) => "a varint",
            Self::Fixed64(_) => "8 fixed bytes",
            Self::Bytes(_) => "a length-delimited field",
            Self::Fixed32(_) => "4 fixed bytes",
            Self::Group => "a group",
        };
        Error::decode(format!("{what} has the wrong wire type: {got}"))
    }
}

/// Reads a varint at the start of `buf`: its value and length.
#[inline]
pub(crate) fn varint(buf: &[u8]) -> Option<(u64, usize)> {
    let first = *buf.first()?;
    if first < 0x80 {
        return Some((u64::from(first), 1));
    }
    let mut value = u64::from(first & 0x7f);
    for (i, &byte) in buf.iter().enumerate().take(10).skip(1) {
        // The tenth byte has room for one bit.
        if i == 9 && byte > 1 {
            return None;
        }
        value |= u64::from(byte & 0x7f) << (7 * i);
        if byte < 0x80 {
            return Some((value, i + 1));
        }
    }
    None
}

/// Walks the fields of one message.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(crate) fn new(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    /// What follows the fields that were returned.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next field's number and value, or `None` at the end of the message.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<(u32, Field<'a>)>> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (number, wire_type) = self.key()?;
        let field = self.value(number, wire_type)?;
        Ok(Some((number, field)))
    }

    #[inline]
    fn key(&mut self) -> Result<(u32, u8)> {
        let key = self.take_varint()?;
        let number = u32::try_from(key >> 3).unwrap_or(0);
        if key > u64::from(u32::MAX) || number == 0 {
            return Err(Error::decode(format!("{key} is not a field key")));
        }
        Ok((number, (key & 7) as u8))
    }

    #[inline]
    fn value(&mut self, number: u32, wire_type: u8) -> Result<Field<'a>> {
        match wire_type {
            0 => self.take_varint().map(Field::Varint),
            1 => Ok(Field::Fixed64(LittleEndian::read_u64(self.take(8)?))),
            2 => {
                let len = self.take_varint()?;
                let len = usize::try_from(len).unwrap_or(usize::MAX);
                self.take(len).map(Field::Bytes)
            }
            3 => self.skip_group(number).map(|()| Field::Group),
            5 => Ok(Field::Fixed32(LittleEndian::read_u32(self.take(4)?))),
            other => Err(Error::decode(format!(
                "field {number} has the unknown wire type {other}"
            ))),
        }
    }

    /// Iterative, so that nesting in hostile input cannot exhaust the stack.
    fn skip_group(&mut self, number: u32) -> Result<()> {
        let mut open = vec![number];
        while let Some(&innermost) = open.last() {
            let (number, wire_type) = self.key()?;
            match wire_type {
                3 if open.len() < 100 => open.push(number),
                3 => return Err(Error::decode("groups are nested too deeply")),
                4 if number == innermost => {
                    open.pop();
                }
                4 => return Err(Error::decode(format!("group {innermost} ends as {number}"))),
                _ => {
                    self.value(number, wire_type)?;
                }
            }
        }
        Ok(())
    }

    #[inline]
    fn take_varint(&mut self) -> Result<u64> {
        let (value, len) =
            varint(self.rest).ok_or_else(|| Error::decode("a varint is truncated or too long"))?;
        self.rest = &self.rest[len..];
        Ok(value)
    }

    #[inline]
    fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        let (head, tail) = self.rest.split_at_checked(len).ok_or_else(|| {
            Error::decode(format!(
                "a field needs {len} bytes, but {} are left",
                self.rest.len()
            ))
        })?;
        self.rest = tail;
        Ok(head)
    }
}

/// Appends a varint.
#[inline]
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the low seven bits are meant"
        )]
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    #[expect(clippy::cast_possible_truncation, reason = "below 0x80 here")]
    out.push(value as u8);
}

/// How many bytes [`put_varint`] appends.
#[inline]
pub(crate) fn varint_len(value: u64) -> usize {
    // Seven bits a byte; zero still takes one.
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}

/// Appends a length-delimited field.
#[inline]
pub(crate) fn put_bytes(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    put_varint(out, u64::from(number << 3 | 2));
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Makes what stands from `start` on the content of a length-delimited field.
pub(crate) fn wrap(out: &mut Vec<u8>, start: usize, number: u32) {
    let content = out.len().saturating_sub(start);
    let mut key = Vec::new();
    put_varint(&mut key, u64::from(number << 3 | 2));
    put_varint(&mut key, content as u64);
    out.splice(start..start, key);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_of_every_length_round_trip() {
        for shift in 0..64 {
            for value in [1u64 << shift, (1u64 << shift) - 1, u64::MAX >> shift] {
                let mut out = Vec::new();
                put_varint(&mut out, value);
                assert_eq!(out.len(), varint_len(value), "{value}");
                assert_eq!(varint(&out), Some((value, out.len())));
                assert_eq!(varint(&out[..out.len() - 1]), None, "truncated");
            }
        }
        assert_eq!(varint(&[0xff; 11]), None, "too long");
        assert_eq!(
            varint(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]),
            None
        );
    }

    #[test]
    fn a_field_is_put_around_what_stands_there() {
        let content = [7; 300];
        let mut out = vec![1, 2];
        out.extend(content);
        wrap(&mut out, 2, 5);
        let mut expected = vec![1, 2];
        put_bytes(&mut expected, 5, &content);
        assert_eq!(out, expected);
    }

    #[test]
    fn groups_are_skipped_whole_and_bounded() {
        // group 1 { field 2: varint 5, group 3 {} } then field 4: varint 9
        let message = [0x0b, 0x10, 5, 0x1b, 0x1c, 0x0c, 0x20, 9];
        let mut fields = Fields::new(&message);
        assert_eq!(fields.next().unwrap(), Some((1, Field::Group)));
        assert_eq!(fields.next().unwrap(), Some((4, Field::Varint(9))));
        assert_eq!(fields.next().unwrap(), None);
        assert!(Fields::new(&[0x0b; 5000]).next().is_err());
        assert!(
            Fields::new(&[0x0b, 0x14]).next().is_err(),
            "ends as another group"
        );
    }

    #[test]
    fn hostile_lengths_are_errors() {
        let mut huge = vec![0x0a];
        put_varint(&mut huge, u64::MAX);
        assert!(Fields::new(&huge).next().is_err());
        assert!(Fields::new(&[0x0a, 3, 1, 2]).next().is_err());
        assert!(Fields::new(&[0]).next().is_err(), "field number 0");
        assert!(Fields::new(&[0x0e]).next().is_err(), "wire type 6");
    }
}
