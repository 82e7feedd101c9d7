//! Keeps answers at a size that clients accept.

use crate::room::MOST;

/// The most points of each series with which an answer of series of these lengths is not too large: `n` or fewer, but at
/// least one. `size` says how many bytes so many points of a series take, by its number.
pub(super) fn fitting(n: usize, lens: &[usize], size: impl Fn(usize, usize) -> usize) -> usize {
    let fits = |n: usize| {
        let sizes = lens.iter().enumerate();
        let sizes = sizes.map(|(series, &len)| size(series, len.min(n)));
        sizes.fold(0, usize::saturating_add) <= MOST
    };
    let longest = lens.iter().copied().max().unwrap_or(0);
    if n == 0 || fits(n) {
        return n;
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
    good
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_get_coarser_instead_of_too_large() {
        let points = |lens: &[usize], n: usize| lens.iter().map(|&len| len.min(n)).sum::<usize>();
        let lens: Vec<usize> = (0..40_000).map(|i| 500 + i % 1000).collect();
        let n = fitting(1000, &lens, |_, points| points * 22);
        assert!(points(&lens, n) * 22 <= MOST, "{n}");
        assert!(points(&lens, n + 1) * 22 > MOST, "{n}");
        assert_eq!(fitting(1000, &lens[..100], |_, points| points * 22), 1000);
        assert_eq!(fitting(0, &lens, |_, points| points * 22), 0);
        // Nothing fits: a point each is the least.
        assert_eq!(fitting(10, &[5, 5], |_, points| points * MOST), 1);
    }
}
