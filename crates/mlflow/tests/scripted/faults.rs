//! What happens where a server fails: a small one in this process, which says what it is told to.

use std::path::Path;

use tfevents::{At, HParams, SummaryWriter};
use tfevents_mlflow::{
    ErrorKind, LossKind, Mlflow, NonFinite, Options, Pushed, Result, Source, plan,
};

use crate::client;
use crate::server::{Fault, Server};

/// A run of so many scalars.
fn log(dir: &Path, points: i64) {
    let writer = SummaryWriter::new(dir).unwrap();
    for step in 0..points {
        let at = At::from(step).at(1_700_000_000.0 + step as f64);
        writer
            .add_scalar("loss", 1.0 / (step + 1) as f64, at)
            .unwrap();
    }
    writer.close().unwrap();
}

fn push_with(server: &Server, dir: &Path, options: &Options) -> Vec<Result<Option<Pushed>>> {
    let sources = Source::all(dir).unwrap();
    client(server).push(&sources, options, &|_| {}).unwrap()
}

fn push(server: &Server, dir: &Path) -> Pushed {
    let mut pushed = push_with(server, dir, &Options::default());
    pushed.pop().unwrap().unwrap().unwrap()
}

#[test]
fn requests_are_filled_and_what_was_pushed_is_not_sent_again() {
    let dir = tempfile::tempdir().unwrap();
    log(dir.path(), 2500);
    let server = Server::start();
    let pushed = push(&server, dir.path());
    assert_eq!((pushed.points, pushed.is_new), (2500, true));
    assert!(pushed.losses.is_empty() && pushed.differences.is_empty());
    // The tag that says how far the file was sent takes the place of one point.
    assert_eq!(server.held(|held| held.batches.clone()), [999, 999, 502]);
    let again = push(&server, dir.path());
    assert_eq!((again.points, again.is_new), (0, false));
    assert_eq!(again.run_id, pushed.run_id);
    assert_eq!(server.held(|held| held.batches.clone()).len(), 3);
    // What comes later is added to the same run.
    std::thread::sleep(std::time::Duration::from_millis(10));
    let writer = SummaryWriter::builder(dir.path())
        .filename_suffix(".2")
        .open()
        .unwrap();
    writer.add_scalar("loss", 0.5, 9999).unwrap();
    writer.close().unwrap();
    let later = push(&server, dir.path());
    assert_eq!((later.points, later.run_id), (1, pushed.run_id));
    assert_eq!(server.points_of_runs(), [2501]);
    assert_eq!(server.points(), (2501, 0));
}

#[test]
fn no_point_is_sent_twice_whatever_happens_on_the_way() {
    for fault in [
        Fault::Status(429),
        Fault::Status(503),
        Fault::Status(500),
        Fault::LostRequest,
        Fault::LostAnswer,
    ] {
        let dir = tempfile::tempdir().unwrap();
        log(dir.path(), 2000);
        let faults = [("runs/log-batch", fault), ("runs/log-batch", fault)];
        let server = Server::with_faults(&faults);
        let pushed = push(&server, dir.path());
        assert_eq!(pushed.points, 2000, "{fault:?}");
        assert_eq!(server.points(), (2000, 0), "{fault:?}");
    }
}

/// Whether a tag was sent is not what a mark says that was made while only another one was wanted.
#[test]
fn what_was_not_selected_before_is_sent_when_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    for step in 0..10 {
        for tag in ["loss", "acc"] {
            writer
                .add_scalar(tag, 0.5, At::from(step).at(f64::from(step)))
                .unwrap();
        }
    }
    writer.close().unwrap();
    let server = Server::start();
    let some = Options {
        wants: Box::new(|tag| tag == "loss"),
        selection: "--tag loss".to_owned(),
        ..Options::default()
    };
    let pushed = push_with(&server, dir.path(), &some)
        .pop()
        .unwrap()
        .unwrap()
        .unwrap();
    assert_eq!(pushed.points, 10);
    assert_eq!(push(&server, dir.path()).points, 10);
    assert_eq!(push(&server, dir.path()).points, 0);
    assert_eq!(server.points(), (20, 0));
}

