//! Names in a request, of which there may be millions.

use prost::DecodeError;
use prost::encoding::{
    DecodeContext, WireType, check_wire_type, decode_key, decode_varint, skip_field,
};
use tonic::Status;
use tonic::codegen::Bytes;

/// Whole names, where they are in the request: a string for each would take twenty times as much memory as short names.
#[derive(Debug)]
pub(crate) struct Names {
    bytes: Bytes,
    /// The first byte of each name and its length, in order of the names, each once.
    places: Vec<(u32, u32)>,
}

impl Names {
    /// Those in a serialized `NameFilter`.
    ///
    /// # Errors
    ///
    /// Invalid bytes.
    pub(crate) fn parse(bytes: Bytes) -> Result<Self, Status> {
        let invalid = |error: DecodeError| Status::invalid_argument(error.to_string());
        let places = places(&bytes).map_err(invalid)?;
        let mut places = places.ok_or_else(|| Status::invalid_argument("a name is truncated"))?;
        // Those of TensorBoard are in order.
        places.sort_unstable_by(|a, b| at(&bytes, *a).cmp(at(&bytes, *b)));
        places.dedup_by(|a, b| at(&bytes, *a) == at(&bytes, *b));
        Ok(Self { bytes, places })
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        let compare = |place: &(u32, u32)| at(&self.bytes, *place).cmp(name.as_bytes());
        self.places.binary_search_by(compare).is_ok()
    }

    /// The names, in order. Nothing has a name that is not UTF-8.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        let names = self.places.iter().map(|place| at(&self.bytes, *place));
        names.filter_map(|name| str::from_utf8(name).ok())
    }
}

fn at(bytes: &[u8], (start, len): (u32, u32)) -> &[u8] {
    let rest = bytes.get(start as usize..).unwrap_or_default();
    rest.get(..len as usize).unwrap_or_default()
}

/// `None` if the last one is truncated.
fn places(bytes: &[u8]) -> Result<Option<Vec<(u32, u32)>>, DecodeError> {
    let mut places = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (number, form) = decode_key(&mut rest)?;
        if number != 1 {
            skip_field(form, number, &mut rest, DecodeContext::default())?;
            continue;
        }
        check_wire_type(WireType::LengthDelimited, form)?;
        let len = decode_varint(&mut rest)?;
        let start = bytes.len() - rest.len();
        let place = u32::try_from(start).ok().zip(u32::try_from(len).ok());
        let behind = place.and_then(|(_, len)| rest.get(len as usize..));
        let (Some(place), Some(behind)) = (place, behind) else {
            return Ok(None);
        };
        places.push(place);
        rest = behind;
    }
    Ok(Some(places))
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;
    use crate::proto::data::NameFilter;

    fn names(names: &[&str]) -> Names {
        let names = names.iter().map(ToString::to_string).collect();
        Names::parse(NameFilter { names }.encode_to_vec().into()).unwrap()
    }

    #[test]
    fn names_are_found() {
        let some = names(&["b/c", "", "a", "b", "a", "ü"]);
        assert_eq!(some.iter().collect::<Vec<_>>(), ["", "a", "b", "b/c", "ü"]);
        assert_eq!(some.len(), 5);
        for (name, expected) in [("", true), ("b/c", true), ("b/", false), ("z", false)] {
            assert_eq!(some.contains(name), expected, "{name}");
        }
        let none = names(&[]);
        assert_eq!((none.len(), none.contains("")), (0, false));
    }

    #[test]
    fn what_is_not_a_name_is_skipped_or_refused() {
        let parse = |bytes: &'static [u8]| Names::parse(Bytes::from_static(bytes));
        // Of a later version; a name that is not UTF-8.
        let some = parse(b"\x10\x05\x0a\x01a\x0a\x01\xff").unwrap();
        assert_eq!(some.iter().collect::<Vec<_>>(), ["a"]);
        for wrong in [
            &b"\x0a\x05ab"[..],
            b"\x0a",
            b"\xff",
            b"\x08\x01",
            b"\x0a\xff\xff\xff\xff\xff\x01",
        ] {
            let error = parse(wrong).unwrap_err();
            assert_eq!(error.code(), tonic::Code::InvalidArgument, "{wrong:?}");
        }
    }
}
