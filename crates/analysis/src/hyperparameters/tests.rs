use std::fs;
use std::path::Path;

use tfevents::{Experiment, HParam, HParams, Logdir, Metric, Selection, SummaryWriter, Text};

use super::*;

/// What is found for every run, as `RUN: NAME=VALUE …`.
fn found(dir: &Path, lookup: &str) -> Vec<String> {
    let lookup = match lookup {
        "" => Lookup::Everywhere,
        text => text.parse().unwrap(),
    };
    let (found, problems) = found_by(dir, &lookup);
    assert_eq!(problems, [""; 0]);
    let shown = |(run, found): (String, Hyperparameters)| {
        let values = found
            .values
            .iter()
            .map(|(name, value)| format!(" {name}={value}"));
        format!("{run}:{}", values.collect::<String>())
    };
    found.into_iter().map(shown).collect()
}

fn found_by(dir: &Path, lookup: &Lookup) -> (Vec<(String, Hyperparameters)>, Vec<String>) {
    let logdir = Logdir::open(dir).unwrap();
    let state = LogdirState::load(dir, Selection::all()).unwrap();
    let trials = Trials::of(logdir.runs(), |_| true);
    let mut finder = Finder::new(lookup, &state, &trials);
    let runs = logdir.runs().iter().filter(|run| !trials.has(run.name()));
    let found = runs.map(|run| (run.name().to_owned(), finder.of(run)));
    (found.collect(), finder.problems().to_vec())
}

fn run(dir: impl AsRef<Path>) -> SummaryWriter {
    let writer = SummaryWriter::new(dir.as_ref()).unwrap();
    writer.add_scalar("loss", 1.0, 1).unwrap();
    writer
}

fn write(path: impl AsRef<Path>, text: &str) {
    fs::create_dir_all(path.as_ref().parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// What `add_hparams` of PyTorch does.
fn add_hparams(dir: impl AsRef<Path>, lr: f64) {
    let writer = SummaryWriter::new(dir.as_ref()).unwrap();
    let experiment = Experiment::new()
        .hparam(HParam::number("lr"))
        .metric(Metric::new("hparam/acc"));
    writer.add_experiment(&experiment).unwrap();
    let hparams = HParams::new().with("lr", lr);
    writer
        .add_hparams(hparams, [("hparam/acc", 0.5)], 0)
        .unwrap();
    writer.close().unwrap();
}

#[test]
fn each_place_goes_before_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let exp = dir.path().join("lr=5,seed=0");
    let writer = run(&exp);
    let only = || found(dir.path(), "").remove(0);
    writer.sync().unwrap();
    assert_eq!(only(), "lr=5,seed=0: lr=5 seed=0");
    writer
        .add_text("args/text_summary", Text::new("{\n    \"lr\": 4\n}"), 0)
        .unwrap();
    writer
        .add_text("model_config/text_summary", Text::new("{\"layers\": 9}"), 0)
        .unwrap();
    writer.sync().unwrap();
    assert_eq!(only(), "lr=5,seed=0: lr=4");
    write(exp.join(".hydra/overrides.yaml"), "- lr=3.2\n");
    assert_eq!(only(), "lr=5,seed=0: lr=3.2");
    write(exp.join(".hydra/config.yaml"), "lr: 3.1\n");
    assert_eq!(only(), "lr=5,seed=0: lr=3.1");
    write(exp.join("params.json"), "{\"lr\": 3}");
    assert_eq!(only(), "lr=5,seed=0: lr=3");
    write(exp.join("hparams.yaml"), "{}\n");
    assert_eq!(only(), "lr=5,seed=0: lr=3");
    write(exp.join("hparams.yaml"), "lr: 2\n");
    assert_eq!(only(), "lr=5,seed=0: lr=2");
    add_hparams(exp.join("1700000000.5"), 1.0);
    assert_eq!(only(), "lr=5,seed=0: lr=1");
    drop(
        writer
            .start_session(HParams::new().with("lr", 0.0))
            .unwrap(),
    );
    writer.close().unwrap();
    assert_eq!(only(), "lr=5,seed=0: lr=0");
    // Asked for by name.
    let asked = |lookup| found(dir.path(), lookup).remove(0);
    assert_eq!(asked("params.json"), "lr=5,seed=0: lr=3");
    assert_eq!(asked(".hydra/overrides.yaml"), "lr=5,seed=0: lr=3.2");
    assert_eq!(asked("tag:args"), "lr=5,seed=0: lr=4");
    assert_eq!(
        asked("tag:model_config/text_summary"),
        "lr=5,seed=0: layers=9"
    );
    assert_eq!(asked("none"), "lr=5,seed=0: lr=0");
    assert_eq!(asked("other.yaml"), "lr=5,seed=0:");
}

#[test]
fn the_nearest_directory_counts() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["exp/train", "exp/val", "other/train"] {
        run(dir.path().join(name)).close().unwrap();
    }
    write(dir.path().join("hparams.yaml"), "lr: 1\n");
    write(dir.path().join("exp/.hydra/config.yaml"), "lr: 2\n");
    write(dir.path().join("exp/val/params.json"), "{\"lr\": 3}");
    let expected = ["exp/train: lr=2", "exp/val: lr=3", "other/train: lr=1"];
    assert_eq!(found(dir.path(), ""), expected);
    let (found, _) = found_by(dir.path(), &Lookup::Everywhere);
    let below: Vec<_> = found.iter().map(|(_, found)| &*found.below).collect();
    assert_eq!(below, ["train", "", "other/train"]);
    let origin = Origin::File(dir.path().join("exp/.hydra/config.yaml"));
    assert_eq!(found[0].1.origin, Some(origin));
}

