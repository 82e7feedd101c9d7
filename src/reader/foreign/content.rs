//! What a file is by its first bytes.

/// What a file holds instead of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Content {
    /// What Git LFS keeps instead of a file that was not fetched.
    GitLfs,
    /// JSON: one value, or one per line.
    Json,
    /// Any other text.
    Text,
    /// A ZIP archive, which PyTorch's checkpoints and NumPy's `.npz` files are, too.
    Zip,
    /// A Python object, pickled.
    Pickle,
    /// An HDF5 file.
    Hdf5,
    /// A NumPy array.
    NumPy,
}

impl Content {
    /// Recognises a file that begins with these bytes.
    pub(crate) fn of(first: &[u8]) -> Option<Self> {
        // A short record's length, in front of a damaged one.
        let is_length = first.get(3..8) == Some(&[0; 5]);
        Some(match first {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Self::Zip,
            [0x80, 2..=5, ..] if !is_length => Self::Pickle,
            [0x89, b'H', b'D', b'F', ..] => Self::Hdf5,
            [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => Self::NumPy,
            _ => match text(first)? {
                text if text.starts_with("version https://git-lfs") => Self::GitLfs,
                text if is_json(text) => Self::Json,
                _ => Self::Text,
            },
        })
    }

    pub(super) fn nouns(self) -> (&'static str, &'static str) {
        match self {
            Self::GitLfs => ("Git LFS pointer", "Git LFS pointers"),
            Self::Json => ("JSON file", "JSON files"),
            Self::Text => ("text file", "text files"),
            Self::Zip => ("ZIP archive", "ZIP archives"),
            Self::Pickle => ("pickled object", "pickled objects"),
            Self::Hdf5 => ("HDF5 file", "HDF5 files"),
            Self::NumPy => ("NumPy array", "NumPy arrays"),
        }
    }

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::GitLfs => "git_lfs",
            Self::Json => "json",
            Self::Text => "text",
            Self::Zip => "zip",
            Self::Pickle => "pickle",
            Self::Hdf5 => "hdf5",
            Self::NumPy => "numpy",
        }
    }
}

/// The bytes as text without control characters, but for one at their end that may be cut off.
fn text(first: &[u8]) -> Option<&str> {
    let text = match std::str::from_utf8(first) {
        Ok(text) => text,
        Err(e) if e.error_len().is_none() => std::str::from_utf8(&first[..e.valid_up_to()]).ok()?,
        Err(_) => return None,
    };
    let is_plain = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    (!text.is_empty() && text.chars().all(is_plain)).then_some(text)
}

/// Whether text begins like an object or an array, which lines of logs in brackets do not.
fn is_json(text: &str) -> bool {
    let after = |open| text.trim_start().strip_prefix(open).map(str::trim_start);
    if let Some(inside) = after('{') {
        return inside.starts_with(['"', '}']);
    }
    let Some(inside) = after('[') else {
        return false;
    };
    let rest = inside.trim_start_matches(|c: char| c.is_ascii_digit() || "+-.eE".contains(c));
    inside.starts_with(['"', '{', '[', ']'])
        || rest.len() < inside.len() && rest.trim_start().starts_with([',', ']'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell() {
        let cases: &[(&[u8], Option<Content>)] = &[
            (b"{\"step\": 1}", Some(Content::Json)),
            (b" [ {\"step\": 1}", Some(Content::Json)),
            (b"[1.5e3, 2]", Some(Content::Json)),
            (b"[INFO] step 1", Some(Content::Text)),
            (b"[2026-01-31 10:00] step 1", Some(Content::Text)),
            (b"{step}", Some(Content::Text)),
            (
                b"version https://git-lfs.github.com/spec/v1\noid sha256:0",
                Some(Content::GitLfs),
            ),
            ("step,loß\n".as_bytes(), Some(Content::Text)),
            (&"loß".as_bytes()[..3], Some(Content::Text)),
            (b"PK\x03\x04\x14\0", Some(Content::Zip)),
            (b"\x80\x04\x95\x10\0\0\0\0\0\0\0", Some(Content::Pickle)),
            (b"\x89HDF\r\n\x1a\n", Some(Content::Hdf5)),
            (b"\x93NUMPY\x01\0", Some(Content::NumPy)),
            (b"", None),
            (b"\xff\xfe", None),
            (b"\x18\0\0\0\0\0\0\0\xa3\x7f\x4b\x22", None),
            (b"\x80\x02\0\0\0\0\0\0\xa3\x7f\x4b\x22", None),
        ];
        for (first, content) in cases {
            assert_eq!(Content::of(first), *content, "{first:?}");
        }
    }
}
