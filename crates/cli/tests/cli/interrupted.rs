//! Work that ends before its time: what is there then is what was there before, or all that was asked for.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tfevents::{Image, Layout, Text};

use crate::support::{
    FILE, Output, age, command, files, plugin, run, scalar, tfevents, version, write_events,
};

/// Verbs that write a directory.
const TREES: &[&[&str]] = &[
    &["filter", "runs", "--drop", "graphs"],
    &["rename", "runs", "--prefix-run", "x/"],
    &["merge", "runs"],
    &["compact", "runs"],
    &["split", "runs", "--by", "restart"],
    &["split", "runs", "--by", "prefix"],
    &["repair", "runs"],
    &["import", "in.csv"],
    &["reduce", "runs"],
    #[cfg(feature = "parquet")]
    &["export", "runs", "--partition", "run"],
];

/// Verbs that write a file.
const FILES: &[&[&str]] = &[
    &[
        "filter",
        "runs/g3-seed1/events.out.tfevents.1700000000.host.1.0",
    ],
    &["merge", "runs", "--into", "."],
    &["export", "runs"],
    &["export", "runs", "--format", "jsonl"],
    &["get", "text", "runs/g3-seed1"],
    &["plot", "runs", "--title", "svg"],
];

/// How often each is killed, unless `TFEVENTS_KILLS` says otherwise.
const KILLS: u32 = 5;

fn moments() -> u32 {
    std::env::var("TFEVENTS_KILLS").map_or(KILLS, |kills| kills.parse().unwrap())
}

/// A verb, and what it writes to.
struct Writing {
    args: Vec<&'static str>,
    /// Its name, as it is told to the verb.
    out: &'static str,
    /// Whether it is a directory.
    tree: bool,
}

fn verbs() -> impl Iterator<Item = Writing> {
    let writing = |verb: &&[&'static str], out, tree| Writing {
        args: [*verb, &["-o", out]].concat(),
        out,
        tree,
    };
    let trees = TREES.iter().map(move |verb| writing(verb, "out", true));
    let files = FILES.iter().map(move |verb| {
        let out = match verb[0] {
            "plot" => "out.svg",
            "merge" => "out.tfevents",
            _ => "out",
        };
        writing(verb, out, false)
    });
    let media = Writing {
        args: ["export", "runs", "--format", "jsonl", "--media", "out"].to_vec(),
        out: "out",
        tree: true,
    };
    trees.chain(files).chain([media])
}

/// Eight `runs`, each larger than the one before it, and a table `in.csv`.
fn inputs() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut csv = "run,tag,step,value\n".to_owned();
    // Noise, which takes the space that it takes.
    let mut noise = 1_u32;
    let pixels = std::iter::repeat_with(|| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        noise.to_be_bytes()[0]
    });
    let pixels: Vec<_> = pixels.take(96 * 96 * 3).collect();
    let image = Image::new(&pixels, Layout::Hwc, &[96, 96, 3]).unwrap();
    for n in 0..8 {
        let name = format!("g{}-seed{}", n / 2, n % 2);
        let mut events = vec![
            version("t"),
            plugin(0, "text", &Text::new("x".repeat(20_000))),
            plugin(0, "image", &image),
        ];
        let steps = 0..20 * (n + 1);
        events.extend(steps.clone().map(|step| scalar(step, "train/loss", 0.5)));
        events.extend(steps.clone().map(|step| scalar(step, "val/loss", 0.25)));
        csv.extend(steps.map(|step| format!("{name},loss,{step},0.5\n")));
        let path = dir.path().join("runs").join(&name).join(FILE);
        write_events(&path, &events);
        age(&path);
    }
    fs::write(dir.path().join("in.csv"), csv).unwrap();
    dir
}

/// What is in the way of nobody who looks for event files, and goes with the next call.
fn is_partial(path: &Path) -> bool {
    path.iter().any(|name| {
        let name = name.to_str().unwrap();
        name.starts_with(".new-") && name.ends_with(".partial")
    })
}

/// The files below `out`, which may be one itself, but for what is not complete.
fn output(dir: &Path, out: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = files(dir);
    files.retain(|path, _| path.starts_with(out) && !is_partial(path));
    files
}

fn remove(path: &Path) {
    let _ = fs::remove_dir_all(path);
    let _ = fs::remove_file(path);
}

