//! Hyperparameters where frameworks leave them: `tests/layouts`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{
    FILE, age, command, files, hparams, run, scalar, tfevents, version, write_events,
};

/// What a framework left.
fn layout(name: &str) -> PathBuf {
    let layouts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/layouts");
    layouts.join(name).canonicalize().unwrap()
}

/// What the libraries themselves read there: values by run and name.
fn golden(name: &str) -> BTreeMap<String, BTreeMap<String, Value>> {
    let path = layout("write.py").with_file_name(format!("{name}.json"));
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// A copy that is a day old, to be changed.
pub(crate) fn copy(name: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, content) in files(&layout(name)) {
        let path = dir
            .path()
            .join("runs")
            .join(path.strip_prefix(layout(name)).unwrap_or(&path));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        age(&path);
    }
    dir
}

/// The hyperparameters of all lines of a table, by run and name, without those that are null.
pub(crate) fn table(dir: &Path, args: &[&str]) -> BTreeMap<String, BTreeMap<String, Value>> {
    let args = [&["table", ".", "-c", "@*", "--json"], args].concat();
    let output = tfevents(dir, &args);
    let table: Value = serde_json::from_str(&output.stdout).unwrap();
    let row = |row: &Value| {
        let values = row["values"].as_object().unwrap().iter();
        let values = values.filter(|(_, value)| !value.is_null());
        let values = values.map(|(name, value)| (name[1..].to_owned(), value.clone()));
        (row["run"].as_str().unwrap().to_owned(), values.collect())
    };
    table["rows"].as_array().unwrap().iter().map(row).collect()
}

/// What frameworks leave, in `layouts/`.
pub(crate) const LAYOUTS: [&str; 6] = [
    "pytorch",
    "tensorboardx",
    "lightning",
    "huggingface",
    "ray",
    "hydra",
];

fn csv(dir: &Path, args: &[&str]) -> Vec<String> {
    let output = tfevents(dir, &[args, &["--format", "csv"]].concat());
    output.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn every_frameworks_parameters_are_found_as_it_reads_them() {
    for name in LAYOUTS {
        let mut expected = golden(name);
        for values in expected.values_mut() {
            values.retain(|_, value| !value.is_null());
        }
        let found = table(&layout(name), &[]);
        let runs = |of: &BTreeMap<String, _>| of.keys().cloned().collect::<Vec<_>>();
        assert_eq!(runs(&found), runs(&expected), "{name}");
        for (run, expected) in expected {
            let names: Vec<_> = expected.keys().collect();
            assert_eq!(
                found[&run].keys().collect::<Vec<_>>(),
                names,
                "{name} {run}"
            );
            for (parameter, expected) in expected {
                let value = &found[&run][&parameter];
                let same = match (value.as_f64(), expected.as_f64()) {
                    (Some(a), Some(b)) => a == b,
                    _ => *value == expected,
                };
                assert!(same, "{name} {run} {parameter}: {value} for {expected}");
            }
        }
    }
}

#[test]
fn what_add_hparams_logs_belongs_to_the_run_above() {
    for name in ["pytorch", "tensorboardx"] {
        let trials: Vec<_> = golden(name)
            .into_keys()
            .filter(|run| run.starts_with("sweep/"))
            .collect();
        let output = tfevents(
            layout(name),
            &["table", ".", "-c", "last:*", "@lr", "--format", "csv"],
        );
        let expected = format!(
            "run,last:hparam/accuracy,last:loss,@lr\n\
             one,0.9,0.33333334,0.1\n\
             {},0.9,,0.1\n\
             {},0.8,,0.2\n\
             thrice,0.7,0.33333334,0.3\n\
             two,0.8,0.33333334,0.2\n",
            trials[0], trials[1]
        );
        assert_eq!(output.stdout, expected);
        let said = "thrice: 3 sessions below it, of which only the last one counts, `thrice/";
        assert!(output.stderr.contains(said), "{}", output.stderr);
        assert!(
            output.stderr.contains("; they differ in `lr`"),
            "{}",
            output.stderr
        );
        assert_eq!(output.status, 3);
        // Asked for by name, they are runs.
        let named = csv(
            &layout(name),
            &["table", ".", "-c", "@lr", "--run", "thrice/*"],
        );
        assert_eq!(named.len(), 4, "{named:?}");
        let whole = csv(
            &layout(name),
            &["table", ".", "-c", "last:*", "@lr", "--run", "one"],
        );
        assert_eq!(whole[1], "one,0.9,0.33333334,0.1");
    }
}

#[test]
fn a_trials_values_count_once() {
    let counted = csv(
        &layout("pytorch"),
        &[
            "reduce", ".", "--group", "@opt", "--align", "union", "--stat", "count",
        ],
    );
    let of = |tag: &str| {
        let lines = counted.iter().filter(|line| line.contains(tag));
        lines.cloned().collect::<Vec<_>>()
    };
    // Three runs and two trials of a sweep.
    assert_eq!(of("hparam/accuracy").len(), 1, "{counted:?}");
    assert!(of("hparam/accuracy")[0].ends_with(",5"), "{counted:?}");
    assert!(
        of("loss").iter().all(|line| line.ends_with(",3")),
        "{counted:?}"
    );
    // Where the run has a metric itself, its own counts.
    let dir = copy("pytorch");
    let events = [version("t"), scalar(9, "hparam/accuracy", 0.25)];
    write_events(dir.path().join("runs/one").join(FILE), &events);
    let table = csv(
        dir.path(),
        &[
            "table",
            "runs",
            "-c",
            "count:hparam/accuracy",
            "--run",
            "one",
        ],
    );
    assert_eq!(table[1], "one,1");
}

#[test]
fn diff_compares_what_runs_were_configured_with() {
    let dir = layout("pytorch");
    let output = tfevents(&dir, &["diff", "one", "two", "--json"]);
    let diff: Value = serde_json::from_str(&output.stdout).unwrap();
    let names = |of: &str, key: &str| {
        let items = diff["runs"][0][of].as_array().unwrap();
        items
            .iter()
            .map(|item| item[key].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("hparams", "name"), ["lr"]);
    assert_eq!(names("series", "tag"), ["hparam/accuracy"]);
    assert_eq!(
        (&diff["only_left"], &diff["only_right"]),
        (&Value::Array(vec![]), &Value::Array(vec![]))
    );
    let output = tfevents(layout("lightning"), &["diff", "version_0", "version_1"]);
    for word in ["lr", "seed"] {
        assert!(output.stdout.contains(word), "{}", output.stdout);
    }
    assert!(!output.stdout.contains("dropout") && !output.stdout.contains("layers"));
    // The same after another start, whose runs of `add_hparams` have other names.
    let copies = [copy("pytorch"), copy("pytorch")];
    let one = copies[1].path().join("runs/one");
    for entry in fs::read_dir(&one).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            fs::rename(path, one.join("1800000000.25")).unwrap();
        }
    }
    let [left, right] = copies
        .each_ref()
        .map(|dir| dir.path().join("runs").display().to_string());
    let output = tfevents(&dir, &["diff", &left, &right, "--run", "one"]);
    assert_eq!(output.status, 0, "{}", output.stdout);
}

