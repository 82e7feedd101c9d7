//! Spans as a profile.

use std::thread;
use std::time::Instant;

use tfevents::Profile;

/// Records that this thread was in a span since it entered it, on a line of its own.
pub(crate) fn record(profile: &Profile, name: &'static str, entered: Instant, step: Option<i64>) {
    let thread = thread::current();
    let line = match thread.name() {
        Some("main") => profile.thread("main"),
        Some(name) => profile.thread(&format!("{name} {:?}", thread.id())),
        None => profile.thread(&format!("{:?}", thread.id())),
    };
    let duration = entered.elapsed();
    let start = profile.elapsed().saturating_sub(duration);
    let span = line.record(name, start, duration);
    if let Some(step) = step {
        drop(span.stat("step_num", step));
    }
}
