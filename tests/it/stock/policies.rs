//! Our `fast` and `slow` views against what the two loaders really have: of the cases in which they disagree most
//! what the dashboard shows, and of arbitrary runs of every kind, form and class what the loaders hand out.
//!
//! Where a view differs on purpose, the difference has a name and a reason: see `Explained`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::json;
use tfevents::check;
use tfevents::proto::{self, Message as _, event::What, summary};
use tfevents::{Logdir, LogdirState, Policy, Selection, record};

use super::tensorboard::{Mode, ask, provided};
use super::{environment, list, number};
use crate::support::{fixtures, skipped};

mod compare;
mod content;
mod dice;
mod generate;
mod spoken;
mod values;

use compare::{Comparison, Explained, Tally};

/// The events of a run, file by file, as (step, what).
type Files = Vec<Vec<(i64, Log)>>;

#[derive(Clone, Copy, Debug)]
enum Log {
    Version,
    Start,
    A,
    B,
    Both,
}

use Log::{A, B, Both, Start, Version};

/// The cases of which the specification of the reader speaks, one a row.
fn named() -> Vec<(&'static str, Files)> {
    let a = |steps: &[i64]| -> Vec<(i64, Log)> { steps.iter().map(|&step| (step, A)).collect() };
    let with = |first: Log, steps: &[i64]| -> Vec<(i64, Log)> {
        [(0, first)].into_iter().chain(a(steps)).collect()
    };
    vec![
        ("in order", vec![with(Version, &[0, 1, 2])]),
        ("repeated", vec![with(Version, &[3, 3, 3, 3])]),
        ("all at zero", vec![with(Version, &[0, 0, 0])]),
        ("disorder", vec![with(Version, &[5, 1, 9, 2, 3])]),
        ("negative and huge", vec![with(Version, &[-7, 0, i64::MAX])]),
        (
            "two writers",
            vec![with(Version, &[0, 2, 4]), with(Version, &[1, 3, 5])],
        ),
        (
            "restart without a start",
            vec![with(Version, &[0, 1, 2, 3]), with(Version, &[2, 3, 4])],
        ),
        (
            "restart with starts",
            vec![
                vec![(0, Version), (0, Start), (1, A), (2, Both), (3, A)],
                vec![(0, Version), (2, Start), (2, A), (4, A)],
            ],
        ),
        (
            "only the second file has a start",
            vec![
                with(Version, &[1, 2, 3]),
                vec![(0, Version), (2, Start), (2, A)],
            ],
        ),
        (
            "start before the version",
            vec![vec![
                (0, Start),
                (0, Version),
                (1, A),
                (5, A),
                (2, Start),
                (3, A),
            ]],
        ),
        ("no version, disorder", vec![a(&[1, 5, 3, 4])]),
        (
            "no version, tags interleaved",
            vec![vec![(100, A), (0, B), (101, A), (1, B), (50, Both)]],
        ),
        (
            "version only in the second file",
            vec![a(&[1, 9]), with(Version, &[2, 3])],
        ),
        (
            "tag begins in a later file",
            vec![vec![(2, B)], vec![(0, Version), (1, A), (0, A)]],
        ),
    ]
}

/// Every value is another one, so that a point cannot be taken for its neighbour.
fn write(dir: &Path, files: &Files) {
    fs::create_dir_all(dir).unwrap();
    let mut count = 0.0;
    for (i, file) in files.iter().enumerate() {
        let mut bytes = Vec::new();
        for &(step, log) in file {
            count += 1.0;
            let event = proto::Event {
                wall_time: 1_700_000_000.0 + f64::from(count),
                step,
                what: Some(what(log, count)),
                ..Default::default()
            };
            record::frame(&mut bytes, &event.encode_to_vec());
        }
        fs::write(dir.join(format!("events.out.tfevents.{i:010}.host")), bytes).unwrap();
    }
}

fn what(log: Log, value: f32) -> What {
    let tags: &[&str] = match log {
        Version => return What::FileVersion("brain.Event:2".into()),
        Start => {
            return What::SessionLog(proto::SessionLog {
                status: proto::session_log::SessionStatus::Start as i32,
                ..Default::default()
            });
        }
        A => &["a"],
        B => &["b"],
        Both => &["a", "b"],
    };
    let value = tags.iter().map(|&tag| summary::Value {
        tag: tag.into(),
        value: Some(summary::value::Value::SimpleValue(value)),
        ..Default::default()
    });
    What::Summary(proto::Summary {
        value: value.collect(),
    })
}

