//! When two values count as equal.

use tfevents::Number;

/// How far apart two numbers may be and still count as equal: `atol`, or `rtol` times the greater of their
/// magnitudes, both together. NaN equals NaN, and an infinity only itself. The default is no difference at all.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tolerance {
    /// Relative to the greater magnitude.
    pub rtol: f64,
    /// Absolute.
    pub atol: f64,
}

impl Tolerance {
    /// Whether two numbers count as equal, whatever their types.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::Number;
    /// use tfevents_analysis::diff::Tolerance;
    ///
    /// let (a, b) = (Number::F32(0.1), Number::F64(0.1));
    /// assert!(!Tolerance::default().equal(a, b));
    /// assert!(Tolerance { rtol: 1e-6, atol: 0.0 }.equal(a, b));
    /// ```
    #[must_use]
    pub fn equal(self, a: Number, b: Number) -> bool {
        if a == b {
            return true;
        }
        if self == Self::default()
            && let Some(order) = a.compare(b)
        {
            // As floats, large integers that differ may be the same.
            return order.is_eq();
        }
        let (a, b) = (a.as_f64(), b.as_f64());
        if a.is_nan() || b.is_nan() {
            return a.is_nan() && b.is_nan();
        }
        a == b
            || (a - b).abs() <= self.atol + self.rtol * a.abs().max(b.abs()) && (a - b).is_finite()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tolerances_are_relative_and_absolute() {
        let equal = |rtol, atol, a: f64, b: f64| {
            let tolerance = Tolerance { rtol, atol };
            tolerance.equal(Number::F64(a), Number::F64(b))
                && tolerance.equal(Number::F64(b), Number::F64(a))
        };
        assert!(equal(0.1, 0.0, 90.0, 100.0) && !equal(0.1, 0.0, 89.0, 100.0));
        assert!(equal(0.0, 0.5, 1.0, 1.5) && !equal(0.0, 0.5, 1.0, 1.51));
        assert!(equal(0.0, 0.0, 0.0, -0.0));
        let inf = f64::INFINITY;
        assert!(equal(0.0, 0.0, inf, inf) && !equal(1.0, 1.0, inf, -inf));
        assert!(!equal(1.0, 1.0, inf, 1.0));
        let large = |v| Number::I64(i64::MAX - v);
        assert!(!Tolerance::default().equal(large(0), large(1)));
        assert!(Tolerance::default().equal(Number::U64(5), Number::I64(5)));
    }
}