#[test]
fn runs_that_differ_in_a_seed_are_a_group() {
    let groups = |layout: &Path, args: &[&str]| {
        let args = [&["reduce", ".", "--stat", "mean,count"], args].concat();
        let lines = csv(layout, &args);
        let groups = lines
            .iter()
            .skip(1)
            .map(|line| line.split(',').next().unwrap().to_owned());
        let mut groups: Vec<_> = groups.collect();
        groups.dedup();
        assert!(
            lines[1..].iter().all(|line| line.ends_with(",2")),
            "{lines:?}"
        );
        groups
    };
    let expected = ["optimizer.lr=0.01/tb", "optimizer.lr=0.1/tb"];
    let hydra = layout("hydra");
    assert_eq!(groups(&hydra.join("named"), &[]), expected);
    assert_eq!(groups(&hydra.join("numbered"), &[]), expected);
    assert_eq!(
        groups(&hydra.join("numbered"), &["--group", "@*/lr"]),
        expected
    );
    let from = [
        "--group",
        "@optimizer/lr",
        "--hparams-from",
        ".hydra/overrides.yaml",
    ];
    assert_eq!(groups(&hydra.join("numbered"), &from), expected);
    let out = tempfile::tempdir().unwrap();
    let svg = out.path().join("a.svg").display().to_string();
    let output = tfevents(
        hydra.join("numbered"),
        &["plot", ".", "--group", "@*/lr", "-o", &svg],
    );
    assert_eq!((output.status, &*output.stderr), (0, ""));
    let svg = fs::read_to_string(svg).unwrap();
    assert!(svg.contains("optimizer.lr=0.1/tb") && svg.contains("optimizer.lr=0.01/tb"));
    let wrong = tfevents(
        &hydra,
        &[
            "reduce",
            "numbered",
            "--group",
            "@optimizer/lrr",
            "--format",
            "csv",
        ],
    );
    assert_eq!(wrong.status, 3);
    let said = "no hyperparameter matches --group `@optimizer/lrr`; did you mean `optimizer/lr`";
    assert!(wrong.stderr.contains(said), "{}", wrong.stderr);
}