/// Selects one tag.
fn only(tag: &'static str) -> Options {
    Options {
        wants: Box::new(move |known| known == tag),
        selection: format!("--tag {tag} "),
        ..Options::default()
    }
}

/// Points of two tags in a file of this name.
fn log_two(dir: &Path, file: &str, steps: std::ops::Range<i32>) {
    let writer = SummaryWriter::builder(dir)
        .filename_suffix(file)
        .open()
        .unwrap();
    for step in steps {
        for tag in ["loss", "acc"] {
            let at = At::from(step).at(f64::from(step));
            writer.add_scalar(tag, 0.5, at).unwrap();
        }
    }
    writer.close().unwrap();
}

#[test]
fn what_a_run_grew_by_under_another_selection_is_sent_when_it_is_selected() {
    for first in [only("loss"), Options::default()] {
        let dir = tempfile::tempdir().unwrap();
        log_two(dir.path(), ".1", 0..10);
        let server = Server::start();
        push_with(&server, dir.path(), &first);
        log_two(dir.path(), ".2", 10..20);
        push_with(&server, dir.path(), &only("acc"));
        push(&server, dir.path());
        assert_eq!(server.points(), (40, 0));
        assert_eq!(push(&server, dir.path()).points, 0);
    }
}

#[test]
fn a_push_of_another_selection_can_be_cut_anywhere() {
    let dir = tempfile::tempdir().unwrap();
    for (file, first) in [(".1", 0), (".2", 1500), (".3", 3000)] {
        log_two(dir.path(), file, first..first + 1500);
    }
    for cut in 0..8 {
        let server = Server::start();
        push_with(&server, dir.path(), &only("loss"));
        server.add_fault("runs/log-batch", cut, Fault::Status(400));
        let failed = push_with(&server, dir.path(), &Options::default()).pop();
        assert_eq!(failed.unwrap().is_err(), cut < 6, "{cut}");
        // Somebody returns to what was selected first.
        push_with(&server, dir.path(), &only("loss"));
        push(&server, dir.path());
        assert_eq!(server.points(), (9000, 0), "{cut}");
    }
}

#[test]
fn numbers_that_were_left_out_are_sent_when_they_are_not() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    for (step, value) in [1.0, f64::NAN, -0.0, f64::NEG_INFINITY]
        .into_iter()
        .enumerate()
    {
        let at = At::from(step).at(step as f64);
        writer.add_scalar("loss", value, at).unwrap();
    }
    writer.close().unwrap();
    let server = Server::start();
    let skip = Options {
        non_finite: NonFinite::Skip,
        ..Options::default()
    };
    push_with(&server, dir.path(), &skip);
    assert_eq!(server.points(), (2, 0));
    push(&server, dir.path());
    assert_eq!(server.points(), (4, 0));
}

/// What was sent of a file does not say what was sent of one in its place.
#[test]
fn of_a_file_that_was_replaced_what_is_new_is_sent() {
    let dir = tempfile::tempdir().unwrap();
    log_two(dir.path(), ".1", 0..10);
    let server = Server::start();
    push(&server, dir.path());
    let file = std::fs::read_dir(dir.path()).unwrap().next().unwrap();
    let file = file.unwrap().path();
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(push(&server, dir.path()).points, 0);
    assert_eq!(server.points(), (20, 0));
}

#[test]
fn no_second_run_is_made_where_the_answer_is_lost() {
    for fault in [Fault::LostAnswer, Fault::LostRequest, Fault::Status(502)] {
        let dir = tempfile::tempdir().unwrap();
        log(dir.path(), 10);
        let server = Server::with_faults(&[("runs/create", fault)]);
        push(&server, dir.path());
        assert_eq!(server.points_of_runs(), [10], "{fault:?}");
    }
}

