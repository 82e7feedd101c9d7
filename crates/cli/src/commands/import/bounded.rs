//! Lines and rows that fit into memory: not everything that is read line by line has lines.

use std::cell::Cell;
use std::io::{self, ErrorKind, Read};

/// How many bytes a line or a row may have.
pub(super) const LONGEST: u64 = 64 << 20;

/// What is read row by row. It fails where a row is too long.
pub(super) struct Rows<'l, R> {
    pub(super) input: R,
    /// How many bytes may still be read, which whoever reads sets to [`LONGEST`] for each row.
    pub(super) left: &'l Cell<u64>,
    /// How many quotation marks were read.
    pub(super) quotes: &'l Cell<u64>,
}

impl<R: Read> Read for Rows<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let len = self.input.read(buf)?;
        let quotes = buf.iter().take(len).filter(|&&byte| byte == b'"').count();
        self.quotes.set(self.quotes.get() + quotes as u64);
        match self.left.get().checked_sub(len as u64) {
            Some(left) => self.left.set(left),
            None => return Err(too_long("row")),
        }
        Ok(len)
    }
}

/// Says that a line or a row is.
pub(super) fn too_long(what: &str) -> io::Error {
    let limit = LONGEST >> 20;
    let problem = format!(
        "a {what} is longer than {limit} MiB: check --format, and look for a missing quotation mark"
    );
    io::Error::new(ErrorKind::InvalidData, problem)
}
