//! `tfevents table`.

use tempfile::TempDir;
use tfevents::plugin::hparams::HParamValue;

use crate::support::{
    FILE, Output, assert_documented, assert_golden, fixture, hparams, scalar, tfevents, version,
    write_events,
};

mod files;
mod groups;
mod paper;

/// Three runs, of which two have hyperparameters, one of them a directory above.
fn sweep() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let write = |run: &str, settings: &[(&str, HParamValue)], series: &[(&str, &[f32])]| {
        let mut events = vec![version("t")];
        if !settings.is_empty() {
            events.push(hparams(settings));
        }
        for (tag, values) in series {
            events.extend(
                (0..)
                    .zip(*values)
                    .map(|(step, &v)| scalar(10 * step, tag, v)),
            );
        }
        write_events(dir.path().join("runs").join(run).join(FILE), &events);
    };
    let adam = [
        ("lr", 0.1.into()),
        ("opt", "adam".into()),
        ("amsgrad", true.into()),
    ];
    let loss: &[f32] = &[1.0, 0.25, f32::NAN, 0.5];
    write(
        "exp2",
        &adam,
        &[("val/loss", loss), ("val/acc", &[0.5, 0.9])],
    );
    write("exp10", &[("lr", 0.01.into()), ("opt", "sgd".into())], &[]);
    write(
        "exp10/val",
        &[],
        &[("val/loss", &[3.0, 0.1]), ("val/acc", &[0.7])],
    );
    write("plain", &[], &[("val/loss", &[2.0]), ("other", &[7.0])]);
    dir
}

fn table(args: &[&str]) -> Output {
    let args: Vec<_> = ["table", "runs"].iter().chain(args).copied().collect();
    tfevents(sweep().path(), &args)
}

#[test]
fn all_formats() {
    let columns = [
        "-c",
        "min:val/loss",
        "argmin:val/loss",
        "last:val/acc",
        "@lr",
        "@opt",
    ];
    let mut all = String::new();
    for format in ["text", "md", "latex", "csv", "tsv", "json"] {
        let output = table(&[&columns[..], &["--format", format]].concat());
        let printed = output.ended(0, "note: left out 1 run without any of these values\n");
        all += &format!("{format}\n{printed}\n");
    }
    assert_golden("table.txt", &all);
}

#[test]
fn everything_is_shown_where_nothing_is_asked_for() {
    let output = table(&["--format", "csv"]);
    assert_eq!(
        output.stderr,
        "note: left out 1 run without any of these values\n"
    );
    assert_eq!(
        output.stdout,
        "run,@amsgrad,@lr,@opt,last:other,last:val/acc,last:val/loss\n\
         exp2,true,0.1,adam,,0.9,0.5\n\
         exp10/val,,0.01,sgd,,0.7,0.1\n\
         plain,,,,7,,2\n"
    );
}

#[test]
fn every_aggregate() {
    let aggregates = [
        ("first", "1"),
        ("last", "0.5"),
        ("min", "0.25"),
        ("max", "1"),
        ("mean", "0.5833333333333334"),
        ("median", "0.5"),
        ("std", "0.3818813079129867"),
        ("sum", "1.75"),
        ("count", "4"),
        ("argmin", "10"),
        ("argmax", "0"),
    ];
    for (aggregate, expected) in aggregates {
        let column = format!("{aggregate}:val/loss");
        let csv = table(&["--run", "exp2", "--format", "csv", "-c", &column]).done();
        assert_eq!(csv, format!("run,{column}\nexp2,{expected}\n"));
    }
}

#[test]
fn every_argument_is_a_path() {
    let paths = [
        "table",
        "runs/exp2",
        "runs/plain",
        "-c",
        "last:val/loss",
        "--format",
        "csv",
    ];
    let csv = tfevents(sweep().path(), &paths).done();
    assert_eq!(csv, "run,last:val/loss\nruns/exp2,0.5\nruns/plain,2\n");
}

fn runs(args: &[&str]) -> Vec<String> {
    let args = [&["-c", "val/loss", "--format", "csv"], args].concat();
    let output = table(&args);
    assert_eq!(output.status, 0, "{}", output.stderr);
    let rows = output.stdout.lines().skip(1);
    rows.map(|row| row.split(',').next().unwrap().to_owned())
        .collect()
}

