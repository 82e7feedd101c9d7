//! Files of any number of members.

use std::fmt;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};

/// What gzip calls a member and Zstandard a frame: one complete piece of compressed data. A file is any number of them.
pub(super) trait Member {
    const FORMAT: &str;
    /// Whether zero bytes may stand between members, as on tapes and in files that are filled up to whole blocks.
    const PADDED: bool = false;

    /// Reads the start of the next one. There is at least a byte.
    fn begin(&mut self, input: &mut impl BufRead) -> Result<(), Fault>;

    /// Appends what comes next; false at the end of the member, when its checksum holds. What was appended before a
    /// fault is good.
    fn unpack(&mut self, input: &mut impl BufRead, output: &mut Vec<u8>) -> Result<bool, Fault>;
}

/// Passes over bytes that are not part of the content.
pub(super) fn skip(input: &mut impl BufRead, len: u64) -> Result<(), Fault> {
    match io::copy(&mut input.take(len), &mut io::sink())? {
        skipped if skipped == len => Ok(()),
        _ => Err(Fault::Cut),
    }
}

/// Why unpacking ends early.
#[derive(Debug)]
pub(super) enum Fault {
    /// Nothing is wrong with the data, but it takes another program to unpack it.
    #[cfg(feature = "zstd")]
    Unsupported {
        needs: String,
        cure: &'static str,
    },
    Cut,
    Damaged,
    Checksum,
    /// Something else stands where a member could start.
    Junk,
    Io(io::Error),
}

impl From<io::Error> for Fault {
    fn from(e: io::Error) -> Self {
        match e.kind() {
            ErrorKind::UnexpectedEof => Self::Cut,
            _ => Self::Io(e),
        }
    }
}

/// Unpacks member after member. A fault is reported once all that was unpacked before it is read, and stays.
pub(super) struct Members<R, M> {
    input: BufReader<R>,
    member: M,
    is_within: bool,
    has_begun: bool,
    unpacked: Vec<u8>,
    /// How much of `unpacked` was read.
    read: usize,
    total: u64,
    fault: Option<Fault>,
}

impl<R: Read, M: Member> Members<R, M> {
    pub(super) fn new(file: R, member: M) -> Self {
        Self {
            input: BufReader::new(file),
            member,
            is_within: false,
            has_begun: false,
            unpacked: Vec::new(),
            read: 0,
            total: 0,
            fault: None,
        }
    }

    /// Unpacks some more; false at the end of the file.
    fn advance(&mut self) -> Result<bool, Fault> {
        if !self.is_within {
            while M::PADDED && self.has_begun && self.input.fill_buf()?.first() == Some(&0) {
                self.input.consume(1);
            }
            if self.input.fill_buf()?.is_empty() {
                return Ok(false);
            }
            self.has_begun = true;
            self.member.begin(&mut self.input)?;
        }
        self.is_within = true;
        self.is_within = self.member.unpack(&mut self.input, &mut self.unpacked)?;
        Ok(true)
    }

    fn error(&self, fault: &Fault) -> io::Error {
        let (kind, format, total) = (ErrorKind::InvalidData, M::FORMAT, self.total);
        let error = |kind, what: fmt::Arguments<'_>| {
            io::Error::new(kind, format!("{what} (after {total} decompressed bytes)"))
        };
        match fault {
            #[cfg(feature = "zstd")]
            Fault::Unsupported { needs, cure } => io::Error::new(
                ErrorKind::Unsupported,
                format!(
                    "the {format} data needs {needs} (after {total} decompressed bytes): {cure}"
                ),
            ),
            Fault::Cut => error(
                ErrorKind::UnexpectedEof,
                format_args!("the {format} data is truncated"),
            ),
            Fault::Damaged => error(kind, format_args!("the {format} data is damaged")),
            Fault::Checksum => error(kind, format_args!("the {format} data has a wrong checksum")),
            Fault::Junk => error(kind, format_args!("other data follows the {format} data")),
            Fault::Io(e) => match e.raw_os_error() {
                Some(number) => io::Error::from_raw_os_error(number),
                None => io::Error::new(e.kind(), e.to_string()),
            },
        }
    }
}

impl<R: Read, M: Member> Read for Members<R, M> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.read == self.unpacked.len() {
            if let Some(fault) = &self.fault {
                return Err(self.error(fault));
            }
            self.unpacked.clear();
            self.read = 0;
            match self.advance() {
                Ok(true) => {}
                Ok(false) => return Ok(0),
                Err(Fault::Io(e)) if e.kind() == ErrorKind::Interrupted => {}
                Err(fault) => self.fault = Some(fault),
            }
            self.total += self.unpacked.len() as u64;
        }
        let len = (&self.unpacked[self.read..]).read(buf)?;
        self.read += len;
        Ok(len)
    }
}
