//! Zip files as a stream; the files in them are stored uncompressed.
//!
//! There may be as many files as points. The directory with which a zip file ends names all of them, and takes a
//! hundred bytes for each; until then it is held deflated, which is a tenth of that.

use std::io::{self, Write};

use flate2::write::{DeflateDecoder, DeflateEncoder};
use flate2::{Compression, Crc};

/// The versions that can read a file: with directories, and with fields of 64 bits.
const VERSION: u16 = 20;
const VERSION_64: u16 = 45;
/// The version by which it was made, on Unix.
const MADE_BY: u16 = 3 << 8 | VERSION_64;
/// Names are UTF-8.
const UTF8: u16 = 1 << 11;
/// The first of January 1980, the earliest date that a zip file can state.
const DATE: u16 = 1 << 5 | 1;
/// The extra field of what takes 64 bits.
const WIDE: u16 = 1;
/// A regular file that everybody may read.
const MODE: u32 = 0o100_644 << 16;

/// A zip file that is being written.
pub(super) struct Zip<W> {
    out: W,
    /// How many bytes and files were written.
    len: u64,
    files: u64,
    directory: DeflateEncoder<Vec<u8>>,
}

impl<W: Write> Zip<W> {
    pub(super) fn new(out: W) -> Self {
        Self {
            out,
            len: 0,
            files: 0,
            directory: DeflateEncoder::new(Vec::new(), Compression::fast()),
        }
    }

