//! What is read, and what cannot be.

use std::fs;

use tempfile::TempDir;
use tfevents::Text;
use tfevents::plugin::scalar::Scalar;
use tfevents::proto::event::What;

use super::{VERBS, printable, printing};
use crate::support::{FILE, age, command, demo, plugin, scalar, tfevents, version, write_events};

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
        #[cfg(feature = "report")]
        &["report", "run", "-o", "-"],
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
            all.contains("exceeds the limit of 51200 bytes in memory")
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
        let more = "warning: 4 more files with problems (list them with -v)\n";
        assert!(stderr.ends_with(more), "{args:?}: {stderr}");
        if cfg!(unix) {
            assert_eq!(
                stderr.matches("a symbolic link to nothing").count(),
                10,
                "{stderr}"
            );
            assert!(
                stderr.contains("4 more problems with paths (list them with -v)\n"),
                "{stderr}"
            );
        }
    }
}

/// The end of a file may still be written while it is followed, so it is the middle that is broken here.
#[test]
fn of_much_damage_that_is_met_while_following_the_first_is_named() {
    let dir = tempfile::tempdir().unwrap();
    for run in 0..14 {
        let file = dir.path().join(format!("runs/r{run}")).join(FILE);
        let scalars = (0..20).map(|step| scalar(step, "loss", 0.5));
        let events: Vec<_> = [version("t")].into_iter().chain(scalars).collect();
        write_events(&file, &events);
        let mut bytes = fs::read(&file).unwrap();
        let record = (bytes.len() - 40) / 20;
        for i in (0..20).step_by(3) {
            bytes[45 + i * record] ^= 1;
        }
        fs::write(&file, bytes).unwrap();
    }
    for follow in [&["--no-follow"][..], &["--timeout", "10ms"]] {
        let args = [&["tail", "runs"], follow].concat();
        let output = tfevents(dir.path(), &args);
        let warned = |what: &str| output.stderr.matches(what).count();
        assert_eq!(output.status, 3, "{}", output.stderr);
        assert_eq!(warned(": record "), 50, "{}", output.stderr);
        assert_eq!(warned("more damaged place"), 10, "{}", output.stderr);
        let more = "warning: 4 more files with problems (list them with -v)\n";
        assert!(output.stderr.ends_with(more), "{}", output.stderr);
        let all = tfevents(dir.path(), &[&args[..], &["-v"]].concat()).stderr;
        assert!(!all.contains(" more "), "{all}");
    }
}
