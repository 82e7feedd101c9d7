//! `tfevents reduce`.

use std::path::Path;

use tempfile::TempDir;

use crate::support::{
    FILE, Output, assert_documented, files, fixture, only_file, scalar, tfevents, version,
    write_events,
};

/// Two settings with two and three seeds, the last one of which is shorter, and a run without a seed.
fn seeds() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let runs: [(&str, &[f32]); 6] = [
        ("adam-seed0", &[4.0, 2.0, 1.0]),
        ("adam-seed1", &[6.0, 4.0, 3.0]),
        ("sgd-seed0", &[8.0, 6.0, 4.0]),
        ("sgd-seed1", &[9.0, 6.0, 1.0]),
        ("sgd-seed2", &[7.0, 9.0]),
        ("other", &[0.0]),
    ];
    for (run, values) in runs {
        let mut events = vec![version("t")];
        events.extend((0..).zip(values).map(|(step, &v)| scalar(step, "loss", v)));
        write_events(dir.path().join("runs").join(run).join(FILE), &events);
    }
    dir
}

const LEFT_OUT: &str = "warning: dropped 2 of 8 points at steps missing from some runs; keep them with --align union, \
                        interpolate or bin=N\n";

fn rows(csv: &str) -> Vec<&str> {
    csv.lines().skip(1).collect()
}

fn csv(dir: &TempDir, args: &[&str]) -> Output {
    let args: Vec<_> = ["reduce", "runs", "--format", "csv"]
        .iter()
        .chain(args)
        .copied()
        .collect();
    tfevents(dir.path(), &args)
}

#[test]
fn seeds_become_statistics() {
    let dir = seeds();
    let table = csv(
        &dir,
        &["--run", "adam*", "--stat", "mean,std,range,iqm,count"],
    )
    .done();
    let (head, _) = table.split_once('\n').unwrap();
    assert_eq!(head, "group,tag,step,runs,mean,std,min,max,iqm,count");
    assert_eq!(
        rows(&table),
        [
            "adam,loss,0,2,5,1.4142135623730951,4,6,5,2",
            "adam,loss,1,2,3,1.4142135623730951,2,4,3,2",
            "adam,loss,2,2,2,1.4142135623730951,1,3,2,2",
        ]
    );
}

/// A link to the last run, or a snapshot of one.
#[cfg(unix)]
#[test]
fn a_run_of_two_names_counts_once() {
    let dir = seeds();
    let runs = dir.path().join("runs");
    std::os::unix::fs::symlink("adam-seed0", runs.join("adam-seed7")).unwrap();
    std::fs::create_dir(runs.join("adam-seed8")).unwrap();
    let [one, other] = ["adam-seed1", "adam-seed8"].map(|run| runs.join(run).join(FILE));
    std::fs::hard_link(one, other).unwrap();
    let table = csv(&dir, &["--run", "adam*", "--stat", "mean"]);
    for run in ["adam-seed7", "adam-seed8"] {
        let told = format!("note: {run}: left out of the group adam, which already has its files");
        assert!(table.stderr.contains(&told), "{}", table.stderr);
    }
    let rows = ["adam,loss,0,2,5", "adam,loss,1,2,3", "adam,loss,2,2,2"];
    assert_eq!(
        (table.status, self::rows(&table.stdout)),
        (0, rows.to_vec())
    );
}

#[test]
fn steps_that_not_all_runs_have_are_told() {
    let dir = seeds();
    let args = ["--run", "sgd*", "--stat", "mean"];
    let all = [&args[..], &["--align", "intersect"]].concat();
    let table = csv(&dir, &all).ended(3, LEFT_OUT);
    assert_eq!(rows(&table), ["sgd,loss,0,3,8", "sgd,loss,1,3,7"]);
    // By default, half of the runs are enough.
    let table = csv(&dir, &args).done();
    assert_eq!(rows(&table)[2], "sgd,loss,2,2,2.5");
    let table = csv(&dir, &[&args[..], &["--align", "bin=2"]].concat()).done();
    assert_eq!(rows(&table), ["sgd,loss,0,3,7.5", "sgd,loss,2,2,2.5"]);
    let args = [&args[..], &["--align", "union", "--min-runs", "3"]].concat();
    let warning = "warning: dropped 2 of 8 points at steps that too few runs have; keep them with --min-runs 1\n";
    assert_eq!(rows(&csv(&dir, &args).ended(3, warning)).len(), 2);
}