#[test]
fn a_killed_call_can_be_done_again() {
    for Writing { args, out, tree } in verbs() {
        let dir = inputs();
        let before = files(dir.path());
        let path = dir.path().join(out);
        let started = Instant::now();
        let whole = tfevents(dir.path(), &args);
        let duration = started.elapsed();
        assert!([0, 3].contains(&whole.status), "{args:?}: {}", whole.stderr);
        let complete = output(dir.path(), out);
        assert!(!complete.is_empty(), "{args:?}");
        for moment in 1..=moments() {
            remove(&path);
            let own = tree && moment % 2 == 0;
            if own {
                fs::create_dir(&path).unwrap();
            }
            kill_after(command(dir.path(), &args), duration * moment / moments());
            let there = output(dir.path(), out);
            // Entries are moved into an existing directory one by one.
            let some = own && there.iter().all(|(path, file)| complete[path] == *file);
            assert!(there.is_empty() || there == complete || some, "{args:?}");
            if there != complete {
                let again = tfevents(dir.path(), &args);
                assert_eq!(again.status, whole.status, "{args:?}: {}", again.stderr);
                assert!(output(dir.path(), out) == complete, "{args:?}");
                let all = files(dir.path());
                let left: Vec<_> = all.keys().filter(|path| is_partial(path)).collect();
                assert!(left.is_empty(), "{args:?}: {left:?}");
            }
        }
        remove(&path);
        // What the last call left when it was complete and killed all the same goes with the next one.
        let mut after = files(dir.path());
        after.retain(|path, _| !is_partial(path));
        assert!(after == before, "{args:?}");
    }
}

/// Another call may have written the same meanwhile, so that the next one has nothing to do.
#[test]
fn what_killed_calls_left_goes_with_the_next_call_whatever_that_does() {
    let run = "runs/g0-seed0";
    let file = format!("{run}/{FILE}");
    for (of, is_dir, status, args) in [
        // Nothing is wrong with it any more.
        (&*file, false, 0, &["repair", "--in-place", "runs"][..]),
        (
            &format!("{file}.bak"),
            false,
            0,
            &["repair", "--in-place", "runs"],
        ),
        // They are there by now.
        ("file", false, 1, &["filter", run, "-o", "file"]),
        ("tree", true, 1, &["compact", "runs", "-o", "tree"]),
        ("T/2026-01-02T03-04-05/RESTORE.sh", false, 0, &PRUNE),
        ("T/2026-01-02T03-04-05-2/run/e.tfevents", false, 0, &PRUNE),
    ] {
        let dir = inputs();
        if status == 1 {
            tfevents(dir.path(), args).done();
        }
        let name = Path::new(of).file_name().unwrap().to_str().unwrap();
        let name = name.replace("tfevents", "tf_events");
        let left = Path::new(of).with_file_name(format!(".new-{name}-abc123.partial"));
        let left = dir.path().join(left);
        fs::create_dir_all(left.parent().unwrap()).unwrap();
        match is_dir {
            true => fs::create_dir_all(left.join("tree")).unwrap(),
            false => fs::write(&left, "half").unwrap(),
        }
        if args[0] == "repair" {
            tfevents(dir.path(), &[args, &["--dry-run"]].concat()).done();
            assert!(left.exists(), "{args:?}");
        }
        let ended = tfevents(dir.path(), args);
        assert_eq!(ended.status, status, "{args:?}: {}", ended.stderr);
        assert!(!left.exists(), "{args:?}");
        // Nor is there a folder in which nothing is.
        let folders = fs::read_dir(dir.path().join("T")).into_iter().flatten();
        for folder in folders.map(|folder| folder.unwrap().path()) {
            assert!(folder.join("RESTORE.sh").exists(), "{}", folder.display());
        }
    }
}

fn kill_after(mut command: Command, wait: Duration) {
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(wait);
    // It may have ended by itself.
    let _ = child.kill();
    child.wait().unwrap();
}

/// Sends it to a process that was started here.
fn signal(child: &Child, signal: &str) {
    let pid = child.id().to_string();
    Command::new("kill").args([signal, &pid]).status().unwrap();
}

/// The status that a shell sees.
fn status_of(ended: &std::process::Output) -> i32 {
    let by_signal = ended.status.signal().map(|signal| 128 + signal);
    by_signal.or(ended.status.code()).unwrap()
}

