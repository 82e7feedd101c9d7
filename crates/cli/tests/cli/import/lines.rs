//! Tables, JSON and lines of logs become values.

use std::fs;

use super::{imported, rows};
use crate::support::{command, demo, run, tfevents};

#[test]
fn a_table_has_a_row_a_value() {
    let csv = "run,tag,step,wall_time,value\n\
               a/b,train/loss,1,1700000000.5,0.1\n\
               a/b,train/loss,2,1700000001.25,NaN\n\
               .,\"with, comma\",-3,2023-11-14T22:13:20Z,-inf\n";
    let (new, stderr) = imported("scalars.csv", csv, &[]);
    assert_eq!(stderr, "");
    assert_eq!(
        new,
        "run,tag,step,wall_time,value\n\
         .,\"with, comma\",-3,1700000000,-inf\n\
         a/b,train/loss,1,1700000000.5,0.1\n\
         a/b,train/loss,2,1700000001.25,NaN\n"
    );
    let (tsv, _) = imported(
        "scalars.tsv",
        &csv.replace("with, comma", "x").replace(',', "\t"),
        &[],
    );
    assert_eq!(tsv.lines().count(), 4);
}

#[test]
fn a_table_has_a_row_a_step() {
    let csv = "epoch,loss,phase,val/acc\n1,0.5,train,\n2.0,0.25,val,0.9\n";
    let (new, stderr) = imported("m.csv", csv, &["--column", "step=epoch", "--run", "exp"]);
    assert_eq!(
        rows(&new),
        ["exp loss 1 0.5", "exp loss 2 0.25", "exp val/acc 2 0.9"]
    );
    assert_eq!(
        stderr,
        "warning: phase: left out 2 values that are not numbers, first m.csv, line 2: `train`\n"
    );
    let only = ["--column", "step=epoch", "--tag", "loss"];
    let (new, stderr) = imported("m.csv", csv, &only);
    assert_eq!((rows(&new).len(), &*stderr), (2, ""));
}

#[test]
fn json_objects_are_rows() {
    let jsonl = "{\"step\": 1, \"loss\": 0.5, \"eval\": {\"acc\": 0.25, \"name\": \"x\"}}\n\
                 \n\
                 {\"step\": 2, \"loss\": NaN, \"done\": true, \"note\": null}\n\
                 {\"step\": 3, \"loss\": }\n\
                 [1, 2]\n";
    let (new, stderr) = imported("log.jsonl", jsonl, &[]);
    assert_eq!(
        rows(&new),
        [
            ". loss 1 0.5",
            ". eval/acc 1 0.25",
            ". loss 2 NaN",
            ". done 2 1"
        ]
    );
    assert_eq!(
        stderr,
        "warning: log.jsonl, line 4: not valid JSON at column 21; check the quotes, commas and brackets there\n\
         warning: log.jsonl, line 5: this is not a JSON object\n\
         warning: skipped 2 lines\n\
         warning: eval/name: left out 1 value that is not a number, first log.jsonl, line 1: `x`\n"
    );
}

#[test]
fn groups_of_regexes_are_tags() {
    let log = "starting\nstep 10 loss 0.5, lr 1e-3\nstep 20 loss nan\n\x1b[31mstep x loss 1\n";
    let regex = [
        r"step (?P<step>\S+) loss (?P<loss>\S+)(?: lr (?P<lr>\S+))?",
        "--regex",
    ];
    let (new, stderr) = imported("train.log", log, &[regex[1], regex[0]]);
    assert_eq!(
        rows(&new),
        [". loss 10 0.5", ". lr 10 0.001", ". loss 20 NaN"]
    );
    assert_eq!(
        stderr,
        "warning: train.log, line 4: the step `x` is not an integer\nwarning: skipped 1 line\n"
    );
}

#[test]
fn steps_hold_for_the_lines_below() {
    let log =
        "loss: 9\n--- epoch 1 ---\nloss: 0.5 acc: 0.1\r\nloss: 0.4\n--- epoch 2 ---\nacc: 0.2\n";
    let args = [
        "--regex",
        r"epoch (?P<epoch>\d+)",
        "--regex",
        r"(?P<tag>\w+): (?P<value>[\d.]+)",
        "--column",
        "step=epoch",
    ];
    let (new, stderr) = imported("train.txt", log, &args);
    assert_eq!(
        rows(&new),
        [". loss 1 0.5", ". acc 1 0.1", ". loss 1 0.4", ". acc 2 0.2"]
    );
    assert!(
        stderr.starts_with("warning: train.txt, line 1: no step found so far\n"),
        "{stderr}"
    );
}

