//! What happens to a writer when its process goes elsewhere, or ends.

use std::path::Path;
use std::sync::OnceLock;

use tfevents::plugin::projector::Embedding;
use tfevents::{Experiment, HParams, Run, SummaryWriter, Sweep};

use super::{alone, patient, scalars};

#[test]
fn a_relative_logdir_is_where_it_was_when_the_writer_was_opened() {
    const DIR: &str = "TFEVENTS_TEST_ELSEWHERE";
    const NAME: &str = "processes::a_relative_logdir_is_where_it_was_when_the_writer_was_opened";
    let Some(dir) = std::env::var_os(DIR) else {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("elsewhere")).unwrap();
        return alone(NAME, DIR, dir.path());
    };
    std::env::set_current_dir(&dir).unwrap();
    let writer = SummaryWriter::new("runs").unwrap();
    let sweep = Sweep::new("sweep", Experiment::new()).unwrap();
    std::env::set_current_dir("elsewhere").unwrap();

    writer
        .add_scalars_to_sub_runs("loss", [("train", 1)], 1)
        .unwrap();
    let embedding = Embedding::new(vec![1.0, 2.0], 2).unwrap();
    writer.add_embedding("words", &embedding, 1).unwrap();
    writer.sync().unwrap();
    let trial = sweep.trial("first", HParams::new()).unwrap();
    trial.finish().unwrap();
    writer.close().unwrap();

    assert!(writer.path().is_absolute());
    let dir = Path::new(&dir);
    assert_eq!(std::fs::read_dir(dir.join("elsewhere")).unwrap().count(), 0);
    for there in [
        "runs/loss_train",
        "runs/projector_config.pbtxt",
        "sweep/first",
    ] {
        assert!(dir.join(there).exists(), "{there}");
    }
}

static WRITER: OnceLock<SummaryWriter> = OnceLock::new();

/// Nothing drops a `static`.
#[test]
fn a_writer_in_a_static_is_closed_by_its_guard() {
    const DIR: &str = "TFEVENTS_TEST_STATIC";
    const NAME: &str = "processes::a_writer_in_a_static_is_closed_by_its_guard";
    if let Some(dir) = std::env::var_os(DIR) {
        let writer = WRITER.get_or_init(|| patient(Path::new(&dir)));
        let guard = writer.close_on_drop();
        WRITER.get().unwrap().add_scalar("loss", 1, 1).unwrap();
        writer
            .add_scalars_to_sub_runs("sub", [("run", 1)], 1)
            .unwrap();
        drop(guard);
        assert!(writer.add_scalar("loss", 2, 2).is_err(), "it is closed");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    alone(NAME, DIR, dir.path());
    let logdir = tfevents::Logdir::open(dir.path()).unwrap();
    let files: Vec<_> = logdir.runs().iter().flat_map(Run::files).collect();
    assert_eq!(scalars(files[0]), [("loss".into(), 1, 1.0)]);
    assert_eq!(scalars(files[1]), [("sub".into(), 1, 1.0)]);
}
