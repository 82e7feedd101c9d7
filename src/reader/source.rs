//! Opening event files, plain or compressed.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};

use flate2::read::{MultiGzDecoder, ZlibDecoder};

use crate::record::{self, HEADER_LEN};

/// The bytes of an event file, unwrapped if it is compressed.
///
/// No writer of event files compresses them, but people do so with old ones, and then TensorBoard reads
/// nothing. Recognised by their first bytes are gzip, zlib and, with the feature `zstd`, Zstandard.
pub struct EventFile(Input);

enum Input {
    Plain(File),
    Wrapped(Box<dyn Read + Send + Sync>),
}

impl EventFile {
    /// Stands at `offset` of the unwrapped bytes; a compressed file has to be read from its start for that.
    pub(crate) fn new(mut file: File, offset: u64) -> io::Result<Self> {
        let mut head = [0; HEADER_LEN];
        let len = read_up_to(&mut file, &mut head)?;
        file.rewind()?;
        let Some(mut unwrapped) = unwrap(&head[..len], &file)? else {
            file.seek(SeekFrom::Start(offset))?;
            return Ok(Self(Input::Plain(file)));
        };
        io::copy(&mut unwrapped.by_ref().take(offset), &mut io::sink())?;
        Ok(Self(Input::Wrapped(unwrapped)))
    }

    pub(crate) fn is_plain(&self) -> bool {
        matches!(self.0, Input::Plain(_))
    }
}

/// A decoder for what the first bytes announce. Lengths of records can look like a magic number; a header
/// whose checksum holds cannot be anything else.
fn unwrap(head: &[u8], file: &File) -> io::Result<Option<Box<dyn Read + Send + Sync>>> {
    if record::is_header(head) {
        return Ok(None);
    }
    let input = || io::Result::Ok(BufReader::new(file.try_clone()?));
    Ok(match head {
        [0x1f, 0x8b, 0x08, ..] => Some(Box::new(MultiGzDecoder::new(input()?))),
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => Some(Box::new(ZlibDecoder::new(input()?))),
        #[cfg(feature = "zstd")]
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Box::new(
            ruzstd::decoding::StreamingDecoder::new(input()?).map_err(io::Error::other)?,
        )),
        _ => None,
    })
}

/// Fills `buf` as far as there are bytes.
pub(crate) fn read_up_to(input: &mut impl Read, buf: &mut [u8]) -> io::Result<usize> {
    let mut len = 0;
    while len < buf.len() {
        match input.read(&mut buf[len..]) {
            Ok(0) => break,
            Ok(n) => len += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(len)
}

impl Read for EventFile {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            Input::Plain(file) => file.read(buf),
            Input::Wrapped(unwrapped) => unwrapped.read(buf),
        }
    }
}

impl fmt::Debug for EventFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventFile")
            .field("plain", &self.is_plain())
            .finish()
    }
}
