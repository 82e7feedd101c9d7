//! The options that say which points of a series are written, and as what.

use std::num::NonZeroUsize;

use crate::args::numbers;
use crate::args::policy::policies;
use tfevents::Policy;
use tfevents_analysis::view;

/// How series are looked at.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Points")]
pub(super) struct View {
    /// Which points to keep where steps repeat or go back
    #[arg(long, value_parser = policies(), default_value_t = Policy::Raw)]
    policy: Policy,

    /// Smooth scalars like TensorBoard's slider, with a weight from 0 to below 1
    #[arg(long, value_name = "WEIGHT", value_parser = numbers::parse_weight)]
    smooth: Option<f64>,

    /// Keep at most about N points of each series
    #[arg(long, value_name = "N")]
    sample: Option<NonZeroUsize>,

    /// How to choose the points of a sample
    #[arg(long, value_enum, value_name = "METHOD", default_value_t = Method::Reservoir)]
    #[arg(requires = "sample")]
    sample_by: Method,
}

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum Method {
    /// The points TensorBoard keeps: a random but repeatable choice, and the last one
    Reservoir,
    /// For scalars, the points that preserve the shape of a chart
    Lttb,
    /// For scalars, the lowest and the highest point of each interval
    Envelope,
}

impl View {
    /// What was asked for.
    pub(super) fn to_view(&self) -> view::View {
        let mut view = view::View::default().policy(self.policy);
        if let Some(weight) = self.smooth {
            view = view.smooth(weight);
        }
        match self.sample {
            Some(points) => view.sample(points, self.sample_by.into()),
            None => view,
        }
    }
}

impl From<Method> for view::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Reservoir => Self::Reservoir,
            Method::Lttb => Self::Lttb,
            Method::Envelope => Self::Envelope,
        }
    }
}
