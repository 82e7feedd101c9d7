//! Handles of single series are the writer's equals.

use std::thread;

use tfevents::{At, ErrorKind, SummaryWriter};

use super::{events, patient, payloads, scalars, time};

#[test]
fn a_handle_writes_the_same_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let file = |run: &str, log: &dyn Fn(&SummaryWriter, &str, f32, At)| {
        let writer = patient(&dir.path().join(run));
        let ticks = [0.0, -1.5, 1_700_000_000.25].map(time).into_iter();
        let steps = [0, 1, -1, 300, i64::MIN, i64::MAX];
        for (at, step) in ticks.flat_map(|tick| steps.map(|step| (At::new(step).at(tick), step))) {
            for (tag, value) in [("a", f32::NAN), ("b/ü", 0.0), (&"long/".repeat(99), 1.5)] {
                log(&writer, tag, value + step as f32, at);
            }
        }
        writer.close().unwrap();
        payloads(writer.path()).split_off(2)
    };
    let by_tag = file("by tag", &|writer, tag, value, at| {
        writer.add_scalar(tag, value, at).unwrap();
    });
    let by_handle = file("by handle", &|writer, tag, value, at| {
        writer.scalar(tag).unwrap().log(value, at).unwrap();
    });
    assert_eq!(by_tag.len(), 3 * 6 * 3);
    assert_eq!(by_tag, by_handle);
}

#[test]
fn the_time_is_now_to_a_tick_or_that_of_the_writers_clock() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::builder(dir.path())
        .clock(|| time(123.5))
        .open()
        .unwrap();
    writer.scalar("a").unwrap().log(1, 1).unwrap();
    writer.close().unwrap();
    assert_eq!(events(writer.path())[2].wall_time, 123.5);

    let writer = patient(&dir.path().join("run"));
    writer.scalar("a").unwrap().log(1, 1).unwrap();
    writer.add_scalar("a", 2, 2).unwrap();
    writer.close().unwrap();
    let events = events(writer.path());
    let lag = events[3].wall_time - events[2].wall_time;
    // How old the last tick is depends on how busy the machine is.
    assert!((0.0..60.0).contains(&lag), "{lag} s");
}

#[test]
fn a_handle_is_refused_what_the_writer_is() {
    let dir = tempfile::tempdir().unwrap();
    let writer = patient(dir.path());
    writer.add_text("text", "a text", 0).unwrap();
    for tag in ["", "text"] {
        let error = writer.scalar(tag).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Argument(_)), "{error:?}");
    }
    let loss = writer.scalar("loss").unwrap();
    let error = writer.add_text("loss", "a text", 0).unwrap_err();
    assert!(error.to_string().contains("scalar series"), "{error}");
    writer.close().unwrap();
    let error = loss.log(1, 1).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Closed), "{error:?}");
}

#[test]
fn a_handle_keeps_its_writer_open() {
    let dir = tempfile::tempdir().unwrap();
    let writer = patient(dir.path());
    let path = writer.path().to_owned();
    let loss = writer.scalar("loss").unwrap();
    drop(writer);
    loss.log(1, 1).unwrap();
    drop(loss);
    assert_eq!(scalars(&path), [("loss".into(), 1, 1.0)]);
}

#[test]
fn handles_in_many_threads_write_each_point_once() {
    const THREADS: i64 = 4;
    const POINTS: i64 = 20_000;
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::builder(dir.path())
        .buffer_size(64 << 10)
        .open()
        .unwrap();
    let shared = writer.scalar("shared").unwrap();
    thread::scope(|scope| {
        for t in 0..THREADS {
            let (writer, shared) = (writer.clone(), shared.clone());
            scope.spawn(move || {
                let own = writer.scalar(&format!("thread/{t}")).unwrap();
                for step in 0..POINTS {
                    own.log(t, step).unwrap();
                    shared.log(t, t * POINTS + step).unwrap();
                }
            });
        }
    });
    writer.close().unwrap();

    let found = scalars(writer.path());
    let steps = |tag: &str| -> Vec<i64> {
        let points = found.iter().filter(|s| s.0 == tag);
        points.map(|s| s.1).collect()
    };
    for t in 0..THREADS {
        assert!(steps(&format!("thread/{t}")).into_iter().eq(0..POINTS));
    }
    let mut shared = steps("shared");
    shared.sort_unstable();
    assert!(shared.into_iter().eq(0..THREADS * POINTS));
}
