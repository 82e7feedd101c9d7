//! Events with parts of them replaced; what is not replaced stays as its writer put it, unknown fields
//! included.

use super::scale::Scaled;
use crate::error::Result;
use crate::event::put_head;
use crate::types::WallTime;
use crate::wire::{self, Fields};

/// The number of an event's summary, and of a summary's values.
const SUMMARY: u32 = 5;
const VALUE: u32 = 1;
/// The number of an event's statistics of a step, and of their tag.
const TAGGED_RUN_METADATA: u32 = 8;
const RUN_TAG: u32 = 1;
/// The number of the last field that is an event's content. Of several contents the last one counts, so when it
/// is replaced, none of the others may stay.
const LAST_CONTENT: u32 = 9;

/// Appends a serialized event at this time and step.
pub(crate) fn with_head(
    out: &mut Vec<u8>,
    payload: &[u8],
    time: WallTime,
    step: i64,
) -> Result<()> {
    put_head(out, time, step);
    copy_fields(out, payload, |number| number > 2)
}

/// Appends a serialized summary event, at a step and with these serialized values only.
pub(crate) fn with_values<'v>(
    out: &mut Vec<u8>,
    payload: &[u8],
    time: WallTime,
    step: i64,
    values: impl Iterator<Item = &'v [u8]>,
) -> Result<()> {
    put_head(out, time, step);
    let mut summary = Vec::new();
    for value in values {
        wire::put_bytes(&mut summary, VALUE, value);
    }
    wire::put_bytes(out, SUMMARY, &summary);
    copy_fields(out, payload, |number| number > LAST_CONTENT)
}

/// Appends a serialized event with the statistics of a step, at a step and under this name.
pub(crate) fn with_run_tag(
    out: &mut Vec<u8>,
    payload: &[u8],
    time: WallTime,
    step: i64,
    tag: &str,
) -> Result<()> {
    put_head(out, time, step);
    let mut run = Vec::new();
    wire::put_bytes(&mut run, RUN_TAG, tag.as_bytes());
    let mut fields = Fields::new(payload);
    while let Some((number, field)) = fields.next()? {
        if number == TAGGED_RUN_METADATA {
            let piece = field.bytes("tagged_run_metadata")?;
            copy_fields(&mut run, piece, |number| number != RUN_TAG)?;
        }
    }
    wire::put_bytes(out, TAGGED_RUN_METADATA, &run);
    copy_fields(out, payload, |number| number > LAST_CONTENT)
}

/// What becomes of the parts of a value.
#[derive(Debug)]
pub(crate) struct Change<'a> {
    pub(crate) tag: Option<&'a str>,
    pub(crate) number: Option<Scaled>,
    pub(crate) metadata: Metadata,
}

/// What becomes of a value's metadata.
#[derive(Debug)]
pub(crate) enum Metadata {
    Keep,
    /// There is none, and these bytes are put in.
    Add(Vec<u8>),
    Drop,
}

impl Change<'_> {
    /// Whether all stays as it is.
    pub(crate) fn is_none(&self) -> bool {
        self.tag.is_none() && self.number.is_none() && matches!(self.metadata, Metadata::Keep)
    }
}

/// Appends a serialized value, changed.
pub(crate) fn value(out: &mut Vec<u8>, value: &[u8], change: &Change<'_>) -> Result<()> {
    match change.tag {
        Some(tag) => wire::put_bytes(out, 1, tag.as_bytes()),
        None => copy_fields(out, value, |field| field == 1)?,
    }
    match &change.number {
        Some(Scaled::Simple(number)) => {
            // Field 2, a fixed 32-bit number.
            out.push(0x15);
            out.extend_from_slice(&number.to_le_bytes());
        }
        Some(Scaled::Tensor(tensor)) => wire::put_bytes(out, 8, tensor),
        None => {}
    }
    copy_fields(out, value, |field| match field {
        1 => false,
        2 | 8 => change.number.is_none(),
        9 => !matches!(change.metadata, Metadata::Drop),
        _ => true,
    })?;
    if let Metadata::Add(metadata) = &change.metadata {
        wire::put_bytes(out, 9, metadata);
    }
    Ok(())
}

/// Appends those fields of a message whose numbers are wanted, byte for byte.
pub(crate) fn copy_fields(
    out: &mut Vec<u8>,
    message: &[u8],
    wanted: impl Fn(u32) -> bool,
) -> Result<()> {
    let mut fields = Fields::new(message);
    let mut rest = message;
    while let Some((number, _)) = fields.next()? {
        let len = rest.len() - fields.rest().len();
        let (field, behind) = rest.split_at_checked(len).unwrap_or((rest, &[]));
        if wanted(number) {
            out.extend_from_slice(field);
        }
        rest = behind;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{self, Message as _, event::What};

    fn event() -> Vec<u8> {
        let value = |tag: &str| proto::summary::Value {
            tag: tag.to_owned(),
            value: Some(proto::summary::value::Value::SimpleValue(0.5)),
            ..Default::default()
        };
        let mut payload = proto::Event {
            wall_time: 1.5,
            step: 7,
            what: Some(What::Summary(proto::Summary {
                value: vec![value("a"), value("b")],
            })),
            ..Default::default()
        }
        .encode_to_vec();
        // A field that this version does not know.
        payload.extend([0xa2, 0x06, 1, 42]);
        payload
    }

    #[test]
    fn the_same_step_makes_the_same_bytes() {
        let payload = event();
        let mut out = Vec::new();
        with_head(&mut out, &payload, 1.5.into(), 7).unwrap();
        assert_eq!(out, payload);
        out.clear();
        with_head(&mut out, &payload, 1.5.into(), -8).unwrap();
        assert_eq!(proto::Event::decode(&*out).unwrap().step, -8);
        assert!(out.ends_with(&[0xa2, 0x06, 1, 42]));
    }

    #[test]
    fn values_are_replaced_and_all_else_stays() {
        let payload = event();
        let mut out = Vec::new();
        let value = b"\x0a\x01c\x15\0\0\0\x3f".as_slice();
        with_values(&mut out, &payload, 1.5.into(), 7, [value].into_iter()).unwrap();
        let event = proto::Event::decode(&*out).unwrap();
        let Some(What::Summary(summary)) = event.what else {
            panic!("{event:?}");
        };
        assert_eq!((event.step, &*summary.value[0].tag), (7, "c"));
        assert_eq!(summary.value.len(), 1);
        assert!(out.ends_with(&[0xa2, 0x06, 1, 42]));
    }
}
