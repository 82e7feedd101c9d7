//! `tfevents rename`.

use std::fs;

use tfevents::proto;

use crate::support::{
    FILE, command, demo, fixture, only_file, run, scalar, tfevents, value, version, write_events,
};

#[test]
fn tags_and_runs_get_new_names_and_scalars_another_unit() {
    let dir = tempfile::tempdir().unwrap();
    let events = [
        version("t"),
        scalar(1, "train_ms", 1500.0),
        scalar(1, "acc", 0.5),
    ];
    write_events(dir.path().join("runs/exp_seed1").join(FILE), &events);
    let args = [
        "rename",
        "runs",
        "-o",
        "new",
        "--sub-run",
        r"_seed(\d+)$",
        "/$1",
        "--sub-tag",
        "_ms$",
        "_s",
        "--tag",
        "*_ms",
        "--prefix-tag",
        "time/",
        "--scale",
        "*_ms",
        "0.001",
    ];
    tfevents(dir.path(), &args).done();
    let expected = [
        version("t"),
        scalar(1, "time/train_s", 1.5),
        scalar(1, "acc", 0.5),
    ];
    write_events(dir.path().join("expected"), &expected);
    let new = fs::read(dir.path().join("new/exp/1").join(FILE)).unwrap();
    assert_eq!(new, fs::read(dir.path().join("expected")).unwrap());
}

#[test]
fn what_is_not_renamed_is_copied_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let input = fixture("keras/train");
    let output = dir.path().join("new.tfevents");
    let args = [
        "rename",
        ".",
        "--sub-tag",
        "epoch_loss",
        "epoch_loss",
        "-o",
        output.to_str().unwrap(),
    ];
    tfevents(&input, &args).done();
    assert_eq!(
        fs::read(only_file(&input)).unwrap(),
        fs::read(output).unwrap()
    );
}

#[test]
fn two_never_get_the_same_name() {
    let dir = demo();
    let tags = ["rename", "runs", "--sub-tag", ".*", "x", "-o", "new"];
    let output = tfevents(dir.path(), &tags);
    assert_eq!(output.status, 1);
    assert!(
        output
            .stderr
            .contains("the tags `loss` and `note` would both be called `x"),
        "{}",
        output.stderr
    );
    let runs = ["rename", "runs", "--sub-run", "^.*$", "x", "-o", "new2"];
    let output = tfevents(dir.path(), &runs);
    assert_eq!(output.status, 1);
    assert!(
        output
            .stderr
            .contains("the runs `train` and `val` would both be called `x`"),
        "{}",
        output.stderr
    );
    assert!(!dir.path().join("new2").exists());
}

#[test]
fn something_has_to_change() {
    let output = tfevents(".", &["rename", ".", "-o", "new"]);
    assert_eq!(output.status, 2);
}

#[test]
fn runs_move_with_all_below_them() {
    let dir = tempfile::tempdir().unwrap();
    for run in ["exp", "exp/eval", "exp2"] {
        let path = dir.path().join("runs").join(run).join(FILE);
        write_events(path, &[version("t"), scalar(1, "loss", 0.5)]);
    }
    let args = [
        "rename",
        "runs",
        "--move-run",
        "exp",
        "base/line",
        "-o",
        "new",
    ];
    tfevents(dir.path(), &args).done();
    for run in ["base/line", "base/line/eval", "exp2"] {
        assert!(
            dir.path().join("new").join(run).join(FILE).exists(),
            "{run}"
        );
    }
    let args = ["rename", "runs", "--move-run", "exq", "x", "-o", "new2"];
    let slip = tfevents(dir.path(), &args);
    assert_eq!(slip.status, 3);
    assert!(
        slip.stderr
            .contains("no run is called `exq`; did you mean `exp`"),
        "{}",
        slip.stderr
    );
    let args = ["rename", "runs", "--move-run", "exp", "exp2", "-o", "new3"];
    assert_eq!(tfevents(dir.path(), &args).status, 1);
}

#[test]
fn each_tag_has_its_own_factor_and_type() {
    let dir = tempfile::tempdir().unwrap();
    let double = proto::summary::Value {
        tag: "exact".to_owned(),
        metadata: Some(tfevents::plugin::metadata("scalars", Vec::new())),
        value: Some(proto::summary::value::Value::Tensor(proto::TensorProto {
            dtype: proto::DataType::Double as i32,
            double_val: vec![0.3],
            ..Default::default()
        })),
        ..Default::default()
    };
    let events = [
        version("t"),
        scalar(1, "time_ms", 1500.0),
        scalar(1, "acc", 0.5),
        scalar(1, "other", 7.0),
        value(1, double),
    ];
    write_events(dir.path().join(FILE), &events);
    let args = [
        "rename",
        FILE,
        "--scale",
        "*_ms",
        "0.001",
        "--scale",
        "acc",
        "100",
        "--scale",
        "exact",
        "-10",
        "-o",
        "new.tfevents",
    ];
    tfevents(dir.path(), &args).done();
    let csv = tfevents(dir.path(), &["export", "new.tfevents"]).done();
    let values: Vec<_> = csv
        .lines()
        .skip(1)
        .map(|line| line.rsplit(',').next().unwrap())
        .collect();
    assert_eq!(values, ["1.5", "50", "7", "-3"]);
    let cat = tfevents(dir.path(), &["cat", "--format", "jsonl", "new.tfevents"]).done();
    assert!(cat.contains("DT_DOUBLE"), "{cat}");

    let slip = tfevents(
        dir.path(),
        &["rename", FILE, "--scale", "ac", "2", "-o", "slip"],
    );
    assert_eq!(slip.status, 3);
    assert!(
        slip.stderr.contains("did you mean `acc`"),
        "{}",
        slip.stderr
    );
    let wrong = tfevents(
        dir.path(),
        &["rename", FILE, "--scale", "acc", "x", "-o", "x"],
    );
    assert_eq!(wrong.status, 2);
}

