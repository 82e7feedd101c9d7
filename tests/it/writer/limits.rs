//! Buffers and intervals of every size.

use std::time::Duration;

use tfevents::{ErrorKind, SummaryWriter};

use super::{patient, scalars};

#[test]
fn buffers_and_intervals_of_every_size_write_the_same() {
    const POINTS: i64 = 500;
    for buffer_size in [0, 1, 1000, 1 << 20, usize::MAX] {
        for flush_interval in [Duration::ZERO, Duration::from_micros(1), Duration::MAX] {
            let dir = tempfile::tempdir().unwrap();
            let writer = SummaryWriter::builder(dir.path())
                .buffer_size(buffer_size)
                .flush_interval(flush_interval)
                .open()
                .unwrap();
            for step in 0..POINTS {
                writer.add_scalar("a", 1, step).unwrap();
            }
            writer.flush().unwrap();
            let steps: Vec<_> = scalars(writer.path()).iter().map(|s| s.1).collect();
            assert!(
                steps.iter().copied().eq(0..POINTS),
                "a buffer of {buffer_size}, an interval of {flush_interval:?}: {steps:?}"
            );
            writer.close().unwrap();
        }
    }
}

#[test]
fn an_event_larger_than_the_buffer_is_taken() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::builder(dir.path())
        .buffer_size(100)
        .open()
        .unwrap();
    let tag = "x".repeat(1 << 20);
    writer.add_scalar(&tag, 1, 1).unwrap();
    writer.add_scalar("a", 2, 2).unwrap();
    writer.close().unwrap();
    assert_eq!(
        scalars(writer.path()),
        [(tag, 1, 1.0), ("a".into(), 2, 2.0)]
    );
}

#[test]
fn closing_again_does_nothing_and_logging_after_it_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let writer = patient(dir.path());
    let clone = writer.clone();
    writer.add_scalar("a", 1, 1).unwrap();
    writer.close().unwrap();
    let bytes = std::fs::read(writer.path()).unwrap();
    clone.close().unwrap();
    clone.flush().unwrap();

    for refused in [
        clone.add_scalar("a", 2, 2),
        clone.add_text("b", "late", 2),
        // It was not synced while it could have been.
        clone.sync(),
    ] {
        let error = refused.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Closed), "{error:?}");
        assert_eq!(error.path(), Some(writer.path()));
        assert!(error.to_string().contains("closed"), "{error}");
    }
    drop((clone, writer.clone()));
    assert_eq!(std::fs::read(writer.path()).unwrap(), bytes);
}

#[test]
fn a_synced_writer_stays_synced_when_closed() {
    let dir = tempfile::tempdir().unwrap();
    let writer = patient(dir.path());
    writer.add_scalar("a", 1, 1).unwrap();
    writer.sync().unwrap();
    writer.close().unwrap();
    writer.sync().unwrap();
}
