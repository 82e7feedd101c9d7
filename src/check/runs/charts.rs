//! Custom Scalars: whether the charts of a layout find scalars in any run.

use std::collections::BTreeSet;

use super::{Found, flaw};
use crate::check::{Flaw, Report};
use crate::plugin::custom_scalars::{Chart, ChartContent, LAYOUT_TAG, Series};

pub(super) fn findings(reports: &[Report]) -> Vec<Found> {
    let scalars = reports.iter().flat_map(Report::curves);
    let scalars: BTreeSet<&str> = scalars.map(|(tag, _)| tag).collect();
    let mut found = Vec::new();
    for (run, report) in reports.iter().enumerate() {
        let categories = report
            .facts
            .layout
            .iter()
            .flat_map(|layout| &layout.categories);
        let charts: Vec<_> = categories.flat_map(|category| &category.charts).collect();
        let tag = report.has_tag(LAYOUT_TAG).then_some(LAYOUT_TAG);
        let mut add = |f: Flaw| found.push(flaw(run, tag, f));
        for chart in &charts {
            match &chart.content {
                // A chart without patterns was found where it stands.
                Some(ChartContent::Multiline(patterns)) if !patterns.is_empty() => {
                    of_patterns(chart, patterns, &scalars)
                        .into_iter()
                        .for_each(&mut add);
                }
                Some(ChartContent::Margin(series)) => {
                    series
                        .iter()
                        .filter_map(|s| of_margin(chart, s, reports))
                        .for_each(&mut add);
                }
                _ => {}
            }
        }
    }
    found
}

fn of_patterns(chart: &Chart, patterns: &[String], scalars: &BTreeSet<&str>) -> Option<Flaw> {
    let patterns: Vec<_> = patterns
        .iter()
        .map(|pattern| Pattern::new(pattern))
        .collect();
    if let Some(Pattern::Invalid(pattern)) =
        patterns.iter().find(|p| matches!(p, Pattern::Invalid(_)))
    {
        return Some(Flaw::new(
            "layout_pattern",
            format!(
                "Custom Scalars: the chart `{}` has the invalid regular expression `{pattern}`",
                chart.title
            ),
            "Write a Python regular expression, and escape special characters with a backslash.",
        ));
    }
    let matches = |pattern: &Pattern<'_>| scalars.iter().any(|tag| pattern.matches(tag));
    (!patterns.iter().any(matches)).then(|| {
        Flaw::new(
            "layout_unmatched",
            format!(
                "Custom Scalars: no run has a scalar that matches the chart `{}`",
                chart.title
            ),
            "Use patterns that match logged tags; they match from the start of a tag.",
        )
    })
}

fn of_margin(chart: &Chart, series: &Series, reports: &[Report]) -> Option<Flaw> {
    let tags = [&series.value, &series.lower, &series.upper];
    let mut complete = false;
    for report in reports {
        let curves = tags.map(|tag| report.curve(tag));
        let [Some(value), Some(lower), Some(upper)] = curves else {
            continue;
        };
        complete = true;
        if value.points != lower.points || value.points != upper.points {
            return Some(Flaw::new(
                "margin_steps",
                format!(
                    "Custom Scalars: the lines of the chart `{}` have {}, {} and {} points, but \
                     TensorBoard needs the same steps in all three",
                    chart.title, value.points, lower.points, upper.points
                ),
                "Log a line and both ends of its band at the same steps.",
            ));
        }
    }
    (!complete).then(|| {
        Flaw::new(
            "layout_unmatched",
            format!(
                "Custom Scalars: no run has all of `{}`, `{}` and `{}`, which the chart `{}` draws",
                series.value, series.lower, series.upper, chart.title
            ),
            "Log all three in the same run.",
        )
    })
}

/// A regular expression of Python's, as far as it can be told what it matches.
enum Pattern<'p> {
    #[cfg(feature = "regex")]
    Regex(regex::Regex),
    Invalid(&'p str),
    /// It may match anything.
    Unknown,
}

impl<'p> Pattern<'p> {
    #[cfg(not(feature = "regex"))]
    fn new(pattern: &'p str) -> Self {
        match pattern {
            "" => Self::Invalid(pattern),
            _ => Self::Unknown,
        }
    }

    #[cfg(feature = "regex")]
    fn new(pattern: &'p str) -> Self {
        // TensorBoard takes an empty one for none.
        if pattern.is_empty() {
            return Self::Invalid(pattern);
        }
        match regex::Regex::new(&format!("^(?:{pattern})")) {
            Ok(regex) => Self::Regex(regex),
            Err(_) if is_beyond(pattern) => Self::Unknown,
            Err(_) => Self::Invalid(pattern),
        }
    }

    fn matches(&self, tag: &str) -> bool {
        match self {
            #[cfg(feature = "regex")]
            Self::Regex(regex) => regex.is_match(tag),
            Self::Invalid(_) => false,
            Self::Unknown => !tag.is_empty(),
        }
    }
}

/// Whether a pattern uses what Python has and the crate has not, or reads otherwise.
#[cfg(feature = "regex")]
fn is_beyond(pattern: &str) -> bool {
    let groups = ["(?", "{", "\\"]
        .iter()
        .any(|token| pattern.contains(token));
    groups
        || pattern.matches('[').count() > 1
        || ["++", "*+", "?+"]
            .iter()
            .any(|token| pattern.contains(token))
}