#[test]
fn groups_are_what_patterns_make_of_names() {
    let dir = seeds();
    let groups = |args: &[&str]| {
        let args = [&["--stat", "count", "--align", "union"], args].concat();
        let output = csv(&dir, &args);
        assert_eq!(output.status, 0, "{}", output.stderr);
        let mut groups: Vec<_> = rows(&output.stdout)
            .iter()
            .map(|row| row.split(',').next().unwrap().to_owned())
            .collect();
        groups.dedup();
        (groups.join(" "), output.stderr)
    };
    assert_eq!(groups(&[]), ("adam other sgd".to_owned(), String::new()));
    assert_eq!(groups(&["--group"]), groups(&[]));
    let left_out = "note: 3 runs in no group\n".to_owned();
    assert_eq!(groups(&["--group", "sgd*"]), ("sgd".to_owned(), left_out));
    let captured = groups(&["--regex", "--group", r"^(.).*-seed\d"]);
    assert_eq!(
        captured,
        ("a s".to_owned(), "note: 1 run in no group\n".to_owned())
    );
    let whole = groups(&["--group", "*"]);
    assert_eq!(whole, (".".to_owned(), String::new()));
}

#[test]
fn paths_are_repetitions_of_each_other() {
    let dir = seeds();
    let args = [
        "reduce",
        "runs/adam-seed0",
        "runs/adam-seed1",
        "--stat",
        "mean",
        "--format",
        "md",
    ];
    let table = tfevents(dir.path(), &args).done();
    assert_eq!(
        table,
        "| group | tag | step | runs | mean |\n| --- | --- | --: | --: | --: |\n\
         | . | loss | 0 | 2 | 5 |\n| . | loss | 1 | 2 | 3 |\n| . | loss | 2 | 2 | 2 |\n"
    );
}

/// Step, tag and value of all scalars of a file, and how many charts its layout has.
fn written(file: &Path) -> (Vec<(i64, String, f32)>, usize) {
    let mut reader = tfevents::EventReader::open(file).unwrap();
    let (mut scalars, mut charts) = (Vec::new(), 0);
    while let tfevents::EventItem::Event(record) = reader.next_item().unwrap() {
        let mut decoder = tfevents::plugin::PointDecoder::default();
        for point in decoder.points(&record.event) {
            let point = point.unwrap();
            match point.value {
                tfevents::Value::Scalar(v) => {
                    #[expect(clippy::cast_possible_truncation, reason = "it was an f32")]
                    scalars.push((record.event.step, point.tag.to_owned(), v.as_f64() as f32));
                }
                tfevents::Value::CustomScalars(layout) => {
                    charts += layout
                        .categories
                        .iter()
                        .map(|c| c.charts.len())
                        .sum::<usize>();
                }
                _ => panic!("{}", point.tag),
            }
        }
    }
    assert!(reader.health().is_clean());
    (scalars, charts)
}

#[test]
fn a_group_becomes_a_run_with_bands() {
    let dir = seeds();
    let args = [
        "reduce",
        "runs",
        "--run",
        "adam*",
        "--stat",
        "mean,range",
        "-o",
        "out",
    ];
    let text = tfevents(dir.path(), &args).done();
    assert_eq!(
        text,
        format!(
            "adam  2 runs\n  adam-seed0\n  adam-seed1\n  tag   runs  points  left out  steps\n  \
             loss     2       6         0      3\n  written: out/adam/{FILE}\n\n2 runs in 1 group\n"
        )
    );
    let file = only_file(&dir.path().join("out/adam"));
    let (scalars, charts) = written(&file);
    let expected = [
        (0, "loss/mean", 5.0),
        (0, "loss/min", 4.0),
        (0, "loss/max", 6.0),
        (1, "loss/mean", 3.0),
        (1, "loss/min", 2.0),
        (1, "loss/max", 4.0),
        (2, "loss/mean", 2.0),
        (2, "loss/min", 1.0),
        (2, "loss/max", 3.0),
    ];
    assert_eq!(
        scalars,
        expected.map(|(step, tag, v)| (step, tag.to_owned(), v))
    );
    assert_eq!(charts, 1);
    let mut reader = tfevents::EventReader::open(&file).unwrap();
    let tfevents::EventItem::Event(first) = reader.next_item().unwrap() else {
        panic!("no event");
    };
    assert_eq!(
        first.event.wall_time.as_secs(),
        1_700_000_000.5,
        "as old as its first values"
    );
    // Again into what is no longer empty.
    let again = tfevents(dir.path(), &args);
    assert_eq!(again.status, 1);
    assert!(
        again.stderr.contains("not empty; choose a new directory"),
        "{}",
        again.stderr
    );
}

#[test]
fn split_makes_a_run_a_statistic() {
    let dir = seeds();
    let args = [
        "reduce", "runs", "--run", "adam*", "--stat", "mean,max", "--split", "-o", "out",
    ];
    tfevents(dir.path(), &args).done();
    for (statistic, values) in [("mean", [5.0, 3.0, 2.0]), ("max", [6.0, 4.0, 3.0])] {
        let file = only_file(&dir.path().join("out/adam").join(statistic));
        let expected: Vec<_> = (0..)
            .zip(values)
            .map(|(i, v)| (i, "loss".to_owned(), v))
            .collect();
        assert_eq!(written(&file), (expected, 0));
    }
}

