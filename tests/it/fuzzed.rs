//! The checks of the fuzz targets on inputs that mattered once, and on every event of the fixtures, so that
//! both run without a fuzzer.

use std::fs;
use std::path::{Path, PathBuf};

use tfevents::record::{Item, RecordReader};

use crate::support::root;

#[allow(unreachable_pub, reason = "elsewhere it is a crate of its own")]
#[path = "../../fuzz/src/lib.rs"]
pub(crate) mod targets;

/// All regular files below a directory.
fn files(dir: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(dir)
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.is_file())
        .collect()
}

#[test]
fn regressions_stay_mended() {
    let mut replayed = 0;
    for (name, target) in targets::TARGETS {
        for path in files(&root().join("fuzz/regressions").join(name)) {
            target(&fs::read(path).unwrap());
            replayed += 1;
        }
    }
    assert!(replayed > 0);
}

#[test]
fn every_event_of_the_fixtures_passes_every_target() {
    let mut seen = 0;
    for writer in ["keras", "tensorboardx", "tf1", "tf2", "torch"] {
        for path in files(&root().join("fixtures").join(writer)) {
            if !path
                .file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .contains("tfevents")
            {
                continue;
            }
            let bytes = fs::read(path).unwrap();
            let mut reader = RecordReader::new(bytes.as_slice());
            while let Item::Record(record) = reader.next_item().unwrap() {
                // The quadratic ones have seen longer inputs elsewhere.
                if record.payload.len() < 2000 {
                    for (_, target) in targets::TARGETS {
                        target(record.payload);
                    }
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 200, "{seen} events");
}
