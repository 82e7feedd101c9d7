//! The fixtures read as TensorBoard reads them.

use crate::reference::migrated::Difference;
use crate::reference::{Collection, migrated, raw};
use crate::support::fixtures;

fn collection() -> Collection {
    Collection::new(fixtures(), "expected")
}

#[test]
fn events_are_read_as_stored() {
    raw::compare(&collection());
}

#[test]
fn points_are_what_tensorboard_shows() {
    let differences = migrated::compare(&collection());
    let met: Vec<_> = differences.into_keys().collect();
    assert_eq!(
        met,
        [
            Difference::HistogramInDoubles,
            Difference::HParamsInMetadata
        ]
    );
}
