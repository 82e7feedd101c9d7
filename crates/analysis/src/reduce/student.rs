//! Student's t distribution.

use std::f64::consts::{FRAC_2_PI, FRAC_PI_2};

/// The number that a variable of `degrees` degrees of freedom stays within, on both sides of 0, with that
/// probability. NaN for no degrees of freedom.
pub(super) fn two_sided(probability: f64, degrees: usize) -> f64 {
    if degrees == 0 {
        return f64::NAN;
    }
    // The distribution is an elementary function of this angle, and rises with it.
    let (mut low, mut high) = (0.0, FRAC_PI_2);
    loop {
        let middle = (low + high) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if within(middle, degrees) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "there are few runs")]
    let degrees = degrees as f64;
    degrees.sqrt() * low.tan()
}

/// The probability that the variable lies between plus and minus `sqrt(degrees) * tan(angle)`: Abramowitz and
/// Stegun, 26.7.3 and 26.7.4.
#[expect(clippy::cast_precision_loss, reason = "there are few runs")]
fn within(angle: f64, degrees: usize) -> f64 {
    let (sin, cos) = angle.sin_cos();
    let odd = degrees % 2 == 1;
    // The powers of the cosine: even ones for even degrees, odd ones from the first on for odd degrees.
    let mut term = if odd { cos } else { 1.0 };
    let mut sum = 0.0;
    let mut power = usize::from(odd);
    while power + 2 <= degrees {
        sum += term;
        let next = power as f64;
        term *= cos * cos * (next + 1.0) / (next + 2.0);
        power += 2;
    }
    if odd {
        FRAC_2_PI * (angle + sin * sum)
    } else {
        sin * sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What SciPy gives for `t.ppf((1 + p) / 2, degrees)`.
    #[test]
    fn agrees_with_tables() {
        let cases = [
            (0.95, 1, 12.706_204_736_432_095),
            (0.95, 2, 4.302_652_729_696_142),
            (0.95, 3, 3.182_446_305_284_263),
            (0.95, 4, 2.776_445_105_197_793_3),
            (0.95, 9, 2.262_157_162_740_991_4),
            (0.99, 29, 2.756_385_903_670_335),
            (0.5, 1, 1.0),
            (0.95, 100, 1.983_971_518_449_634),
        ];
        for (probability, degrees, expected) in cases {
            let found = two_sided(probability, degrees);
            assert!(
                (found / expected - 1.0).abs() < 1e-9,
                "{found} for {expected}"
            );
        }
        assert!(two_sided(0.95, 0).is_nan());
    }
}