#[test]
fn an_interrupted_call_leaves_nothing() {
    for (n, Writing { args, out, tree }) in verbs().enumerate() {
        let dir = inputs();
        let before = files(dir.path());
        let path = dir.path().join(out);
        let started = Instant::now();
        tfevents(dir.path(), &args);
        let duration = started.elapsed();
        let complete = output(dir.path(), out);
        let name = ["INT", "TERM", "HUP"][n % 3];
        for moment in 0..moments() {
            remove(&path);
            let own = tree && moment % 2 == 0;
            if own {
                fs::create_dir(&path).unwrap();
            }
            let mut child = command(dir.path(), &args);
            child.stdout(Stdio::null()).stderr(Stdio::piped());
            let child = child.spawn().unwrap();
            std::thread::sleep(duration * moment / moments());
            signal(&child, &format!("-{name}"));
            let ended = child.wait_with_output().unwrap();
            // Before it listens to signals, they end it as they end any program.
            let interrupted = [[130, 130], [130, 143], [129, 129]][n % 3];
            let status = status_of(&ended);
            assert!(
                interrupted.contains(&status) || [0, 3].contains(&status),
                "{status}"
            );
            let stderr = String::from_utf8(ended.stderr).unwrap();
            assert!(!stderr.contains("error: "), "{args:?}: {stderr}");
            let after = files(dir.path());
            match output(dir.path(), out) {
                there if there.is_empty() => assert!(after == before, "{args:?}"),
                there => assert!(there == complete, "{args:?}"),
            }
            assert!(!after.keys().any(|path| is_partial(path)), "{args:?}");
            assert!(!own || path.is_dir());
        }
    }
}

/// A call that writes to `new/dir/out`, and waits for the rest of what it reads.
fn waiting(dir: &Path, shell: &str) -> (Child, ChildStdin) {
    let mut sh = Command::new("sh");
    sh.arg("-c").arg(format!("{shell} exec \"$0\" \"$@\""));
    sh.arg(env!("CARGO_BIN_EXE_tfevents"));
    sh.args(["filter", "-", "-o", "new/dir/out"]);
    sh.current_dir(dir).stdin(Stdio::piped());
    sh.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = sh.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    write_events(dir.join("in"), &[version("t"), scalar(1, "loss", 0.5)]);
    stdin.write_all(&fs::read(dir.join("in")).unwrap()).unwrap();
    while !files(dir).keys().any(|path| is_partial(path)) {
        assert!(child.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(5));
    }
    (child, stdin)
}

#[test]
fn an_interruption_takes_new_directories_away_and_is_seen_by_the_shell() {
    let dir = tempfile::tempdir().unwrap();
    for (name, number, status) in [("-INT", 2, 130), ("-TERM", 15, 130), ("-HUP", 1, 129)] {
        if is_ignored(number) {
            skip(
                "an_interruption_takes_new_directories_away",
                &format!("the tests were started so that signal {number} is ignored"),
            );
            continue;
        }
        let (child, stdin) = waiting(dir.path(), "");
        signal(&child, name);
        let ended = child.wait_with_output().unwrap();
        drop(stdin);
        assert_eq!(status_of(&ended), status);
        let stderr = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(stderr, "interrupted, nothing written\n");
        assert!(!dir.path().join("new").exists());
    }
}

/// Whether a process listens to signals already, as far as the system tells, or has ended.
fn listens(child: &mut Child) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    caught.is_none_or(|mask| mask >> 14 & 1 == 1) || child.try_wait().unwrap().is_some()
}

