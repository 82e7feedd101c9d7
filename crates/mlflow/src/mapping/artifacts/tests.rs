use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use tfevents::reader::{EventItem, EventReader};
use tfevents::{Histogram, Image, Layout, Logdir, SummaryWriter};

use super::*;

/// The artifacts of a run by path; each path is there once.
fn artifacts(files: &[PathBuf]) -> BTreeMap<String, Vec<u8>> {
    let mut made = Artifacts::new("run").unwrap();
    let mut all = Vec::new();
    for file in files {
        let mut reader = EventReader::open(file).unwrap();
        reader.finish();
        while let EventItem::Event(record) = reader.next_item().unwrap() {
            all.extend(made.event(&record.event, |_, _| true).unwrap().files);
        }
    }
    all.extend(made.grown().unwrap());
    assert!(made.grown().unwrap().is_empty(), "nothing has grown");
    let mut by_path = BTreeMap::new();
    for Artifact { path, content } in all {
        let bytes = match content {
            Content::Bytes(bytes) => bytes,
            Content::File(path) => fs::read(path).unwrap(),
        };
        // The same value at the same place again is no other file.
        let before = by_path.insert(path.clone(), bytes.clone());
        assert!(before.is_none_or(|before| before == bytes), "{path}");
    }
    by_path
}

fn fixtures() -> Logdir {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    Logdir::open(root).unwrap()
}

