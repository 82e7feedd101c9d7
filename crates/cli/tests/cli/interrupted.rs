//! Work that ends before its time: what is there then is what was there before, or all that was asked for.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tfevents::{Image, Layout, Text};

use crate::support::{FILE, Output, age, files, plugin, run, scalar, version, write_events};

mod full;
mod inputs;
mod killed;
mod prune;
mod signals;

/// What MLflow's own file store wrote.
#[cfg(feature = "mlflow")]
const STORE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../mlflow/tests/fixtures/mlruns"
);

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
    #[cfg(feature = "mlflow")]
    &["mlflow", "pull", STORE],
    #[cfg(feature = "parquet")]
    &["export", "runs", "--partition", "run"],
];

const PRUNE: [&str; 7] = ["prune", "runs", "--run", "*", "--yes", "--trash", "T"];

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
    #[cfg(feature = "report")]
    &["report", "runs"],
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

#[expect(
    clippy::explicit_write,
    reason = "the harness swallows what the macros print"
)]
fn skip(test: &str, why: &str) {
    writeln!(std::io::stderr(), "test {test} is skipped: {why}").unwrap();
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
