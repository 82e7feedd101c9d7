use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use tfevents::SummaryWriter;

use super::*;

fn log(dir: &Path, tag: &str, steps: std::ops::Range<i64>) {
    let writer = SummaryWriter::new(dir).unwrap();
    for step in steps {
        writer.add_scalar(tag, 0.5, step).unwrap();
    }
    writer.close().unwrap();
}

fn loader(dir: &Path) -> (Loader, Arc<Catalog>) {
    let catalog = Arc::new(Catalog::default());
    let roots = vec![Root::from(dir)];
    (
        Loader::new(roots, Policy::Fast, Arc::clone(&catalog)),
        catalog,
    )
}

fn points(catalog: &Catalog, run: &str) -> Option<u64> {
    catalog.run(run).map(|run| run.points)
}

#[test]
fn what_is_written_deleted_and_added_is_followed() {
    let dir = tempfile::tempdir().unwrap();
    let [old, gone] = ["old", "gone"].map(|run| dir.path().join(run));
    log(&old, "loss", 0..3);
    log(&gone, "loss", 0..2);
    let (mut loader, catalog) = loader(dir.path());
    assert_eq!(loader.load().changed, 2);
    assert_eq!(points(&catalog, "old"), Some(3));

    let writer = SummaryWriter::new(&old).unwrap();
    writer.add_scalar("loss", 0.5, 3).unwrap();
    writer.flush().unwrap();
    fs::remove_dir_all(&gone).unwrap();
    log(&dir.path().join("new"), "loss", 0..1);
    let loaded = loader.load();
    assert_eq!((loaded.runs, loaded.changed), (2, 2));
    writer.add_scalar("loss", 0.5, 4).unwrap();
    writer.close().unwrap();
    loader.load();
    let all = ["old", "gone", "new"].map(|run| points(&catalog, run));
    assert_eq!(all, [Some(5), None, Some(1)]);

    // A file that is deleted takes nothing away, as long as its run has another one.
    let files: Vec<_> = fs::read_dir(&old).unwrap().collect();
    let [first, second] = [0, 1].map(|at| files[at].as_ref().unwrap().path());
    let content = fs::read(&second).unwrap();
    fs::remove_file(first).unwrap();
    assert!(loader.load().problems.is_empty());
    assert_eq!(points(&catalog, "old"), Some(5));
    fs::remove_file(&second).unwrap();
    assert!(loader.load().problems.is_empty());
    assert_eq!(points(&catalog, "old"), None);
    fs::write(&second, content).unwrap();
    loader.load();
    assert!(points(&catalog, "old").is_some_and(|points| points < 5));
    assert_eq!(catalog.health().loads, 6);
}

#[test]
fn a_run_that_did_not_change_stays_the_same_one() {
    let dir = tempfile::tempdir().unwrap();
    let [still, live] = ["still", "live"].map(|run| dir.path().join(run));
    log(&still, "loss", 0..3);
    log(&live, "loss", 0..3);
    let (mut loader, catalog) = loader(dir.path());
    loader.load();
    let [still, before] = ["still", "live"].map(|run| catalog.run(run).unwrap());
    log(&live, "loss", 3..4);
    assert_eq!(loader.load().changed, 1);
    assert!(Arc::ptr_eq(&still, &catalog.run("still").unwrap()));
    assert_eq!(points(&catalog, "live"), Some(4));
    // Whoever still answers from the old one has it as it was.
    assert_eq!(before.points, 3);
    let loss = before.state.scalars("loss", Policy::Raw).unwrap();
    assert_eq!(loss.steps, [0, 1, 2]);
}

#[test]
fn the_newest_runs_are_read_first() {
    let dir = tempfile::tempdir().unwrap();
    for (run, age) in [("a", 300), ("b", 100), ("c", 200)] {
        log(&dir.path().join(run), run, 0..1);
        let file = fs::read_dir(dir.path().join(run)).unwrap().next().unwrap();
        let file = File::options()
            .append(true)
            .open(file.unwrap().path())
            .unwrap();
        let time = SystemTime::now() - Duration::from_secs(age);
        file.set_modified(time).unwrap();
    }
    let (mut loader, _) = loader(dir.path());
    let order = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&order);
    loader.threads = 1;
    loader.selection = Selection::all().tags(move |tag| {
        seen.lock().unwrap().push(tag.to_owned());
        true
    });
    loader.load();
    assert_eq!(*order.lock().unwrap(), ["b", "c", "a"]);
}

