//! Links, pipes and permissions, which other systems do not have or have differently.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use tfevents::{Logdir, LogdirState, Selection};

use super::discovery::names;
use super::{scalars, state_steps, steps, write};
use crate::support::skipped;

#[test]
fn links_are_followed() {
    let dir = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    write(elsewhere.path().join("e.tfevents.1"), scalars([7]));
    symlink(elsewhere.path(), dir.path().join("dir")).unwrap();
    fs::create_dir(dir.path().join("file")).unwrap();
    symlink(
        elsewhere.path().join("e.tfevents.1"),
        dir.path().join("file/e.tfevents.2"),
    )
    .unwrap();
    assert_eq!(steps(dir.path(), "dir"), [7]);
    assert_eq!(steps(dir.path(), "file"), [7]);
    let link = elsewhere.path().join("logdir");
    symlink(dir.path(), &link).unwrap();
    assert_eq!(steps(&link, "dir"), [7], "the logdir itself is a link");
}

/// SLOW has no detection: one such link made 41 runs, one more made 119,000.
#[test]
fn a_link_back_is_reported_and_not_followed() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path().join("run/e.tfevents.1"), scalars([7]));
    symlink("..", dir.path().join("run/loop")).unwrap();
    let logdir = Logdir::open(dir.path()).unwrap();
    assert_eq!(names(&logdir), ["run"]);
    assert_eq!(logdir.problems().len(), 1, "{:?}", logdir.problems());
}

#[test]
fn a_dangling_link_is_reported_and_passed_by() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path().join("run/e.tfevents.1"), scalars([7]));
    symlink("nowhere", dir.path().join("run/e.tfevents.0")).unwrap();
    let logdir = Logdir::open(dir.path()).unwrap();
    assert_eq!(steps(dir.path(), "run"), [7]);
    let problem = logdir.problems()[0].to_string();
    assert!(problem.contains("e.tfevents.0"), "{problem}");
    assert!(problem.contains("a symbolic link to nothing"), "{problem}");
}

/// SLOW opens a pipe and waits for ever.
#[test]
fn pipes_and_sockets_are_never_opened() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path().join("run/e.tfevents.1"), scalars([7]));
    let pipe = dir.path().join("run/pipe.tfevents.0");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let _socket = UnixListener::bind(dir.path().join("run/s.tfevents.0")).unwrap();
    assert_eq!(steps(dir.path(), "run"), [7]);
    let error = Logdir::open(&pipe).unwrap_err().to_string();
    assert!(
        error.contains("neither a regular file nor a directory"),
        "{error}"
    );
}

/// SLOW loads nothing at all then.
#[test]
fn an_unreadable_directory_costs_only_itself() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path().join("a/e.tfevents.1"), scalars([7]));
    write(dir.path().join("b/e.tfevents.1"), scalars([8]));
    let closed = dir.path().join("a");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    let readable_all_the_same = fs::read_dir(&closed).is_ok();
    let logdir = Logdir::open(dir.path()).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    if readable_all_the_same {
        return again_as_nobody("an_unreadable_directory_costs_only_itself");
    }
    assert_eq!(names(&logdir), ["b"]);
    assert_eq!(logdir.problems().len(), 1);
}

/// FAST never tries again.
#[test]
fn a_late_permission_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("run/e.tfevents.1");
    write(&file, scalars([1]));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    let mut state = LogdirState::new(dir.path(), Selection::all());
    assert_eq!(state.poll().changed, ["run"]);
    let readable_all_the_same = fs::read(&file).is_ok();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    if readable_all_the_same {
        return again_as_nobody("a_late_permission_is_noticed");
    }
    assert!(state_steps(&state, "run").is_empty());
    assert_eq!(state.poll().changed, ["run"]);
    assert_eq!(state_steps(&state, "run"), [1]);
}

/// The files of a directory that cannot be listed can be opened all the same, if their names are known.
#[test]
fn a_listing_that_fails_does_not_hide_what_grew() {
    const NAME: &str = "a_listing_that_fails_does_not_hide_what_grew";
    let dir = tempfile::tempdir().unwrap();
    let allow = |mode| fs::set_permissions(dir.path(), fs::Permissions::from_mode(mode)).unwrap();
    allow(0o300);
    let readable_all_the_same = fs::read_dir(dir.path()).is_ok();
    allow(0o755);
    if readable_all_the_same {
        return again_as_nobody(NAME);
    }
    let file = |run: &str| dir.path().join(run).join("e.tfevents.1");
    for run in ["a", "b", "c"] {
        write(file(run), scalars([1]));
    }
    let mut state = LogdirState::new(dir.path(), Selection::all());
    assert_eq!(state.poll().changed, ["a", "b", "c"]);

    allow(0o300);
    for run in ["a", "c"] {
        write(file(run), scalars([1, 2, 3]));
    }
    write(file("d"), scalars([4]));
    let polled = state.poll();
    assert_eq!(polled.changed, ["a", "c"]);
    assert_eq!(state_steps(&state, "a"), [1, 2, 3]);
    let [problem] = &polled.problems[..] else {
        panic!("{:?}", polled.problems);
    };
    assert_eq!(problem.path(), Some(dir.path()));
    assert_eq!(state.problems().len(), 1);

    allow(0o755);
    let polled = state.poll();
    assert_eq!(polled.changed, ["d"], "the others were reported");
    assert!(polled.problems.is_empty(), "{:?}", polled.problems);
    assert_eq!(state.problems().len(), 0);

    // Who wants all at once gets an error.
    allow(0o300);
    let loaded = LogdirState::load(dir.path(), Selection::all());
    allow(0o755);
    assert!(loaded.is_err());
}

/// Root may read everything, so this runs a test again as a user who may not.
fn again_as_nobody(test: &str) {
    const CHILD: &str = "TFEVENTS_TEST_AS_NOBODY";
    const NOBODY: u32 = 65534;
    let again = || {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", &format!("reader::unix::{test}")])
            .env(CHILD, "1")
            .current_dir("/")
            .uid(NOBODY)
            .gid(NOBODY)
            .output()
    };
    // Where nobody may read everything, too, or may not run this.
    let Some(Ok(output)) = std::env::var_os(CHILD).is_none().then(again) else {
        return skipped(test, "there is no user to whom permissions apply");
    };
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}"
    );
}

/// FAST replaces the bytes, so that two names can collide; SLOW loads nothing at all. File systems of macOS have no
/// such names.
#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf8_stay_apart() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let dir = tempfile::tempdir().unwrap();
    for (name, step) in [(&b"run\xff"[..], 1), (b"run\xfe", 2)] {
        let run = dir.path().join(OsStr::from_bytes(name));
        write(run.join("e.tfevents.1"), scalars([step]));
    }
    assert_eq!(steps(dir.path(), "run\\xff"), [1]);
    assert_eq!(steps(dir.path(), "run\\xfe"), [2]);
}
