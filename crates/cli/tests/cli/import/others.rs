//! What other programs write: trainers, downloads of TensorBoard, exports of tracking servers, tables.

use std::fs;

use super::{imported, rows};
use crate::support::{fixture, tfevents};

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
