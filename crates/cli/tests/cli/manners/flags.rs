//! Flags that mean the same in every verb: how much is said, in which colors, shapes, orders and policies.

use super::{OTHER_VERBS, VERBS, printable};
use crate::support::{FILE, calls, command, demo, run, scalar, tfevents, version, write_events};

#[test]
fn colours_are_only_for_those_who_want_them() {
    let dir = demo();
    let coloured = |variables: &[&str]| {
        let mut inspect = command(dir.path(), &["inspect", "runs"]);
        for variable in variables {
            inspect.env(variable, "1");
        }
        run(inspect, &[]).stdout.contains('\x1b')
    };
    assert!(!coloured(&[]), "a pipe gets none");
    assert!(coloured(&["CLICOLOR_FORCE"]));
    assert!(!coloured(&["CLICOLOR_FORCE", "NO_COLOR"]));
}

/// Starts the program with these options before the verb, and then behind everything.
fn with_global<'a>(args: &[&'a str], options: &[&'a str]) -> [Vec<&'a str>; 2] {
    [[options, args].concat(), [args, options].concat()]
}

#[test]
fn quiet_leaves_results_and_status_alone() {
    let dir = demo();
    for verb in VERBS.iter().chain(OTHER_VERBS) {
        let args = [verb, &["runs"][..]].concat();
        let loud = tfevents(dir.path(), &args);
        for args in with_global(&args, &["--quiet"]) {
            let quiet = tfevents(dir.path(), &args);
            assert_eq!(
                (quiet.status, &*quiet.stderr),
                (loud.status, ""),
                "{args:?}"
            );
            assert_eq!(quiet.stdout, loud.stdout, "{args:?}");
        }
        let failed = tfevents(dir.path(), &[verb, &["-q", "nowhere"][..]].concat());
        assert_eq!(failed.status, 1, "{verb:?}");
        assert!(failed.stderr.starts_with("error: "), "{verb:?}");
    }
}

#[test]
fn colors_are_used_where_they_are_asked_for() {
    let dir = demo();
    for args in [
        &["inspect", "runs"][..],
        &["table", "runs"],
        &["nowhere"],
        &["--help"],
    ] {
        for args in with_global(args, &["--color", "always"]) {
            let output = tfevents(dir.path(), &args);
            let text = output.stdout + &output.stderr;
            assert!(text.contains('\x1b'), "{args:?}: {text}");
        }
        for args in with_global(args, &["--color=never"]) {
            let mut program = command(dir.path(), &args);
            program.env("CLICOLOR_FORCE", "1");
            let output = run(program, b"");
            let text = output.stdout + &output.stderr;
            assert!(!text.contains('\x1b'), "{args:?}: {text}");
        }
    }
}

#[test]
fn utc_is_the_zone_of_all_times() {
    let dir = demo();
    for args in [
        &["inspect", "runs"][..],
        &["cat", "runs"],
        &[
            "filter",
            "runs",
            "--since",
            "2023-11-14T22:13:21",
            "--dry-run",
        ],
    ] {
        let in_zone = |zone: &str, args: &[&str]| {
            let mut program = command(dir.path(), args);
            program.env("TZ", zone);
            run(program, b"").stdout
        };
        let utc = in_zone("UTC", args);
        assert_ne!(in_zone("Asia/Tokyo", args), utc, "{args:?}");
        for args in with_global(args, &["--utc"]) {
            assert_eq!(in_zone("Asia/Tokyo", &args), utc, "{args:?}");
        }
    }
}

/// Verbs without `--json`, and why.
const WITHOUT_JSON: &[(&str, &str)] = &[
    ("cat", "its lines are values: --format jsonl"),
    ("plot", "it draws"),
    ("report", "it writes a page"),
    ("board", "it opens a page"),
    ("serve", "it answers over the network"),
    ("mlflow", "its own verbs have it"),
    ("completions", "it is a script"),
    ("man", "it is a manual"),
];

#[test]
fn every_verb_that_reports_does_so_as_json_with_a_version() {
    for (name, verb) in calls() {
        let has = verb.get_arguments().any(|arg| arg.get_id() == "json");
        let lacks = WITHOUT_JSON.iter().any(|(verb, _)| *verb == name) || name == "help";
        assert_ne!(has, lacks, "{name}");
    }
    let dir = printable();
    for args in [
        &["inspect", "runs"][..],
        &["du", "runs"],
        &["check", "runs"],
        &["export", "runs", "--dry-run"],
        &["repair", "runs", "--dry-run"],
        &["filter", "runs", "--dry-run"],
        &["merge", "runs", "--dry-run"],
        &["rename", "runs", "--prefix-tag", "x/", "--dry-run"],
        &["split", "runs", "--by", "file", "--dry-run"],
        &["compact", "runs", "--dry-run"],
        &["prune", "runs", "--run", "*", "--dry-run"],
        &["import", "in.csv", "--dry-run"],
        &["reduce", "runs", "--group", "?", "--dry-run"],
        &["table", "runs", "-c", "loss"],
        &["diff", "runs/a", "runs/b"],
    ] {
        let output = tfevents(dir.path(), &[args, &["--json"]].concat());
        let document: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
        assert_eq!(document["version"], 1, "{args:?}");
        assert!(
            output.stdout.starts_with("{\n  \"version\": 1,\n"),
            "{args:?}"
        );
    }
    for args in [
        &["tail", "runs", "--no-follow", "--from-start", "--json"][..],
        &["cat", "runs", "--format", "jsonl"],
        &["get", "scalar", "runs/a", "--tag", "loss", "--json"],
    ] {
        let output = tfevents(dir.path(), args);
        assert!(!output.stdout.is_empty(), "{args:?}");
        for line in output.stdout.lines() {
            assert!(line.starts_with("{\"version\":1,"), "{args:?}: {line}");
        }
    }
}

