//! Pixel components: from the numbers of an array to bytes.

mod sealed {
    pub trait Sealed {}
    impl Sealed for bool {}
    impl Sealed for u8 {}
    impl Sealed for u16 {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
    #[cfg(feature = "half")]
    impl Sealed for half::f16 {}
    #[cfg(feature = "half")]
    impl Sealed for half::bf16 {}
    impl<T: Sealed> Sealed for &T {}
}

/// Pixel components: `u8` as they are, `u16` by their upper halves, floats from 0 (dark) to 1, masks of `bool` in
/// black and white; and references to them.
///
/// With the feature `half` also `half::f16` and `half::bf16`.
pub trait Pixel: sealed::Sealed + Copy {
    /// The component as a byte.
    fn to_u8(self) -> u8;
}

/// White where true.
impl Pixel for bool {
    #[inline]
    fn to_u8(self) -> u8 {
        if self { u8::MAX } else { 0 }
    }
}

impl Pixel for u8 {
    #[inline]
    fn to_u8(self) -> u8 {
        self
    }
}

/// The upper half, as TensorFlow 2 takes it.
impl Pixel for u16 {
    #[inline]
    fn to_u8(self) -> u8 {
        self.to_be_bytes()[0]
    }
}

/// Scaled as TensorFlow 2 does; values outside 0..=1 are clamped, NaN is 0.
impl Pixel for f32 {
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` clamps"
    )]
    fn to_u8(self) -> u8 {
        (self * 255.5) as u8
    }
}

/// As for `f32`.
impl Pixel for f64 {
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` clamps"
    )]
    fn to_u8(self) -> u8 {
        (self * 255.5) as u8
    }
}

/// As for `f32`.
#[cfg(feature = "half")]
impl Pixel for half::f16 {
    #[inline]
    fn to_u8(self) -> u8 {
        self.to_f32().to_u8()
    }
}

/// As for `f32`.
#[cfg(feature = "half")]
impl Pixel for half::bf16 {
    #[inline]
    fn to_u8(self) -> u8 {
        self.to_f32().to_u8()
    }
}

impl<T: Pixel> Pixel for &T {
    #[inline]
    fn to_u8(self) -> u8 {
        (*self).to_u8()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_scale_as_tensorflow_scales_them() {
        let bytes: Vec<u8> = [-1.0f32, 0.0, 0.5, 1.0, 7.0, f32::NAN]
            .map(Pixel::to_u8)
            .into();
        assert_eq!(bytes, [0, 0, 127, 255, 255, 0]);
        assert_eq!([0u16, 255, 256, 65535].map(Pixel::to_u8), [0, 0, 1, 255]);
    }

    #[cfg(feature = "half")]
    #[test]
    fn half_precision_scales_the_same() {
        assert_eq!(half::f16::from_f32(0.5).to_u8(), 127);
        assert_eq!(half::bf16::NAN.to_u8(), 0);
    }
}
