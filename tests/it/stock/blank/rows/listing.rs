//! Series that a loader does not list, whatever is in them.

use std::path::Path;

use tfevents::proto;
use tfevents::proto::event::What;
use tfevents::proto::summary::value::Value;
use tfevents::tensor::DataType;

use super::{images::png, row};
use crate::stock::blank::Row;
use crate::stock::blank::files::{empty, event, of, old, strings_of, write_file};

const LATE: &[&str] = &["late_metadata"];
const CLASS: &[&str] = &["wrong_class"];

/// A row whose run has a second file.
fn in_two_files(row: Row, first: Vec<proto::Event>, second: Vec<proto::Event>) -> Row {
    Row {
        write: Box::new(move |dir: &Path| {
            write_file(dir, 0, &first);
            write_file(dir, 1, &second);
        }),
        ..row
    }
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = late();
    rows.extend(classes());
    rows.extend(names());
    rows
}

fn bare(tensor: proto::TensorProto) -> proto::Event {
    old(Value::Tensor(tensor))
}

fn number(dtype: DataType, shape: &[i64], n: usize) -> proto::TensorProto {
    proto::TensorProto {
        float_val: vec![0.5; n],
        ..empty(dtype, shape)
    }
}

/// What says of which kind the series is comes after its first value.
fn late() -> Vec<Row> {
    let float = || bare(number(DataType::Float, &[], 1));
    let scalar = |step| of("scalars").step(step).floats(&[], &[1.]);
    let buckets = || number(DataType::Float, &[1, 3], 3);
    let text = || strings_of(&[], &[b"a"]);
    let picture = || strings_of(&[3], &[b"1", b"1", &png()]);
    let late = |name, tab, slow, codes, events| row(name, tab, ["missing", slow], codes, events);
    vec![
        late(
            "scalars named late",
            "scalars",
            "shown",
            LATE,
            vec![float(), scalar(2), scalar(3)],
        ),
        in_two_files(
            late(
                "scalars named in a second file",
                "scalars",
                "shown",
                LATE,
                vec![],
            ),
            vec![float()],
            vec![scalar(2), scalar(3)],
        ),
        in_two_files(
            late(
                "scalars named without class in a second file",
                "scalars",
                "shown",
                LATE,
                vec![],
            ),
            vec![float()],
            vec![of("scalars").class(0).step(2).floats(&[], &[1.])],
        ),
        late(
            "scalars named late without class",
            "scalars",
            "missing",
            LATE,
            vec![float(), of("scalars").class(0).step(2).floats(&[], &[1.])],
        ),
        late(
            "scalars named behind a vector",
            "scalars",
            "500",
            &["late_metadata", "mixed_forms"],
            vec![bare(number(DataType::Float, &[2], 2)), scalar(2)],
        ),
        late(
            "scalars of the older form behind a tensor",
            "scalars",
            "missing",
            &["no_metadata"],
            vec![float(), super::super::files::scalar("x", 2)],
        ),
        late(
            "histograms named late",
            "histograms",
            "shown",
            LATE,
            vec![bare(buckets()), of("histograms").step(1).tensor(buckets())],
        ),
        late(
            "histograms named behind a number",
            "distributions",
            "500",
            &["late_metadata", "mixed_forms"],
            vec![float(), of("histograms").step(1).tensor(buckets())],
        ),
        in_two_files(
            late(
                "histograms named behind text",
                "distributions",
                "500",
                &["late_metadata", "histogram_form"],
                vec![],
            ),
            vec![bare(text())],
            vec![of("histograms").step(1).tensor(buckets())],
        ),
        late(
            "text named late",
            "text",
            "shown",
            LATE,
            vec![bare(text()), of("text").step(1).tensor(text())],
        ),
        late(
            "text named behind numbers",
            "text",
            "500",
            &["late_metadata", "text_form"],
            vec![
                bare(number(DataType::Float, &[2], 2)),
                of("text").step(1).tensor(text()),
            ],
        ),
        in_two_files(
            late("pictures named late", "images", "shown", LATE, vec![]),
            vec![bare(picture())],
            vec![of("images").step(1).tensor(picture())],
        ),
        late(
            "text of no plugin at first",
            "text",
            "missing",
            &["no_plugin"],
            vec![
                of("").class(2).tensor(text()),
                of("text").step(1).tensor(text()),
            ],
        ),
        late(
            "scalars named late in class TENSOR",
            "scalars",
            "missing",
            &["late_metadata", "wrong_class"],
            vec![float(), of("scalars").class(2).step(1).floats(&[], &[1.])],
        ),
    ]
}