#[test]
fn a_deleted_run_is_made_anew_unless_it_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    log(dir.path(), 10);
    let server = Server::start();
    let first = push(&server, dir.path());
    server.held(|held| held.runs[0].is_deleted = true);
    let asked = Options {
        run_id: Some(first.run_id.clone()),
        ..Options::default()
    };
    let refused = push_with(&server, dir.path(), &asked)
        .remove(0)
        .unwrap_err();
    assert!(refused.to_string().contains("mlflow runs restore"));
    let second = push(&server, dir.path());
    assert!(second.is_new && second.run_id != first.run_id);
    assert_eq!(second.points, 10);
}

#[test]
fn credentials_are_not_sent_on_to_another_server() {
    let dir = tempfile::tempdir().unwrap();
    log(dir.path(), 10);
    let other = Server::start();
    let to = other.uri().replace("127.0.0.1", "localhost").leak();
    let server = Server::with_faults(&[("experiments/get-by-name", Fault::Moved(to))]);
    let uri = server.uri().replace("://", "://ada:secret@");
    let mlflow = Mlflow::new(&uri).unwrap();
    let sources = Source::all(dir.path()).unwrap();
    let pushed = mlflow.push(&sources, &Options::default(), &|_| {});
    assert!(pushed.unwrap()[0].is_ok());
    assert!(
        server
            .held(|held| held.headers.clone())
            .contains("authorization: ")
    );
    assert!(
        other
            .held(|held| held.headers.clone())
            .contains("user-agent: ")
    );
    assert!(
        !other
            .held(|held| held.headers.clone())
            .contains("authorization: ")
    );
}

/// The one that makes its run first sees only that, keeps it, and may have sent something before the other one looks.
#[test]
fn pushes_at_the_same_moment_end_up_with_one_run() {
    let searches = "runs/search";
    for sent in [0, 1, 3] {
        let dir = tempfile::tempdir().unwrap();
        log(dir.path(), 3000);
        let server = Server::with_faults(&[
            ("runs/create", Fault::Behind(searches, 2)),
            ("runs/create", Fault::Behind(searches, 3)),
        ]);
        if sent > 0 {
            server.add_fault(searches, 3, Fault::Behind("runs/log-batch", sent));
        } else {
            server.add_fault("runs/log-batch", 0, Fault::Behind("runs/delete", 1));
        }
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| push(&server, dir.path()));
            }
        });
        assert_eq!(server.points_of_runs(), [3000], "{sent}");
    }
}

#[test]
fn copies_of_a_run_are_kept_apart_and_a_moved_one_is_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let [a, b, c] = ["a", "b", "c"].map(|name| dir.path().join("logs").join(name).join("train"));
    log(&a, 10);
    let copy = |from: &Path, to: &Path| {
        std::fs::create_dir_all(to).unwrap();
        for file in std::fs::read_dir(from).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    };
    let server = Server::start();
    let logs = dir.path().join("logs");
    push(&server, &logs);
    copy(&a, &b);
    log_two(&b, ".later", 10..20);
    let all = || push_with(&server, &logs, &Options::default());
    assert!(all().iter().all(Result::is_ok));
    assert_eq!(server.points_of_runs(), [10, 30]);
    // Each stays itself, whichever directory above it is given, and when it is moved.
    std::fs::create_dir_all(c.parent().unwrap()).unwrap();
    std::fs::rename(&a, &c).unwrap();
    push(&server, &c);
    copy(&c, &a);
    all();
    assert_eq!(server.points_of_runs(), [10, 30, 10]);
    let moved = dir.path().join("moved");
    std::fs::rename(&logs, &moved).unwrap();
    push_with(&server, &moved, &Options::default());
    assert_eq!(server.points_of_runs(), [10, 30, 10]);
}

