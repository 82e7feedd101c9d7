//! What cannot be imported is refused or told, with the number of its line, and costs nothing else.

use std::fs;

use super::{imported, refused, rows};
use crate::support::tfevents;

#[test]
fn lines_that_cannot_be_used_are_told_and_counted() {
    let csv = "tag,step,value\na,1,0.5\na,x,0.5\na,2,abc\n,3,1\na,4,0.75\n";
    let (new, stderr) = imported("s.csv", csv, &[]);
    assert_eq!(rows(&new), [". a 1 0.5", ". a 4 0.75"]);
    assert_eq!(
        stderr,
        "warning: s.csv, line 3: the step `x` is not an integer\n\
         warning: s.csv, line 4: the value `abc` is not a number\n\
         warning: s.csv, line 5: no tag\n\
         warning: skipped 3 lines\n"
    );
    let many = format!("tag,step,value\n{}a,1,1\n", "a,x,1\n".repeat(20));
    let (_, stderr) = imported("s.csv", &many, &[]);
    assert_eq!(stderr.lines().count(), 6);
    assert!(stderr.ends_with("warning: skipped 20 lines (list them with -v)\n"));
    let infinite = "tag,step,wall_time,value\na,1,inf,1\na,2,1,1e300\n";
    let (new, stderr) = imported("s.csv", infinite, &[]);
    assert_eq!(rows(&new), [". a 2 inf"]);
    assert!(
        stderr.contains("the wall time `inf` is not a time"),
        "{stderr}"
    );
    assert!(
        stderr.contains("1 value too large for 32 bits became infinite"),
        "{stderr}"
    );
}

#[test]
fn what_is_missing_is_said() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.csv"), "epoch,loss\n1,2\n").unwrap();
    fs::write(dir.path().join("a.txt"), "nothing\n").unwrap();
    let import = |args: &[&str]| tfevents(dir.path(), &[&["import", "-o", "new"], args].concat());
    let failed = import(&["a.csv"]);
    failed.ended(
        1,
        "error: a.csv: no column is called `step`; there are `epoch` and `loss`; choose one with --column \
         step=NAME, or count lines with --step line\n",
    );
    import(&["a.txt", "--regex", "(?P<step>x)(?P<a>y)"]).ended(1, "error: no scalars found\n");
    let advice = "error: no scalars found; use --regex to say where a text has its values\n";
    import(&["a.txt"]).ended(1, advice);
    for wrong in [
        &["a.txt", "--regex", "("][..],
        &["a.csv", "--step", "line", "--column", "step=epoch"],
        &["a.txt", "--regex", "x"],
        &["a.txt", "--regex", "(?P<loss>x)"],
        &["a.csv", "--column", "stp=epoch"],
        &["a.csv", "--format", "log"],
        &["-", "a.csv"],
        &["-"],
    ] {
        let output = import(wrong);
        assert_eq!(output.status, 2, "{wrong:?}: {}", output.stderr);
    }
    assert_eq!(import(&["missing.csv"]).status, 1);
    assert!(!dir.path().join("new").exists());
}

#[test]
fn two_columns_of_one_name_are_refused() {
    let csv = "step,loss,acc,loss\n1,0.5,0.9,0.25\n";
    assert_eq!(
        refused("m.csv", csv, &[]),
        "error: m.csv: columns 2 and 4 are both called `loss`; rename one of them\n"
    );
    assert_eq!(
        refused("m.tsv", "step\tStep\tloss\n1\t2\t0.5\n", &[]),
        "error: m.tsv: two columns, `step` and `Step`, could be the step; choose one with --column step=NAME\n"
    );
    // Where nobody asks for them, they do no harm.
    let (new, _) = imported("m.csv", csv, &["--tag", "acc"]);
    assert_eq!(rows(&new), [". acc 1 0.9"]);
    let (new, _) = imported(
        "m.tsv",
        "step\tStep\tx\n1\t2\t0.5\n",
        &["--column", "step=step"],
    );
    assert_eq!(rows(&new), [". Step 1 2", ". x 1 0.5"]);
}

#[test]
fn two_keys_of_one_name_are_told() {
    let lines = "{\"step\":1,\"a\":1,\"a\":2}\n\
                 {\"step\":2,\"a/b\":1,\"a\":{\"b\":2}}\n\
                 {\"step\":3,\"scalars\":{\"a\":1},\"a\":2}\n\
                 {\"step\":4,\"Step\":5,\"a\":1}\n\
                 {\"step\":6,\"a\":1}\n";
    let (new, stderr) = imported("m.jsonl", lines, &[]);
    assert_eq!(rows(&new), [". a 6 1"]);
    assert_eq!(
        stderr,
        "warning: m.jsonl, line 1: `a` appears twice\n\
         warning: m.jsonl, line 2: `a/b` appears twice\n\
         warning: m.jsonl, line 3: `a` appears twice\n\
         warning: m.jsonl, line 4: two keys, `step` and `Step`, could be the step; choose one with --column step=NAME\n\
         warning: skipped 4 lines\n"
    );
}