/// Nothing was to be written, so nobody is told that nothing was.
#[test]
fn an_interrupted_reader_says_nothing() {
    let dir = inputs();
    let file = format!("runs/g3-seed1/{FILE}");
    let readers: [&[&str]; 12] = [
        &["inspect", "runs"],
        &["du", "runs"],
        &["cat", "-"],
        &["cat", &file],
        &["tail", "runs"],
        &["check", "runs"],
        &["export", "runs"],
        &["table", "runs"],
        &["diff", "runs/g0-seed0", "runs/g3-seed1"],
        &["plot", "runs"],
        &["reduce", "runs", "--format", "csv"],
        &["filter", "runs", "--dry-run"],
    ];
    for (n, args) in readers.iter().enumerate() {
        for moment in 0..moments() {
            let mut child = command(dir.path(), args);
            child.stdin(Stdio::piped()).stdout(Stdio::null());
            let mut child = child.stderr(Stdio::piped()).spawn().unwrap();
            let stdin = child.stdin.take();
            while !listens(&mut child) {
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(Duration::from_millis(2 * u64::from(moment)));
            let name = ["-INT", "-TERM"][(n + moment as usize) % 2];
            signal(&child, name);
            let ended = child.wait_with_output().unwrap();
            drop(stdin);
            let stderr = String::from_utf8(ended.stderr.clone()).unwrap();
            assert!(!stderr.contains("interrupted"), "{args:?}: {stderr}");
            let waits = args[0] == "tail" || args[1] == "-";
            match status_of(&ended) {
                130 => assert_eq!(stderr, "", "{args:?}"),
                other => assert!(!waits && [0, 1, 3].contains(&other), "{args:?}: {other}"),
            }
        }
    }
}

/// Whether programs that this one starts ignore a signal, as far as the system tells.
fn is_ignored(number: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask >> (number - 1) & 1 == 1)
}

#[cfg(target_os = "linux")]
#[test]
fn a_call_that_is_to_outlive_its_terminal_does() {
    let dir = tempfile::tempdir().unwrap();
    let (mut child, stdin) = waiting(dir.path(), "trap '' INT HUP;");
    signal(&child, "-HUP");
    signal(&child, "-INT");
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(dir.path().join("new/dir/out").is_file());
}

/// The program where no file may be larger than 4 or 8 kB, depending on the shell.
fn with_small_files(dir: &Path, args: &[&str]) -> Output {
    let mut sh = Command::new("sh");
    sh.arg("-c")
        .arg("trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\"")
        .arg(env!("CARGO_BIN_EXE_tfevents"))
        .args(args)
        .current_dir(dir);
    run(sh, &[])
}

#[test]
fn a_file_that_cannot_be_written_leaves_nothing() {
    for Writing { args, out, tree } in verbs() {
        let dir = inputs();
        let before = files(dir.path());
        let path = dir.path().join(out);
        tfevents(dir.path(), &args);
        let largest = output(dir.path(), out).into_values().map(|file| file.len());
        let fits = largest.max().unwrap() <= 8192;
        remove(&path);
        if fits {
            continue;
        }
        for own in [false, tree] {
            if own {
                fs::create_dir(&path).unwrap();
            }
            let failed = with_small_files(dir.path(), &args);
            assert_eq!(failed.status, 1, "{args:?}: {}", failed.stderr);
            assert!(
                failed.stderr.contains("too large"),
                "{args:?}: {}",
                failed.stderr
            );
            assert!(files(dir.path()) == before, "{args:?}");
            assert_eq!(path.exists(), own, "{args:?}");
            let again = tfevents(dir.path(), &args);
            assert!([0, 3].contains(&again.status), "{args:?}: {}", again.stderr);
            remove(&path);
        }
    }
}

/// A file system of 100 kB that is full after some of the files, where this kernel lets us have one.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_nothing() {
    let script = "mount -t tmpfs -o size=100k none disk || exit 77; \"$@\" >/dev/null; \
                  echo \"status $?\"; find disk -mindepth 1";
    for Writing { mut args, out, .. } in verbs() {
        let dir = inputs();
        fs::create_dir(dir.path().join("disk")).unwrap();
        let before = files(dir.path());
        tfevents(dir.path(), &args);
        let size: usize = output(dir.path(), out).values().map(Vec::len).sum();
        remove(&dir.path().join(out));
        let out = format!("disk/{out}");
        args.pop();
        let mut unshare = Command::new("unshare");
        unshare
            .args([
                "--user",
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                script,
                "sh",
            ])
            .arg(env!("CARGO_BIN_EXE_tfevents"))
            .args(&args)
            .arg(&out)
            .current_dir(dir.path());
        let Ok(ended) = unshare.output() else {
            return skip("a_full_disk_leaves_nothing", "there is no unshare");
        };
        let stdout = String::from_utf8(ended.stdout).unwrap();
        if !stdout.contains("status") {
            let why = String::from_utf8_lossy(&ended.stderr).into_owned();
            return skip("a_full_disk_leaves_nothing", &why);
        }
        if size > 100_000 {
            assert_eq!(stdout, "status 1\n", "{args:?}");
            let stderr = String::from_utf8(ended.stderr).unwrap();
            assert!(stderr.contains("No space left"), "{args:?}: {stderr}");
            assert!(
                stderr.contains("cannot write to `disk/"),
                "{args:?}: {stderr}"
            );
            // Nor does anyone know the name that a file has meanwhile.
            assert!(!stderr.contains(".partial"), "{args:?}: {stderr}");
        } else {
            assert!(!stdout.contains("status 1"), "{args:?}: {stdout}");
        }
        assert!(files(dir.path()) == before, "{args:?}");
    }
}

