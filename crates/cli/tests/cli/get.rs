//! `tfevents get`.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;
use tempfile::TempDir;
use tfevents::proto::{self, event::What};
use tfevents::{Audio, Channels, Image, Layout, Text};

use crate::support::{
    FILE, assert_documented, broken_scalar, command, demo, fixture, plugin, run, scalar, tfevents,
    version, write_events,
};

/// A picture whose bytes tell its number.
fn picture(number: u8) -> Image {
    Image::new(&[number, 2, 3, 4, 5, 6], Layout::Hwc, &[1, 2, 3]).unwrap()
}

/// A run with media at several steps, and one with a series of the same name.
fn gallery() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let sound = Audio::new(&[0.0_f32, 0.5], Channels::Mono, 8000).unwrap();
    let graph = proto::Event {
        what: Some(What::GraphDef(b"\x0a\x05\x0a\x03abc".to_vec())),
        ..Default::default()
    };
    let train = [
        version("x"),
        graph,
        plugin(10, "view", &picture(10)),
        plugin(20, "view", &[picture(20), picture(21)][..]),
        plugin(-5, "view", &picture(1)),
        plugin(10, "view", &picture(11)),
        plugin(0, "tone", &sound),
        plugin(0, "note", &Text::new("lr **halved**\n")),
        plugin(
            1,
            "list",
            &Text::table([["a", "b"], ["c", "größe"]]).unwrap(),
        ),
        scalar(7, "loss", 0.1),
    ];
    write_events(dir.path().join("runs/train").join(FILE), &train);
    let val = [
        version("x"),
        plugin(3, "both", &picture(30)),
        scalar(3, "loss", 0.5),
    ];
    write_events(dir.path().join("runs/val").join(FILE), &val);
    dir
}

/// What `-o FILE` makes of `get ARGS`.
fn file(dir: &Path, args: &[&str]) -> Vec<u8> {
    let args: Vec<_> = ["get"].iter().chain(args).copied().collect();
    let elsewhere = tempfile::tempdir().unwrap();
    let out = elsewhere.path().join("out");
    let args = [&args[..], &["-o", out.to_str().unwrap()]].concat();
    assert_eq!(tfevents(dir, &args).done(), "");
    fs::read(out).unwrap()
}

fn fails(dir: &Path, args: &[&str], stderr: &str) {
    let args: Vec<_> = ["get"].iter().chain(args).copied().collect();
    let output = tfevents(dir, &args);
    // Where there are several, one has to be chosen; else there is nothing of what was asked for.
    let status = if stderr.contains("choose one") { 1 } else { 3 };
    assert_eq!(
        (output.status, &*output.stdout, &*output.stderr),
        (status, "", stderr),
        "{args:?}"
    );
}

#[test]
fn pictures_come_out_as_they_went_in() {
    let dir = gallery();
    let view = |more: &[&str]| {
        let args = ["image", "runs", "--tag", "view"];
        file(
            dir.path(),
            &args.iter().chain(more).copied().collect::<Vec<_>>(),
        )
    };
    assert_eq!(view(&["--step", "first"]), picture(1).as_bytes());
    assert_eq!(view(&["--step", "-5"]), picture(1).as_bytes());
    assert_eq!(
        view(&["--step", "10"]),
        picture(11).as_bytes(),
        "the one logged last"
    );
    assert_eq!(view(&["--index", "0"]), picture(20).as_bytes());
    assert_eq!(
        view(&["--step", "last", "--index", "1"]),
        picture(21).as_bytes()
    );
}

#[test]
fn several_samples_are_told_of() {
    let dir = gallery();
    let args = ["get", "image", "runs/train", "-o", "x.jpg"];
    let output = tfevents(dir.path(), &args);
    assert_eq!(
        (output.status, &*output.stderr),
        (
            0,
            "note: this is the first of 2 samples; use --index for the others\n\
             note: the image was logged as png and is written as that\n"
        )
    );
    assert_eq!(
        fs::read(dir.path().join("x.jpg")).unwrap(),
        picture(20).as_bytes()
    );
    let args = ["image", "runs/train", "--index", "2"];
    fails(
        dir.path(),
        &args,
        "error: `view` has 2 samples, numbered from 0\n",
    );
}

#[test]
fn sounds_and_graphs_come_out_as_they_went_in() {
    let dir = gallery();
    let sound = Audio::new(&[0.0_f32, 0.5], Channels::Mono, 8000).unwrap();
    assert_eq!(file(dir.path(), &["audio", "runs"]), sound.as_bytes());
    assert_eq!(file(dir.path(), &["graph", "runs"]), b"\x0a\x05\x0a\x03abc");
}

