//! Columns as files of NumPy.

use std::io;
use tfevents::Number;
use tfevents::series::Numbers;
use tfevents_analysis::text;

use crate::npy::{Padding, header};
use crate::row_writer::{Cell, Holds, Rounded};

/// A column that grows.
pub(crate) enum Array {
    Text(Vec<String>),
    Numbers(Holds, Vec<Option<Number>>),
}

impl Array {
    pub(crate) fn new(holds: Holds) -> Self {
        match holds {
            Holds::Names | Holds::Text => Self::Text(Vec::new()),
            holds => Self::Numbers(holds, Vec::new()),
        }
    }

    pub(crate) fn push(&mut self, cell: &Cell<'_>) {
        match (self, *cell) {
            (Self::Text(texts), Cell::Text(text)) => texts.push(text.to_owned()),
            (Self::Text(texts), _) => texts.push(String::new()),
            (Self::Numbers(_, numbers), Cell::Number(number)) => numbers.push(Some(number)),
            (Self::Numbers(_, numbers), Cell::Boolean(v)) => numbers.push(Some(Number::Bool(v))),
            (Self::Numbers(_, numbers), _) => numbers.push(None),
        }
    }

    /// The file of that name. Empty cells of text are empty text, those of numbers NaN.
    pub(crate) fn encode(&self, name: &str, rounded: &mut Rounded) -> io::Result<Vec<u8>> {
        match self {
            Self::Text(list) => texts(name, list.iter().map(String::as_str)),
            Self::Numbers(Holds::Floats | Holds::Times, list) => float_cells(list, rounded),
            Self::Numbers(_, list) => cells(list, rounded),
        }
    }
}

pub(crate) fn integers(list: &[i64]) -> io::Result<Vec<u8>> {
    npy("<i8", list.iter().map(|v| v.to_le_bytes()))
}

pub(crate) fn floats(list: &[f64]) -> io::Result<Vec<u8>> {
    npy("<f8", list.iter().map(|v| v.to_le_bytes()))
}

pub(crate) fn numbers(numbers: &Numbers, rounded: &mut Rounded) -> io::Result<Vec<u8>> {
    match numbers {
        Numbers::F32(list) => npy("<f4", list.iter().map(|v| v.to_le_bytes())),
        Numbers::F64(list) => floats(list),
        Numbers::I64(list) => integers(list),
        other => cells(&other.iter().map(Some).collect::<Vec<_>>(), rounded),
    }
}

/// In the type that all of them have; where they have several or some are missing, as 64-bit floats.
fn cells(numbers: &[Option<Number>], rounded: &mut Rounded) -> io::Result<Vec<u8>> {
    macro_rules! all {
        ($variant:path) => {
            numbers
                .iter()
                .map(|number| match number {
                    Some($variant(v)) => Some(*v),
                    _ => None,
                })
                .collect::<Option<Vec<_>>>()
        };
    }
    if let Some(v) = all!(Number::F32) {
        npy("<f4", v.iter().map(|v| v.to_le_bytes()))
    } else if let Some(v) = all!(Number::I64) {
        npy("<i8", v.iter().map(|v| v.to_le_bytes()))
    } else if let Some(v) = all!(Number::U64) {
        npy("<u8", v.iter().map(|v| v.to_le_bytes()))
    } else if let Some(v) = all!(Number::Bool) {
        npy("|b1", v.iter().map(|&v| [u8::from(v)]))
    } else {
        float_cells(numbers, rounded)
    }
}

fn float_cells(numbers: &[Option<Number>], rounded: &mut Rounded) -> io::Result<Vec<u8>> {
    let float = |number: &Option<Number>| number.map_or(f64::NAN, |n| rounded.float(n));
    npy("<f8", numbers.iter().map(float).map(f64::to_le_bytes))
}

/// How many bytes a character takes.
const CHAR: usize = 4;

/// How many bytes a text takes before it is padded.
pub(crate) fn bytes(text: &str) -> usize {
    text.chars().count() * CHAR
}

/// Makes sure that the array of that name does not take far more room than its texts have.
///
/// # Errors
///
/// It would.
pub(crate) fn check(name: &str, padding: &Padding) -> io::Result<()> {
    let what = format!("the array {}", text::quoted(name));
    padding.check(&what, "write CSV or JSON Lines, which do not pad text")
}

/// The array of that name. Each element has as many characters as the longest.
///
/// # Errors
///
/// Texts that would take far more room than they have.
pub(crate) fn texts<'t>(
    name: &str,
    texts: impl Iterator<Item = &'t str> + Clone,
) -> io::Result<Vec<u8>> {
    let padding: Padding = texts.clone().map(bytes).collect();
    check(name, &padding)?;
    let (longest, len) = (padding.width().div_ceil(CHAR), padding.len());
    let mut file = header(&format!("<U{longest}"), &[len])?;
    file.reserve(longest * len * CHAR);
    for text in texts {
        let chars = text.chars().map(u32::from);
        for c in chars.chain(std::iter::repeat(0)).take(longest) {
            file.extend(c.to_le_bytes());
        }
    }
    Ok(file)
}

fn npy<const N: usize>(
    dtype: &str,
    elements: impl ExactSizeIterator<Item = [u8; N]>,
) -> io::Result<Vec<u8>> {
    let mut file = header(dtype, &[elements.len()])?;
    file.reserve(elements.len() * N);
    for element in elements {
        file.extend(element);
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dtype(file: &[u8]) -> &str {
        let text = std::str::from_utf8(&file[10..])
            .unwrap_or_else(|e| std::str::from_utf8(&file[10..10 + e.valid_up_to()]).unwrap());
        text.split('\'').nth(3).unwrap()
    }

    #[test]
    fn elements_stand_behind_the_head() {
        let file = numbers(&Numbers::I64(vec![1, -1]), &mut Rounded::default()).unwrap();
        assert_eq!(file.len(), 128 + 16);
        assert_eq!(file[128..136], 1_i64.to_le_bytes());
        let text = texts("runs", ["é", ""].into_iter()).unwrap();
        assert_eq!(dtype(&text), "<U1");
        assert_eq!(text[128..], [0xe9, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn one_long_text_does_not_fill_a_disk() {
        let long = "x".repeat(100_000);
        let message = texts("a/value", std::iter::repeat_n("", 1000).chain([&*long]));
        assert_eq!(
            message.unwrap_err().to_string(),
            "the array `a/value` would need 400400000 bytes for 400000 bytes of strings, because \
             NumPy pads all of its 1001 strings to 400000 bytes, the length of the longest; \
             write CSV or JSON Lines, which do not pad text"
        );
    }

    #[test]
    fn numbers_keep_their_type_where_they_have_one() {
        use Number::{Bool, F32, F64, I64, U64};
        let cases: [(&[Option<Number>], _); 7] = [
            (&[Some(F32(0.1))], "<f4"),
            (&[Some(F64(0.1))], "<f8"),
            (&[Some(I64(1)), Some(I64(2))], "<i8"),
            (&[Some(U64(u64::MAX))], "<u8"),
            (&[Some(Bool(true))], "|b1"),
            (&[Some(I64(1)), None], "<f8"),
            (&[Some(I64(1)), Some(F32(0.5))], "<f8"),
        ];
        for (numbers, expected) in cases {
            let file = cells(numbers, &mut Rounded::default()).unwrap();
            assert_eq!(dtype(&file), expected, "{numbers:?}");
        }
    }
}
