//! Files by many writers, in the wild, read as TensorBoard reads them.

use crate::reference::{Collection, migrated, raw};
use crate::support::{corpus, skipped};

fn collection(test: &str) -> Option<Collection> {
    let root = corpus();
    if root.is_none() {
        skipped(
            test,
            "the corpus is neither at TFEVENTS_CORPUS nor at ../shared/corpus",
        );
    }
    root.map(|root| Collection::new(root, "reference"))
}

#[test]
fn events_are_read_as_stored() {
    if let Some(collection) = collection("corpus::events_are_read_as_stored") {
        raw::compare(&collection);
    }
}

#[test]
fn points_are_what_tensorboard_shows() {
    if let Some(collection) = collection("corpus::points_are_what_tensorboard_shows") {
        migrated::compare(&collection);
    }
}
