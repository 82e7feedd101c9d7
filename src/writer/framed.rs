//! Events as records.

use prost::Message as _;

use crate::error::{Error, Result};
use crate::{proto, record};

/// An event as a record.
pub(crate) fn framed(event: &proto::Event) -> Result<Vec<u8>> {
    let len = event.encoded_len();
    record::check_length(len)?;
    let mut framed = Vec::with_capacity(len + record::OVERHEAD);
    let start = record::begin(&mut framed);
    event
        .encode(&mut framed)
        .map_err(|e| Error::argument(e.to_string()))?;
    record::finish(&mut framed, start);
    Ok(framed)
}
