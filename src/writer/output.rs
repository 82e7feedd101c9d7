//! The event file as the disk sees it: whole records, counted, and still where readers will look.

use std::fs::File;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::os;
use crate::record;
use crate::writer::file_name::Created;

/// An event file being written.
#[derive(Debug)]
pub(crate) struct Output {
    file: File,
    path: PathBuf,
    /// Bytes of whole records in the file.
    len: u64,
    /// Records in the file; those that were there when the file was last seen to exist; those safe on the disk.
    records: u64,
    confirmed: u64,
    synced: u64,
    /// Directories whose entries on the way to the file may not have reached the disk yet.
    unsynced_dirs: Vec<PathBuf>,
}

impl Output {
    /// Starts a file with some records that are not counted. Where that fails, no file is left behind.
    pub(crate) fn start(created: Created, head: &[u8]) -> Result<Self> {
        let mut output = Self {
            file: created.file,
            path: created.path,
            len: 0,
            records: 0,
            confirmed: 0,
            synced: 0,
            unsynced_dirs: created.changed_dirs,
        };
        match output.write(head, 0) {
            Ok(()) => Ok(output),
            Err(e) => {
                // Should this fail, too, a file without events stays, which hurts no reader.
                let _removed = std::fs::remove_file(&output.path);
                Err(e)
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How many of the counted records are in the file, as far as is known.
    pub(crate) fn records(&self) -> u64 {
        self.records
    }

    /// How many of them would survive a power failure.
    pub(crate) fn synced(&self) -> u64 {
        self.synced
    }

    /// Appends `count` whole records.
    ///
    /// A write that fails half way, as on a full disk, may leave part of a record behind. That part is
    /// removed again, so that the file ends with a whole record.
    pub(crate) fn write(&mut self, records: &[u8], count: u64) -> Result<()> {
        let mut rest = records;
        while !rest.is_empty() {
            let error = match self.file.write(rest) {
                Ok(0) => ErrorKind::WriteZero.into(),
                Ok(n) => {
                    rest = rest.get(n..).unwrap_or_default();
                    continue;
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                Err(e) => e,
            };
            self.keep_whole_records(records, records.len() - rest.len());
            return Err(self.locate(error));
        }
        self.len += records.len() as u64;
        self.records += count;
        Ok(())
    }

    fn keep_whole_records(&mut self, records: &[u8], written: usize) {
        let (count, whole) = whole_records(records, written);
        self.len += whole as u64;
        self.records += count;
        if whole < written {
            // Should this fail, too, the file ends in a torn record, which every reader expects of a writer
            // that died; nothing will follow it.
            let _cut = self.file.set_len(self.len);
        }
    }

    /// Makes sure that what was written can be found.
    ///
    /// A file that was deleted takes writes without complaint, and nobody will ever read them. One that was
    /// renamed or moved with its directory is fine.
    pub(crate) fn confirm(&mut self) -> Result<()> {
        match os::check_linked(&self.file, &self.path) {
            Ok(()) => {
                self.confirmed = self.records;
                Ok(())
            }
            Err(e) => {
                self.records = self.confirmed;
                Err(self.locate(e))
            }
        }
    }

    /// Waits until the file, and the first time its name, would survive a power failure.
    pub(crate) fn sync(&mut self) -> Result<()> {
        let mut result = self.file.sync_all().map_err(|e| self.locate(e));
        for dir in std::mem::take(&mut self.unsynced_dirs) {
            result =
                result.and_then(|()| os::sync_dir(&dir).map_err(|e| Error::from(e).with_path(dir)));
        }
        match result {
            Ok(()) => self.synced = self.records,
            // The system may have thrown away any of the pages that it could not write.
            Err(_) => self.records = self.synced,
        }
        result
    }

    fn locate(&self, e: io::Error) -> Error {
        Error::from(e).with_path(&self.path)
    }
}

/// How many records end within the first `written` bytes, and where the last of them ends.
fn whole_records(records: &[u8], written: usize) -> (u64, usize) {
    let (mut count, mut end) = (0, 0);
    while let Some(len) = records.get(end..written).and_then(record::framed_len) {
        if len > written - end {
            break;
        }
        count += 1;
        end += len;
    }
    (count, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_is_whole() {
        let mut records = Vec::new();
        let mut ends = vec![0];
        for payload in [&b"one"[..], b"", b"three"] {
            record::frame(&mut records, payload);
            ends.push(records.len());
        }
        for written in 0..=records.len() {
            let count = ends.iter().rposition(|&end| end <= written).unwrap();
            assert_eq!(
                whole_records(&records, written),
                (count as u64, ends[count]),
                "{written}"
            );
        }
    }
}
