//! Unpacking compressed files: every member of them, up to the last byte that can be unpacked.

use std::io::Read;
#[cfg(not(all(feature = "gzip", feature = "zstd")))]
use std::io::{self, ErrorKind};

use crate::record;

#[cfg(feature = "gzip")]
mod deflate;
#[cfg(any(feature = "gzip", feature = "zstd"))]
mod members;
#[cfg(feature = "zstd")]
mod zstd;

#[cfg(feature = "gzip")]
use deflate::{Gzip, Zlib};
#[cfg(any(feature = "gzip", feature = "zstd"))]
use members::Members;

/// The unpacked bytes of `file` if `head`, its first bytes, announce that it is compressed. Lengths of records can
/// look like a magic number; a header whose checksum holds cannot be anything else.
pub(super) fn unpack<R: Read + Send + Sync + 'static>(
    head: &[u8],
    #[cfg_attr(
        not(any(feature = "gzip", feature = "zstd")),
        expect(unused_variables, reason = "nothing can be unpacked")
    )]
    file: impl Fn() -> R,
) -> Option<Box<dyn Read + Send + Sync>> {
    if record::is_header(head) {
        return None;
    }
    Some(match head {
        #[cfg(feature = "gzip")]
        [0x1f, 0x8b, 0x08, ..] => Box::new(Members::new(file(), Gzip::default())),
        #[cfg(feature = "gzip")]
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => Box::new(Members::new(file(), Zlib::default())),
        #[cfg(feature = "zstd")]
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
            Box::new(Members::new(file(), zstd::Zstd::default()))
        }
        #[cfg(not(feature = "gzip"))]
        [0x1f, 0x8b, 0x08, ..] | [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => {
            Box::new(Lacking("gzip and zlib files", "gzip"))
        }
        #[cfg(not(feature = "zstd"))]
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
            Box::new(Lacking("Zstandard files", "zstd"))
        }
        _ => return None,
    })
}

/// A format, and the feature of this crate that would read it.
#[cfg(not(all(feature = "gzip", feature = "zstd")))]
struct Lacking(&'static str, &'static str);

#[cfg(not(all(feature = "gzip", feature = "zstd")))]
impl Read for Lacking {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        let Self(format, feature) = self;
        Err(io::Error::new(
            ErrorKind::Unsupported,
            format!(
                "{format} need the feature `{feature}`, which tfevents was built without; decompress the file"
            ),
        ))
    }
}

#[cfg(feature = "gzip")]
#[cfg(test)]
mod tests;