/// A class is stated in which the dashboard does not ask for series.
fn classes() -> Vec<Row> {
    let missing = |name, tab, codes, event| row(name, tab, ["missing"; 2], codes, vec![event]);
    vec![
        missing(
            "scalar of class TENSOR",
            "scalars",
            CLASS,
            of("scalars").class(2).floats(&[], &[1.]),
        ),
        missing(
            "scalar of class BLOB_SEQUENCE",
            "scalars",
            CLASS,
            of("scalars").class(3).floats(&[], &[1.]),
        ),
        missing(
            "scalar of class 9",
            "scalars",
            &["no_class"],
            of("scalars").class(9).floats(&[], &[1.]),
        ),
        missing(
            "text of class SCALAR",
            "text",
            CLASS,
            of("text").class(1).strings(&[], &[b"a"]),
        ),
        missing(
            "histogram of class BLOB_SEQUENCE",
            "histograms",
            CLASS,
            of("histograms").class(3).doubles(&[1, 3], &[0., 1., 2.]),
        ),
        missing(
            "picture of class TENSOR",
            "images",
            CLASS,
            of("images").class(2).strings(&[3], &[b"1", b"1", &png()]),
        ),
        missing(
            "graph without class",
            "graphs",
            &["no_class", "graph_tag"],
            of("graphs").class(0).strings(&[1], &[GRAPH]),
        ),
    ]
}

/// Nothing says where the series belongs, or the wrong thing.
fn names() -> Vec<Row> {
    let missing = |name, tab, codes, event| row(name, tab, ["missing"; 2], codes, vec![event]);
    let mut unnamed = of("text").tag("").strings(&[], &[b"a"]);
    if let Some(What::Summary(summary)) = &mut unnamed.what {
        summary.value[0].node_name = "node".to_owned();
    }
    let mut meta_graph = vec![0x0a, 0];
    meta_graph.extend([0x12, GRAPH.len() as u8]);
    meta_graph.extend(GRAPH);
    vec![
        missing(
            "scalar of no plugin",
            "scalars",
            &["no_plugin"],
            of("").class(1).floats(&[], &[1.]),
        ),
        missing(
            "scalar of somebody's plugin",
            "scalars",
            &["unknown_plugin"],
            of("mine").class(1).floats(&[], &[1.]),
        ),
        missing(
            "text of somebody's plugin",
            "text",
            &["unknown_plugin"],
            of("mine").class(0).strings(&[], &[b"a"]),
        ),
        missing(
            "tensor without metadata",
            "scalars",
            &["no_metadata"],
            bare(number(DataType::Float, &[], 1)),
        ),
        row(
            "number of somebody's plugin",
            "scalars",
            ["missing", "shown"],
            &["other_plugin"],
            vec![of("mine").class(2).value(Some(Value::SimpleValue(0.5)))],
        ),
        row(
            "text of a node",
            "text",
            ["shown", "all 500"],
            &["no_tag"],
            vec![unnamed],
        ),
        missing(
            "graph inside a meta graph",
            "graphs",
            &["meta_graph"],
            event(0, What::MetaGraphDef(meta_graph)),
        ),
    ]
}

/// A graph of one node, `a`.
const GRAPH: &[u8] = b"\x0a\x07\x0a\x01a\x12\x02Op";
