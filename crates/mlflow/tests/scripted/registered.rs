//! Models that are registered at a server that fails, or by a program that is killed.

use std::path::{Path, PathBuf};

use tfevents::SummaryWriter;
use tfevents_mlflow::{Mlflow, Options, RegisterOptions, Registered, Result, Source};

use crate::server::{Fault, Server};

/// A pushed run and a model.
struct Trained {
    server: Server,
    model: PathBuf,
    run_id: String,
}

impl Trained {
    fn new(dir: &Path, root: &'static str) -> Self {
        let writer = SummaryWriter::new(dir.join("run")).unwrap();
        writer.add_scalar("loss", 0.5, 1).unwrap();
        writer.close().unwrap();
        let model = dir.join("net.onnx");
        std::fs::write(&model, MODEL).unwrap();
        let server = Server::start();
        server.held(|held| held.store.root = root);
        let sources = Source::all(dir).unwrap();
        let pushed = client(&server).push(&sources, &Options::default(), &|_| {});
        let run_id = pushed.unwrap().remove(0).unwrap().unwrap().run_id;
        server.held(|held| held.answered.clear());
        Self {
            server,
            model,
            run_id,
        }
    }

    fn register(&self) -> Result<Registered> {
        let options = RegisterOptions {
            name: "digits".to_owned(),
            alias: Some("champion".to_owned()),
            metrics: true,
            ..RegisterOptions::default()
        };
        client(&self.server).register(&self.run_id, &self.model, &options, &|_| {})
    }

    /// What is there in the end, however it came about. Returns how many requests it took.
    fn check(&self, what: &str) -> usize {
        self.server.held(|held| {
            let ready = held.models.logged.iter().filter(|model| model.is_ready);
            let ready: Vec<_> = ready.collect();
            assert_eq!((ready.len(), held.models.logged.len()), (1, 1), "{what}");
            assert_eq!(ready[0].artifacts["model.onnx"], MODEL, "{what}");
            assert!(ready[0].artifacts.contains_key("MLmodel"), "{what}");
            assert_eq!(held.models.versions["digits"].len(), 1, "{what}");
            let alias = ("digits".to_owned(), "champion".to_owned());
            assert_eq!(held.models.aliases[&alias], "1", "{what}");
            assert_eq!(held.runs[0].outputs.len(), 1, "{what}");
            held.answered.len()
        })
    }
}

/// With basic authentication.
fn client(server: &Server) -> Mlflow {
    Mlflow::new(&server.uri().replace("://", "://ada:pa55word@")).unwrap()
}

/// As another program wrote it.
const MODEL: &[u8] = include_bytes!("../../../../fixtures/onnx/control_flow.onnx");

#[test]
fn whatever_fails_at_any_request_there_is_one_model_and_one_version() {
    let dir = tempfile::tempdir().unwrap();
    let trained = Trained::new(dir.path(), "mlflow-artifacts:");
    assert!(trained.register().unwrap().is_new);
    let requests = trained.check("at once");
    let headers = trained.server.held(|held| held.headers.clone());
    // ada:pa55word
    let login = "authorization: Basic YWRhOnBhNTV3b3Jk";
    assert!(headers.contains(login));
    for at in 0..requests {
        for fault in [Fault::Status(429), Fault::LostAnswer] {
            // A server that never answered is not waited for.
            if at == 0 && matches!(fault, Fault::LostAnswer) {
                continue;
            }
            let what = format!("{fault:?} at {at}");
            let dir = tempfile::tempdir().unwrap();
            let trained = Trained::new(dir.path(), "mlflow-artifacts:");
            trained.server.add_fault("", at, fault);
            trained.register().unwrap();
            trained.check(&what);
        }
        // Killed behind a request, whose answer nobody gets, and done again.
        let what = format!("killed at {at}");
        let dir = tempfile::tempdir().unwrap();
        let trained = Trained::new(dir.path(), "mlflow-artifacts:");
        trained.server.add_fault("", at, Fault::Status(400));
        // Some requests are no more than questions: then it goes on.
        let _ = trained.register();
        trained.register().unwrap();
        trained.check(&what);
        assert!(!trained.register().unwrap().is_new, "{what}");
    }
}

/// Before anything is sent.
#[test]
fn an_alias_that_mlflow_refuses_is_refused_first() {
    let dir = tempfile::tempdir().unwrap();
    let trained = Trained::new(dir.path(), "mlflow-artifacts:");
    for alias in ["v1", "V20", "Latest", "a b", "a.b", "", &"a".repeat(256)] {
        let options = RegisterOptions {
            name: "digits".to_owned(),
            alias: Some(alias.to_owned()),
            ..RegisterOptions::default()
        };
        let client = client(&trained.server);
        let refused = client.register(&trained.run_id, &trained.model, &options, &|_| {});
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("cannot be an alias"), "{refused}");
    }
    assert!(trained.server.held(|held| held.answered.is_empty()));
}

#[test]
fn files_of_a_model_go_where_the_server_says() {
    let dir = tempfile::tempdir().unwrap();
    let trained = Trained::new(dir.path(), "s3://bucket");
    trained.register().unwrap();
    trained.check("signed");
    let signed = trained.server.held(|held| held.answered.clone());
    let signed = signed.iter().filter(|target| target.contains("presigned"));
    assert!(signed.count() > 3);
}
