//! Columns of names that come in long stretches, encoded a stretch at a time.
//!
//! The writer of the crate hashes and compares the name of every row, which took a third of the time of a whole
//! export; what comes out is the same, a dictionary and numbers in it by run length.

use bytes::Bytes;
use parquet::basic::{Compression, Encoding};
use parquet::column::page::{CompressedPage, Page, PageWriter as _};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::errors::Result;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::statistics::{Statistics, ValueStatistics};
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

use crate::columnar::Stretches;

/// The column's part of a row group, and what there is to know of it.
pub(crate) fn chunk(
    column: ColumnDescPtr,
    stretches: &Stretches,
) -> Result<(Bytes, ColumnCloseResult)> {
    let names = stretches.names();
    let mut dictionary = Vec::new();
    for name in names {
        dictionary.extend(count(name.len()).to_le_bytes());
        dictionary.extend(name.as_bytes());
    }
    let rows: usize = stretches.iter().map(|(_, rows)| rows).sum();
    let pages = [
        Page::DictionaryPage {
            num_values: count(names.len()),
            encoding: Encoding::PLAIN,
            is_sorted: false,
            buf: dictionary.into(),
        },
        Page::DataPage {
            num_values: count(rows),
            encoding: Encoding::RLE_DICTIONARY,
            // Of which a column without nulls has none.
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
            buf: numbers(names.len(), stretches).into(),
        },
    ];
    let mut out = TrackedWrite::new(Vec::new());
    let mut offsets = Vec::new();
    let mut uncompressed = 0;
    for page in pages {
        let size = page.buffer().len();
        let mut writer = SerializedPageWriter::new(&mut out);
        let page = writer.write_page(CompressedPage::new(page, size))?;
        uncompressed += page.uncompressed_size;
        offsets.push(i64::try_from(page.offset)?);
    }
    let mut metadata = ColumnChunkMetaData::builder(column)
        .set_compression(Compression::UNCOMPRESSED)
        .set_encodings(vec![
            Encoding::PLAIN,
            Encoding::RLE,
            Encoding::RLE_DICTIONARY,
        ])
        .set_num_values(i64::try_from(rows)?)
        .set_total_compressed_size(i64::try_from(out.bytes_written())?)
        .set_total_uncompressed_size(i64::try_from(uncompressed)?)
        .set_dictionary_page_offset(offsets.first().copied())
        .set_data_page_offset(offsets.last().copied().unwrap_or(0));
    if let (Some(min), Some(max)) = (names.iter().min(), names.iter().max()) {
        let [min, max] = [min, max].map(|name| Some(ByteArray::from(&**name)));
        let extremes = ValueStatistics::new(min, max, None, Some(0), false);
        metadata = metadata.set_statistics(Statistics::ByteArray(extremes));
    }
    let bytes = Bytes::from(out.into_inner()?);
    let close = ColumnCloseResult {
        bytes_written: bytes.len() as u64,
        rows_written: rows as u64,
        metadata: metadata.build()?,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    Ok((bytes, close))
}

/// A page holds no more rows than a row group, and as many names at most.
fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The numbers of the rows' names: how many bits one takes, then for each stretch its length and its number.
fn numbers(names: usize, stretches: &Stretches) -> Vec<u8> {
    let bits = usize::BITS - names.saturating_sub(1).leading_zeros();
    let width = bits.div_ceil(8) as usize;
    let mut page = vec![u8::try_from(bits).unwrap_or(u8::MAX)];
    for (number, rows) in stretches.iter() {
        let mut head = rows << 1;
        while head >= 0x80 {
            page.push((head & 0x7f) as u8 | 0x80);
            head >>= 7;
        }
        page.push((head & 0x7f) as u8);
        page.extend(&number.to_le_bytes()[..width]);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretches(list: &[(&str, usize)]) -> Stretches {
        let mut stretches = Stretches::default();
        for (name, rows) in list {
            stretches.push(name, *rows);
        }
        stretches
    }

    #[test]
    fn stretches_have_a_length_and_a_number() {
        // Of one name only, numbers have no bits.
        assert_eq!(numbers(1, &stretches(&[("a", 3)])), [0, 6]);
        let several = stretches(&[("a", 63), ("b", 64), ("c", 1)]);
        assert_eq!(numbers(3, &several), [2, 126, 0, 0x80, 1, 1, 2, 2]);
    }

    #[test]
    fn numbers_of_many_names_have_more_bytes() {
        for (names, bits, width) in [(2, 1, 1), (256, 8, 1), (257, 9, 2), (65_537, 17, 3)] {
            let page = numbers(names, &stretches(&[("a", 1), ("b", 1)]));
            assert_eq!(
                (page[0], page.len()),
                (bits, 1 + 2 * (1 + width)),
                "{names}"
            );
            assert_eq!(page[2 + width..][..2], [2, 1]);
        }
    }
}