#[test]
fn bytes_go_to_a_pipe_untouched() {
    let dir = fixture("tf1/summaries");
    let json = tfevents(
        &dir,
        &[
            "get",
            "image",
            ".",
            "--regex",
            "--tag",
            "image/0$|^image$",
            "--json",
        ],
    );
    let json: Json = serde_json::from_str(&json.done()).unwrap();
    let tag = json["tag"].as_str().unwrap();
    let mut get = command(&dir, &["get", "image", ".", "--tag", tag]);
    get.stdin(std::process::Stdio::null());
    let output = get.output().unwrap();
    assert!(output.status.success());
    assert!(
        output.stdout.starts_with(b"\x89PNG"),
        "{:?}",
        &output.stdout[..4]
    );
}

#[test]
fn text_is_printed() {
    let dir = gallery();
    let text = |args: &[&str]| {
        let args: Vec<_> = ["get"].iter().chain(args).copied().collect();
        tfevents(dir.path(), &args).done()
    };
    assert_eq!(text(&["text", "runs", "--tag", "note"]), "lr **halved**\n");
    assert_eq!(text(&["text", "runs", "--tag", "list"]), "a\nb\nc\ngröße\n");
    assert_eq!(
        text(&["text", "runs", "--tag", "list", "--index", "3"]),
        "größe\n"
    );
    assert_eq!(text(&["scalar", "runs/train"]), "0.1\n");
}

#[test]
fn tensors_are_numpy_files() {
    let dir = gallery();
    let bytes = file(dir.path(), &["tensor", "runs", "--tag", "note"]);
    let (head, body) = bytes.split_at(bytes.len() - 14);
    assert!(head.starts_with(b"\x93NUMPY\x01\x00"));
    assert!(
        String::from_utf8_lossy(head)
            .contains("'descr': '|S14', 'fortran_order': False, 'shape': (), }")
    );
    assert_eq!(body, b"lr **halved**\n");
    // Every tensor that TensorFlow wrote there has a form in NumPy, or is turned away with a reason.
    let tensors = fixture("tf2/tensors");
    let report = tfevents(&tensors, &["inspect", "--json", "."]).done();
    let report: Json = serde_json::from_str(&report).unwrap();
    let mut written = 0;
    for series in report["runs"][0]["series"].as_array().unwrap() {
        let tag = series["tag"].as_str().unwrap();
        let out = dir.path().join("tensor.npy");
        let args = [
            "get",
            "tensor",
            ".",
            "--tag",
            tag,
            "--force",
            "-o",
            out.to_str().unwrap(),
        ];
        let output = tfevents(&tensors, &args);
        match output.status {
            0 => written += 1,
            _ => {
                let reasons = ["NumPy does not have", "is not stored as a tensor"];
                let told = reasons.iter().any(|reason| output.stderr.contains(reason));
                assert!(told, "{tag}: {}", output.stderr);
            }
        }
    }
    assert!(written > 10, "{written}");
}

#[test]
fn other_kinds_are_json() {
    let histograms = fixture("tf2/histograms");
    let text = tfevents(&histograms, &["get", "histogram", ".", "--tag", "normal"]);
    let all = tfevents(
        &histograms,
        &["export", ".", "--format", "jsonl", "--tag", "normal"],
    )
    .done();
    // With its version, because it stands alone.
    let last = all.trim().lines().last().unwrap();
    let row = last.strip_prefix('{').unwrap();
    assert_eq!(text.done().trim(), format!("{{\"version\":1,{row}"));
}

#[test]
fn json_is_as_documented() {
    let dir = demo();
    let json = tfevents(dir.path(), &["get", "text", "--json", "runs/train"]).done();
    assert_documented("tfevents get text --json runs/train", &json);
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let dir = gallery();
    let dir = dir.path();
    fails(
        dir,
        &["image", "runs", "--tag", "veiw"],
        "error: no tag matches `veiw`; did you mean `view`?\n",
    );
    fails(
        dir,
        &["image", "runs", "--tag", "loss"],
        "error: `loss` is of the kind scalar, not image; tags that are: `both` and `view`\n",
    );
    fails(
        dir,
        &["mesh", "runs/val"],
        "error: no mesh found; kinds: `image` and `scalar`\n",
    );
    fails(
        dir,
        &["image", "runs"],
        "error: several tags are of the kind image; choose one with --tag; tags: `both` \
         and `view`\n",
    );
    fails(
        dir,
        &["scalar", "runs"],
        "error: several runs have `loss`; choose one with --run; runs: `train` and `val`\n",
    );
    fails(
        dir,
        &["image", "runs/train", "--step", "15"],
        "error: `view` has no step 15; the nearest are 10 and 20\n",
    );
    fails(
        dir,
        &["image", "runs/train", "--step", "21"],
        "error: `view` has no step 21; the nearest is 20\n",
    );
    fails(
        dir,
        &["scalar", "runs/train", "--index", "1"],
        "error: `loss` has 1 sample, numbered from 0\n",
    );
}

