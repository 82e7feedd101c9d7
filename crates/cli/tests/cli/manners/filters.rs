//! What is meant and what is left out: runs, tags, kinds and the like, by the same flags everywhere.

use super::{VERBS, printable};
use crate::support::{demo, tfevents};

#[test]
fn a_pattern_of_several_that_matches_nothing_is_status_3() {
    for verb in VERBS {
        let args: Vec<_> = verb
            .iter()
            .chain(&["runs/train", "--tag", "loss", "--tag", "acc"])
            .copied()
            .collect();
        let output = tfevents(demo().path(), &args);
        assert_eq!(output.status, 3);
        assert!(output.stderr.starts_with("warning: no tag matches `acc`"));
        assert!(output.stdout.contains("loss"));
    }
}

/// Verbs without some of the filters, and why.
const UNFILTERED: &[(&str, &[&str], &str)] = &[
    (
        "merge",
        &["tag", "exclude-tag", "kind"],
        "copies whole files",
    ),
    (
        "compact",
        &["tag", "exclude-tag", "kind"],
        "copies whole files",
    ),
    (
        "repair",
        &["tag", "exclude-tag", "kind"],
        "copies whole files",
    ),
    (
        "rename",
        &["exclude-tag", "kind"],
        "copies whole files; --tag says what gets new names",
    ),
    (
        "split",
        &["exclude-tag", "kind"],
        "copies whole files; --tag says what gets runs of its own",
    ),
    (
        "prune",
        &["tag", "exclude-tag", "kind"],
        "moves whole files",
    ),
    ("check", &["kind"], "its findings are about tags and files"),
    ("get", &["kind"], "the kind is its first argument"),
    ("table", &["kind"], "shows scalars and hyperparameters"),
    ("plot", &["kind"], "draws scalars"),
    (
        "board",
        &["run", "exclude-run", "tag", "exclude-tag", "kind"],
        "serves whole logdirs; the page has filters",
    ),
    (
        "serve",
        &["run", "exclude-run", "tag", "exclude-tag", "kind"],
        "serves whole logdirs; the page has filters",
    ),
    ("reduce", &["kind"], "reduces scalars"),
    (
        "import",
        &["exclude-run", "exclude-tag", "kind"],
        "reads tables",
    ),
];

#[test]
fn every_verb_that_reads_has_the_same_filters() {
    let program = tfevents_cli::command();
    for verb in program.get_subcommands() {
        let name = verb.get_name();
        let has = |id: &str| verb.get_arguments().any(|arg| arg.get_id() == id);
        if !["paths", "path", "left"].into_iter().any(has) {
            continue;
        }
        let lacks = UNFILTERED.iter().find(|(verb, ..)| *verb == name);
        let lacks = lacks.map_or(&[][..], |(_, lacks, _)| lacks);
        for filter in ["run", "exclude-run", "tag", "exclude-tag", "kind"] {
            let has = has(&filter.replace('-', "_"));
            assert_ne!(has, lacks.contains(&filter), "{name} --{filter}");
        }
    }
}

