//! How the points of two series differ.

use tfevents::state::BlobPoint;
use tfevents::{Kind, Number, Policy, Result, Scalars};

use super::Tolerance;
use crate::WholeRun;

/// How the points of two series of one kind differ.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PointsDiff {
    /// The kind of both.
    pub kind: Kind,
    /// Points without a partner of the same step, in the left series.
    pub only_left: usize,
    /// The same in the right one.
    pub only_right: usize,
    /// Points that have a partner.
    pub compared: usize,
    /// How many of those differ from it.
    pub differing: usize,
    /// The first step at which a value differs.
    pub first: Option<i64>,
    /// Of scalars, the step and the two values that are furthest apart. NaN is further from a number than any
    /// other.
    pub furthest: Option<(i64, Number, Number)>,
}

/// What differs between two series of one kind, if anything.
pub(super) fn differing(
    left: &WholeRun<'_>,
    right: &WholeRun<'_>,
    tag: &str,
    kind: Kind,
    tolerance: Tolerance,
) -> Result<Option<PointsDiff>> {
    let mut diff = PointsDiff::none(kind);
    let scalars = |run: &WholeRun<'_>| run.scalars(tag, Policy::Raw);
    let blobs = |run: &WholeRun<'_>| run.blobs(tag, Policy::Raw).unwrap_or_default();
    if kind == Kind::Scalar
        && let (Some(a), Some(b)) = (scalars(left), scalars(right))
    {
        diff.scalars(&a, &b, tolerance);
    } else {
        diff.blobs(&blobs(left), &blobs(right))?;
    }
    let same = diff.only_left == 0 && diff.only_right == 0 && diff.differing == 0;
    Ok((!same).then_some(diff))
}

impl PointsDiff {
    const fn none(kind: Kind) -> Self {
        Self {
            kind,
            only_left: 0,
            only_right: 0,
            compared: 0,
            differing: 0,
            first: None,
            furthest: None,
        }
    }

    fn scalars(&mut self, a: &Scalars, b: &Scalars, tolerance: Tolerance) {
        let mut furthest = f64::NEG_INFINITY;
        for (step, i, j) in self.pairs(&a.steps, &b.steps) {
            let (Some(x), Some(y)) = (a.values.number(i), b.values.number(j)) else {
                continue;
            };
            if tolerance.equal(x, y) {
                continue;
            }
            self.differs(step);
            let apart = (x.as_f64() - y.as_f64()).abs();
            let apart = if apart.is_nan() { f64::INFINITY } else { apart };
            if apart > furthest {
                furthest = apart;
                self.furthest = Some((step, x, y));
            }
        }
    }

    fn blobs(&mut self, a: &[BlobPoint], b: &[BlobPoint]) -> Result<()> {
        let steps = |points: &[BlobPoint]| points.iter().map(|p| p.step).collect::<Vec<_>>();
        for (step, i, j) in self.pairs(&steps(a), &steps(b)) {
            if let (Some(x), Some(y)) = (a.get(i), b.get(j))
                && !same_value(x, y)?
            {
                self.differs(step);
            }
        }
        Ok(())
    }

    fn differs(&mut self, step: i64) {
        self.differing += 1;
        self.first.get_or_insert(step);
    }

    /// Matches points by their steps and counts those that stay alone: steps, and the positions of partners.
    fn pairs(&mut self, a: &[i64], b: &[i64]) -> Vec<(i64, usize, usize)> {
        let sorted = |steps: &[i64]| {
            let mut order: Vec<_> = steps.iter().copied().enumerate().collect();
            // Stable, so that points of one step stay in their order.
            order.sort_by_key(|&(_, step)| step);
            order.into_iter().peekable()
        };
        let (mut left, mut right) = (sorted(a), sorted(b));
        let mut pairs = Vec::new();
        while let (Some(&(i, step)), Some(&(j, other))) = (left.peek(), right.peek()) {
            if step <= other {
                left.next();
            }
            if other <= step {
                right.next();
            }
            match step.cmp(&other) {
                std::cmp::Ordering::Less => self.only_left += 1,
                std::cmp::Ordering::Greater => self.only_right += 1,
                std::cmp::Ordering::Equal => pairs.push((step, i, j)),
            }
        }
        self.only_left += left.count();
        self.only_right += right.count();
        self.compared = pairs.len();
        pairs
    }
}

/// Whether two values are the same bytes, or mean the same.
fn same_value(a: &BlobPoint, b: &BlobPoint) -> Result<bool> {
    let (a, b) = (a.read()?, b.read()?);
    Ok(a.bytes() == b.bytes() || a.value()? == b.value()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(a: &[(i64, f32)], b: &[(i64, f32)], tolerance: Tolerance) -> PointsDiff {
        let scalars = |points: &[(i64, f32)]| {
            let mut scalars = Scalars::default();
            for &(step, value) in points {
                scalars.push(step, 0.0, Number::F32(value));
            }
            scalars
        };
        let mut diff = PointsDiff::none(Kind::Scalar);
        diff.scalars(&scalars(a), &scalars(b), tolerance);
        diff
    }

    #[test]
    fn points_are_matched_by_step_in_order() {
        let a = [(1, 1.0), (3, 3.0), (2, 2.0), (2, 2.5)];
        let b = [(2, 2.0), (2, 9.0), (3, 3.0), (4, 4.0), (2, 1.0)];
        let diff = compare(&a, &b, Tolerance::default());
        assert_eq!((diff.only_left, diff.only_right), (1, 2));
        assert_eq!((diff.compared, diff.differing, diff.first), (3, 1, Some(2)));
        let furthest = (2, Number::F32(2.5), Number::F32(9.0));
        assert_eq!(diff.furthest, Some(furthest));
    }

    #[test]
    fn nan_equals_nan_and_nothing_else() {
        let nan = [(0, f32::NAN), (1, 1.0)];
        let tolerance = Tolerance {
            rtol: 1.0,
            atol: 1e9,
        };
        assert_eq!(compare(&nan, &nan, Tolerance::default()).differing, 0);
        let diff = compare(&nan, &[(0, 1.0), (1, 5.0)], tolerance);
        assert_eq!((diff.differing, diff.first), (1, Some(0)));
        assert!(matches!(diff.furthest, Some((0, ..))));
    }
}
