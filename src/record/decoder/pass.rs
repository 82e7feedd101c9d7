//! Passing over a record that is too long to be held in memory.
//!
//! Its checksum is known at its end only. Should it fail, or the data end before, the header was damaged or the
//! record torn, and whole records may stand inside. So these are looked for on the way, and from the first one
//! on bytes are kept: no more of them than may be held.

use super::state::{Inside, Pass, Skip, State, Step};
use super::{Decoder, End, OVERHEAD};
use crate::crc;
use crate::record::search::Verdict;
use crate::record::{FOOTER_LEN, Fault, HEADER_LEN, work};

impl Decoder {
    /// A header that holds promises a payload of this length, which is too long.
    pub(super) fn begin_pass(&mut self, length: u64, ended: bool) -> Step {
        if !self.finished && self.is_torn(length + OVERHEAD as u64) {
            return self.end(self.unfinished(), HEADER_LEN);
        }
        let pass = Pass {
            from: self.window.offset(),
            length,
            crc: 0,
            inside: Inside::None,
        };
        self.window.consume(HEADER_LEN);
        self.pass(pass, ended)
    }

    #[cold]
    pub(super) fn pass(&mut self, mut pass: Pass, ended: bool) -> Step {
        loop {
            let left = (pass.payload_end() - self.window.offset()) as usize;
            let within = left.min(self.window.len());
            let mut verdict_at = usize::MAX;
            let given_up = match pass.inside {
                Inside::None => {
                    let (buf, offset) = (&self.window.unread()[..within], self.window.offset());
                    let (ruled_out, _, verdict) = self.search.next(buf, 0, offset, self.limit);
                    match verdict {
                        Verdict::Found => pass.inside = Inside::Found,
                        Verdict::NeedMore(n) => verdict_at = n,
                    }
                    ruled_out
                }
                Inside::Found => 0,
                Inside::Lost => within,
            };
            self.give_up(&mut pass, given_up);
            let (left, within) = (left - given_up, within - given_up);
            // Of what is kept no more is read than shows that it is too much.
            let too_much = self.most_kept().saturating_add(1);
            let want = (left + FOOTER_LEN).min(too_much).min(verdict_at);
            if pass.inside == Inside::Found {
                if self.known_end.is_some_and(|end| end < pass.payload_end()) {
                    return self.begin_scan(pass.from, Fault::Torn, 0, ended);
                }
                if within > self.most_kept() {
                    pass.inside = Inside::Lost;
                    continue;
                }
            }
            self.state = State::Pass(pass);
            if self.window.len() >= left + FOOTER_LEN {
                return self.end_pass(pass, left, ended);
            }
            if !ended {
                return Step::More(want);
            }
            return self.torn(pass, want);
        }
    }

    /// A whole record that may be held.
    fn most_kept(&self) -> usize {
        usize::try_from(self.limit).map_or(usize::MAX, |limit| limit.saturating_add(OVERHEAD))
    }

    fn give_up(&mut self, pass: &mut Pass, n: usize) {
        work::add(n);
        pass.crc = crc32c::crc32c_append(pass.crc, &self.window.unread()[..n]);
        self.window.consume(n);
    }

    /// The whole record is there; `left` bytes of its payload were kept.
    fn end_pass(&mut self, pass: Pass, left: usize, ended: bool) -> Step {
        let (buf, offset) = (self.window.unread(), self.window.offset());
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
            let skip = Skip {
                from: pass.from,
                rest: left + FOOTER_LEN,
                ruled_out: 0,
                fault,
            };
            return self.skip(skip, ended);
        }
        self.window.consume(left + FOOTER_LEN);
        Step::Damage(self.passed(pass.from, fault))
    }

    /// The data ends within the record.
    fn torn(&mut self, pass: Pass, want: usize) -> Step {
        let hidden = match pass.inside {
            _ if !self.finished => None,
            Inside::None => self.hidden(0),
            Inside::Found => Some(0),
            Inside::Lost => None,
        };
        match hidden {
            Some(hidden) => self.begin_scan(pass.from, Fault::Torn, hidden, true),
            None => {
                let len = self.window.end() - pass.from;
                self.end(End::Torn { len }, want)
            }
        }
    }
}
