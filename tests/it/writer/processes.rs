//! What happens to a writer when its process forks, goes elsewhere, or ends.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
#[cfg(unix)]
use std::time::Duration;

use tfevents::plugin::projector::Embedding;
use tfevents::{Experiment, HParams, Run, SummaryWriter, Sweep};

use super::{patient, run_again, scalars};

/// Runs a test again, in a process of its own.
fn alone(name: &str, variable: &str, dir: &Path) {
    let command = Command::new(std::env::current_exe().unwrap());
    run_again(command, &format!("processes::{name}"), variable, dir);
}

/// The child has none of the threads that its parent had, so whatever waits for one would wait for ever.
#[cfg(unix)]
#[test]
fn a_forked_child_is_told_so_and_the_parent_goes_on() {
    const DIR: &str = "TFEVENTS_TEST_FORK";
    const NAME: &str = "a_forked_child_is_told_so_and_the_parent_goes_on";
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

#[cfg(unix)]
fn scalars_so_far(writer: &SummaryWriter) -> u64 {
    std::fs::metadata(writer.path())
        .unwrap()
        .len()
        .saturating_sub(10_000)
}

#[cfg(unix)]
fn scalars_of_loss(writer: &SummaryWriter) -> Vec<i64> {
    let events = super::events(writer.path());
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
#[cfg(unix)]
fn fork() -> i32 {
    #[expect(unsafe_code, reason = "the child does no more than what is tested")]
    unsafe {
        libc::fork()
    }
}

/// Tries all that could wait, and ends the child with 0 if nothing went wrong.
#[cfg(unix)]
fn end_child(writer: &SummaryWriter, session: tfevents::Session) -> ! {
    let forked = |result: tfevents::Result<()>| {
        result.is_err_and(|e| matches!(e.kind(), tfevents::ErrorKind::Forked))
    };
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
#[cfg(unix)]
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

#[test]
fn a_relative_logdir_is_where_it_was_when_the_writer_was_opened() {
    const DIR: &str = "TFEVENTS_TEST_ELSEWHERE";
    const NAME: &str = "a_relative_logdir_is_where_it_was_when_the_writer_was_opened";
    let Some(dir) = std::env::var_os(DIR) else {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("elsewhere")).unwrap();
        return alone(NAME, DIR, dir.path());
    };
    std::env::set_current_dir(&dir).unwrap();
    let writer = SummaryWriter::new("runs").unwrap();
    let sweep = Sweep::new("sweep", Experiment::new()).unwrap();
    std::env::set_current_dir("elsewhere").unwrap();

    writer
        .add_scalars_to_sub_runs("loss", [("train", 1)], 1)
        .unwrap();
    let embedding = Embedding::new(vec![1.0, 2.0], 2).unwrap();
    writer.add_embedding("words", &embedding, 1).unwrap();
    writer.sync().unwrap();
    let trial = sweep.trial("first", HParams::new()).unwrap();
    trial.finish().unwrap();
    writer.close().unwrap();

    assert!(writer.path().is_absolute());
    let dir = Path::new(&dir);
    assert_eq!(std::fs::read_dir(dir.join("elsewhere")).unwrap().count(), 0);
    for there in [
        "runs/loss_train",
        "runs/projector_config.pbtxt",
        "sweep/first",
    ] {
        assert!(dir.join(there).exists(), "{there}");
    }
}

static WRITER: OnceLock<SummaryWriter> = OnceLock::new();

/// Nothing drops a `static`.
#[test]
fn a_writer_in_a_static_is_closed_by_its_guard() {
    const DIR: &str = "TFEVENTS_TEST_STATIC";
    const NAME: &str = "a_writer_in_a_static_is_closed_by_its_guard";
    if let Some(dir) = std::env::var_os(DIR) {
        let writer = WRITER.get_or_init(|| patient(Path::new(&dir)));
        let guard = writer.close_on_drop();
        WRITER.get().unwrap().add_scalar("loss", 1, 1).unwrap();
        writer
            .add_scalars_to_sub_runs("sub", [("run", 1)], 1)
            .unwrap();
        drop(guard);
        assert!(writer.add_scalar("loss", 2, 2).is_err(), "it is closed");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    alone(NAME, DIR, dir.path());
    let logdir = tfevents::Logdir::open(dir.path()).unwrap();
    let files: Vec<_> = logdir.runs().iter().flat_map(Run::files).collect();
    assert_eq!(scalars(files[0]), [("loss".into(), 1, 1.0)]);
    assert_eq!(scalars(files[1]), [("sub".into(), 1, 1.0)]);
}
