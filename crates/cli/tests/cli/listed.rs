//! More than ten of anything are summed up, and `-v` lists all of them: in whatever a verb lists.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::support::{FILE, broken_scalar, scalar, tfevents, version, write_events};

const RUNS: usize = 15;

fn names() -> impl Iterator<Item = String> {
    (0..RUNS).map(|run| format!("run{run:02}"))
}

/// Of each kind fifteen: damaged runs in `damaged`, intact ones with files that are not copied in `intact`, values that cannot
/// be decoded in `broken`, files of events by other names in `unnamed`, and paths that lead nowhere in `dead`.
fn logdirs() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for run in names() {
        let events = [
            version("t"),
            scalar(0, "loss", 0.5),
            scalar(1, "loss", 0.25),
        ];
        let damaged = dir.path().join("damaged").join(&run).join(FILE);
        write_events(&damaged, &events);
        let mut bytes = fs::read(&damaged).unwrap();
        let end = bytes.len();
        bytes[end - 5] ^= 1;
        fs::write(damaged, bytes).unwrap();
        let intact = dir.path().join("intact").join(&run);
        write_events(intact.join(FILE), &events);
        fs::write(intact.join("model.ckpt"), "weights").unwrap();
        let other = dir.path().join("unnamed").join(&run);
        write_events(other.join(FILE), &events);
        write_events(other.join("log.1"), &events);
        let path = dir.path().join("broken").join(&run).join(FILE);
        write_events(
            path,
            &[
                version("t"),
                scalar(0, "loss", 0.5),
                broken_scalar(1, "bad"),
            ],
        );
        dead_link(&dir.path().join("dead"), &run);
    }
    write_events(
        dir.path().join("dead/run").join(FILE),
        &[scalar(0, "loss", 0.5)],
    );
    dir
}

#[cfg(unix)]
fn dead_link(dir: &Path, name: &str) {
    fs::create_dir_all(dir).unwrap();
    std::os::unix::fs::symlink("nowhere", dir.join(name)).unwrap();
}

#[cfg(not(unix))]
fn dead_link(_: &Path, _: &str) {}

/// What verbs list, and what they say of the other five.
const CASES: &[(&str, &str)] = &[
    ("inspect damaged --tree", "5 more damaged files"),
    ("inspect unnamed", "5 more places"),
    ("check damaged", "5 more runs with findings"),
    ("check unnamed", "5 more places"),
    ("du damaged", "5 more files with problems"),
    ("du damaged --by run", "5 more"),
    ("du unnamed", "in 5 more places"),
    ("cat damaged", "5 more files with problems"),
    ("export damaged", "5 more files with problems"),
    ("table damaged", "5 more files with problems"),
    ("plot damaged", "5 more files with problems"),
    (
        "reduce damaged --group * --format csv",
        "5 more files with problems",
    ),
    ("reduce intact --group * --dry-run", "11 more"),
    ("diff damaged damaged", "20 more files with problems"),
    ("filter damaged --dry-run", "5 more files with problems"),
    ("filter intact --dry-run", "5 more files"),
    (
        "filter intact -o filtered",
        "5 more runs with files that are not copied",
    ),
    ("rename intact --sub-run ^ x --dry-run", "5 more"),
    ("split intact --by prefix --dry-run", "5 more files"),
    (
        "merge intact --into all --dry-run",
        "5 more runs with files that are not copied",
    ),
    ("compact intact --dry-run", "5 more files"),
    ("repair damaged --dry-run", "5 more damaged files"),
    (
        "prune intact --points >0 --idle 0s --dry-run",
        "5 more runs",
    ),
    (
        "prune damaged --points >0 --idle 0s --dry-run",
        "5 more runs that stay",
    ),
    ("inspect dead", "5 more problems with paths"),
    ("export dead", "5 more problems with paths"),
];

#[test]
fn more_than_ten_are_summed_up_unless_all_are_asked_for() {
    let mut problems = Vec::new();
    for (args, others) in CASES {
        if cfg!(not(unix)) && args.contains("dead") {
            continue;
        }
        let dir = logdirs();
        let args: Vec<_> = args.split(' ').collect();
        let said = |args: &[&str]| {
            let output = tfevents(dir.path(), args);
            format!("{}{}", output.stdout, output.stderr)
        };
        let few = said(&args);
        if !few.contains(&format!("{others} (list them with -v)")) {
            problems.push(format!("{args:?} does not say {others}:\n{few}"));
        }
        let _ = fs::remove_dir_all(dir.path().join("filtered"));
        let all = said(&[&args[..], &["-v"]].concat());
        let named: BTreeSet<_> = names().filter(|name| all.contains(name)).collect();
        if all.contains("(list ") || named.len() < RUNS {
            problems.push(format!("{args:?} -v does not list all:\n{all}"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn problems_of_one_run_are_summed_up_too() {
    let dir = tempfile::tempdir().unwrap();
    let events: Vec<_> = (10..50).map(|step| scalar(step, "loss", 0.5)).collect();
    let path = dir.path().join("runs").join(FILE);
    write_events(&path, &events);
    let mut bytes = fs::read(&path).unwrap();
    let (end, size) = (bytes.len(), bytes.len() / events.len());
    // Each second record, from the end.
    for record in 0..15 {
        bytes[end - 5 - record * 2 * size] ^= 1;
    }
    fs::write(&path, bytes).unwrap();
    for (verb, others) in [
        ("inspect", "10 more damaged places (list them with -v)"),
        ("repair", "10 more damaged places (list them with -v)"),
        ("export", "10 more damaged places (list them with -v)"),
    ] {
        let args = match verb {
            "repair" => vec![verb, "runs", "--dry-run"],
            _ => vec![verb, "runs"],
        };
        let output = tfevents(dir.path(), &args);
        let said = output.stdout + &output.stderr;
        assert!(said.contains(others), "{verb}: {said}");
        let output = tfevents(dir.path(), &[&args[..], &["-v"]].concat());
        let said = output.stdout + &output.stderr;
        assert_eq!(
            said.matches("checksum mismatch").count(),
            15,
            "{verb}: {said}"
        );
    }
}
