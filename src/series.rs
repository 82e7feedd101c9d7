//! Holds scalar series in columns, and picks the points that TensorBoard would show.
//!
//! Loading keeps every point in the order of the files. What TensorBoard's two loaders hide, each in its own
//! way, is a [`Policy`] applied afterwards.

use crate::types::{Number, WallTime};

pub(crate) mod policy;
mod sample;
mod smooth;

pub use policy::Policy;
pub use sample::{envelope, lttb, reservoir};
pub use smooth::smooth;

/// A column of numbers, in the type in which they were stored.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Numbers {
    /// 32-bit floats: what nearly every writer stores.
    F32(Vec<f32>),
    /// 64-bit floats.
    F64(Vec<f64>),
    /// Signed integers.
    I64(Vec<i64>),
    /// Any mixture.
    Mixed(Vec<Number>),
}

impl Default for Numbers {
    fn default() -> Self {
        Self::F32(Vec::new())
    }
}

impl Numbers {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::F32(v) => v.len(),
            Self::F64(v) => v.len(),
            Self::I64(v) => v.len(),
            Self::Mixed(v) => v.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One of them.
    #[must_use]
    pub fn number(&self, i: usize) -> Option<Number> {
        Some(match self {
            Self::F32(v) => Number::F32(*v.get(i)?),
            Self::F64(v) => Number::F64(*v.get(i)?),
            Self::I64(v) => Number::I64(*v.get(i)?),
            Self::Mixed(v) => *v.get(i)?,
        })
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Number> + '_ {
        (0..self.len()).filter_map(|i| self.number(i))
    }

    /// All of them as `f64`, which is exact but for integers beyond 2^53.
    #[must_use]
    pub fn to_f64(&self) -> Vec<f64> {
        self.iter().map(Number::as_f64).collect()
    }

    /// Lets go of room for numbers that did not come.
    pub(crate) fn shrink(&mut self) {
        match self {
            Self::F32(v) => v.shrink_to_fit(),
            Self::F64(v) => v.shrink_to_fit(),
            Self::I64(v) => v.shrink_to_fit(),
            Self::Mixed(v) => v.shrink_to_fit(),
        }
    }

    /// Appends a number; the column widens when its type is a new one.
    pub(crate) fn push(&mut self, number: Number) {
        match (&mut *self, number) {
            (Self::F32(v), Number::F32(x)) => v.push(x),
            (Self::F64(v), Number::F64(x)) => v.push(x),
            (Self::I64(v), Number::I64(x)) => v.push(x),
            (Self::Mixed(v), x) => v.push(x),
            _ => {
                *self = if self.is_empty() {
                    match number {
                        Number::F64(x) => Self::F64(vec![x]),
                        Number::I64(x) => Self::I64(vec![x]),
                        other => Self::Mixed(vec![other]),
                    }
                } else {
                    Self::Mixed(self.iter().chain([number]).collect())
                };
            }
        }
    }
}

/// A scalar series in three columns of one length: steps, wall times and values.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Scalars {
    /// Steps.
    pub steps: Vec<i64>,
    /// When each was logged.
    pub wall_times: Vec<WallTime>,
    /// Values.
    pub values: Numbers,
}

impl Scalars {
    /// How many points there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Appends a point.
    pub fn push(&mut self, step: i64, wall_time: impl Into<WallTime>, value: Number) {
        self.steps.push(step);
        self.wall_times.push(wall_time.into());
        self.values.push(value);
    }

    /// The last point written of each step, in order of steps: [`Policy::LastWins`].
    #[must_use]
    pub fn last_wins(&self) -> Self {
        let mut kept = policy::Kept::default();
        for (i, &step) in self.steps.iter().enumerate() {
            kept.push(step, i);
        }
        kept.last_wins();
        let mut last = Self::default();
        for i in kept.indices() {
            if let (Some(&step), Some(&wall_time), Some(value)) = (
                self.steps.get(i),
                self.wall_times.get(i),
                self.values.number(i),
            ) {
                last.push(step, wall_time, value);
            }
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_keep_the_type_of_their_numbers() {
        let mut column = Numbers::default();
        column.push(Number::I64(i64::MAX));
        assert_eq!(column, Numbers::I64(vec![i64::MAX]));
        column.push(Number::F32(0.5));
        assert_eq!(
            column,
            Numbers::Mixed(vec![Number::I64(i64::MAX), Number::F32(0.5)])
        );
        assert_eq!(column.to_f64(), [9_223_372_036_854_775_807.0, 0.5]);
    }
}
