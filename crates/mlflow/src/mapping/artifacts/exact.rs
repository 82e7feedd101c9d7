//! Values exactly as they are stored, but for what is in files of its own: its place is taken by the path of its file.

use tfevents::proto::{Message as _, summary, summary::value::Value};
use tfevents_table::{Origin, Row};

use super::{Artifact, Content};
use crate::error::Result;

/// A value as a message, with the paths of the files that hold its bytes; `None` for an event of its own.
pub(super) fn message(row: &Row<'_>, files: &[&Artifact]) -> Option<Vec<u8>> {
    let Origin::Next(values) = row.origin else {
        return None;
    };
    let encoded = values.clone().next_encoded()?.ok()?;
    let whole = || Some(encoded.to_vec());
    if files.is_empty() {
        return whole();
    }
    let Ok(mut value) = summary::Value::decode(encoded) else {
        return whole();
    };
    let mut files = files.iter().filter_map(|file| match &file.content {
        Content::Bytes(bytes) => Some((&*file.path, &**bytes)),
        Content::File(_) => None,
    });
    let mut next = files.next();
    for blob in blobs(&mut value) {
        // Their files are in their order.
        if let Some((path, bytes)) = next
            && blob == bytes
        {
            *blob = path.into();
            next = files.next();
        }
    }
    Some(value.encode_to_vec())
}

/// The value of a message again. `fetch` gives the bytes of those of its files whose paths are in it, or nothing: then
/// there is no value.
pub(crate) fn restored(
    message: &[u8],
    files: &[String],
    mut fetch: impl FnMut(&str) -> Result<Option<Vec<u8>>>,
) -> Result<Option<summary::Value>> {
    let Ok(mut value) = summary::Value::decode(message) else {
        return Ok(None);
    };
    for blob in blobs(&mut value) {
        let Some(path) = files.iter().find(|path| path.as_bytes() == &**blob) else {
            continue;
        };
        match fetch(path)? {
            Some(bytes) => *blob = bytes,
            None => return Ok(None),
        }
    }
    Ok(Some(value))
}

/// What of a value may be a file of its own, in order.
fn blobs(value: &mut summary::Value) -> impl Iterator<Item = &mut Vec<u8>> {
    let blobs = match &mut value.value {
        Some(Value::Image(image)) => std::slice::from_mut(&mut image.encoded_image_string),
        Some(Value::Audio(audio)) => std::slice::from_mut(&mut audio.encoded_audio_string),
        Some(Value::Tensor(tensor)) => &mut tensor.string_val,
        _ => &mut [],
    };
    blobs.iter_mut()
}