#[test]
fn limits_and_orders_mean_the_same_in_every_verb() {
    let dir = tempfile::tempdir().unwrap();
    for (run, points) in [("a", 3), ("b", 1), ("c", 2)] {
        for logdir in ["runs", "others"] {
            let points = points + i64::from(logdir == "others");
            let mut events = vec![version("t")];
            events.extend((0..points).map(|step| scalar(step, "loss", 0.5)));
            // Rewound, which `check` finds.
            events.push(scalar(0, "loss", 0.5));
            write_events(dir.path().join(logdir).join(run).join(FILE), &events);
        }
    }
    let json = |args: &[&str]| -> serde_json::Value {
        let output = tfevents(dir.path(), args);
        serde_json::from_str(&output.stdout).unwrap()
    };
    let names = |list: &serde_json::Value| -> String {
        let runs = list.as_array().unwrap().iter();
        runs.map(|run| run["run"].as_str().unwrap()).collect()
    };
    for (args, list) in [
        (
            &["inspect", "runs", "--json", "--sort", "points"][..],
            "runs",
        ),
        (
            &["du", "runs", "--by", "run", "--json", "--sort", "points"],
            "groups",
        ),
        (
            &[
                "table",
                "runs",
                "-c",
                "loss",
                "--json",
                "--sort",
                "count:loss",
            ],
            "rows",
        ),
    ] {
        assert_eq!(names(&json(args)[list]), "bca", "{args:?}");
        let (column, rest) = args.split_last().unwrap();
        let descending = format!("-{column}");
        let args = [rest, &[&*descending]].concat();
        assert_eq!(names(&json(&args)[list]), "acb", "{args:?}");
    }
    for verb in ["inspect", "du"] {
        let slip = tfevents(dir.path(), &[verb, "runs", "--sort", "pionts"]);
        assert_eq!(slip.status, 2);
        assert!(
            slip.stderr.contains("did you mean `points`"),
            "{}",
            slip.stderr
        );
    }
    for (args, list) in [
        (&["inspect", "runs", "--json"][..], "runs"),
        (&["table", "runs", "-c", "loss", "--json"], "rows"),
        (&["check", "runs", "--json"], "runs"),
        (&["diff", "runs", "others", "--json"], "runs"),
    ] {
        let all = names(&json(args)[list]);
        assert_eq!(all, "abc", "{args:?}");
        let limited = [args, &["-n", "2"]].concat();
        assert_eq!(names(&json(&limited)[list]), "ab", "{args:?}");
        let told = tfevents(dir.path(), &limited).stderr;
        assert!(told.contains("note: 1 more run"), "{args:?}: {told}");
        assert!(told.contains("--limit shows more"), "{args:?}: {told}");
    }
    let lines = tfevents(
        dir.path(),
        &["cat", "runs", "--format", "jsonl", "--limit", "2"],
    );
    assert_eq!(lines.done().lines().count(), 2);
    let text = tfevents(dir.path(), &["inspect", "runs", "-n", "1"]).stdout;
    assert!(text.contains("9 points in 3 runs"), "{text}");
}

#[test]
fn policies_choose_the_same_points_in_every_verb() {
    let dir = tempfile::tempdir().unwrap();
    for run in ["runs/s0", "runs/s1"] {
        let steps = [(0, 1.0), (1, 2.0), (1, 4.0)];
        let points = steps.map(|(step, v)| scalar(step, "loss", v));
        write_events(dir.path().join(run).join(FILE), &points);
    }
    let stdout = |args: &[&str]| tfevents(dir.path(), args).stdout;
    let table = ["table", "runs", "-c", "count:loss", "--format", "csv"];
    assert_eq!(stdout(&table), "run,count:loss\ns0,3\ns1,3\n");
    let last = [&table[..], &["--policy", "last-wins"]].concat();
    assert_eq!(stdout(&last), "run,count:loss\ns0,2\ns1,2\n");
    for verb in ["export", "plot", "report", "table", "reduce", "tail"] {
        let help = stdout(&[verb, "--help"]);
        assert!(help.contains("--policy"), "{verb}");
        let slip = tfevents(dir.path(), &[verb, "runs", "--policy", "lats-wins"]);
        assert_eq!(slip.status, 2, "{verb}");
    }
}
