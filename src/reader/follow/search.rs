//! Damage at the end of a file that grows: how far it was searched for records.

use std::fs::File;
use std::io;

use crate::reader::source::read_at;
use crate::record::{HEADER_LEN, Pending};

/// A search through the damage behind a cursor, which found nothing so far.
#[derive(Clone, Debug)]
pub(super) struct Search {
    pub(super) pending: Pending,
    /// Where the damage starts, and with what.
    pub(super) from: u64,
    head: [u8; HEADER_LEN],
    /// How much of it there was when all of it was searched, and at the last look.
    whole: u64,
    len: u64,
}

/// Damage of up to so many bytes is searched from its start each time.
const SEARCHED_AGAIN: u64 = 1 << 20;

impl Search {
    pub(super) fn new(
        pending: Pending,
        file: &File,
        from: u64,
        size: u64,
        before: Option<Self>,
    ) -> io::Result<Self> {
        let mut head = [0; HEADER_LEN];
        read_at(file, from, &mut head)?;
        let len = size.saturating_sub(from);
        Ok(Self {
            pending,
            from,
            head,
            whole: before.map_or(len, |before| before.whole),
            len,
        })
    }

    /// Whether it can go on where it stopped. A page that came late may have made records of what was searched
    /// before, so now and then it is better to start anew; but only so often that the work stays in proportion to
    /// the bytes.
    pub(super) fn goes_on(&self, file: &File, size: u64) -> io::Result<bool> {
        let mut head = [0; HEADER_LEN];
        read_at(file, self.from, &mut head)?;
        let len = size.saturating_sub(self.from);
        Ok(head == self.head && len > SEARCHED_AGAIN && len / 2 < self.whole && len >= self.len)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::io::Write as _;
    use std::path::Path;

    use crate::reader::{FollowItem, Follower};
    use crate::record::{self, work};

    /// Steps and damage.
    fn poll(follower: &mut Follower) -> Vec<String> {
        let mut seen = Vec::new();
        follower.poll(&mut |item| {
            seen.push(match item {
                FollowItem::Event(event) => format!("{:?}", event.payload),
                FollowItem::Damage(defect) => format!("{} + {}", defect.offset, defect.len),
                FollowItem::Replaced => "replaced".to_owned(),
            });
        });
        seen
    }

    fn append(path: &Path, bytes: &[u8]) {
        let file = File::options().append(true).create(true).open(path);
        file.unwrap().write_all(bytes).unwrap();
    }

    /// Such as a log of text that has `tfevents` in its name.
    #[test]
    fn what_holds_no_records_is_searched_in_proportion_to_its_size() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("e.tfevents.log");
        let line = "no record far and wide\n".repeat(3000);
        let mut follower = Follower::new(&path);
        let ((), work) = work::of(|| {
            for _ in 0..200 {
                append(&path, line.as_bytes());
                assert!(poll(&mut follower).is_empty());
            }
        });
        let len = 200 * line.len() as u64;
        assert!(work < 8 * len, "{work} for {len} bytes");

        // What comes behind is found all the same.
        let mut frame = Vec::new();
        record::frame(&mut frame, b"\x10\x07");
        append(&path, &frame);
        let found = [format!("0 + {len}"), "[16, 7]".to_owned()];
        assert_eq!(poll(&mut follower), found);
        assert_eq!(follower.cursor().record(), 2);
    }

    #[test]
    fn a_record_that_is_being_written_is_not_read_each_time() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("e.tfevents");
        let mut frame = Vec::new();
        record::frame(&mut frame, &[0x0a; 4 << 20]);
        let mut follower = Follower::new(&path);
        let ((), work) = work::of(|| {
            for part in frame.chunks(64 << 10) {
                append(&path, part);
                poll(&mut follower);
            }
        });
        let len = frame.len() as u64;
        assert!(work < 10 * len, "{work} for {len} bytes");
        assert_eq!(follower.cursor().offset(), len);
    }

    /// A network file system may bring a page long after the pages that follow it.
    #[test]
    fn a_late_first_page_makes_records_of_what_was_searched() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("e.tfevents");
        let mut whole = Vec::new();
        record::frame(&mut whole, b"\x10\x07");
        record::frame(&mut whole, &[0x0a; 3 << 20]);
        let mut late = whole.clone();
        late[..4096].fill(0);
        fs::write(&path, &late).unwrap();
        let mut follower = Follower::new(&path);
        assert!(poll(&mut follower).is_empty());
        append(&path, b"more");
        assert!(poll(&mut follower).is_empty());
        whole.extend(b"more ");
        fs::write(&path, &whole).unwrap();
        assert_eq!(poll(&mut follower)[0], "[16, 7]");
    }
}
