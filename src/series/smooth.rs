//! Smoothing, as TensorBoard's charts do it.

/// Smooths a curve with TensorBoard's exponential moving average.
///
/// `weight` is the slider's value, from 0 (nothing) to below 1. The average starts at zero and is corrected
/// for that. As in the front end a constant curve stays as it is, and a value that is not finite is passed
/// through and does not count. The result has one element per value.
///
/// # Examples
///
/// ```
/// use tfevents::series::smooth;
///
/// let smoothed = smooth(&[1.0, 2.0, f64::NAN, 4.0], 0.5);
/// assert_eq!(smoothed[0], 1.0);
/// assert_eq!(smoothed[1], 5.0 / 3.0);
/// assert!(smoothed[2].is_nan());
/// ```
#[must_use]
pub fn smooth(values: &[f64], weight: f64) -> Vec<f64> {
    let constant = values.iter().all(|v| Some(v) == values.first());
    let mut last = 0.0;
    // The weight to the power of the number of values so far: what the start at zero still amounts to.
    let mut bias = 1.0;
    values
        .iter()
        .map(|&value| {
            if constant || !value.is_finite() {
                return value;
            }
            last = last * weight + (1.0 - weight) * value;
            bias *= weight;
            if bias == 1.0 {
                last
            } else {
                last / (1.0 - bias)
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The front end's formula with its power function, evaluated by another program.
    #[test]
    fn agrees_with_the_front_end() {
        let got = smooth(&[0.0, 1.0, 0.5, f64::INFINITY, -2.0, 3.25], 0.6);
        let want = [
            0.0,
            0.625,
            0.561_224_489_795_918_3,
            f64::INFINITY,
            -0.615_808_823_529_411_8,
            1.060_895_211_658_570_4,
        ];
        for (got, want) in got.iter().zip(want) {
            assert!(
                got == &want || (got - want).abs() < 1e-12,
                "{got} for {want}"
            );
        }
    }

    #[test]
    fn extremes_of_the_slider() {
        assert_eq!(smooth(&[1.0, 5.0, 2.0], 0.0), [1.0, 5.0, 2.0]);
        assert_eq!(smooth(&[3.0, 3.0], 0.9), [3.0, 3.0], "constant");
        assert!(smooth(&[], 0.5).is_empty());
        assert!(smooth(&[1.0, 2.0], 1.0).iter().all(|v| v.is_finite()));
    }
}
