//! Files in a logdir that are not its event files, and what they are instead.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::event::{EventRef, What};
use crate::files::is_event_file;
use crate::reader::EventReader;
use crate::reader::event_reader::EventItem;
use crate::record;

mod content;

pub use content::Content;

/// What a file is that is not an event file, though it lies where these lie, or is called like one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Foreign {
    /// A profile that xprof shows: `plugins/profile/<session>/<host>.xplane.pb`, or what belongs to it.
    Profile,
    /// A profile in the form of older TensorFlows, which nothing shows any more.
    OldProfile,
    /// A profile in another place than `plugins/profile/<session>`, where nothing looks for it.
    StrayProfile,
    /// A trace by PyTorch's profiler: `*.pt.trace.json`.
    TorchTrace,
    /// A dump for TensorFlow's debugger: `tfdbg_events.*`.
    Debugger,
    /// Records of VisualDL: `vdlrecords.*`.
    VisualDl,
    /// A summary of MindSpore: `*.out.events.summary.*`.
    MindSpore,
    /// What Unity's editor keeps beside a file: `*.meta`.
    UnityMeta,
    /// What SageMaker leaves beside a file that it has uploaded: `*.sagemaker-uploaded`.
    SageMaker,
    /// Something else than events, in a file that is called like an event file.
    NotEvents(Content),
    /// Events, in a file that TensorBoard does not look into because `tfevents` is not in its name.
    Unnamed,
}

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
        let name = name.to_string_lossy();
        let is_session = is_in_session(path);
        let is_profile = name.ends_with(".xplane.pb") || name.ends_with(".hlo_proto.pb");
        Some(match (is_profile, is_session) {
            (true, true) => Self::Profile,
            (true, false) => Self::StrayProfile,
            (false, true) => Self::OldProfile,
            _ if name.starts_with("tfdbg_events.") => Self::Debugger,
            _ if name.starts_with("vdlrecords.") => Self::VisualDl,
            _ if name.contains(".out.events.summary.") => Self::MindSpore,
            _ if name.ends_with(".pt.trace.json") || name.ends_with(".pt.trace.json.gz") => {
                Self::TorchTrace
            }
            _ if holds_events(path) => Self::Unnamed,
            _ => return None,
        })
    }

    /// The same for a file whose name contains `tfevents`.
    pub(super) fn beside_events(path: &Path) -> Option<Self> {
        let name = path.file_name()?.as_encoded_bytes();
        if name.ends_with(b".meta") && first_bytes(path).starts_with(b"fileFormatVersion") {
            return Some(Self::UnityMeta);
        }
        // SageMaker marks files by empty ones; copies of them, renamed, come from elsewhere.
        for suffix in [".sagemaker-uploaded", ".sagemaker-uploading"] {
            if let Some(original) = path.to_str().and_then(|path| path.strip_suffix(suffix)) {
                return Path::new(original).exists().then_some(Self::SageMaker);
            }
        }
        is_called_otherwise(name)
            .then(|| Content::of_file(path))?
            .map(Self::NotEvents)
    }

    /// What it is, in a few words; the plural where there are several.
    #[must_use]
    pub fn noun(self, count: u64) -> &'static str {
        let (one, many) = match self {
            Self::Profile | Self::OldProfile => ("profile session", "profile sessions"),
            Self::StrayProfile => ("profile", "profiles"),
            Self::TorchTrace => ("PyTorch trace", "PyTorch traces"),
            Self::Debugger => ("debugger dump", "debugger dumps"),
            Self::VisualDl => ("VisualDL file", "VisualDL files"),
            Self::MindSpore => ("MindSpore summary", "MindSpore summaries"),
            Self::UnityMeta => ("Unity .meta file", "Unity .meta files"),
            Self::SageMaker => ("SageMaker marker", "SageMaker markers"),
            Self::NotEvents(content) => content.nouns(),
            Self::Unnamed => ("file of events", "files of events"),
        };
        if count == 1 { one } else { many }
    }

    /// What shows it, or why nothing does.
    #[must_use]
    pub fn remark(self) -> &'static str {
        match self {
            Self::Profile => "Profile tab, needs xprof",
            Self::OldProfile => "made by an older TensorFlow, which xprof no longer reads",
            Self::StrayProfile => "outside of plugins/profile/<session>, where xprof does not look",
            Self::TorchTrace => "PyTorch Profiler tab, needs torch-tb-profiler",
            Self::Debugger => "Debugger V2 tab, needs tensorflow",
            Self::VisualDl => "shown by VisualDL, not by TensorBoard",
            Self::MindSpore => "shown by MindInsight, not by TensorBoard",
            Self::UnityMeta => {
                "of the editor, not event files, though TensorBoard reads them as such"
            }
            Self::SageMaker => "not read here, though TensorBoard reads it as an event file",
            Self::NotEvents(_) => "not events, though `tfevents` is in the name: rename it",
            Self::Unnamed => "TensorBoard wants `tfevents` in the name: rename it",
        }
    }

    /// A short name that does not change, for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::OldProfile => "old_profile",
            Self::StrayProfile => "stray_profile",
            Self::TorchTrace => "torch_trace",
            Self::Debugger => "debugger",
            Self::VisualDl => "visualdl",
            Self::MindSpore => "mindspore",
            Self::UnityMeta => "unity_meta",
            Self::SageMaker => "sagemaker",
            Self::NotEvents(content) => content.code(),
            Self::Unnamed => "unnamed_events",
        }
    }
}

