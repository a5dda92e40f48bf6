//! How numbers and bytes are written in a format like JSON: as text, of which no reader loses a
//! digit.

use std::{fmt::Display, str::FromStr};

use serde::{Deserialize, Deserializer, Serializer, de::Error, de::Unexpected};

/// Decimal digits and nothing else.
pub(crate) mod decimal {
    use super::{Deserialize, Deserializer, Display, Error, FromStr, Serializer, Unexpected};

    pub(crate) fn serialize<T: Display, S: Serializer>(n: &T, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(n)
    }

    pub(crate) fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(
        from: D,
    ) -> Result<T, D::Error> {
        let text = String::deserialize(from)?;
        let is_decimal = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = if is_decimal { text.parse().ok() } else { None };
        number.ok_or_else(|| {
            let expected = format!("decimal digits, of at most {} bits", 8 * size_of::<T>());
            D::Error::invalid_value(Unexpected::Str(&text), &expected.as_str())
        })
    }
}

/// `0x` and two digits for every byte.
pub(crate) mod hex {
    use super::{Deserialize, Deserializer, Error, Serializer, Unexpected};

    pub(crate) fn serialize<const N: usize, S: Serializer>(
        bytes: &[u8; N],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(&const_hex::encode_prefixed(bytes))
    }

    pub(crate) fn deserialize<'de, const N: usize, D: Deserializer<'de>>(
        from: D,
    ) -> Result<[u8; N], D::Error> {
        let text = String::deserialize(from)?;
        let digits = text.strip_prefix("0x").filter(|digits| digits.len() == 2 * N);
        let bytes = digits.and_then(|digits| const_hex::decode_to_array(digits).ok());
        bytes.ok_or_else(|| {
            let expected = format!("0x and {} hexadecimal digits", 2 * N);
            D::Error::invalid_value(Unexpected::Str(&text), &expected.as_str())
        })
    }
}