#[test]
fn exports_have_what_is_not_in_event_files() {
    let exported = |name: &str, args: &[&str]| {
        let lines = csv(
            &layout(name),
            &[&["export", ".", "--kind", "hparams"], args].concat(),
        );
        let mut found = BTreeMap::<String, BTreeMap<String, String>>::new();
        for line in &lines[1..] {
            // `run,tag,step,wall_time,item,name,type,number,text`
            let cells: Vec<_> = line.splitn(9, ',').collect();
            if cells[4] == "hparam" {
                let run = found.entry(cells[0].to_owned()).or_default();
                run.insert(cells[5].to_owned(), format!("{} {}", cells[1], cells[7]));
            }
        }
        found
    };
    for name in ["lightning", "ray", "huggingface"] {
        let expected = golden(name);
        let found = exported(name, &[]);
        assert_eq!(found.len(), expected.len(), "{name}");
        for (run, values) in expected {
            assert!(found[&run].keys().eq(values.keys()), "{name} {run}");
        }
    }
    assert_eq!(
        exported("lightning", &[])["version_1"]["lr"],
        "hparams.yaml 0.01"
    );
    let asked = exported(
        "hydra",
        &[
            "--hparams-from",
            ".hydra/overrides.yaml",
            "--policy",
            "last-wins",
        ],
    );
    assert_eq!(
        asked["numbered/2/tb"]["optimizer/lr"],
        "overrides.yaml 0.01"
    );
    for args in [&[][..], &["--policy", "last-wins"]] {
        let found = exported("pytorch", args);
        let runs: Vec<_> = found
            .keys()
            .filter(|run| !run.starts_with("sweep/"))
            .collect();
        assert_eq!(runs, ["one", "thrice", "two"]);
        assert_eq!(found["two"]["lr"], "_hparams_/session_start_info 0.2");
    }
    let out = tempfile::tempdir().unwrap();
    let path = out.path().join("a.parquet").display().to_string();
    let output = tfevents(
        layout("pytorch"),
        &["export", ".", "--kind", "hparams", "-o", &path],
    );
    assert!(matches!(output.status, 0 | 3), "{}", output.stderr);
}

