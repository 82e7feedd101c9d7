//! `tfevents import`.

use std::fs;
use std::path::Path;

use crate::support::{all_event_files, command, demo, fixture, run, tfevents};

mod exported;

/// Imports a file of that content, and what `export` says of the result.
fn imported(name: &str, content: &str, args: &[&str]) -> (String, String) {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(name), content).unwrap();
    let output = tfevents(dir.path(), &[&["import", name, "-o", "new"], args].concat());
    assert!([0, 3].contains(&output.status), "{}", output.stderr);
    assert_eq!(
        output.status == 3,
        output.stderr.contains("warning"),
        "{}",
        output.stderr
    );
    (
        tfevents(dir.path(), &["export", "new"]).done(),
        output.stderr,
    )
}

/// The rows without their wall times, where these are the file's.
fn rows(csv: &str) -> Vec<String> {
    let row = |line: &str| {
        let cells: Vec<_> = line.split(',').collect();
        format!("{} {} {} {}", cells[0], cells[1], cells[2], cells[4])
    };
    csv.lines().skip(1).map(row).collect()
}

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

/// What `export` prints, in both of its forms.
fn exports(dir: &Path, path: &str) -> [String; 2] {
    ["csv", "jsonl"].map(|format| {
        let args = ["export", "--format", format, path];
        tfevents(dir, &args).stdout
    })
}

#[test]
fn what_was_exported_comes_back_the_same() {
    for file in all_event_files("import::what_was_exported_comes_back_the_same") {
        let dir = tempfile::tempdir().unwrap();
        let file = file.to_str().unwrap();
        let [csv, jsonl] = exports(dir.path(), file);
        let jsonl: String = jsonl
            .split_inclusive('\n')
            .filter(|line| line.contains("\"kind\":\"scalar\"") && !line.contains("\"problem\""))
            .collect();
        for (format, text) in [("csv", csv), ("jsonl", jsonl)] {
            if text.lines().count() < 2 {
                continue;
            }
            let out = format!("new-{format}");
            let args = ["import", "-", "--exact", "--format", format, "-o", &out];
            let output = run(command(dir.path(), &args), text.as_bytes());
            assert_eq!((output.status, &*output.stderr), (0, ""), "{file}");
            let args = ["export", "--format", format, &out];
            assert_eq!(tfevents(dir.path(), &args).done(), text, "{file}");
        }
    }
}

