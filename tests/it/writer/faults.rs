//! A disk that fails: said once and from then on, with the file's name; never a panic, never a stall.
#![cfg(unix)]

use std::path::Path;
use std::process::Command;

use tfevents::{Error, ErrorKind, SummaryWriter};

use super::{patient, run_again, scalars};
#[cfg(target_os = "linux")]
use crate::support::skipped;

/// The failure stays, whoever asks, and says where and what is lost.
fn assert_stopped(writer: &SummaryWriter, lost: u64) {
    for error in [
        writer.add_scalar("a", 1, 1).unwrap_err(),
        writer.clone().add_text("b", "text", 1).unwrap_err(),
        writer.flush().unwrap_err(),
        writer.sync().unwrap_err(),
        writer.close().unwrap_err(),
        writer.close().unwrap_err(),
    ] {
        assert_eq!(assert_io(&error, writer.path()), lost);
    }
}

/// How many events the error says are lost.
fn assert_io(error: &Error, path: &Path) -> u64 {
    let ErrorKind::Stopped { cause, lost } = error.kind() else {
        panic!("{error:?}");
    };
    assert!(error.is_io(), "{error:?}");
    assert_eq!(cause.path(), Some(path));
    let text = error.to_string();
    assert!(text.contains(path.to_str().unwrap()), "{text}");
    assert!(text.contains(&format!("{lost} events are lost")), "{text}");
    *lost
}

#[test]
fn a_deleted_logdir_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let writer = patient(&dir.path().join("run"));
    writer.add_scalar("a", 0, 0).unwrap();
    writer.flush().unwrap();
    std::fs::remove_dir_all(writer.path().parent().unwrap()).unwrap();
    writer.add_scalar("a", 1, 1).unwrap();
    writer.add_scalar("a", 2, 2).unwrap();
    let lost = assert_io(&writer.flush().unwrap_err(), writer.path());
    assert_eq!(lost, 2);
    assert_stopped(&writer, 2);
}

/// Its readers look for the file, not for its name.
#[cfg(not(tfevents_portable))]
#[test]
fn a_moved_logdir_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let writer = patient(&dir.path().join("run"));
    writer.add_scalar("a", 0, 0).unwrap();
    writer.flush().unwrap();
    std::fs::rename(dir.path().join("run"), dir.path().join("moved")).unwrap();
    writer.add_scalar("a", 1, 1).unwrap();
    writer.close().unwrap();
    let name = writer.path().file_name().unwrap();
    let steps: Vec<_> = scalars(&dir.path().join("moved").join(name))
        .iter()
        .map(|s| s.1)
        .collect();
    assert_eq!(steps, [0, 1]);
}

#[test]
fn a_read_only_logdir_is_named() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt as _;

    const DIR: &str = "TFEVENTS_TEST_READ_ONLY";
    let refused = |dir: &Path| {
        for logdir in [dir.to_owned(), dir.join("run")] {
            let error = SummaryWriter::new(&logdir).unwrap_err();
            assert!(error.is_io(), "{error:?}");
            assert!(error.path().unwrap().starts_with(dir), "{error}");
            assert!(error.to_string().contains("denied"), "{error}");
        }
    };
    if let Some(dir) = std::env::var_os(DIR) {
        return refused(Path::new(&dir));
    }
    let dir = tempfile::tempdir().unwrap();
    std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o555)).unwrap();
    if std::fs::write(dir.path().join("probe"), "").is_err() {
        return refused(dir.path());
    }
    // Nothing is forbidden to root: somebody else has to try, with a program that everybody may run.
    let program = dir.path().join("test");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let mut command = Command::new(program);
    command.uid(65534).gid(65534);
    let name = "faults::a_read_only_logdir_is_named";
    run_again(command, name, DIR, dir.path());
}

/// A file that may grow to a few kilobytes only. The limit is that of a process, so this test starts another
/// one, of itself.
#[test]
fn a_file_at_its_size_limit_stops_the_writer_and_nothing_else() {
    const DIR: &str = "TFEVENTS_TEST_SIZE_LIMIT";
    if let Some(dir) = std::env::var_os(DIR) {
        return fill_the_disk(Path::new(&dir));
    }
    let dir = tempfile::tempdir().unwrap();
    let mut command = Command::new("sh");
    command
        // In blocks of 512 bytes; without the trap the signal would end the process.
        .args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$@\"", "sh"])
        .arg(std::env::current_exe().unwrap());
    let name = "faults::a_file_at_its_size_limit_stops_the_writer_and_nothing_else";
    run_again(command, name, DIR, dir.path());
}

/// A file system of 128 KiB, which takes root to mount.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_stops_the_writer_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=128k", "tfevents-test"])
        .arg(dir.path())
        .output();
    match mounted {
        Ok(output) if output.status.success() => {}
        _ => {
            let test = "writer::faults::a_full_disk_stops_the_writer_and_nothing_else";
            skipped(
                test,
                &format!("no file system could be mounted: {mounted:?}"),
            );
            return;
        }
    }
    let result = std::panic::catch_unwind(|| fill_the_disk(dir.path()));
    let unmounted = Command::new("umount").arg(dir.path()).status().unwrap();
    assert!(unmounted.success());
    result.unwrap();
}

/// Every event that was accepted is either in the file or counted as lost, and no part of one is left over.
fn fill_the_disk(dir: &Path) {
    let writer = SummaryWriter::builder(dir)
        .buffer_size(4 << 10)
        .open()
        .unwrap();
    let mut accepted = 0;
    let error = loop {
        match writer.add_scalar("a", 1, accepted) {
            Ok(()) => accepted += 1,
            Err(error) => break error,
        }
    };
    let lost = assert_io(&error, writer.path());
    assert_stopped(&writer, lost);
    let steps = scalars(writer.path());
    let steps = steps.iter().map(|s| s.1);
    assert!(steps.len() > 100, "{} events fit", steps.len());
    assert!(lost > 0, "{accepted} events do not fit");
    assert!(steps.eq(0..accepted - lost.cast_signed()));
}
