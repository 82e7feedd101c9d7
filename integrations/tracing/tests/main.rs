//! What is logged of events and spans, and what stock TensorBoard shows of it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "these end a test, which is what they are for here"
)]

use std::sync::mpsc;
use std::thread;

use tfevents::Status;
use tfevents::sink::{Logged, Memory};
use tfevents_tracing::{Builder, NotLogged, layer};
use tracing::subscriber::with_default;
use tracing::{Level, info, info_span, trace};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry;

#[cfg(feature = "profile")]
mod profile;
mod shown;
#[path = "../../../tests/support/stock.rs"]
mod stock;

/// What a program logs, and what the guard says at the end.
fn logged(program: impl FnOnce()) -> (Vec<Logged>, NotLogged) {
    let memory = Memory::new();
    let (layer, guard) = layer(memory.clone());
    with_default(registry().with(layer), program);
    let not_logged = guard.close().unwrap();
    (memory.logged(), not_logged)
}

/// The scalars and texts among them.
fn values(logged: &[Logged]) -> Vec<(String, i64, String)> {
    let value = |logged: &Logged| match logged {
        Logged::Scalar { tag, value, at } => Some((tag.clone(), at.step(), value.to_string())),
        Logged::Text { tag, markdown, at } => Some((tag.clone(), at.step(), markdown.clone())),
        _ => None,
    };
    logged.iter().filter_map(value).collect()
}

fn value(tag: &str, step: i64, value: &str) -> (String, i64, String) {
    (tag.to_owned(), step, value.to_owned())
}

#[test]
fn fields_become_scalars_and_texts() {
    let (logged, not_logged) = logged(|| {
        let error: Box<dyn std::error::Error> = "broken".into();
        info!(
            target: "tensorboard",
            { step = 3, "train/loss" = 0.5, count = 7u64, big = 1i128 << 100, flag = true, note = "*text*",
              display = %"shown", debug = ?[1, 2], error = &*error },
            "message {}", 1
        );
        trace!(target: "tensorboard", step = 4.0, "train/loss" = f64::NAN);
        // A name in quotes cannot come first without braces, and those want a message.
        let span = info_span!("s", step = 5);
        info!(target: "tensorboard", parent: &span, { "train/loss" = 1 }, "");
        info!(target: "tensorboard::other", step = 5, loss = 1);
        info!(step = 6, loss = 1);
    });
    assert_eq!(not_logged.to_string(), "");
    let expected = [
        value("train/loss", 3, "0.5"),
        value("count", 3, "7"),
        value("big", 3, "1267650600228229400000000000000"),
        value("flag", 3, "1"),
        value("message", 3, "message 1"),
        value("note", 3, "*text*"),
        value("display", 3, "shown"),
        value("debug", 3, "[1, 2]"),
        value("error", 3, "broken"),
        value("train/loss", 4, "NaN"),
        value("train/loss", 5, "1"),
    ];
    let mut found = values(&logged);
    // `tracing` itself decides where the message stands among the fields.
    found.sort_by_key(|v| expected.iter().position(|e| e == v));
    assert_eq!(found, expected);
    assert!(matches!(logged.last(), Some(Logged::End(Status::Success))));
}

#[test]
fn the_innermost_span_with_a_step_gives_it() {
    let (logged, not_logged) = logged(|| {
        let epoch = info_span!("epoch", step = 1).entered();
        info!(target: "tensorboard", a = 1);
        {
            let batch = info_span!("batch", step = tracing::field::Empty, size = 32).entered();
            info!(target: "tensorboard", a = 2);
            batch.record("step", 10u64);
            let _inner = info_span!("inner").entered();
            info!(target: "tensorboard", a = 3);
            info!(target: "tensorboard", a = 4, step = 11);
        }
        info!(target: "tensorboard", a = 5);
        info_span!("wide", step = 12u128).in_scope(|| info!(target: "tensorboard", a = 5));
        let outside = epoch.exit();
        // In another thread, and as an explicit parent.
        let inside = outside.clone();
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        let other = move || {
            tracing::dispatcher::with_default(&dispatch, || {
                inside.in_scope(|| info!(target: "tensorboard", a = 6));
            });
        };
        thread::spawn(other).join().unwrap();
        info!(target: "tensorboard", parent: &outside, a = 7);
    });
    assert!(not_logged.is_empty(), "{not_logged}");
    let steps: Vec<_> = values(&logged).into_iter().map(|v| v.1).collect();
    assert_eq!(steps, [1, 1, 10, 11, 1, 12, 1, 1]);
}

