//! What becomes of a writer in a process that is forked off.
#![cfg(unix)]

use std::path::Path;
use std::time::Duration;

use tfevents::{ErrorKind, HParams, Session, SummaryWriter};

use super::{alone, events, patient};

/// The child has none of the threads that its parent had, so whatever waits for one would wait for ever.
#[test]
fn a_forked_child_is_told_so_and_the_parent_goes_on() {
    const DIR: &str = "TFEVENTS_TEST_FORK";
    const NAME: &str = "fork::a_forked_child_is_told_so_and_the_parent_goes_on";
    let Some(dir) = std::env::var_os(DIR) else {
        let dir = tempfile::tempdir().unwrap();
        return alone(NAME, DIR, dir.path());
    };
    // Idle, with something that waits, and with so much that locks are held most of the time.
    for waiting in [0, 10, 1_000_000] {
        let writer = patient(&Path::new(&dir).join(format!("{waiting}")));
        let session = writer
            .start_session(HParams::new().with("lr", 0.1))
            .unwrap();
        writer
            .add_scalars_to_sub_runs("sub", [("a", 1)], 1)
            .unwrap();
        writer.flush().unwrap();
        let child = std::thread::scope(|scope| {
            let busy = waiting > 1000;
            let log = |steps: std::ops::Range<i32>| {
                for step in steps {
                    writer.add_scalar("loss", step, step).unwrap();
                }
            };
            if busy {
                scope.spawn(move || log(0..waiting));
                while scalars_so_far(&writer) == 0 {
                    std::thread::yield_now();
                }
            } else {
                log(0..waiting);
            }
            let child = fork();
            if child == 0 {
                end_child(&writer, session);
            }
            child
        });
        assert_eq!(status_of(child), 0, "{waiting} events waited");
        writer.close().unwrap();
        // What waited was written by one of the two.
        let steps: Vec<_> = scalars_of_loss(&writer);
        assert!(steps.into_iter().eq(0..i64::from(waiting)));
    }
}

fn scalars_so_far(writer: &SummaryWriter) -> u64 {
    std::fs::metadata(writer.path())
        .unwrap()
        .len()
        .saturating_sub(10_000)
}

fn scalars_of_loss(writer: &SummaryWriter) -> Vec<i64> {
    let events = events(writer.path());
    let values = events.iter().flat_map(|event| match &event.what {
        Some(tfevents::proto::event::What::Summary(summary)) => {
            let values = summary.value.iter();
            values.map(|value| (&*value.tag, event.step)).collect()
        }
        _ => Vec::new(),
    });
    let loss = values.filter(|(tag, _)| *tag == "loss");
    loss.map(|(_, step)| step).collect()
}

/// Returns twice, as it does.
fn fork() -> i32 {
    #[expect(unsafe_code, reason = "the child does no more than what is tested")]
    unsafe {
        libc::fork()
    }
}

/// Tries all that could wait, and ends the child with 0 if nothing went wrong.
fn end_child(writer: &SummaryWriter, session: Session) -> ! {
    let forked =
        |result: tfevents::Result<()>| result.is_err_and(|e| matches!(e.kind(), ErrorKind::Forked));
    let told = forked(writer.flush()) && forked(writer.sync()) && forked(writer.close());
    // Until the buffer is full.
    let logged = (0..10_000_000).try_for_each(|step| writer.add_scalar("loss", 1, step));
    let _ = writer.dropped();
    drop(session);
    drop(writer.close_on_drop());
    // The parent's tests are not this process's.
    #[expect(unsafe_code, reason = "nothing is to run on the way out")]
    unsafe {
        libc::_exit(if told && forked(logged) { 0 } else { 1 })
    }
}

/// Waits for a child, but not for ever.
fn status_of(child: i32) -> i32 {
    for _ in 0..6000 {
        let mut status = 0;
        #[expect(unsafe_code, reason = "a plain system call")]
        let ended = unsafe { libc::waitpid(child, &raw mut status, libc::WNOHANG) };
        if ended == child {
            return status;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("the child hangs");
}
