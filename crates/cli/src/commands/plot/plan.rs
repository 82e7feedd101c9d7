//! What was asked for, checked as far as that needs no file.

use anyhow::Result;
use tfevents_analysis::group::Grouping;
use tfevents_analysis::reduce::{Band, Reduce};
use tfevents_plot::Axis;

use super::{Args, band};
use crate::args::substitutions::Substitutions;

/// Arguments that were found to be right.
pub(super) struct Plan<'a> {
    pub(super) args: &'a Args,
    pub(super) x: Axis,
    pub(super) y: Axis,
    /// Of the legend.
    pub(super) substitutions: Substitutions,
    /// For groups.
    pub(super) grouping: Grouping,
    pub(super) band: Band,
    pub(super) reduce: Reduce,
}

impl<'a> Plan<'a> {
    /// # Errors
    ///
    /// Wrong usage.
    pub(super) fn new(args: &'a Args) -> Result<Self> {
        let (x, y) = args.axes.axes()?;
        args.size.check(args.output.as_deref())?;
        let band = args.band.map_or(Band::Confidence, Band::from);
        Ok(Self {
            args,
            x,
            y,
            substitutions: Substitutions::new("--sub-label", &args.sub_label)?,
            grouping: args.groups.compile(args.filters.regex())?,
            band,
            reduce: args.groups.reduce(band::statistics(band))?.finite(),
        })
    }
}
