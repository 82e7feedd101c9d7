//! Numbers that can be logged.

use super::Number;

/// A number that can be logged: every primitive number and `bool`, [`Number`] as values are read back, and references
/// to them; with the feature `half` also `half::f16` and `half::bf16`.
///
/// TensorBoard stores scalars as 32-bit floats, so that is what a value becomes; one too large for `f32`
/// becomes an infinity. NaN and infinities are kept.
///
/// Implement it for number types of your own, and they work wherever numbers are logged: scalars, histograms,
/// embeddings, meshes, labels and predictions of PR curves.
///
/// # Examples
///
/// ```
/// use tfevents::{IntoScalar, SummaryWriter};
///
/// /// A fixed-point number with 8 binary places.
/// #[derive(Clone, Copy)]
/// struct Fixed(i32);
///
/// impl IntoScalar for Fixed {
///     fn to_f64(self) -> f64 {
///         f64::from(self.0) / 256.0
///     }
/// }
///
/// # let dir = tempfile::tempdir()?;
/// # let writer = SummaryWriter::new(dir.path())?;
/// writer.add_scalar("loss", Fixed(128), 0)?;
/// writer.add_histogram("weights", [Fixed(1), Fixed(-20)], 0)?;
/// # writer.close()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Only [`to_f64`](Self::to_f64) and [`to_f32`](Self::to_f32) are part of the interface.
pub trait IntoScalar: Copy {
    /// The value as a histogram counts it.
    fn to_f64(self) -> f64;

    /// The value as a scalar stores it.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "documented")]
    fn to_f32(self) -> f32 {
        self.to_f64() as f32
    }

    /// Whether every value of the type is an `f32` without loss, so that many of them take half the memory.
    #[doc(hidden)]
    const __FITS_F32: bool = false;

    /// The product with a whole number, rounded as the type itself rounds it.
    #[doc(hidden)]
    #[inline]
    fn __times(self, factor: f64) -> f64 {
        self.to_f64() * factor
    }
}

macro_rules! into_scalar {
    ($fits_f32:literal: $($t:ty),*) => {$(
        impl IntoScalar for $t {
            const __FITS_F32: bool = $fits_f32;

            #[inline]
            #[allow(clippy::cast_precision_loss, clippy::cast_lossless, reason = "documented")]
            fn to_f64(self) -> f64 {
                self as f64
            }
            #[inline]
            #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_lossless, reason = "documented")]
            fn to_f32(self) -> f32 {
                self as f32
            }
        }
    )*};
}
into_scalar!(true: i8, i16, u8, u16);
into_scalar!(false: f64, i32, i64, i128, isize, u32, u64, u128, usize);

impl IntoScalar for f32 {
    const __FITS_F32: bool = true;

    #[inline]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    #[inline]
    fn to_f32(self) -> f32 {
        self
    }
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "as NumPy does")]
    fn __times(self, factor: f64) -> f64 {
        f64::from(self * factor as Self)
    }
}

impl IntoScalar for bool {
    const __FITS_F32: bool = true;

    #[inline]
    fn to_f64(self) -> f64 {
        f64::from(u8::from(self))
    }
    #[inline]
    fn to_f32(self) -> f32 {
        f32::from(u8::from(self))
    }
}

/// As [`Number::as_f64`]; 32-bit floats come back bit for bit.
impl IntoScalar for Number {
    #[inline]
    fn to_f64(self) -> f64 {
        self.as_f64()
    }
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "documented"
    )]
    fn to_f32(self) -> f32 {
        match self {
            Self::F32(v) => v,
            Self::F64(v) => v as f32,
            Self::I64(v) => v as f32,
            Self::U64(v) => v as f32,
            Self::Bool(v) => v.to_f32(),
        }
    }
    #[inline]
    fn __times(self, factor: f64) -> f64 {
        match self {
            Self::F32(v) => v.__times(factor),
            other => other.as_f64() * factor,
        }
    }
}

/// Products are those of 32-bit floats: in half precision they would be too coarse.
#[cfg(feature = "half")]
macro_rules! half_into_scalar {
    ($($t:ty),*) => {$(
        impl IntoScalar for $t {
            const __FITS_F32: bool = true;

            #[inline]
            fn to_f64(self) -> f64 {
                Self::to_f64(self)
            }
            #[inline]
            fn to_f32(self) -> f32 {
                Self::to_f32(self)
            }
            #[inline]
            fn __times(self, factor: f64) -> f64 {
                Self::to_f32(self).__times(factor)
            }
        }
    )*};
}
#[cfg(feature = "half")]
half_into_scalar!(half::f16, half::bf16);

impl<T: IntoScalar> IntoScalar for &T {
    const __FITS_F32: bool = T::__FITS_F32;

    #[inline]
    fn to_f64(self) -> f64 {
        (*self).to_f64()
    }
    #[inline]
    fn to_f32(self) -> f32 {
        (*self).to_f32()
    }
    #[inline]
    fn __times(self, factor: f64) -> f64 {
        (*self).__times(factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_is_written_back() {
        let nan = f32::from_bits(0x7fc0_1234);
        assert_eq!(Number::F32(nan).to_f32().to_bits(), nan.to_bits());
        assert_eq!(Number::F64(0.1).to_f32(), 0.1);
        assert_eq!(Number::Bool(true).to_f32(), 1.0);
        // Rounded once: by way of a double it would be twice.
        let between = (1u64 << 60) + (1 << 36) + 1;
        assert_eq!(Number::U64(between).to_f32(), between as f32);
        assert_eq!(u128::MAX.to_f32(), u128::MAX as f32);
    }

    #[test]
    fn products_round_as_their_type_does() {
        assert_eq!(0.9f32.__times(200.0), 180.0);
        assert_eq!(Number::F32(0.9).__times(200.0), 180.0);
        assert_eq!(f64::from(0.9f32).__times(200.0), 179.999_995_231_628_42);
    }

    #[cfg(feature = "half")]
    #[test]
    fn half_precision_widens_exactly() {
        use half::{bf16, f16};
        assert_eq!(IntoScalar::to_f32(f16::from_f32(0.1)), 0.099_975_586);
        assert_eq!(IntoScalar::to_f64(bf16::from_f32(0.1)), 0.100_097_656_25);
        assert!(IntoScalar::to_f32(bf16::NAN).is_nan());
        assert_eq!(IntoScalar::to_f64(f16::NEG_INFINITY), f64::NEG_INFINITY);
    }
}