static LOGDIR: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let logdir = tempfile::tempdir().unwrap();
    for (name, files) in named() {
        write(&logdir.path().join(name), &files);
    }
    logdir
});

/// Compares every series, and says how many there were.
fn compare(mode: Mode, policy: Policy) {
    if environment::is_unwanted() {
        skipped("stock::policies", "TFEVENTS_SKIP_STOCK is set");
        return;
    }
    let logdir = LOGDIR.path();
    let theirs = ask(logdir, mode);
    let ours = LogdirState::load(logdir, Selection::all()).unwrap();
    let mut compared = 0;
    for run in ours.runs() {
        for series in run.series() {
            let points = run.scalars(series.tag, policy).unwrap();
            let ours: Vec<_> = points
                .steps
                .iter()
                .copied()
                .zip(points.values.to_f64())
                .collect();
            let shown = &theirs["scalars"][run.name()][series.tag]["points"];
            let shown: Vec<_> = list(shown)
                .iter()
                .map(|p| (p[1].as_i64().unwrap(), number(&p[2])))
                .collect();
            assert_eq!(ours, shown, "{:?} of run {:?}", series.tag, run.name());
            compared += 1;
        }
    }
    assert_eq!(compared, 17, "series");
}

#[test]
fn the_fast_view_is_what_the_data_server_shows() {
    compare(Mode::Fast, Policy::Fast);
}

#[test]
fn the_slow_view_is_what_the_python_loader_shows() {
    compare(Mode::Slow, Policy::Slow);
}

/// How many arbitrary runs there are, unless `TFEVENTS_POLICY_RUNS` says otherwise.
const RUNS: u64 = 300;

/// The seeds of arbitrary runs, the same ones every time: they fail alike wherever they are tried. The first of them
/// is `TFEVENTS_POLICY_SEED`.
fn seeds() -> std::ops::Range<u64> {
    let set = |name, default| std::env::var(name).map_or(default, |set| set.parse().unwrap());
    let first = set("TFEVENTS_POLICY_SEED", 0);
    first..first + set("TFEVENTS_POLICY_RUNS", RUNS)
}

#[test]
fn arbitrary_runs_look_as_each_loader_has_them() {
    if environment::is_unwanted() {
        skipped("stock::policies", "TFEVENTS_SKIP_STOCK is set");
        return;
    }
    let seeds = seeds();
    let runs = seeds.end - seeds.start;
    let mut tallies = BTreeMap::<_, Tally>::new();
    let mut compared = 0;
    let (mut silent, mut groundless) = (Vec::new(), Vec::new());
    let mut judged = BTreeMap::new();
    // In batches, because the answers are large.
    for first in seeds.clone().step_by(500) {
        let logdir = tempfile::tempdir().unwrap();
        for seed in first..seeds.end.min(first + 500) {
            generate::write(&logdir.path().join(seed.to_string()), seed);
        }
        let state = LogdirState::load(logdir.path(), Selection::all()).unwrap();
        let opened = Logdir::open(logdir.path()).unwrap();
        let reports: Vec<_> = opened.runs().iter().map(check::run).collect();
        let nothing = json!({});
        let [fast, slow] = [Mode::Fast, Mode::Slow].map(|mode| provided(logdir.path(), mode));
        for (run, report) in opened.runs().iter().zip(&reports) {
            let [fast, slow] =
                [&fast, &slow].map(|theirs| theirs.get(run.name()).unwrap_or(&nothing));
            groundless.extend(spoken::groundless(run, report, fast, slow, &mut judged));
        }
        for (mode, policy, theirs) in [
            (Mode::Fast, Policy::Fast, &fast),
            (Mode::Slow, Policy::Slow, &slow),
        ] {
            let tally = tallies.entry(mode.name()).or_default();
            for run in state.runs() {
                let theirs = theirs.get(run.name()).unwrap_or(&nothing);
                compared += Comparison { run, policy, tally }.run(theirs);
            }
            for (run, report) in opened.runs().iter().zip(&reports) {
                let theirs = theirs.get(run.name()).unwrap_or(&nothing);
                silent.extend(
                    spoken::silent(run, report, theirs)
                        .iter()
                        .map(|what| format!("{}: {what}", mode.name())),
                );
            }
        }
    }
    assert!(compared > runs, "{compared} series of {runs} runs");
    assert!(
        silent.is_empty() && groundless.is_empty(),
        "check is silent:\n{}\ncheck is mistaken:\n{}",
        silent.join("\n"),
        groundless.join("\n")
    );
    // What is explained is rare, or else the comparison would be an empty one.
    for (mode, tally) in &tallies {
        for (why, of) in [
            (Explained::Contradicted, 100),
            (Explained::NumberAmongOthers, 10),
        ] {
            let count = tally.get(&why).copied().unwrap_or(0);
            assert!(count * of < runs, "{mode} {why:?} {count} times: {tally:?}");
        }
    }
    let everywhere = tallies
        .values()
        .flat_map(Tally::keys)
        .collect::<std::collections::BTreeSet<_>>();
    if runs >= 5000 {
        assert_eq!(judged.len(), spoken::JUDGED.len(), "{judged:?}");
        assert_eq!(everywhere.len(), Explained::ALL.len(), "{tallies:?}");
    }
}

