//! Values of hyperparameters.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use crate::proto::hparams as stored;
use crate::proto::hparams::value::Kind;
use crate::types::Number;

/// The value of a hyperparameter: a number, a boolean or text.
///
/// Everything of these types converts into one. A 32-bit float becomes the double of the same shortest
/// decimal notation, so that the table shows 0.1 for `0.1f32`. An integer that no double is equal to, as most are beyond
/// 2^53, becomes text, so that a random 64-bit seed can be read back. `None` is [`Null`](Self::Null), which leaves a cell of
/// the table empty; so do NaN and infinities.
///
/// # Examples
///
/// ```
/// use tfevents::plugin::hparams::HParamValue;
///
/// assert_eq!(HParamValue::from(0.1f32), HParamValue::Number(0.1));
/// assert_eq!(HParamValue::from("adam"), HParamValue::Text("adam".into()));
/// assert_eq!(HParamValue::from(None::<bool>), HParamValue::Null);
/// assert_eq!(HParamValue::from(32).to_string(), "32");
/// assert_eq!(HParamValue::from(u64::MAX), HParamValue::Text("18446744073709551615".into()));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum HParamValue {
    /// No value.
    #[default]
    Null,
    /// A number.
    Number(f64),
    /// A truth value.
    Bool(bool),
    /// Text.
    Text(String),
    /// A list, for which TensorBoard has no column.
    List(Vec<Self>),
    /// Values by name, for which TensorBoard has no column.
    Struct(BTreeMap<String, Self>),
}

impl From<f64> for HParamValue {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

macro_rules! from_integer {
    ($wide:ty, $magnitude:expr; $($t:ty),*) => {$(
        impl From<$t> for HParamValue {
            #[allow(clippy::cast_precision_loss, clippy::cast_lossless, reason = "only what fits")]
            fn from(number: $t) -> Self {
                if fits_double($magnitude(number as $wide)) {
                    Self::Number(number as f64)
                } else {
                    Self::Text(number.to_string())
                }
            }
        }
    )*};
}
from_integer!(i128, i128::unsigned_abs; i8, i16, i32, i64, i128, isize);
from_integer!(u128, std::convert::identity; u8, u16, u32, u64, u128, usize);

/// Whether some double is equal to an integer of this magnitude.
fn fits_double(magnitude: u128) -> bool {
    let outside = magnitude.leading_zeros() + magnitude.trailing_zeros();
    u128::BITS.saturating_sub(outside) <= f64::MANTISSA_DIGITS
}

impl From<f32> for HParamValue {
    fn from(number: f32) -> Self {
        let decimal = number.to_string().parse();
        Self::Number(decimal.unwrap_or(f64::from(number)))
    }
}

impl From<bool> for HParamValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for HParamValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for HParamValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for HParamValue {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<Cow<'_, str>> for HParamValue {
    fn from(text: Cow<'_, str>) -> Self {
        Self::Text(text.into_owned())
    }
}

impl From<char> for HParamValue {
    fn from(text: char) -> Self {
        Self::Text(text.into())
    }
}

/// In the type in which it was read: truth values stay truth values.
impl From<Number> for HParamValue {
    fn from(number: Number) -> Self {
        match number {
            Number::F32(v) => v.into(),
            Number::F64(v) => v.into(),
            Number::I64(v) => v.into(),
            Number::U64(v) => v.into(),
            Number::Bool(v) => v.into(),
        }
    }
}

#[cfg(feature = "half")]
impl From<half::f16> for HParamValue {
    fn from(number: half::f16) -> Self {
        number.to_f32().into()
    }
}

#[cfg(feature = "half")]
impl From<half::bf16> for HParamValue {
    fn from(number: half::bf16) -> Self {
        number.to_f32().into()
    }
}

impl<T: Into<Self>> From<Option<T>> for HParamValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// JSON, except that text has quotes only inside a list or a struct.
impl fmt::Display for HParamValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Number(number) => Number::F64(*number).fmt(f),
            Self::Bool(value) => value.fmt(f),
            Self::Text(text) => f.pad(text),
            Self::List(values) => {
                f.write_str("[")?;
                for (i, value) in values.iter().enumerate() {
                    f.write_str(if i > 0 { ", " } else { "" })?;
                    value.fmt_inside(f)?;
                }
                f.write_str("]")
            }
            Self::Struct(members) => {
                f.write_str("{")?;
                for (i, (name, value)) in members.iter().enumerate() {
                    f.write_str(if i > 0 { ", " } else { "" })?;
                    write!(f, "{name:?}: ")?;
                    value.fmt_inside(f)?;
                }
                f.write_str("}")
            }
        }
    }
}

