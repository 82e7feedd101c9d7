//! Spans as a profile.

use std::thread;

use tfevents::Profile;
use tfevents::sink::Memory;
use tfevents_tracing::Builder;
use tracing::subscriber::with_default;
use tracing::{debug_span, info_span};
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry;

#[test]
fn every_span_is_on_the_line_of_the_thread_that_was_in_it() {
    let profile = Profile::new();
    let memory = Memory::new();
    let builder = Builder::new(memory.clone()).profile(profile.clone());
    let (layer, guard) = builder.build();
    with_default(registry().with(layer), || {
        let step = info_span!("step", step = 4).entered();
        debug_span!("forward").in_scope(|| ());
        let outer = step.exit();
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        let worker = move || {
            tracing::dispatcher::with_default(&dispatch, || outer.in_scope(|| ()));
        };
        let worker = thread::Builder::new().name("worker".into()).spawn(worker);
        worker.unwrap().join().unwrap();
    });
    // No event arrived, which is not amiss where spans are recorded.
    assert!(guard.close().unwrap().is_empty());

    let space = profile.to_xspace();
    let plane = &space.planes[0];
    assert_eq!(plane.name, "/host:CPU");
    let name = |id: i64| plane.event_metadata[&id].name.as_str();
    let stat = |id: i64| plane.stat_metadata[&id].name.as_str();
    let mut lines = plane.lines.iter().map(|line| {
        let spans = line.events.iter().map(|event| {
            let stats = event.stats.iter().map(|s| stat(s.metadata_id));
            (name(event.metadata_id), stats.collect::<Vec<_>>())
        });
        (line.name.as_str(), spans.collect::<Vec<_>>())
    });
    let (this, spans) = lines.next().unwrap();
    assert!(this.contains("ThreadId"), "{this}");
    // The inner one has the step of the outer one.
    assert_eq!(
        spans,
        [("step", vec!["step_num"]), ("forward", vec!["step_num"])]
    );
    let (other, spans) = lines.next().unwrap();
    assert!(other.starts_with("worker ThreadId"), "{other}");
    assert_eq!(spans, [("step", vec!["step_num"])]);
    assert!(memory.scalars("step/seconds").is_empty(), "another target");
}