#[test]
fn prune_takes_sessions_along() {
    let dir = copy("pytorch");
    let plan = |args: &[&str]| {
        let args = [&["prune", "runs", "--dry-run", "--json"], args].concat();
        let output = tfevents(dir.path(), &args);
        let plan: Value = serde_json::from_str(&output.stdout).unwrap();
        let runs = plan["runs"].as_array().unwrap().iter();
        let names = runs.map(|run| run["run"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    let below = |run: &str| {
        let entries = fs::read_dir(dir.path().join("runs").join(run)).unwrap();
        let dirs = entries
            .map(|e| e.unwrap().path())
            .filter(|path| path.is_dir());
        dirs.map(|path| format!("{run}/{}", path.file_name().unwrap().to_str().unwrap()))
            .collect::<Vec<_>>()
    };
    let mut expected = vec!["one".to_owned()];
    expected.extend(below("one"));
    assert_eq!(plan(&["--where", "@lr < 0.15", "--run", "one"]), expected);
    // Alone, a session is not judged: four values of `add_hparams` beside three of the run's own.
    let points = [
        "prune",
        "runs",
        "--dry-run",
        "--points",
        "<6",
        "--run",
        "one*",
    ];
    let none = "error: nothing is left after --run and --points\n";
    assert_eq!(tfevents(dir.path(), &points).ended(3, none), "");
    assert_eq!(plan(&["--points", "<8", "--run", "one*"]), expected);
    // What is kept by name keeps the other.
    for kept in ["one", "one/*"] {
        let found = plan(&["--where", "@lr < 0.25", "--exclude-run", kept]);
        assert!(found.iter().all(|run| !run.starts_with("one")), "{found:?}");
        assert!(!found.is_empty());
    }
    let found = plan(&["--where", "last:hparam/accuracy < 0.75"]);
    assert_eq!(found.len(), 4, "{found:?}");

    // One that is still being written keeps the other.
    let session = dir.path().join("runs").join(&below("two")[0]);
    for (path, content) in files(&session) {
        fs::write(session.join(path), content).unwrap();
    }
    let output = tfevents(dir.path(), &["prune", "runs", "--run", "two*", "--yes"]);
    let said = "two stays: it belongs with `two/";
    assert!(output.stderr.contains(said), "{}", output.stderr);
    assert_eq!(below("two").len(), 1);
    let output = tfevents(dir.path(), &["prune", "runs", "--run", "one", "--yes"]);
    assert_eq!(output.status, 0, "{}", output.stderr);
    assert!(!dir.path().join("runs/one").exists());
    assert!(dir.path().join("runs/two").exists());
}

#[test]
fn parameters_can_be_taken_from_somewhere_else() {
    let dir = copy("lightning");
    let runs = dir.path().join("runs");
    fs::write(runs.join("version_1/config.yaml"), "learning:\n  rate: 7\n").unwrap();
    let found = table(&runs, &["--hparams-from", "config.yaml"]);
    assert_eq!(found.len(), 1);
    assert_eq!(found["version_1"]["learning/rate"], 7.0);
    let none = tfevents(
        &runs,
        &[
            "table",
            ".",
            "-c",
            "loss",
            "@*",
            "--hparams-from",
            "none",
            "--format",
            "csv",
        ],
    );
    assert_eq!(
        none.done(),
        "run,last:loss\nversion_0,0.33333334\nversion_1,0.33333334\n"
    );
    let text = table(
        &layout("huggingface"),
        &["--hparams-from", "tag:model_config"],
    );
    assert_eq!(text["runs/a"]["hidden_size"], 128.0);
    assert_eq!(text["runs/a"].len(), 2);
    for (asked, status, said) in [
        (
            "nothing.yaml",
            1,
            "--hparams-from nothing.yaml: no run has such a file with hyperparameters",
        ),
        (
            "tag:nothing",
            1,
            "--hparams-from tag:nothing: no run has such a text with hyperparameters",
        ),
        (
            "/etc/hostname",
            2,
            "expected a name relative to each run's directory",
        ),
    ] {
        for verb in [
            &["table", "."][..],
            &["diff", "version_0", "version_1"],
            &["reduce", ".", "--group", "@lr", "--format", "csv"],
            &["prune", ".", "--where", "@lr > 0", "--dry-run"],
        ] {
            let output = tfevents(&runs, &[verb, &["--hparams-from", asked]].concat());
            assert_eq!(output.status, status, "{verb:?} {asked}: {}", output.stderr);
            assert!(
                output.stderr.contains(said),
                "{verb:?} {asked}: {}",
                output.stderr
            );
        }
    }
}

#[test]
fn files_that_cannot_be_read_cost_their_own_run_only() {
    let dir = copy("lightning");
    let runs = dir.path().join("runs");
    let file = runs.join("version_0/hparams.yaml");
    let check = |said: &str| {
        let output = tfevents(
            &runs,
            &["table", ".", "-c", "loss", "@lr", "--format", "csv"],
        );
        assert_eq!(output.status, 3, "{}", output.stderr);
        assert_eq!(
            output.stdout,
            "run,last:loss,@lr\nversion_0,0.33333334,\nversion_1,0.33333334,0.01\n"
        );
        assert!(output.stderr.starts_with("warning: "), "{}", output.stderr);
        assert!(
            output.stderr.contains("version_0/hparams.yaml: "),
            "{}",
            output.stderr
        );
        assert!(output.stderr.contains(said), "{}", output.stderr);
        assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
    };
    fs::write(&file, "lr: [0.1\n").unwrap();
    check("no hyperparameters: ");
    let bomb: String = (1..30)
        .map(|i| format!("a{i}: &a{i} [*a{0}, *a{0}]\n", i - 1))
        .collect();
    fs::write(&file, format!("a0: &a0 [x, x]\n{bomb}")).unwrap();
    check("aliases expand to too much text");
    fs::write(&file, b"lr: \xff\xfe\n").unwrap();
    check("UTF-8");
    #[cfg(unix)]
    {
        fs::remove_file(&file).unwrap();
        let made = std::process::Command::new("mkfifo")
            .arg(&file)
            .status()
            .unwrap();
        assert!(made.success());
        check("not a regular file");
    }
}

#[test]
fn parameters_stated_twice_are_told() {
    let dir = tempfile::tempdir().unwrap();
    for run in 0..13 {
        let run = dir.path().join(format!("runs/run{run}"));
        write_events(run.join(FILE), &[version("t"), scalar(0, "loss", 1.0)]);
        fs::write(
            run.join("params.json"),
            r#"{"lr": 1, "a": 2, "lr": 3, "b": 1, "b": 1}"#,
        )
        .unwrap();
    }
    let output = tfevents(
        dir.path(),
        &["table", "runs", "-c", "@lr", "--format", "csv"],
    );
    assert_eq!(output.status, 3);
    assert_eq!(output.stdout.lines().nth(1), Some("run0,3"));
    let lines: Vec<_> = output.stderr.lines().collect();
    assert_eq!(
        lines[0],
        "warning: run0: stated more than once: `lr`; the last value counts"
    );
    assert_eq!(
        lines[10],
        "warning: 3 more runs with hyperparameters stated more than once (list them with -v)"
    );
    assert_eq!(lines.len(), 11);
}

#[test]
fn runs_without_a_scalar_yet_are_lines() {
    let dir = tempfile::tempdir().unwrap();
    let write = |run: &str, events: &[_]| {
        write_events(dir.path().join("runs").join(run).join(FILE), events);
    };
    write("waiting", &[version("t"), hparams(&[("lr", 0.1.into())])]);
    write(
        "going",
        &[
            version("t"),
            hparams(&[("lr", 0.2.into())]),
            scalar(0, "loss", 1.0),
        ],
    );
    write(
        "other",
        &[
            version("t"),
            hparams(&[("lr", 0.3.into())]),
            scalar(0, "acc", 1.0),
        ],
    );
    // Its parameters are on the line of the run below.
    write("keras", &[version("t"), hparams(&[("lr", 0.4.into())])]);
    write("keras/train", &[version("t"), scalar(0, "loss", 1.0)]);
    let output = tfevents(
        dir.path(),
        &["table", "runs", "-c", "loss", "@lr", "--format", "csv"],
    );
    assert_eq!(
        output.stdout,
        "run,last:loss,@lr\ngoing,1,0.2\nkeras/train,1,0.4\nwaiting,,0.1\n"
    );
    assert_eq!(
        output.stderr,
        "note: left out 2 runs without any of these values\n"
    );
    let output = csv(dir.path(), &["table", "runs"]);
    let runs: Vec<_> = output
        .iter()
        .skip(1)
        .map(|line| line.split(',').next().unwrap())
        .collect();
    assert_eq!(runs, ["going", "keras/train", "other", "waiting"]);
}

#[test]
fn a_plan_of_an_export_counts_the_files_of_sessions_below() {
    let dir = layout("pytorch");
    let args = ["export", ".", "--kind", "hparams", "--dry-run", "--json"];
    let plan: Value = serde_json::from_str(&tfevents(&dir, &args).stdout).unwrap();
    let all: Value =
        serde_json::from_str(&tfevents(&dir, &["inspect", "--json", "."]).stdout).unwrap();
    let runs = all["runs"].as_array().unwrap();
    let files: usize = runs
        .iter()
        .map(|run| run["files"].as_array().unwrap().len())
        .sum();
    assert_eq!(plan["outputs"][0]["files"], files);
    assert!(plan["outputs"][0]["runs"].as_u64().unwrap() < runs.len() as u64);
}

#[test]
fn rows_are_in_the_order_of_tags_whatever_a_file_is_called() {
    let dir = tempfile::tempdir().unwrap();
    write_events(
        dir.path().join("a").join(FILE),
        &[hparams(&[("lr", 0.1.into())])],
    );
    for file in ["Config.yaml", "config.yaml"] {
        fs::write(dir.path().join("a").join(file), "lr: 0.2\n").unwrap();
        let mut args = vec!["export", ".", "--kind", "hparams", "--hparams-from", file];
        // As Parquet wants them, too.
        args.extend(["--policy", "last-wins"]);
        let lines = csv(dir.path(), &args);
        let tags: Vec<_> = lines[1..]
            .iter()
            .filter_map(|line| line.split(',').nth(1))
            .collect();
        assert!(tags.is_sorted() && tags.contains(&file), "{tags:?}");
    }
}

/// Of more than a hundred settings, a terminal gets those that differ, and the first of the others.
#[test]
fn many_settings_are_folded_where_they_do_not_fit() {
    let table = |args: &[&str]| {
        let mut program = command(layout("huggingface"), &[&["table", "."], args].concat());
        program.env("COLUMNS", "80");
        run(program, b"").done()
    };
    let all = table(&["-v"]);
    let settings = all.matches('@').count();
    assert!(settings > 90 && !all.contains("(list them"), "{all}");
    for args in [&[][..], &["--run", "runs/a"]] {
        let few = table(args);
        assert!(
            few.contains("(list them with -v)\n") && few.lines().count() < 25,
            "{few}"
        );
        assert!(few.contains("@learning_rate") || args.len() > 1, "{few}");
        assert!(few.contains("last:train/loss"), "{few}");
    }
    // Pipes get everything.
    let piped = tfevents(layout("huggingface"), &["table", "."]).done();
    assert!(
        !piped.contains("(list them") && piped.contains("@weight_decay"),
        "{piped}"
    );
}
