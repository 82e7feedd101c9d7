//! Files that are open only while they are read from.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use super::watch;
use crate::os;

/// A file as a stream that holds no descriptor between two reads, for where there are more files than a process
/// may have open.
#[derive(Debug)]
pub(crate) struct Reopened {
    path: PathBuf,
    offset: u64,
}

impl Reopened {
    /// Stands at `offset`.
    pub(crate) fn new(path: PathBuf, offset: u64) -> Self {
        Self { path, offset }
    }
}

impl Read for Reopened {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let len = os::read_at(&File::open(&self.path)?, buf, self.offset)?;
        self.offset += len as u64;
        watch::passed(len as u64);
        Ok(len)
    }
}
