//! Columns of numbers as text in a page: `docs/report.md` describes the form.
//!
//! Steps and times are stored as differences, and every column byte by byte: first the lowest byte of all numbers, then
//! the next. What grows steadily then repeats itself, and deflates to nearly nothing.

use std::io::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use tfevents::series::Numbers;
use tfevents::{Number, Scalars};

/// The letter that says how the values of a series are stored.
pub(crate) fn form(values: &Numbers) -> char {
    match values {
        Numbers::F32(_) => 'f',
        Numbers::F64(_) => 'd',
        Numbers::I64(_) => 'i',
        _ => 'm',
    }
}

/// Appends the columns of a series.
pub(crate) fn append(bytes: &mut Vec<u8>, scalars: &Scalars) {
    let steps = scalars.steps.iter().map(|step| step.cast_unsigned());
    planes(bytes, &differences(steps));
    let times = scalars
        .wall_times
        .iter()
        .map(|time| time.as_secs().to_bits());
    planes(bytes, &differences(times));
    match &scalars.values {
        Numbers::F32(values) => {
            planes(
                bytes,
                &values.iter().map(|v| v.to_le_bytes()).collect::<Vec<_>>(),
            );
        }
        Numbers::F64(values) => {
            planes(
                bytes,
                &values.iter().map(|v| v.to_le_bytes()).collect::<Vec<_>>(),
            );
        }
        Numbers::I64(values) => {
            planes(
                bytes,
                &values.iter().map(|v| v.to_le_bytes()).collect::<Vec<_>>(),
            );
        }
        values => {
            let (bits, forms): (Vec<_>, Vec<_>) = values.iter().map(of_any_form).unzip();
            planes(bytes, &bits);
            bytes.extend(forms);
        }
    }
}

/// A number in eight bytes, and the letter of its form.
fn of_any_form(number: Number) -> ([u8; 8], u8) {
    match number {
        Number::F32(v) => (u64::from(v.to_bits()).to_le_bytes(), b'f'),
        Number::I64(v) => (v.to_le_bytes(), b'i'),
        Number::U64(v) => (v.to_le_bytes(), b'u'),
        Number::Bool(v) => (u64::from(v).to_le_bytes(), b'b'),
        v => (v.as_f64().to_le_bytes(), b'd'),
    }
}

/// Each number without the one before it.
fn differences(numbers: impl Iterator<Item = u64>) -> Vec<[u8; 8]> {
    let mut before = 0;
    let difference = |number: u64| number.wrapping_sub(std::mem::replace(&mut before, number));
    numbers.map(difference).map(u64::to_le_bytes).collect()
}

/// The first bytes of all numbers, then the second ones, and so on.
fn planes<const N: usize>(bytes: &mut Vec<u8>, numbers: &[[u8; N]]) {
    for plane in 0..N {
        bytes.extend(numbers.iter().map(|number| number[plane]));
    }
}

/// The bytes deflated, in Base64.
///
/// # Errors
///
/// None in practice: it is written to memory.
pub(crate) fn packed(bytes: &[u8]) -> io::Result<String> {
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::default());
    deflated.write_all(bytes)?;
    Ok(STANDARD.encode(deflated.finish()?))
}