impl HParamValue {
    /// The number that it is, or that its text writes: launchers pass options as text. `None` for booleans.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::Number;
    /// use tfevents::plugin::hparams::HParamValue;
    ///
    /// assert_eq!(HParamValue::from("1e-3").as_number(), Some(Number::F64(0.001)));
    /// assert_eq!(HParamValue::from("adam").as_number(), None);
    /// ```
    #[must_use]
    pub fn as_number(&self) -> Option<Number> {
        match self {
            Self::Number(number) => Some(Number::F64(*number)),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    fn fmt_inside(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            other => fmt::Display::fmt(other, f),
        }
    }

    /// The type of column that TensorBoard shows it in, if any.
    pub(super) fn data_type(&self) -> stored::DataType {
        match self {
            Self::Number(number) if number.is_finite() => stored::DataType::Float64,
            Self::Bool(_) => stored::DataType::Bool,
            Self::Text(_) => stored::DataType::String,
            Self::Number(_) | Self::Null | Self::List(_) | Self::Struct(_) => {
                stored::DataType::Unset
            }
        }
    }
}

impl From<HParamValue> for stored::Value {
    fn from(value: HParamValue) -> Self {
        let kind = match value {
            HParamValue::Null => Kind::NullValue(0),
            HParamValue::Number(number) => Kind::NumberValue(number),
            HParamValue::Bool(value) => Kind::BoolValue(value),
            HParamValue::Text(text) => Kind::StringValue(text),
            HParamValue::List(values) => Kind::ListValue(list(values)),
            HParamValue::Struct(members) => Kind::StructValue(stored::Struct {
                fields: to_map(members),
            }),
        };
        Self { kind: Some(kind) }
    }
}

impl From<stored::Value> for HParamValue {
    fn from(value: stored::Value) -> Self {
        match value.kind {
            None | Some(Kind::NullValue(_)) => Self::Null,
            Some(Kind::NumberValue(number)) => Self::Number(number),
            Some(Kind::BoolValue(value)) => Self::Bool(value),
            Some(Kind::StringValue(text)) => Self::Text(text),
            Some(Kind::ListValue(list)) => {
                Self::List(list.values.into_iter().map(Self::from).collect())
            }
            Some(Kind::StructValue(members)) => Self::Struct(from_map(members.fields)),
        }
    }
}

pub(super) fn list(values: Vec<HParamValue>) -> stored::ListValue {
    stored::ListValue {
        values: values.into_iter().map(Into::into).collect(),
    }
}

pub(super) fn to_map(values: BTreeMap<String, HParamValue>) -> BTreeMap<String, stored::Value> {
    let values = values.into_iter();
    values.map(|(name, value)| (name, value.into())).collect()
}

pub(super) fn from_map(values: BTreeMap<String, stored::Value>) -> BTreeMap<String, HParamValue> {
    let values = values.into_iter();
    values.map(|(name, value)| (name, value.into())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_comes_back() {
        let values = [
            HParamValue::Null,
            0.5.into(),
            true.into(),
            "".into(),
            HParamValue::List(vec![1.into(), HParamValue::List(Vec::new()), "x".into()]),
            HParamValue::Struct([("a".to_owned(), false.into())].into()),
        ];
        for value in values {
            let stored = stored::Value::from(value.clone());
            assert_eq!(HParamValue::from(stored), value);
        }
        assert_eq!(
            HParamValue::from(stored::Value { kind: None }),
            HParamValue::Null
        );
    }

    #[test]
    fn floats_keep_their_decimals() {
        for (float, double) in [(0.1f32, 0.1), (1e-4, 1e-4), (3e38, 3e38), (1e-45, 1e-45)] {
            assert_eq!(HParamValue::from(float), HParamValue::Number(double));
        }
        assert_eq!(
            HParamValue::from(f32::INFINITY),
            HParamValue::Number(f64::INFINITY)
        );
        assert_eq!(HParamValue::from(-0.0f32).to_string(), "-0");
    }

    #[test]
    fn values_print_like_json() {
        let value = HParamValue::Struct(
            [
                (
                    "a".to_owned(),
                    HParamValue::List(vec![1.5.into(), "x".into()]),
                ),
                ("b".to_owned(), HParamValue::Null),
            ]
            .into(),
        );
        assert_eq!(value.to_string(), r#"{"a": [1.5, "x"], "b": null}"#);
        assert_eq!(HParamValue::from("x").to_string(), "x");
        assert_eq!(HParamValue::from(1e-9).to_string(), "1e-9");
    }
}