#[test]
fn hydras_directory_may_be_above_the_logdir() {
    let dir = tempfile::tempdir().unwrap();
    let logs = dir.path().join("outputs/tb/version_0");
    run(&logs).close().unwrap();
    write(dir.path().join("outputs/.hydra/config.yaml"), "lr: 1\n");
    // Others are not meant: who knows whose they are.
    write(dir.path().join("outputs/tb/hparams.yaml"), "lr: 2\n");
    assert_eq!(found(&logs, ""), [".: lr=1"]);
    assert_eq!(
        found(&dir.path().join("outputs/tb"), ""),
        ["version_0: lr=2"]
    );
}

#[test]
fn sessions_stated_twice_are_told() {
    let dir = tempfile::tempdir().unwrap();
    for (lr, momentum) in [(0.1, 0.9), (0.2, 0.9)] {
        let writer = run(dir.path().join("own"));
        let hparams = HParams::new().with("lr", lr).with("momentum", momentum);
        drop(writer.start_session(hparams).unwrap());
        writer.close().unwrap();
    }
    run(dir.path().join("exp")).close().unwrap();
    add_hparams(dir.path().join("exp/1700000000.5"), 0.1);
    add_hparams(dir.path().join("exp/1700000001.5"), 0.2);
    let (found, problems) = found_by(dir.path(), &Lookup::Everywhere);
    assert!(problems.is_empty());
    let names: Vec<_> = found.iter().map(|(run, _)| &**run).collect();
    assert_eq!(names, ["exp", "own"]);
    for (_, found) in &found {
        assert_eq!(found.values["lr"], 0.2.into());
        assert!(found.restated.iter().eq(["lr"]), "{:?}", found.restated);
    }
    let last = Origin::Session("exp/1700000001.5".to_owned());
    assert_eq!(found[0].1.origin, Some(last));
}

#[test]
fn what_cannot_be_read_is_a_problem_once() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["exp/train", "exp/val"] {
        run(dir.path().join(name)).close().unwrap();
    }
    let path = dir.path().join("exp/hparams.yaml");
    let problem = || {
        let (found, mut problems) = found_by(dir.path(), &Lookup::Everywhere);
        assert!(found.iter().all(|(_, found)| found.values.is_empty()));
        assert_eq!(problems.len(), 1, "{problems:?}");
        let problem = problems.remove(0);
        let (place, problem) = problem.split_once(": ").unwrap();
        assert_eq!(place, path.to_str().unwrap());
        problem.to_owned()
    };
    fs::write(&path, "a: [1\n").unwrap();
    assert!(
        problem().starts_with("no hyperparameters: "),
        "{}",
        problem()
    );
    fs::write(&path, b"a: \xff\n").unwrap();
    assert!(problem().contains("UTF-8"), "{}", problem());
    fs::write(&path, vec![b' '; (1 << 20) + 1]).unwrap();
    assert!(
        problem().contains("exceed the limit of 1048576"),
        "{}",
        problem()
    );
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert_eq!(problem(), "not a regular file");
    #[cfg(unix)]
    {
        fs::remove_dir(&path).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        assert_eq!(problem(), "not a regular file");
        // A file that leads nowhere, or with the name of a directory, is none.
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("nowhere", &path).unwrap();
        fs::write(dir.path().join("exp/.hydra"), "").unwrap();
        assert!(found_by(dir.path(), &Lookup::Everywhere).1.is_empty());
    }
}

#[test]
fn lookups_are_parsed() {
    let parse = str::parse::<Lookup>;
    assert_eq!(parse("none"), Ok(Lookup::Sessions));
    assert_eq!(parse("tag:config"), Ok(Lookup::Text("config".to_owned())));
    assert_eq!(parse("conf/a.yaml"), Ok(Lookup::File("conf/a.yaml".into())));
    for wrong in ["", "tag:", "/etc/passwd"] {
        parse(wrong).unwrap_err();
    }
    assert!(parse("tag:args").unwrap().reads("args/text_summary"));
    assert!(!Lookup::Sessions.reads("args/text_summary"));
}
