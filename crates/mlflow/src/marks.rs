//! How far each file of a run was sent. This stands in tags of the run, which travel in the same requests as the points that
//! they cover, so that no more than one of these is ever sent twice.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use tfevents::Run;
use tfevents::reader::Cursor;

use crate::api::Entry;
use crate::error::Result;
use crate::names::Key;

/// What the tags begin with, before the name of the file.
const TAG: &str = "tfevents.sent/";

/// How far a file was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The first event that was not sent as a whole.
    cursor: Cursor,
    /// How many of its values were sent.
    values: u64,
}

/// A place in a file: before an event, of which some values may be behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) offset: u64,
    pub(crate) record: u64,
    pub(crate) values: u64,
}

impl Mark {
    /// What says that a file was sent up to a place.
    pub(crate) fn at(file: &Path, place: Place) -> Result<Self> {
        Ok(Self {
            cursor: Cursor::at(file, place.offset, place.record)?,
            values: place.values,
        })
    }

    /// Where the file is to be sent on, if it still holds what was sent of it.
    pub(crate) fn place(&self, file: &Path) -> Option<Place> {
        let (offset, record) = (self.cursor.offset(), self.cursor.record());
        let is_same = Cursor::at(file, offset, record).is_ok_and(|cursor| cursor == self.cursor);
        is_same.then_some(Place {
            offset,
            record,
            values: self.values,
        })
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.values {
            0 => self.cursor.fmt(f),
            values => write!(f, "{}+{values}", self.cursor),
        }
    }
}

impl FromStr for Mark {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (cursor, values) = text.split_once('+').unwrap_or((text, "0"));
        Ok(Self {
            cursor: cursor.parse().map_err(drop)?,
            values: values.parse().map_err(drop)?,
        })
    }
}

/// The key of the tag for a file, by its path below the run's directory.
pub(crate) fn key(file: &Path, dir: &Path) -> String {
    let name = tfevents::reader::path_text(file.strip_prefix(dir).unwrap_or(file));
    Key::of(&format!("{TAG}{name}")).text
}

/// The marks among the tags of a run, by key.
pub(crate) fn among(tags: &[Entry]) -> BTreeMap<String, Mark> {
    let marks = tags.iter().filter(|tag| tag.key.starts_with(TAG));
    marks
        .filter_map(|tag| Some((tag.key.clone(), tag.value.parse().ok()?)))
        .collect()
}

/// Whether all of a run's files were sent to their ends. `top` is the directory that the names of files are relative to.
pub(crate) fn cover(marks: &BTreeMap<String, Mark>, run: &Run, top: &Path) -> bool {
    run.files().iter().all(|file| {
        let mark = marks.get(&key(file, top));
        let place = mark.and_then(|mark| mark.place(file));
        let len = file.metadata().map(|metadata| metadata.len());
        place.is_some_and(|place| place.values == 0 && len.is_ok_and(|len| len == place.offset))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_of_one_file_only() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("e.tfevents");
        std::fs::write(&path, b"0123456789").unwrap();
        let place = Place {
            offset: 5,
            record: 2,
            values: 3,
        };
        let mark = Mark::at(&path, place).unwrap();
        let read: Mark = mark.to_string().parse().unwrap();
        assert_eq!(read, mark);
        assert_eq!(read.place(&path), Some(place));
        std::fs::write(&path, b"0123456789 and more").unwrap();
        assert_eq!(read.place(&path), Some(place));
        std::fs::write(&path, b"0123x56789").unwrap();
        assert_eq!(read.place(&path), None);
        assert_eq!("5:2:0".parse::<Mark>(), Err(()));
    }
}
