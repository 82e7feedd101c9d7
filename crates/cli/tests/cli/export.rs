//! `tfevents export`.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;

use serde_json::Value as Json;
use tempfile::TempDir;
use tfevents::plugin::graph::{Graph, Node};
use tfevents::proto::{self, Message as _, event::What};
use tfevents::{Image, Layout};

use crate::support::{
    FILE, assert_documented, broken_scalar, command, demo, fixture, plugin, run, scalar, tfevents,
    version, write_events,
};

mod embeddings;
mod formats;
mod kinds;
mod partition;
#[cfg(feature = "parquet")]
mod readback;
mod views;

fn lines(text: &str) -> Vec<Json> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn csv_has_a_row_for_each_scalar() {
    let dir = demo();
    let output = tfevents(dir.path(), &["export", "runs"]);
    assert_eq!(output.status, 3, "val is damaged");
    assert_eq!(
        output.stdout,
        "run,tag,step,wall_time,value\n\
         train,loss,0,1700000000.5,2.5\n\
         train,loss,1,1700000001.5,NaN\n\
         train,loss,2,1700000002.5,0.1\n\
         val,loss,0,1700000000.5,2.75\n"
    );
}

#[test]
fn csv_quotes_what_has_to_be() {
    let dir = tempfile::tempdir().unwrap();
    let events = [
        scalar(-1, "a,\"b\"\n損失", f32::NEG_INFINITY),
        scalar(i64::MAX, "", 1e-30),
    ];
    write_events(dir.path().join("r 1").join(FILE), &events);
    let csv = tfevents(dir.path(), &["export", "."]).done();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(
        rows[0].iter().collect::<Vec<_>>(),
        ["r 1", "a,\"b\"\n損失", "-1", "1699999999.5", "-inf"]
    );
    assert_eq!(&rows[1][1], "");
    assert_eq!(&rows[1][2], "9223372036854775807");
    assert_eq!(&rows[1][4], "1e-30");
}

/// Against TensorBoard's own reading of the fixtures, after its migrations: see `fixtures/README.md`.
#[test]
fn values_are_those_that_tensorboard_reads() {
    for run in [
        "torch/scalars",
        "tf2/scalars",
        "tf2/scalars/odd",
        "tf1/summaries",
        "tensorboardx/scalars",
        "keras/train",
    ] {
        let expected = fixture("expected/migrated").join(run);
        let mut theirs = Vec::new();
        let mut tags = HashSet::new();
        for entry in fs::read_dir(expected).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let events = lines(&fs::read_to_string(path).unwrap());
                theirs.extend(events.iter().flat_map(|event| scalars(event, &mut tags)));
            }
        }
        assert!(!theirs.is_empty(), "{run}");
        let csv = tfevents(fixture(""), &["export", run, "--run", "."]).done();
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let ours: Vec<(String, i64, u64, u64)> = reader
            .records()
            .map(|row| {
                let row = row.unwrap();
                let bits = |i: usize| row[i].parse::<f64>().unwrap().to_bits();
                (row[1].to_owned(), row[2].parse().unwrap(), bits(3), bits(4))
            })
            .collect();
        assert_eq!(ours, theirs, "{run}");
    }
}

/// Tag, step, wall time and value of the scalars of an event, the floats as bits.
/// Later values of a tag need not say again that it is scalar.
fn scalars(event: &Json, tags: &mut HashSet<String>) -> Vec<(String, i64, u64, u64)> {
    let float = |json: &Json| json.as_str().unwrap().parse::<f64>().unwrap().to_bits();
    let none = Vec::new();
    let values = event["values"].as_array().unwrap_or(&none).iter();
    values
        .filter(|value| {
            let tag = value["tag"].as_str().unwrap();
            if value["metadata"]["plugin"] == "scalars" {
                tags.insert(tag.to_owned());
            }
            tags.contains(tag)
        })
        .map(|value| {
            // Single precision is written in its shortest form on both sides.
            let number = match &value["tensor"]["values"][0] {
                Json::String(text) => text.parse::<f64>().unwrap().to_bits(),
                Json::Bool(v) => f64::from(u8::from(*v)).to_bits(),
                number => number.as_f64().unwrap().to_bits(),
            };
            let tag = value["tag"].as_str().unwrap().to_owned();
            (
                tag,
                event["step"].as_i64().unwrap(),
                float(&event["wall_time"]),
                number,
            )
        })
        .collect()
}

#[test]
fn wide_has_a_row_for_each_step() {
    let dir = tempfile::tempdir().unwrap();
    let events = [
        scalar(1, "b", 1.0),
        scalar(0, "a", 0.5),
        scalar(1, "a", f32::INFINITY),
    ];
    write_events(dir.path().join("x").join(FILE), &events);
    write_events(dir.path().join("y").join(FILE), &[scalar(0, "c", -0.0)]);
    let csv = tfevents(dir.path(), &["export", "--wide", "."]).done();
    assert_eq!(
        csv,
        "run,step,wall_time,a,b,c\nx,0,1700000000.5,0.5,,\nx,1,1700000001.5,inf,1,\ny,0,1700000000.5,,,-0\n"
    );
}

