//! What is read stays as it is.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::{Writing, inputs, remove, verbs};
use crate::support::{FILE, files, tfevents};

/// What inputs are, but for what is in them.
fn states(dir: &Path) -> Vec<(PathBuf, u64, u32, i64, i64, u64)> {
    let state = |path: PathBuf| {
        let m = dir.join(&path).symlink_metadata().unwrap();
        (
            path,
            m.ino(),
            m.mode(),
            m.mtime(),
            m.mtime_nsec(),
            m.nlink(),
        )
    };
    files(dir).into_keys().map(state).collect()
}

#[test]
fn inputs_stay_as_they_are() {
    let dir = inputs();
    let runs = dir.path().join("runs");
    let file = runs.join("g0-seed0").join(FILE);
    fs::hard_link(&file, dir.path().join("second name")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o440)).unwrap();
    std::os::unix::fs::symlink("g0-seed0", runs.join("latest-seed0")).unwrap();
    let outside = dir.path().join("outside.tfevents");
    fs::rename(runs.join("g0-seed1").join(FILE), &outside).unwrap();
    std::os::unix::fs::symlink(&outside, runs.join("g0-seed1").join(FILE)).unwrap();
    let before = states(dir.path());
    for Writing { args, out, .. } in verbs() {
        let output = tfevents(dir.path(), &args);
        assert!(
            [0, 3].contains(&output.status),
            "{args:?}: {}",
            output.stderr
        );
        remove(&dir.path().join(out));
        assert_eq!(states(dir.path()), before, "{args:?}");
        assert!(runs.join("latest-seed0").is_symlink());
        assert!(runs.join("g0-seed1").join(FILE).is_symlink());
    }
    // What has a second name elsewhere stays there.
    let args = ["prune", "runs", "--run", "g0-seed0", "--yes"];
    let note =
        "note: g0-seed0: the symbolic link `runs/latest-seed0` will no longer lead to its events\n";
    tfevents(dir.path(), &args).ended(0, note);
    assert!(!file.exists() && dir.path().join("second name").exists());
}