#[test]
fn wide_tables_come_back_the_same() {
    let input = fixture("keras");
    for format in ["csv", "jsonl"] {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().to_str().unwrap();
        let args = ["export", "--wide", "--format", format];
        let wide = tfevents(&input, &[&args[..], &["."]].concat()).done();
        let import = ["import", "-", "--format", format, "-o", out];
        run(command(&input, &import), wide.as_bytes()).done();
        assert_eq!(tfevents(&input, &[&args[..], &[out]].concat()).done(), wide);
    }
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

/// What is said of a file that is refused.
fn refused(name: &str, content: &str, args: &[&str]) -> String {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(name), content).unwrap();
    let output = tfevents(dir.path(), &[&["import", name, "-o", "new"], args].concat());
    assert_eq!(output.status, 1, "{}", output.stderr);
    assert!(!dir.path().join("new").exists());
    output.stderr
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

/// As spreadsheets write them where numbers have decimal commas, and Windows shells.
#[test]
fn tables_of_other_programs_are_read() {
    let expected = [". loss 1 0.5", ". loss 2 0.25"];
    let semicolons = "step;loss\r\n1;0.5\r\n2;0.25\r\n";
    let (new, stderr) = imported("x.csv", semicolons, &[]);
    assert_eq!(
        (rows(&new), &*stderr),
        (expected.map(str::to_owned).into(), "")
    );
    // A comma in the head separates, whatever else is there.
    let (new, _) = imported("x.csv", "step,\"a;b\"\n1,0.5\n", &[]);
    assert_eq!(rows(&new), [". a;b 1 0.5"]);
    let (new, stderr) = imported("x.csv", "step;\"a,b\";time\n1,0;-0,5e1;1.234,5\n", &[]);
    assert_eq!(rows(&new.replace("\"a,b\"", "ab")), [". ab 1 -5"]);
    assert!(
        stderr.contains(
            "time: left out 1 value that is not a number, first x.csv, line 2: `1.234,5`"
        ),
        "{stderr}"
    );

    let dir = tempfile::tempdir().unwrap();
    for (n, text) in [
        "step,loss\r\n1,0.5\r\n2,0.25\r\n",
        "{\"step\": 1, \"loss\": 0.5}\n{\"step\": 2, \"loss\": 0.25}\n",
    ]
    .iter()
    .enumerate()
    {
        let name = ["x.csv", "x.jsonl"][n];
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        let bytes: Vec<_> = [0xff, 0xfe].into_iter().chain(units).collect();
        fs::write(dir.path().join(name), bytes).unwrap();
        let out = format!("new{n}");
        tfevents(dir.path(), &["import", name, "-o", &out]).done();
        let csv = tfevents(dir.path(), &["export", &out]).done();
        assert_eq!(rows(&csv), expected);
    }
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

/// Imports files that other programs made, and returns the rows and what was said.
fn imported_fixtures(names: &[&str], args: &[&str]) -> (String, String) {
    let dir = tempfile::tempdir().unwrap();
    let fixtures = names.iter().map(|name| fixture(&format!("imports/{name}")));
    let paths: Vec<_> = fixtures
        .map(|path| path.to_str().unwrap().to_owned())
        .collect();
    let paths: Vec<_> = paths.iter().map(String::as_str).collect();
    let output = tfevents(
        dir.path(),
        &[&["import", "-o", "new"], &*paths, args].concat(),
    );
    assert_eq!(output.status, 0, "{}", output.stderr);
    let csv = tfevents(dir.path(), &["export", "new"]).done();
    (csv, output.stderr)
}

/// As text of a 32-bit float, by tag and step.
fn expected(name: &str) -> Vec<String> {
    let text = fs::read_to_string(fixture(&format!("imports/{name}"))).unwrap();
    let values: Vec<(String, i64, String)> = serde_json::from_str(&text).unwrap();
    let rows = values.iter().map(|(tag, step, value)| {
        let value: f32 = value.parse().unwrap();
        format!(". {tag} {step} {value:?}")
    });
    let mut rows: Vec<_> = rows.collect();
    rows.sort();
    rows
}

/// The same of what was imported.
fn found(csv: &str) -> Vec<String> {
    let rows = rows(csv).into_iter().map(|row| {
        let (place, value) = row.rsplit_once(' ').unwrap();
        format!("{place} {:?}", value.parse::<f32>().unwrap())
    });
    let mut rows: Vec<_> = rows.collect();
    rows.sort();
    rows
}

#[test]
fn trainer_values_get_the_tags_of_its_own_callback() {
    let (csv, stderr) = imported_fixtures(&["trainer_state.json"], &[]);
    assert_eq!(found(&csv), expected("trainer_state.expected.json"));
    assert_eq!(stderr, "");
    // It prints no steps.
    let (csv, stderr) = imported_fixtures(&["trainer.log"], &["--step", "line"]);
    assert_eq!(found(&csv), expected("trainer.expected.json"));
    assert_eq!(stderr, "");
    let dir = tempfile::tempdir().unwrap();
    let log = fixture("imports/trainer.log");
    let without = tfevents(dir.path(), &["import", log.to_str().unwrap(), "-o", "new"]);
    assert_eq!(without.status, 1);
    let advice = "count lines with --step line";
    assert!(without.stderr.contains(advice), "{}", without.stderr);
}

#[test]
fn what_colours_a_log_is_no_part_of_it() {
    // Colours of 16, 256 and 16 million, a link, a line that is erased, and a sequence that is cut off.
    let dressed = "\x1b[32mINFO\x1b[0m {'loss': \x1b[1;31m0.5\x1b[m, 'epoch': \x1b[38;5;12m1.0\x1b[0m}\n\
                   \r\x1b[K{\x1b]8;;http://x\x1b\\'loss'\x1b]8;;\x1b\\: 0.25, \x1b[38;2;1;2;3m'epoch': 2.0}\x1b[0m\n\
                   \x1b[3";
    let plain = "INFO {'loss': 0.5, 'epoch': 1.0}\n\r{'loss': 0.25, 'epoch': 2.0}\n";
    let regex = [
        "--regex",
        r"'loss': (?P<loss>[\d.]+), 'epoch': (?P<step>\d+)",
    ];
    for (name, args) in [
        ("train.out", &["--step", "line"][..]),
        ("train.log", &regex),
    ] {
        let (ours, stderr) = imported(name, dressed, args);
        assert_eq!(rows(&ours), rows(&imported(name, plain, args).0), "{name}");
        assert!(
            ours.contains("loss,2,") && stderr.is_empty(),
            "{ours}{stderr}"
        );
    }
}

#[test]
fn downloads_say_run_and_tag_in_their_names() {
    let names = ["run-exp1-tag-loss.csv", "run-exp1-tag-acc.json"];
    let (csv, stderr) = imported_fixtures(&names, &[]);
    assert_eq!(
        csv,
        "run,tag,step,wall_time,value\n\
         exp1,loss,1,1700000000.5,0.5\n\
         exp1,loss,2,1700000001.25,0.25\n\
         exp1,acc,1,1700000000.5,0.5\n\
         exp1,acc,2,1700000001.25,0.25\n"
    );
    assert_eq!(stderr, "");
    let (new, _) = imported(
        "run-a-tag-b.csv",
        "Wall time,Step,Value\n1,2,3\n",
        &["--run", "c"],
    );
    assert_eq!(rows(&new), ["c b 2 3"]);
    let (new, stderr) = imported("run-a-tag-b.json", "[[1,2,\"NaN\"],[1,\"x\",2],3]", &[]);
    assert_eq!(rows(&new), ["a b 2 NaN"]);
    assert!(
        stderr.contains("element 3: expected [wall time, step, value]"),
        "{stderr}"
    );
    assert!(
        stderr.ends_with("warning: skipped 2 elements\n"),
        "{stderr}"
    );
}

#[test]
fn exports_of_tracking_servers_are_read() {
    let (csv, _) = imported_fixtures(&["wandb-history.csv"], &[]);
    assert_eq!(
        csv,
        "run,tag,step,wall_time,value\n\
         .,_runtime,1,1700000000.5,2.5\n\
         .,loss,1,1700000000.5,0.5\n\
         .,_runtime,2,1700000001.25,3.5\n"
    );
    // The extremes of a point stay away where they say nothing new.
    let (csv, _) = imported_fixtures(&["wandb-chart.csv"], &[]);
    let expected = [
        "a loss 1 0.5",
        "a loss 2 0.25",
        "a loss__MIN 2 0.125",
        "b loss 2 0.75",
    ];
    assert_eq!(rows(&csv), expected);
    for (name, run) in [
        ("mlflow-metric.csv", "c0ffee"),
        ("mlflow-chart.csv", "exp1"),
    ] {
        let (csv, stderr) = imported_fixtures(&[name], &[]);
        assert!(
            csv.ends_with(&format!("{run},loss,1,1700000000.5,0.5\n")),
            "{csv}"
        );
        assert!(stderr.contains("were read as milliseconds"), "{stderr}");
    }
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
