//! What is meant and what is left out: runs, tags, kinds and the like, by the same flags everywhere.

use std::collections::BTreeSet;
use std::path::Path;

use super::{VERBS, printable, small};
use crate::support::{FILE, calls, demo, files, tfevents};

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
        "split",
        &["kind"],
        "tags are split by their names, whatever they hold",
    ),
    (
        "prune",
        &["tag", "exclude-tag", "kind"],
        "moves whole files",
    ),
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
    for (name, verb) in calls() {
        let has = |id: &str| verb.get_arguments().any(|arg| arg.get_id() == id);
        if !["paths", "path", "left", "directory"].into_iter().any(has) {
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

/// A pattern that excludes nothing is named.
#[track_caller]
fn assert_slip_is_told(dir: &Path, args: &[&str], noun: &str) {
    let flag = format!("--exclude-{noun}");
    let slip = tfevents(dir, &[args, &[&*flag, "zz"]].concat());
    assert_eq!(slip.status, 3, "{args:?}");
    let told = format!("no {noun} matches `zz`");
    assert!(slip.stderr.contains(&told), "{args:?}: {}", slip.stderr);
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
        assert_eq!((none.status, &*none.stdout), (3, ""), "{args:?}");
        let told = "error: nothing is left after --exclude-run";
        assert!(none.stderr.contains(told), "{args:?}: {}", none.stderr);
        assert_slip_is_told(dir.path(), args, "run");
    }
    for args in [
        &["inspect", "runs"][..],
        &["du", "runs", "--by", "tag"],
        &["cat", "runs"],
        &["tail", "runs", "--from-start", "--no-follow"],
        &["export", "runs"],
        &["table", "runs"],
        &["plot", "runs"],
        #[cfg(feature = "report")]
        &["report", "runs", "-o", "-"],
        &["reduce", "runs", "--group", "*", "--format", "csv"],
        &["diff", "runs/a", "runs/b", "--json"],
    ] {
        let some = tfevents(dir.path(), &[args, &["--exclude-tag", "loss"]].concat());
        assert!(matches!(some.status, 0 | 3), "{args:?}: {}", some.stderr);
        assert!(!some.stdout.contains("loss"), "{args:?}: {}", some.stdout);
        assert_slip_is_told(dir.path(), args, "tag");
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
    &[
        "rename",
        "runs",
        "--sub-tag",
        "nope",
        "x",
        "--prefix-tag",
        "y",
        "--dry-run",
    ],
    &[
        "rename",
        "runs",
        "--sub-run",
        "nope",
        "x",
        "--prefix-tag",
        "y",
        "--dry-run",
    ],
    &[
        "rename",
        "runs",
        "--move-run",
        "nope",
        "x",
        "--prefix-tag",
        "y",
        "--dry-run",
    ],
    &[
        "rename",
        "runs",
        "--scale",
        "nope",
        "2",
        "--prefix-tag",
        "y",
        "--dry-run",
    ],
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
    #[cfg(feature = "report")]
    &["report", "runs", "-o", "-", "--exclude-tag", "nope"],
    #[cfg(feature = "report")]
    &["report", "runs", "-o", "-", "--pin", "nope"],
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

/// A verb on `runs` and what else [`small`] has, in a way that does something, for a flag that is to be added.
fn start<'a>(verb: &'a str, flag: &str) -> Vec<&'a str> {
    let changes = ["--sub-tag", "--sub-run", "--move-run", "--scale"];
    let conditions = ["--run", "--points", "--older-than", "--where"];
    match verb {
        "get" => vec![verb, "scalar", "runs/a"],
        "diff" => vec![verb, "runs/a", "runs/b"],
        "import" => vec![verb, "in.csv", "-o", "new"],
        "tail" => vec![verb, "runs", "--no-follow", "--from-start"],
        "split" => vec![verb, "runs", "--by", "prefix", "-o", "new"],
        "rename" if changes.contains(&flag) => vec![verb, "runs", "-o", "new"],
        "rename" => vec![verb, "runs", "--prefix-tag", "x", "-o", "new"],
        "filter" | "merge" | "compact" | "repair" => vec![verb, "runs", "-o", "new"],
        "reduce" if flag == "--group" => vec![verb, "runs", "-o", "new"],
        "reduce" => vec![verb, "runs", "--group", "*", "-o", "new"],
        "prune" if conditions.contains(&flag) => vec![verb, "runs", "--yes"],
        "prune" => vec![verb, "runs", "--points", ">0", "--yes"],
        "plot" => vec![verb, "runs", "-o", "new.svg"],
        "report" => vec![verb, "runs", "-o", "new.html"],
        _ => vec![verb, "runs"],
    }
}

/// Filters with what leaves nothing of [`small`], and what is said then. That something was left out is no reason for
/// anybody to know which flag it was: where no pattern is to blame, the flag is named.
const LEAVING_NOTHING: &[(&str, &[&str], &str)] = &[
    ("--run", &["nope"], "no run matches `nope`; there "),
    (
        "--exclude-run",
        &["*"],
        "nothing is left after --exclude-run",
    ),
    (
        "--tag",
        &["lss"],
        "no tag matches `lss`; did you mean `loss`?",
    ),
    (
        "--exclude-tag",
        &["*"],
        "nothing is left after --exclude-tag",
    ),
    ("--kind", &["mesh"], "no series of kind mesh; found"),
    ("--step", &["999"], ""),
    ("--since", &["2100-01-01"], "nothing is left after --since"),
    ("--until", &["1990-01-01"], "nothing is left after --until"),
    ("--where", &["last:loss > 99"], "--where"),
    ("--points", &[">99"], "nothing is left after --points"),
    (
        "--older-than",
        &["9999d"],
        "nothing is left after --older-than",
    ),
    ("--group", &["nope"], "no run matches --group `nope`"),
    (
        "--column",
        &["lss"],
        "no tag matches `lss`; did you mean `loss`?",
    ),
    (
        "--sub-tag",
        &["lss", "x"],
        "--sub-tag: no tag matches `lss`; did you mean `loss`?",
    ),
    (
        "--sub-run",
        &["nope", "x"],
        "--sub-run: no run matches `nope`",
    ),
    (
        "--move-run",
        &["nope", "x"],
        "--move-run: no run is called `nope`",
    ),
    (
        "--scale",
        &["lss", "2"],
        "no tag matches `lss`; did you mean `loss`?",
    ),
];

/// Flags that are called as a filter and are none, by verb.
const NO_FILTERS: &[(&str, &str)] = &[
    ("tail", "--until"),
    ("import", "--run"),
    ("import", "--step"),
    ("import", "--column"),
];

/// Flags among the filters that leave something of whatever there is, and why.
const LEAVING_SOMETHING: &[(&str, &str)] = &[
    ("--regex", "says what patterns are"),
    ("--drop", "says what is not wanted, as far as there is any"),
    ("--dedup", "one value of each step stays"),
    ("--drop-rewound", "the last values stay"),
    ("--every", "the first value stays"),
    ("--cap", "one value stays"),
    (
        "--shard",
        "machines share the runs, and there may be more of these than of those",
    ),
    ("--prefix-tag", "changes every name"),
    ("--prefix-run", "changes every name"),
];

#[test]
fn where_nothing_is_left_nothing_is_printed_or_written() {
    let program = tfevents_cli::command();
    let mut tried = BTreeSet::new();
    for verb in program.get_subcommands() {
        let name = verb.get_name();
        for flag in verb.get_arguments().filter_map(clap::Arg::get_long) {
            let flag = format!("--{flag}");
            let filter = LEAVING_NOTHING.iter().find(|(other, ..)| *other == flag);
            let Some((_, values, said)) = filter else {
                continue;
            };
            if NO_FILTERS.contains(&(name, &*flag)) {
                continue;
            }
            tried.insert(flag.clone());
            let has_json = verb.get_arguments().any(|arg| arg.get_id() == "json");
            for json in [None, has_json.then_some("--json")] {
                if name == "export" && json.is_some() {
                    // A plan of an export, which needs no look into the files.
                    continue;
                }
                let dir = small();
                let before = files(dir.path());
                let mut args = start(name, &flag);
                args.push(&flag);
                args.extend(*values);
                args.extend(json);
                let output = tfevents(dir.path(), &args);
                assert_eq!(output.status, 3, "{args:?}: {}", output.stderr);
                assert_eq!(output.stdout, "", "{args:?}");
                let first = output.stderr.lines().next().unwrap_or_default();
                assert!(first.starts_with("error: "), "{args:?}: {first}");
                assert!(first.contains(said), "{args:?}: {first}");
                assert_eq!(files(dir.path()), before, "{args:?}");
            }
        }
    }
    let all: BTreeSet<_> = LEAVING_NOTHING.iter().map(|(flag, ..)| *flag).collect();
    assert_eq!(
        tried.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        all
    );
}

#[test]
fn every_filter_is_known_to_leave_nothing_or_something() {
    let program = tfevents_cli::command();
    for verb in program.get_subcommands() {
        let is_filter = |arg: &&clap::Arg| {
            let heading = arg.get_help_heading().unwrap_or_default();
            ["Filters", "Conditions", "Changes"]
                .iter()
                .any(|start| heading.starts_with(start))
        };
        for flag in verb.get_arguments().filter(is_filter) {
            let flag = format!("--{}", flag.get_long().unwrap());
            let nothing = LEAVING_NOTHING.iter().any(|(other, ..)| *other == flag);
            let something = LEAVING_SOMETHING.iter().any(|(other, _)| *other == flag);
            assert_ne!(nothing, something, "{} {flag}", verb.get_name());
        }
    }
}

/// What goes to standard output as it comes, and what filters leave nothing of together.
#[test]
fn streams_begin_with_what_is_left() {
    let dir = small();
    let file = format!("runs/a/{FILE}");
    for (args, said) in [
        (
            &["filter", &*file, "-o", "-", "--tag", "nope"][..],
            "no tag matches `nope`",
        ),
        (
            &["filter", &file, "-o", "-", "--step", "7"],
            "nothing is left after --step",
        ),
        (
            &[
                "filter", &file, "-o", "-", "--tag", "loss", "--kind", "text",
            ],
            "no series of kind text",
        ),
        (
            &["export", "runs", "--tag", "note"],
            "left out what is not scalar",
        ),
        (
            &["export", "runs", "--tag", "loss", "--kind", "text"],
            "no series of kind text",
        ),
        (
            &["export", "runs", "--wide", "--tag", "nope"],
            "no tag matches `nope`",
        ),
        (
            &["export", "runs", "--format", "md", "--tag", "nope"],
            "no tag matches `nope`",
        ),
        (
            &["export", "runs", "--format", "npz", "--tag", "nope"],
            "no tag matches `nope`",
        ),
        (
            &["export", "runs", "--policy", "fast", "--tag", "nope"],
            "no tag matches `nope`",
        ),
        (
            &["plot", "runs", "--tag", "note"],
            "`note` matches no scalars",
        ),
        (
            &[
                "reduce", "runs", "--group", "*", "--format", "csv", "--tag", "nope",
            ],
            "no tag matches `nope`",
        ),
        (
            &["cat", "runs", "--tag", "loss", "--kind", "text"],
            "nothing is left after --tag and --kind",
        ),
        (
            &["tail", "runs", "--no-follow", "--json", "--tag", "nope"],
            "no tag matches `nope`",
        ),
        (&["get", "image", "runs"], "no image found"),
        (&["get", "text", "runs/a", "--index", "7"], "has 1 sample"),
    ] {
        let output = tfevents(dir.path(), args);
        assert_eq!((output.status, &*output.stdout), (3, ""), "{args:?}");
        assert!(output.stderr.contains(said), "{args:?}: {}", output.stderr);
    }
}