#[expect(
    clippy::explicit_write,
    reason = "the harness swallows what the macros print"
)]
fn skip(test: &str, why: &str) {
    writeln!(std::io::stderr(), "test {test} is skipped: {why}").unwrap();
}

const PRUNE: [&str; 7] = ["prune", "runs", "--run", "*", "--yes", "--trash", "T"];

/// Makes sure that every file is there, in its place or in the trash, and that all of them come back.
#[track_caller]
fn assert_restores(dir: &Path, trash: &Path, before: &BTreeMap<PathBuf, Vec<u8>>) {
    let contents = |files: &BTreeMap<PathBuf, Vec<u8>>| {
        let mut all: Vec<_> = files.values().cloned().collect();
        all.sort();
        all
    };
    let mut there = files(&dir.join("runs"));
    if trash.exists() {
        for (path, file) in files(trash) {
            if path.ends_with(FILE) {
                there.insert(Path::new("trash").join(path), file);
            }
        }
    }
    assert!(contents(&there) == contents(before));
    let folders = fs::read_dir(trash).into_iter().flatten();
    for folder in folders {
        let script = folder.unwrap().path().join("RESTORE.sh");
        if !script.exists() {
            // Killed before it moved anything.
            assert!(
                files(script.parent().unwrap())
                    .into_keys()
                    .all(|path| is_partial(&path))
            );
            continue;
        }
        let restored = Command::new("sh").arg(&script).output().unwrap();
        assert!(
            restored.status.success(),
            "{}",
            String::from_utf8_lossy(&restored.stderr)
        );
    }
    assert!(files(&dir.join("runs")) == *before);
}

#[test]
fn a_killed_prune_can_be_done_again_and_undone() {
    let started = Instant::now();
    tfevents(inputs().path(), &PRUNE).done();
    let duration = started.elapsed();
    for moment in 1..=4 * moments() {
        let dir = inputs();
        let before = files(&dir.path().join("runs"));
        let trash = dir.path().join("T");
        kill_after(
            command(dir.path(), &PRUNE),
            duration * moment / (4 * moments()),
        );
        if moment % 2 == 0 {
            assert_restores(dir.path(), &trash, &before);
        }
        let again = tfevents(dir.path(), &PRUNE);
        let none_left = again.status == 1 && again.stderr.contains("no event files");
        assert!(again.status == 0 || none_left, "{}", again.stderr);
        assert!(files(&dir.path().join("runs")).is_empty());
        if moment % 2 == 1 {
            assert_restores(dir.path(), &trash, &before);
        }
    }
}

#[test]
fn prune_at_the_same_time_as_itself_loses_nothing() {
    for _ in 0..moments() {
        let dir = inputs();
        let before = files(&dir.path().join("runs"));
        let start = || {
            let mut prune = command(dir.path(), &PRUNE);
            prune.stdout(Stdio::null()).stderr(Stdio::piped());
            prune.spawn().unwrap()
        };
        for child in [start(), start(), start()] {
            let ended = child.wait_with_output().unwrap();
            let stderr = String::from_utf8(ended.stderr).unwrap();
            match ended.status.code() {
                Some(0) => assert_eq!(stderr, ""),
                Some(3) => assert!(stderr.contains("its files are gone"), "{stderr}"),
                Some(1) => assert!(stderr.contains("no event files"), "{stderr}"),
                other => panic!("{other:?}: {stderr}"),
            }
        }
        assert!(files(&dir.path().join("runs")).is_empty());
        assert_restores(dir.path(), &dir.path().join("T"), &before);
    }
}

