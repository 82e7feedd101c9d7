//! Digits as a seven-segment display shows them, shifted and with noise: data like MNIST's, made on the spot.

use burn::data::dataloader::batcher::Batcher;
use burn::data::dataset::InMemDataset;
use burn::tensor::{Device, Int, Tensor, TensorData};

/// Width and height of a picture.
pub const SIDE: usize = 16;

#[derive(Clone, Debug)]
pub struct Digit {
    pub pixels: Vec<f32>,
    pub label: i64,
}

#[derive(Clone, Debug)]
pub struct Batch {
    /// `[samples, SIDE * SIDE]`, from 0 to 1.
    pub pixels: Tensor<2>,
    pub labels: Tensor<1, Int>,
}

#[derive(Clone, Debug)]
pub struct DigitBatcher;

impl Batcher<Digit, Batch> for DigitBatcher {
    fn batch(&self, digits: Vec<Digit>, device: &Device) -> Batch {
        let count = digits.len();
        let labels: Vec<i64> = digits.iter().map(|digit| digit.label).collect();
        let pixels: Vec<f32> = digits.into_iter().flat_map(|digit| digit.pixels).collect();
        Batch {
            pixels: Tensor::from_data(TensorData::new(pixels, [count, SIDE * SIDE]), device),
            labels: Tensor::from_data(TensorData::new(labels, [count]), device),
        }
    }
}

/// The segments of each digit: top, left and right above, middle, left and right below, bottom.
const SEGMENTS: [[u8; 7]; 10] = [
    [1, 1, 1, 0, 1, 1, 1],
    [0, 0, 1, 0, 0, 1, 0],
    [1, 0, 1, 1, 1, 0, 1],
    [1, 0, 1, 1, 0, 1, 1],
    [0, 1, 1, 1, 0, 1, 0],
    [1, 1, 0, 1, 0, 1, 1],
    [1, 1, 0, 1, 1, 1, 1],
    [1, 0, 1, 0, 0, 1, 0],
    [1, 1, 1, 1, 1, 1, 1],
    [1, 1, 1, 1, 0, 1, 1],
];

/// As many digits, the same for the same seed.
pub fn digits(count: usize, seed: u64) -> InMemDataset<Digit> {
    let mut dice = Dice(seed.wrapping_mul(2).wrapping_add(1));
    InMemDataset::new((0..count).map(|i| digit(i % 10, &mut dice)).collect())
}

fn digit(label: usize, dice: &mut Dice) -> Digit {
    let mut pixels: Vec<f32> = (0..SIDE * SIDE).map(|_| 0.2 * dice.roll()).collect();
    let (left, top) = (4 + dice.below(3), 2 + dice.below(2));
    for (segment, &lit) in SEGMENTS[label].iter().enumerate() {
        if lit == 0 {
            continue;
        }
        for i in 0..6 {
            let (x, y) = match segment {
                0 => (i, 0),
                1 => (0, i),
                2 => (5, i),
                3 => (i, 5),
                4 => (0, 5 + i),
                5 => (5, 5 + i),
                _ => (i, 10),
            };
            pixels[(top + y) * SIDE + left + x] = 0.7 + 0.3 * dice.roll();
        }
    }
    Digit {
        pixels,
        label: label as i64,
    }
}

/// Random enough for pictures.
struct Dice(u64);

impl Dice {
    /// From 0 to 1.
    fn roll(&mut self) -> f32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1u64 << 24) as f32
    }

    fn below(&mut self, n: usize) -> usize {
        (self.roll() * n as f32) as usize % n
    }
}