#[test]
fn spans_of_the_target_log_how_long_they_took() {
    let (logged, not_logged) = logged(|| {
        let step = info_span!(target: "tensorboard", "step", step = 2);
        step.in_scope(|| {
            info_span!(target: "tensorboard", "forward").in_scope(|| {
                // Entered twice by one thread, and timed once.
                tracing::Span::current().in_scope(|| ());
            });
            info_span!("elsewhere", step = 9).in_scope(|| ());
        });
        drop(step);
    });
    assert!(not_logged.is_empty(), "{not_logged}");
    let durations: Vec<_> = logged
        .iter()
        .filter_map(|logged| match logged {
            Logged::Scalar { tag, value, at } => {
                assert!((0.0..60.0).contains(value), "{value}");
                Some((tag.as_str(), at.step()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(durations, [("forward/seconds", 2), ("step/seconds", 2)]);
}

#[test]
fn what_is_not_logged_is_counted_and_said_once() {
    let (logged, not_logged) = logged(|| {
        for _ in 0..3 {
            info!(target: "tensorboard", loss = 0.5);
        }
        info!(target: "tensorboard", loss = 0.5, step = "7");
        info!(target: "tensorboard", loss = 0.5, step = 0.5);
        info_span!(target: "tensorboard", "timed").in_scope(|| ());
        info!(target: "tensorboard", loss = 0.5, step = 7);
    });
    assert_eq!(not_logged.without_step, 6);
    let text = not_logged.to_string();
    assert!(
        text.starts_with("6 events or spans had no step, the first at ")
            && text.contains("main.rs:")
            && text.contains("Add a whole-number field `step`")
            && text.contains("rather than `step = %n`"),
        "{text}"
    );
    assert_eq!(
        values(&logged),
        [value("loss", 7, "0.5"), value(NotLogged::TAG, 0, &text)]
    );
}

#[test]
fn a_filter_that_leaves_the_target_out_is_told_of() {
    let memory = Memory::new();
    let (layer, guard) = layer(memory.clone());
    let subscriber = registry()
        .with(layer)
        .with(LevelFilter::from_level(Level::WARN));
    with_default(subscriber, || {
        info!(target: "tensorboard", loss = 0.5, step = 7);
    });
    let not_logged = guard.close().unwrap();
    assert!(not_logged.nothing_arrived);
    assert!(
        not_logged
            .to_string()
            .contains("`tensorboard=trace` to `RUST_LOG`"),
        "{not_logged}"
    );
}

/// Counts what it is shown, and has a filter of its own, as `fmt` has with `RUST_LOG`.
struct Counting(mpsc::Sender<String>);

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Counting {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        self.0.send(event.metadata().target().to_owned()).unwrap();
    }
}

#[test]
fn other_layers_see_what_their_own_filters_say() {
    let (sender, receiver) = mpsc::channel();
    let memory = Memory::new();
    let (layer, guard) = layer(memory.clone());
    let subscriber = registry()
        .with(layer)
        .with(Counting(sender).with_filter(LevelFilter::INFO));
    with_default(subscriber, || {
        trace!(target: "tensorboard", loss = 0.5, step = 7);
        trace!(target: "a", a = 1);
        info!(target: "b", b = 1);
        assert!(!tracing::enabled!(target: "a", Level::TRACE));
    });
    assert!(guard.close().unwrap().is_empty());
    assert_eq!(memory.scalars("loss"), [(7, 0.5)]);
    assert_eq!(receiver.iter().collect::<Vec<_>>(), ["b"]);
}

#[test]
fn a_guard_that_is_dropped_ends_the_run_as_a_failure() {
    fn fails(memory: Memory) -> tfevents::Result<()> {
        let (_layer, _guard) = layer::<registry::Registry>(memory);
        Err(tfevents::Error::argument("training failed"))
    }
    let memory = Memory::new();
    fails(memory.clone()).unwrap_err();
    assert!(matches!(
        memory.logged().last(),
        Some(Logged::End(Status::Failure))
    ));
}

/// `format!` panics where `Debug` or `Display` says that it failed.
#[test]
fn a_value_that_cannot_be_formatted_is_no_panic() {
    struct Odd;
    impl std::fmt::Debug for Odd {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("half")?;
            Err(std::fmt::Error)
        }
    }
    impl std::fmt::Display for Odd {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            Err(std::fmt::Error)
        }
    }
    impl std::error::Error for Odd {}
    let (logged, not_logged) = logged(|| {
        info!(target: "tensorboard", step = 1, debug = ?Odd, display = %Odd);
        let error: &(dyn std::error::Error + 'static) = &Odd;
        info!(target: "tensorboard", step = 1, error);
    });
    assert!(not_logged.is_empty(), "{not_logged}");
    let unknown = "<cannot be formatted>";
    assert_eq!(
        values(&logged),
        [
            value("debug", 1, &format!("half{unknown}")),
            value("display", 1, unknown),
            value("error", 1, unknown)
        ]
    );
}

#[test]
fn a_panic_ends_the_run_as_a_failure() {
    let memory = Memory::new();
    let (layer, guard) = layer::<registry::Registry>(memory.clone());
    drop(layer);
    let panicking = thread::spawn(move || {
        let _guard = guard;
        std::panic::resume_unwind(Box::new("on purpose"));
    });
    assert!(panicking.join().is_err());
    assert!(matches!(
        memory.logged().last(),
        Some(Logged::End(Status::Failure))
    ));
}

#[test]
fn events_after_the_end_are_counted() {
    let memory = Memory::new();
    let (layer, guard) = layer(memory.clone());
    with_default(registry().with(layer), || {
        info!(target: "tensorboard", step = 1, a = 1);
        assert!(guard.close().unwrap().is_empty());
        info!(target: "tensorboard", step = 2, a = 1);
        info_span!(target: "tensorboard", "s", step = 2).in_scope(|| ());
    });
    let not_logged = guard.not_logged();
    assert_eq!(not_logged.after_end, 2);
    assert_eq!(
        not_logged.to_string(),
        "2 events or spans came after the run had ended. Close the guard later."
    );
    assert_eq!(guard.close().unwrap().after_end, 2);
    drop(guard);
    assert_eq!(memory.logged().len(), 2, "one scalar and the end");
}

/// As a run for training and a run for validation are set up.
#[test]
fn two_layers_of_one_subscriber_do_not_disturb_each_other() {
    let (train, valid) = (Memory::new(), Memory::new());
    let (train_layer, train_guard) = Builder::new(train.clone()).target("train").build();
    let (valid_layer, valid_guard) = Builder::new(valid.clone()).target("valid").build();
    with_default(registry().with(train_layer).with(valid_layer), || {
        let _step = info_span!("step", step = 1).entered();
        info!(target: "train", loss = 0.5);
        info!(target: "valid", loss = 0.25);
        info_span!(target: "train", "forward", step = 2).in_scope(|| {
            info!(target: "valid", loss = 0.125);
        });
    });
    for guard in [train_guard, valid_guard] {
        assert!(guard.close().unwrap().is_empty());
    }
    assert_eq!(train.scalars("loss"), [(1, 0.5)]);
    assert_eq!(valid.scalars("loss"), [(1, 0.25), (2, 0.125)]);
    let timed = train.scalars("forward/seconds");
    assert_eq!(timed.iter().map(|s| s.0).collect::<Vec<_>>(), [2]);
    assert_eq!(valid.scalars("forward/seconds"), []);
}