/// A directory on another file system, where there is one.
fn elsewhere(dir: &Path) -> Option<TempDir> {
    let other = tempfile::tempdir_in("/dev/shm").ok()?;
    let device = |path: &Path| path.metadata().unwrap().dev();
    (device(other.path()) != device(dir)).then_some(other)
}

#[test]
fn prune_moves_to_another_file_system_and_back() {
    let dir = inputs();
    let Some(other) = elsewhere(dir.path()) else {
        return skip(
            "prune_moves_to_another_file_system_and_back",
            "there is only one file system",
        );
    };
    let trash = other.path().join("T");
    let runs = dir.path().join("runs");
    let file = runs.join("g1-seed0").join(FILE);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let before = files(&runs);
    let modified = file.metadata().unwrap().modified().unwrap();
    let args = [&PRUNE[..6], &[trash.to_str().unwrap()]].concat();

    // What is too large stays, and only that.
    let output = with_small_files(dir.path(), &args);
    assert_eq!(output.status, 3, "{}", output.stderr);
    assert!(output.stderr.contains("too large"), "{}", output.stderr);
    assert_restores(dir.path(), &trash, &before);

    tfevents(dir.path(), &args).done();
    assert!(files(&runs).is_empty());
    let moved = files(&trash)
        .into_keys()
        .find(|path| path.ends_with(Path::new("g1-seed0").join(FILE)));
    let metadata = trash.join(moved.unwrap()).metadata().unwrap();
    assert_eq!(metadata.modified().unwrap(), modified);
    assert_eq!(metadata.mode() & 0o777, 0o640);
    assert_restores(dir.path(), &trash, &before);
    assert_eq!(file.metadata().unwrap().modified().unwrap(), modified);

    for moment in 1..=moments() {
        kill_after(
            command(dir.path(), &args),
            Duration::from_millis(5) * moment,
        );
        // A file may be in both places then, and it is whole in the first.
        for (path, file) in files(&runs) {
            assert!(before[&path] == file);
        }
        tfevents(dir.path(), &args);
        for folder in fs::read_dir(&trash).unwrap() {
            let script = folder.unwrap().path().join("RESTORE.sh");
            Command::new("sh").arg(&script).output().unwrap();
        }
        assert!(files(&runs) == before);
        remove(&trash);
    }
}

/// What inputs are, but for what is in them.
fn states(dir: &Path) -> Vec<(PathBuf, u64, u32, i64, i64, u64)> {
    let state = |path: PathBuf| {
        let m = dir.join(&path).symlink_metadata().unwrap();
        (
            path,
            m.ino(),
            m.mode(),
            m.mtime(),
            m.mtime_nsec(),
            m.nlink(),
        )
    };
    files(dir).into_keys().map(state).collect()
}

#[test]
fn inputs_stay_as_they_are() {
    let dir = inputs();
    let runs = dir.path().join("runs");
    let file = runs.join("g0-seed0").join(FILE);
    fs::hard_link(&file, dir.path().join("second name")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o440)).unwrap();
    std::os::unix::fs::symlink("g0-seed0", runs.join("latest-seed0")).unwrap();
    let outside = dir.path().join("outside.tfevents");
    fs::rename(runs.join("g0-seed1").join(FILE), &outside).unwrap();
    std::os::unix::fs::symlink(&outside, runs.join("g0-seed1").join(FILE)).unwrap();
    let before = states(dir.path());
    for Writing { args, out, .. } in verbs() {
        let output = tfevents(dir.path(), &args);
        assert!(
            [0, 3].contains(&output.status),
            "{args:?}: {}",
            output.stderr
        );
        remove(&dir.path().join(out));
        assert_eq!(states(dir.path()), before, "{args:?}");
        assert!(runs.join("latest-seed0").is_symlink());
        assert!(runs.join("g0-seed1").join(FILE).is_symlink());
    }
    // What has a second name elsewhere stays there.
    let args = ["prune", "runs", "--run", "g0-seed0", "--yes"];
    let note =
        "note: g0-seed0: the symbolic link `runs/latest-seed0` will no longer lead to its events\n";
    tfevents(dir.path(), &args).ended(0, note);
    assert!(!file.exists() && dir.path().join("second name").exists());
}
