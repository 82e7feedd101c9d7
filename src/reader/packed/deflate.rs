//! The two formats around deflate: gzip and zlib.

use std::io::BufRead;

use byteorder::{LittleEndian, ReadBytesExt as _};
use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::members::{Fault, Member, skip};

/// More than the window of deflate, so that nothing unpacked stays behind in the decoder when it fails.
const CHUNK: usize = 64 << 10;

pub(super) struct Gzip {
    inflate: Inflate,
    crc: Crc,
}

pub(super) struct Zlib(Inflate);

impl Default for Gzip {
    fn default() -> Self {
        let inflate = Inflate(Decompress::new(false));
        Self {
            inflate,
            crc: Crc::new(),
        }
    }
}

impl Default for Zlib {
    fn default() -> Self {
        Self(Inflate(Decompress::new(true)))
    }
}

impl Member for Gzip {
    const FORMAT: &str = "gzip";
    const PADDED: bool = true;

    fn begin(&mut self, input: &mut impl BufRead) -> Result<(), Fault> {
        const CHECKSUM: u8 = 2;
        const EXTRA: u8 = 4;
        const NAME: u8 = 8;
        const COMMENT: u8 = 16;

        let mut magic = [0; 3];
        for (byte, expected) in magic.iter_mut().zip([0x1f, 0x8b, 0x08]) {
            *byte = input.read_u8()?;
            if *byte != expected {
                return Err(Fault::Junk);
            }
        }
        let flags = input.read_u8()?;
        skip(input, 6)?;
        if flags & EXTRA != 0 {
            let len = input.read_u16::<LittleEndian>()?;
            skip(input, len.into())?;
        }
        for text in [NAME, COMMENT] {
            if flags & text != 0 {
                input.skip_until(0)?;
            }
        }
        if flags & CHECKSUM != 0 {
            skip(input, 2)?;
        }
        self.inflate.0.reset(false);
        self.crc.reset();
        Ok(())
    }

    fn unpack(&mut self, input: &mut impl BufRead, output: &mut Vec<u8>) -> Result<bool, Fault> {
        let before = output.len();
        let more = self.inflate.unpack(input, output);
        self.crc.update(&output[before..]);
        if more? {
            return Ok(true);
        }
        let crc = input.read_u32::<LittleEndian>()?;
        let len = input.read_u32::<LittleEndian>()?;
        match (crc, len) == (self.crc.sum(), self.crc.amount()) {
            true => Ok(false),
            false => Err(Fault::Checksum),
        }
    }
}

impl Member for Zlib {
    const FORMAT: &str = "zlib";

    fn begin(&mut self, input: &mut impl BufRead) -> Result<(), Fault> {
        // The decoder reads the header, and takes a wrong one for damage.
        if input.fill_buf()?.first() != Some(&0x78) {
            return Err(Fault::Junk);
        }
        self.0.0.reset(true);
        Ok(())
    }

    fn unpack(&mut self, input: &mut impl BufRead, output: &mut Vec<u8>) -> Result<bool, Fault> {
        self.0.unpack(input, output)
    }
}

struct Inflate(Decompress);

impl Inflate {
    fn unpack(&mut self, input: &mut impl BufRead, output: &mut Vec<u8>) -> Result<bool, Fault> {
        output.reserve(CHUNK);
        let before = output.len();
        let packed = input.fill_buf()?;
        let at_end = packed.is_empty();
        let read = self.0.total_in();
        let status = self.0.decompress_vec(packed, output, FlushDecompress::None);
        let read = self.0.total_in() - read;
        input.consume(usize::try_from(read).unwrap_or(usize::MAX));
        match status {
            Ok(Status::StreamEnd) => Ok(false),
            Ok(_) if at_end && output.len() == before => Err(Fault::Cut),
            Ok(_) => Ok(true),
            Err(_) => Err(Fault::Damaged),
        }
    }
}