#[test]
fn what_a_server_says_is_explained() {
    let dir = tempfile::tempdir().unwrap();
    log(dir.path(), 10);
    let html = |status| Fault::Page(status, "<html>secret</html>");
    for (fault, kind, words) in [
        (
            html(401),
            ErrorKind::Unauthorized,
            "MLFLOW_TRACKING_USERNAME",
        ),
        (
            Fault::Page(
                403,
                "Invalid Host header - possible DNS rebinding attack detected",
            ),
            ErrorKind::Unauthorized,
            "--allowed-hosts",
        ),
        (
            html(404),
            ErrorKind::NotFound,
            "address of an MLflow server",
        ),
        (
            html(200),
            ErrorKind::Protocol,
            "address of an MLflow server",
        ),
    ] {
        let server = Server::with_faults(&[("experiments/get-by-name", fault)]);
        let sources = Source::all(dir.path()).unwrap();
        let uri = server.uri().replace("://", "://ada:secret@");
        let mlflow = Mlflow::new(&uri).unwrap();
        let error = mlflow
            .push(&sources, &Options::default(), &|_| {})
            .unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        let said = format!("{error} {error:?} {mlflow:?}");
        assert!(said.contains(words), "{said}");
        assert!(!said.contains("secret"), "{said}");
        let headers = server.held(|held| held.headers.clone());
        assert!(headers.contains("authorization: Basic YWRhOnNlY3JldA=="));
    }
}

#[test]
fn parameters_that_changed_are_told_and_artifacts_that_cannot_go_are_no_failure() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    writer
        .add_hparams(HParams::new().with("lr", 0.1), [("acc", 0.5)], 0)
        .unwrap();
    writer.add_text("note", "x", 1).unwrap();
    writer.close().unwrap();
    let server = Server::with_faults(&[(
        "mlflow-artifacts",
        Fault::Page(
            404,
            "{\"error_code\":\"ENDPOINT_NOT_FOUND\",\"message\":\"\"}",
        ),
    )]);
    let pushed = push(&server, dir.path());
    assert_eq!((pushed.points, pushed.params), (1, 1));
    let kinds: Vec<_> = pushed.losses.iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [LossKind::Artifact]);
    let sources = Source::all(dir.path()).unwrap();
    let changed = [("lr".to_owned(), 0.2.into())].into();
    let sources = sources
        .into_iter()
        .map(|s| s.configured(std::clone::Clone::clone(&changed), Vec::new()));
    let mlflow = client(&server);
    let sources: Vec<_> = sources.collect();
    let pushed = mlflow.push(&sources, &Options::default(), &|_| {}).unwrap();
    let pushed = pushed[0].as_ref().unwrap().as_ref().unwrap();
    let (kind, loss) = pushed.losses.iter().next().unwrap();
    assert_eq!(kind, LossKind::Param);
    assert_eq!(loss.first, "lr is 0.1 there, and stays so; here it is 0.2");
}

#[test]
fn numbers_that_are_not_finite_are_kept_left_out_or_refused() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    for (step, value) in [f64::NAN, f64::INFINITY, 1.0].into_iter().enumerate() {
        writer
            .add_scalar("loss", value, At::from(step).at(step as f64))
            .unwrap();
    }
    writer.close().unwrap();
    for (non_finite, points) in [(NonFinite::Keep, 3), (NonFinite::Skip, 1)] {
        let server = Server::start();
        let options = Options {
            non_finite,
            verify: true,
            ..Options::default()
        };
        let pushed = push_with(&server, dir.path(), &options)
            .pop()
            .unwrap()
            .unwrap()
            .unwrap();
        assert_eq!(pushed.points, points);
        assert_eq!(pushed.differences, []);
    }
    let options = Options {
        non_finite: NonFinite::Fail,
        ..Options::default()
    };
    let failed = push_with(&Server::start(), dir.path(), &options)
        .pop()
        .unwrap();
    assert!(
        failed
            .unwrap_err()
            .to_string()
            .contains("loss at step 0: NaN")
    );
}

#[test]
fn what_the_server_changed_is_found() {
    let dir = tempfile::tempdir().unwrap();
    log(dir.path(), 100);
    let server = Server::with_faults(&[("runs/log-batch", Fault::Zeroed)]);
    let pushed = push(&server, dir.path());
    assert_eq!(pushed.differences.len(), 1, "{:?}", pushed.differences);
    let options = Options {
        verify: true,
        ..Options::default()
    };
    let verified = push_with(&server, dir.path(), &options)
        .pop()
        .unwrap()
        .unwrap()
        .unwrap();
    let told: Vec<_> = verified
        .differences
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(told.len(), 100);
    assert!(
        told[0].starts_with("loss at step 0: ") && told[0].ends_with(", 0 there"),
        "{}",
        told[0]
    );
    assert!(told[1..].iter().all(|told| told.ends_with(", only here")));
}