#[test]
fn several_files_are_several_runs() {
    let dir = tempfile::tempdir().unwrap();
    for (name, value) in [("a.csv", 1), ("b.csv", 2), ("x/a.csv", 3)] {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("step,loss\n1,{value}\n")).unwrap();
    }
    tfevents(dir.path(), &["import", "a.csv", "b.csv", "-o", "new"]).done();
    let csv = tfevents(dir.path(), &["export", "new"]).done();
    assert_eq!(rows(&csv), ["a loss 1 1", "b loss 1 2"]);
    let mixed = tfevents(dir.path(), &["import", "a.csv", "x/a.csv", "-o", "new2"]);
    assert_eq!(mixed.status, 1);
    assert!(
        mixed.stderr.contains("would both be called `a`"),
        "{}",
        mixed.stderr
    );
}

#[test]
fn the_same_input_makes_the_same_bytes() {
    let dir = demo();
    let csv = tfevents(dir.path(), &["export", "runs/train"]).done();
    let import = |out: &str| {
        let args = ["import", "-", "--format", "csv", "-o", out];
        run(command(dir.path(), &args), csv.as_bytes()).done();
        fs::read(crate::support::only_file(&dir.path().join(out))).unwrap()
    };
    assert_eq!(import("one"), import("two"));
    tfevents(dir.path(), &["check", "one"]).done();
}

#[test]
fn numbers_may_be_text_in_json() {
    let lines = "{\"step\": \"1\", \"loss\": \"0.5\", \"phase\": \"train\"}\n\
                 {\"tag\": \"acc\", \"step\": 2, \"value\": \"7e-1\"}\n";
    let (new, stderr) = imported("x.jsonl", lines, &[]);
    assert_eq!(rows(&new), [". loss 1 0.5", ". acc 2 0.7"]);
    assert!(stderr.contains("phase: left out 1 value"), "{stderr}");
}

#[test]
fn lines_may_be_counted_as_steps() {
    let step = ["--step", "line"];
    let (new, _) = imported("m.csv", "loss\n0.5\n0.25\n", &step);
    assert_eq!(rows(&new), [". loss 2 0.5", ". loss 3 0.25"]);
    let (new, _) = imported("m.jsonl", "{\"a\":1}\n{\"a\":2}\n", &step);
    assert_eq!(rows(&new), [". a 1 1", ". a 2 2"]);
    let log = ["--step", "line", "--regex", r"loss (?P<loss>\S+)"];
    let (new, _) = imported("m.log", "loss 1\nx\n\x1b[32mloss\x1b[0m 2\x1b[0m\n", &log);
    assert_eq!(rows(&new), [". loss 1 1", ". loss 3 2"]);
}

#[test]
fn a_mark_of_utf8_is_no_part_of_the_first_line() {
    for (name, rest) in [
        (
            "x.jsonl",
            "{\"step\":1,\"loss\":2}\n{\"step\":2,\"loss\":3}\n",
        ),
        ("x.csv", "step,loss\n1,2\n2,3\n"),
    ] {
        let (csv, stderr) = imported(name, &format!("\u{feff}{rest}"), &[]);
        assert_eq!(rows(&csv), [". loss 1 2", ". loss 2 3"], "{stderr}");
    }
}

#[test]
fn wall_times_may_count_less_than_seconds() {
    for (time, unit) in [
        ("1700000000500", "milliseconds"),
        ("1700000000500000.0", "microseconds"),
        ("1700000000500000000", "nanoseconds"),
    ] {
        let said = format!(
            "note: the wall times of 1 value were read as {unit} since 1970; as seconds, they would be after the \
             year 5000\n"
        );
        let csv = format!("step,wall_time,a\n1,{time},2\n");
        let jsonl = format!("{{\"step\":1,\"wall_time\":{time},\"a\":2}}\n");
        let log = ["--regex", r"(?P<step>\d+) (?P<wall_time>\S+) (?P<a>\S+)"];
        for (name, content, args) in [
            ("m.csv", csv, &[][..]),
            ("m.jsonl", jsonl, &[]),
            ("m.log", format!("1 {time} 2\n"), &log),
        ] {
            let (new, stderr) = imported(name, &content, args);
            assert_eq!(stderr, said, "{name}");
            assert!(new.ends_with(".,a,1,1700000000.5,2\n"), "{new}");
        }
    }
}
