//! Columns that several series of a file have in common, and others in little memory.
//!
//! What is logged together has the same steps, and often the same times. These are held once, and can be lent as they
//! are. What a series has for itself is packed.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use crate::state::packed::Packed;
use crate::types::WallTime;

/// A column with fewer entries is not worth looking for another one.
const FEWEST: usize = 4;

/// Steps or wall times of a series.
#[derive(Clone, Debug)]
pub(super) enum Shared<T> {
    /// Of this series alone, or not compared with others yet.
    Own(Vec<T>),
    Common(Arc<[T]>),
    /// Of this series alone, until it grows.
    Packed(Box<Packed>),
}

/// What is the same only if all its bits are.
pub(super) trait Bits: Copy {
    fn bits(self) -> u64;
    fn of_bits(bits: u64) -> Self;
}

impl Bits for i64 {
    fn bits(self) -> u64 {
        self.cast_unsigned()
    }

    fn of_bits(bits: u64) -> Self {
        bits.cast_signed()
    }
}

impl Bits for WallTime {
    fn bits(self) -> u64 {
        self.as_secs().to_bits()
    }

    fn of_bits(bits: u64) -> Self {
        Self::from_secs(f64::from_bits(bits))
    }
}

impl<T: Bits> Shared<T> {
    pub(super) fn entries(&self) -> Cow<'_, [T]> {
        match self {
            Self::Own(own) => Cow::Borrowed(own),
            Self::Common(common) => Cow::Borrowed(common),
            Self::Packed(packed) => Cow::Owned(packed.unpack(T::of_bits)),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Own(own) => own.len(),
            Self::Common(common) => common.len(),
            Self::Packed(packed) => packed.len(),
        }
    }

    pub(super) fn last(&self) -> Option<T> {
        match self {
            Self::Own(own) => own.last().copied(),
            Self::Common(common) => common.last().copied(),
            Self::Packed(packed) => Some(T::of_bits(packed.last())),
        }
    }

    /// Appends an entry; what others have stays as it is.
    pub(super) fn push(&mut self, entry: T) {
        if let Self::Own(own) = self {
            own.push(entry);
            return;
        }
        let mut own = Vec::with_capacity(self.len() + self.len() / 2 + 1);
        own.extend_from_slice(&self.entries());
        own.push(entry);
        *self = Self::Own(own);
    }

    /// Packs what only this series has, or at least lets go of room for entries that did not come.
    pub(super) fn shrink(&mut self) {
        let Self::Own(own) = self else {
            return;
        };
        match Packed::new(own.iter().map(|entry| entry.bits())) {
            Some(packed) => *self = Self::Packed(packed.into()),
            None => own.shrink_to_fit(),
        }
    }

    /// How many bytes its entries take.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Own(own) => own.capacity() * 8,
            Self::Common(common) => common.len() * 8,
            Self::Packed(packed) => packed.size(),
        }
    }

    /// The column as one that others can have, too.
    fn common(&mut self) -> Arc<[T]> {
        let common = match self {
            Self::Own(own) => Arc::from(std::mem::take(own)),
            Self::Common(common) => return Arc::clone(common),
            Self::Packed(packed) => packed.unpack(T::of_bits).into(),
        };
        *self = Self::Common(Arc::clone(&common));
        common
    }

    fn first(&self) -> Option<T> {
        match self {
            Self::Own(own) => own.first().copied(),
            Self::Common(common) => common.first().copied(),
            Self::Packed(packed) => packed.first().map(T::of_bits),
        }
    }

    /// What two columns that are the same have in common, as far as that is known without unpacking them.
    fn key(&self) -> Option<[u64; 3]> {
        let len = self.len();
        if len < FEWEST {
            return None;
        }
        Some([len as u64, self.first()?.bits(), self.last()?.bits()])
    }

    /// Whether the two are held once already.
    fn is_one_with(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Common(a), Self::Common(b)) if Arc::ptr_eq(a, b))
    }

    fn same(&self, other: &Self) -> bool {
        let (a, b) = (self.entries(), other.entries());
        let same = |(a, b): (&T, &T)| a.bits() == b.bits();
        a.len() == b.len() && a.iter().zip(&*b).all(same)
    }
}

/// Lets columns with the same entries be one.
pub(super) fn share<'s, T: Bits + 's>(columns: impl Iterator<Item = &'s mut Shared<T>>) {
    let mut known: HashMap<[u64; 3], &mut Shared<T>> = HashMap::new();
    for column in columns {
        let Some(key) = column.key() else {
            continue;
        };
        match known.get_mut(&key) {
            Some(first) if first.is_one_with(column) => {}
            Some(first) if first.same(column) => *column = Shared::Common(first.common()),
            // Another one that looks alike from afar.
            Some(_) => {}
            None => {
                known.insert(key, column);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(entries: &[i64]) -> Shared<i64> {
        Shared::Own(entries.to_vec())
    }

    fn address(column: &Shared<i64>) -> *const i64 {
        column.entries().as_ptr()
    }

    #[test]
    fn what_is_the_same_is_held_once_and_stays_the_same() {
        let mut columns = [
            own(&[1, 2, 3, 4]),
            own(&[1, 2, 9, 4]),
            own(&[1, 2, 3, 4]),
            // The same at the ends.
            own(&[1, 7, 3, 4]),
            own(&[5]),
        ];
        let before: Vec<_> = columns.iter().map(|c| c.entries().to_vec()).collect();
        share(columns.iter_mut());
        let after: Vec<_> = columns.iter().map(|c| c.entries().to_vec()).collect();
        assert_eq!(before, after);
        assert_eq!(address(&columns[0]), address(&columns[2]));
        assert_ne!(address(&columns[0]), address(&columns[3]));

        // One of them grows, and then the other one.
        columns[0].push(5);
        assert_eq!(*columns[0].entries(), [1, 2, 3, 4, 5]);
        assert_eq!(*columns[2].entries(), [1, 2, 3, 4]);
        columns[2].push(5);
        share(columns.iter_mut());
        assert_eq!(address(&columns[0]), address(&columns[2]));
    }

    #[test]
    fn what_was_packed_is_held_once_with_what_becomes_the_same() {
        let steps: Vec<i64> = (0..100).map(|i| i * i).collect();
        let mut columns = [own(&steps), own(&steps[..99])];
        columns.iter_mut().for_each(Shared::shrink);
        let is_packed = |column: &Shared<i64>| matches!(column, Shared::Packed(_));
        assert!(columns.iter().all(is_packed));
        columns[1].push(steps[99]);
        share(columns.iter_mut());
        assert_eq!(address(&columns[0]), address(&columns[1]));
        assert_eq!(*columns[0].entries(), *steps);
    }

    #[test]
    fn zeros_of_either_sign_are_different_times() {
        let time = |secs: f64| Shared::Own(vec![WallTime::from(secs); FEWEST]);
        let mut columns = [time(0.0), time(-0.0), time(f64::NAN), time(f64::NAN)];
        share(columns.iter_mut());
        assert!(columns[1].entries()[0].as_secs().is_sign_negative());
        assert!(columns[0].entries()[0].as_secs().is_sign_positive());
        assert!(matches!(columns[3], Shared::Common(_)));
    }
}
