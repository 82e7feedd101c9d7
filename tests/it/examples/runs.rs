//! The examples of resuming, of threads and processes, of logging for long, and of reading without files.

use std::path::Path;

use tfevents::state::RunState;
use tfevents::{LogdirState, Policy, Selection};

use super::{run, run_with};
use crate::support::fixtures;

fn load(logdir: &Path) -> LogdirState {
    let state = LogdirState::load(logdir, Selection::all()).unwrap();
    assert!(state.problems().is_empty(), "{:?}", state.problems());
    for file in state.runs().flat_map(RunState::files) {
        assert!(file.follower().health().is_clean(), "{:?}", file.path());
    }
    state
}

fn steps(state: &LogdirState, run: &str, tag: &str, policy: Policy) -> Vec<i64> {
    let run = state.run(run).unwrap();
    run.scalars(tag, policy).unwrap().steps
}

#[test]
fn resume_shows_each_step_once() {
    let dir = tempfile::tempdir().unwrap();
    let printed = run("resume", dir.path());
    assert!(printed.contains("220 points logged"), "{printed}");
    assert!(printed.contains("200 points shown"), "{printed}");

    let state = load(&dir.path().join("runs/resume"));
    assert_eq!(state.run(".").unwrap().files().len(), 2);
    for policy in [Policy::Fast, Policy::Slow] {
        let loss = state.run(".").unwrap().scalars("loss", policy).unwrap();
        assert!(loss.steps.into_iter().eq(0..200), "{policy:?}");
        // One curve, as if nothing had happened.
        assert!(loss.values.to_f64().is_sorted_by(|a, b| a > b));
    }
}

#[test]
fn multi_thread_has_a_run_for_each_rank_and_a_tag_for_each_thread() {
    let dir = tempfile::tempdir().unwrap();
    for rank in ["0", "1"] {
        let printed = run_with("", "multi_thread", &["runs", rank], dir.path());
        assert!(printed.contains("5000 points"), "{printed}");
    }
    let state = load(&dir.path().join("runs"));
    for rank in ["rank0", "rank1"] {
        let workers = (0..4).map(|worker| format!("reward/worker{worker}"));
        for tag in workers.chain(["queue".to_owned()]) {
            let steps = steps(&state, rank, &tag, Policy::Fast);
            assert!(steps.into_iter().eq(0..1000), "{rank} {tag}");
        }
    }
}

#[test]
fn bytes_prints_every_number_of_a_file_that_comes_in_pieces() {
    let dir = tempfile::tempdir().unwrap();
    let printed = run("bytes", dir.path());
    let state = load(&fixtures().join("torch/scalars/pair_a"));
    let scalars = state
        .run(".")
        .unwrap()
        .scalars("pair", Policy::Raw)
        .unwrap();
    let mut expected: Vec<_> = scalars
        .steps
        .iter()
        .zip(scalars.values.to_f64())
        .map(|(step, value)| format!("pair {step} {value}"))
        .collect();
    assert!(expected.len() > 1);
    expected.push("0 damaged places, ends on a record boundary".into());
    assert!(printed.lines().eq(&expected), "{printed}");
}

#[test]
fn soak_reports_and_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let printed = run_with("", "soak", &["0.02", "runs"], dir.path());
    let rows: Vec<Vec<&str>> = printed
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(rows.len(), 20, "{printed}");
    // A file that is closed is closed.
    assert!(rows.iter().all(|row| row[3] == rows[0][3]), "{printed}");

    let logged: i64 = rows[19][1].parse().unwrap();
    let state = load(&dir.path().join("runs"));
    for tag in ["worker0/scalar0", "worker1/scalar19"] {
        let steps = steps(&state, "main", tag, Policy::Raw);
        assert!(steps.into_iter().eq(0..logged), "{tag}");
    }
    let trials = (1..=20).map(|i| format!("trial{i}"));
    let of_trials: usize = trials
        .map(|trial| steps(&state, &trial, "loss", Policy::Raw).len())
        .sum();
    assert_eq!(of_trials as i64, logged);
}
