//! What all verbs have in common.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;
use tfevents::Text;
use tfevents::plugin::scalar::Scalar;
use tfevents::proto::event::What;

use crate::support::{
    FILE, age, command, demo, files, fixture, plugin, run, scalar, tfevents, version, write_events,
};

/// Every verb, with what it needs besides paths.
const VERBS: &[&[&str]] = &[
    &["inspect"],
    &["inspect", "--json"],
    &["cat"],
    &["cat", "--format", "jsonl"],
    &["export"],
    &["export", "--format", "jsonl"],
    &["export", "--wide"],
];

/// Verbs that print what they found or did, rather than what the files hold.
const OTHER_VERBS: &[&[&str]] = &[
    &["check"],
    &["check", "--json"],
    &["du"],
    &["du", "--json", "--no-verify"],
    &["repair", "--dry-run"],
    &["merge", "--dry-run"],
    &["filter", "--dry-run"],
    &["rename", "--dry-run", "--prefix-tag", "x"],
    &["split", "--dry-run", "--by", "prefix"],
    &["compact", "--dry-run"],
    &["prune", "--dry-run", "--points", ">=0"],
];

/// Every verb in ways that print something, started beside two `runs`, `a` with a text, and a table `in.csv`.
const PRINTING: &[&[&str]] = &[
    &["inspect", "runs"],
    &["inspect", "runs", "--json"],
    &["inspect", "runs", "--tree"],
    &["du", "runs"],
    &["du", "runs", "--json"],
    &["cat", "runs"],
    &["cat", "runs", "--format", "jsonl"],
    &["get", "text", "runs/a"],
    &["get", "scalar", "runs/a", "--tag", "loss", "--json"],
    &["get", "tensor", "runs/a", "--tag", "note"],
    &["tail", "runs", "--from-start", "--no-follow"],
    &["tail", "runs", "--from-start", "--no-follow", "--json"],
    &["check", "runs"],
    &["check", "runs", "--json"],
    &["export", "runs"],
    &["export", "runs", "--wide"],
    &["export", "runs", "--format", "jsonl"],
    &["export", "runs", "--format", "md"],
    &["export", "runs", "--format", "npz"],
    &["export", "runs", "--dry-run"],
    &["repair", "runs/a", "-o", "-"],
    &["repair", "runs", "--dry-run"],
    &["repair", "runs", "--dry-run", "--json"],
    &["repair", "runs", "--in-place", "--dry-run"],
    &["filter", "runs/a", "-o", "-"],
    &["filter", "runs", "--dry-run"],
    &["filter", "runs", "--dry-run", "--json"],
    &["merge", "runs", "--into", "x", "-o", "-"],
    &["merge", "runs", "--dry-run"],
    &["rename", "runs/a", "--prefix-tag", "x/", "-o", "-"],
    &["rename", "runs", "--prefix-tag", "x/", "--dry-run"],
    &["split", "runs", "--by", "prefix", "--dry-run"],
    &["split", "runs", "--by", "file", "--dry-run", "--json"],
    &["compact", "runs/a", "-o", "-"],
    &["compact", "runs", "--dry-run"],
    &["prune", "runs", "--run", "*", "--dry-run"],
    &["prune", "runs", "--run", "*", "--dry-run", "--json"],
    &["import", "in.csv", "--dry-run"],
    &["reduce", "runs", "--group", "?", "--dry-run"],
    &["reduce", "runs", "--group", "?", "--format", "csv"],
    &["reduce", "runs", "--group", "?", "--format", "json"],
    &["table", "runs", "-c", "loss"],
    &["table", "runs", "-c", "loss", "--json"],
    &["diff", "runs/a", "runs/b"],
    &["diff", "runs/a", "runs/b", "--json"],
    &["plot", "runs"],
    &["completions", "bash"],
    &["man"],
    &["man", "cat"],
];

/// The same for tables in other formats.
#[cfg(feature = "parquet")]
const PRINTING_TABLES: &[&[&str]] = &[
    &["export", "runs", "--format", "parquet"],
    &["export", "runs", "--format", "arrow"],
    &["table", "runs", "-c", "loss", "--format", "parquet"],
    &["table", "runs", "-c", "loss", "--format", "arrow"],
];
#[cfg(not(feature = "parquet"))]
const PRINTING_TABLES: &[&[&str]] = &[];