#[test]
fn no_run_waits_for_the_old_points_of_a_large_one() {
    let dir = tempfile::tempdir().unwrap();
    // The larger one is more than what is read at once of the newest run.
    let steps = [("small", 1), ("large", 10_000), ("larger", 250_000)];
    for (run, steps) in steps {
        log(&dir.path().join(run), run, 0..steps);
    }
    let (mut loader, catalog) = loader(dir.path());
    loader.threads = 1;
    let shown = Arc::new(Mutex::new(Vec::new()));
    let (so_far, begun) = (Arc::clone(&shown), Arc::clone(&catalog));
    loader.selection = Selection::all().tags(move |tag| {
        let runs = begun.runs().into_iter();
        let last = runs.map(|run| (run.name().to_owned(), run.series[0].last.unwrap().0));
        so_far
            .lock()
            .unwrap()
            .push((tag.to_owned(), last.collect()));
        true
    });
    loader.load();
    let shown: Vec<(String, Vec<_>)> = std::mem::take(&mut shown.lock().unwrap());
    let order: Vec<_> = shown.iter().map(|(tag, _)| &**tag).collect();
    assert_eq!(order, ["larger", "large", "small", "larger", "large"]);
    let last: Vec<_> = ["large", "larger", "small"]
        .iter()
        .zip([9_999, 249_999, 0])
        .map(|(run, step)| ((*run).to_owned(), step))
        .collect();
    assert_eq!(shown[3].1, last);
    for (run, steps) in steps {
        assert_eq!(points(&catalog, run), Some(steps.unsigned_abs()));
    }
}

#[test]
fn a_panic_costs_one_run_and_is_said() {
    let dir = tempfile::tempdir().unwrap();
    for run in ["a", "bad", "c"] {
        log(&dir.path().join(run), run, 0..2);
    }
    let (mut loader, catalog) = loader(dir.path());
    loader.selection = Selection::all().tags(|tag| {
        assert_ne!(tag, "bad", "a fault that nobody foresaw");
        true
    });
    for _ in 0..2 {
        let loaded = loader.load();
        let [problem] = &*loaded.problems else {
            panic!("{:?}", loaded.problems);
        };
        assert!(
            problem.contains("bad") && problem.contains("nobody foresaw"),
            "{problem}"
        );
        assert_eq!(catalog.health().problems, loaded.problems);
    }
    let all = ["a", "bad", "c"].map(|run| points(&catalog, run));
    assert_eq!(all, [Some(2), None, Some(2)]);
}

#[test]
fn a_logdir_may_appear_later() {
    let dir = tempfile::tempdir().unwrap();
    let (mut loader, catalog) = loader(&dir.path().join("later"));
    let loaded = loader.load();
    assert_eq!((loaded.runs, loaded.problems.len()), (0, 1));
    log(&dir.path().join("later/run"), "loss", 0..1);
    assert!(loader.load().problems.is_empty());
    assert_eq!(points(&catalog, "run"), Some(1));
}

/// What a program puts down while it copies is none of the run's files; what it copies is.
#[test]
fn copies_on_their_way_are_not_read() {
    let dir = tempfile::tempdir().unwrap();
    log(&dir.path().join("run"), "loss", 0..2);
    let file = fs::read_dir(dir.path().join("run"))
        .unwrap()
        .next()
        .unwrap();
    let file = file.unwrap().path();
    let name = file.file_name().unwrap().to_str().unwrap();
    for copy in [
        format!(".{name}.a1B2c3"),
        format!("{name}.sagemaker-uploaded"),
        format!("{name}.profile-empty"),
    ] {
        fs::copy(&file, file.with_file_name(copy)).unwrap();
    }
    let (mut loader, catalog) = loader(dir.path());
    loader.load();
    assert_eq!(points(&catalog, "run"), Some(2));
}

/// What TensorFlow's profiler leaves makes its directory a run, as in both of TensorBoard's loaders, and nothing more.
#[test]
fn a_marker_of_the_profiler_is_a_run_without_points() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("run");
    let writer = SummaryWriter::new(&run).unwrap();
    writer.close().unwrap();
    let marker = run.join("events.out.tfevents.1583461681.localhost.profile-empty");
    fs::rename(writer.path(), marker).unwrap();
    let (mut loader, catalog) = loader(dir.path());
    loader.load();
    assert_eq!(points(&catalog, "run"), Some(0));
    log(&run, "loss", 0..2);
    let loaded = loader.load();
    assert_eq!((loaded.runs, points(&catalog, "run")), (1, Some(2)));
}

#[test]
fn a_run_is_gone_while_a_file_is_in_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("logs/place");
    let aside = dir.path().join("aside");
    log(&place.join("run"), "loss", 0..2);
    let (mut loader, catalog) = loader(&dir.path().join("logs"));
    loader.load();
    fs::rename(&place, &aside).unwrap();
    fs::write(&place, "").unwrap();
    assert!(loader.load().problems.is_empty());
    assert_eq!(points(&catalog, "place/run"), None);
    fs::remove_file(&place).unwrap();
    fs::rename(&aside, &place).unwrap();
    loader.load();
    assert_eq!(points(&catalog, "place/run"), Some(2));
}
