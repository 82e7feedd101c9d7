//! A disk that fails: said once and from then on, with the file's name; never a panic, never a stall.

use std::path::Path;

use tfevents::{Error, ErrorKind, SummaryWriter};

use super::patient;

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
fn a_logdir_that_cannot_be_made_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = SummaryWriter::new(&file).unwrap_err();
    assert!(error.is_io(), "{error:?}");
    assert_eq!(error.path(), Some(&*file));
}

/// Elsewhere a file in use cannot be deleted.
#[cfg(unix)]
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

/// A file that may grow to a few kilobytes only, as on a full disk. The limit is that of a process, so this
/// test starts another one, of itself.
#[cfg(unix)]
#[test]
fn a_full_disk_stops_the_writer_and_nothing_else() {
    const DIR: &str = "TFEVENTS_TEST_FULL_DISK";
    const NAME: &str = "writer::faults::a_full_disk_stops_the_writer_and_nothing_else";
    if let Some(dir) = std::env::var_os(DIR) {
        fill_the_disk(Path::new(&dir));
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let output = std::process::Command::new("sh")
        // In blocks of 512 bytes; without the trap the signal would end the process.
        .args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$@\"", "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", NAME, "--nocapture"])
        .env(DIR, dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[cfg(unix)]
fn fill_the_disk(dir: &Path) {
    use tfevents::{EventItem, EventReader};

    let writer = SummaryWriter::builder(dir)
        .buffer_size(4 << 10)
        .open()
        .unwrap();
    // The two events at the start of the file count, too.
    let mut accepted = 2i64;
    let error = loop {
        match writer.add_scalar("a", 1, accepted) {
            Ok(()) => accepted += 1,
            Err(error) => break error,
        }
    };
    let lost = assert_io(&error, writer.path());
    assert_stopped(&writer, lost);

    // What is whole in the file and what is lost make up what was accepted. Part of what counts as lost may
    // have been written before the failure.
    let mut reader = EventReader::open(writer.path()).unwrap();
    let mut found = 0;
    while let EventItem::Event(_) = reader.next_item().unwrap() {
        found += 1;
    }
    assert!(found > 2, "{found} events fit");
    assert!(lost > 0, "{accepted} events do not fit");
    assert!(
        found + lost >= accepted.unsigned_abs(),
        "{found} found, {lost} lost of {accepted}"
    );
}
