//! `table --group`, and columns that take more than a word.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;
use tempfile::TempDir;
use tfevents::plugin::hparams::HParamValue;

use crate::python;
use crate::support::{
    FILE, assert_documented, assert_golden, hparams, scalar, tfevents, write_events,
};

/// Two optimizers with three seeds each. One run diverged, one has no accuracy.
pub(super) fn seeds() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (i, optimizer) in ["adam", "sgd"].into_iter().enumerate() {
        for seed in 0..3_u8 {
            let settings: [(&str, HParamValue); 4] = [
                ("lr", 0.1.into()),
                ("opt", optimizer.into()),
                ("nesterov", (i == 1).into()),
                ("seed", f64::from(seed).into()),
            ];
            let mut events = vec![hparams(&settings)];
            for step in 0..20_u8 {
                let (x, wave) = (f32::from(step), f32::from(seed * 7 + step * 3 % 5) / 50.0);
                let loss = match (optimizer, seed) {
                    ("sgd", 2) if step > 10 => f32::NAN,
                    _ => (x - 12.0).powi(2) / 40.0 + wave,
                };
                events.push(scalar(step.into(), "loss", loss));
                if step % 2 == 1 && (optimizer, seed) != ("adam", 1) {
                    events.push(scalar(step.into(), "acc", 0.9 - wave - 1.0 / (x + 2.0)));
                }
            }
            let run = format!("runs/{optimizer}-seed{seed}");
            write_events(dir.path().join(run).join(FILE), &events);
        }
    }
    dir
}

fn table(dir: &TempDir, args: &[&str]) -> crate::support::Output {
    tfevents(dir.path(), &[&["table", "runs"], args].concat())
}

#[test]
fn a_group_is_a_row_in_every_format() {
    let dir = seeds();
    let mut all = String::new();
    let columns = [
        "-c",
        "acc@min:loss as Accuracy (%)",
        "last:loss",
        "@opt",
        "@seed",
        "@nesterov",
    ];
    for format in ["text", "md", "csv", "latex"] {
        let output = table(
            &dir,
            &[
                &columns[..],
                &["--group", "--digits", "3", "--format", format],
            ]
            .concat(),
        );
        let told = "warning: sgd: last:loss: 1 of 3 values (sgd-seed2) is NaN or infinite and did not count\n\
                    note: adam: Accuracy (%): 1 of 3 values (adam-seed1) is missing\n";
        all += &format!("{format}\n{}\n", output.ended(3, told));
    }
    assert_golden("table-groups.txt", &all);
}

#[test]
fn json_names_the_runs_of_a_group() {
    let dir = seeds();
    let args = [
        "table", "runs", "--group", "--json", "-c", "last:acc", "@seed",
    ];
    let told = "note: adam: last:acc: 1 of 3 values (adam-seed1) is missing\n";
    let json = tfevents(dir.path(), &args).ended(0, told);
    assert_documented(&format!("tfevents {}", args.join(" ")), &json);
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        document["rows"][0]["runs"],
        json!(["adam-seed0", "adam-seed1", "adam-seed2"])
    );
    assert_eq!(
        document["rows"][0]["values"]["last:acc"]["missing"],
        json!(["adam-seed1"])
    );
}

type Frame = BTreeMap<String, BTreeMap<String, Option<f64>>>;

#[track_caller]
fn assert_close(ours: &Frame, theirs: &Frame) {
    assert_eq!(
        ours.keys().collect::<Vec<_>>(),
        theirs.keys().collect::<Vec<_>>()
    );
    for (row, theirs) in theirs {
        for (column, theirs) in theirs {
            let ours = ours[row][column];
            let same = match (ours, theirs) {
                // Points are read with as few digits as identify 32-bit floats.
                (Some(a), Some(b)) => (a - b).abs() <= 1e-6 * b.abs().max(0.1),
                (a, b) => a.is_none() && b.is_none(),
            };
            assert!(same, "{row}: {column}: {ours:?} for {theirs:?}");
        }
    }
}