/// A series longer than the data server's sample, and one that goes back in mid-way.
#[test]
fn the_reservoir_keeps_what_the_data_server_keeps() {
    if environment::is_unwanted() {
        skipped("stock::policies", "TFEVENTS_SKIP_STOCK is set");
        return;
    }
    let rewound = (0..3000).chain(1500..4000).chain(10..3000);
    let logdir = tempfile::tempdir().unwrap();
    let mut cases = Vec::new();
    for (run, steps) in [
        ("long", (0..5000).collect::<Vec<i64>>()),
        ("rewound", rewound.collect()),
    ] {
        let file: Vec<_> = [(0, Version)]
            .into_iter()
            .chain(steps.iter().map(|&step| (step, A)))
            .collect();
        write(&logdir.path().join(run), &vec![file]);
        cases.push((run, steps));
    }
    let theirs = super::tensorboard::ask_sampled(logdir.path(), Mode::Fast, 1000);
    for (run, steps) in cases {
        let kept: Vec<i64> = tfevents::series::reservoir(&steps, 1000)
            .iter()
            .map(|&i| steps[i])
            .collect();
        let shown = list(&theirs["scalars"][run]["a"]["points"]);
        let shown: Vec<_> = shown.iter().map(|p| p[1].as_i64().unwrap()).collect();
        assert_eq!(kept, shown, "{run}");
    }
}

/// Every series that a loader shows of other writers' files has the same steps in our view of it.
#[test]
fn fixtures_look_the_same() {
    if environment::is_unwanted() {
        skipped("stock::policies", "TFEVENTS_SKIP_STOCK is set");
        return;
    }
    let fixtures = fixtures();
    let mut compared = 0;
    for writer in ["keras", "tensorboardx", "tf1", "tf2", "torch"] {
        let logdir = fixtures.join(writer);
        let ours = LogdirState::load(&logdir, Selection::all()).unwrap();
        for (mode, policy) in [(Mode::Fast, Policy::Fast), (Mode::Slow, Policy::Slow)] {
            let theirs = ask(&logdir, mode);
            for dashboard in ["scalars", "histograms", "images", "text"] {
                for (run, tags) in theirs[dashboard].as_object().into_iter().flatten() {
                    for (tag, shown) in tags.as_object().into_iter().flatten() {
                        let place = format!("{writer} {mode:?} {dashboard} {run} {tag}");
                        let state = ours.run(run).unwrap_or_else(|| panic!("{place}"));
                        let steps = match dashboard {
                            "scalars" => state.scalars(tag, policy).map(|s| s.steps),
                            _ => state
                                .blobs(tag, policy)
                                .map(|b| b.iter().map(|b| b.step).collect()),
                        };
                        // What TensorBoard fails at, such as text that is not UTF-8, is not hidden by us.
                        if shown.get("error").is_some() {
                            continue;
                        }
                        let shown = shown_steps(dashboard, shown);
                        // A tensor without a picture is listed, but has nothing to show.
                        if dashboard == "images" && shown.as_ref().is_some_and(Vec::is_empty) {
                            continue;
                        }
                        assert_eq!(steps, shown, "{place}");
                        compared += 1;
                    }
                }
            }
        }
    }
    assert!(compared > 100, "{compared} series");
}

fn shown_steps(dashboard: &str, shown: &serde_json::Value) -> Option<Vec<i64>> {
    let points = shown.get("points").unwrap_or(shown).as_array()?;
    let mut steps: Vec<i64> = points
        .iter()
        .map(|point| match dashboard {
            "scalars" | "histograms" => point[1].as_i64(),
            _ => point["step"].as_i64(),
        })
        .collect::<Option<_>>()?;
    // A picture is listed once for each of its samples.
    if dashboard == "images" {
        steps.sort_unstable();
        steps.dedup();
    }
    Some(steps)
}