/// What goes on until it is interrupted, and is tried in `board`.
const SERVING: [&str; 2] = ["board", "serve"];

/// All of them, and that they are all.
fn printing() -> Vec<&'static [&'static str]> {
    let all: Vec<_> = PRINTING.iter().chain(PRINTING_TABLES).copied().collect();
    let tried: BTreeSet<_> = all.iter().map(|args| args[0].to_owned()).collect();
    let known: BTreeSet<_> = tried
        .iter()
        .cloned()
        .chain(SERVING.map(str::to_owned))
        .collect();
    assert_eq!(known, verbs(), "a verb wants a line in PRINTING");
    all
}

/// The verbs that the program knows.
fn verbs() -> BTreeSet<String> {
    let program = tfevents_cli::command();
    let names = program
        .get_subcommands()
        .map(|verb| verb.get_name().to_owned());
    names.collect()
}

/// What [`PRINTING`] is started beside. What it prints does not fit into a pipe where it is all there is.
fn printable() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (run, value) in [("a", 0.5), ("b", 0.25)] {
        let mut events = vec![
            version("t"),
            plugin(0, "note", &Text::new("x".repeat(100_000))),
        ];
        let tag = |step: i64| match step % 2 {
            0 => "loss".to_owned(),
            _ => format!("tag{}", step % 500),
        };
        events.extend((0..5000).map(|step| scalar(step, &tag(step), value)));
        let path = dir.path().join("runs").join(run).join(FILE);
        write_events(&path, &events);
        age(&path);
    }
    fs::write(dir.path().join("in.csv"), "tag,step,value\nloss,1,0.5\n").unwrap();
    dir
}

/// What nobody says in English: "one row a run" is "per run", and a table's names are its header.
const ODD: &[&str] = &[
    "with a head ",
    "a line a ",
    "object a line",
    "value a line",
    "line a run",
    "row a run",
    "chart a tag",
    "column a tag",
    "file a run",
    "parted by",
    "stands behind",
    "truth value",
    "that is none",
];

#[test]
fn help_fits_eighty_columns_and_has_examples() {
    let top = tfevents(".", &["--help"]).done();
    assert!(top.contains("Exit status"), "{top}");
    for verb in verbs() {
        for flag in ["-h", "--help"] {
            let help = tfevents(".", &[&verb, flag]).done();
            let longest = help
                .lines()
                .max_by_key(|line| line.chars().count())
                .unwrap();
            assert!(longest.chars().count() <= 80, "{longest}");
            assert!(help.contains("Examples:\n  tfevents "), "{help}");
            let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
            for odd in ODD {
                assert!(!words.contains(odd), "{verb} {flag}: {odd}");
            }
        }
    }
}

#[test]
fn wrong_usage_is_status_2() {
    let bad: [&[&str]; 10] = [
        &[],
        &["no-such-verb"],
        &["inspect"],
        &["inspect", ".", "--no-such-option"],
        &["inspect", ".", "--tag", "["],
        &["inspect", ".", "--regex", "--run", "("],
        &["inspect", "-"],
        &["cat", "-", "."],
        &["cat", ".", "--format", "xml"],
        &["export", "-"],
    ];
    for args in bad {
        let output = tfevents(fixture("keras"), args);
        assert_eq!(output.status, 2, "{args:?}");
        assert_eq!(output.stdout, "", "{args:?}");
        assert_ne!(output.stderr, "", "{args:?}");
    }
}

