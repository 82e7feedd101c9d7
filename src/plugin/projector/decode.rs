//! What the files of an embedding say, by TensorBoard's rules.

use crate::error::{Error, Result};

/// The vectors of an embedding.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Vectors {
    /// How many values a point has.
    pub dims: usize,
    /// The points, one after the other.
    pub values: Vec<f32>,
}

/// What is known of an embedding's points.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MetadataTable {
    /// Names of the columns; none where there is one column only.
    pub header: Vec<String>,
    /// One row for each point.
    pub rows: Vec<Vec<String>>,
}

impl Vectors {
    /// Decodes the file of the vectors, whose shape the configuration states.
    pub(crate) fn decode(bytes: &[u8], shape: &[u32]) -> Result<Self> {
        match std::str::from_utf8(bytes) {
            Ok(text) => parse_tsv(text),
            Err(_) => parse_binary(bytes, shape),
        }
    }
}

impl MetadataTable {
    /// Decodes the file of the labels.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self> {
        let text = std::str::from_utf8(bytes)
            .map_err(|e| Error::decode(format!("the labels are not text: {e}")))?;
        let mut rows = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>())
            .peekable();
        let header = rows.next_if(|first| first.len() > 1).unwrap_or_default();
        Ok(Self {
            header,
            rows: rows.collect(),
        })
    }
}

/// Whether TensorBoard might take raw values for text. It reads line by line and turns to raw values at the
/// first line that is not UTF-8; should that not be the very first one, it fails at a number before.
pub(super) fn read_as_text(bytes: &[u8]) -> bool {
    let first = bytes.split(|&b| b == b'\n').next().unwrap_or_default();
    std::str::from_utf8(first).is_ok()
}

fn parse_tsv(text: &str) -> Result<Vectors> {
    let mut vectors = Vectors::default();
    for (i, line) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.is_empty())
    {
        let before = vectors.values.len();
        for cell in line.split('\t') {
            let value: f64 = cell
                .trim()
                .parse()
                .map_err(|_| Error::decode(format!("line {}: {cell:?} is not a number", i + 1)))?;
            #[expect(clippy::cast_possible_truncation, reason = "as TensorBoard does")]
            vectors.values.push(value as f32);
        }
        let dims = vectors.values.len() - before;
        if before == 0 {
            vectors.dims = dims;
        }
        if dims != vectors.dims {
            return Err(Error::decode(format!(
                "line {} has {dims} values, but the first one has {}",
                i + 1,
                vectors.dims
            )));
        }
    }
    Ok(vectors)
}

fn parse_binary(bytes: &[u8], shape: &[u32]) -> Result<Vectors> {
    let (values, rest) = bytes.as_chunks::<4>();
    match *shape {
        [points, dims]
            if rest.is_empty() && u64::from(points) * u64::from(dims) == values.len() as u64 =>
        {
            Ok(Vectors {
                dims: dims as usize,
                values: values.iter().map(|&v| f32::from_le_bytes(v)).collect(),
            })
        }
        _ => Err(Error::decode(format!(
            "{} bytes do not hold floats of the shape {shape:?} in the configuration",
            bytes.len()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_as_tensorboard_reads_it() {
        let read = parse_tsv("1\t-2.5e3\n\n 0.1 \tnan\r\n").unwrap();
        assert_eq!(read.dims, 2);
        assert_eq!(read.values[..3], [1.0, -2500.0, 0.1]);
        assert!(read.values[3].is_nan());
        for (text, why) in [
            ("1\t2\n3", "line 2 has 1 values"),
            ("1\tx", "\"x\" is not"),
            ("1\t", "\"\""),
        ] {
            let message = parse_tsv(text).unwrap_err().to_string();
            assert!(message.contains(why), "{message}");
        }
        assert_eq!(parse_tsv("").unwrap(), Vectors::default());
    }

    #[test]
    fn raw_values_need_their_shape() {
        let bytes: Vec<u8> = [-1.0f32, 2.0, 3.0, 4.0]
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect();
        assert_eq!(
            parse_binary(&bytes, &[2, 2]).unwrap().values,
            [-1.0, 2.0, 3.0, 4.0]
        );
        for shape in [&[][..], &[4], &[2, 3], &[1, 2, 2], &[u32::MAX, u32::MAX]] {
            assert!(parse_binary(&bytes, shape).is_err(), "{shape:?}");
        }
        assert!(parse_binary(&bytes[..15], &[2, 2]).is_err());
    }

    #[test]
    fn the_first_line_decides_what_is_text() {
        for (bytes, text) in [
            (&b"\0\0\0\0"[..], true),
            (b"\xff", false),
            // TensorBoard would fail to read "1x" as a number before it meets the 0xff.
            (b"1x\n\xff", true),
            (b"\xff\n1", false),
            (b"", true),
        ] {
            assert_eq!(read_as_text(bytes), text, "{bytes:?}");
        }
    }
}
