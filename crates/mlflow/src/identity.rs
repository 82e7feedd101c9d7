//! How a run is found again at the server.
//!
//! A run is known by the last part of its directory's path, by the name of its first event file, and by the time of the
//! first event in there. So it is the same run wherever the logdir is moved or mounted, and whichever directory above it is
//! given; and a copy that continues under another name is another run. All that stands in a tag.

use std::path::{Path, absolute};

use tfevents::{EventItem, EventReader, Run};

/// The tag that holds it.
pub(crate) const TAG: &str = "tfevents.run";

/// What a run is known by; `None` if no file holds an event yet.
pub(crate) fn of(run: &Run) -> Option<String> {
    let mut files = run.files().iter();
    let (file, time) = files.find_map(|file| Some((file, first_time(file, run.max_record())?)))?;
    let dir = run.dir().canonicalize().or_else(|_| absolute(run.dir()));
    let dir = dir.ok();
    let dir = dir.as_deref().and_then(Path::file_name);
    let dir = dir.map(|name| text(name.as_ref())).unwrap_or_default();
    let file = file.file_name().map(|name| text(name.as_ref()));
    Some(format!("{dir}/{}@{time}", file.unwrap_or_default()))
}

/// The time of the first event of a file.
fn first_time(file: &Path, max_record: u64) -> Option<f64> {
    let mut reader = EventReader::open(file).ok()?.max_record(max_record);
    reader.finish();
    loop {
        match reader.next_item().ok()? {
            EventItem::Event(record) => return Some(record.event.wall_time.as_secs()),
            EventItem::Damage(_) => {}
            EventItem::End(_) => return None,
        }
    }
}

/// A name without what would end a word of MLflow's filters.
fn text(name: &Path) -> String {
    let is_plain =
        |_: usize, c: char| !c.is_control() && !matches!(c, '\'' | '"' | '`' | '\\' | '%');
    tfevents::names::encoded(&tfevents::reader::path_text(name), usize::MAX, is_plain)
}

/// The filter that finds the run.
pub(crate) fn filter(identity: &str) -> String {
    format!("tags.`{TAG}` = '{identity}'")
}

#[cfg(test)]
mod tests {
    use tfevents::{Logdir, SummaryWriter};

    use super::*;

    #[test]
    fn a_run_stays_the_same_wherever_it_is_and_however_it_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let exp = dir.path().join("logs/exp'1");
        let writer = SummaryWriter::new(&exp).unwrap();
        writer.add_scalar("loss", 1.0, 1).unwrap();
        writer.close().unwrap();
        let identity = |path: &Path| {
            let logdir = Logdir::open(path).unwrap();
            of(&logdir.runs()[0]).unwrap()
        };
        let known = identity(&exp);
        assert!(known.starts_with("exp%271/events.out.tfevents."), "{known}");
        assert_eq!(identity(dir.path()), known);
        let moved = dir.path().join("moved");
        std::fs::rename(dir.path().join("logs"), &moved).unwrap();
        assert_eq!(identity(&moved), known);
        // Under another name, it is another run.
        std::fs::rename(moved.join("exp'1"), moved.join("exp2")).unwrap();
        assert_ne!(identity(&moved), known);
        let empty = dir.path().join("empty");
        std::fs::create_dir(&empty).unwrap();
        std::fs::write(empty.join("a.tfevents"), "").unwrap();
        assert_eq!(of(&Logdir::open(&empty).unwrap().runs()[0]), None);
    }
}
