//! Which files are not event files, by their names and their first bytes.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use super::{Content, Foreign};
use crate::event::{EventRef, What};
use crate::files::is_event_file;
use crate::reader::event_reader::{EventItem, EventReader};
use crate::reader::health::Health;
use crate::reader::source::EventFile;
use crate::record::{self, Item, RecordReader};
use crate::wire::{self, Fields};

/// As many bytes as a record's header has, and more.
const FIRST: u64 = 64;

impl Foreign {
    /// What the file at this path is; `None` for event files, and for files that nobody here knows.
    ///
    /// Names decide. Only where these do not tell are the first bytes looked at.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?;
        if is_event_file(name) {
            return Self::beside_events(path);
        }
        let is_old_profile = || is_in_session(path).then_some(Self::OldProfile);
        let is_unnamed = || begins_with_event(path).then_some(Self::Unnamed);
        Self::named(path)
            .or_else(is_old_profile)
            .or_else(is_unnamed)
    }

    /// The same for a file whose name contains `tfevents`.
    pub(crate) fn beside_events(path: &Path) -> Option<Self> {
        let name = path.file_name()?.as_encoded_bytes();
        if name.ends_with(b".meta") && first_bytes(path)?.starts_with(b"fileFormatVersion") {
            return Some(Self::UnityMeta);
        }
        // SageMaker marks files by empty ones; copies of them, renamed, come from elsewhere.
        for suffix in [".sagemaker-uploaded", ".sagemaker-uploading"] {
            if let Some(original) = path.to_str().and_then(|path| path.strip_suffix(suffix)) {
                return Path::new(original).exists().then_some(Self::SageMaker);
            }
        }
        if let Some(named) = Self::named(path) {
            return (!begins_with_event(path)).then_some(named);
        }
        // A pointer stands for events that are missing, so it has to be reported.
        let is_other = |content: &Content| *content != Content::GitLfs;
        let first = is_called_otherwise(name).then(|| first_bytes(path))??;
        let content = Content::of(&first).filter(is_other);
        content
            .filter(|_| !record::is_header(&first))
            .map(Self::NotEvents)
    }

    /// What a file is that is called and was read like an event file, with this result; `None` if it is one, or if
    /// its first bytes do not tell.
    ///
    /// Only where at most one record is an event is the file looked at again.
    #[must_use]
    pub fn instead_of_events(path: &Path, health: &Health) -> Option<Self> {
        if health.records > 1 {
            return None;
        }
        let first = first_bytes(path)?;
        if record::is_header(&first) {
            return Self::of_record(path);
        }
        // One character may as well be the first byte of an event that is being written.
        if health.records > 0 || first.len() < 2 {
            return None;
        }
        match Content::of(&first) {
            Some(content) => Some(Self::NotEvents(content)),
            None => is_profile(&first).then_some(Self::StrayProfile),
        }
    }

    /// What a file is if it is named as another tool names its files.
    fn named(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy();
        let is_profile = name.ends_with(".xplane.pb") || name.ends_with(".hlo_proto.pb");
        Some(match is_profile {
            true if is_in_session(path) => Self::Profile,
            true => Self::StrayProfile,
            _ if name.starts_with("tfdbg_events.") => Self::Debugger,
            _ if name.starts_with("vdlrecords.") => Self::VisualDl,
            _ if name.contains(".out.events.summary.") => Self::MindSpore,
            _ if name.ends_with(".pt.trace.json") || name.ends_with(".pt.trace.json.gz") => {
                Self::TorchTrace
            }
            _ => return None,
        })
    }

    /// Whose record a file begins with, if not TensorBoard's.
    fn of_record(path: &Path) -> Option<Self> {
        let file = EventFile::new(Arc::new(File::open(path).ok()?), 0).ok()?;
        let mut records = RecordReader::new(file);
        let Ok(Item::Record(record)) = records.next_item() else {
            return None;
        };
        if is_visualdl(record.payload) {
            return Some(Self::VisualDl);
        }
        match EventRef::parse(record.payload).ok()?.what {
            What::FileVersion(version) if version.contains("debug.Event:") => Some(Self::Debugger),
            What::FileVersion(version) => {
                let is_mindspore = version.to_ascii_lowercase().starts_with("mindspore.event:");
                is_mindspore.then_some(Self::MindSpore)
            }
            _ => None,
        }
    }
}

