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
    let edges = |limits: &[f64], counts: &[f64]| {
        stored(proto::HistogramProto {
            min: 0.,
            max: 3.,
            bucket_limit: limits.to_vec(),
            bucket: counts.to_vec(),
            ..Default::default()
        })
    };
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
            "histogram of unsigned integers",
            "histograms",
            ["500", "500"],
            &["tensor_type"],
            vec![of("histograms").unsigned(&[1, 3], &[0, 1, 2])],
        ),
        row(
            "histogram of the older form with a NaN edge",
            "histograms",
            ["blank", "blank"],
            &["histogram_numbers"],
            edges(&[1., nan, 3.], &[1., 1., 3.]),
        ),
        row(
            "histogram of the older form with an infinite last edge",
            "histograms",
            ["shown", "shown"],
            &[],
            edges(&[1., 2., f64::INFINITY], &[1., 1., 3.]),
        ),
        row(
            "histogram with an edge too many",
            "histograms",
            ["missing", "shown"],
            &["form"],
            edges(&[1., 2., 3., 4.], &[1., 1., 3.]),
        ),
        row(
            "histogram without its last edge",
            "histograms",
            ["missing", "shown"],
            &["form"],
            edges(&[1., 2.], &[1., 1., 3.]),
        ),
        row(
            "histogram with edges that go back",
            "histograms",
            ["shown", "shown"],
            &[],
            edges(&[3., 1., 2.], &[1., 1., 3.]),
        ),
        row(
            "histogram with buckets that go back",
            "histograms",
            ["shown", "shown"],
            &[],
            rows(&[2., 3., 1., 0., 1., 2., 1., 0., 1.]),
        ),
        row(
            "histogram of nothing",
            "histograms",
            ["blank", "blank"],
            &["histogram_empty"],
            rows(&[]),
        ),
        row(
            "histogram of nothing in the older form",
            "histograms",
            ["blank", "blank"],
            &["histogram_empty"],
            edges(&[], &[]),
        ),
        row(
            "histogram of counts of 0",
            "histograms",
            ["blank", "blank"],
            &["histogram_empty"],
            rows(&[0., 1., 0., 1., 2., 0.]),
        ),
        row(
            "histogram of counts of 0 in the older form",
            "histograms",
            ["blank", "blank"],
            &["histogram_empty"],
            edges(&[1., 2., 3.], &[0., 0., 0.]),
        ),
        row(
            "histogram of nothing at first",
            "histograms",
            ["shown", "shown"],
            &[],
            vec![
                of("histograms").doubles(&[0, 3], &[]),
                of("histograms").step(1).doubles(&[1, 3], &[0., 1., 2.]),
            ],
        ),
        row(
            "histogram of negative counts",
            "histograms",
            ["shown", "shown"],
            &[],
            rows(&[0., 1., -2., 1., 2., -3.]),
        ),
        row(
            "histogram of negative counts in the older form",
            "histograms",
            ["shown", "blank"],
            &["histogram_negative"],
            edges(&[1., 2., 3.], &[-1., -1., -3.]),
        ),
        row(
            "histogram with a negative count in the middle",
            "histograms",
            ["shown", "shown"],
            &[],
            edges(&[1., 2., 3.], &[1., -2., 3.]),
        ),
        row(
            "histogram in one point",
            "histograms",
            ["shown", "shown"],
            &[],
            rows(&[1., 1., 5.]),
        ),
        row(
            "histogram of the oldest form",
            "histograms",
            ["missing", "missing"],
            &["histogram_obsolete"],
            vec![old(Value::ObsoleteOldStyleHistogram(vec![
                9, 0, 0, 0, 0, 0, 0, 0, 0,
            ]))],
        ),
        row(
            "histogram without a value",
            "histograms",
            ["blank", "all 500"],
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