#[test]
fn it_stands_in_a_pipe() {
    let file = only_file(&fixture("keras/train"));
    let dir = tempfile::tempdir().unwrap();
    let args = [
        "rename",
        file.to_str().unwrap(),
        "--prefix-tag",
        "x/",
        "-o",
        "new.tfevents",
    ];
    tfevents(dir.path(), &args).done();
    let pipe = command(
        dir.path(),
        &["rename", "-", "--prefix-tag", "x/", "-o", "piped.tfevents"],
    );
    run(pipe, &fs::read(file).unwrap()).done();
    let read = |name: &str| fs::read(dir.path().join(name)).unwrap();
    assert_eq!(read("new.tfevents"), read("piped.tfevents"));
    let runs = command(
        dir.path(),
        &["rename", "-", "--prefix-run", "x/", "-o", "y"],
    );
    assert_eq!(run(runs, b"").status, 2);
}

/// What a group that is not there would stand for is nothing, and names would vanish.
#[test]
fn groups_have_to_exist() {
    let dir = tempfile::tempdir().unwrap();
    let events = [version("t"), scalar(0, "train_loss", 0.5)];
    write_events(dir.path().join("runs/exp1").join(FILE), &events);
    for (flag, regex, new, told) in [
        (
            "--sub-tag",
            "^train_(.*)",
            "$1_train",
            "has no group `1_train`, which `$1_train` refers to; write `${1}_train`",
        ),
        (
            "--sub-tag",
            "train",
            "$name",
            "has no group `name`, which `$name` refers to; write `$$` for a dollar sign",
        ),
        ("--sub-run", "(.)", "${2}", "has no group `2`"),
    ] {
        let renamed = tfevents(
            dir.path(),
            &["rename", "runs", "-o", "out", flag, regex, new],
        );
        assert_eq!(renamed.status, 2);
        assert!(renamed.stderr.contains(told), "{}", renamed.stderr);
    }
    for (regex, new) in [
        ("^train_(.*)", "$1"),
        ("train_(?<rest>.*)", "${rest}$$0"),
        ("loss", "$$"),
    ] {
        let out = format!("out{new}");
        tfevents(
            dir.path(),
            &["rename", "runs", "-o", &out, "--sub-tag", regex, new],
        )
        .done();
    }
}

#[test]
fn a_dry_run_shows_old_and_new_names() {
    let dir = tempfile::tempdir().unwrap();
    for run in ["exp1", "exp2"] {
        let events = [
            version("t"),
            scalar(0, "train_loss", 0.5),
            scalar(0, "lr", 0.1),
        ];
        write_events(dir.path().join("runs").join(run).join(FILE), &events);
    }
    let args = [
        "rename",
        "runs",
        "--sub-tag",
        "^train_",
        "train/",
        "--move-run",
        "exp1",
        "base",
    ];
    let dry = [&args[..], &["--dry-run"]].concat();
    let text = tfevents(dir.path(), &dry).done();
    let expected =
        "1 new run name:\n  exp1 → base\n1 new tag name:\n  train_loss → train/loss (2 runs)\n";
    assert!(text.starts_with(expected), "{text}");
    let json = tfevents(dir.path(), &[&dry[..], &["--json"]].concat()).done();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let renamed = serde_json::json!({
        "runs": [{"from": "exp1", "to": "base"}],
        "tags": [{"from": "train_loss", "to": "train/loss", "in_runs": 2}],
    });
    assert_eq!(json["renamed"], renamed);
    // Of many names the first are shown, and all with -v.
    let events: Vec<_> = (0..30)
        .map(|i| scalar(0, &format!("t{i:02}"), 0.5))
        .collect();
    write_events(dir.path().join("many").join(FILE), &events);
    let args = ["rename", "many", "--prefix-tag", "x/", "--dry-run"];
    let text = tfevents(dir.path(), &args).done();
    assert!(
        text.contains("30 new tag names:\n") && text.contains("t09 → x/t09"),
        "{text}"
    );
    assert!(
        text.contains("and 20 more (list them with -v)\n") && !text.contains("t10"),
        "{text}"
    );
    let text = tfevents(dir.path(), &[&args[..], &["-v"]].concat()).done();
    assert!(text.contains("t29 → x/t29 (1 run)\n"), "{text}");
}
