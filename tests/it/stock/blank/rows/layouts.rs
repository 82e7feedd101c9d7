//! Layouts of the Custom Scalars dashboard.

use tfevents::proto;
use tfevents::proto::Message as _;
use tfevents::proto::custom_scalars::chart::Content;
use tfevents::proto::custom_scalars::{
    Category, Chart, Layout, MarginChartContent, MultilineChartContent,
    margin_chart_content::Series,
};

use super::row;
use crate::stock::blank::Row;
use crate::stock::blank::files::{Of, of, scalar};

fn layout(content: Option<Content>) -> Vec<u8> {
    let chart = Chart {
        title: "chart".to_owned(),
        content,
    };
    let category = Category {
        title: "category".to_owned(),
        chart: vec![chart],
        ..Default::default()
    };
    Layout {
        category: vec![category],
        ..Default::default()
    }
    .encode_to_vec()
}

fn lines(expressions: &[&str]) -> Vec<u8> {
    layout(Some(Content::Multiline(MultilineChartContent {
        tag: expressions.iter().map(|&e| e.to_owned()).collect(),
    })))
}

fn band() -> Vec<u8> {
    let series = Series {
        value: "mean".to_owned(),
        lower: "low".to_owned(),
        upper: "high".to_owned(),
    };
    layout(Some(Content::Margin(MarginChartContent {
        series: vec![series],
    })))
}

/// Of two layouts the later one counts.
fn two(first: &[&str], second: &[&str], events: Vec<proto::Event>) -> Vec<proto::Event> {
    let config = |step| {
        of("custom_scalars")
            .tag("custom_scalars__config__")
            .step(step)
    };
    let layouts = [
        config(0).strings(&[], &[&lines(first)]),
        config(1).strings(&[], &[&lines(second)]),
    ];
    layouts.into_iter().chain(events).collect()
}

pub(super) fn rows() -> Vec<Row> {
    let at = |tag| -> Of { of("custom_scalars").tag(tag) };
    let config = || at("custom_scalars__config__");
    let with = |layout: &[u8]| vec![config().strings(&[], &[layout]), scalar("a/loss", 1)];
    let broken = &["layout_broken"];
    let all: [&str; 2] = ["all 500", "all 500"];
    let ends = |high: &[i64]| -> Vec<proto::Event> {
        let mut events = vec![config().strings(&[], &[&band()])];
        events.extend(
            ["mean", "low"]
                .iter()
                .flat_map(|tag| [scalar(tag, 1), scalar(tag, 2)]),
        );
        events.extend(high.iter().map(|&step| scalar("high", step)));
        events
    };
    vec![
        row(
            "layout of other tags, behind a good one",
            "custom_scalars",
            ["blank", "blank"],
            &["layout_unmatched"],
            two(&["a/.*"], &["b/.*"], vec![scalar("a/loss", 1)]),
        ),
        row(
            "layout of tags that are there, behind a bad one",
            "custom_scalars",
            ["shown", "shown"],
            &[],
            two(&["b/.*"], &["a/.*"], vec![scalar("a/loss", 1)]),
        ),
        row(
            "broken layout",
            "custom_scalars",
            all,
            broken,
            vec![config().strings(&[], &[b"\xff\xff"])],
        ),
        row(
            "numeric layout",
            "custom_scalars",
            all,
            broken,
            vec![config().floats(&[], &[1.])],
        ),
        row(
            "double layout",
            "custom_scalars",
            all,
            broken,
            vec![config().strings(&[2], &[b"", b""])],
        ),
        row(
            "no layout",
            "custom_scalars",
            all,
            broken,
            vec![config().strings(&[0], &[])],
        ),
        row(
            "layout without a value",
            "custom_scalars",
            all,
            &["no_value"],
            vec![config().value(None)],
        ),
        row(
            "layout under another tag",
            "custom_scalars",
            ["missing", "missing"],
            &["layout_tag"],
            vec![
                at("layout").strings(&[], &[&lines(&["a"])]),
                scalar("a/loss", 1),
            ],
        ),
        row(
            "layout without categories",
            "custom_scalars",
            ["blank", "blank"],
            &["layout_empty"],
            with(b""),
        ),
        row(
            "layout without lines",
            "custom_scalars",
            ["blank", "blank"],
            &["layout_empty"],
            with(&layout(None)),
        ),
        row(
            "layout of a category without charts",
            "custom_scalars",
            ["blank", "blank"],
            &["layout_empty"],
            with(&[&b"\x12\x03\x0a\x01c"[..], &lines(&["a/.*"])].concat()),
        ),
        row(
            "layout of a chart without expressions",
            "custom_scalars",
            ["blank", "blank"],
            &["layout_empty"],
            with(&lines(&[])),
        ),
        row(
            "layout of a band without lines",
            "custom_scalars",
            ["blank", "blank"],
            &["layout_empty"],
            with(&layout(Some(
                Content::Margin(MarginChartContent::default()),
            ))),
        ),
        row(
            "layout of invalid expressions",
            "custom_scalars",
            ["invalid", "invalid"],
            &["layout_pattern"],
            with(&lines(&["a/["])),
        ),
        row(
            "layout of an empty expression",
            "custom_scalars",
            ["invalid", "invalid"],
            &["layout_pattern"],
            with(&lines(&[""])),
        ),
        row(
            "layout of other tags",
            "custom_scalars",
            ["blank", "blank"],
            &["layout_unmatched"],
            with(&lines(&["oss+", "a/los$"])),
        ),
        row(
            "band without an end",
            "custom_scalars",
            ["blank", "blank"],
            &["layout_unmatched"],
            ends(&[]),
        ),
        row(
            "band of different steps",
            "custom_scalars",
            ["different steps", "different steps"],
            &["margin_steps"],
            ends(&[1]),
        ),
    ]
}
