//! Views of the network besides its curves: a picture, a table, a graph.

use tfevents::{Graph, Image, Layout, Node, Text};

use crate::network::{Evaluation, Network};
use crate::spirals::Sample;

/// Colours of the first spiral, of the second one, and of not knowing; RGB from 0 to 1.
const FIRST: [f32; 3] = [0.13, 0.40, 0.67];
const SECOND: [f32; 3] = [0.84, 0.38, 0.05];
const UNSURE: [f32; 3] = [0.97, 0.97, 0.97];

/// Pixels along each side.
const SIZE: usize = 256;

/// The plane in the colours that the network gives it, with samples in their true ones.
pub(crate) fn decision_boundary(network: &Network, samples: &[Sample]) -> tfevents::Result<Image> {
    let coordinate = |pixel: usize| 2.2 * (pixel as f32 + 0.5) / SIZE as f32 - 1.1;
    let mut pixels = Vec::with_capacity(SIZE * SIZE * 3);
    for y in 0..SIZE {
        for x in 0..SIZE {
            let p = network.predict([coordinate(x), -coordinate(y)]);
            let (sure, color) = if p < 0.5 {
                (1.0 - 2.0 * p, FIRST)
            } else {
                (2.0 * p - 1.0, SECOND)
            };
            pixels.extend(mix(UNSURE, color, 0.6 * sure));
        }
    }
    for sample in samples {
        let [x, y] = sample.point;
        let pixel = |c: f32| ((c + 1.1) / 2.2 * SIZE as f32) as usize;
        let color = if sample.second { SECOND } else { FIRST };
        let (column, row) = (pixel(x).min(SIZE - 2), pixel(-y).min(SIZE - 2));
        for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let at = 3 * ((row + dy) * SIZE + column + dx);
            pixels[at..at + 3].copy_from_slice(&color);
        }
    }
    Image::new(&pixels, Layout::Hwc, &[SIZE, SIZE, 3])
}

fn mix(from: [f32; 3], to: [f32; 3], share: f32) -> [f32; 3] {
    std::array::from_fn(|i| from[i] + share * (to[i] - from[i]))
}

/// How many samples of each spiral (row) were taken for which (column). Cells are Markdown.
pub(crate) fn confusion(evaluation: &Evaluation) -> tfevents::Result<Text> {
    let [[a, b], [c, d]] = evaluation.confusion.map(|row| row.map(|n| n.to_string()));
    Text::table([
        ["", "taken for the first", "taken for the second"].map(String::from),
        ["**first spiral**".to_owned(), a, b],
        ["**second spiral**".to_owned(), c, d],
    ])
}

/// The operations of one training step. Slashes in names make boxes that TensorBoard can open.
pub(crate) fn graph(network: &Network) -> Graph {
    let mut graph = Graph::new()
        .node(operation("points", "Placeholder", &[], 2))
        .node(operation("labels", "Placeholder", &[], 1));
    let mut input = "points".to_owned();
    for layer in &network.layers {
        let (inputs, outputs) = (layer.inputs as i64, layer.outputs as i64);
        let [weights, biases, product, sum, tanh] = ["weights", "biases", "product", "sum", "tanh"]
            .map(|op| format!("{}/{op}", layer.name));
        graph.push(Node::new(&weights, "Variable").output_shape([Some(inputs), Some(outputs)]));
        graph.push(Node::new(&biases, "Variable").output_shape([Some(outputs)]));
        graph.push(operation(&product, "MatMul", &[&input, &weights], outputs));
        graph.push(operation(&sum, "BiasAdd", &[&product, &biases], outputs));
        input = sum;
        if layer.name != "output" {
            graph.push(operation(&tanh, "Tanh", &[&input], outputs));
            input = tanh;
        }
    }
    let loss = Node::new("loss/mean", "Mean").input("loss/cross_entropy");
    graph
        .node(operation(
            "loss/cross_entropy",
            "SigmoidCrossEntropyWithLogits",
            &[&input, "labels"],
            1,
        ))
        .node(loss.output_shape([]))
}

/// A node that makes `width` numbers for each of any number of samples.
fn operation(name: &str, op: &str, inputs: &[&str], width: i64) -> Node {
    inputs
        .iter()
        .fold(Node::new(name, op), |node, &input| node.input(input))
        .output_shape([None, Some(width)])
}