/// Files of one sort in and below one directory.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Beside {
    /// What they are.
    pub what: Foreign,
    /// The directory they belong to: of profiles, the run's.
    pub dir: PathBuf,
    /// How many sessions, dumps or files there are.
    pub count: u64,
    /// How many bytes all of their files have.
    pub bytes: u64,
    /// The first of the files.
    pub first: PathBuf,
}

/// What lies beside the event files of a tree: profiles, dumps, other tools' files, and events that TensorBoard
/// does not find. In the order of the directories.
///
/// Looks at the names of all files, and at the first bytes of those whose names say nothing. What cannot be
/// listed or read is left out: [`Logdir::open`](crate::Logdir::open) tells of it.
///
/// # Examples
///
/// ```
/// use tfevents::reader::{self, Foreign};
///
/// # let dir = tempfile::tempdir()?;
/// # let logdir = dir.path();
/// let session = logdir.join("exp1/plugins/profile/2026_01_31_12_00_00");
/// std::fs::create_dir_all(&session)?;
/// std::fs::write(session.join("host.xplane.pb"), b"")?;
///
/// let beside = reader::beside(logdir);
/// assert_eq!((beside[0].what, beside[0].count), (Foreign::Profile, 1));
/// assert_eq!(beside[0].dir, logdir.join("exp1"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn beside(root: impl AsRef<Path>) -> Vec<Beside> {
    let mut found = Found::default();
    let walk = WalkDir::new(root).follow_links(true).sort_by_file_name();
    for entry in walk
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file())
    {
        if let Some(what) = Foreign::of(entry.path()) {
            let bytes = entry.metadata().map_or(0, |m| m.len());
            found.add(entry.path(), what, bytes);
        }
    }
    found.finish()
}

/// What a walk came upon.
#[derive(Default)]
struct Found {
    beside: BTreeMap<(PathBuf, Foreign), Beside>,
    /// By their directories, because the files of a session tell together what it is.
    sessions: BTreeMap<PathBuf, (Foreign, u64, PathBuf)>,
    /// What the names of a dump's files have in common.
    dumps: BTreeSet<PathBuf>,
}

impl Found {
    fn add(&mut self, path: &Path, what: Foreign, bytes: u64) {
        let dir = path.parent().unwrap_or(Path::new(""));
        match what {
            Foreign::Profile | Foreign::OldProfile => {
                let session = self.sessions.entry(dir.to_path_buf());
                let (known, sum, _) = session.or_insert_with(|| (what, 0, path.to_path_buf()));
                *known = what.min(*known);
                *sum += bytes;
            }
            Foreign::Debugger => {
                let is_new = self.dumps.insert(path.with_extension(""));
                self.count(dir, what, is_new.into(), bytes, path);
            }
            _ => self.count(dir, what, 1, bytes, path),
        }
    }

    fn count(&mut self, dir: &Path, what: Foreign, count: u64, bytes: u64, first: &Path) {
        let beside = self
            .beside
            .entry((dir.to_path_buf(), what))
            .or_insert_with(|| Beside {
                what,
                dir: dir.to_path_buf(),
                count: 0,
                bytes: 0,
                first: first.to_path_buf(),
            });
        beside.count += count;
        beside.bytes += bytes;
    }

    fn finish(mut self) -> Vec<Beside> {
        for (session, (what, bytes, first)) in std::mem::take(&mut self.sessions) {
            let run = session.ancestors().nth(3).unwrap_or(&session);
            self.count(run, what, 1, bytes, &first);
        }
        self.beside.into_values().collect()
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

/// As many as a record's header has, and more.
fn first_bytes(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What cannot be read is nothing that we know.
    let _ = File::open(path).and_then(|file| file.take(64).read_to_end(&mut bytes));
    bytes
}

/// Whether a file begins with an event. Other records have the same frame, but no event in it.
fn holds_events(path: &Path) -> bool {
    if !record::is_header(&first_bytes(path)) {
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::reader::Logdir;

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
        ];
        assert_eq!(names.collect::<Vec<_>>(), wanted);
    }
}