#[test]
fn wide_tells_what_it_replaced() {
    let dir = tempfile::tempdir().unwrap();
    write_events(
        dir.path().join(FILE),
        &[
            scalar(0, "a", 1.0),
            scalar(0, "a", 2.0),
            scalar(1, "a", 3.0),
        ],
    );
    let csv = tfevents(dir.path(), &["export", "--wide", "."]).ended(
        3,
        "warning: 1 value replaced by later ones of the same run, tag and step; omit --wide to keep all\n",
    );
    assert_eq!(
        csv,
        "run,step,wall_time,a\n.,0,1700000000.5,2\n.,1,1700000001.5,3\n"
    );
}

#[test]
fn jsonl_is_as_documented() {
    let dir = demo();
    let long = tfevents(dir.path(), &["export", "--format", "jsonl", "runs/train"]).done();
    assert_documented("tfevents export --format jsonl runs/train", &long);
    let wide = tfevents(
        dir.path(),
        &["export", "--format", "jsonl", "--wide", "runs/train"],
    )
    .done();
    assert_documented("tfevents export --format jsonl --wide runs/train", &wide);
}

#[test]
fn jsonl_has_every_kind() {
    let jsonl = tfevents(
        fixture(""),
        &["export", "--format", "jsonl", "tf2", "keras"],
    )
    .done();
    let mut by_kind = BTreeMap::new();
    for line in lines(&jsonl) {
        by_kind
            .entry(line["kind"].as_str().unwrap().to_owned())
            .or_insert(line);
    }
    let kinds: Vec<_> = by_kind.keys().map(String::as_str).collect();
    let all = [
        "audio",
        "custom_scalars",
        "graph",
        "histogram",
        "hparams",
        "image",
        "mesh",
        "other",
        "pr_curve",
        "scalar",
        "text",
    ];
    assert_eq!(kinds, all);
    for line in by_kind.values() {
        assert!(!line["value"].is_null(), "{line}");
        assert!(line["problem"].is_null(), "{line}");
    }
    let experiment = &by_kind["hparams"]["value"]["experiment"];
    assert!(experiment["hparams"][0]["name"].is_string(), "{experiment}");
    let layout = &by_kind["custom_scalars"]["value"]["categories"];
    assert!(layout[0]["charts"][0]["title"].is_string(), "{layout}");
    assert!(by_kind["image"]["value"]["samples"][0]["base64"].is_string());
    assert!(by_kind["histogram"]["value"]["buckets"][0][2].is_number());
}

/// Two images at one step, the same step again, and names that try to get out.
fn media() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let image = |gray: u8| Image::new(&[gray], Layout::Hw, &[1, 1]).unwrap();
    let graph = Graph::new()
        .node(Node::new("a", "B"))
        .to_graph_def()
        .unwrap();
    let events = [
        version("x"),
        plugin(7, "img", [image(1), image(2)].as_slice()),
        plugin(7, "img", [image(3)].as_slice()),
        plugin(-1, "../../up", &image(4)),
        plugin(0, "/etc/passwd", &image(5)),
        proto::Event {
            what: Some(What::GraphDef(graph.encode_to_vec())),
            ..Default::default()
        },
        scalar(0, "loss", 0.5),
    ];
    write_events(dir.path().join("runs/a/b").join(FILE), &events);
    dir
}

fn files_below(dir: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            files.extend(
                files_below(&path)
                    .into_iter()
                    .map(|below| format!("{name}/{below}")),
            );
        } else {
            files.push(name);
        }
    }
    files.sort();
    files
}

#[test]
fn media_become_files_under_safe_names() {
    let dir = media();
    let args = ["export", "runs", "--format", "jsonl", "--media", "media"];
    let jsonl = tfevents(dir.path(), &args).done();
    let files = files_below(&dir.path().join("media"));
    assert_eq!(
        files,
        [
            "a%2Fb/%2E.%2F..%2Fup/-1_0.png",
            "a%2Fb/%2Fetc%2Fpasswd/0_0.png",
            "a%2Fb/__run_graph__/0_0.pb",
            "a%2Fb/img/7_0.png",
            "a%2Fb/img/7_0~2.png",
            "a%2Fb/img/7_1.png",
        ]
    );
    let lines = lines(&jsonl);
    assert_eq!(
        lines[0]["value"]["samples"][1]["file"],
        "media/a%2Fb/img/7_1.png"
    );
    assert_eq!(
        lines[1]["value"]["samples"][0]["file"],
        "media/a%2Fb/img/7_0~2.png"
    );
    assert_eq!(lines[5]["value"], 0.5);
    let graph = fs::read(dir.path().join("media/a%2Fb/__run_graph__/0_0.pb")).unwrap();
    assert_eq!(proto::GraphDef::decode(&*graph).unwrap().node[0].op, "B");
    let image = fs::read(dir.path().join("media/a%2Fb/img/7_0~2.png")).unwrap();
    let third = Image::new(&[3u8], Layout::Hw, &[1, 1]).unwrap();
    assert_eq!(image, third.as_bytes());
    assert_eq!(
        files_below(dir.path()).len(),
        files.len() + 1,
        "nothing is elsewhere"
    );
}

