//! Files that are stored as they are: event files, and those beside them, of which a run says whether it has them.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use sha2::{Digest as _, Sha256};
use tfevents::Run;

use super::Options;
use crate::api::Entry;
use crate::mapping::artifacts::beside::Beside;
use crate::mapping::{Artifact, Content};
use crate::source::Source;

/// The tag that says what these files were like when they were stored.
const TAG: &str = "tfevents.beside";

/// Where event files go among the artifacts.
pub(super) const EVENT_FILES: &str = "tfevents";

/// The files that go with a run. A selection of kinds is one of series, so that there are none then.
pub(super) fn wanted(run: &Run, options: &Options) -> Beside {
    match options.kinds.is_empty() {
        true => Beside::of(run),
        false => Beside::default(),
    }
}

/// The tag for files: their names, sizes and times. `None` if there are none.
pub(super) fn tag(files: &[Artifact]) -> Option<Entry> {
    let mut digest = Sha256::new();
    for file in files {
        let modified = match &file.content {
            Content::File(path) => fs::metadata(path)
                .and_then(|metadata| metadata.modified())
                .ok(),
            Content::Bytes(_) => None,
        };
        let modified = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let modified = modified.unwrap_or_default().as_nanos();
        digest.update(format!("{}\0{}\0{modified}\0", file.path, file.size()));
    }
    let digest = digest.finalize();
    let text: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    (!files.is_empty()).then(|| Entry::new(TAG, text))
}

/// The event files of a source as artifacts.
pub(crate) fn event_files(source: &Source) -> Vec<Artifact> {
    let mut files = Vec::new();
    for part in source.runs() {
        let below = match part.dir().strip_prefix(source.run.dir()) {
            Ok(below) if below != Path::new("") => {
                format!("{EVENT_FILES}/{}", tfevents::reader::path_text(below))
            }
            _ => EVENT_FILES.to_owned(),
        };
        files.extend(part.files().iter().filter_map(|file| {
            let name = tfevents::reader::path_text(file.file_name()?.as_ref());
            Some(Artifact {
                path: format!("{below}/{name}"),
                content: Content::File(file.clone()),
            })
        }));
    }
    files
}