#[test]
fn runs_are_sorted_and_chosen() {
    assert_eq!(runs(&[]), ["exp2", "exp10/val", "plain"]);
    assert_eq!(
        runs(&["--sort", "val/loss"]),
        ["exp10/val", "exp2", "plain"]
    );
    assert_eq!(runs(&["--sort=-val/loss"]), ["plain", "exp2", "exp10/val"]);
    assert_eq!(
        runs(&["--sort", "-max:val/acc"]),
        ["exp2", "exp10/val", "plain"],
        "none comes last"
    );
    assert_eq!(runs(&["--sort", "@opt"]), ["exp2", "exp10/val", "plain"]);
    assert_eq!(
        runs(&["--where", "max:val/acc >= 0.7", "--where", "@opt != adam"]),
        ["exp10/val"]
    );
    assert_eq!(runs(&["--where", "@amsgrad == true"]), ["exp2"]);
    assert_eq!(runs(&["--where", "val/loss < 0.2"]), ["exp10/val"]);
    let either = "(@opt == adam or min:val/loss < 0.2) and not isnan(val/loss)";
    assert_eq!(runs(&["--where", either]), ["exp2", "exp10/val"]);
    assert_eq!(runs(&["--where", "val/* < 0.2"]), ["exp10/val"]);
    // A truth value is not a number.
    for condition in [
        "val/loss > 1e9",
        "@amsgrad > 0.05",
        "@amsgrad == 1",
        "@amsgrad <= 1",
    ] {
        let none = table(&["-c", "val/loss", "--format", "csv", "--where", condition]);
        let told = "error: no run meets the conditions of --where\n";
        assert_eq!(none.ended(3, told), "", "{condition}");
    }
}

#[test]
fn patterns_stand_for_columns() {
    let head = |args: &[&str]| {
        let output = table(&[&["-c"], args, &["--format", "csv"]].concat());
        output.stdout.lines().next().unwrap().to_owned()
    };
    assert_eq!(head(&["max:val/*"]), "run,max:val/acc,max:val/loss");
    assert_eq!(
        head(&["max:^val/.*s$", "@^l", "--regex"]),
        "run,max:val/loss,@lr"
    );
    assert_eq!(head(&["@*", "other"]), "run,@amsgrad,@lr,@opt,last:other");
}

#[test]
fn runs_without_an_answer_are_told() {
    let csv = table(&["-c", "other", "@lr", "--format", "csv"]);
    assert_eq!(csv.status, 0);
    assert_eq!(csv.stdout, "run,last:other,@lr\nplain,7,\n");
    assert_eq!(
        csv.stderr,
        "note: left out 3 runs without any of these values\n"
    );
}

#[test]
fn mistakes_are_explained() {
    let cases: [(&[&str], i32, &str); 8] = [
        (
            &["-c", "val/los"],
            3,
            "no tag matches `val/los`; did you mean `val/loss`?",
        ),
        (
            &["-c", "mni:val/loss"],
            1,
            "unknown aggregate `mni`; did you mean `min`?",
        ),
        (
            &["-c", "@lrr"],
            3,
            "no hyperparameter matches `lrr`; did you mean `lr`?",
        ),
        (
            &["--where", "val/loss ="],
            2,
            "a number, a tag or a hyperparameter is missing\n  val/loss =\n            ^\n",
        ),
        (
            &["--where", "mni:val/loss < 1"],
            1,
            "unknown aggregate `mni`; did you mean `min`?",
        ),
        (
            &["--sort", "val/*"],
            2,
            "matches several columns, such as `last:val/acc`",
        ),
        (&["--format", "xml"], 2, "xml"),
        (
            &["--run", "exp3"],
            3,
            "no run matches `exp3`; did you mean `exp2`",
        ),
    ];
    for (args, status, problem) in cases {
        let output = table(args);
        assert_eq!(output.status, status, "{args:?}: {}", output.stderr);
        assert!(
            output.stderr.contains(problem),
            "{args:?}: {}",
            output.stderr
        );
        assert_eq!(output.stdout, "");
    }
}

