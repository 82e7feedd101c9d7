//! Histograms and distributions.

use tfevents::proto;
use tfevents::proto::summary::value::Value;

use super::row;
use crate::stock::blank::Row;
use crate::stock::blank::files::{of, old};

pub(super) fn rows() -> Vec<Row> {
    let nan = f64::NAN;
    let rows = |numbers: &[f64]| {
        vec![of("histograms").doubles(&[i64::try_from(numbers.len() / 3).unwrap(), 3], numbers)]
    };
    let stored = |h: proto::HistogramProto| vec![old(Value::Histo(h))];
    vec![
        row(
            "histogram with a NaN edge",
            "histograms",
            ["blank", "blank"],
            &["histogram_numbers"],
            rows(&[nan, 1., 2., 1., 2., 3.]),
        ),
        row(
            "histogram with a NaN count",
            "histograms",
            ["blank", "blank"],
            &["histogram_numbers"],
            rows(&[0., 1., nan]),
        ),
        row(
            "histogram with an infinite edge",
            "distributions",
            ["blank", "blank"],
            &["histogram_numbers"],
            rows(&[0., f64::INFINITY, 2.]),
        ),
        row(
            "histogram with one bad step",
            "histograms",
            ["blank", "blank"],
            &["histogram_numbers"],
            vec![
                of("histograms").doubles(&[1, 3], &[0., 1., 2.]),
                of("histograms").step(1).doubles(&[1, 3], &[nan, nan, 1.]),
            ],
        ),
        row(
            "histogram of rank 1",
            "distributions",
            ["500", "500"],
            &["histogram_form"],
            vec![of("histograms").doubles(&[3], &[0., 1., 2.])],
        ),
        row(
            "histogram of two columns",
            "distributions",
            ["500", "500"],
            &["histogram_form"],
            vec![of("histograms").doubles(&[1, 2], &[0., 1.])],
        ),
        row(
            "histogram of rank 3",
            "histograms",
            ["blank", "blank"],
            &["histogram_form"],
            vec![of("histograms").doubles(&[1, 1, 3], &[0., 1., 2.])],
        ),
        row(
            "histogram of text",
            "distributions",
            ["500", "500"],
            &["histogram_form"],
            vec![of("histograms").strings(&[1, 3], &[b"a", b"b", b"c"])],
        ),
        row(
            "histogram of complex",
            "histograms",
            ["500", "500"],
            &["histogram_form"],
            vec![of("histograms").complex(&[1, 3], &[0.; 6])],
        ),
        row(
            "histogram of too few",
            "histograms",
            ["500", "500"],
            &["histogram_form"],
            vec![of("histograms").doubles(&[1, 3], &[0., 1.])],
        ),
        row(
            "histogram of the older form with NaN",
            "histograms",
            ["blank", "blank"],
            &["histogram_numbers"],
            stored(proto::HistogramProto {
                min: nan,
                max: nan,
                bucket_limit: vec![1., 2.],
                bucket: vec![1., 1.],
                ..Default::default()
            }),
        ),
        row(
            "histogram of the oldest form",
            "histograms",
            ["missing", "missing"],
            &["histogram_obsolete", "no_metadata"],
            vec![old(Value::ObsoleteOldStyleHistogram(vec![
                9, 0, 0, 0, 0, 0, 0, 0, 0,
            ]))],
        ),
        row(
            "histogram without a value",
            "histograms",
            ["shown", "all 500"],
            &["no_value"],
            vec![of("histograms").value(None)],
        ),
        row(
            "histogram of another content",
            "histograms",
            ["all 500", "all 500"],
            &["plugin_content"],
            vec![
                of("histograms")
                    .content([0xff])
                    .doubles(&[1, 3], &[0., 1., 2.]),
            ],
        ),
        row(
            "histogram of a later version",
            "histograms",
            ["missing", "missing"],
            &["plugin_version"],
            vec![
                of("histograms")
                    .content([8, 9])
                    .doubles(&[1, 3], &[0., 1., 2.]),
            ],
        ),
    ]
}
