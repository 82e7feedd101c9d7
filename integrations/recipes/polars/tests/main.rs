//! What the recipe logs and reads.

use polars::prelude::*;
use tfevents::SummaryWriter;

#[test]
fn frames_of_polars() {
    let dir = tempfile::tempdir().unwrap();
    let table = df!(
        "step" => [1u32, 2, 5],
        "loss" => [Some(0.5), None, Some(0.25)],
        "epoch" => [0i32, 0, 1],
        "note" => ["a", "b", "c"],
    );
    let writer = SummaryWriter::new(dir.path().join("exp1")).unwrap();
    recipe_polars::log(&writer, &table.unwrap()).unwrap();
    writer.close().unwrap();
    let read = recipe_polars::read(dir.path()).unwrap();
    let expected = df!(
        "run" => ["exp1"; 5],
        "tag" => ["epoch", "epoch", "epoch", "loss", "loss"],
        "step" => [1i64, 2, 5, 1, 5],
        "value" => [0.0, 0.0, 1.0, 0.5, 0.25],
    );
    let read = read
        .sort(["tag", "step"], SortMultipleOptions::default())
        .unwrap();
    assert!(read.equals(&expected.unwrap()), "{read}");
}
