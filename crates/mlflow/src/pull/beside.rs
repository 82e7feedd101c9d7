//! Artifacts that are files beside event files, or event files themselves, as `push` stored them.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};

use tfevents::EventRef;
use tfevents::plugin::PointDecoder;
use tfevents::reader::is_event_file;
use tfevents::record::{Decoder, Item};

use super::kept;
use super::listing::Listing;
use crate::mapping::loss::{LossKind, Losses};
use crate::names;

/// A file of a run that is copied as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Copied {
    /// Where it goes in the run's directory, with slashes. Each part is a name, and none leads out.
    pub path: String,
    /// Whether it is an event file.
    pub is_events: bool,
    /// Its path below the run's artifacts.
    pub(super) artifact: String,
}

/// The files that are copied as they are.
pub(super) fn of(files: &Listing, losses: &mut Losses) -> Vec<Copied> {
    let mut taken = BTreeSet::new();
    let mut copied = Vec::new();
    for file in files.iter() {
        let Some((path, is_events)) = place(&file.path) else {
            continue;
        };
        match is_safe(&path) && taken.insert(path.clone()) {
            true => copied.push(Copied {
                path,
                is_events,
                artifact: file.path.clone(),
            }),
            false => losses.add(LossKind::Unreadable, || {
                format!("`{}`: no path for a file in the run's directory", file.path)
            }),
        }
    }
    copied
}

/// Where an artifact belongs, if it is such a file, and whether it is an event file.
pub(super) fn place(path: &str) -> Option<(String, bool)> {
    if let Some(below) = path.strip_prefix("tfevents/") {
        let name = below.rsplit('/').next().unwrap_or_default();
        let is_events = is_event_file(name.as_ref()) && kept::of(path).is_none();
        return is_events.then(|| (below.to_owned(), true));
    }
    let below = match path.strip_prefix("projector/") {
        Some(below) => below,
        None => path.strip_prefix("plugins/profile/").map(|_| path)?,
    };
    // Names that MLflow refuses were stored as keys.
    let parts = below.split('/').map(|part| match names::tag(part) {
        tag if is_safe(&tag) && !tag.contains('/') => tag,
        _ => part.into(),
    });
    let parts: Vec<_> = parts.collect();
    Some((parts.join("/"), false))
}

/// Whether every part of a path is a name.
fn is_safe(path: &str) -> bool {
    let mut parts = path.split('/');
    parts.all(|part| !matches!(part, "" | "." | "..") && !part.contains(['\0', '\\']))
}

/// How much is copied at once.
const CHUNK: usize = 64 << 10;

/// Copies all bytes; returns how many values are in them, if they are events.
pub(super) fn copy(
    mut bytes: impl Read,
    output: &mut impl Write,
    is_events: bool,
) -> io::Result<u64> {
    let (mut records, mut points) = (Decoder::new(), PointDecoder::default());
    let (mut buffer, mut values) = (vec![0; CHUNK], 0);
    loop {
        let read = match bytes.read(&mut buffer) {
            Ok(0) => return Ok(values),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            read => buffer.get(..read?).unwrap_or_default(),
        };
        output.write_all(read)?;
        if !is_events {
            continue;
        }
        records.push(read);
        loop {
            match records.next_item() {
                Item::Record(record) => {
                    if let Ok(event) = EventRef::parse(record.payload) {
                        values += points.points(&event).flatten().count() as u64;
                    }
                }
                Item::Damage(_) => {}
                Item::End(_) => break,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_goes_where_it_was() {
        for (path, wanted) in [
            (
                "projector/projector_config.pbtxt",
                Some("projector_config.pbtxt"),
            ),
            ("projector/a/b_x25_.tsv", Some("a/b%.tsv")),
            ("projector/_x2E_./b", Some("_x2E_./b")),
            (
                "plugins/profile/s/a.xplane.pb",
                Some("plugins/profile/s/a.xplane.pb"),
            ),
            (
                "tfevents/events.out.tfevents.1.h",
                Some("events.out.tfevents.1.h"),
            ),
            (
                "tfevents/17.5/events.out.tfevents.1.h",
                Some("17.5/events.out.tfevents.1.h"),
            ),
            ("tfevents/text/tfevents.jsonl", None),
            ("tfevents/log.jsonl", None),
            ("plugins/other/a", None),
            ("model/MLmodel", None),
        ] {
            let place = place(path).map(|(place, _)| place);
            assert_eq!(place.as_deref(), wanted, "{path}");
        }
    }

    #[test]
    fn values_of_event_files_are_counted_on_the_way() {
        let dir = tempfile::tempdir().unwrap();
        let writer = tfevents::SummaryWriter::new(dir.path()).unwrap();
        for step in 0..10_000 {
            writer.add_scalar("loss", 0.5, step).unwrap();
        }
        let path = writer.path().to_owned();
        writer.close().unwrap();
        let (file, mut copied) = (std::fs::read(path).unwrap(), Vec::new());
        assert_eq!(copy(&*file, &mut copied, true).unwrap(), 10_000);
        assert_eq!(copied, file);
        assert_eq!(copy(&*file, &mut io::sink(), false).unwrap(), 0);
    }

    #[test]
    fn no_path_leads_out() {
        for path in ["../a", "a/../b", "/a", "a//b", "a/.", "", "a\0", "..\\a"] {
            assert!(!is_safe(path), "{path:?}");
        }
        assert!(is_safe("..a/b c/é"));
    }
}
