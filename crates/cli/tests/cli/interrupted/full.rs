//! Files that are too large, and disks without room.

use std::fs;
use std::process::Command;

use super::{Writing, inputs, output, remove, skip, verbs, with_small_files};
use crate::support::{files, tfevents};

#[test]
fn a_file_that_cannot_be_written_leaves_nothing() {
    for Writing { args, out, tree } in verbs() {
        let dir = inputs();
        let before = files(dir.path());
        let path = dir.path().join(out);
        tfevents(dir.path(), &args);
        let largest = output(dir.path(), out).into_values().map(|file| file.len());
        let fits = largest.max().unwrap() <= 8192;
        remove(&path);
        if fits {
            continue;
        }
        for own in [false, tree] {
            if own {
                fs::create_dir(&path).unwrap();
            }
            let failed = with_small_files(dir.path(), &args);
            assert_eq!(failed.status, 1, "{args:?}: {}", failed.stderr);
            assert!(
                failed.stderr.contains("too large"),
                "{args:?}: {}",
                failed.stderr
            );
            assert!(files(dir.path()) == before, "{args:?}");
            assert_eq!(path.exists(), own, "{args:?}");
            let again = tfevents(dir.path(), &args);
            assert!([0, 3].contains(&again.status), "{args:?}: {}", again.stderr);
            remove(&path);
        }
    }
}

/// A file system of 100 kB that is full after some of the files, where this kernel lets us have one.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_nothing() {
    let script = "mount -t tmpfs -o size=100k none disk || exit 77; \"$@\" >/dev/null; \
                  echo \"status $?\"; find disk -mindepth 1";
    for Writing { mut args, out, .. } in verbs() {
        let dir = inputs();
        fs::create_dir(dir.path().join("disk")).unwrap();
        let before = files(dir.path());
        tfevents(dir.path(), &args);
        let size: usize = output(dir.path(), out).values().map(Vec::len).sum();
        remove(&dir.path().join(out));
        let out = format!("disk/{out}");
        args.pop();
        let mut unshare = Command::new("unshare");
        unshare
            .args([
                "--user",
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                script,
                "sh",
            ])
            .arg(env!("CARGO_BIN_EXE_tfevents"))
            .args(&args)
            .arg(&out)
            .current_dir(dir.path());
        let Ok(ended) = unshare.output() else {
            return skip("a_full_disk_leaves_nothing", "there is no unshare");
        };
        let stdout = String::from_utf8(ended.stdout).unwrap();
        if !stdout.contains("status") {
            let why = String::from_utf8_lossy(&ended.stderr).into_owned();
            return skip("a_full_disk_leaves_nothing", &why);
        }
        if size > 100_000 {
            assert_eq!(stdout, "status 1\n", "{args:?}");
            let stderr = String::from_utf8(ended.stderr).unwrap();
            assert!(stderr.contains("No space left"), "{args:?}: {stderr}");
            assert!(
                stderr.contains("cannot write to `disk/"),
                "{args:?}: {stderr}"
            );
            // Nor does anyone know the name that a file has meanwhile.
            assert!(!stderr.contains(".partial"), "{args:?}: {stderr}");
        } else {
            assert!(!stdout.contains("status 1"), "{args:?}: {stdout}");
        }
        assert!(files(dir.path()) == before, "{args:?}");
    }
}
