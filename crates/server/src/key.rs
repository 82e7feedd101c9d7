//! Keys of blobs. They appear in web pages, so they name the blob, and another server of the same logdir understands them.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use prost::Message as _;
use tonic::Status;

pub(crate) use crate::proto::tfevents_server::BlobKey;

impl BlobKey {
    pub(crate) fn to_text(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.encode_to_vec())
    }

    /// # Errors
    ///
    /// Text that is not a key.
    pub(crate) fn parse(text: &str) -> Result<Self, Status> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
        let key = bytes.and_then(|bytes| Self::decode(&*bytes).ok());
        key.filter(|_| !text.is_empty())
            .ok_or_else(|| Status::invalid_argument(format!("invalid blob key: {text:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_in_urls_and_come_back() {
        let key = BlobKey {
            run: "läuft/noch".into(),
            tag: "a b?\0".into(),
            step: i64::MIN,
            nth: 3,
            index: 2,
        };
        let text = key.to_text();
        assert!(
            text.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)),
            "{text}"
        );
        assert_eq!(BlobKey::parse(&text).unwrap(), key);
        for wrong in ["", "?", "####", "abc"] {
            let error = BlobKey::parse(wrong).unwrap_err();
            assert_eq!(error.code(), tonic::Code::InvalidArgument, "{wrong}");
        }
    }
}
