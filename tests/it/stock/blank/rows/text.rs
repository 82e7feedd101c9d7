//! Text.

use super::row;
use crate::stock::blank::Row;
use crate::stock::blank::files::{of, strings_of};

pub(super) fn rows() -> Vec<Row> {
    let not_text = &["text_form"];
    vec![
        row(
            "text of numbers",
            "text",
            ["500", "500"],
            not_text,
            vec![of("text").ints(&[], &[4])],
        ),
        row(
            "text of floats",
            "text",
            ["500", "500"],
            not_text,
            vec![of("text").floats(&[2], &[4., 5.])],
        ),
        row(
            "text of no string",
            "text",
            ["500", "500"],
            not_text,
            vec![of("text").tensor(strings_of(&[], &[]))],
        ),
        row(
            "text of too few strings",
            "text",
            ["500", "500"],
            not_text,
            vec![of("text").strings(&[3], &[b"a", b"b"])],
        ),
        row(
            "text in Latin-1",
            "text",
            ["500", "500"],
            &["text_utf8"],
            vec![of("text").strings(&[], &[b"Gr\xfc\xdfe"])],
        ),
        row(
            "text with one bad step",
            "text",
            ["500", "500"],
            &["text_utf8"],
            vec![
                of("text").strings(&[], &[b"good"]),
                of("text").step(1).strings(&[1], &[b"\xff"]),
            ],
        ),
        row(
            "text of rank 3",
            "text",
            ["in part", "in part"],
            &["text_rank"],
            vec![of("text").strings(&[1, 1, 2], &[b"a", b"b"])],
        ),
        row(
            "text of no elements",
            "text",
            ["blank", "blank"],
            &["text_none"],
            vec![of("text").strings(&[0], &[])],
        ),
        row(
            "text of no columns",
            "text",
            ["blank", "blank"],
            &["text_none"],
            vec![of("text").strings(&[2, 0], &[])],
        ),
        row(
            "text of no tables",
            "text",
            ["500", "500"],
            &["text_none"],
            vec![of("text").strings(&[0, 2, 2], &[])],
        ),
        row(
            "text in a table",
            "text",
            ["shown", "shown"],
            &[],
            vec![of("text").strings(&[1, 2], &[b"a", b"b"])],
        ),
        row(
            "text of a later version",
            "text",
            ["missing", "missing"],
            &["plugin_version"],
            vec![of("text").content([8, 1]).strings(&[], &[b"a"])],
        ),
        row(
            "text of another content",
            "text",
            ["all 500", "all 500"],
            &["plugin_content"],
            vec![of("text").content("md").strings(&[], &[b"a"])],
        ),
        row(
            "text without a value",
            "text",
            ["blank", "all 500"],
            &["no_value"],
            vec![of("text").value(None)],
        ),
    ]
}
