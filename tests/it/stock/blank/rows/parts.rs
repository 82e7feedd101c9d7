//! Meshes and graphs, which are put together out of several values.

use tfevents::proto::event::What;
use tfevents::proto::mesh_plugin_data::ContentType;
use tfevents::proto::{
    self, GraphDef, MeshPluginData, Message as _, NodeDef, RunMetadata, VersionDef,
};

use super::row;
use crate::stock::blank::Row;
use crate::stock::blank::files::{Of, event, of};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = meshes();
    rows.extend(graphs());
    rows
}

const TRIANGLE: [f32; 9] = [0., 0., 0., 1., 0., 0., 0., 1., 0.];

fn about(part: ContentType, shape: &[i32]) -> MeshPluginData {
    MeshPluginData {
        name: "m".to_owned(),
        content_type: part.into(),
        json_config: "{}".to_owned(),
        shape: shape.to_vec(),
        components: 0b1110,
        ..Default::default()
    }
}

fn part(about: &MeshPluginData) -> Of {
    let tag = match about.content_type() {
        ContentType::Face => "m_FACE",
        ContentType::Color => "m_COLOR",
        _ => "m_VERTEX",
    };
    of("mesh").tag(tag).content(about.encode_to_vec())
}

fn vertices() -> Of {
    part(&about(ContentType::Vertex, &[1, 3, 3]))
}

fn faces() -> Of {
    part(&about(ContentType::Face, &[1, 1, 3]))
}

fn colors() -> Of {
    part(&about(ContentType::Color, &[1, 3, 3]))
}

fn meshes() -> Vec<Row> {
    let vertex = about(ContentType::Vertex, &[1, 3, 3]);
    let with = |change: fn(&mut MeshPluginData)| {
        let mut about = vertex.clone();
        change(&mut about);
        vec![part(&about).floats(&[1, 3, 3], &TRIANGLE)]
    };
    let beside = |other: proto::Event| vec![vertices().floats(&[1, 3, 3], &TRIANGLE), other];
    vec![
        row(
            "mesh without content",
            "mesh",
            ["all 500", "all 500"],
            &["plugin_content"],
            vec![of("mesh").floats(&[1, 3, 3], &TRIANGLE)],
        ),
        row(
            "mesh of another content",
            "mesh",
            ["all 500", "all 500"],
            &["plugin_content"],
            vec![of("mesh").content("{}").floats(&[1, 3, 3], &TRIANGLE)],
        ),
        row(
            "mesh without a shape",
            "mesh",
            ["all 500", "all 500"],
            &["plugin_content"],
            with(|about| about.shape.clear()),
        ),
        row(
            "mesh without a value",
            "mesh",
            ["500", "all 500"],
            &["no_value"],
            vec![vertices().value(None)],
        ),
        row(
            "mesh of a later version",
            "mesh",
            ["missing", "missing"],
            &["plugin_version"],
            with(|about| about.version = 9),
        ),
        row(
            "mesh of text",
            "mesh",
            ["500", "500"],
            &["mesh_form"],
            vec![vertices().strings(&[1, 1, 3], &[b"a", b"b", b"c"])],
        ),
        row(
            "mesh with faces of unsigned integers",
            "mesh",
            ["500", "500"],
            &["tensor_type"],
            beside(faces().unsigned(&[1, 1, 3], &[0, 1, 2])),
        ),
        row(
            "mesh of too few",
            "mesh",
            ["500", "500"],
            &["mesh_form"],
            vec![vertices().floats(&[1, 3, 3], &TRIANGLE[..6])],
        ),
        row(
            "mesh of no part",
            "mesh",
            ["500", "500"],
            &["mesh_part"],
            with(|about| about.content_type = 0),
        ),
        row(
            "mesh of an unknown part",
            "mesh",
            ["500", "500"],
            &["mesh_part"],
            with(|about| about.content_type = 9),
        ),
        row(
            "mesh of no samples",
            "mesh",
            ["blank", "blank"],
            &["mesh_samples"],
            vec![part(&about(ContentType::Vertex, &[0, 3, 3])).floats(&[0, 3, 3], &[])],
        ),
        row(
            "mesh of fewer samples",
            "mesh",
            ["500", "500"],
            &["mesh_samples"],
            with(|about| about.shape[0] = 2),
        ),
        row(
            "mesh with a broken scene",
            "mesh",
            ["blank", "blank"],
            &["mesh_config"],
            with(|about| about.json_config = "{oops".to_owned()),
        ),
        row(
            "mesh with NaN",
            "mesh",
            ["blank", "blank"],
            &["mesh_numbers"],
            vec![vertices().floats(&[1, 3, 3], &[f32::NAN; 9])],
        ),
        row(
            "mesh with NaN colors",
            "mesh",
            ["500", "500"],
            &["mesh_numbers"],
            beside(colors().floats(&[1, 3, 3], &[f32::NAN; 9])),
        ),
        row(
            "mesh with bright colors",
            "mesh",
            ["500", "500"],
            &["mesh_numbers"],
            beside(colors().ints(&[1, 3, 3], &[300; 9])),
        ),
        row(
            "mesh with two colors",
            "mesh",
            ["no colors", "no colors"],
            &["mesh_colors"],
            beside(colors().ints(&[1, 2, 3], &[9; 6])),
        ),
        row(
            "mesh with faces of nothing",
            "mesh",
            ["faces of nothing", "faces of nothing"],
            &["mesh_faces"],
            beside(faces().ints(&[1, 1, 3], &[0, 1, 9])),
        ),
        row(
            "mesh of no vertices",
            "mesh",
            ["no vertices", "no vertices"],
            &["mesh_vertices"],
            vec![part(&about(ContentType::Vertex, &[1, 0, 3])).floats(&[1, 0, 3], &[])],
        ),
        row(
            "mesh without vertices",
            "mesh",
            ["no vertices", "no vertices"],
            &["mesh_vertices"],
            vec![faces().ints(&[1, 1, 3], &[0, 1, 2])],
        ),
        row(
            "mesh with faces at another step",
            "mesh",
            ["a step without vertices", "a step without vertices"],
            &["mesh_vertices"],
            beside(faces().step(1).ints(&[1, 1, 3], &[0, 1, 2])),
        ),
    ]
}

