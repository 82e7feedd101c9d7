//! How files get to where a server has them stored.

use std::path::Path;

use tfevents::SummaryWriter;
use tfevents_mlflow::{LossKind, Mlflow, Options, Pushed, Source};

use crate::server::{Fault, Server};

/// A run with some texts.
fn log(dir: &Path, texts: usize) {
    let writer = SummaryWriter::new(dir).unwrap();
    for step in 0..texts {
        writer
            .add_text("text", format!("text {step}"), step)
            .unwrap();
    }
    writer.close().unwrap();
}

fn push(server: &Server, dir: &Path, vars: &[(&str, &str)]) -> Pushed {
    let mlflow = Mlflow::with_vars(server.uri(), |name| {
        let var = vars.iter().find(|(known, _)| *known == name);
        var.map(|(_, value)| (*value).to_owned())
    });
    let options = Options {
        event_files: true,
        ..Options::default()
    };
    let sources = Source::all(dir).unwrap();
    let mut pushed = mlflow.unwrap().push(&sources, &options, &|_| {}).unwrap();
    pushed.remove(0).unwrap().unwrap()
}

/// What a run has: each text, their series, and the event file.
fn stored(server: &Server) -> Vec<String> {
    server.held(|held| held.runs[0].artifacts.keys().cloned().collect())
}

#[test]
fn many_files_are_put_at_the_same_time_and_before_what_says_so() {
    let dir = tempfile::tempdir().unwrap();
    log(dir.path(), 40);
    // The first waits for others that come later.
    let server = Server::with_faults(&[("text/text/", Fault::Behind("text/text/", 3))]);
    let pushed = push(&server, dir.path(), &[]);
    assert_eq!(pushed.artifacts, 42);
    assert_eq!(stored(&server).len(), 42);
    let answered = server.held(|held| held.answered.clone());
    let last_text = answered
        .iter()
        .rposition(|target| target.contains("text/text/"));
    let end = answered
        .iter()
        .rposition(|target| target.ends_with("log-batch"));
    assert!(last_text < end, "{answered:?}");
    assert!(pushed.losses.is_empty());
}

#[test]
fn large_files_go_in_parts_where_that_is_offered() {
    let small = ("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", "1");
    let dir = tempfile::tempdir().unwrap();
    log(dir.path(), 3);
    let file = std::fs::read_dir(dir.path())
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let bytes = std::fs::read(file.path()).unwrap();
    for (offers, fault, has_parts) in [
        (false, None, false),
        (true, None, true),
        // What cannot be put in parts goes through the server.
        (true, Some(("/store/", Fault::Page(403, "no"))), false),
        (true, Some(("mpu/complete", Fault::Status(400))), false),
        (true, Some(("mpu/create", Fault::Status(501))), false),
        (false, Some(("server-info", Fault::Status(500))), false),
    ] {
        // Two files are large: that of the series, and the event file.
        let faults = fault.map(|fault| [fault; 2]);
        let server = Server::with_faults(faults.as_ref().map_or(&[], |faults| faults));
        let size = if fault.is_some() { "100000" } else { "100" };
        let parts = [small, ("MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE", size)];
        server.held(|held| held.store.offers_parts = offers);
        let pushed = push(&server, dir.path(), &parts);
        assert!(pushed.losses.is_empty(), "{:?}", pushed.losses);
        let run = server.held(|held| held.runs[0].clone());
        let name = format!("tfevents/{}", file.file_name().to_str().unwrap());
        assert_eq!(run.artifacts[&name], bytes, "{fault:?}");
        let answered = server.held(|held| held.answered.clone());
        let count = |words: &str| {
            answered
                .iter()
                .filter(|target| target.contains(words))
                .count()
        };
        let through = answered
            .iter()
            .filter(|target| target.contains("artifacts/tfevents/events"));
        let through = through.filter(|target| !target.contains("/mpu/"));
        assert_eq!(through.count() == 0, has_parts, "{fault:?}: {answered:?}");
        assert_eq!(count("server-info"), 1, "{answered:?}");
        if fault.is_some_and(|(words, _)| words != "mpu/create" && offers) {
            assert!(count("mpu/abort") > 0, "{answered:?}");
        }
    }
}

#[test]
fn a_server_may_say_where_to_put_files() {
    let dir = tempfile::tempdir().unwrap();
    log(dir.path(), 3);
    let server = Server::start();
    server.held(|held| held.store.root = "s3://bucket");
    let pushed = push(&server, dir.path(), &[]);
    assert!(pushed.losses.is_empty(), "{:?}", pushed.losses);
    assert_eq!((pushed.artifacts, stored(&server).len()), (5, 5));
    let headers = server.held(|held| held.headers.clone());
    assert!(headers.contains("x-amz-server-side-encryption: AES256"));
}

#[test]
fn where_no_files_can_go_the_rest_goes() {
    let dir = tempfile::tempdir().unwrap();
    log(dir.path(), 3);
    for fault in [
        Fault::Status(501),
        Fault::Status(404),
        Fault::Page(404, r#"{"error_code":"ENDPOINT_NOT_FOUND"}"#),
    ] {
        let server = Server::with_faults(&[("presigned-upload-url", fault); 8]);
        server.held(|held| held.store.root = "s3://bucket");
        let pushed = push(&server, dir.path(), &[]);
        let losses: Vec<_> = pushed.losses.iter().collect();
        let [(LossKind::Artifact, loss)] = &losses[..] else {
            panic!("{fault:?}: {losses:?}")
        };
        assert_eq!(loss.count, 5, "{fault:?}");
        assert_eq!((pushed.artifacts, &*pushed.status), (0, "FINISHED"));
        // It is not asked for each of them.
        let asked = server.held(|held| held.answered.clone());
        let asked = asked.iter().filter(|target| target.contains("presigned"));
        assert!(asked.count() <= 4);
    }
}
