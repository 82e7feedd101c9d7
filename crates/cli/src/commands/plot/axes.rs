//! What the axes show, and which part of it.

use anyhow::Result;
use tfevents_plot::{Axis, AxisKind, Panel};

use crate::args::numbers;
use crate::ui::usage::UsageError;

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Axes")]
pub(super) struct AxesArgs {
    /// Quantity on the x-axis
    #[arg(long, value_enum, default_value_t = XAxis::Step)]
    pub(super) x: XAxis,

    /// Use a logarithmic x-axis
    #[arg(long)]
    log_x: bool,

    /// Use a logarithmic y-axis
    #[arg(long)]
    log_y: bool,

    /// Show only this part of the x-axis, in its own unit (seconds since 1970 for wall times); either end may be left
    /// out, as in `100:`
    #[arg(long, value_name = "A:B", value_parser = limits, allow_hyphen_values = true)]
    xlim: Option<Limits>,

    /// Show only this part of the y-axis; either end may be left out, as in `:2.5`
    #[arg(long, value_name = "A:B", value_parser = limits, allow_hyphen_values = true)]
    ylim: Option<Limits>,

    /// Fit the y-axis to all but the lowest and highest 5 % of the values, like "ignore outliers" in TensorBoard
    #[arg(long)]
    clip_outliers: bool,

    /// Label of the x-axis
    #[arg(long, value_name = "TEXT")]
    xlabel: Option<String>,

    /// Label of the y-axis
    #[arg(long, value_name = "TEXT")]
    pub(super) ylabel: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
pub(super) enum XAxis {
    /// Steps
    Step,
    /// Time since the first point of the line
    Relative,
    /// The time of day, in UTC
    Wall,
}

/// The ends of the part of an axis that is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Limits {
    from: Option<f64>,
    to: Option<f64>,
}

impl AxesArgs {
    /// # Errors
    ///
    /// Limits that a logarithmic axis does not reach.
    pub(super) fn axes(&self) -> Result<(Axis, Axis)> {
        let x = match (self.log_x, self.x) {
            (true, XAxis::Wall) => {
                let problem = "--log-x cannot be combined with --x wall; use --x relative";
                return Err(UsageError(problem.to_owned()).into());
            }
            (true, _) => AxisKind::Log,
            (_, XAxis::Step) => AxisKind::Whole,
            (_, XAxis::Relative) => AxisKind::Linear,
            (_, XAxis::Wall) => AxisKind::Time,
        };
        let y = if self.log_y {
            AxisKind::Log
        } else {
            AxisKind::Linear
        };
        let x = axis("--xlim", x, self.xlim)?;
        let y = axis("--ylim", y, self.ylim)?;
        let ignore_outliers = self.clip_outliers;
        Ok((
            x,
            Axis {
                ignore_outliers,
                ..y
            },
        ))
    }

