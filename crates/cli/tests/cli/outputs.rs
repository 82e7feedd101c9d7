//! Where output goes, the same in every verb: what is asked for decides, and nothing is replaced or mixed unasked.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use tempfile::TempDir;
use tfevents::{Image, Layout, Logdir, Text};

use crate::support::{FILE, command, files, plugin, run, scalar, tfevents, version, write_events};

/// What a way of calling a verb writes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Writes {
    /// One file.
    File,
    /// A directory that must be new or empty.
    Tree,
    /// Files of fixed names in a directory that may hold others, such as this one.
    Into(&'static str),
}

use Writes::{File, Into, Tree};

/// One way of calling a verb, but for the output, which comes last.
struct Way {
    args: &'static [&'static str],
    writes: Writes,
    /// What the name of the output ends in.
    ending: &'static str,
}

const fn way(args: &'static [&'static str], writes: Writes, ending: &'static str) -> Way {
    Way {
        args,
        writes,
        ending,
    }
}

/// Every verb and the ways in which it writes files, started beside `runs`, of which `a` has a text, and `in.csv`.
const VERBS: &[(&str, &[Way])] = &[
    ("inspect", &[]),
    ("du", &[]),
    ("cat", &[]),
    ("board", &[]),
    ("serve", &[]),
    ("mlflow", &[]),
    ("tail", &[]),
    ("check", &[]),
    (
        "table",
        &[
            way(&["table", "runs", "-o"], File, ".csv"),
            way(&["table", "runs", "-o"], File, ".txt.gz"),
            #[cfg(feature = "parquet")]
            way(&["table", "runs", "-o"], File, ".parquet"),
        ],
    ),
    ("diff", &[]),
    ("completions", &[]),
    // It moves files into folders that it makes.
    ("prune", &[]),
    (
        "get",
        &[way(
            &["get", "text", "runs", "--run", "a", "-o"],
            File,
            ".txt",
        )],
    ),
    (
        "export",
        &[
            way(&["export", "runs", "-o"], File, ".csv"),
            way(&["export", "runs", "-o"], File, ".tsv.gz"),
            way(
                &["export", "runs", "--format", "jsonl", "--media"],
                Tree,
                "",
            ),
            #[cfg(feature = "parquet")]
            way(&["export", "runs", "-o"], File, ".csv.zst"),
            #[cfg(feature = "parquet")]
            way(&["export", "runs", "--partition", "run", "-o"], Tree, ""),
            #[cfg(feature = "parquet")]
            way(
                &[
                    "export",
                    "runs",
                    "--partition",
                    "run",
                    "--shard",
                    "1/1",
                    "-o",
                ],
                Into("run=a/part-0.parquet"),
                "",
            ),
        ],
    ),
    (
        "plot",
        &[
            way(&["plot", "runs", "-o"], File, ".svg"),
            way(&["plot", "runs", "-o"], File, ".png"),
            #[cfg(feature = "pdf")]
            way(&["plot", "runs", "-o"], File, ".pdf"),
        ],
    ),
    (
        "report",
        &[
            #[cfg(feature = "report")]
            way(&["report", "runs", "-o"], File, ".html"),
        ],
    ),
    (
        "repair",
        &[
            way(&["repair", "runs", "-o"], Tree, ""),
            way(&["repair", "runs", "--run", "a", "-o"], File, ".tfevents"),
        ],
    ),
    (
        "filter",
        &[
            way(&["filter", "runs", "-o"], Tree, ""),
            way(
                &["filter", "runs", "--run", "a", "-o"],
                File,
                ".tfevents.gz",
            ),
        ],
    ),
    (
        "rename",
        &[
            way(&["rename", "runs", "--prefix-tag", "x", "-o"], Tree, ""),
            way(&["rename", "runs", "--prefix-run", "x", "-o"], Tree, ""),
        ],
    ),
    (
        "merge",
        &[
            way(&["merge", "runs", "-o"], Tree, ""),
            way(&["merge", "runs", "--into", "x", "-o"], Tree, ""),
            way(&["merge", "runs", "--into", "x", "-o"], File, ".tfevents"),
        ],
    ),
    (
        "split",
        &[way(&["split", "runs", "--by", "file", "-o"], Tree, "")],
    ),
    ("compact", &[way(&["compact", "runs", "-o"], Tree, "")]),
    (
        "import",
        &[
            way(&["import", "in.csv", "-o"], Tree, ""),
            way(&["import", "in.csv", "-o"], File, ".tfevents"),
        ],
    ),
    (
        "reduce",
        &[
            way(&["reduce", "runs", "--group", "*", "-o"], Tree, ""),
            way(&["reduce", "runs", "--group", "*", "-o"], File, ".md"),
            way(&["reduce", "runs", "--group", "*", "-o"], File, ".json.gz"),
            way(&["reduce", "runs", "--group", "*", "-o"], File, ".tfevents"),
        ],
    ),
    ("man", &[way(&["man", "-o"], Into("tfevents.1"), "")]),
];

