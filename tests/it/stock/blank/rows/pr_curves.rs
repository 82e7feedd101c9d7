//! Precision-recall curves.

use super::row;
use crate::stock::blank::Row;
use crate::stock::blank::files::of;

pub(super) fn rows() -> Vec<Row> {
    let good = [2., 1., 2., 0., 0., 2., 0., 1., 0.5, 1., 1., 0.5];
    let of = || of("pr_curves");
    let curve = |shape: &[i64], numbers: &[f32]| vec![of().floats(shape, numbers)];
    let with = |number: f32| {
        let mut numbers = good;
        numbers[0] = number;
        vec![of().floats(&[6, 2], &numbers)]
    };
    let form = &["pr_curve_form"];
    vec![
        row(
            "curve of five rows",
            "pr_curves",
            ["500", "500"],
            form,
            curve(&[5, 2], &good[..10]),
        ),
        row(
            "curve of rank 1",
            "pr_curves",
            ["500", "500"],
            form,
            curve(&[12], &good),
        ),
        row(
            "curve of rank 3",
            "pr_curves",
            ["500", "500"],
            form,
            curve(&[6, 2, 1], &good),
        ),
        row(
            "curve of rank 0",
            "pr_curves",
            ["500", "500"],
            form,
            curve(&[], &[1.]),
        ),
        row(
            "curve of too few",
            "pr_curves",
            ["400", "400"],
            form,
            curve(&[6, 3], &good),
        ),
        row(
            "curve of text",
            "pr_curves",
            ["400", "400"],
            form,
            vec![of().strings(&[6, 1], &[b"a", b"b", b"c", b"d", b"e", b"f"])],
        ),
        row(
            "curve of complex",
            "pr_curves",
            ["500", "500"],
            form,
            vec![of().complex(&[6, 1], &[0.; 12])],
        ),
        row(
            "curve with NaN",
            "pr_curves",
            ["400", "400"],
            &["pr_curve_numbers"],
            with(f32::NAN),
        ),
        row(
            "curve with infinity",
            "pr_curves",
            ["500", "500"],
            &["pr_curve_numbers"],
            with(f32::INFINITY),
        ),
        row(
            "curve without thresholds",
            "pr_curves",
            ["blank", "blank"],
            &["pr_curve_empty"],
            curve(&[6, 0], &[]),
        ),
        row(
            "curve without a tag",
            "pr_curves",
            ["500", "500"],
            &["pr_curve_without_tag"],
            vec![of().tag("").floats(&[6, 2], &good)],
        ),
        row(
            "curve with one bad step",
            "pr_curves",
            ["500", "500"],
            form,
            vec![
                of().floats(&[6, 2], &good),
                of().step(1).floats(&[5, 2], &good[..10]),
            ],
        ),
        row(
            "curve of a later version",
            "pr_curves",
            ["missing", "missing"],
            &["plugin_version"],
            vec![of().content([8, 1]).floats(&[6, 2], &good)],
        ),
        row(
            "curve of another content",
            "pr_curves",
            ["all 500", "all 500"],
            &["plugin_content"],
            vec![of().content("{}").floats(&[6, 2], &good)],
        ),
        row(
            "curve without a value",
            "pr_curves",
            ["500", "all 500"],
            &["no_value"],
            vec![of().value(None)],
        ),
    ]
}