#[test]
fn numbers_are_those_of_pandas() {
    let dir = seeds();
    let write = |name: &str, text: String| std::fs::write(dir.path().join(name), text).unwrap();
    write(
        "points.csv",
        tfevents(dir.path(), &["export", "runs", "--kind", "scalar"]).stdout,
    );
    let columns = [
        "-c",
        "min:loss",
        "argmin:loss",
        "last:acc",
        "mean:acc",
        "std:acc",
        "acc@min:loss",
    ];
    let csv = [&columns[..], &["--format", "csv"]].concat();
    write("runs.csv", table(&dir, &csv).stdout);
    write(
        "groups.csv",
        table(
            &dir,
            &[&csv[..], &["--group", r"(.*)-seed\d+", "--regex"]].concat(),
        )
        .stdout,
    );
    let paths = [dir.path().join("points.csv"), dir.path().to_owned()];
    let paths: Vec<_> = paths.iter().map(Path::new).collect();
    let Some(answer) = python::ask::<BTreeMap<String, Frame>>("run_table.py", &paths) else {
        return;
    };
    assert_eq!((answer["runs"].len(), answer["groups"].len()), (6, 2));
    assert_close(&answer["read_runs"], &answer["runs"]);
    assert_close(&answer["read_groups"], &answer["groups"]);
}

