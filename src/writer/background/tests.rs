//! Against a disk that does not answer: a pipe that nobody reads, until the test does.
#![cfg(unix)]

use std::fs::File;
use std::io::{PipeReader, Read as _};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::{Path, PathBuf};

use super::*;
use crate::error::ErrorKind;
use crate::event::{EventRef, What};
use crate::plugin::Kind;
use crate::proto::Message as _;
use crate::record::{Item, RecordReader};
use crate::writer::backlog::Scalar;
use crate::writer::buffering::{Importance, OnFull};
use crate::writer::file_name::Created;
use crate::writer::guard::Guard;
use crate::writer::queue::RESERVE;

const CAPACITY: usize = 1 << 20;

fn buffering(on_full: OnFull) -> Buffering {
    Buffering {
        capacity: CAPACITY,
        flush_interval: Duration::ZERO,
        on_full,
    }
}

fn on_a_pipe(on_full: OnFull) -> (Background, PipeReader) {
    let (reader, writer) = std::io::pipe().unwrap();
    let created = Created {
        // Where it is for everybody: some systems only know whether a file is there by its path.
        path: PathBuf::from(format!("/dev/fd/{}", writer.as_raw_fd())),
        file: File::from(OwnedFd::from(writer)),
        changed_dirs: Vec::new(),
        continues: false,
    };
    let output = Output::start(created, b"").unwrap();
    let charts = Arc::new(Lock::new(Process::current(), Charts::default()));
    let background = Background::start(output, charts, buffering(on_full));
    (background.unwrap(), reader)
}

fn a_queue(process: Process) -> Queue {
    Queue::new(PathBuf::from("file"), buffering(OnFull::Block), process)
}

fn log(background: &Background, step: i64) -> Result<()> {
    let scalar = Scalar {
        wall_time: 1.5.into(),
        step,
        value: 0.5,
    };
    background
        .queue
        .add_scalar(|guard| guard.admit("loss", Kind::Scalar), scalar)
}

/// Reads to the end, which comes when the writer is closed.
fn steps(mut pipe: PipeReader) -> Vec<i64> {
    let mut file = Vec::new();
    pipe.read_to_end(&mut file).unwrap();
    let mut records = RecordReader::new(file.as_slice());
    let mut steps = Vec::new();
    loop {
        match records.next_item().unwrap() {
            Item::Record(record) => {
                let event = EventRef::parse(record.payload).unwrap();
                assert!(matches!(event.what, What::Summary(_)), "{event:?}");
                steps.push(event.step);
            }
            Item::End(_) => return steps,
            damage @ Item::Damage(_) => panic!("{damage:?}"),
        }
    }
}

#[test]
fn no_call_waits_for_the_disk_while_there_is_room() {
    let (background, pipe) = on_a_pipe(OnFull::Block);
    // If one did, this would never end.
    let fit = (CAPACITY / 24) as i64;
    for step in 0..fit {
        log(&background, step).unwrap();
    }
    let reader = thread::spawn(|| steps(pipe));
    background.close().unwrap();
    assert!(reader.join().unwrap().into_iter().eq(0..fit));
}

#[test]
fn calls_wait_for_room_and_lose_nothing() {
    let (background, pipe) = on_a_pipe(OnFull::Block);
    let events = (CAPACITY / 4) as i64;
    thread::scope(|scope| {
        let logger = scope.spawn(|| {
            for step in 0..events {
                log(&background, step).unwrap();
            }
            background.close().unwrap();
        });
        // The pipe, the thread and the backlog hold a part of them; the rest has to wait.
        thread::yield_now();
        assert!(!logger.is_finished());
        assert!(steps(pipe).into_iter().eq(0..events));
    });
    assert_eq!(background.queue.dropped(), 0);
}

#[test]
fn what_has_no_room_is_dropped_and_counted() {
    let (background, pipe) = on_a_pipe(OnFull::Drop);
    let mut logged = 0;
    while background.queue.dropped() < 1000 {
        log(&background, logged).unwrap();
        logged += 1;
    }
    let reader = thread::spawn(|| steps(pipe));
    background.queue.flush().unwrap();
    log(&background, logged).unwrap();
    background.close().unwrap();
    let found = reader.join().unwrap();
    assert_eq!(background.queue.dropped(), 1000);
    assert_eq!(found.len() as i64, logged + 1 - 1000);
    assert!(found.is_sorted(), "in order");
    assert_eq!(found.last(), Some(&logged));
}

/// A record of an event of nothing but a step.
fn record(step: i64) -> Vec<u8> {
    let event = crate::proto::Event {
        step,
        what: Some(crate::proto::event::What::Summary(Default::default())),
        ..Default::default()
    };
    let mut record = Vec::new();
    crate::record::frame(&mut record, &event.encode_to_vec());
    record
}

