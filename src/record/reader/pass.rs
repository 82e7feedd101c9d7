//! Passing over a record that is too long to be held in memory.
//!
//! Its checksum is known at its end only. Should it fail, or the data end before, the header was damaged or the
//! record torn, and whole records may stand inside. So these are looked for on the way, and from the first one
//! on bytes are kept: no more of them than may be held.

use std::io::Read;

use super::{Fault, HEADER_LEN, Item, OVERHEAD, RecordReader, State, Tail, Verdict, work};
use crate::crc;
use crate::error::Result;
use crate::record::FOOTER_LEN;

/// A record under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pass {
    /// Where it starts.
    pub(super) from: u64,
    length: u64,
    /// The CRC-32C of those bytes of its payload that were given up.
    crc: u32,
    inside: Inside,
}

/// Whole records inside a long one.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Inside {
    /// None so far.
    None,
    /// One starts at the first byte that was kept.
    Found,
    /// More followed it than may be held: whatever this is, it is passed over as a whole.
    Lost,
}

impl Pass {
    fn payload_end(&self) -> u64 {
        self.from + HEADER_LEN as u64 + self.length
    }
}

impl<R: Read> RecordReader<R> {
    /// A header that holds promises a payload of this length, which is too long.
    pub(super) fn begin_pass(&mut self, length: u64) -> Result<Item<'_>> {
        if !self.finished && self.is_torn(length + OVERHEAD as u64) {
            return Ok(Item::End(self.unfinished()));
        }
        let pass = Pass {
            from: self.buf.offset(),
            length,
            crc: 0,
            inside: Inside::None,
        };
        self.buf.consume(HEADER_LEN);
        self.pass(pass)
    }

    pub(super) fn pass(&mut self, mut pass: Pass) -> Result<Item<'_>> {
        loop {
            let left = (pass.payload_end() - self.buf.offset()) as usize;
            let within = left.min(self.buf.len());
            // Of what is kept no more is read than shows that it is too much.
            let mut want = (left + FOOTER_LEN).min(self.most_kept().saturating_add(1));
            let given_up = match pass.inside {
                Inside::None => {
                    let (buf, offset) = (&self.buf.unread()[..within], self.buf.offset());
                    let (ruled_out, _, verdict) = self.search.next(buf, 0, offset, self.limit);
                    match verdict {
                        Verdict::Found => pass.inside = Inside::Found,
                        Verdict::NeedMore(n) => want = want.min(n),
                    }
                    ruled_out
                }
                Inside::Found => 0,
                Inside::Lost => within,
            };
            self.give_up(&mut pass, given_up);
            let (left, within) = (left - given_up, within - given_up);
            if pass.inside == Inside::Found {
                if self.known_end.is_some_and(|end| end < pass.payload_end()) {
                    return self.begin_scan(pass.from, Fault::Torn, 0);
                }
                if within > self.most_kept() {
                    pass.inside = Inside::Lost;
                    continue;
                }
            }
            self.state = State::Pass(pass);
            if self.buf.len() >= left + FOOTER_LEN {
                return self.end_pass(pass, left);
            }
            if !self.buf.fill(want)? {
                return self.torn(pass);
            }
        }
    }

    /// A whole record that may be held.
    fn most_kept(&self) -> usize {
        usize::try_from(self.limit).map_or(usize::MAX, |limit| limit.saturating_add(OVERHEAD))
    }

    fn give_up(&mut self, pass: &mut Pass, n: usize) {
        work::add(n);
        pass.crc = crc32c::crc32c_append(pass.crc, &self.buf.unread()[..n]);
        self.buf.consume(n);
    }

    /// The whole record is there; `left` bytes of its payload were kept.
    fn end_pass(&mut self, pass: Pass, left: usize) -> Result<Item<'_>> {
        let (buf, offset) = (self.buf.unread(), self.buf.offset());
        let crc = self.search.append(pass.crc, buf, offset, left);
        let computed = crc::mask(crc);
        let stored = buf[left..]
            .first_chunk()
            .copied()
            .map_or(0, u32::from_le_bytes);
        let intact = stored == computed;
        let fault = if intact {
            let (length, limit) = (pass.length, self.limit);
            Fault::Large { length, limit }
        } else {
            Fault::PayloadCrc { stored, computed }
        };
        if !intact && pass.inside != Inside::Lost {
            return self.skip(pass.from, left + FOOTER_LEN, 0, fault);
        }
        self.buf.consume(left + FOOTER_LEN);
        Ok(Item::Damage(self.passed(pass.from, fault)))
    }

    /// The data ends within the record.
    fn torn(&mut self, pass: Pass) -> Result<Item<'_>> {
        let hidden = match pass.inside {
            _ if !self.finished => None,
            Inside::None => self.hidden(0),
            Inside::Found => Some(0),
            Inside::Lost => None,
        };
        match hidden {
            Some(hidden) => self.begin_scan(pass.from, Fault::Torn, hidden),
            None => Ok(Item::End(Tail::Torn {
                len: self.buf.end() - pass.from,
            })),
        }
    }
}