#[test]
fn conditions_choose_the_runs_of_groups() {
    let dir = seeds();
    let csv = |args: &[&str]| {
        table(
            &dir,
            &[&["-c", "count:loss", "--format", "csv"], args].concat(),
        )
    };
    let few = csv(&[
        "--group",
        "@opt",
        "--where",
        "@seed < 2",
        "--where",
        "not isnan(loss)",
    ]);
    let head = "group,count:loss mean,count:loss std,count:loss n\n";
    assert_eq!(
        few.done(),
        format!("{head}opt=adam,20,0,2\nopt=sgd,20,0,2\n")
    );
    let one = csv(&["--group", "adam*", "--where", "@seed == 1"]);
    assert_eq!(
        one.ended(0, "note: 1 run in no group\n"),
        format!("{head}adam,20,,1\n")
    );
    let none = csv(&["--where", "loss > 1e9"]);
    assert_eq!(
        none.ended(3, "error: no run meets the conditions of --where\n"),
        ""
    );
    let unknown = csv(&["--group", "@optt"]);
    assert_eq!(unknown.status, 3);
    assert!(
        unknown.stderr.contains("did you mean `opt`?"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn the_value_where_another_is_best_chooses_and_sorts_runs_and_groups() {
    const COLUMN: &str = "acc@min:loss";
    let dir = seeds();
    let rows = |args: &[&str]| -> Vec<(String, f64)> {
        let output = table(&dir, &[&["-c", COLUMN, "--format", "csv"], args].concat());
        assert_eq!(output.status, 0, "{}", output.stderr);
        let rows = output.stdout.lines().skip(1).map(|row| {
            let mut cells = row.split(',');
            (
                cells.next().unwrap().to_owned(),
                cells.next().unwrap().parse().unwrap_or(f64::NAN),
            )
        });
        rows.collect()
    };
    let all = rows(&[]);
    let mut values: Vec<_> = all.iter().map(|(_, value)| *value).collect();
    values.sort_by(f64::total_cmp);
    let middle = values[2];
    for (operator, holds) in [
        (">", (|a, b| a > b) as fn(f64, f64) -> bool),
        ("<=", |a, b| a <= b),
    ] {
        let kept: Vec<_> = all
            .iter()
            .filter(|(_, v)| holds(*v, middle))
            .cloned()
            .collect();
        assert!((1..all.len()).contains(&kept.len()), "{all:?}");
        for column in [COLUMN, "'acc'@min:loss", "a*@min:'loss'"] {
            let condition = format!("{column} {operator} {middle}");
            assert_eq!(rows(&["--where", &condition]), kept, "{condition}");
        }
    }
    let sorted = rows(&[&format!("--sort=-{COLUMN}")]);
    values.reverse();
    assert_eq!(sorted.iter().map(|row| row.1).collect::<Vec<_>>(), values);

    let groups = rows(&["--group", "--sort", COLUMN]);
    assert!(groups.len() == 2 && groups[0].1 < groups[1].1, "{groups:?}");
    let groups = rows(&["--group", &format!("--sort=-{COLUMN}")]);
    assert!(groups[0].1 > groups[1].1, "{groups:?}");
    let best = format!("{COLUMN} >= {}", values[0]);
    let best = rows(&["--group", "--where", &best]);
    let is_best = |(_, mean): &(String, f64)| (mean - values[0]).abs() < 1e-6;
    assert!(!best.is_empty() && best.iter().all(is_best), "{best:?}");

    let unknown = table(&dir, &["--where", "acc@min:los > 1"]);
    assert_eq!(unknown.status, 3);
    assert!(
        unknown.stderr.contains("did you mean `loss`?"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn groups_are_sorted_by_their_means_and_found_in_several_paths() {
    let dir = seeds();
    let first = |args: &[&str]| -> Vec<String> {
        let paths = [
            "runs/adam-seed0",
            "runs/adam-seed2",
            "runs/sgd-seed0",
            "runs/sgd-seed1",
        ];
        let csv = ["--format", "csv", "--group", "-c", "max:acc as best"];
        let output = tfevents(dir.path(), &[&["table"], &paths[..], &csv, args].concat());
        let rows = output.done();
        rows.lines()
            .skip(1)
            .map(|row| row.split(',').next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(first(&["--sort", "best"]), ["adam", "sgd"]);
    assert_eq!(first(&["--sort=-best"]), ["sgd", "adam"]);
    assert_eq!(first(&["--sort", "min:loss"]), ["sgd", "adam"]);
}

#[test]
fn columns_that_do_not_vary_are_left_out_on_request() {
    let dir = seeds();
    let output = table(
        &dir,
        &[
            "-c",
            "@*",
            "count:loss",
            "--differing",
            "--format",
            "csv",
            "-n",
            "2",
        ],
    );
    assert_eq!(
        output.stdout,
        "run,@nesterov,@opt,@seed\nadam-seed0,false,adam,0\nadam-seed1,false,adam,1\n"
    );
    assert_eq!(
        output.stderr,
        "note: left out 2 columns with one value for 6 runs\nnote: 4 more runs; --limit shows more\n"
    );
}

#[test]
fn what_does_not_fit_is_told_once() {
    let dir = seeds();
    let shown = |args: &[&str]| {
        let mut program = crate::support::command(dir.path(), args);
        program.env("COLUMNS", "40");
        crate::support::run(program, b"").done()
    };
    let many = shown(&["table", "runs", "-c", "@*", "last:loss", "--run", "adam*"]);
    assert!(many.ends_with("\nthe same for 3 runs (--differing leaves them out)\n@lr=0.1  @nesterov=false  @opt=adam\n"), "{many}");
    let one = shown(&["table", "runs/sgd-seed0", "-c", "@*", "count:*"]);
    assert_eq!(
        one,
        ".\n@lr         0.1\n@nesterov   true\n@opt        sgd\n@seed       0\ncount:acc   10\ncount:loss  20\n"
    );
}

#[test]
fn titles_digits_and_times() {
    let dir = seeds();
    let run = ["--run", "adam-seed0", "--format", "csv"];
    let csv = |args: &[&str]| table(&dir, &[&run, args].concat()).done();
    let times = csv(&["-c", "start", "duration", "last:loss as loss, at the end"]);
    assert!(
        times.starts_with("run,start,duration,\"loss, at the end\"\nadam-seed0,"),
        "{times}"
    );
    let md = |args: &[&str]| {
        table(
            &dir,
            &[&["--run", "adam-seed0", "--format", "md"], args].concat(),
        )
    };
    let digits = [
        "--digits",
        "2",
        "--digits",
        "last:acc=4",
        "--digits",
        "Loss=1",
    ];
    let shown = md(&[
        &["-c", "min:loss", "last:acc", "last:loss as Loss", "@lr"],
        &digits[..],
    ]
    .concat());
    let row = shown.stdout.lines().last().unwrap().to_owned();
    let width = |cell: &str| cell.trim_start_matches(['0', '.']).len();
    let cells: Vec<_> = row.split('|').map(str::trim).collect();
    assert_eq!(
        cells[2..5]
            .iter()
            .map(|cell| width(cell))
            .collect::<Vec<_>>(),
        [2, 4, 1],
        "{row}"
    );
    assert_eq!(cells[5], "0.1", "what was configured is not rounded");
    for (args, status, problem) in [
        (&["--digits", "0"][..], 2, "expected 1 to 17 digits"),
        (&["--digits", "los=3"], 3, "did you mean `loss`?"),
        (&["-c", "* as x"], 2, "matches several columns"),
        (&["-c", "acc@min:*"], 2, "matches several columns"),
        (&["-c", "acc@min:los"], 3, "did you mean `loss`?"),
    ] {
        let output = md(args);
        assert_eq!(output.status, status, "{args:?}: {}", output.stderr);
        assert!(
            output.stderr.contains(problem),
            "{args:?}: {}",
            output.stderr
        );
    }
}