#[test]
fn failures_are_status_1_and_say_what_to_do() {
    let dir = demo();
    fs::create_dir(dir.path().join("empty")).unwrap();
    let cases: [(&[&str], &str); 6] = [
        (
            &["rnus"],
            "error: `rnus` does not exist; did you mean `runs`?\n",
        ),
        (
            &["runs/tarin/x"],
            "error: `runs/tarin/x` does not exist; did you mean `runs/train`?\n",
        ),
        (
            &["empty"],
            "error: empty: no event files found\nDirectories are searched for files with `tfevents` in \
             their names; a file given by its own path is always read.\n",
        ),
        (
            &["runs", "--run", "trian"],
            "error: no run matches `trian`; did you mean `train`?\n",
        ),
        (
            &["runs/train", "--tag", "LOSS"],
            "error: no tag matches `LOSS`; did you mean `loss`?\n",
        ),
        (
            &["runs/train", "--regex", "--tag", "^zzz"],
            "error: no tag matches `^zzz`; there are `loss` and `note`\n",
        ),
    ];
    for verb in VERBS.iter().chain(OTHER_VERBS) {
        for (args, stderr) in &cases {
            let whole_files = ["compact", "merge", "prune", "repair"];
            if whole_files.contains(&verb[0]) && args.contains(&"--tag") {
                continue;
            }
            let args: Vec<_> = verb.iter().chain(*args).copied().collect();
            let output = tfevents(dir.path(), &args);
            assert_eq!((output.status, &*output.stderr), (1, *stderr), "{args:?}");
        }
    }
}

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

#[test]
fn a_path_without_events_beside_one_with_some_is_status_3() {
    let dir = demo();
    fs::create_dir(dir.path().join("empty")).unwrap();
    for verb in VERBS {
        let args: Vec<_> = verb
            .iter()
            .chain(&["empty", "runs/train"])
            .copied()
            .collect();
        let output = tfevents(dir.path(), &args);
        assert_eq!(output.status, 3);
        assert_eq!(output.stderr, "warning: empty: no event files found\n");
        assert!(output.stdout.contains("loss"));
    }
}

/// Starts the program with a pipe for standard output that nobody reads.
#[track_caller]
fn assert_done_unread(dir: &Path, args: &[&str]) {
    let mut child = command(dir, args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!stderr.contains("error"), "{args:?}: {stderr}");
    assert_eq!(output.status.code(), Some(0), "{args:?}: {stderr}");
}

#[test]
fn a_pipe_that_closes_early_is_fine() {
    let dir = printable();
    for args in printing() {
        assert_done_unread(dir.path(), args);
    }
    assert_done_unread(dir.path(), &["--help"]);
    assert_done_unread(dir.path(), &["--version"]);
    for verb in verbs() {
        assert_done_unread(dir.path(), &[&verb, "--help"]);
    }
}

