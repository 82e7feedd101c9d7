//! Keeps answers at a size that clients accept.

use tonic::Status;

use crate::room::MOST;

/// The bytes of an answer that TensorBoard, whose limit is 256 MiB, accepts in any case.
const ACCEPTED: usize = 250 << 20;

/// The length of an answer that could not be made smaller, such as a list of series, if TensorBoard accepts it.
///
/// # Errors
///
/// It does not.
pub(super) fn accepted(len: usize) -> Result<usize, Status> {
    match len <= ACCEPTED {
        true => Ok(len),
        false => Err(Status::resource_exhausted(format!(
            "the answer would have {} MiB, and the limit is {} MiB: ask for fewer runs or tags",
            len.div_ceil(1 << 20),
            ACCEPTED >> 20
        ))),
    }
}

/// What an answer is going to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// The most points of each series.
    pub(super) n: usize,
    /// How much memory it takes to put together, at least about. 0 if it consists of what the runs keep anyway.
    pub(super) bytes: usize,
}

/// The most points of each series with which an answer of series of these lengths is not too large: `n` or fewer, but at
/// least one; and how large it is. `size` says how many bytes so many points of a series take, by its number.
pub(super) fn fitting(n: usize, lens: &[usize], size: impl Fn(usize, usize) -> usize) -> Plan {
    let plan = |n: usize| {
        let sizes = lens.iter().enumerate();
        let sizes = sizes.map(|(series, &len)| size(series, len.min(n)));
        Plan {
            n,
            bytes: sizes.fold(0, usize::saturating_add),
        }
    };
    let fits = |n: usize| plan(n).bytes <= MOST;
    let longest = lens.iter().copied().max().unwrap_or(0);
    let all = plan(n);
    if n == 0 || all.bytes <= MOST {
        return all;
    }
    // The first that does not fit lies between.
    let (mut good, mut bad) = (1, n.min(longest));
    while good + 1 < bad {
        let middle = usize::midpoint(good, bad);
        if fits(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    plan(good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_accepts_is_an_error() {
        assert_eq!(accepted(MOST).unwrap(), MOST);
        let error = accepted(300 << 20).unwrap_err();
        assert!(error.message().contains("300 MiB"), "{error}");
        // It does not contradict itself where it is close.
        let error = accepted(ACCEPTED + 1).unwrap_err();
        assert!(
            error
                .message()
                .contains("251 MiB, and the limit is 250 MiB"),
            "{error}"
        );
    }

    #[test]
    fn answers_get_coarser_instead_of_too_large() {
        let points = |lens: &[usize], n: usize| lens.iter().map(|&len| len.min(n)).sum::<usize>();
        let lens: Vec<usize> = (0..40_000).map(|i| 500 + i % 1000).collect();
        let Plan { n, bytes } = fitting(1000, &lens, |_, points| points * 22);
        assert_eq!(bytes, points(&lens, n) * 22);
        assert!(bytes <= MOST, "{n}");
        assert!(points(&lens, n + 1) * 22 > MOST, "{n}");
        let few = fitting(1000, &lens[..100], |_, points| points * 22);
        assert_eq!(few.n, 1000);
        let none = fitting(0, &lens, |_, points| points * 22);
        assert_eq!(none, Plan { n: 0, bytes: 0 });
        // Nothing fits: a point each is the least.
        assert_eq!(fitting(10, &[5, 5], |_, points| points * MOST).n, 1);
    }
}
