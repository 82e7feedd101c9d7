use super::xspace::picoseconds;
use super::*;
use crate::proto::xplane::{XEvent, x_event, x_stat};

const US: Duration = Duration::from_micros(1);

#[test]
fn lines_events_and_stats_refer_to_their_names() {
    let profile = Profile::new();
    let main = profile.thread("main");
    drop(main.record("inner", 3 * US, US));
    drop(
        main.record("step", 2 * US, 5 * US)
            .stat("step_num", 3)
            .stat("loss", 0.5),
    );
    drop(
        profile
            .thread("worker")
            .record("step", US, US)
            .stat("note", "é"),
    );
    drop(
        profile
            .thread("main")
            .record("inner", 9 * US, Duration::ZERO),
    );
    drop(
        profile
            .device("npu", "queue")
            .record("kernel", 4 * US, US)
            .stat("bytes", 7usize),
    );

    let space = profile.to_xspace();
    let names: Vec<_> = space
        .planes
        .iter()
        .map(|p| (p.id, p.name.as_str()))
        .collect();
    assert_eq!(names, [(1, "/device:CUSTOM:npu"), (2, "/host:CPU")]);
    let host = &space.planes[1];
    let lines: Vec<_> = host
        .lines
        .iter()
        .map(|l| (l.id, l.name.as_str(), l.timestamp_ns))
        .collect();
    assert_eq!(lines, [(1, "main", 0), (2, "worker", 0)]);
    let events: Vec<_> = host.lines[0]
        .events
        .iter()
        .map(|e| {
            (
                host.event_metadata[&e.metadata_id].name.as_str(),
                e.data,
                e.duration_ps,
            )
        })
        .collect();
    let at = |ps| Some(x_event::Data::OffsetPs(ps));
    assert_eq!(
        events,
        [
            ("step", at(2_000_000), 5_000_000),
            ("inner", at(3_000_000), 1_000_000),
            ("inner", at(9_000_000), 0),
        ]
    );
    assert_eq!(host.event_metadata.len(), 2);
    let stats: Vec<_> = host.lines[0].events[0]
        .stats
        .iter()
        .map(|s| {
            (
                host.stat_metadata[&s.metadata_id].name.as_str(),
                s.value.clone(),
            )
        })
        .collect();
    assert_eq!(
        stats,
        [
            ("step_num", Some(x_stat::Value::Int64Value(3))),
            ("loss", Some(x_stat::Value::DoubleValue(0.5))),
        ]
    );
    let device = &space.planes[0].lines[0].events[0];
    assert_eq!(device.stats[0].value, Some(x_stat::Value::Uint64Value(7)));
    assert!(host.event_metadata.iter().all(|(id, m)| *id == m.id));
}

#[test]
fn live_spans_nest_and_count_from_the_start() {
    let profile = Profile::new();
    let thread = profile.thread("t");
    let before = profile.elapsed();
    let outer = thread.span("outer");
    drop(thread.span("inner"));
    drop(outer);
    let unfinished = thread.span("unfinished");
    let space = profile.to_xspace();
    drop(unfinished);
    let [outer, inner] = &space.planes[0].lines[0].events[..] else {
        panic!("{space:?}");
    };
    let range = |event: &XEvent| {
        let Some(x_event::Data::OffsetPs(start)) = event.data else {
            panic!("{event:?}");
        };
        (start, start + event.duration_ps)
    };
    let ((outer_start, outer_end), (inner_start, inner_end)) = (range(outer), range(inner));
    assert!(picoseconds(before) <= outer_start && outer_start <= inner_start);
    assert!(inner_end <= outer_end && outer_end <= picoseconds(profile.elapsed()));
}

#[test]
fn the_same_name_gives_the_same_line_whatever_came_between() {
    let profile = Profile::new();
    let threads: Vec<_> = (0..100)
        .map(|n| profile.thread(&format!("thread {n}")))
        .collect();
    let queue = profile.device("npu", "thread 7");
    for (n, thread) in threads.iter().enumerate().rev() {
        let again = profile.thread(&format!("thread {n}"));
        assert!(Arc::ptr_eq(&again.inner, &thread.inner));
    }
    assert!(Arc::ptr_eq(
        &profile.device("npu", "thread 7").inner,
        &queue.inner
    ));
    assert!(!Arc::ptr_eq(&queue.inner, &threads[7].inner));
    let lines: Vec<_> = profile
        .to_xspace()
        .planes
        .iter()
        .map(|p| p.lines.len())
        .collect();
    assert_eq!(lines, [1, 100]);
}

#[test]
fn what_is_too_much_is_counted() {
    let profile = Profile::with_max_spans(5);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let track = profile.thread(&format!("thread {thread}"));
            scope.spawn(move || {
                for _ in 0..10 {
                    drop(track.record("x", US, US));
                }
            });
        }
    });
    let space = profile.to_xspace();
    let spans: usize = space.planes[0].lines.iter().map(|l| l.events.len()).sum();
    assert_eq!((spans, profile.dropped()), (5, 35));
    assert!(
        space.warnings[0].starts_with("35 spans are missing"),
        "{:?}",
        space.warnings
    );
    assert!(Profile::new().to_xspace().warnings.is_empty());
}
