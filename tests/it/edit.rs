//! Edits of any sequence of events, and merging more files than a process can hold.

use std::num::NonZeroU64;
use std::path::PathBuf;

use proptest::collection::vec;
use proptest::prelude::*;
use tfevents::edit::{Editor, Interleaved, MergeItem, Rules};
use tfevents::proto::event::What;
use tfevents::proto::summary::{Value, value};
use tfevents::proto::{self, Message as _, TaggedRunMetadata, TensorProto};
use tfevents::{EventItem, EventReader, plugin, record};

use crate::fuzzed::targets::edits_change_nothing;
use crate::support::memory::peak;
use crate::support::{arbitrary, soup};

/// Events that have little but their tags in common, and these often.
fn event() -> impl Strategy<Value = proto::Event> {
    let tag = || prop::sample::select(vec!["a", "b", ""]);
    let plugin = prop::sample::select(vec!["scalars", "graphs", "text", "a plugin", ""]);
    let metadata = plugin.prop_map(|plugin| plugin::metadata(plugin, Vec::new()));
    let data = prop_oneof![
        arbitrary::float().prop_map(value::Value::SimpleValue),
        Just(value::Value::Tensor(TensorProto::default())),
        arbitrary::tensor().prop_map(value::Value::Tensor),
    ];
    let value = (
        tag(),
        tag(),
        prop::option::of(metadata),
        prop::option::of(data),
    );
    let value = value.prop_map(|(tag, node_name, metadata, value)| Value {
        tag: tag.to_owned(),
        node_name: node_name.to_owned(),
        metadata,
        value,
    });
    let run = (tag(), arbitrary::bytes()).prop_map(|(tag, run_metadata)| TaggedRunMetadata {
        tag: tag.to_owned(),
        run_metadata,
    });
    let what = prop_oneof![
        4 => vec(value, 0..4).prop_map(|value| What::Summary(proto::Summary { value })),
        1 => run.prop_map(What::TaggedRunMetadata),
        1 => arbitrary::bytes().prop_map(What::GraphDef),
        1 => arbitrary::bytes().prop_map(What::MetaGraphDef),
    ];
    (arbitrary::double(), arbitrary::integer(), what).prop_map(|(wall_time, step, what)| {
        proto::Event {
            wall_time,
            step,
            what: Some(what),
            ..Default::default()
        }
    })
}

proptest! {
    #[test]
    fn edits_without_effect_keep_every_byte(
        events in vec(
            prop_oneof![
                4 => event().prop_map(|event| event.encode_to_vec()),
                1 => arbitrary::event().prop_map(|event| event.encode_to_vec()),
                2 => soup::soup(soup::EVENT),
            ],
            0..12,
        )
    ) {
        edits_change_nothing(events.iter().map(Vec::as_slice));
    }
}

/// Statistics of a step and values are different series, whatever their names.
#[test]
fn a_scalar_beside_statistics_of_its_name_stays_a_plain_scalar() {
    let run = proto::Event {
        what: Some(What::TaggedRunMetadata(TaggedRunMetadata {
            tag: "a".into(),
            run_metadata: b"statistics".to_vec(),
        })),
        ..Default::default()
    };
    let scalar = proto::Event {
        what: Some(What::Summary(proto::Summary {
            value: vec![Value {
                tag: "a".into(),
                value: Some(value::Value::SimpleValue(0.5)),
                ..Default::default()
            }],
        })),
        ..Default::default()
    };
    let mut file = Vec::new();
    record::frame(&mut file, &run.encode_to_vec());
    let statistics = file.len();
    record::frame(&mut file, &scalar.encode_to_vec());
    let edit = |rules| {
        let mut editor = Editor::new(rules);
        let mut edited = Vec::new();
        let mut reader = EventReader::new(&*file);
        while let EventItem::Event(event) = reader.next_item().unwrap() {
            editor.event(&event, &mut edited).unwrap();
        }
        edited
    };
    assert_eq!(edit(Rules::default()), file);
    assert_eq!(edit(Rules::default().drop_repeated_metadata()), file);
    // Each is the first of its series.
    assert_eq!(edit(Rules::default().every(NonZeroU64::MAX)), file);
    let graphs = Rules::default().drop_kinds([tfevents::Kind::Graph]);
    assert_eq!(edit(graphs), file[statistics..]);
    let renamed = edit(Rules::default().rename(|_, _| "b".to_owned()));
    let mut reader = EventReader::new(&*renamed);
    let mut whats = Vec::new();
    while let EventItem::Event(event) = reader.next_item().unwrap() {
        whats.extend(proto::Event::decode(event.payload).unwrap().what);
    }
    let [What::TaggedRunMetadata(run), What::Summary(summary)] = &*whats else {
        panic!("{whats:?}");
    };
    assert_eq!((&*run.tag, &*run.run_metadata), ("b", &b"statistics"[..]));
    assert_eq!(
        (&*summary.value[0].tag, &summary.value[0].metadata),
        ("b", &None)
    );
}

/// Files that overlap in time, each with records of this length; a second is between two events of all.
fn overlapping(dir: &std::path::Path, files: u32, events: u32, bytes: usize) -> Vec<PathBuf> {
    let file = |file| {
        let mut content = Vec::new();
        for number in 0..events {
            let event = proto::Event {
                wall_time: f64::from(number * files + file),
                step: i64::from(number),
                what: Some(What::GraphDef(vec![0; bytes])),
                ..Default::default()
            };
            record::frame(&mut content, &event.encode_to_vec());
        }
        let path = dir.join(format!("{file:04}.tfevents"));
        std::fs::write(&path, content).unwrap();
        path
    };
    (0..files).map(file).collect()
}

/// Merges files; how many events came in order of time.
fn merged(files: &[PathBuf]) -> u32 {
    let mut merged = Interleaved::new(files).unwrap();
    let mut events = 0;
    while let Some(item) = merged.next_item().unwrap() {
        match item {
            MergeItem::Event { record, .. } => {
                assert_eq!(record.event.wall_time.as_secs(), f64::from(events));
                events += 1;
            }
            MergeItem::FileEnd { health, .. } => assert!(health.unwrap().is_clean()),
            _ => {}
        }
    }
    events
}

#[test]
fn merging_many_files_takes_little_memory() {
    let dir = tempfile::tempdir().unwrap();
    // All together 60 MB of long records, and of each file several times what is read at once.
    for (files, events, bytes) in [(300, 2, 100_000), (300, 3000, 20)] {
        let files = overlapping(dir.path(), files, events, bytes);
        let (merged, memory) = peak(|| merged(&files));
        assert_eq!(merged, 300 * events);
        assert!(memory < 20 << 20, "{memory} bytes for {bytes}");
    }
}

#[test]
fn records_longer_than_a_share_come_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let files = overlapping(dir.path(), 3, 4, 1 << 20);
    assert_eq!(merged(&files), 12);
}