#[test]
fn other_writers_settings_are_found() {
    let hparams = fixture("tf2").join("hparams");
    let output = tfevents(hparams, &["table", ".", "-c", "@*", "--format", "csv"]);
    assert_eq!(
        output.stdout,
        "run,@depth,@nesterov,@optimizer,@rate,@units,@unlisted\n\
         trial0,2,false,adam,0.1,16,x\ntrial1,2,true,sgd,0.1,32,x\n"
    );
}

#[test]
fn damage_is_status_3() {
    let dir = sweep();
    let file = dir.path().join("runs/plain").join(FILE);
    let mut bytes = std::fs::read(&file).unwrap();
    bytes.truncate(bytes.len() - 3);
    std::fs::write(&file, bytes).unwrap();
    let output = tfevents(
        dir.path(),
        &["table", "runs", "-c", "val/loss", "--format", "csv"],
    );
    assert_eq!(output.status, 3);
    assert!(
        output.stderr.contains("unfinished record"),
        "{}",
        output.stderr
    );
    assert!(output.stdout.contains("plain,2\n"), "{}", output.stdout);
}

#[test]
fn json_is_documented() {
    let args = ["table", "runs", "-c", "min:val/loss", "@opt", "--json"];
    let output = tfevents(sweep().path(), &args);
    let json = output.ended(0, "note: left out 1 run without any of these values\n");
    assert_documented(&format!("tfevents {}", args.join(" ")), &json);
}

/// Runs whose learning rate was logged as text, by most of them.
fn launched() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let rates: [(&str, HParamValue); 7] = [
        ("a", "0.1".into()),
        ("b", "0.02".into()),
        ("c", "1e-3".into()),
        ("d", 0.5.into()),
        ("e", "auto".into()),
        ("f", "inf".into()),
        ("g", HParamValue::Null),
    ];
    for (run, rate) in rates {
        let path = dir.path().join("runs").join(run).join(FILE);
        let events = [
            hparams(&[("lr", rate), ("n", 1.into())]),
            scalar(0, "x", 1.0),
        ];
        write_events(&path, &events);
    }
    dir
}

#[test]
fn text_that_is_a_number_compares_and_sorts_as_one() {
    let dir = launched();
    let order = |args: &[&str]| -> String {
        let args = [
            &["table", "runs", "-c", "@lr", "@n", "--format", "csv"],
            args,
        ]
        .concat();
        let csv = tfevents(dir.path(), &args).done();
        csv.lines()
            .skip(1)
            .filter_map(|row| row.chars().next())
            .collect()
    };
    assert_eq!(order(&["--where", "@lr > 0.05"]), "adf");
    assert_eq!(order(&["--where", "@lr <= 0.02"]), "bc");
    assert_eq!(order(&["--where", "@lr == 1e-1"]), "a");
    assert_eq!(order(&["--where", "@lr != 0.001"]), "abdef");
    assert_eq!(order(&["--where", "@lr == auto"]), "e");
    let none = tfevents(
        dir.path(),
        &["table", "runs", "-c", "@lr", "--where", "@lr > auto"],
    );
    none.ended(3, "error: no run meets the conditions of --where\n");
    assert_eq!(order(&["--sort", "@lr"]), "cbadfeg");
    assert_eq!(order(&["--sort=-@lr"]), "fdabceg");

    let condition = ["--where", "@lr > 0.05", "--idle", "0s"];
    let args = [&["prune", "runs", "--dry-run", "--json"], &condition[..]].concat();
    let plan: serde_json::Value =
        serde_json::from_str(&tfevents(dir.path(), &args).done()).unwrap();
    let runs = plan["runs"].as_array().unwrap().iter();
    let runs: String = runs.map(|run| run["run"].as_str().unwrap()).collect();
    assert_eq!(runs, "adf");

    write_events(
        dir.path().join("c").join(FILE),
        &[hparams(&[("lr", 0.001.into()), ("n", "1.0".into())])],
    );
    let same = tfevents(dir.path(), &["diff", "runs/c", "c", "--tag", "nothing"]);
    assert!(!same.stdout.contains("lr"), "{}", same.stdout);
}
