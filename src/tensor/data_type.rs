//! The types of elements.

macro_rules! data_types {
    ($(#[$about:meta])* $first:ident = 0, $first_name:literal; $($variant:ident = $number:literal, $name:literal;)*) => {
        $(#[$about])*
        pub enum DataType {
            #[default]
            #[doc = concat!("`", $first_name, "`: none was stated.")]
            $first = 0,
            $(#[doc = concat!("`", $name, "`.")] $variant = $number,)*
        }

        impl DataType {
            /// The type of that number, if this version knows it.
            #[must_use]
            pub const fn from_number(number: i32) -> Option<Self> {
                Some(match number {
                    0 => Self::$first,
                    $($number => Self::$variant,)*
                    _ => return None,
                })
            }

            /// Its number in files.
            #[must_use]
            pub const fn number(self) -> i32 {
                self as i32
            }

            /// Its name in TensorFlow, as in `DT_FLOAT`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    Self::$first => $first_name,
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

data_types! {
    /// The type of a tensor's elements, as TensorFlow numbers and names them.
    ///
    /// The `Ref` forms mark references to variables; they occur in graphs, never in tensors that TensorFlow stored.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::tensor::DataType;
    ///
    /// assert_eq!(DataType::from_number(14), Some(DataType::Bfloat16));
    /// assert_eq!((DataType::Bfloat16.number(), DataType::Bfloat16.name()), (14, "DT_BFLOAT16"));
    /// assert_eq!(DataType::from_number(-1), None);
    /// ```
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
    #[non_exhaustive]
    #[repr(i32)]
    Invalid = 0, "DT_INVALID";
    Float = 1, "DT_FLOAT";
    Double = 2, "DT_DOUBLE";
    Int32 = 3, "DT_INT32";
    Uint8 = 4, "DT_UINT8";
    Int16 = 5, "DT_INT16";
    Int8 = 6, "DT_INT8";
    String = 7, "DT_STRING";
    Complex64 = 8, "DT_COMPLEX64";
    Int64 = 9, "DT_INT64";
    Bool = 10, "DT_BOOL";
    Qint8 = 11, "DT_QINT8";
    Quint8 = 12, "DT_QUINT8";
    Qint32 = 13, "DT_QINT32";
    Bfloat16 = 14, "DT_BFLOAT16";
    Qint16 = 15, "DT_QINT16";
    Quint16 = 16, "DT_QUINT16";
    Uint16 = 17, "DT_UINT16";
    Complex128 = 18, "DT_COMPLEX128";
    Half = 19, "DT_HALF";
    Resource = 20, "DT_RESOURCE";
    Variant = 21, "DT_VARIANT";
    Uint32 = 22, "DT_UINT32";
    Uint64 = 23, "DT_UINT64";
    Float8E5m2 = 24, "DT_FLOAT8_E5M2";
    Float8E4m3fn = 25, "DT_FLOAT8_E4M3FN";
    Float8E4m3fnuz = 26, "DT_FLOAT8_E4M3FNUZ";
    Float8E4m3b11fnuz = 27, "DT_FLOAT8_E4M3B11FNUZ";
    Float8E5m2fnuz = 28, "DT_FLOAT8_E5M2FNUZ";
    Int4 = 29, "DT_INT4";
    Uint4 = 30, "DT_UINT4";
    Int2 = 31, "DT_INT2";
    Uint2 = 32, "DT_UINT2";
    Float4E2m1fn = 33, "DT_FLOAT4_E2M1FN";
    FloatRef = 101, "DT_FLOAT_REF";
    DoubleRef = 102, "DT_DOUBLE_REF";
    Int32Ref = 103, "DT_INT32_REF";
    Uint8Ref = 104, "DT_UINT8_REF";
    Int16Ref = 105, "DT_INT16_REF";
    Int8Ref = 106, "DT_INT8_REF";
    StringRef = 107, "DT_STRING_REF";
    Complex64Ref = 108, "DT_COMPLEX64_REF";
    Int64Ref = 109, "DT_INT64_REF";
    BoolRef = 110, "DT_BOOL_REF";
    Qint8Ref = 111, "DT_QINT8_REF";
    Quint8Ref = 112, "DT_QUINT8_REF";
    Qint32Ref = 113, "DT_QINT32_REF";
    Bfloat16Ref = 114, "DT_BFLOAT16_REF";
    Qint16Ref = 115, "DT_QINT16_REF";
    Quint16Ref = 116, "DT_QUINT16_REF";
    Uint16Ref = 117, "DT_UINT16_REF";
    Complex128Ref = 118, "DT_COMPLEX128_REF";
    HalfRef = 119, "DT_HALF_REF";
    ResourceRef = 120, "DT_RESOURCE_REF";
    VariantRef = 121, "DT_VARIANT_REF";
    Uint32Ref = 122, "DT_UINT32_REF";
    Uint64Ref = 123, "DT_UINT64_REF";
    Float8E5m2Ref = 124, "DT_FLOAT8_E5M2_REF";
    Float8E4m3fnRef = 125, "DT_FLOAT8_E4M3FN_REF";
    Float8E4m3fnuzRef = 126, "DT_FLOAT8_E4M3FNUZ_REF";
    Float8E4m3b11fnuzRef = 127, "DT_FLOAT8_E4M3B11FNUZ_REF";
    Float8E5m2fnuzRef = 128, "DT_FLOAT8_E5M2FNUZ_REF";
    Int4Ref = 129, "DT_INT4_REF";
    Uint4Ref = 130, "DT_UINT4_REF";
    Int2Ref = 131, "DT_INT2_REF";
    Uint2Ref = 132, "DT_UINT2_REF";
    Float4E2m1fnRef = 133, "DT_FLOAT4_E2M1FN_REF";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto;

    #[test]
    fn numbers_and_names_are_those_of_the_messages() {
        for number in -1..200 {
            let message = proto::DataType::try_from(number).ok();
            let ours = DataType::from_number(number);
            assert_eq!(ours.map(DataType::number), message.map(|_| number));
            assert_eq!(
                ours.map(DataType::name),
                message.as_ref().map(proto::DataType::as_str_name)
            );
        }
    }
}