/// All of them, and that they are all.
fn ways() -> impl Iterator<Item = &'static Way> {
    let known: BTreeSet<_> = VERBS.iter().map(|(verb, _)| (*verb).to_owned()).collect();
    let program = tfevents_cli::command();
    let verbs = program
        .get_subcommands()
        .map(|verb| verb.get_name().to_owned());
    assert_eq!(known, verbs.collect(), "a verb wants a row in VERBS");
    for (verb, ways) in VERBS {
        let verb = program.find_subcommand(verb).unwrap();
        let writes = verb.get_arguments().any(|arg| arg.get_id() == "output");
        assert_eq!(writes, !ways.is_empty(), "{} wants ways", verb.get_name());
    }
    VERBS.iter().flat_map(|(_, ways)| *ways)
}

fn inputs() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (run, value) in [("a", 1.0), ("b", 2.0)] {
        let events = [
            version("t"),
            scalar(1, "train/loss", value),
            plugin(1, "note", &Text::new("hello")),
            plugin(
                1,
                "dot",
                &Image::new(&[1_u8, 2, 3], Layout::Hwc, &[1, 1, 3]).unwrap(),
            ),
        ];
        write_events(dir.path().join("runs").join(run).join(FILE), &events);
    }
    fs::write(dir.path().join("in.csv"), "tag,step,value\nloss,1,0.5\n").unwrap();
    dir
}

