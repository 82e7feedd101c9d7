//! What is logged of metrics, and what stock TensorBoard shows of it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "these end a test, which is what they are for here"
)]

use std::path::Path;
use std::time::Duration;

use metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
    with_local_recorder,
};
use metrics_exporter_tfevents::{Handle, TfeventsRecorder};
use tfevents::{LogdirState, Policy, Selection, SummaryWriter};

#[path = "../../../tests/support/stock.rs"]
mod stock;

use stock::Mode;

fn recorder(dir: &Path) -> (TfeventsRecorder, Handle) {
    TfeventsRecorder::new(SummaryWriter::new(dir).unwrap())
}

/// Steps and values of a scalar series.
fn scalars(dir: &Path, tag: &str) -> Vec<(i64, f64)> {
    let state = LogdirState::load(dir, Selection::all()).unwrap();
    let run = state.run(".").unwrap();
    let Some(scalars) = run.scalars(tag, Policy::Raw) else {
        return Vec::new();
    };
    let values = scalars.values.iter().map(tfevents::Number::as_f64);
    scalars.steps.iter().copied().zip(values).collect()
}

#[test]
fn counters_and_gauges_are_logged_as_they_are_at_each_tick() {
    let dir = tempfile::tempdir().unwrap();
    let (recorder, handle) = recorder(dir.path());
    with_local_recorder(&recorder, || {
        counter!("n").increment(2);
        counter!("n", "split" => "train", "a" => "b").increment(1);
        gauge!("g").set(0.5);
        handle.tick(1).unwrap();
        counter!("n").increment(3);
        counter!("n").absolute(4); // Less than there is.
        gauge!("g").decrement(1.0);
        handle.tick(10).unwrap();
    });
    handle.close().unwrap();
    assert_eq!(scalars(dir.path(), "n"), [(1, 2.0), (10, 5.0)]);
    assert_eq!(
        scalars(dir.path(), "n/a=b,split=train"),
        [(1, 1.0), (10, 1.0)]
    );
    assert_eq!(scalars(dir.path(), "g"), [(1, 0.5), (10, -0.5)]);
}

#[test]
fn a_tag_of_two_kinds_keeps_the_first_and_is_told_of() {
    let dir = tempfile::tempdir().unwrap();
    let (recorder, handle) = recorder(dir.path());
    with_local_recorder(&recorder, || {
        counter!("x").increment(1);
        for _ in 0..2 {
            histogram!("x").record(1.0);
        }
        handle.tick(1).unwrap();
    });
    let error = handle.close().unwrap_err().to_string();
    assert_eq!(
        error,
        "the counter `x` and the histogram `x` have the same tag `x`; only the counter is logged. Rename one of them."
    );
    assert_eq!(scalars(dir.path(), "x"), [(1, 1.0)]);
}

#[test]
fn what_a_histogram_leaves_out_is_not_mixed_with_other_metrics() {
    let dir = tempfile::tempdir().unwrap();
    let (recorder, handle) = recorder(dir.path());
    with_local_recorder(&recorder, || {
        histogram!("t").record(f64::NAN);
        histogram!("t").record(1.0);
        gauge!("t/left_out").set(9.0);
        counter!("u/left_out").increment(7);
        histogram!("u").record(1.0);
        handle.tick(1).unwrap();
    });
    let error = handle.close().unwrap_err().to_string();
    assert!(
        error.contains(
            "the histogram `t` and the gauge `t/left_out` have the same tag `t/left_out`"
        ),
        "{error}"
    );
    assert!(
        error.contains(
            "the counter `u/left_out` and the histogram `u` have the same tag `u/left_out`"
        ),
        "{error}"
    );
    assert_eq!(scalars(dir.path(), "t/left_out"), [(1, 1.0)]);
    assert_eq!(scalars(dir.path(), "u/left_out"), [(1, 7.0)]);
}

#[test]
fn names_are_not_taken_for_labels() {
    let dir = tempfile::tempdir().unwrap();
    let (recorder, handle) = recorder(dir.path());
    with_local_recorder(&recorder, || {
        counter!("req", "a" => "1").increment(5);
        counter!("req/a=1").increment(7);
        handle.tick(1).unwrap();
    });
    handle.close().unwrap();
    assert_eq!(scalars(dir.path(), "req/a=1"), [(1, 5.0)]);
    assert_eq!(scalars(dir.path(), "req/a%3D1"), [(1, 7.0)]);
}

#[test]
fn many_metrics_without_a_tag_of_their_own_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    let (recorder, handle) = recorder(dir.path());
    with_local_recorder(&recorder, || {
        for n in 0..1000 {
            counter!(format!("k{n}")).increment(1);
            gauge!(format!("k{n}")).set(1.0);
        }
    });
    let error = handle.close().unwrap_err().to_string();
    assert!(
        error.ends_with("There are 995 more such metrics."),
        "{error}"
    );
    assert_eq!(error.matches("have the same tag").count(), 5);
}