#[test]
fn what_cannot_be_repeated_has_room_of_its_own() {
    let (background, pipe) = on_a_pipe(OnFull::Drop);
    let mut logged = 0;
    while background.queue.dropped() == 0 {
        log(&background, logged).unwrap();
        logged += 1;
    }
    // If this waited for the disk, it would never end: the pipe is full.
    let unique = 1_000_000..1_000_100;
    for step in unique.clone() {
        let put = |importance| {
            background
                .queue
                .add_record(&record(step), importance, |_| Ok(()))
        };
        put(Importance::Unique).unwrap();
        put(Importance::OneOfMany).unwrap();
    }
    assert_eq!(background.queue.dropped(), 1 + 100);
    let reader = thread::spawn(|| steps(pipe));
    background.close().unwrap();
    let found = reader.join().unwrap();
    let first = found.iter().position(|step| *step == unique.start).unwrap();
    assert!(found[first..].iter().copied().eq(unique));
}

#[test]
fn even_that_room_is_limited() {
    let (background, pipe) = on_a_pipe(OnFull::Drop);
    let record = {
        let mut event = record(1);
        event.resize(event.len() + (1 << 20), 0);
        let mut record = Vec::new();
        crate::record::frame(&mut record, &event);
        record
    };
    let events = 3 * RESERVE / record.len();
    thread::scope(|scope| {
        let logger = scope.spawn(|| {
            for _ in 0..events {
                let put = background
                    .queue
                    .add_record(&record, Importance::Unique, |_| Ok(()));
                put.unwrap();
            }
            background.close().unwrap();
        });
        // What waits is less than all of them, until somebody reads.
        while background.queue.waiting() < RESERVE {
            thread::yield_now();
        }
        assert!(!logger.is_finished());
        let read = std::io::copy(&mut { pipe }, &mut std::io::sink()).unwrap();
        assert_eq!(read as usize, events * record.len());
    });
    assert_eq!(background.queue.dropped(), 0);
}

/// Whatever the reason: the thread is gone, and nobody may wait for it.
#[test]
fn a_panic_of_the_thread_ends_every_wait() {
    let (panics, when) = std::sync::mpsc::channel::<()>();
    let background = Background::spawn(a_queue(Process::current()), move |_| {
        when.recv().unwrap();
        panic!("on purpose");
    })
    .unwrap();
    thread::scope(|scope| {
        for step in 0..3 {
            log(&background, step).unwrap();
        }
        let waiting = [
            scope.spawn(|| background.queue.flush()),
            scope.spawn(|| background.queue.sync()),
            scope.spawn(|| (0..).try_for_each(|step| log(&background, step))),
        ];
        panics.send(()).unwrap();
        for waiting in waiting {
            let error = waiting.join().unwrap().unwrap_err().to_string();
            assert!(error.contains("the thread that writes panicked"), "{error}");
        }
    });
    let error = background.close().unwrap_err();
    let ErrorKind::Stopped { lost, .. } = error.kind() else {
        panic!("{error:?}");
    };
    assert!(*lost >= 3, "{error}");
}

/// As it is in a forked child: there is no thread, and the process is another one.
#[test]
fn a_child_waits_for_nothing() {
    let child = Background::spawn(a_queue(Process::other()), |_| ()).unwrap();
    let admit = |_: &mut Guard| Ok(());
    for error in [
        child.queue.flush(),
        child.queue.sync(),
        child.queue.check_open(),
        log(&child, 1),
        child
            .queue
            .add_record(&record(1), Importance::Unique, admit),
        child.queue.put_layout(0.0.into()),
        child.close(),
    ] {
        let error = error.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Forked), "{error:?}");
        assert_eq!(error.path(), Some(Path::new("file")));
    }
}

#[test]
fn closing_ends_the_wait_for_room() {
    let (background, pipe) = on_a_pipe(OnFull::Block);
    thread::scope(|scope| {
        let logger = scope.spawn(|| {
            let mut accepted = 0;
            loop {
                match log(&background, accepted) {
                    Ok(()) => accepted += 1,
                    Err(error) => return (accepted, error),
                }
            }
        });
        let closer = scope.spawn(|| background.close());
        let found = steps(pipe);
        closer.join().unwrap().unwrap();
        let (accepted, error) = logger.join().unwrap();
        assert!(matches!(error.kind(), ErrorKind::Closed), "{error:?}");
        assert!(found.into_iter().eq(0..accepted));
    });
}

/// A pipe cannot be synced, so nothing is known of what was written before.
#[test]
fn a_sync_that_fails_counts_all_that_it_was_to_save() {
    let (background, pipe) = on_a_pipe(OnFull::Block);
    for step in 0..3 {
        log(&background, step).unwrap();
    }
    background.queue.flush().unwrap();
    log(&background, 3).unwrap();
    for error in [background.queue.sync(), background.close()].map(Result::unwrap_err) {
        let ErrorKind::Stopped { cause, lost } = error.kind() else {
            panic!("{error:?}");
        };
        assert!(cause.is_io(), "{error:?}");
        assert_eq!(*lost, 4);
    }
    drop(background);
    assert_eq!(steps(pipe), [0, 1, 2, 3]);
}
