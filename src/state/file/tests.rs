use crate::event::PlainScalar;
use crate::proto::summary::value::Value;
use crate::reader::{EventItem, EventReader};
use crate::state::FileState;
use crate::state::seen::tests::{logged, logged_at, number, start, tensor, value, version};
use crate::state::tests::{run_of, views};
use crate::{Kind, Selection};

use super::*;

/// What a file holds, and how many of its scalars took the short way, where that is open.
fn read(file: &[u8], selection: &Selection, open: bool) -> (FileData, usize) {
    let mut data = FileData::default();
    let mut short = 0;
    let mut reader = EventReader::new(file);
    loop {
        if open {
            reader.take_scalars(|scalar: &PlainScalar<'_>| {
                let taken = data.scalar(scalar, selection);
                short += usize::from(taken);
                taken
            });
        }
        match reader.next_item().unwrap() {
            EventItem::Event(record) => data.event(&record, selection, &mut |_| ()),
            EventItem::Damage(damage) => panic!("{damage:?}"),
            EventItem::End(_) => return (data, short),
        }
    }
}

fn views_of(data: FileData) -> String {
    let mut file = FileState::new("file".into(), true, u64::MAX);
    file.parts.push(data);
    views(&run_of(file))
}

fn described(step: i64, plugin: &str) -> Vec<u8> {
    let simple = Some(Value::SimpleValue(0.25));
    logged(step, value("x", Some(plugin), simple))
}

/// Whatever stands in between, and whatever is asked for.
#[test]
fn scalars_that_take_the_short_way_end_up_where_the_others_do() {
    let forms: [fn(i64) -> Vec<u8>; 7] = [
        |step| number(step, "x"),
        |step| described(step, "scalars"),
        |step| described(step, "custom"),
        |step| logged(step, tensor(None, &[])),
        |step| logged(step, tensor(Some("scalars"), &[])),
        |step| logged(step, tensor(Some("custom"), &[2])),
        start,
    ];
    let selections = [
        Selection::all(),
        Selection::all().steps(2..),
        Selection::all().kinds([Kind::Scalar]),
    ];
    let len = 4;
    let mut taken = 0;
    for number_of_file in 0..forms.len().pow(len) {
        let chosen = (0..len).map(|at| forms[number_of_file / forms.len().pow(at) % forms.len()]);
        // Each is followed by plain scalars, the last of which go back.
        let steps = [1, 3, 5, 4].into_iter();
        let events = chosen.zip(steps).flat_map(|(form, step)| {
            let plain = (0..3).map(move |i| number(step + i, "x"));
            [form(step)].into_iter().chain(plain)
        });
        let file: Vec<u8> = [version()].into_iter().chain(events).flatten().collect();
        for selection in &selections {
            let (data, short) = read(&file, selection, true);
            let (expected, none) = read(&file, selection, false);
            assert_eq!(none, 0);
            assert_eq!(views_of(data), views_of(expected), "{number_of_file}");
            taken += short;
        }
    }
    assert!(taken > 20_000, "{taken}");
}

/// As TensorFlow 1 and others write them: what a value is stands only in the tag's first event, which makes the series.
#[test]
fn scalars_that_were_described_once_take_the_short_way() {
    let rest = (2..100).map(|step| number(step, "x"));
    let file = [version(), described(1, "scalars")].into_iter().chain(rest);
    let file: Vec<u8> = file.flatten().collect();
    assert_eq!(read(&file, &Selection::all(), true).1, 98);
}

/// What most loops do: each series is logged at a time of its own. Here each also has steps of its own.
#[test]
fn a_point_takes_twelve_bytes_at_most_where_nothing_is_shared() {
    let tags = ["loss", "accuracy", "lr"];
    let mut file = version();
    for i in 0..3000_i64 {
        for (at, tag) in (1..).zip(tags) {
            // Not quite regular.
            let secs = 1.7e9 + i as f64 * 1.3 + (i * i % 997) as f64 * 1e-4 + at as f64 * 1e-5;
            let step = i * at + i % 7 * at;
            let value = value(tag, None, Some(Value::SimpleValue(0.5)));
            file.extend(logged_at(secs, step, value));
        }
    }
    let (mut data, _) = read(&file, &Selection::all(), true);
    let held = views_of(data.clone());
    data.settle();
    for series in &data.series {
        let size = 4.0 + series.size() as f64 / series.len() as f64;
        assert!(size <= 12.0, "{size} bytes a point");
    }
    assert_eq!(views_of(data.clone()), held);
    // And they go on growing.
    let (mut whole, _) = read(&file, &Selection::all(), true);
    let more = |data: &mut FileData| {
        let more = number(100_000, "loss");
        let mut reader = EventReader::new(more.as_slice());
        match reader.next_item().unwrap() {
            EventItem::Event(record) => data.event(&record, &Selection::all(), &mut |_| ()),
            other => panic!("{other:?}"),
        }
    };
    more(&mut whole);
    more(&mut data);
    data.settle();
    assert_eq!(views_of(data), views_of(whole));
}
