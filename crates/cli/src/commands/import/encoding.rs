//! Text in the encodings and the compression that files of other programs have.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

/// What is wrong with text in any other encoding.
pub(super) const NOT_UTF8: &str = "the text is not UTF-8; save the file as UTF-8";

/// How much is unpacked or converted ahead.
const BUFFER: usize = 256 << 10;

/// What is in a compressed file, which its first bytes tell; any other input as it is.
///
/// # Errors
///
/// Compression that this program was built without; an input that cannot be read.
pub(super) fn unpacked<'r>(mut input: Box<dyn BufRead + 'r>) -> io::Result<Box<dyn BufRead + 'r>> {
    let unpacked: Box<dyn Read + 'r> = match input.fill_buf()? {
        [0x1f, 0x8b, ..] => Box::new(Whole(MultiGzDecoder::new(input))),
        #[cfg(feature = "parquet")]
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Box::new(Whole(zstd::Decoder::with_buffer(input)?)),
        #[cfg(not(feature = "parquet"))]
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            let problem = "this program was built without Zstandard, so it cannot read .zst; unpack the file first, or \
                           add it with `cargo install --path crates/cli --features parquet`";
            return Err(io::Error::new(io::ErrorKind::Unsupported, problem));
        }
        _ => return Ok(input),
    };
    Ok(Box::new(BufReader::with_capacity(BUFFER, unpacked)))
}

/// Says what is wrong with compressed bytes in words of ours.
struct Whole<R>(R);

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf).map_err(|e| {
            // What the system says, it says itself.
            if e.raw_os_error().is_some() {
                return e;
            }
            let problem = "the compressed data is damaged or cut short; get the whole file again";
            io::Error::new(io::ErrorKind::InvalidData, problem)
        })
    }
}

/// Text as UTF-8: what begins like UTF-16, as spreadsheets and Windows shells write it, is converted. A mark of UTF-8
/// at the beginning is no part of the text.
pub(super) fn utf8<'r>(mut input: Box<dyn BufRead + 'r>) -> io::Result<Box<dyn BufRead + 'r>> {
    let unit = match input.fill_buf()? {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        [0xef, 0xbb, 0xbf, ..] => {
            input.consume(3);
            return Ok(input);
        }
        _ => return Ok(input),
    };
    input.consume(2);
    Ok(Box::new(BufReader::with_capacity(
        BUFFER,
        Utf16 {
            input,
            unit,
            high: None,
            text: String::new(),
            read: 0,
        },
    )))
}

/// UTF-16 on its way to UTF-8. What is no text becomes U+FFFD.
struct Utf16<R> {
    input: R,
    unit: fn([u8; 2]) -> u16,
    /// The first half of a character.
    high: Option<u16>,
    text: String,
    /// How much of `text` was read.
    read: usize,
}

/// How much is converted at a time.
const CHUNK: u64 = 64 << 10;

impl<R: BufRead> Read for Utf16<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.read == self.text.len() {
            let mut bytes = Vec::new();
            self.input.by_ref().take(CHUNK).read_to_end(&mut bytes)?;
            if bytes.is_empty() && self.high.is_none() {
                return Ok(0);
            }
            let is_last = (bytes.len() as u64) < CHUNK;
            let pairs = bytes.chunks(2);
            let units = pairs.map(|pair| match *pair {
                [a, b] => (self.unit)([a, b]),
                // Half a unit at the end.
                _ => 0xfffd,
            });
            let mut units: Vec<_> = self.high.take().into_iter().chain(units).collect();
            if !is_last
                && units
                    .last()
                    .is_some_and(|unit| (0xd800..0xdc00).contains(unit))
            {
                self.high = units.pop();
            }
            let chars = char::decode_utf16(units);
            self.text = chars
                .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect();
            self.read = 0;
        }
        let len = (&self.text.as_bytes()[self.read..]).read(buf)?;
        self.read += len;
        Ok(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressed_text_is_unpacked_however_many_members_it_has() {
        use std::io::Write as _;
        let gzip = |text: &str| {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(text.as_bytes()).unwrap();
            encoder.finish().unwrap()
        };
        let read = |bytes: &[u8]| {
            let mut text = String::new();
            unpacked(Box::new(bytes))?.read_to_string(&mut text)?;
            Ok::<_, io::Error>(text)
        };
        let members = [gzip("step,"), gzip("loss\n")].concat();
        assert_eq!(read(&members).unwrap(), "step,loss\n");
        assert_eq!(read(b"step,loss\n").unwrap(), "step,loss\n");
        let cut = read(&members[..members.len() - 3]).unwrap_err();
        assert!(cut.to_string().contains("cut short"), "{cut}");
    }

    #[test]
    fn utf_16_is_read_however_it_is_cut() {
        // Characters of two units lie across the borders of all chunks.
        let text = format!("a{}", "\u{1f600}".repeat(50_000));
        for (mark, bytes) in [
            ([0xff, 0xfe], u16::to_le_bytes as fn(u16) -> [u8; 2]),
            ([0xfe, 0xff], u16::to_be_bytes),
        ] {
            let units = text.encode_utf16().flat_map(bytes);
            let file: Vec<_> = mark.into_iter().chain(units).collect();
            let mut read = String::new();
            let mut input = utf8(Box::new(&*file)).unwrap();
            input.read_to_string(&mut read).unwrap();
            assert_eq!(read, text);
        }
        let mut read = String::new();
        let mut input = utf8(Box::new(&b"\xff\xfea\0b"[..])).unwrap();
        input.read_to_string(&mut read).unwrap();
        assert_eq!(read, "a\u{fffd}");
    }
}