fn node(name: &str) -> NodeDef {
    NodeDef {
        name: name.to_owned(),
        op: "Op".to_owned(),
        ..Default::default()
    }
}

fn graph(nodes: &[&str], producer: i32) -> GraphDef {
    GraphDef {
        node: nodes.iter().map(|name| node(name)).collect(),
        versions: Some(VersionDef {
            producer,
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn traced(graphs: &[GraphDef]) -> Vec<u8> {
    let graphs = graphs
        .iter()
        .map(|graph| proto::run_metadata::FunctionGraphs {
            pre_optimization_graph: Some(graph.clone()),
            ..Default::default()
        });
    RunMetadata {
        function_graphs: graphs.collect(),
        ..Default::default()
    }
    .encode_to_vec()
}

fn graphs() -> Vec<Row> {
    let of_run = |graph: &[u8]| event(0, What::GraphDef(graph.to_vec()));
    let one = graph(&["a"], 1).encode_to_vec();
    let two = graph(&["a", "b"], 1).encode_to_vec();
    let costs = |tag: &str, run_metadata: &[u8]| {
        event(
            0,
            What::TaggedRunMetadata(proto::TaggedRunMetadata {
                tag: tag.to_owned(),
                run_metadata: run_metadata.to_vec(),
            }),
        )
    };
    let step = |bytes: &[u8]| {
        of("graph_run_metadata_graph")
            .content("1")
            .strings(&[1], &[bytes])
    };
    let model = |json: &str| {
        vec![
            of("graph_keras_model")
                .content("1")
                .strings(&[1], &[json.as_bytes()]),
        ]
    };
    let function = proto::FunctionDef {
        node_def: vec![node("n")],
        ..Default::default()
    };
    let library = proto::FunctionDefLibrary {
        function: vec![function],
        ..Default::default()
    };
    let library = GraphDef {
        library: Some(library),
        ..Default::default()
    };
    let library = library.encode_to_vec();
    let device = proto::DeviceStepStats {
        device: "/cpu:0".to_owned(),
        ..Default::default()
    };
    let cost = RunMetadata {
        step_stats: Some(proto::StepStats {
            dev_stats: vec![device],
        }),
        ..Default::default()
    };
    let cost = cost.encode_to_vec();
    let keras = &["keras_model"];
    let layer =
        r#"{"config": {"name": "m", "layers": [{"class_name": "D", "config": {"name": "d"}}]}}"#;
    vec![
        row(
            "graph of other bytes",
            "graphs",
            ["500", "500"],
            &["graph_broken"],
            vec![of_run(b"\xff\xff\xff")],
        ),
        row(
            "graph with names in Latin-1",
            "graphs",
            ["500", "500"],
            &["graph_broken"],
            vec![of_run(b"\x0a\x03\x0a\x01\xff")],
        ),
        row(
            "graph of no bytes",
            "graphs",
            ["blank", "blank"],
            &["graph_empty"],
            vec![of_run(b"")],
        ),
        row(
            "graph without nodes",
            "graphs",
            ["blank", "blank"],
            &["graph_empty"],
            vec![of_run(&graph(&[], 22).encode_to_vec())],
        ),
        row(
            "graph of a library alone",
            "graphs",
            ["blank", "blank"],
            &["graph_empty"],
            vec![of_run(&library)],
        ),
        row(
            "costs of nothing",
            "graphs",
            ["1 nodes, costs blank", "1 nodes, costs blank"],
            &["costs_empty"],
            vec![of_run(&one), costs("s", b"")],
        ),
        row(
            "costs without a graph",
            "graphs",
            ["blank", "blank"],
            &["costs_without_graph"],
            vec![costs("s", &cost)],
        ),
        row(
            "costs of a graph",
            "graphs",
            ["1 nodes", "1 nodes"],
            &[],
            vec![of_run(&one), costs("s", &cost)],
        ),
        row(
            "step of no strings",
            "graphs",
            ["404", "404"],
            &["graph_form"],
            vec![
                of("graph_run_metadata_graph")
                    .content("1")
                    .strings(&[0], &[]),
            ],
        ),
        row(
            "graphs of one run",
            "graphs",
            ["2 nodes", "1 nodes"],
            &["several_graphs"],
            vec![of_run(&one), of_run(&two)],
        ),
        row(
            "graph under another tag",
            "graphs",
            ["missing", "missing"],
            &["graph_tag"],
            vec![of("graphs").strings(&[1], &[&one])],
        ),
        row(
            "costs without a tag",
            "graphs",
            ["all 500", "all 500"],
            &["graph_without_tag"],
            vec![of_run(&one), costs("", &cost)],
        ),
        row(
            "costs of other bytes",
            "graphs",
            ["1 nodes, costs 500", "1 nodes, costs 500"],
            &["graph_broken"],
            vec![of_run(&one), costs("s", b"\xff\xff")],
        ),
        row(
            "step of other bytes",
            "graphs",
            ["500", "500"],
            &["graph_broken"],
            vec![step(b"\xff\xff")],
        ),
        row(
            "step without a graph",
            "graphs",
            ["blank", "blank"],
            &["graph_empty"],
            vec![step(b"")],
        ),
        row(
            "step of several versions",
            "graphs",
            ["500", "500"],
            &["graph_versions"],
            vec![step(&traced(&[graph(&["a"], 1), graph(&["b"], 2)]))],
        ),
        row(
            "step of another content",
            "graphs",
            ["missing", "missing"],
            &["graph_content"],
            vec![of("graph_run_metadata_graph").strings(&[1], &[&traced(&[graph(&["a"], 1)])])],
        ),
        row(
            "step of rank 2",
            "graphs",
            ["missing", "500"],
            &["graph_form"],
            vec![
                of("graph_run_metadata_graph")
                    .content("1")
                    .strings(&[1, 1], &[&traced(&[graph(&["a"], 1)])]),
            ],
        ),
        row(
            "model of rank 0",
            "graphs",
            ["1 nodes", "500"],
            &["graph_rank"],
            vec![
                of("graph_keras_model")
                    .content("1")
                    .strings(&[], &[layer.as_bytes()]),
            ],
        ),
        row(
            "model of floats",
            "graphs",
            ["missing", "500"],
            &["graph_form"],
            vec![of("graph_keras_model").content("1").floats(&[], &[1.])],
        ),
        row(
            "model of no JSON",
            "graphs",
            ["500", "500"],
            keras,
            model("{oops"),
        ),
        row(
            "model of a list",
            "graphs",
            ["500", "500"],
            keras,
            model("[]"),
        ),
        row(
            "model without a configuration",
            "graphs",
            ["500", "500"],
            keras,
            model("{}"),
        ),
        row(
            "model without layers",
            "graphs",
            ["500", "500"],
            keras,
            model(r#"{"config": {"name": "m", "layers": []}}"#),
        ),
        row(
            "model with a layer of nothing",
            "graphs",
            ["500", "500"],
            keras,
            model(r#"{"config": {"name": "m", "layers": [{"class_name": "D"}]}}"#),
        ),
        row(
            "model of no ASCII",
            "graphs",
            ["500", "500"],
            keras,
            model(&layer.replace("\"D\"", "\"Ä\"")),
        ),
    ]
}
