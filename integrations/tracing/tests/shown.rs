//! What stock TensorBoard shows, in both of its loaders.

use tfevents::SummaryWriter;
use tfevents_tracing::layer;
use tracing::subscriber::with_default;
use tracing::{info, info_span};
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry;

use crate::stock::{self, Mode};

#[test]
fn tensorboard_shows_what_was_logged() {
    if stock::venv::is_unwanted() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (layer, guard) = layer(SummaryWriter::new(dir.path().join("exp1")).unwrap());
    with_default(registry().with(layer), || {
        for step in 0..3 {
            let _step = info_span!(target: "tensorboard", "train", step).entered();
            info!(target: "tensorboard", { "train/loss" = 1.0 / f64::from(1 << step), note = "**bold**" }, "");
        }
        info!(target: "tensorboard", lost = 1);
    });
    assert_eq!(guard.close().unwrap().without_step, 1);

    for mode in [Mode::Fast, Mode::Slow] {
        let shown = stock::ask(dir.path(), mode, &[]);
        let points = |tag: &str| {
            let series = shown["scalars"]["exp1"][tag]["points"].as_array().unwrap();
            let point = |p: &serde_json::Value| (p[1].as_i64().unwrap(), p[2].as_f64().unwrap());
            series.iter().map(point).collect::<Vec<_>>()
        };
        assert_eq!(points("train/loss"), [(0, 1.0), (1, 0.5), (2, 0.25)]);
        let steps: Vec<_> = points("train/seconds").iter().map(|p| p.0).collect();
        assert_eq!(steps, [0, 1, 2]);
        let texts = &shown["text"]["exp1"];
        assert!(
            texts["note"].to_string().contains("<strong>bold</strong>"),
            "{texts}"
        );
        let not_logged = texts["tfevents-tracing/not logged"].to_string();
        assert!(
            not_logged.contains("1 event or span had no step"),
            "{texts}"
        );
    }
}