impl Way {
    fn call(&self, output: &str, more: &[&'static str]) -> Vec<String> {
        let output = format!("{output}{}", self.ending);
        let args = [self.args, &[&*output], more].concat();
        args.into_iter().map(str::to_owned).collect()
    }
}

/// Starts the program, and returns how it ended and what it said.
fn start(dir: &TempDir, args: &[String]) -> (i32, String) {
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    let output = run(command(dir, &args), &[]);
    (output.status, output.stderr)
}

/// Makes sure that a call fails with this status, says this, and changes nothing.
#[track_caller]
fn assert_refused(dir: &TempDir, args: &[String], status: i32, says: &[&str]) {
    let before = files(dir.path());
    let (ended, stderr) = start(dir, args);
    assert_eq!(ended, status, "{args:?}: {stderr}");
    for says in says {
        assert!(stderr.contains(says), "{args:?}: {stderr}");
    }
    assert_eq!(files(dir.path()), before, "{args:?}");
}

/// The endings of pictures.
const PICTURES: &str = if cfg!(feature = "pdf") {
    ".svg, .png or .pdf"
} else {
    ".svg or .png"
};

#[test]
fn what_exists_is_replaced_only_by_force() {
    for way in ways() {
        let dir = inputs();
        let out = dir.path().join(format!("out{}", way.ending));
        let (there, problem) = match way.writes {
            File => (out.clone(), "already exists; add --force to replace it"),
            Tree => (out.join("own"), "not empty; choose a new directory"),
            Into(name) => (out.join(name), "--force to replace it"),
        };
        fs::create_dir_all(there.parent().unwrap()).unwrap();
        fs::write(&there, "only copy").unwrap();
        assert_refused(&dir, &way.call("out", &[]), 1, &[problem]);

        for _ in 0..2 {
            let args = way.call("out", &["--force"]);
            let (status, stderr) = start(&dir, &args);
            assert_eq!(status, 0, "{args:?}: {stderr}");
            let is_own = fs::read(&there).unwrap() == b"only copy";
            assert_eq!(is_own, way.writes == Tree, "{args:?}");
        }
    }
}

#[test]
fn what_is_written_twice_is_the_same() {
    for way in ways() {
        let dir = inputs();
        for (out, force) in [("one", &[][..]), ("two", &[]), ("two", &["--force"])] {
            let args = way.call(out, force);
            let (status, stderr) = start(&dir, &args);
            assert_eq!(status, 0, "{args:?}: {stderr}");
        }
        let [one, two] = ["one", "two"].map(|out| {
            let path = dir.path().join(format!("{out}{}", way.ending));
            match way.writes {
                File => BTreeMap::from([("".into(), fs::read(path).unwrap())]),
                _ => files(&path),
            }
        });
        assert!(!one.is_empty() && one == two, "{:?}", way.args);
    }
}

#[test]
fn nothing_is_written_into_what_is_read() {
    for way in ways().filter(|way| way.args.contains(&"runs")) {
        let dir = inputs();
        for out in ["runs/new", "runs/a/new", "runs/../runs/b/x"] {
            let args = way.call(out, &[]);
            assert_refused(&dir, &args, 1, &["it is in `runs`, which is being read"]);
            let args = way.call(out, &["--force"]);
            assert_refused(&dir, &args, 1, &["which is being read"]);
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("runs/a", dir.path().join("link")).unwrap();
            let args = way.call("link/new", &[]);
            assert_refused(&dir, &args, 1, &["which is being read"]);
        }
    }
}

#[test]
fn endings_that_mean_nothing_are_wrong_usage() {
    let dir = inputs();
    for (verb, known) in [
        ("export", "must end in .csv, .tsv, .jsonl, .md, .npz"),
        ("plot", PICTURES),
    ] {
        for ending in ["xlsx", "json", "csv.bz2", "html.gz"] {
            let args = [verb, "runs", "-o", &format!("out.{ending}")].map(str::to_owned);
            let last = ending.trim_end_matches(".gz").rsplit('.').next().unwrap();
            let unknown = format!("unknown extension `.{last}`");
            assert_refused(&dir, &args, 2, &[&unknown, known]);
        }
    }
    let args = ["plot", "runs", "-o", "out"].map(str::to_owned);
    assert_refused(&dir, &args, 2, &["the name has no extension", PICTURES]);
    #[cfg(not(feature = "parquet"))]
    for ending in ["parquet", "csv.zst"] {
        let args = ["export", "runs", "-o", &format!("out.{ending}")].map(str::to_owned);
        assert_refused(
            &dir,
            &args,
            2,
            &["cargo install --path crates/cli --features parquet"],
        );
    }
}

#[test]
fn a_dry_run_changes_nothing() {
    let program = tfevents_cli::command();
    let mut verbs: BTreeSet<_> = program
        .get_subcommands()
        .map(clap::Command::get_name)
        .collect();
    let dir = inputs();
    let before = files(dir.path());
    let assert_unchanged = |args: &[String]| {
        let (status, stderr) = start(&dir, args);
        assert_eq!(status, 0, "{args:?}: {stderr}");
        assert_eq!(files(dir.path()), before, "{args:?}");
        let entries: BTreeSet<_> = fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(entries.len(), 2, "{args:?}: {entries:?}");
    };
    verbs.retain(|verb| {
        let verb = program.find_subcommand(verb).unwrap();
        verb.get_arguments().any(|arg| arg.get_id() == "dry_run")
    });
    for way in ways().filter(|way| verbs.contains(way.args[0])) {
        // A table is printed all the same.
        if !(way.args[0] == "reduce" && way.writes == File && way.ending != ".tfevents") {
            assert_unchanged(&way.call("out", &["--dry-run"]));
        }
    }
    for args in [
        &["prune", "runs", "--run", "*", "--idle", "0s", "--dry-run"][..],
        &[
            "prune",
            "runs",
            "--run",
            "*",
            "--idle",
            "0s",
            "--delete",
            "--dry-run",
        ],
        &["repair", "runs", "--in-place", "--dry-run"],
    ] {
        let args: Vec<_> = args.iter().map(|&arg| arg.to_owned()).collect();
        assert_unchanged(&args);
    }
    let tried: BTreeSet<_> = ways().map(|way| way.args[0]).chain(["prune"]).collect();
    assert!(verbs.is_subset(&tried), "{verbs:?}");
}

/// How many runs TensorBoard would find.
fn runs(dir: &Path) -> usize {
    Logdir::open(dir).unwrap().runs().len()
}

/// A logdir of one event file is a logdir.
#[test]
fn arguments_decide_and_not_what_they_lead_to() {
    let copies: [&[&str]; 6] = [
        &["filter"],
        &["rename", "--prefix-tag", "x"],
        &["merge"],
        &["merge", "--into", "all"],
        &["compact"],
        &["repair"],
    ];
    for verb in copies {
        let dir = inputs();
        fs::remove_dir_all(dir.path().join("runs/b")).unwrap();
        let file = format!("runs/a/{FILE}");
        fs::create_dir(dir.path().join("there")).unwrap();
        let mut cases = vec![
            ("runs", "dir", true),
            ("runs/a", "deep/dir2", true),
            ("runs/*", "dir3", true),
            (&*file, "file", false),
            (&*file, "dir4/", true),
            (&*file, "there", true),
            ("runs", "events.tfevents.1", false),
        ];
        if verb == ["merge", "--into", "all"] {
            cases.retain(|(_, out, _)| !out.ends_with('/'));
        }
        for (input, out, is_dir) in cases {
            let args = [verb, &[input, "-o", out]].concat();
            tfevents(&dir, &args).done();
            let path = dir.path().join(out);
            assert_eq!(path.is_dir(), is_dir, "{args:?}");
            if is_dir {
                assert_eq!(runs(&path), 1, "{args:?}");
            }
        }
    }
}

#[test]
fn standard_output_takes_one_event_file_of_any_input() {
    let copies: [&[&str]; 7] = [
        &["filter"],
        &["rename", "--prefix-tag", "x"],
        &["merge"],
        &["compact"],
        &["repair"],
        &["split", "--by", "file"],
        &["reduce", "--group", "a", "--group", "b"],
    ];
    for verb in copies {
        let dir = inputs();
        for out in ["-", "x.tfevents"] {
            let args = [verb, &["runs", "-o", out]].concat();
            let output = tfevents(&dir, &args);
            assert_eq!((output.status, &*output.stdout), (2, ""), "{args:?}");
            let problem = "2 event files cannot be written to ";
            assert!(
                output.stderr.contains(problem),
                "{args:?}: {}",
                output.stderr
            );
            assert!(!dir.path().join("x.tfevents").exists());
        }
        let args = match verb[0] {
            "reduce" => vec!["reduce", "runs", "--group", "*", "-o", "-"],
            _ => [verb, &["runs", "--run", "a", "-o", "-"]].concat(),
        };
        let output = command(&dir, &args).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        fs::write(dir.path().join("x.tfevents"), output.stdout).unwrap();
        let csv = tfevents(&dir, &["export", "x.tfevents"]).done();
        assert!(csv.contains("train/loss"), "{args:?}: {csv}");
    }
    let dir = inputs();
    fs::write(
        dir.path().join("two.csv"),
        "run,tag,step,value\na,x,1,1\nb,x,1,1\n",
    )
    .unwrap();
    let output = tfevents(&dir, &["import", "two.csv", "-o", "-"]);
    assert_eq!((output.status, &*output.stdout), (2, ""));
    let output = command(&dir, &["import", "in.csv", "-o", "-"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    let csv = run(command(&dir, &["cat", "-"]), &output.stdout).done();
    assert!(csv.contains("loss"), "{csv}");
}

#[test]
fn names_that_end_so_are_compressed() {
    use std::io::Read as _;
    let gunzip = |path: &Path| {
        let mut bytes = Vec::new();
        let file = fs::File::open(path).unwrap();
        flate2::read::GzDecoder::new(file)
            .read_to_end(&mut bytes)
            .unwrap();
        bytes
    };
    let dir = inputs();
    let path = |name: &str| dir.path().join(name);
    let csv = tfevents(&dir, &["export", "runs"]).done();
    tfevents(&dir, &["export", "runs", "-o", "x.csv.gz"]).done();
    assert_eq!(gunzip(&path("x.csv.gz")), csv.as_bytes());
    tfevents(&dir, &["export", "runs", "-o", "x.TSV"]).done();
    let tsv = fs::read_to_string(path("x.TSV")).unwrap();
    assert_eq!(tsv, csv.replace(',', "\t"));
    tfevents(&dir, &["import", "x.TSV", "-o", "again"]).done();

    let file = format!("runs/a/{FILE}");
    let bytes = fs::read(path(&file)).unwrap();
    for verb in ["filter", "repair"] {
        let out = format!("{verb}.tfevents.gz");
        tfevents(&dir, &[verb, &file, "-o", &out]).done();
        assert_eq!(gunzip(&path(&out)), bytes);
    }
    // The copy of a file has its name, and so is what that says.
    fs::create_dir(path("packed")).unwrap();
    fs::copy(path("filter.tfevents.gz"), path("packed/x.tfevents.gz")).unwrap();
    for verb in ["filter", "repair", "merge"] {
        let out = format!("{verb}ed");
        tfevents(&dir, &[verb, "packed", "-o", &out]).done();
        assert_eq!(gunzip(&path(&out).join("x.tfevents.gz")), bytes, "{verb}");
    }
    #[cfg(feature = "parquet")]
    {
        let unpacked = |name: &str| zstd::decode_all(fs::File::open(path(name)).unwrap()).unwrap();
        tfevents(&dir, &["export", "runs", "-o", "x.csv.zst"]).done();
        assert_eq!(unpacked("x.csv.zst"), csv.as_bytes());
        tfevents(&dir, &["filter", &file, "-o", "x.tfevents.zst"]).done();
        assert_eq!(unpacked("x.tfevents.zst"), bytes);
    }
}

/// A table where its format is given or its name says so, else a logdir.
#[test]
fn reduce_writes_a_table_where_one_is_asked_for() {
    let dir = inputs();
    let reduce = |args: &[&str]| {
        let args = [&["reduce", "runs", "--group", "*"], args].concat();
        tfevents(&dir, &args).done()
    };
    let csv = reduce(&["--format", "csv"]);
    reduce(&["-o", "x.CSV"]);
    reduce(&["-o", "x.tsv"]);
    reduce(&["-o", "named", "--format", "csv"]);
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    assert_eq!([read("x.CSV"), read("named")], [&*csv, &*csv]);
    assert_eq!(read("x.tsv"), csv.replace(',', "\t"));
    for name in ["reduced", "reduced.lr", "v1.0"] {
        reduce(&["-o", name]);
        assert_eq!(runs(&dir.path().join(name)), 1, "{name}");
    }
}

#[test]
fn names_that_no_directory_can_have_are_told() {
    let dir = tempfile::tempdir().unwrap();
    for run in ["work/a", "b"] {
        let events = [version("t"), scalar(0, "loss", 0.5)];
        write_events(dir.path().join(run).join(FILE), &events);
    }
    let work = dir.path().join("work");
    fs::write(work.join("in.csv"), "run,tag,step,value\n../b,loss,1,2\n").unwrap();
    let said =
        "note: the run `../b` is written as `__/b`, because no directory can have its name\n";
    for args in [
        &["filter", "a", "../b"][..],
        &["rename", "../b", "--move-run", ".", "../b"],
        &["merge", "a", "--into", "../b"],
        &["compact", "a", "../b"],
        &["repair", "a", "../b"],
        &["split", "a", "../b", "--by", "file"],
        &["split", "a", "../b", "--by", "prefix"],
        &["import", "in.csv"],
    ] {
        for more in [&["-o", "new", "--dry-run"][..], &["-o", "new"]] {
            let args = [args, more].concat();
            let output = tfevents(&work, &args);
            assert_eq!((output.status, &*output.stderr), (0, said), "{args:?}");
        }
        assert!(work.join("new/__/b").is_dir(), "{args:?}");
        fs::remove_dir_all(work.join("new")).unwrap();
    }
}

#[test]
fn a_file_in_the_way_of_a_directory_is_told_before_anything_is_written() {
    let dir = inputs();
    fs::write(dir.path().join("taken"), "").unwrap();
    for (output, why) in [
        (
            "taken/",
            ": it already exists and is not a directory; choose",
        ),
        ("taken/new/", ": `taken` is not a directory; choose"),
    ] {
        for way in ways().filter(|way| way.writes == Tree) {
            let args = way.call(output, &[]);
            assert_refused(&dir, &args, 1, &[output, why]);
        }
    }
}
