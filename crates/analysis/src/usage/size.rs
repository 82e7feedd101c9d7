//! What counts as the size of a file, and of a value in it: the same wherever sizes are added up.

use tfevents::reader::Reading;
use tfevents::record::OVERHEAD;

/// What a record has around its values, which they share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around {
    pub(super) framing: u64,
    pub(super) events: u64,
    values: u64,
}

impl Around {
    /// Of a record of that size, with values of these sizes.
    pub(crate) fn of(record: u64, sizes: impl IntoIterator<Item = u64>) -> Self {
        let framing = OVERHEAD as u64;
        let (mut bytes, mut values) = (0, 0);
        for size in sizes {
            bytes += size;
            values += 1;
        }
        Self {
            framing,
            events: (record - framing).saturating_sub(bytes),
            values,
        }
    }

    /// How much of it the value with that number has; the first one has the remainder, too.
    pub(crate) fn share(&self, number: u64) -> Self {
        let part = |total: u64| {
            let rest = if number == 0 { total % self.values } else { 0 };
            total / self.values + rest
        };
        Self {
            framing: part(self.framing),
            events: part(self.events),
            values: 1,
        }
    }

    /// All of it together.
    pub(crate) fn total(&self) -> u64 {
        self.framing + self.events
    }
}

/// The size of a file that was read like this: decompressed if it is compressed, and with damaged bytes.
pub(crate) fn unpacked(reading: &Reading, disk: u64) -> u64 {
    match reading.error {
        // What the system refuses to give out takes space, too.
        Some(_) => reading.bytes.max(disk),
        None => reading.bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_in_sharing() {
        let around = Around::of(16 + 17 + 30, [10, 10, 10]);
        assert_eq!(around.total(), 33);
        let shares = [0, 1, 2].map(|number| around.share(number));
        assert_eq!(shares.map(|share| share.framing), [6, 5, 5]);
        assert_eq!(shares.map(|share| share.events), [7, 5, 5]);
        assert_eq!(Around::of(16 + 12, [10]).share(0).total(), 18);
    }
}
