//! Series of every kind whose first values are not like those that follow, and tags and steps at the limits.

use std::path::Path;

use tfevents::proto::{self, event::What, summary::value::Value};
use tfevents::tensor::DataType;
use tfevents::{Audio, Channels};

use super::{images::png, row};
use crate::stock::blank::Row;
use crate::stock::blank::files::{Of, empty, event, of, old, scalar, strings_of, write_file};

fn wav() -> Vec<u8> {
    let audio = Audio::new(&[0i16; 8], Channels::Mono, 8000).unwrap();
    audio.as_bytes().to_vec()
}

/// A row whose run has these files.
fn in_files(
    name: &'static str,
    tab: &'static str,
    says: [&'static str; 2],
    codes: &'static [&'static str],
    files: Vec<Vec<proto::Event>>,
) -> Row {
    Row {
        write: Box::new(move |dir: &Path| {
            for (number, events) in (0..).zip(&files) {
                write_file(dir, number, events);
            }
        }),
        ..row(name, tab, says, codes, Vec::new())
    }
}

const CURVE: [f32; 12] = [2., 1., 2., 0., 0., 2., 0., 1., 0.5, 1., 1., 0.5];

fn curve() -> proto::TensorProto {
    proto::TensorProto {
        float_val: CURVE.to_vec(),
        ..empty(DataType::Float, &[6, 2])
    }
}

fn sound() -> Of {
    of("audio").content([16, 11])
}

fn sounds() -> proto::TensorProto {
    strings_of(&[1], &[&wav()])
}

fn picture() -> proto::TensorProto {
    strings_of(&[3], &[b"1", b"1", &png()])
}

fn bare(tensor: proto::TensorProto) -> proto::Event {
    old(Value::Tensor(tensor))
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = named_late();
    rows.extend(of_another_form());
    rows.extend(of_another_class());
    rows.extend(graphs());
    rows.extend(limits());
    rows
}

fn named_late() -> Vec<Row> {
    let late = &["late_metadata"];
    vec![
        in_files(
            "sounds named in a second file",
            "audio",
            ["missing", "shown"],
            late,
            vec![vec![bare(sounds())], vec![sound().step(1).tensor(sounds())]],
        ),
        in_files(
            "curves named in a third file",
            "pr_curves",
            ["missing", "shown"],
            late,
            vec![
                vec![bare(curve())],
                vec![bare(curve())],
                vec![of("pr_curves").step(2).tensor(curve())],
            ],
        ),
        row(
            "curves named late without class",
            "pr_curves",
            ["missing", "missing"],
            late,
            vec![
                bare(curve()),
                of("pr_curves").class(0).step(1).tensor(curve()),
            ],
        ),
        in_files(
            "pictures named late without class",
            "images",
            ["missing", "shown"],
            late,
            vec![
                vec![bare(picture())],
                vec![of("images").class(0).step(1).tensor(picture())],
            ],
        ),
    ]
}

fn of_another_form() -> Vec<Row> {
    let floats = |of: Of| of.floats(&[3], &[1., 2., 3.]);
    vec![
        row(
            "pictures behind numbers",
            "images",
            ["shown", "500"],
            &["picture_form"],
            vec![floats(of("images")), of("images").step(1).tensor(picture())],
        ),
        row(
            "sounds behind numbers",
            "audio",
            ["shown", "500"],
            &["sound_form"],
            vec![floats(sound()), sound().step(1).tensor(sounds())],
        ),
        row(
            "text behind numbers",
            "text",
            ["500", "500"],
            &["text_form"],
            vec![floats(of("text")), of("text").step(1).strings(&[], &[b"a"])],
        ),
        row(
            "curves behind text",
            "pr_curves",
            ["500", "500"],
            &["pr_curve_form"],
            vec![
                of("pr_curves").strings(&[], &[b"a"]),
                of("pr_curves").step(1).tensor(curve()),
            ],
        ),
        row(
            "picture in front of numbers of the same step",
            "images",
            ["missing", "shown"],
            &["picture_form", "rewound", "same_step"],
            vec![of("images").tensor(picture()), floats(of("images"))],
        ),
    ]
}

fn of_another_class() -> Vec<Row> {
    let missing = |name, tab, event| row(name, tab, ["missing"; 2], &["wrong_class"], vec![event]);
    vec![
        missing(
            "sound of class TENSOR",
            "audio",
            sound().class(2).tensor(sounds()),
        ),
        missing(
            "curve of class BLOB_SEQUENCE",
            "pr_curves",
            of("pr_curves").class(3).tensor(curve()),
        ),
        missing(
            "text of class BLOB_SEQUENCE",
            "text",
            of("text").class(3).strings(&[], &[b"a"]),
        ),
    ]
}

fn graphs() -> Vec<Row> {
    const GRAPH: &[u8] = b"\x0a\x07\x0a\x01a\x12\x02Op";
    let meta_graph = |step| {
        let inner = [&[0x0a, 0, 0x12, GRAPH.len() as u8], GRAPH].concat();
        event(step, What::MetaGraphDef(inner))
    };
    let start = |step| {
        let log = proto::SessionLog {
            status: proto::session_log::SessionStatus::Start as i32,
            ..Default::default()
        };
        event(step, What::SessionLog(log))
    };
    vec![
        row(
            "graph behind the step of a restart",
            "graphs",
            ["1 nodes", "404"],
            &["restarted"],
            vec![start(0), event(8, What::GraphDef(GRAPH.to_vec())), start(5)],
        ),
        row(
            "two meta graphs",
            "graphs",
            ["missing"; 2],
            &["meta_graph"],
            vec![meta_graph(0), meta_graph(1)],
        ),
        in_files(
            "graph in a file behind that of a meta graph",
            "graphs",
            ["1 nodes"; 2],
            &[],
            vec![
                vec![meta_graph(0)],
                vec![event(0, What::GraphDef(GRAPH.to_vec()))],
            ],
        ),
    ]
}

fn limits() -> Vec<Row> {
    let shown = |name, tab, events| row(name, tab, ["shown"; 2], &[], events);
    vec![
        shown(
            "scalars at the first and the last step",
            "scalars",
            vec![scalar("x", i64::MIN), scalar("x", 0), scalar("x", i64::MAX)],
        ),
        shown(
            "text at the first and the last step",
            "text",
            vec![
                of("text").step(i64::MIN).strings(&[], &[b"a"]),
                of("text").step(i64::MAX).strings(&[], &[b"b"]),
            ],
        ),
        shown(
            "pictures at the first and the last step",
            "images",
            vec![
                of("images").step(i64::MIN).tensor(picture()),
                of("images").step(i64::MAX).tensor(picture()),
            ],
        ),
        shown(
            "text of three megabytes",
            "text",
            vec![of("text").strings(&[], &[&b"words ".repeat(500_000)])],
        ),
        shown("scalar of an empty tag", "scalars", vec![scalar("", 0)]),
        shown(
            "text of an empty tag",
            "text",
            vec![of("text").tag("").strings(&[], &[b"a"])],
        ),
        shown(
            "picture of an empty tag",
            "images",
            vec![of("images").tag("").tensor(picture())],
        ),
        shown(
            "sound of an empty tag",
            "audio",
            vec![sound().tag("").tensor(sounds())],
        ),
        shown(
            "histogram of an empty tag",
            "histograms",
            vec![of("histograms").tag("").doubles(&[1, 3], &[0., 1., 2.])],
        ),
    ]
}
