//! What is logged through the global subscriber of a process.
#![allow(
    clippy::unwrap_used,
    reason = "it ends a test, which is what it is for here"
)]

use tfevents::{At, Error, HParams, Histogram, Image, Sink, Status};
use tfevents_tracing::Builder;
use tracing::info;
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry;

/// A sink that says what it does by the very target that it is logged by, and refuses half of it.
struct Talkative;

impl Sink for Talkative {
    fn log_scalar(&self, tag: &str, _: f64, _: At) -> tfevents::Result<()> {
        info!(target: "tensorboard", step = 1, again = 1);
        match tag {
            "bad" => Err(Error::argument("the tag is bad")),
            _ => Ok(()),
        }
    }
    fn log_histogram(&self, _: &str, _: &Histogram, _: At) -> tfevents::Result<()> {
        Ok(())
    }
    fn log_text(&self, _: &str, _: &str, _: At) -> tfevents::Result<()> {
        Ok(())
    }
    fn log_image(&self, _: &str, _: &Image, _: At) -> tfevents::Result<()> {
        Ok(())
    }
    fn log_hparams(&self, _: &HParams) -> tfevents::Result<()> {
        Ok(())
    }
    fn end(&self, _: Status) -> tfevents::Result<()> {
        Ok(())
    }
}

/// As the global subscriber, because nothing scoped is called again from within. In a process of its own: while any other
/// thread has a scoped one, the global one is not called again either.
#[test]
fn a_sink_that_logs_does_not_go_round_in_circles() {
    let (layer, guard) = Builder::new(Talkative).target("tensorboard").build();
    registry().with(layer).init();
    info!(target: "tensorboard", step = 1, bad = 1, good = 2);
    info!(target: "tensorboard", step = 2, bad = 2);
    let not_logged = guard.close().unwrap();
    assert_eq!((not_logged.from_sink, not_logged.failed), (3, 2));
    let text = not_logged.to_string();
    assert!(
        text.contains("2 events or spans failed, the first because: the tag is bad")
            && text.contains("a target other than `tensorboard`"),
        "{text}"
    );
}
