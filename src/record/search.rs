//! Looking for intact records where none is known to start.

use super::sums::{self, Sums};
use super::{HEADER_LEN, Split, check_header, split_with, work};
use crate::crc;

/// A search through a stream, which remembers what would be dear to compute again.
#[derive(Debug, Default)]
pub(super) struct Search {
    sums: Sums,
}

pub(super) enum Verdict {
    /// An intact record starts behind the bytes ruled out.
    Found,
    /// No verdict on what follows without so many bytes.
    NeedMore(usize),
}

impl Search {
    /// Whether a payload at this place of the stream was part of one that was checked before.
    #[inline]
    pub(super) fn is_warm(&mut self, offset: u64) -> bool {
        self.sums.reach(offset)
    }

    /// [`split`](super::split) of `buf`, which starts at `offset` of the stream.
    pub(super) fn split<'b>(&mut self, buf: &'b [u8], offset: u64, limit: u64) -> Split<'b> {
        self.split_at(buf, 0, offset, limit)
    }

    fn split_at<'b>(&mut self, buf: &'b [u8], at: usize, offset: u64, limit: u64) -> Split<'b> {
        let candidate = buf.get(at..).unwrap_or_default();
        split_with(candidate, limit, |payload| {
            let crc = self
                .sums
                .crc(buf, offset, at + payload.start, at + payload.end);
            crc::mask(crc)
        })
    }

    /// Makes checksums within the first `len` bytes of `buf` cheap, as if they had been searched.
    pub(super) fn remember(&mut self, buf: &[u8], offset: u64, len: usize) {
        self.sums.crc(buf, offset, 0, len);
    }

    /// The CRC-32C of bytes that have `crc` and the first `len` of `buf`, which starts at `offset` of the stream.
    pub(super) fn append(&mut self, crc: u32, buf: &[u8], offset: u64, len: usize) -> u32 {
        sums::append(crc, self.sums.crc(buf, offset, 0, len), len)
    }

    /// Looks for the first intact record in `buf[from..]`, where `buf` starts at `offset` of the stream: how
    /// many bytes cannot be its start, whether those were all zero, and what follows them.
    pub(super) fn next(
        &mut self,
        buf: &[u8],
        from: usize,
        offset: u64,
        limit: u64,
    ) -> (usize, bool, Verdict) {
        let mut zeros = true;
        let mut at = from;
        while let Some(window) = buf.get(at..at + HEADER_LEN) {
            work::add(1);
            // The high half of a length below 2 GiB is zero: rules out nearly everything without a checksum.
            // No record starts here, nor where the last byte that is not zero would still be in that half.
            let high = window[4..8].iter().rposition(|&b| b != 0);
            if let (Some(last), true) = (high, limit <= u64::from(u32::MAX)) {
                zeros &= window[..=last] == [0; 4][..=last];
                at += last + 1;
                continue;
            }
            // Zeros are no header; pass over whole runs of them.
            if window.iter().all(|&b| b == 0) {
                let run = buf[at..]
                    .iter()
                    .position(|&b| b != 0)
                    .unwrap_or(buf.len() - at);
                work::add(run);
                at += (run + 1).saturating_sub(HEADER_LEN).max(1);
                continue;
            }
            if check_header(window, limit).is_ok() {
                match self.split_at(buf, at, offset, limit) {
                    Split::Frame { .. } => return (at - from, zeros, Verdict::Found),
                    Split::NeedMore(n) => return (at - from, zeros, Verdict::NeedMore(n)),
                    Split::Fault(_) => {}
                }
            }
            zeros &= buf[at] == 0;
            at += 1;
        }
        (at - from, zeros, Verdict::NeedMore(HEADER_LEN))
    }

    /// Where in `buf[from..]` the first whole record starts. Headers that promise more than there is are passed
    /// over in the same walk, so that many of them cost no more than one.
    pub(super) fn hidden(
        &mut self,
        buf: &[u8],
        from: usize,
        offset: u64,
        limit: u64,
    ) -> Option<usize> {
        let mut at = from;
        loop {
            buf.get(at..)?;
            let (ruled_out, _, verdict) = self.next(buf, at, offset, limit);
            at += ruled_out;
            match verdict {
                Verdict::Found => return Some(at),
                Verdict::NeedMore(_) => at += 1,
            }
        }
    }
}