/// What is to be done is done, whoever reads of it.
#[test]
fn work_does_not_stop_when_nobody_reads_of_it() {
    let dir = printable();
    let before = files(&dir.path().join("runs")).len();
    assert_done_unread(dir.path(), &["prune", "runs", "--run", "a", "--yes"]);
    assert_eq!(files(&dir.path().join("runs")).len(), before - 1);
    assert_done_unread(dir.path(), &["filter", "runs", "-o", "new/"]);
    assert_eq!(files(&dir.path().join("new")).len(), before - 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_status_1() {
    let dir = printable();
    let assert_failed = |args: &[&str]| {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let output = command(dir.path(), args)
            .stdin(Stdio::null())
            .stdout(full)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(
            stderr.contains("No space left on device"),
            "{args:?}: {stderr}"
        );
        // Libraries have nothing to say there.
        let mut ours = ["error: ", "warning: ", "note: "].iter();
        assert!(
            ours.any(|start| stderr.starts_with(start)),
            "{args:?}: {stderr}"
        );
        assert_eq!(output.status.code(), Some(1), "{args:?}");
    };
    for args in printing() {
        assert_failed(args);
    }
    assert_failed(&["--help"]);
    assert_failed(&["--version"]);
    for verb in verbs() {
        assert_failed(&[&verb, "--help"]);
        assert_failed(&[&verb, "-h"]);
    }
}

#[test]
fn damage_is_status_3_and_the_rest_is_there() {
    let dir = demo();
    for verb in VERBS {
        let args: Vec<_> = verb.iter().chain(&["runs/val"]).copied().collect();
        let output = tfevents(dir.path(), &args);
        assert_eq!(output.status, 3, "{args:?}");
        let told = format!("{}{}", output.stdout, output.stderr);
        assert!(told.contains("checksum"), "{args:?}: {told}");
        assert!(
            output.stdout.contains("2.75"),
            "{args:?}: {}",
            output.stdout
        );
    }
}

#[test]
fn damage_is_status_3_and_copies_hold_the_rest() {
    let copies: [&[&str]; 6] = [
        &["filter"],
        &["rename", "--prefix-tag", "x/"],
        &["merge"],
        &["compact"],
        &["split", "--by", "restart"],
        &["split", "--by", "prefix"],
    ];
    for verb in copies {
        let dir = demo();
        let args = [verb, &["runs", "-o", "new/"]].concat();
        let output = tfevents(dir.path(), &args);
        assert_eq!(output.status, 3, "{args:?}");
        assert!(output.stderr.contains("checksum"), "{args:?}");
        let csv = tfevents(dir.path(), &["export", "new"]).done();
        assert!(csv.contains("val,") && csv.contains(",2.75\n"), "{csv}");
    }
}

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

/// Shells expand most patterns; one may be quoted, too large for a command line, or match nothing in there.
#[test]
fn paths_may_be_patterns() {
    let dir = TempDir::new().unwrap();
    for (run, value) in [("adam/train", 1.0), ("adam/eval", 2.0), ("sgd/train", 3.0)] {
        let path = dir.path().join("logs").join(run);
        fs::create_dir_all(&path).unwrap();
        write_events(path.join(FILE), &[scalar(1, "loss", value)]);
    }
    let runs = |patterns: &[&str]| -> Vec<String> {
        let args = [&["export"], patterns].concat();
        let csv = tfevents(dir.path(), &args).done();
        let rows = csv.lines().skip(1);
        rows.map(|row| row.split(',').next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(runs(&["logs/*/train"]), ["adam/train", "sgd/train"]);
    assert_eq!(runs(&["log[s]/**/eval"]), ["logs/adam/eval"]);
    assert_eq!(
        runs(&["logs/a*", "logs/s*"]),
        ["logs/adam/eval", "logs/adam/train", "logs/sgd/train"]
    );
    let nothing = tfevents(dir.path(), &["export", "logs/x*"]);
    assert_eq!(nothing.status, 1);
    assert_eq!(
        nothing.stderr,
        "error: logs/x*: nothing matches this pattern\n"
    );
    assert_eq!(tfevents(dir.path(), &["export", "logs/[x"]).status, 2);
    // Something of that very name is meant before any pattern.
    fs::rename(dir.path().join("logs/sgd"), dir.path().join("logs/*")).unwrap();
    assert_eq!(runs(&["logs/*"]), ["train"]);
}

/// TensorFlow's first tensor summaries have a `node_name` where others have a tag.
#[test]
fn a_tensor_without_a_tag_has_one_name_in_every_verb() {
    let dir = tempfile::tempdir().unwrap();
    let value = |step| {
        let mut event = plugin(step, "", &Scalar::new(step));
        if let Some(What::Summary(summary)) = &mut event.what {
            summary.value[0].node_name = "weights".into();
        }
        event
    };
    write_events(
        dir.path().join("run").join(FILE),
        &[version("x"), value(1), value(2)],
    );
    for args in [
        &["inspect", "run"][..],
        &["cat", "run", "--tag", "weights"],
        &["export", "run", "--tag", "weights"],
        &["export", "run", "--format", "jsonl"],
        &["export", "run", "--policy", "last-wins"],
        &["du", "run", "--by", "tag"],
        &["table", "run"],
        &["tail", "run", "--no-follow"],
        &["plot", "run"],
    ] {
        let out = tfevents(dir.path(), args).done();
        assert!(out.contains("weights"), "{args:?}: {out}");
    }
    tfevents(
        dir.path(),
        &["filter", "run", "--tag", "weights", "-o", "kept"],
    )
    .done();
    tfevents(
        dir.path(),
        &[
            "rename",
            "run",
            "--sub-tag",
            "weights",
            "biases",
            "-o",
            "renamed",
        ],
    )
    .done();
    for (logdir, tag) in [("kept", "weights"), ("renamed", "biases")] {
        let out = tfevents(dir.path(), &["export", logdir, "--tag", tag]).done();
        assert_eq!(out.lines().count(), 3, "{logdir}: {out}");
    }
}

/// Every verb that reads events says what it did not read, and how to.
#[test]
fn records_above_the_limit_are_told() {
    let dir = printable();
    // A plan of an export needs no look into the files.
    let reads = |args: &&&[&str]| {
        !["completions", "man", "import"].contains(&args[0])
            && **args != ["export", "runs", "--dry-run"]
    };
    for args in printing().iter().filter(reads) {
        let told = |size| {
            let args = [args, &["--max-record", size][..]].concat();
            let output = command(dir.path(), &args).output().unwrap();
            let all = [output.stdout, output.stderr].concat();
            let all = String::from_utf8_lossy(&all).into_owned();
            // Help and tables break lines.
            let all = all.split_whitespace().collect::<Vec<_>>().join(" ");
            all.contains("is longer than the 51200 that may be held in memory")
        };
        assert!(told("50K"), "{args:?}");
        assert!(!told("1M"), "{args:?}");
    }
}

/// The only copy of what was not read is the original.
#[test]
fn repair_does_not_replace_what_it_did_not_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE);
    write_events(&path, &[version("t"), scalar(1, "loss", 0.5)]);
    let mut damaged = fs::read(&path).unwrap();
    *damaged.last_mut().unwrap() ^= 1;
    write_events(&path, &[plugin(0, "note", &Text::new("x".repeat(100_000)))]);
    damaged.extend(fs::read(&path).unwrap());
    fs::write(&path, &damaged).unwrap();
    age(&path);
    let repair = |size| {
        tfevents(
            dir.path(),
            &["repair", FILE, "--in-place", "--max-record", size],
        )
    };
    let output = repair("50K");
    assert_eq!(output.status, 3);
    assert!(
        output.stderr.contains("raise that to keep them"),
        "{}",
        output.stderr
    );
    assert_eq!(fs::read(&path).unwrap(), damaged);
    assert_eq!(repair("1M").status, 3);
    assert!(fs::read(&path).unwrap().len() > 100_000);
}

#[test]
fn of_many_damaged_files_and_dead_links_the_first_are_named() {
    let dir = tempfile::tempdir().unwrap();
    for run in 0..14 {
        let file = dir.path().join(format!("runs/r{run}")).join(FILE);
        write_events(&file, &[version("t"), scalar(1, "loss", 0.5)]);
        let len = fs::metadata(&file).unwrap().len();
        let open = fs::OpenOptions::new().write(true).open(&file).unwrap();
        open.set_len(len - 3).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("nowhere", file.with_extension("link")).unwrap();
    }
    for args in [&["export", "runs"][..], &["table", "runs"], &["du", "runs"]] {
        let stderr = tfevents(dir.path(), args).stderr;
        let torn = stderr.matches("unfinished record").count();
        assert_eq!(torn, 10, "{args:?}: {stderr}");
        let more = "warning: 4 more files have problems; `tfevents check` lists them\n";
        assert!(stderr.ends_with(more), "{args:?}: {stderr}");
        if cfg!(unix) {
            assert_eq!(
                stderr.matches("a symbolic link to nothing").count(),
                10,
                "{stderr}"
            );
            assert!(stderr.contains("4 more problems with paths\n"), "{stderr}");
        }
    }
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

/// Verbs without `--json`, and why.
const WITHOUT_JSON: &[(&str, &str)] = &[
    ("cat", "its lines are values: --format jsonl"),
    ("plot", "it draws"),
    ("board", "it opens a page"),
    ("serve", "it answers over the network"),
    ("completions", "it is a script"),
    ("man", "it is a manual"),
];

#[test]
fn every_verb_that_reports_does_so_as_json_with_a_version() {
    let program = tfevents_cli::command();
    for verb in program.get_subcommands() {
        let name = verb.get_name();
        let has = verb.get_arguments().any(|arg| arg.get_id() == "json");
        let lacks = WITHOUT_JSON.iter().any(|(verb, _)| *verb == name);
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
    for verb in ["export", "plot", "table", "reduce"] {
        let help = stdout(&[verb, "--help"]);
        assert!(help.contains("--policy"), "{verb}");
        let slip = tfevents(dir.path(), &[verb, "runs", "--policy", "lats-wins"]);
        assert_eq!(slip.status, 2, "{verb}");
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

/// What libraries say, and nobody but their authors should have to read.
const OF_LIBRARIES: &[&str] = &[
    "invalid digit",
    "invalid float",
    "number too",
    "number would be zero",
    "cannot parse",
    "could not parse",
    "regex parse error",
    "(os error",
    "CSV error",
    "at line 1 column",
    "invalid utf-8",
    "did not contain valid UTF-8",
    "Utf8Error",
    "ParseIntError",
    "Error {",
    "Error(",
    "Some(",
    "panicked",
];

/// Two runs with little in them, and a table.
fn small() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for run in ["a", "b"] {
        let path = dir.path().join("runs").join(run).join(FILE);
        write_events(path, &[version("t"), scalar(0, "loss", 0.5)]);
    }
    fs::write(dir.path().join("in.csv"), "tag,step,value\nloss,1,0.5\n").unwrap();
    dir
}

#[test]
fn what_is_wrong_with_a_value_is_said_in_our_words() {
    let dir = small();
    let program = tfevents_cli::command();
    for verb in program.get_subcommands() {
        let name = verb.get_name();
        let start: &[&str] = match name {
            "get" => &["get", "scalar", "runs"],
            "diff" => &["diff", "runs/a", "runs/b"],
            "import" => &["import", "in.csv", "--dry-run"],
            "tail" => &["tail", "runs", "--no-follow"],
            "split" => &["split", "runs", "--by", "file", "--dry-run"],
            "rename" => &["rename", "runs", "--prefix-tag", "x", "--dry-run"],
            "filter" | "merge" | "compact" | "repair" => &[name, "runs", "--dry-run"],
            "reduce" => &["reduce", "runs", "--group", "*", "--dry-run"],
            "prune" => &["prune", "runs", "--points", ">0", "--dry-run"],
            "board" => &["board", "runs", "--tensorboard", "./none"],
            "completions" | "man" => continue,
            _ => &[name, "runs"],
        };
        let flags = verb.get_arguments().filter(|arg| !arg.is_positional());
        for flag in flags.filter(|arg| arg.get_action().takes_values()) {
            let Some(long) = flag.get_long() else {
                continue;
            };
            // What is written and where is not a value to be understood.
            if ["output", "media", "trash", "timeout", "interval"].contains(&long) {
                continue;
            }
            for bad in [
                "10-20",
                "",
                "(",
                "[",
                "1e999",
                "-1",
                "99999999999999999999999",
                "a=b",
            ] {
                let count = flag.get_num_args().map_or(1, |n| n.min_values().max(1));
                let flag = format!("--{long}");
                let mut args = start.to_vec();
                args.push(&flag);
                args.extend(std::iter::repeat_n(bad, count));
                let said = tfevents(dir.path(), &args).stderr;
                for odd in OF_LIBRARIES {
                    assert!(!said.contains(odd), "{args:?}: {said}");
                }
            }
        }
    }
}

#[test]
fn what_the_system_says_comes_without_its_numbers() {
    let dir = demo();
    for args in [
        &["export", "runs", "-o", "no/such/dir/x.csv"][..],
        &["import", "nowhere.csv", "-o", "new"],
        &["inspect", "nowhere"],
        &["inspect", "--regex", "--run", "(", "runs"],
        &["import", "in.log", "--regex", "(", "-o", "new"],
        &["rename", "runs", "--sub-tag", "(", "x", "-o", "new"],
    ] {
        let said = tfevents(dir.path(), args).stderr;
        assert!(said.contains("error: "), "{args:?}: {said}");
        for odd in OF_LIBRARIES {
            assert!(!said.contains(odd), "{args:?}: {said}");
        }
    }
}