#[test]
fn nothing_is_written_in_a_dry_run() {
    let dir = seeds();
    let args = ["reduce", "runs", "--run", "adam*", "--dry-run", "-o", "out"];
    let text = tfevents(dir.path(), &args).done();
    assert!(
        text.contains(&format!("to be written: out/adam/{FILE}\n")),
        "{text}"
    );
    assert!(!dir.path().join("out").exists());
}

#[test]
fn wrong_usage_says_what_to_do() {
    let dir = seeds();
    let cases: [(&[&str], &str); 8] = [
        (&[], "need --output DIR"),
        (&["--stat", "maen", "--dry-run"], "did you mean `mean`"),
        (&["--align", "bin=0", "--dry-run"], "bin"),
        (&["--confidence", "1", "--dry-run"], "between 0 and 1"),
        (&["--format", "csv", "--split"], "--split needs"),
        (&["--run", "*-seed0", "--dry-run"], "use --group"),
        (&["-o", "x.parquet"], "must end in .csv, .tsv, .md or .json"),
        (&["-o", "x.XLSX.gz"], "add --format events"),
    ];
    for (args, problem) in cases {
        let args: Vec<_> = ["reduce", "runs"].iter().chain(args).copied().collect();
        let output = tfevents(dir.path(), &args);
        assert_eq!(output.status, 2, "{args:?}: {}", output.stderr);
        assert!(
            output.stderr.contains(problem),
            "{args:?}: {}",
            output.stderr
        );
    }
    let output = csv(&dir, &["--group", "adm*"]);
    assert_eq!(output.status, 3);
    assert!(
        output.stderr.contains("no run matches --group `adm*`"),
        "{}",
        output.stderr
    );
    let output = csv(&dir, &["--tag", "los"]);
    assert_eq!(
        (output.status, &*output.stderr),
        (3, "error: no tag matches `los`; did you mean `loss`?\n")
    );
}

#[test]
fn nan_shows_and_restarts_count_once() {
    let dir = tempfile::tempdir().unwrap();
    let write = |run: &str, points: &[(i64, f32)]| {
        let events: Vec<_> = points
            .iter()
            .map(|&(step, v)| scalar(step, "loss", v))
            .collect();
        write_events(dir.path().join("runs").join(run).join(FILE), &events);
    };
    write("seed1", &[(0, 1.0), (1, 9.0), (1, 3.0)]);
    write("seed2", &[(0, f32::NAN), (1, 5.0)]);
    let table = csv(&dir, &["--stat", "mean,median"]).done();
    assert_eq!(rows(&table), [".,loss,0,2,NaN,NaN", ".,loss,1,2,4,4"]);
    let text = tfevents(dir.path(), &["reduce", "runs", "--dry-run"]).done();
    assert!(text.contains("1 logged again"), "{text}");
}

#[test]
fn paths_may_be_patterns() {
    let dir = seeds();
    let args = ["reduce", "runs/adam-*", "--stat", "mean", "--format", "csv"];
    let table = tfevents(dir.path(), &args).done();
    assert_eq!(rows(&table).len(), 3);
    assert!(table.contains("adam,loss,0,2,5\n"), "{table}");
}

#[test]
fn real_runs_of_one_name() {
    // Of its own: a run of two names counts once.
    let copy = tempfile::tempdir().unwrap();
    for (path, file) in files(&fixture("keras")) {
        let path = copy.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, file).unwrap();
    }
    let keras = fixture("keras");
    let paths = [&*keras, copy.path()].map(|path| path.to_str().unwrap());
    let options = ["--format", "csv", "--stat", "min,max"];
    let csv = tfevents(".", &[&["reduce"], &paths[..], &options].concat()).done();
    assert!(rows(&csv).len() > 3);
    for row in rows(&csv) {
        let cells: Vec<_> = row.split(',').collect();
        assert_eq!((cells[3], cells[4]), ("2", cells[5]), "{row}");
    }
}

#[test]
fn json_is_documented() {
    let dir = seeds();
    let report = [
        "reduce",
        "--json",
        "--dry-run",
        "--run",
        "adam*",
        "-o",
        "out",
        "runs",
    ];
    let json = tfevents(dir.path(), &report).done();
    assert_documented(&format!("tfevents {}", report.join(" ")), &json);
    let values = [
        "reduce", "--format", "json", "--run", "adam*", "--stat", "mean,ci", "runs",
    ];
    let json = tfevents(dir.path(), &values).done();
    assert_documented(&format!("tfevents {}", values.join(" ")), &json);
}

#[test]
fn damage_is_status_3() {
    let dir = seeds();
    let file = dir.path().join("runs/adam-seed0").join(FILE);
    let mut bytes = std::fs::read(&file).unwrap();
    bytes.truncate(bytes.len() - 3);
    std::fs::write(&file, bytes).unwrap();
    let output = csv(
        &dir,
        &["--run", "adam*", "--stat", "mean", "--align", "union"],
    );
    assert_eq!(output.status, 3);
    assert!(
        output.stderr.contains("unfinished record"),
        "{}",
        output.stderr
    );
    assert_eq!(rows(&output.stdout)[2], "adam,loss,2,1,3");
}
