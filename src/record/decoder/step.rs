//! One step of decoding, from each state in which a decoder can be.

use super::state::{Scan, Skip, State, Step};
use super::{Decoder, End};
use crate::record::search::Verdict;
use crate::record::{
    Damage, Fault, HEADER_LEN, MAX_PAYLOAD, OVERHEAD, Record, Split, check_header, split,
    split_deferred,
};

impl Decoder {
    /// Goes on by one step. Where the data has `ended` for now, more is not asked for.
    // Inlined, so that an intact record after the other costs no call but that of its checksum.
    #[inline(always)]
    pub(in crate::record) fn advance(&mut self, ended: bool) -> Step {
        match self.state {
            State::Record => match self.split(ended) {
                Split::Frame { payload } => Step::Record(payload.len()),
                Split::NeedMore(want) => self.incomplete(want, ended),
                Split::Fault(fault) => self.faulty(fault, ended),
            },
            State::Scan(scan) => self.resync(scan, ended),
            State::Pass(pass) => self.pass(pass, ended),
            State::Skip(skip) => self.skip(skip, ended),
        }
    }

    /// The record that stands here is not whole before the window has come to `want` bytes.
    #[cold]
    fn incomplete(&mut self, want: usize, ended: bool) -> Step {
        if !self.finished && self.is_torn(want as u64) {
            return self.end(self.unfinished(), want);
        }
        if !ended {
            return Step::More(want);
        }
        if self.finished && self.window.len() > 0 {
            return self.salvage(want);
        }
        self.end(self.unfinished(), want)
    }

    /// No intact record stands here.
    #[cold]
    fn faulty(&mut self, fault: Fault, ended: bool) -> Step {
        match fault {
            Fault::PayloadCrc { .. } => {
                // `split` has just trusted this header.
                let header = &self.window.unread()[..HEADER_LEN];
                let rest = check_header(header, self.limit).unwrap_or_default() + OVERHEAD;
                let skip = Skip {
                    from: self.window.offset(),
                    rest,
                    ruled_out: HEADER_LEN,
                    fault,
                };
                self.skip(skip, ended)
            }
            Fault::TooLong { length, .. } if length <= MAX_PAYLOAD => {
                self.begin_pass(length, ended)
            }
            Fault::TooLong { length, .. } => {
                let limit = MAX_PAYLOAD;
                let fault = Fault::TooLong { length, limit };
                self.begin_scan(self.window.offset(), fault, 1, ended)
            }
            _ => self.begin_scan(self.window.offset(), fault, 1, ended),
        }
    }