#[test]
fn numbers_that_become_others_are_told() {
    let csv = "step,a\n1,1e400\n2,-1e400\n3,1e-400\n4,1e39\n5,1e-50\n6,inf\n7,0\n8,1e-45\n";
    let (new, stderr) = imported("m.csv", csv, &[]);
    let values: Vec<_> = new
        .lines()
        .skip(1)
        .map(|row| row.rsplit(',').next().unwrap())
        .collect();
    assert_eq!(
        values,
        ["inf", "-inf", "0", "inf", "0", "inf", "0", "1e-45"]
    );
    assert_eq!(
        stderr,
        "warning: 3 values beyond the range of 64 bits became infinite or 0\n\
         warning: 1 value too large for 32 bits became infinite; --exact keeps them\n\
         warning: 1 value too small for 32 bits became 0; --exact keeps them\n"
    );
    let (_, stderr) = imported("m.csv", csv, &["--exact"]);
    assert_eq!(
        stderr,
        "warning: 3 values beyond the range of 64 bits became infinite or 0\n"
    );
    let log = ["--regex", r"(?P<step>\d+) (?P<a>\S+)"];
    let (_, stderr) = imported("m.log", "1 1e400\n", &log);
    assert!(stderr.contains("1 value beyond the range"), "{stderr}");
    let (_, stderr) = imported(
        "m.jsonl",
        "{\"step\":1,\"a\":1e400}\n{\"step\":2,\"a\":1}\n",
        &[],
    );
    assert!(stderr.contains("1 value beyond the range"), "{stderr}");
}

#[test]
fn no_run_passes_for_an_event_file() {
    let dir = tempfile::tempdir().unwrap();
    let rows = "run,step,loss\na/my.tfevents.1,1,0.5\n";
    std::fs::write(dir.path().join("log.csv"), rows).unwrap();
    let args = ["import", "log.csv", "-o", "out"];
    let refused = tfevents(dir.path(), &args);
    assert_eq!(refused.status, 1);
    assert!(
        refused.stderr.contains("use another name"),
        "{}",
        refused.stderr
    );
    assert!(!dir.path().join("out").exists());
}

/// As are devices, and files of something else.
#[test]
fn what_has_no_lines_does_not_fill_the_memory() {
    let dir = tempfile::tempdir().unwrap();
    let file = fs::File::create(dir.path().join("zeros")).unwrap();
    file.set_len(1 << 40).unwrap();
    for args in [
        &["--format", "csv"][..],
        &["--format", "tsv"],
        &["--format", "jsonl"],
        &["--regex", r"(?P<step>\d+) (?P<a>\S+)"],
    ] {
        let args = [&["import", "zeros", "-o", "out"], args].concat();
        let refused = tfevents(dir.path(), &args);
        assert_eq!(refused.status, 1, "{args:?}: {}", refused.stderr);
        let told = "is longer than 64 MiB: check --format";
        assert!(refused.stderr.contains(told), "{}", refused.stderr);
        assert!(!dir.path().join("out").exists());
    }
}

#[test]
fn rows_with_more_cells_than_columns_are_told() {
    let csv = "step,loss,acc\n1,1,000,5\n2,3,4,\n3,6\n4,7,8\n";
    let (csv, stderr) = imported("x.csv", csv, &[]);
    let expected = [
        ". acc 2 4",
        ". acc 4 8",
        ". loss 2 3",
        ". loss 3 6",
        ". loss 4 7",
    ];
    let mut found = rows(&csv);
    found.sort();
    assert_eq!(found, expected, "{stderr}");
    assert!(
        stderr.contains("line 2: 4 cells under 3 columns"),
        "{stderr}"
    );
}

#[test]
fn what_is_wrong_with_a_line_is_told_with_its_number() {
    let cases = [
        (
            "x.csv",
            "step,loss\n1,0.5\n,0.25\n",
            "x.csv, line 3: there is no step",
        ),
        (
            "x.jsonl",
            "{\"step\": 1, \"loss\": 0.5}\n{\"step\": null, \"loss\": 1}\n",
            "x.jsonl, line 2: there is no step",
        ),
        (
            "x.csv",
            "step,loss,wall_time\n1,0.5,2026-01-31T12:00:00+02:00\n2,0.5,2026-01-31T12:00:00+25:00\n",
            "x.csv, line 3: the wall time `2026-01-31T12:00:00+25:00`: expected seconds since 1970 or a date",
        ),
        (
            "x.csv",
            "step,loss\n1,0.5\n2,\"0.25\n3,0.125\n4,0.1\n",
            "x.csv, line 3: a quotation mark is not closed, so everything after it is taken for one value",
        ),
    ];
    for (name, content, problem) in cases {
        let (new, stderr) = imported(name, content, &[]);
        assert!(stderr.contains(problem), "{stderr}");
        assert_eq!(new.lines().count(), 2, "{new}");
    }
    // Closed marks may stand around lines.
    let (_, stderr) = imported(
        "x.csv",
        "step,note,loss\n1,\"a\nb\",0.5\n2,\"5\"\" wide\nc\",0.5\n",
        &[],
    );
    assert!(!stderr.contains("quotation"), "{stderr}");
}

#[test]
fn one_bad_number_costs_that_number() {
    let regex = [
        "--regex",
        r"(?:step (?P<step>\S+) )?loss (?P<loss>\S+) acc (?P<acc>\S+)",
    ];
    let log = "step 1 loss oops acc 0.5\nstep x loss 1 acc 1\nloss 2 acc 2\n";
    let (new, stderr) = imported("m.log", log, &regex);
    assert_eq!(rows(&new), [". acc 1 0.5"]);
    let said = "loss: left out 1 value that is not a number, first m.log, line 1: `oops`";
    assert!(stderr.contains(said), "{stderr}");
    // What follows a step that cannot be read is of no step.
    assert!(stderr.contains("line 3: no step found so far"), "{stderr}");
    let (new, _) = imported("m.jsonl", "{\"step\":1,\"a\":1e400,\"b\":2}\n", &[]);
    assert_eq!(rows(&new), [". a 1 inf", ". b 1 2"]);
    assert!(refused("m.csv", "step,loss, loss\n1,2,3\n", &[]).contains("both called `loss`"));
}