    /// The flags that limit the axes.
    pub(super) fn limits(&self) -> [(&'static str, bool); 2] {
        [
            ("--xlim", self.xlim.is_some()),
            ("--ylim", self.ylim.is_some()),
        ]
    }

    /// Whether a part of any line may be between the limits.
    pub(super) fn show_some(&self, panels: &[Panel]) -> bool {
        let lines = panels.iter().flat_map(|panel| &panel.lines);
        let mut curves = lines.map(|line| &line.curve);
        curves.any(|curve| reaches(self.xlim, &curve.xs) && reaches(self.ylim, &curve.ys))
    }

    /// What is left out of what the axes could show, for a caption.
    pub(super) fn is_cut(&self) -> bool {
        self.xlim.is_some() || self.ylim.is_some() || self.clip_outliers
    }

    /// Turns seconds into the unit that suits them, and names what runs from left to right.
    pub(super) fn x_title(&self, panels: &mut [Panel]) -> String {
        let title = match self.x {
            XAxis::Step => "step".to_owned(),
            XAxis::Relative => in_units(panels).to_owned(),
            XAxis::Wall => wall_title(panels),
        };
        self.xlabel.clone().unwrap_or(title)
    }
}

/// Whether numbers lie between limits, or on both sides.
fn reaches(limits: Option<Limits>, numbers: &[f64]) -> bool {
    let Some(Limits { from, to }) = limits else {
        return true;
    };
    let (from, to) = (
        from.unwrap_or(f64::NEG_INFINITY),
        to.unwrap_or(f64::INFINITY),
    );
    numbers.iter().any(|number| *number >= from) && numbers.iter().any(|number| *number <= to)
}

fn axis(flag: &str, kind: AxisKind, limits: Option<Limits>) -> Result<Axis> {
    let Limits { from, to } = limits.unwrap_or(Limits {
        from: None,
        to: None,
    });
    let mut ends = from.iter().chain(&to);
    if kind == AxisKind::Log && ends.any(|end| *end <= 0.0) {
        let problem = format!("{flag}: a logarithmic axis shows numbers above 0 only");
        return Err(UsageError(problem).into());
    }
    Ok(Axis {
        kind,
        from,
        to,
        ignore_outliers: false,
    })
}

fn limits(text: &str) -> Result<Limits, String> {
    let wrong = || {
        "expected two numbers, the lower one first, such as 0:100; one may be left out".to_owned()
    };
    let (from, to) = text.split_once([',', ':']).ok_or_else(wrong)?;
    let end = |text: &str| match text.trim() {
        "" => Ok(None),
        text => numbers::parse(text).map(Some),
    };
    let (from, to): (Option<f64>, Option<f64>) = (end(from)?, end(to)?);
    let finite = from.iter().chain(&to).all(|end| end.is_finite());
    let some = from.is_some() || to.is_some();
    let ordered = from.zip(to).is_none_or(|(from, to)| from < to);
    match finite && some && ordered {
        true => Ok(Limits { from, to }),
        false => Err(wrong()),
    }
}

fn xs(panels: &[Panel]) -> impl Iterator<Item = f64> {
    let lines = panels.iter().flat_map(|panel| &panel.lines);
    lines.flat_map(|line| line.curve.xs.iter().copied())
}

fn in_units(panels: &mut [Panel]) -> &'static str {
    let longest = xs(panels).fold(0.0, f64::max);
    let units = [(86400.0, "days"), (3600.0, "hours"), (60.0, "minutes")];
    let unit = units.into_iter().find(|(secs, _)| longest >= 2.0 * secs);
    let (secs, name) = unit.unwrap_or((1.0, "seconds"));
    for line in panels.iter_mut().flat_map(|panel| &mut panel.lines) {
        line.curve.xs.iter_mut().for_each(|x| *x /= secs);
    }
    name
}

/// With the day, if all is of one: ticks are times of day then.
#[expect(clippy::cast_possible_truncation, reason = "`as` clamps")]
fn wall_title(panels: &[Panel]) -> String {
    let days = xs(panels).map(|x| (x / 86400.0).floor());
    let (first, last) = days.fold((f64::INFINITY, f64::NEG_INFINITY), |(first, last), day| {
        (first.min(day), last.max(day))
    });
    let day = jiff::Timestamp::from_second((first * 86400.0) as i64);
    match day {
        Ok(day) if first == last => format!("{}, UTC", day.strftime("%Y-%m-%d")),
        _ => "wall time, UTC".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_have_two_ends_of_which_one_may_be_open() {
        let parsed = |text| limits(text).map(|Limits { from, to }| (from, to));
        assert_eq!(parsed("0,1e3"), Ok((Some(0.0), Some(1000.0))));
        assert_eq!(parsed("-2.5, "), Ok((Some(-2.5), None)));
        assert_eq!(parsed(",7"), Ok((None, Some(7.0))));
        assert_eq!(parsed("-1:2"), Ok((Some(-1.0), Some(2.0))));
        for wrong in ["", ",", "1", "2,1", "1,1", "a,b", "0,inf", "NaN,1"] {
            assert!(limits(wrong).is_err(), "{wrong}");
        }
    }
}
