//! Pruning, which moves what it reads.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::{PRUNE, inputs, is_partial, kill_after, moments, remove, skip, with_small_files};
use crate::support::{FILE, command, files, tfevents};

/// Makes sure that every file is there, in its place or in the trash, and that all of them come back.
#[track_caller]
fn assert_restores(dir: &Path, trash: &Path, before: &BTreeMap<PathBuf, Vec<u8>>) {
    let contents = |files: &BTreeMap<PathBuf, Vec<u8>>| {
        let mut all: Vec<_> = files.values().cloned().collect();
        all.sort();
        all
    };
    let mut there = files(&dir.join("runs"));
    if trash.exists() {
        for (path, file) in files(trash) {
            if path.ends_with(FILE) {
                there.insert(Path::new("trash").join(path), file);
            }
        }
    }
    assert!(contents(&there) == contents(before));
    let folders = fs::read_dir(trash).into_iter().flatten();
    for folder in folders {
        let script = folder.unwrap().path().join("RESTORE.sh");
        if !script.exists() {
            // Killed before it moved anything.
            assert!(
                files(script.parent().unwrap())
                    .into_keys()
                    .all(|path| is_partial(&path))
            );
            continue;
        }
        let restored = Command::new("sh").arg(&script).output().unwrap();
        assert!(
            restored.status.success(),
            "{}",
            String::from_utf8_lossy(&restored.stderr)
        );
    }
    assert!(files(&dir.join("runs")) == *before);
}

#[test]
fn a_killed_prune_can_be_done_again_and_undone() {
    let started = Instant::now();
    tfevents(inputs().path(), &PRUNE).done();
    let duration = started.elapsed();
    for moment in 1..=4 * moments() {
        let dir = inputs();
        let before = files(&dir.path().join("runs"));
        let trash = dir.path().join("T");
        kill_after(
            command(dir.path(), &PRUNE),
            duration * moment / (4 * moments()),
        );
        if moment % 2 == 0 {
            assert_restores(dir.path(), &trash, &before);
        }
        let again = tfevents(dir.path(), &PRUNE);
        let none_left = again.status == 1 && again.stderr.contains("no event files");
        assert!(again.status == 0 || none_left, "{}", again.stderr);
        assert!(files(&dir.path().join("runs")).is_empty());
        if moment % 2 == 1 {
            assert_restores(dir.path(), &trash, &before);
        }
    }
}

#[test]
fn prune_at_the_same_time_as_itself_loses_nothing() {
    for _ in 0..moments() {
        let dir = inputs();
        let before = files(&dir.path().join("runs"));
        let start = || {
            let mut prune = command(dir.path(), &PRUNE);
            prune.stdout(Stdio::null()).stderr(Stdio::piped());
            prune.spawn().unwrap()
        };
        for child in [start(), start(), start()] {
            let ended = child.wait_with_output().unwrap();
            let stderr = String::from_utf8(ended.stderr).unwrap();
            match ended.status.code() {
                Some(0) => assert_eq!(stderr, ""),
                Some(3) => assert!(stderr.contains("its files are gone"), "{stderr}"),
                Some(1) => assert!(stderr.contains("no event files"), "{stderr}"),
                other => panic!("{other:?}: {stderr}"),
            }
        }
        assert!(files(&dir.path().join("runs")).is_empty());
        assert_restores(dir.path(), &dir.path().join("T"), &before);
    }
}

/// A directory on another file system, where there is one.
fn elsewhere(dir: &Path) -> Option<TempDir> {
    let other = tempfile::tempdir_in("/dev/shm").ok()?;
    let device = |path: &Path| path.metadata().unwrap().dev();
    (device(other.path()) != device(dir)).then_some(other)
}

#[test]
fn prune_moves_to_another_file_system_and_back() {
    let dir = inputs();
    let Some(other) = elsewhere(dir.path()) else {
        return skip(
            "prune_moves_to_another_file_system_and_back",
            "there is only one file system",
        );
    };
    let trash = other.path().join("T");
    let runs = dir.path().join("runs");
    let file = runs.join("g1-seed0").join(FILE);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let before = files(&runs);
    let modified = file.metadata().unwrap().modified().unwrap();
    let args = [&PRUNE[..6], &[trash.to_str().unwrap()]].concat();

    // What is too large stays, and only that.
    let output = with_small_files(dir.path(), &args);
    assert_eq!(output.status, 3, "{}", output.stderr);
    assert!(output.stderr.contains("too large"), "{}", output.stderr);
    assert_restores(dir.path(), &trash, &before);

    tfevents(dir.path(), &args).done();
    assert!(files(&runs).is_empty());
    let moved = files(&trash)
        .into_keys()
        .find(|path| path.ends_with(Path::new("g1-seed0").join(FILE)));
    let metadata = trash.join(moved.unwrap()).metadata().unwrap();
    assert_eq!(metadata.modified().unwrap(), modified);
    assert_eq!(metadata.mode() & 0o777, 0o640);
    assert_restores(dir.path(), &trash, &before);
    assert_eq!(file.metadata().unwrap().modified().unwrap(), modified);

    for moment in 1..=moments() {
        kill_after(
            command(dir.path(), &args),
            Duration::from_millis(5) * moment,
        );
        // A file may be in both places then, and it is whole in the first.
        for (path, file) in files(&runs) {
            assert!(before[&path] == file);
        }
        tfevents(dir.path(), &args);
        for folder in fs::read_dir(&trash).unwrap() {
            let script = folder.unwrap().path().join("RESTORE.sh");
            Command::new("sh").arg(&script).output().unwrap();
        }
        assert!(files(&runs) == before);
        remove(&trash);
    }
}