/// Whether a file lies in `plugins/profile/<session>`.
fn is_in_session(path: &Path) -> bool {
    let mut above = path.ancestors().skip(2).filter_map(Path::file_name);
    above.next().is_some_and(|name| name == "profile")
        && above.next().is_some_and(|name| name == "plugins")
}

/// Whether a name ends as those of other files do. Event files' names end in a host, a number or `.v2`, so that
/// nearly none of them is opened to see what it is.
fn is_called_otherwise(name: &[u8]) -> bool {
    const EXTENSIONS: [&[u8]; 24] = [
        b"bz2", b"ckpt", b"csv", b"gz", b"h5", b"html", b"json", b"jsonl", b"log", b"md",
        b"ndjson", b"npy", b"npz", b"pickle", b"pkl", b"pt", b"pth", b"tsv", b"txt", b"xml",
        b"yaml", b"yml", b"zip", b"zst",
    ];
    let extension = name.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
    EXTENSIONS.contains(&&*extension.to_ascii_lowercase())
}

/// The first bytes of a file, unwrapped if it is compressed; `None` if it cannot be read.
fn first_bytes(path: &Path) -> Option<Vec<u8>> {
    let file = File::open(path).ok()?;
    let mut first = Vec::new();
    let unwrapped = EventFile::new(Arc::new(file), 0).ok()?;
    unwrapped.take(FIRST).read_to_end(&mut first).ok()?;
    Some(first)
}

/// Whether a file begins with an event. Other records have the same frame, but no event in it.
fn begins_with_event(path: &Path) -> bool {
    if !first_bytes(path).is_some_and(|first| record::is_header(&first)) {
        return false;
    }
    let first = EventReader::open(path).and_then(|mut reader| {
        Ok(match reader.next_item()? {
            EventItem::Event(record) => is_event(&record.event),
            _ => false,
        })
    });
    first.unwrap_or(false)
}

fn is_event(event: &EventRef<'_>) -> bool {
    match &event.what {
        What::FileVersion(version) => version.starts_with("brain.Event:"),
        What::Summary(summary) => {
            let mut values = summary.values().peekable();
            values.peek().is_some()
                && values.all(|value| value.is_ok_and(|value| !value.tag.is_empty()))
        }
        _ => false,
    }
}

/// Whether these are the first bytes of an `XSpace`, whose planes are called by what was watched.
fn is_profile(first: &[u8]) -> bool {
    let plane = || {
        let (_, len) = wire::varint(first.strip_prefix(b"\x0a")?)?;
        let plane = first.get(1 + len..)?;
        let name = match plane.strip_prefix(b"\x08") {
            Some(id) => id.get(wire::varint(id)?.1..)?,
            None => plane,
        };
        let (_, len) = wire::varint(name.strip_prefix(b"\x12")?)?;
        name.get(1 + len..)
    };
    const PLANES: [&[u8]; 3] = [b"/host:", b"/device:", b"Task Environment"];
    plane().is_some_and(|name| PLANES.iter().any(|plane| name.starts_with(plane)))
}

/// Whether a record is one of VisualDL: nothing but values, each with a tag and a time in whole milliseconds.
fn is_visualdl(record: &[u8]) -> bool {
    let mut values = Fields::new(record);
    let mut any = false;
    while let Ok(Some((number, value))) = values.next() {
        let Ok(value) = value.bytes("value") else {
            return false;
        };
        let (mut tag, mut time) = (false, false);
        let mut fields = Fields::new(value);
        while let Ok(Some((number, field))) = fields.next() {
            match number {
                2 => tag = field.bytes("tag").is_ok_and(|tag| !tag.is_empty()),
                3 => time = field.varint("timestamp").is_ok(),
                _ => {}
            }
        }
        if number != 1 || !tag || !time {
            return false;
        }
        any = true;
    }
    any
}

