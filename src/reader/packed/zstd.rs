//! Zstandard.

use std::error::Error;
use std::io::{self, BufRead};
use std::iter;

use ruzstd::decoding::errors::{FrameDecoderError, FrameHeaderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::members::{Fault, Member, skip};

/// How far back a frame may refer, in bytes, which is how much of it is held: what the program `zstd` takes unless it
/// is told otherwise.
const MAX_WINDOW: u64 = 128 << 20;
/// The most that it can be told to take.
const MAX_LONG_WINDOW: u64 = 1 << 31;

/// An empty last block, and a checksum for those frames that have one.
const LAST_BLOCK: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];

#[derive(Default)]
pub(super) struct Zstd {
    decoder: FrameDecoder,
    /// A skippable frame has no content.
    is_skipped: bool,
}

impl Member for Zstd {
    const FORMAT: &str = "Zstandard";

    fn begin(&mut self, input: &mut impl BufRead) -> Result<(), Fault> {
        use FrameDecoderError::ReadFrameHeaderError as Header;
        use ReadFrameHeaderError::{BadMagicNumber, SkipFrame};

        self.is_skipped = false;
        // A decoder that has seen a frame allocates the window that the next header claims, a new one what it needs.
        self.decoder = FrameDecoder::new();
        self.decoder.set_max_window_size(MAX_WINDOW);
        match self.decoder.reset(&mut *input) {
            Ok(()) => Ok(()),
            Err(Header(SkipFrame { length, .. })) => {
                self.is_skipped = true;
                skip(input, length.into())
            }
            Err(Header(BadMagicNumber(_))) => Err(Fault::Junk),
            Err(e) => Err(fault(&e)),
        }
    }

    fn unpack(&mut self, input: &mut impl BufRead, output: &mut Vec<u8>) -> Result<bool, Fault> {
        if self.is_skipped {
            return Ok(false);
        }
        let one = || BlockDecodingStrategy::UptoBlocks(1);
        let decoded = self.decoder.decode_blocks(input, one());
        if decoded.is_err() {
            // The decoder keeps what later blocks can refer to until it has seen the last one.
            let _ = self.decoder.decode_blocks(&LAST_BLOCK[..], one());
        }
        self.decoder.collect_to_writer(output)?;
        match decoded {
            Ok(false) => Ok(true),
            Ok(true) => match self.decoder.get_checksum_from_data() {
                read if read.is_none() || read == self.decoder.get_calculated_checksum() => {
                    Ok(false)
                }
                _ => Err(Fault::Checksum),
            },
            Err(e) => Err(fault(&e)),
        }
    }
}

/// What it takes another program for, or whether the input failed or what it holds.
fn fault(error: &FrameDecoderError) -> Fault {
    use FrameDecoderError::{DictNotProvided, FrameHeaderError as Header, WindowSizeTooBig};

    match error {
        DictNotProvided { dict_id } => {
            return Fault::Unsupported {
                needs: format!("the dictionary {dict_id}"),
                cure: "decompress it with `zstd -d -D DICTIONARY`",
            };
        }
        &WindowSizeTooBig {
            requested: window, ..
        }
        | &Header(FrameHeaderError::WindowTooBig { got: window }) => {
            return Fault::Unsupported {
                needs: format!("a window of {window} bytes, more than {MAX_WINDOW}"),
                cure: match window {
                    ..=MAX_LONG_WINDOW => "decompress it with `zstd -d --long=31`",
                    _ => "even `zstd -d --long=31` cannot decompress it",
                },
            };
        }
        _ => {}
    }
    let first: &(dyn Error + 'static) = error;
    let mut causes = iter::successors(Some(first), |&e| e.source());
    match causes.find_map(|e| e.downcast_ref::<io::Error>()) {
        Some(e) if e.kind() == io::ErrorKind::UnexpectedEof => Fault::Cut,
        Some(e) => match e.raw_os_error() {
            Some(number) => Fault::Io(io::Error::from_raw_os_error(number)),
            None => Fault::Damaged,
        },
        None => Fault::Damaged,
    }
}
