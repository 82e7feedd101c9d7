//! What is reduced so that a page keeps to its size: first pictures and sounds, then distributions, then points.

use tfevents::Kind;

use crate::media::{Block, Limits};

/// How much of every series is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Plan {
    pub(crate) points: usize,
    pub(crate) limits: Limits,
}

/// How many bytes depend on each part of a plan.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    pub(crate) images: u64,
    pub(crate) histograms: u64,
    pub(crate) points: u64,
    /// The points of the longest series.
    pub(crate) longest: usize,
}

/// The least that is kept of a series of distributions.
const FEWEST_HISTOGRAMS: usize = 5;

impl Plan {
    /// A plan for a page that is smaller by so many bytes, or at least smaller; none if there is no such plan.
    pub(crate) fn smaller(self, sizes: &Sizes, excess: u64) -> Option<Self> {
        let Limits { images, histograms } = self.limits;
        let mut smaller = self;
        if sizes.images > 0 && images > 1 {
            smaller.limits.images = fewer(images, sizes.images, excess, 1);
        } else if sizes.histograms > 0 && histograms > FEWEST_HISTOGRAMS {
            smaller.limits.histograms =
                fewer(histograms, sizes.histograms, excess, FEWEST_HISTOGRAMS);
        } else if sizes.longest > 2 && self.points > 2 {
            smaller.points = fewer(self.points.min(sizes.longest), sizes.points, excess, 2);
        } else {
            return None;
        }
        Some(smaller)
    }

    /// As little of everything as there may be.
    pub(crate) fn least() -> Self {
        let limits = Limits {
            images: 1,
            histograms: FEWEST_HISTOGRAMS,
        };
        Self { points: 2, limits }
    }
}

/// How many to keep of what takes `size` bytes, so that it takes less by `excess`.
fn fewer(number: usize, size: u64, excess: u64, least: usize) -> usize {
    // What is left packs a little worse.
    let room = u128::from(size.saturating_sub(excess)) * 9 / 10;
    let fitting = number as u128 * room / u128::from(size.max(1));
    let fitting = usize::try_from(fitting).unwrap_or(number);
    fitting.clamp(least, number.saturating_sub(1).max(least))
}

/// How many bytes the series of some kinds take.
pub(crate) fn size_of(media: &[Block], kinds: &[Kind]) -> u64 {
    let blocks = media.iter().filter(|block| kinds.contains(&block.kind));
    blocks.map(|block| block.packed.len() as u64).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_go_first_and_points_last() {
        let mut plan = Plan {
            points: 1000,
            limits: Limits::MOST,
        };
        let sizes = Sizes {
            images: 1000,
            histograms: 1000,
            points: 1000,
            longest: 500,
        };
        let mut reduced = Vec::new();
        while let Some(next) = plan.smaller(&sizes, 500) {
            let part = match (
                next.limits == plan.limits,
                next.limits.images == plan.limits.images,
            ) {
                (true, _) => "points",
                (false, true) => "histograms",
                (false, false) => "images",
            };
            reduced.push(part);
            plan = next;
        }
        reduced.dedup();
        assert_eq!(reduced, ["images", "histograms", "points"]);
        assert_eq!((plan.points, plan.limits.images), (2, 1));
    }
}