#[cfg(feature = "logdir")]
#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::reader::{FollowItem, Logdir, beside, visit};

    fn event_file() -> Vec<u8> {
        let mut file = Vec::new();
        record::frame(&mut file, b"\x1a\x0dbrain.Event:2");
        record::frame(
            &mut file,
            b"\x10\x07\x2a\x0d\x0a\x0b\x0a\x04loss\x15\0\0\0\x3f",
        );
        file
    }

    #[test]
    fn files_are_named_for_what_they_are() {
        let dir = tempfile::tempdir().unwrap();
        let events = event_file();
        // A record of a data set, whose first field is a message.
        let mut example = Vec::new();
        record::frame(&mut example, b"\x0a\x02\x0a\0");
        let files: &[(&str, &[u8], Option<Foreign>)] = &[
            ("run/e.tfevents.1", &events, None),
            (
                "run/e.tfevents.1.meta",
                b"fileFormatVersion: 2\nguid: 0\n",
                Some(Foreign::UnityMeta),
            ),
            (
                "run/e.tfevents.1.sagemaker-uploaded",
                b"",
                Some(Foreign::SageMaker),
            ),
            ("run/e.tfevents.2.sagemaker-uploaded", &events, None),
            ("run/e.tfevents.3.meta", &events, None),
            ("run/e.tfevents.4.profile-empty", &events[..29], None),
            ("run/log.1", &events, Some(Foreign::Unnamed)),
            ("run/data.tfrecord", &example, None),
            ("run/notes.txt", b"\x18\0\0\0\0\0\0\0 no header", None),
            (
                "run/vdlrecords.1600000000.log",
                &example,
                Some(Foreign::VisualDl),
            ),
            (
                "run/xx.out.events.summary.1600000000.host_MS",
                &example,
                Some(Foreign::MindSpore),
            ),
            (
                "run/tfdbg_events.1.host.metadata",
                &example,
                Some(Foreign::Debugger),
            ),
            (
                "run/tfdbg_events.1.host.execution",
                &example,
                Some(Foreign::Debugger),
            ),
            (
                "run/plugins/profile/a/host.xplane.pb",
                b"xxxx",
                Some(Foreign::Profile),
            ),
            (
                "run/plugins/profile/a/cache_version.txt",
                b"1",
                Some(Foreign::OldProfile),
            ),
            (
                "run/plugins/profile/b/host.xplane.pb",
                b"xx",
                Some(Foreign::Profile),
            ),
            (
                "run/plugins/profile/c/host.trace.json.gz",
                b"x",
                Some(Foreign::OldProfile),
            ),
            (
                "run/e.tfevents.5.jsonl",
                b"{\"step\": 1}\n",
                Some(Foreign::NotEvents(Content::Json)),
            ),
            (
                "run/e.tfevents.6.ckpt",
                b"PK\x03\x04\x14\0",
                Some(Foreign::NotEvents(Content::Zip)),
            ),
            ("run/e.tfevents.7.log", &events, None),
            (
                "run/e.tfevents.8.json",
                b"version https://git-lfs.github.com/spec/v1\n",
                None,
            ),
            ("run/host.xplane.pb", b"x", Some(Foreign::StrayProfile)),
            ("run/w.1.pt.trace.json.gz", b"x", Some(Foreign::TorchTrace)),
        ];
        for (name, content, what) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, content).unwrap();
            if !name.ends_with("uploaded") {
                assert_eq!(Foreign::of(&path), *what, "{name}");
            }
        }
        let found: Vec<_> = beside(dir.path())
            .into_iter()
            .map(|beside| {
                assert_eq!(beside.dir, dir.path().join("run"));
                (beside.what, beside.count, beside.bytes)
            })
            .collect();
        let example = example.len() as u64;
        assert_eq!(
            found,
            [
                (Foreign::Profile, 2, 7),
                (Foreign::OldProfile, 1, 1),
                (Foreign::StrayProfile, 1, 1),
                (Foreign::TorchTrace, 1, 1),
                (Foreign::Debugger, 1, 2 * example),
                (Foreign::VisualDl, 1, example),
                (Foreign::MindSpore, 1, example),
                (Foreign::UnityMeta, 1, 29),
                (Foreign::SageMaker, 1, 0),
                (Foreign::NotEvents(Content::Json), 1, 12),
                (Foreign::NotEvents(Content::Zip), 1, 6),
                (Foreign::Unnamed, 1, events.len() as u64),
            ]
        );
        // Of these, the reader takes what may be an event file.
        let logdir = Logdir::open(dir.path()).unwrap();
        let names = logdir.runs()[0]
            .files()
            .iter()
            .map(|file| file.file_name().unwrap().to_str().unwrap());
        let wanted = [
            "e.tfevents.1",
            "e.tfevents.2.sagemaker-uploaded",
            "e.tfevents.3.meta",
            "e.tfevents.4.profile-empty",
            "e.tfevents.7.log",
            "e.tfevents.8.json",
        ];
        assert_eq!(names.collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn what_is_only_called_like_an_event_file_is_known_by_its_first_bytes() {
        let framed = |payload: &[u8]| {
            let mut file = Vec::new();
            record::frame(&mut file, payload);
            file
        };
        let events = event_file();
        let version = |version: &str| {
            let mut payload = vec![0x1a, u8::try_from(version.len()).unwrap()];
            payload.extend_from_slice(version.as_bytes());
            framed(&payload)
        };
        let plane = |name: &[u8]| [b"\x0a\x40\x12", name, &[0; 60]].concat();
        for (content, what) in [
            (events.clone(), None),
            (version("brain.Event:2"), None),
            (events[..7].to_vec(), None),
            (vec![0x81; 300], None),
            // A line that another program put in front of events.
            ([b"[INFO] step 1\n", &*events, &*events].concat(), None),
            (b"{".to_vec(), None),
            (b"{}".to_vec(), Some(Foreign::NotEvents(Content::Json))),
            (
                b"version https://git-lfs.github.com/spec/v1\n".to_vec(),
                Some(Foreign::NotEvents(Content::GitLfs)),
            ),
            (
                b"\x0a\x40\x08\x82\x01\x12\x09/host:CPU".to_vec(),
                Some(Foreign::StrayProfile),
            ),
            (plane(b"\x0d/device:GPU:0"), Some(Foreign::StrayProfile)),
            (plane(b"\x10Task Environment"), Some(Foreign::StrayProfile)),
            (plane(b"\x04loss"), None),
            (
                framed(b"\x0a\x08\x12\x04loss\x18\x07"),
                Some(Foreign::VisualDl),
            ),
            // A record of a data set.
            (framed(b"\x0a\x08\x0a\x06\x0a\x04loss"), None),
            (
                version("\n\u{6}2.21.0\u{12}\rdebug.Event:1"),
                Some(Foreign::Debugger),
            ),
            (version("Mindspore.Event:1"), Some(Foreign::MindSpore)),
        ] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("e.tfevents.1");
            fs::write(&path, &content).unwrap();
            let mut reader = EventReader::open(&path).unwrap();
            reader.finish();
            let mut ignore = |_: FollowItem<'_>| {};
            let mut ignore: &mut dyn FnMut(FollowItem<'_>) = &mut ignore;
            let Ok(reading) = visit(Ok(reader), &mut ignore);
            let known = Foreign::instead_of_events(&path, &reading.health.unwrap());
            assert_eq!(known, what, "{:?}", String::from_utf8_lossy(&content));
        }
    }
}
