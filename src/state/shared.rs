//! Columns that several series of a file have in common.
//!
//! What is logged together has the same steps, and often the same times. These are held once.

use std::collections::HashMap;
use std::sync::Arc;

use crate::types::WallTime;

/// A column with fewer entries is not worth looking for another one.
const FEWEST: usize = 4;

/// Steps or wall times of a series.
#[derive(Clone, Debug)]
pub(super) enum Shared<T> {
    /// Of this series alone, or not compared with others yet.
    Own(Vec<T>),
    Common(Arc<[T]>),
}

/// What is the same only if all its bits are.
pub(super) trait Bits: Copy {
    fn bits(self) -> u64;
}

impl Bits for i64 {
    fn bits(self) -> u64 {
        self.cast_unsigned()
    }
}

impl Bits for WallTime {
    fn bits(self) -> u64 {
        self.as_secs().to_bits()
    }
}

impl<T: Bits> Shared<T> {
    pub(super) fn as_slice(&self) -> &[T] {
        match self {
            Self::Own(own) => own,
            Self::Common(common) => common,
        }
    }

    /// Appends an entry; what others have stays as it is.
    pub(super) fn push(&mut self, entry: T) {
        match self {
            Self::Own(own) => own.push(entry),
            Self::Common(common) => {
                let mut own = Vec::with_capacity(common.len() + common.len() / 2 + 1);
                own.extend_from_slice(common);
                own.push(entry);
                *self = Self::Own(own);
            }
        }
    }

    pub(super) fn shrink(&mut self) {
        if let Self::Own(own) = self {
            own.shrink_to_fit();
        }
    }

    /// The column as one that others can have, too.
    fn common(&mut self) -> Arc<[T]> {
        let common = match self {
            Self::Own(own) => Arc::from(std::mem::take(own)),
            Self::Common(common) => return Arc::clone(common),
        };
        *self = Self::Common(Arc::clone(&common));
        common
    }

    /// What two columns that are the same have in common.
    fn key(&self) -> Option<[u64; 4]> {
        let all = self.as_slice();
        let at = |i: usize| all.get(i).map(|entry| entry.bits());
        let len = all.len();
        if len < FEWEST {
            return None;
        }
        Some([len as u64, at(0)?, at(len / 2)?, at(len - 1)?])
    }

    fn same(&self, other: &Self) -> bool {
        let (a, b) = (self.as_slice(), other.as_slice());
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.bits() == b.bits())
    }
}

/// Lets columns with the same entries be one.
pub(super) fn share<'s, T: Bits + 's>(columns: impl Iterator<Item = &'s mut Shared<T>>) {
    let mut known: HashMap<[u64; 4], &mut Shared<T>> = HashMap::new();
    for column in columns {
        let Some(key) = column.key() else {
            continue;
        };
        match known.get_mut(&key) {
            Some(first) if first.same(column) => {
                if !matches!((&**first, &*column), (Shared::Common(a), Shared::Common(b)) if Arc::ptr_eq(a, b))
                {
                    *column = Shared::Common(first.common());
                }
            }
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
        column.as_slice().as_ptr()
    }

    #[test]
    fn what_is_the_same_is_held_once_and_stays_the_same() {
        let mut columns = [
            own(&[1, 2, 3, 4]),
            own(&[1, 2, 9, 4]),
            own(&[1, 2, 3, 4]),
            // The same at the ends and in the middle.
            own(&[1, 7, 3, 4]),
            own(&[5]),
        ];
        let before: Vec<_> = columns.iter().map(|c| c.as_slice().to_vec()).collect();
        share(columns.iter_mut());
        let after: Vec<_> = columns.iter().map(|c| c.as_slice().to_vec()).collect();
        assert_eq!(before, after);
        assert_eq!(address(&columns[0]), address(&columns[2]));
        assert_ne!(address(&columns[0]), address(&columns[3]));

        // One of them grows, and then the other one.
        columns[0].push(5);
        assert_eq!(columns[0].as_slice(), [1, 2, 3, 4, 5]);
        assert_eq!(columns[2].as_slice(), [1, 2, 3, 4]);
        columns[2].push(5);
        share(columns.iter_mut());
        assert_eq!(address(&columns[0]), address(&columns[2]));
    }

    #[test]
    fn zeros_of_either_sign_are_different_times() {
        let time = |secs: f64| Shared::Own(vec![WallTime::from(secs); FEWEST]);
        let mut columns = [time(0.0), time(-0.0), time(f64::NAN), time(f64::NAN)];
        share(columns.iter_mut());
        assert!(columns[1].as_slice()[0].as_secs().is_sign_negative());
        assert!(columns[0].as_slice()[0].as_secs().is_sign_positive());
        assert!(matches!(columns[3], Shared::Common(_)));
    }
}
