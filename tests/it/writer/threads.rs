//! When logged points become visible, and from which threads.

use std::thread;
use std::time::Duration;

use tfevents::SummaryWriter;

use super::{Scalar, patient, scalars};

#[test]
fn clones_in_many_threads_write_each_point_once() {
    const THREADS: i64 = 8;
    const POINTS: i64 = 2_000;
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::builder(dir.path())
        // Small enough that all of them have to wait for the disk now and then.
        .buffer_size(4 << 10)
        .open()
        .unwrap();
    thread::scope(|scope| {
        for t in 0..THREADS {
            let writer = writer.clone();
            scope.spawn(move || {
                for i in 0..POINTS {
                    writer
                        .add_scalar(&format!("thread/{t}"), i as f32, i)
                        .unwrap();
                    writer
                        .add_scalar("shared", t as f32, t * POINTS + i)
                        .unwrap();
                    if i % 500 == 0 {
                        writer.flush().unwrap();
                    }
                }
            });
        }
    });
    writer.close().unwrap();

    let mut found = scalars(writer.path());
    // What one thread logs stays in its order.
    let mut last = vec![-1; THREADS as usize];
    for (tag, step, _) in &found {
        if let Some(t) = tag.strip_prefix("thread/") {
            let last = &mut last[t.parse::<usize>().unwrap()];
            assert_eq!(*step, *last + 1, "{tag}");
            *last = *step;
        }
    }
    let mut wanted: Vec<Scalar> = (0..THREADS)
        .flat_map(|t| (0..POINTS).map(move |i| (t, i)))
        .flat_map(|(t, i)| {
            [
                (format!("thread/{t}"), i, i as f32),
                ("shared".to_owned(), t * POINTS + i, t as f32),
            ]
        })
        .collect();
    let order = |a: &Scalar, b: &Scalar| (&a.0, a.1).cmp(&(&b.0, b.1));
    found.sort_by(order);
    wanted.sort_by(order);
    assert!(found == wanted, "each point once, with its value");
}

#[test]
fn flush_and_sync_make_visible_what_was_logged() {
    let dir = tempfile::tempdir().unwrap();
    let writer = patient(dir.path());
    for step in 0..10 {
        writer.add_scalar("a", step, step).unwrap();
        if step % 2 == 0 {
            writer.flush().unwrap();
        } else {
            writer.sync().unwrap();
        }
        let found = scalars(writer.path());
        assert_eq!(
            found.last(),
            Some(&("a".to_owned(), step.into(), step as f32))
        );
        assert_eq!(found.len(), step as usize + 1);
    }
}

#[test]
fn the_flush_interval_makes_points_visible_without_further_calls() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::builder(dir.path())
        .flush_interval(Duration::from_millis(20))
        .open()
        .unwrap();
    for step in 0..3 {
        writer.add_scalar("a", 1, step).unwrap();
        wait_until(|| seen(&writer) > step);
    }
}

/// How many scalars a reader finds. The first look may come before the first write.
fn seen(writer: &SummaryWriter) -> i64 {
    let len = std::fs::metadata(writer.path()).unwrap().len();
    if len == 0 {
        return 0;
    }
    scalars(writer.path()).len() as i64
}

fn wait_until(mut happened: impl FnMut() -> bool) {
    while !happened() {
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn dropping_the_last_handle_writes_what_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let writer = patient(dir.path());
    let path = writer.path().to_owned();
    let other = writer.clone();
    writer.add_scalar("a", 1, 1).unwrap();
    drop(writer);
    other.add_scalar("a", 2, 2).unwrap();
    drop(other);
    assert_eq!(scalars(&path), [("a".into(), 1, 1.0), ("a".into(), 2, 2.0)]);
}

#[test]
fn a_panic_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let writer = patient(dir.path());
    let path = writer.path().to_owned();
    let trainer = thread::spawn(move || {
        writer.add_scalar("loss", f32::NAN, 1).unwrap();
        panic!("the loss is not a number: this panic is part of a test");
    });
    trainer.join().unwrap_err();
    let found = scalars(&path);
    assert_eq!(found.len(), 1);
    assert!(found[0].2.is_nan());
}

#[test]
fn a_panic_in_one_thread_stops_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let writer = patient(dir.path());
    let clone = writer.clone();
    let trainer = thread::spawn(move || {
        clone.add_scalar("a", 1, 1).unwrap();
        panic!("this panic is part of a test");
    });
    trainer.join().unwrap_err();
    writer.add_scalar("a", 2, 2).unwrap();
    writer.close().unwrap();
    assert_eq!(
        scalars(writer.path()),
        [("a".into(), 1, 1.0), ("a".into(), 2, 2.0)]
    );
}
