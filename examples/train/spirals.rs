//! The data: points along two spirals that wind around each other.

use std::f32::consts::TAU;

/// A point of the square from -1 to 1, and on which spiral it lies.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) point: [f32; 2],
    pub(crate) second: bool,
}

const TURNS: f32 = 1.5;

/// Points of both spirals in turn, each moved a little by chance.
pub(crate) fn sample(count: usize, noise: f32, rng: &mut Rng) -> Vec<Sample> {
    (0..count)
        .map(|i| {
            let second = i % 2 == 1;
            // The root spreads points evenly along the arm, which is longer outside.
            let radius = 0.05 + 0.9 * rng.uniform().sqrt();
            let start = if second { TAU / 2.0 } else { 0.0 };
            let (sin, cos) = (start + TURNS * TAU * radius).sin_cos();
            let point = [radius * cos, radius * sin].map(|x| x + noise * rng.normal());
            Sample { point, second }
        })
        .collect()
}

/// SplitMix64: small, and the same on every machine.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Between 0 and 1.
    pub(crate) fn uniform(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u32 << 24) as f32
    }

    /// Mean 0 and deviation 1, nearly Gaussian: the sum of many chances.
    pub(crate) fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.uniform()).sum::<f32>() - 6.0
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, (self.next() % (i as u64 + 1)) as usize);
        }
    }
}