#[test]
fn wrong_kinds_are_wrong_usage() {
    let dir = gallery();
    let output = tfevents(dir.path(), &["get", "imgae", "runs"]);
    assert_eq!(output.status, 2);
    assert!(
        output.stderr.contains("did you mean `image`?"),
        "{}",
        output.stderr
    );
    for args in [
        &["get"][..],
        &["get", "image"],
        &["get", "image", "runs", "--step", "x"],
    ] {
        assert_eq!(tfevents(dir.path(), args).status, 2, "{args:?}");
    }
}

#[test]
fn damage_elsewhere_is_status_3() {
    let dir = demo();
    let output = tfevents(dir.path(), &["get", "scalar", "runs/val"]);
    assert_eq!((output.status, &*output.stdout), (3, "2.75\n"));
    assert!(output.stderr.contains("checksum"), "{}", output.stderr);
}

#[test]
fn a_value_that_is_not_what_it_claims_can_be_had_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    write_events(
        dir.path().join(FILE),
        &[version("x"), broken_scalar(4, "acc")],
    );
    let output = tfevents(dir.path(), &["get", "scalar", "."]);
    assert_eq!((output.status, &*output.stdout), (1, ""));
    assert!(
        output.stderr.contains("at step 4 cannot be decoded"),
        "{}",
        output.stderr
    );
    let json: Json =
        serde_json::from_str(&tfevents(dir.path(), &["get", "scalar", ".", "--json"]).done())
            .unwrap();
    assert!(
        json["problem"].is_string() && json["value"]["stored"].is_object(),
        "{json}"
    );
}

#[test]
fn metadata_of_an_earlier_file_still_counts() {
    let dir = tempfile::tempdir().unwrap();
    let first = plugin(1, "view", &picture(1));
    let mut second = plugin(2, "view", &picture(2));
    if let Some(What::Summary(summary)) = &mut second.what {
        summary.value[0].metadata = None;
    }
    write_events(dir.path().join("events.out.tfevents.1"), &[first]);
    write_events(dir.path().join("events.out.tfevents.2"), &[second]);
    assert_eq!(file(dir.path(), &["image", "."]), picture(2).as_bytes());
}

#[test]
fn inputs_are_not_overwritten() {
    let dir = gallery();
    let input = format!("runs/val/{FILE}");
    let before = fs::read(dir.path().join(&input)).unwrap();
    let output = tfevents(dir.path(), &["get", "image", "runs/val", "-o", &input]);
    assert_eq!(output.status, 1);
    assert_eq!(fs::read(dir.path().join(&input)).unwrap(), before);
    // Nor does a failure leave anything behind.
    let output = tfevents(
        dir.path(),
        &["get", "image", "runs/val", "--step", "9", "-o", "new.png"],
    );
    assert_eq!(output.status, 3);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_pipe_is_not_a_terminal() {
    let dir = gallery();
    let mut get = command(dir.path(), &["get", "text", "runs", "--tag", "note"]);
    get.env("CLICOLOR_FORCE", "1");
    assert_eq!(run(get, &[]).done(), "lr **halved**\n");
}

/// `MetaGraphDef { graph_def { node { name } } }`
fn meta_graph(name: u8) -> proto::Event {
    proto::Event {
        what: Some(What::MetaGraphDef(vec![0x12, 5, 0x0a, 3, 0x0a, 1, name])),
        ..Default::default()
    }
}

#[test]
fn a_graph_inside_a_meta_graph_is_the_graph_of_a_run_without_another() {
    let dir = tempfile::tempdir().unwrap();
    let graph = proto::Event {
        what: Some(What::GraphDef(b"\x0a\x03\x0a\x01g".to_vec())),
        ..Default::default()
    };
    for (run, events) in [
        ("only", vec![meta_graph(b'm')]),
        ("after", vec![graph.clone(), meta_graph(b'm')]),
        ("before", vec![meta_graph(b'm'), graph]),
    ] {
        let events: Vec<_> = [version("x")].into_iter().chain(events).collect();
        write_events(dir.path().join(run).join(FILE), &events);
    }
    for (run, name) in [("only", b"m"), ("after", b"g"), ("before", b"g")] {
        let expected = [b"\x0a\x03\x0a\x01", &name[..]].concat();
        assert_eq!(file(dir.path(), &["graph", run]), expected, "{run}");
    }
    let json = tfevents(dir.path(), &["export", "only", "--format", "jsonl"]).done();
    assert!(json.contains("__meta_graph__"), "{json}");
}