#[test]
fn the_clock_goes_on_after_ticks_by_hand() {
    let dir = tempfile::tempdir().unwrap();
    let (recorder, mut handle) = recorder(dir.path());
    with_local_recorder(&recorder, || counter!("n").increment(1));
    handle.tick(50).unwrap();
    handle.tick_every(Duration::from_secs(3600)).unwrap();
    handle.tick(60).unwrap();
    handle.close().unwrap();
    let steps: Vec<_> = scalars(dir.path(), "n").iter().map(|p| p.0).collect();
    assert_eq!(steps, [50, 60, 61]);
}

#[test]
fn one_metric_that_is_refused_does_not_hide_the_others() {
    let dir = tempfile::tempdir().unwrap();
    let (recorder, handle) = recorder(dir.path());
    with_local_recorder(&recorder, || {
        counter!("").increment(1);
        counter!("y").increment(1);
        assert!(handle.tick(1).is_err());
    });
    handle.close().unwrap();
    assert_eq!(scalars(dir.path(), "y"), [(1, 1.0)]);
}

#[test]
fn a_metric_that_cannot_be_described_is_logged() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let (recorder, handle) = TfeventsRecorder::new(writer.clone());
    writer.add_scalar("n", 7, 0).unwrap();
    with_local_recorder(&recorder, || {
        describe_counter!("n", "too late");
        counter!("n").increment(1);
        assert!(handle.tick(1).is_err(), "it has a value already");
        handle.tick(2).unwrap();
    });
    handle.close().unwrap();
    assert_eq!(scalars(dir.path(), "n"), [(0, 7.0), (1, 1.0), (2, 1.0)]);
}

#[test]
fn the_clock_ticks_and_the_end_is_logged() {
    let dir = tempfile::tempdir().unwrap();
    let (recorder, mut handle) = recorder(dir.path());
    with_local_recorder(&recorder, || counter!("n").increment(1));
    for too_short in [Duration::ZERO, Duration::from_micros(999)] {
        let error = handle.tick_every(too_short).unwrap_err().to_string();
        assert!(error.contains("use at least 1ms"), "{error}");
    }
    handle.tick_every(Duration::from_millis(1)).unwrap();
    assert!(handle.tick_every(Duration::from_secs(1)).is_err());
    with_local_recorder(&recorder, || counter!("n").increment(1));
    handle.close().unwrap();
    let points = scalars(dir.path(), "n");
    let steps: Vec<_> = points.iter().map(|p| p.0).collect();
    assert!(steps.iter().zip(1..).all(|(&step, number)| step == number));
    assert_eq!(points.last().unwrap().1, 2.0);

    // By seconds; a handle that is dropped stops the clock, too.
    let dir = tempfile::tempdir().unwrap();
    let (recorder, mut handle) = self::recorder(dir.path());
    with_local_recorder(&recorder, || counter!("n").increment(1));
    handle.tick_every(Duration::from_secs(3600)).unwrap();
    drop(handle);
    assert_eq!(scalars(dir.path(), "n"), [(0, 1.0)]);
}

#[test]
fn tensorboard_shows_metrics_with_their_descriptions() {
    if stock::venv::is_unwanted() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (recorder, handle) = recorder(&dir.path().join("exp1"));
    with_local_recorder(&recorder, || {
        describe_counter!("n", "batches so **far**");
        describe_gauge!("g", Unit::Percent, "");
        describe_histogram!("h", Unit::Seconds, "time to load a batch");
        for step in 0..3 {
            counter!("n", "split" => "train").increment(1);
            gauge!("g").set(f64::from(step));
            if step != 1 {
                histogram!("h").record(1.0);
                histogram!("h").record(2.0);
                histogram!("h").record(f64::NAN);
            }
            handle.tick(step).unwrap();
        }
    });
    handle.close().unwrap();

    for mode in [Mode::Fast, Mode::Slow] {
        let shown = stock::ask(dir.path(), mode, &[]);
        let series = |tag: &str| {
            let series = &shown["scalars"]["exp1"][tag];
            let points = series["points"].as_array().unwrap();
            let point = |p: &serde_json::Value| (p[1].as_i64().unwrap(), p[2].as_f64().unwrap());
            let points: Vec<_> = points.iter().map(point).collect();
            (series["description"].to_string(), points)
        };
        let (description, points) = series("n/split=train");
        assert!(
            description.contains("batches so <strong>far</strong>"),
            "{description}"
        );
        assert_eq!(points, [(0, 1.0), (1, 2.0), (2, 3.0)]);
        let (description, points) = series("g");
        assert!(description.contains("in percent"), "{description}");
        assert_eq!(points, [(0, 0.0), (1, 1.0), (2, 2.0)]);
        assert_eq!(series("h/left_out").1, [(0, 1.0), (2, 1.0)]);
        let histograms = shown["histograms"]["exp1"]["h"].as_array().unwrap();
        let of = |h: &serde_json::Value| {
            let buckets = h[2].as_array().unwrap();
            let count: f64 = buckets.iter().map(|b| b[2].as_f64().unwrap()).sum();
            (h[1].as_i64().unwrap(), count)
        };
        assert_eq!(
            histograms.iter().map(of).collect::<Vec<_>>(),
            [(0, 2.0), (2, 2.0)]
        );
        let tags = &shown["tags"]["histograms"]["exp1"]["h"]["description"].to_string();
        assert!(tags.contains("time to load a batch (in seconds)"), "{tags}");
    }
}