#[test]
fn what_is_excluded_is_in_no_result() {
    let dir = printable();
    for args in [
        &["inspect", "runs"][..],
        &["du", "runs", "--by", "run"],
        &["cat", "runs"],
        &["tail", "runs", "--from-start", "--no-follow"],
        &["check", "runs"],
        &["export", "runs"],
        &["table", "runs", "-c", "loss"],
        &["repair", "runs", "--dry-run"],
        &["filter", "runs", "--dry-run"],
        &["merge", "runs", "--dry-run"],
        &["rename", "runs", "--prefix-tag", "x/", "--dry-run"],
        &["split", "runs", "--by", "prefix", "--dry-run"],
        &["compact", "runs", "--dry-run"],
        &["prune", "runs", "--points", ">0", "--dry-run"],
        &["reduce", "runs", "--group", "*", "--dry-run"],
        &["diff", "runs/a", "runs", "--json"],
    ] {
        let some = [args, &["--exclude-run", "b"]].concat();
        let some = tfevents(dir.path(), &some);
        assert!(matches!(some.status, 0 | 3), "{args:?}: {}", some.stderr);
        let words = some.stdout.split(|c: char| !c.is_alphanumeric());
        assert!(
            words.clone().all(|word| word != "b"),
            "{args:?}: {}",
            some.stdout
        );
        let none = tfevents(dir.path(), &[args, &["--exclude-run", "*"]].concat());
        assert_eq!(none.status, 1, "{args:?}");
        let told = "error: no runs are left; each of them is excluded";
        assert!(
            none.stderr.contains(told) || args[0] == "tail",
            "{args:?}: {}",
            none.stderr
        );
        let slip = tfevents(dir.path(), &[args, &["--exclude-run", "zz"]].concat());
        let status = if args[0] == "prune" { 1 } else { 3 };
        assert_eq!(slip.status, status, "{args:?}");
        assert!(
            slip.stderr.contains("no run matches `zz`"),
            "{args:?}: {}",
            slip.stderr
        );
    }
    for args in [
        &["inspect", "runs"][..],
        &["du", "runs", "--by", "tag"],
        &["cat", "runs"],
        &["tail", "runs", "--from-start", "--no-follow"],
        &["export", "runs"],
        &["table", "runs"],
        &["plot", "runs"],
        &["reduce", "runs", "--group", "*", "--format", "csv"],
        &["diff", "runs/a", "runs/b", "--json"],
    ] {
        let some = tfevents(dir.path(), &[args, &["--exclude-tag", "loss"]].concat());
        assert!(matches!(some.status, 0 | 3), "{args:?}: {}", some.stderr);
        assert!(!some.stdout.contains("loss"), "{args:?}: {}", some.stdout);
        let slip = tfevents(dir.path(), &[args, &["--exclude-tag", "zz"]].concat());
        assert_eq!(slip.status, 3, "{args:?}");
        assert!(
            slip.stderr.contains("no tag matches `zz`"),
            "{args:?}: {}",
            slip.stderr
        );
    }
    for args in [
        &["inspect", "runs/a"][..],
        &["du", "runs/a", "--by", "tag"],
        &["cat", "runs/a"],
        &["tail", "runs/a", "--from-start", "--no-follow"],
        &["export", "runs/a", "--format", "jsonl"],
        &["filter", "runs/a", "--dry-run"],
    ] {
        let text = tfevents(dir.path(), &[args, &["--kind", "text"]].concat());
        assert_eq!((text.status, &*text.stderr), (0, ""), "{args:?}");
        assert!(!text.stdout.contains("loss"), "{args:?}: {}", text.stdout);
        let none = tfevents(dir.path(), &[args, &["--kind", "mesh"]].concat());
        assert_eq!(none.status, 3, "{args:?}");
        assert!(none.stderr.contains("mesh"), "{args:?}: {}", none.stderr);
    }
}

/// Flags that pick something by its name, with a name that there is not.
const PICKING: &[&[&str]] = &[
    &["filter", "runs", "--exclude-run", "nope", "--dry-run"],
    &["filter", "runs", "--exclude-tag", "nope", "--dry-run"],
    &["filter", "runs", "--kind", "mesh,scalar", "--dry-run"],
    &["filter", "runs", "--drop", "mesh", "--dry-run"],
    &["filter", "runs", "--run", "a", "--run", "nope", "--dry-run"],
    &[
        "filter",
        "runs",
        "--tag",
        "loss",
        "--tag",
        "nope",
        "--dry-run",
    ],
    &["rename", "runs", "--sub-tag", "nope", "x", "--dry-run"],
    &["rename", "runs", "--sub-run", "nope", "x", "--dry-run"],
    &["rename", "runs", "--move-run", "nope", "x", "--dry-run"],
    &["rename", "runs", "--scale", "nope", "2", "--dry-run"],
    &["merge", "runs", "--exclude-run", "nope", "--dry-run"],
    &["compact", "runs", "--exclude-run", "nope", "--dry-run"],
    &["repair", "runs", "--exclude-run", "nope", "--dry-run"],
    &[
        "split",
        "runs",
        "--by",
        "file",
        "--exclude-run",
        "nope",
        "--dry-run",
    ],
    &[
        "split",
        "runs",
        "--by",
        "prefix",
        "--tag",
        "loss",
        "--tag",
        "nope",
        "--dry-run",
    ],
    &[
        "import",
        "in.csv",
        "--tag",
        "loss",
        "--tag",
        "nope",
        "--dry-run",
    ],
    &["inspect", "runs", "--exclude-tag", "nope"],
    &["du", "runs", "--exclude-tag", "nope"],
    &["cat", "runs", "--exclude-tag", "nope"],
    &["tail", "runs", "--no-follow", "--exclude-tag", "nope"],
    &["check", "runs", "--exclude-tag", "nope"],
    &["export", "runs", "--exclude-tag", "nope"],
    &["table", "runs", "--exclude-tag", "nope"],
    &["plot", "runs", "--exclude-tag", "nope"],
    &[
        "reduce",
        "runs",
        "--group",
        "*",
        "--exclude-tag",
        "nope",
        "--dry-run",
    ],
    &["diff", "runs", "runs", "--exclude-tag", "nope"],
    &[
        "get",
        "scalar",
        "runs/a",
        "--tag",
        "loss",
        "--exclude-tag",
        "nope",
    ],
];

#[test]
fn what_matches_nothing_is_told() {
    let dir = printable();
    for args in PICKING {
        let output = tfevents(dir.path(), args);
        assert_eq!(output.status, 3, "{args:?}: {}", output.stderr);
        let named = ["nope", "mesh"]
            .iter()
            .any(|name| output.stderr.contains(name));
        assert!(
            named && output.stderr.contains("warning: "),
            "{args:?}: {}",
            output.stderr
        );
    }
}