    /// Adds a file.
    pub(super) fn put(&mut self, name: &str, file: &[u8]) -> io::Result<()> {
        let Ok(name_len) = u16::try_from(name.len()) else {
            let problem = format!(
                "the name of an array has {} bytes, but a zip file allows at most {}",
                name.len(),
                u16::MAX
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
        };
        let mut crc = Crc::new();
        crc.update(file);
        let (size, offset) = (file.len() as u64, self.len);
        // The fields that both heads have, before the name, and what does not fit into 32 bits, behind it.
        let fields = |wide: &[u64]| {
            let mut fields = Fields::default();
            let version = if wide.is_empty() { VERSION } else { VERSION_64 };
            // Stored, at no particular time.
            fields.u16s(&[version, UTF8, 0, 0, DATE]);
            fields.u32s(&[crc.sum(), short(size), short(size)]);
            let mut extra = Fields::default();
            if let Ok(bytes @ 1..) = u16::try_from(size_of_val(wide)) {
                extra.u16s(&[WIDE, bytes]);
                extra.u64s(wide);
            }
            // At most 28 bytes.
            fields.u16s(&[name_len, u16::try_from(extra.0.len()).unwrap_or(0)]);
            (fields.0, extra.0)
        };

        let sizes = [size, size];
        let (both, extra) = fields(if is_wide(size) { &sizes } else { &[] });
        for part in [b"PK\x03\x04", &*both, name.as_bytes(), &extra, file] {
            self.out.write_all(part)?;
            self.len += part.len() as u64;
        }

        let wide = [size, size, offset].into_iter().filter(|&n| is_wide(n));
        let (both, extra) = fields(&wide.collect::<Vec<_>>());
        let mut entry = Fields::default();
        entry.signature(b"PK\x01\x02");
        entry.u16s(&[MADE_BY]);
        entry.0.extend(both);
        // No comment, the first disk, nothing particular about it.
        entry.u16s(&[0, 0, 0]);
        entry.u32s(&[MODE, short(offset)]);
        for part in [&*entry.0, name.as_bytes(), &extra] {
            self.directory.write_all(part)?;
        }
        self.files += 1;
        Ok(())
    }

    /// Writes the directory.
    pub(super) fn finish(mut self) -> io::Result<()> {
        let start = self.len;
        let size = self.directory.total_in();
        let directory = self.directory.finish()?;
        let mut inflated = DeflateDecoder::new(&mut self.out);
        inflated.write_all(&directory)?;
        inflated.finish()?;

        let files = u16::try_from(self.files).unwrap_or(u16::MAX);
        let mut end = Fields::default();
        if files == u16::MAX || is_wide(size) || is_wide(start) {
            end.signature(b"PK\x06\x06");
            // So many bytes follow.
            end.u64s(&[44]);
            end.u16s(&[MADE_BY, VERSION_64]);
            end.u32s(&[0, 0]);
            end.u64s(&[self.files, self.files, size, start]);
            // And where that is, on the only disk.
            end.signature(b"PK\x06\x07");
            end.u32s(&[0]);
            end.u64s(&[start + size]);
            end.u32s(&[1]);
        }
        end.signature(b"PK\x05\x06");
        end.u16s(&[0, 0, files, files]);
        end.u32s(&[short(size), short(start)]);
        end.u16s(&[0]);
        self.out.write_all(&end.0)?;
        self.out.flush()
    }
}

/// Whether a number stands in a field of 64 bits.
fn is_wide(number: u64) -> bool {
    number >= u64::from(u32::MAX)
}

/// A number, or the mark that it stands in such a field.
fn short(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Numbers, little-endian and one after the other.
#[derive(Default)]
struct Fields(Vec<u8>);

impl Fields {
    fn signature(&mut self, signature: &[u8; 4]) {
        self.0.extend(signature);
    }

    fn u16s(&mut self, numbers: &[u16]) {
        self.0.extend(numbers.iter().flat_map(|n| n.to_le_bytes()));
    }

    fn u32s(&mut self, numbers: &[u32]) {
        self.0.extend(numbers.iter().flat_map(|n| n.to_le_bytes()));
    }

    fn u64s(&mut self, numbers: &[u64]) {
        self.0.extend(numbers.iter().flat_map(|n| n.to_le_bytes()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The file, cut before its directory, the directory and its end.
    fn zipped(start: u64, names: &[&str]) -> (Vec<u8>, Vec<u8>) {
        let mut out = Vec::new();
        let mut zip = Zip::new(&mut out);
        zip.len = start;
        for name in names {
            zip.put(name, b"abc").unwrap();
        }
        let files = usize::try_from(zip.len - start).unwrap();
        zip.finish().unwrap();
        let end = out.split_off(files);
        (out, end)
    }

    /// As Python's `zipfile` writes it: the CRC-32 of `abc` is 0x352441c2.
    #[test]
    fn golden_file() {
        let (files, end) = zipped(0, &["é"]);
        let common = b"\x14\0\0\x08\0\0\0\0\x21\0\xc2\x41\x24\x35\x03\0\0\0\x03\0\0\0\x02\0\0\0";
        let file = [b"PK\x03\x04", &common[..], b"\xc3\xa9abc"].concat();
        assert_eq!(files, file);
        let entry = [
            b"PK\x01\x02\x2d\x03",
            &common[..],
            b"\0\0\0\0\0\0\0\0\xa4\x81\0\0\0\0\xc3\xa9",
        ]
        .concat();
        let last = b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x30\0\0\0\x23\0\0\0\0\0";
        assert_eq!(end, [entry, last.to_vec()].concat());
    }

    #[test]
    fn what_does_not_fit_into_32_bits_takes_64() {
        let (_, end) = zipped(5 << 30, &["a"]);
        let entry = 46 + 1;
        assert_eq!(end[42..46], [0xff; 4]);
        let offset = (5_u64 << 30).to_le_bytes();
        assert_eq!(
            end[entry..entry + 12],
            *[b"\x01\0\x08\0", &offset[..]].concat()
        );
        let end = &end[entry + 12..];
        assert_eq!(end[..4], *b"PK\x06\x06");
        assert_eq!(end[24..40], [1_u64.to_le_bytes(); 2].concat());
        assert_eq!(end[56..60], *b"PK\x06\x07");
        assert_eq!(end.len(), 56 + 20 + 22);
    }

    #[test]
    fn a_directory_of_many_files_takes_a_few_bytes_each() {
        let mut zip = Zip::new(io::sink());
        for i in 0..100_000 {
            zip.put(&format!("run/layer{i}/loss/wall_time.npy"), b"abc")
                .unwrap();
        }
        let held = zip.directory.get_ref().len();
        assert!(held < 12 * 100_000, "{held}");
    }

    #[test]
    fn names_have_a_limit() {
        let message = Zip::new(io::sink())
            .put(&"x".repeat(70_000), b"")
            .unwrap_err();
        assert!(message.to_string().contains("70000 bytes"), "{message}");
    }
}