/// What a filter leaves nothing of is not made at the server, nor is the experiment.
#[test]
fn of_what_filters_leave_nothing_of_no_run_is_made() {
    let dir = tempfile::tempdir().unwrap();
    log(&dir.path().join("a"), 10);
    log_two(&dir.path().join("b"), ".1", 0..10);
    let server = Server::start();
    let pushed = push_with(&server, dir.path(), &only("nope"));
    assert!(pushed.iter().all(|pushed| matches!(pushed, Ok(None))));
    assert_eq!(server.held(|held| held.answered.len()), 0);
    let pushed = push_with(&server, dir.path(), &only("acc"));
    assert!(matches!(&pushed[..], [Ok(None), Ok(Some(_))]), "{pushed:?}");
    assert_eq!(server.points_of_runs(), [10]);
    let options = Options {
        nested: true,
        ..only("nope")
    };
    push_with(&server, dir.path(), &options);
    assert_eq!(server.points_of_runs(), [10]);
}

/// Runs that are complete take one search for all of them.
#[test]
fn many_runs_without_news_take_a_few_requests() {
    let dir = tempfile::tempdir().unwrap();
    for run in 0..30 {
        log(&dir.path().join(format!("{run:02}")), 3);
    }
    let server = Server::start();
    let all = || push_with(&server, dir.path(), &Options::default());
    all();
    let requests = || server.held(|held| held.answered.len());
    let before = requests();
    let again = all();
    assert!(again.iter().flatten().flatten().all(|run| run.points == 0));
    // The experiment, and all runs.
    assert_eq!(requests() - before, 2);
    log_two(&dir.path().join("07"), ".2", 10..20);
    let later = all();
    let news = later
        .iter()
        .flatten()
        .flatten()
        .filter(|run| run.points > 0);
    assert_eq!(news.count(), 1);
    assert_eq!(
        (server.points(), server.points_of_runs().len()),
        ((110, 0), 30)
    );
}

/// A run is nested in the nearest one above it that is pushed, too.
#[test]
fn nested_runs_are_in_the_nearest_run_above_them() {
    let dir = tempfile::tempdir().unwrap();
    for run in ["sweep", "sweep/a", "sweep/group/b", "other"] {
        log(&dir.path().join(run), 1);
    }
    let server = Server::start();
    let options = Options {
        nested: true,
        ..Options::default()
    };
    push_with(&server, dir.path(), &options);
    let parent = |name: &str| {
        server
            .run(name)
            .unwrap()
            .tags
            .get("mlflow.parentRunId")
            .cloned()
    };
    let sweep = server.run("sweep").unwrap().id;
    assert_eq!(parent("sweep/a").as_ref(), Some(&sweep));
    assert_eq!(parent("sweep/group/b").as_ref(), Some(&sweep));
    assert_eq!((parent("sweep"), parent("other")), (None, None));
}

/// MLflow's pages fail with thousands of charts.
#[test]
fn a_run_with_very_many_metrics_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    for tag in 0..501 {
        let at = At::from(0).at(1.0);
        writer.add_scalar(&format!("tag{tag}"), 0.5, at).unwrap();
    }
    writer.close().unwrap();
    let planned = plan(&Source::all(dir.path()).unwrap()[0], &Options::default());
    assert!(planned.unwrap().unwrap().is_crowded());
    let server = Server::start();
    assert!(push(&server, dir.path()).is_crowded());
    let some = Options {
        wants: Box::new(|tag| tag != "tag0"),
        selection: "all but one".to_owned(),
        ..Options::default()
    };
    let pushed = push_with(&server, dir.path(), &some).remove(0);
    assert!(!pushed.unwrap().unwrap().is_crowded());
}