    fn split(&mut self, ended: bool) -> Split<'_> {
        let (buf, offset) = (self.window.unread(), self.window.offset());
        if self.search.is_warm(offset) {
            return self.search.split(buf, offset, self.limit);
        }
        if let Some(can_wait) = self.can_wait {
            let end = self.known_end.filter(|_| !ended);
            let is_there = |len| end.is_some_and(|end| offset.saturating_add(len as u64) <= end);
            if let Some(split) = split_deferred(buf, self.limit, can_wait, is_there) {
                return split;
            }
        }
        split(buf, self.limit)
    }

    #[inline]
    pub(in crate::record) fn take_record(&mut self, len: usize) -> Record<'_> {
        let (offset, index) = (self.window.offset(), self.index);
        self.index = index.saturating_add(1);
        let frame = self.window.take(len + OVERHEAD);
        Record {
            offset,
            index,
            payload: &frame[HEADER_LEN..HEADER_LEN + len],
        }
    }

    /// Whether a record of so many bytes, its frame included, is known to be longer than what there is.
    pub(super) fn is_torn(&self, len: u64) -> bool {
        self.known_end
            .is_some_and(|end| end < self.window.offset().saturating_add(len))
    }

    /// What is at the end, if it is the start of a record.
    pub(super) fn unfinished(&self) -> End {
        let end = self.known_end.unwrap_or(0).max(self.window.end());
        match end - self.window.offset() {
            0 => End::Clean,
            len => End::Torn { len },
        }
    }

    /// Passes over a record whose payload is bad, if its length can be believed: the next header holds, or
    /// the stream ends there, or too soon after to tell while nothing is hidden inside. Otherwise the length
    /// ran over other records, and these are looked for.
    #[cold]
    pub(super) fn skip(&mut self, skip: Skip, ended: bool) -> Step {
        let Skip {
            from,
            rest,
            ruled_out,
            fault,
        } = skip;
        self.state = State::Skip(skip);
        let want = rest + HEADER_LEN;
        if self.window.len() < want {
            if !ended {
                return Step::More(want);
            }
            if !self.finished {
                let len = self.window.end() - from;
                return self.end(End::Damaged { len, fault }, want);
            }
        }
        let next = &self.window.unread()[rest..];
        let believed = match next.get(..HEADER_LEN) {
            Some(header) => matches!(
                check_header(header, self.limit),
                Ok(_) | Err(Fault::Zeros | Fault::TooLong { .. })
            ),
            None => next.is_empty() || self.hidden(ruled_out).is_none(),
        };
        if !believed {
            // Behind each record inside there may be another length that ran over the same bytes.
            self.search
                .remember(self.window.unread(), self.window.offset(), rest);
            return self.begin_scan(from, fault, ruled_out, ended);
        }
        self.window.consume(rest);
        Step::Damage(self.passed(from, fault))
    }

    /// Nothing more will come, and a record is incomplete: are there whole ones inside it?
    fn salvage(&mut self, want: usize) -> Step {
        match self.hidden(1) {
            Some(hidden) => self.begin_scan(self.window.offset(), Fault::Torn, hidden, true),
            None => self.end(self.unfinished(), want),
        }
    }

    /// The data ends, and nothing can be said about what follows before the window has come to `want` bytes.
    pub(super) fn end(&mut self, end: End, want: usize) -> Step {
        self.want = want;
        Step::End(end)
    }

    pub(super) fn begin_scan(
        &mut self,
        from: u64,
        fault: Fault,
        ruled_out: usize,
        ended: bool,
    ) -> Step {
        let scan = Scan {
            from,
            fault,
            zeros: fault == Fault::Zeros,
        };
        self.state = State::Scan(scan);
        self.window.consume(ruled_out);
        self.resync(scan, ended)
    }

    #[cold]
    fn resync(&mut self, mut scan: Scan, ended: bool) -> Step {
        loop {
            let (buf, offset) = (self.window.unread(), self.window.offset());
            let (ruled_out, zeros, verdict) = self.search.next(buf, 0, offset, self.limit);
            scan.zeros &= zeros;
            self.state = State::Scan(scan);
            self.window.consume(ruled_out);
            let want = match verdict {
                Verdict::Found => return Step::Damage(self.passed(scan.from, scan.fault)),
                Verdict::NeedMore(n) => n,
            };
            if !ended {
                return Step::More(want);
            }
            let len = self.window.end() - scan.from;
            let rest_is_zero = self.window.unread().iter().all(|&b| b == 0);
            if scan.zeros && rest_is_zero {
                return self.end(End::Zeros { len }, want);
            }
            if !self.finished {
                let fault = scan.fault;
                return self.end(End::Damaged { len, fault }, want);
            }
            // What stands here can no longer be completed. If its header holds it is the torn end, unless
            // whole records are hidden inside; anything shorter than a header is part of the damage.
            if let Some(hidden) = self.hidden(1) {
                self.window.consume(hidden);
                continue;
            }
            let rest = self.window.len();
            if rest < HEADER_LEN {
                self.window.consume(rest);
            }
            return Step::Damage(self.passed(scan.from, scan.fault));
        }
    }

    /// Where behind the first `from` unread bytes the first whole record starts.
    pub(super) fn hidden(&mut self, from: usize) -> Option<usize> {
        let (buf, offset) = (self.window.unread(), self.window.offset());
        self.search.hidden(buf, from, offset, self.limit)
    }

    /// What stood from there up to here is no record.
    pub(super) fn passed(&mut self, from: u64, fault: Fault) -> Damage {
        self.state = State::Record;
        let damage = Damage {
            offset: from,
            len: self.window.offset() - from,
            index: self.index,
            fault,
        };
        self.index += 1;
        damage
    }
}
