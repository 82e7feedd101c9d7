//! Which band is drawn around a line.

use tfevents_analysis::reduce::{Band, Statistic};

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
pub(super) enum BandName {
    /// The confidence interval of the mean
    Ci,
    /// One standard deviation on either side of the mean
    Std,
    /// The middle half of the runs
    Quartiles,
    /// From the lowest to the highest value
    Range,
}

impl From<BandName> for Band {
    fn from(name: BandName) -> Self {
        match name {
            BandName::Ci => Self::Confidence,
            BandName::Std => Self::Deviation,
            BandName::Quartiles => Self::Quartiles,
            BandName::Range => Self::Range,
        }
    }
}

/// The statistics that a band is drawn of: its line and its ends.
pub(super) fn statistics(band: Band) -> [Statistic; 3] {
    let (lower, upper) = band.ends();
    let line = band.lines().first().copied();
    [line.unwrap_or(Statistic::Mean), lower, upper]
}