#[test]
fn media_are_never_written_over_others() {
    let dir = media();
    fs::create_dir(dir.path().join("full")).unwrap();
    fs::write(dir.path().join("full/mine.png"), "precious").unwrap();
    tfevents(dir.path(), &["export", "runs", "--media", "full"]).ended(
        1,
        "error: --media full: not empty; choose a new directory\n",
    );
    assert_eq!(files_below(&dir.path().join("full")), ["mine.png"]);
}

#[test]
fn a_file_appears_when_it_is_complete() {
    let dir = demo();
    let out = dir.path().join("out.csv");
    fs::write(&out, "old").unwrap();
    tfevents(
        dir.path(),
        &[
            "export",
            "runs/train",
            "--tag",
            "lsos",
            "-o",
            "out.csv",
            "--force",
        ],
    )
    .ended(3, "error: no tag matches `lsos`; did you mean `loss`?\n");
    assert_eq!(fs::read_to_string(&out).unwrap(), "old");
    let args = ["export", "runs/train", "-o", "out.csv", "--force"];
    let stdout = tfevents(dir.path(), &args).done();
    assert_eq!(stdout, "");
    let direct = tfevents(dir.path(), &["export", "runs/train"]).done();
    assert_eq!(fs::read_to_string(&out).unwrap(), direct);
    assert_eq!(
        fs::read_dir(dir.path()).unwrap().count(),
        2,
        "no temporary file is left"
    );
}

#[cfg(unix)]
#[test]
fn a_new_file_has_the_usual_permissions_and_links_are_followed() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let dir = demo();
    let usual = dir.path().join("usual");
    fs::write(&usual, "").unwrap();
    symlink("real.csv", dir.path().join("link.csv")).unwrap();
    fs::write(dir.path().join("real.csv"), "old").unwrap();
    let args = ["export", "runs/train", "-o", "link.csv", "--force"];
    tfevents(dir.path(), &args).done();
    assert!(dir.path().join("link.csv").is_symlink());
    let real = dir.path().join("real.csv");
    assert!(fs::read_to_string(&real).unwrap().starts_with("run,"));
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode();
    assert_eq!(mode(&real), mode(&usual));
    tfevents(dir.path(), &["export", "runs/train", "-o", "/dev/null"]).done();
}

#[test]
fn no_input_is_written_to() {
    let dir = demo();
    let input = format!("runs/train/{FILE}");
    let before = fs::read(dir.path().join(&input)).unwrap();
    tfevents(dir.path(), &["export", "runs", "-o", &input]).ended(
        1,
        &format!(
            "error: cannot write to `{input}`: it is one of the inputs; choose another name\n"
        ),
    );
    assert_eq!(fs::read(dir.path().join(&input)).unwrap(), before);
    for (output, why) in [
        ("runs", "it is a directory"),
        (
            "no/dir/x.csv",
            "the directory `no/dir` does not exist; create it first",
        ),
    ] {
        let output = tfevents(dir.path(), &["export", "runs", "-o", output]);
        assert_eq!(output.status, 1);
        assert!(
            output.stderr.contains("cannot write to"),
            "{}",
            output.stderr
        );
        assert!(output.stderr.contains(why), "{}", output.stderr);
    }
}

#[test]
fn what_csv_cannot_hold_is_not_lost_in_silence() {
    let dir = tempfile::tempdir().unwrap();
    let events = [
        version("x"),
        broken_scalar(0, "acc"),
        scalar(0, "loss", 0.5),
    ];
    write_events(dir.path().join(FILE), &events);
    let output = tfevents(dir.path(), &["export", "."]);
    assert_eq!(output.status, 3);
    assert!(
        output
            .stderr
            .starts_with("warning: .: acc: 1 value cannot be written: "),
        "{}",
        output.stderr
    );

    let note = "left out what is not scalar (1 text series); --kind makes a table of another kind, \
                --format jsonl has all\n";
    let dir = demo();
    let output = tfevents(dir.path(), &["export", "runs/train", "--tag", "note"]);
    assert_eq!(output.ended(3, &format!("error: {note}")), "");
    tfevents(dir.path(), &["export", "runs/train", "--tag", "*o*"])
        .ended(0, &format!("note: {note}"));
    tfevents(dir.path(), &["export", "runs/train"]).done();
}

#[test]
fn results_and_diagnostics_do_not_mix() {
    let dir = demo();
    let mut export = command(dir.path(), &["export", "runs", "--format", "jsonl"]);
    export.env("CLICOLOR_FORCE", "1");
    let output = run(export, &[]);
    assert_eq!(lines(&output.stdout).len(), 5);
    assert!(
        output.stderr.contains("\x1b[1m\x1b[33mwarning:\x1b[0m "),
        "{:?}",
        output.stderr
    );
}

#[test]
fn what_would_be_written_is_told_as_json() {
    let dir = demo();
    let args = ["export", "--dry-run", "--json", "-o", "loss.csv", "runs"];
    let json = tfevents(dir.path(), &args).done();
    assert_documented("tfevents export --dry-run --json -o loss.csv runs", &json);
}
