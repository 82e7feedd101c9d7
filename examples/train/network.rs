//! The network: fully connected layers, backpropagation and Adam.

use crate::spirals::{Rng, Sample};

/// Layers with tanh between them; what the last one's single output says is the log-odds of the second
/// spiral.
pub(crate) struct Network {
    pub(crate) layers: Vec<Layer>,
    steps: i32,
}

pub(crate) struct Layer {
    pub(crate) name: String,
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    /// One row of `inputs` weights for each output.
    weights: Parameters,
    biases: Parameters,
}

/// How well the network does on some samples.
#[derive(Default)]
pub(crate) struct Evaluation {
    /// Mean cross-entropy, in nats.
    pub(crate) loss: f32,
    /// How many samples of each spiral (row) were taken for each spiral (column).
    pub(crate) confusion: [[usize; 2]; 2],
}

impl Evaluation {
    pub(crate) fn accuracy(&self) -> f32 {
        let [[a, b], [c, d]] = self.confusion;
        (a + d) as f32 / (a + b + c + d) as f32
    }
}

impl Network {
    /// A network of random weights, `sizes` being the inputs and the outputs of each layer.
    pub(crate) fn new(sizes: &[usize], rng: &mut Rng) -> Self {
        let last = sizes.len() - 1;
        let layers = (1..=last)
            .map(|i| Layer::new(i, i == last, sizes[i - 1], sizes[i], rng))
            .collect();
        Self { layers, steps: 0 }
    }

    /// The probability that a point belongs to the second spiral.
    pub(crate) fn predict(&self, point: [f32; 2]) -> f32 {
        sigmoid(self.activations(point)[self.layers.len()][0])
    }

    pub(crate) fn evaluate(&self, samples: &[Sample]) -> Evaluation {
        let mut evaluation = Evaluation::default();
        for sample in samples {
            let p = self.predict(sample.point);
            let right = if sample.second { p } else { 1.0 - p };
            evaluation.loss -= right.max(f32::MIN_POSITIVE).ln() / samples.len() as f32;
            evaluation.confusion[usize::from(sample.second)][usize::from(p > 0.5)] += 1;
        }
        evaluation
    }

    /// One step of Adam along the mean gradient of a batch.
    pub(crate) fn learn(&mut self, batch: &[Sample], learning_rate: f32) {
        for sample in batch {
            self.backpropagate(sample, 1.0 / batch.len() as f32);
        }
        self.steps += 1;
        for layer in &mut self.layers {
            layer.weights.step(learning_rate, self.steps);
            layer.biases.step(learning_rate, self.steps);
        }
    }

    /// The input, and what each layer makes of the one before it.
    fn activations(&self, point: [f32; 2]) -> Vec<Vec<f32>> {
        let mut activations = vec![point.to_vec()];
        for (i, layer) in self.layers.iter().enumerate() {
            let mut sums = layer.sums(&activations[i]);
            if i + 1 < self.layers.len() {
                sums.iter_mut().for_each(|x| *x = x.tanh());
            }
            activations.push(sums);
        }
        activations
    }

    /// Adds one sample's gradient, times `weight`, to the gradients of all parameters.
    fn backpropagate(&mut self, sample: &Sample, weight: f32) {
        let activations = self.activations(sample.point);
        let log_odds = activations[self.layers.len()][0];
        // Of cross-entropy behind a sigmoid, this is all that remains of the derivative.
        let mut errors = vec![weight * (sigmoid(log_odds) - f32::from(u8::from(sample.second)))];
        for (layer, input) in self.layers.iter_mut().zip(&activations).rev() {
            errors = layer.backpropagate(input, &errors);
            // Through the tanh before this layer; the first one's result is not needed.
            for (error, x) in errors.iter_mut().zip(input) {
                *error *= 1.0 - x * x;
            }
        }
    }
}

impl Layer {
    fn new(number: usize, last: bool, inputs: usize, outputs: usize, rng: &mut Rng) -> Self {
        let scale = 1.0 / (inputs as f32).sqrt();
        let name = if last {
            "output".to_owned()
        } else {
            format!("hidden{number}")
        };
        let weights = (0..inputs * outputs)
            .map(|_| scale * rng.normal())
            .collect();
        Self {
            name,
            inputs,
            outputs,
            weights: Parameters::new(weights),
            biases: Parameters::new(vec![0.0; outputs]),
        }
    }

    pub(crate) fn weights(&self) -> &[f32] {
        &self.weights.values
    }

    pub(crate) fn biases(&self) -> &[f32] {
        &self.biases.values
    }

    fn sums(&self, input: &[f32]) -> Vec<f32> {
        let rows = self.weights.values.chunks(self.inputs);
        rows.zip(&self.biases.values)
            .map(|(row, bias)| bias + row.iter().zip(input).map(|(w, x)| w * x).sum::<f32>())
            .collect()
    }

    /// Takes the loss's derivative by each sum, and returns that by each input.
    fn backpropagate(&mut self, input: &[f32], errors: &[f32]) -> Vec<f32> {
        let mut input_errors = vec![0.0; self.inputs];
        for (output, &error) in errors.iter().enumerate() {
            let row = output * self.inputs;
            self.biases.gradients[output] += error;
            for i in 0..self.inputs {
                self.weights.gradients[row + i] += error * input[i];
                input_errors[i] += error * self.weights.values[row + i];
            }
        }
        input_errors
    }
}

/// Numbers to be learnt, with their gradient and what Adam remembers of it.
struct Parameters {
    values: Vec<f32>,
    gradients: Vec<f32>,
    means: Vec<f32>,
    squares: Vec<f32>,
}

impl Parameters {
    fn new(values: Vec<f32>) -> Self {
        let zeros = vec![0.0; values.len()];
        Self {
            values,
            gradients: zeros.clone(),
            means: zeros.clone(),
            squares: zeros,
        }
    }

    fn step(&mut self, learning_rate: f32, step: i32) {
        const MEAN_DECAY: f32 = 0.9;
        const SQUARE_DECAY: f32 = 0.999;
        let mean_scale = 1.0 / (1.0 - MEAN_DECAY.powi(step));
        let square_scale = 1.0 / (1.0 - SQUARE_DECAY.powi(step));
        for (i, value) in self.values.iter_mut().enumerate() {
            let gradient = std::mem::take(&mut self.gradients[i]);
            let mean = &mut self.means[i];
            let square = &mut self.squares[i];
            *mean += (1.0 - MEAN_DECAY) * (gradient - *mean);
            *square += (1.0 - SQUARE_DECAY) * (gradient * gradient - *square);
            *value -= learning_rate * *mean * mean_scale / ((*square * square_scale).sqrt() + 1e-8);
        }
    }
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}