fn lines(bytes: &[u8]) -> Vec<Json> {
    let lines = bytes.split(|&b| b == b'\n').filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

/// Logs to a new directory, and gives the artifacts of that.
fn of(log: impl FnOnce(&SummaryWriter)) -> BTreeMap<String, Vec<u8>> {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    log(&writer);
    let path = writer.path().to_owned();
    writer.close().unwrap();
    artifacts(&[path])
}

/// Every point of the fixtures that is not a number is a line of its series' file, and its bytes are in the files that
/// the line names.
#[test]
fn nothing_of_the_fixtures_is_missing() {
    let mut points = 0;
    for run in fixtures().runs() {
        let made = artifacts(run.files());
        let mut decoder = PointDecoder::default();
        let mut lines: BTreeMap<_, _> = made
            .iter()
            .filter(|(path, _)| path.starts_with("tfevents/") && path.matches('/').count() == 2)
            .flat_map(|(_, bytes)| lines(bytes))
            .fold(BTreeMap::new(), |mut lines: BTreeMap<_, Vec<_>>, line| {
                let key = (line["kind"].to_string(), line["tag"].to_string());
                lines.entry(key).or_default().push(line);
                lines
            });
        for of_series in lines.values_mut() {
            of_series.reverse();
        }
        for file in run.files() {
            let mut reader = EventReader::open(file).unwrap();
            reader.finish();
            while let EventItem::Event(record) = reader.next_item().unwrap() {
                for point in decoder.points(&record.event) {
                    let point = point.unwrap();
                    if point.kind == Kind::Scalar {
                        continue;
                    }
                    let key = (
                        Json::from(point.kind.name()).to_string(),
                        Json::from(point.tag).to_string(),
                    );
                    let line = lines.get_mut(&key).and_then(Vec::pop).unwrap();
                    assert_eq!(line["step"], record.event.step);
                    assert_eq!(line["wall_time"], record.event.wall_time.as_secs());
                    let stored: Vec<&[u8]> = match &point.value {
                        Value::Images(images) => images.samples.clone(),
                        Value::Audio(clips) => {
                            clips.clips.iter().map(|clip| clip.encoded).collect()
                        }
                        Value::Graph(bytes)
                        | Value::RunMetadata(bytes)
                        | Value::KerasModel(bytes) => {
                            vec![bytes]
                        }
                        _ => Vec::new(),
                    };
                    let named = line.to_string();
                    let named: Vec<_> = made
                        .iter()
                        .filter(|(path, _)| named.contains(&format!("{{\"file\":\"{path}\"}}")))
                        .map(|(_, bytes)| &**bytes)
                        .collect();
                    assert_eq!(named.len(), stored.len(), "{line}");
                    assert!(stored.iter().all(|bytes| named.contains(bytes)), "{line}");
                    points += 1;
                }
            }
        }
        assert!(lines.values().all(Vec::is_empty));
    }
    assert!(points > 100);
}

#[test]
fn every_path_is_one_that_servers_take() {
    for run in fixtures().runs() {
        for path in artifacts(run.files()).keys() {
            let parts: Vec<_> = path.split('/').collect();
            assert!(
                parts
                    .iter()
                    .all(|part| !part.is_empty() && part.len() <= 255),
                "{path}"
            );
            assert!(!path.contains(['%', '#', '?', '\\', ':']), "{path}");
        }
    }
}

#[test]
fn pictures_have_the_names_that_the_images_view_reads() {
    let made = of(|writer| {
        let picture =
            |side: usize| Image::new(&vec![9_u8; side * side], Layout::Hw, &[side, side]).unwrap();
        let at = tfevents::At::new(-3).at(1_700_000_000.001_9);
        let pictures = [picture(8), picture(300)];
        writer.add_images("val/in", &pictures, at).unwrap();
    });
    let names: Vec<_> = made
        .keys()
        .filter(|path| path.starts_with("images/"))
        .collect();
    assert_eq!(names.len(), 4);
    for name in names {
        let name = name.strip_prefix("images/").unwrap();
        let (stem, extension) = name.rsplit_once('.').unwrap();
        assert_eq!(extension, "png");
        let parts: Vec<_> = stem.split('+').collect();
        assert!(parts[0] == "val~in~0" || parts[0] == "val~in~1");
        assert_eq!(&parts[1..5], ["step", "-3", "timestamp", "1700000000002"]);
        assert_eq!(parts[5].len(), 36);
        assert!(parts.len() == 6 || parts[6..] == ["compressed"]);
    }
}

/// A histogram of many steps is two files, whose page shows some of the steps and says so.
#[test]
fn many_steps_of_a_histogram_are_two_files() {
    let made = of(|writer| {
        for step in 0..1000 {
            writer.add("w", &Histogram::new([1.0, 2.0]), step).unwrap();
        }
    });
    let paths: Vec<_> = made.keys().collect();
    assert_eq!(paths, ["histograms/w.html", "tfevents/histogram/w.jsonl"]);
    assert_eq!(lines(&made["tfevents/histogram/w.jsonl"]).len(), 1000);
    let page = String::from_utf8(made["histograms/w.html"].clone()).unwrap();
    assert!(page.contains("of 1000 values are drawn"));
    assert!(page.contains(r#""step":0,"#) && page.contains(r#""step":999,"#));
}

#[test]
fn texts_are_markdown_as_it_was_logged() {
    let made = of(|writer| {
        writer.add_text("note", "a *b*\n|", 2).unwrap();
        writer.add_text("note", "again", 2).unwrap();
        let table = tfevents::plugin::text::Text::table([["a|b", "c\nd"], ["e", "f"]]).unwrap();
        writer.add("table", &table, 0).unwrap();
    });
    assert_eq!(made["text/note/2.md"], b"a *b*\n|");
    assert_eq!(made["text/note/2~2.md"], b"again");
    let table = String::from_utf8_lossy(&made["text/table/0.md"]).into_owned();
    assert_eq!(table, "| | |\n|---|---|\n| a\\|b | c<br>d |\n| e | f |\n");
}

/// A description is kept of any series, also of one that becomes a metric.
#[test]
fn what_files_say_beside_values_is_kept() {
    let made = of(|writer| {
        writer
            .describe(
                "loss",
                tfevents::Description::new("What is *left*").display_name("Loss"),
            )
            .unwrap();
        writer.add_scalar("loss", 0.5, 0).unwrap();
        let event = tfevents::proto::Event {
            wall_time: 2.5,
            step: 3,
            what: Some(tfevents::proto::event::What::LogMessage(
                tfevents::proto::LogMessage {
                    level: 30,
                    message: "slow".to_owned(),
                },
            )),
            ..Default::default()
        };
        writer.add_event(&event).unwrap();
    });
    assert_eq!(
        lines(&made["tfevents/log.jsonl"]),
        [
            json!({"step": 3, "wall_time": 2.5, "event": "log_message", "level": 30, "message": "slow"})
        ]
    );
    let described: Json = serde_json::from_slice(&made["tfevents/descriptions.json"]).unwrap();
    let loss = json!({"display_name": "Loss", "description": "What is *left*"});
    assert_eq!(described, json!({ "loss": loss }));
}

/// The parts of a mesh are drawn together.
#[test]
fn a_mesh_is_one_page() {
    let made = of(|writer| {
        let mesh = tfevents::Mesh::new([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]);
        writer
            .add_mesh("a/m", &mesh.faces([[0, 1, 2]]).unwrap(), 1)
            .unwrap();
    });
    let paths: Vec<_> = made.keys().collect();
    assert_eq!(
        paths,
        [
            "meshes/a~m.html",
            "tfevents/mesh/a~m_FACE.jsonl",
            "tfevents/mesh/a~m_VERTEX.jsonl"
        ]
    );
    let page = String::from_utf8(made["meshes/a~m.html"].clone()).unwrap();
    assert!(page.contains("\"vertices\":[[") && page.contains("\"faces\":[[0,1,2]]"));
}
