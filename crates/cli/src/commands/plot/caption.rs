//! What belongs under a figure: what its lines and bands are, and what is not in it.

use std::borrow::Cow;

use tfevents_analysis::number;
use tfevents_analysis::reduce::{Alignment, Band};
use tfevents_analysis::text::printable;
use tfevents_table::escaped_latex;

use super::gaps::Gaps;
use super::lines::Part;

/// How the caption is written.
#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
pub(super) enum Format {
    /// As plain text
    Text,
    /// With LaTeX's special characters escaped
    Latex,
}

/// What a caption tells.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    /// Those that are drawn, whether in one chart or several.
    pub(super) tags: Vec<String>,
    pub(super) lines: Part,
    pub(super) charts: Part,
    /// Whether there is a line per tag of each run.
    pub(super) together: bool,
    /// Where lines stand for several runs each.
    pub(super) repeated: Option<Repeated>,
    /// The weight.
    pub(super) smooth: Option<f64>,
    pub(super) gaps: Gaps,
    /// Whether axes show a part only.
    pub(super) is_cut: bool,
}

/// How runs became lines and bands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Repeated {
    pub(super) band: Band,
    pub(super) confidence: f64,
    pub(super) align: Alignment,
    pub(super) min_runs: Option<usize>,
    /// How many there are at a step, at least and at most.
    pub(super) runs: Option<(usize, usize)>,
    /// Points at steps that are not drawn.
    pub(super) left_out: usize,
    pub(super) not_finite: usize,
}

impl Repeated {
    fn line(&self) -> &'static str {
        match self.band {
            Band::Quartiles => "median",
            _ => "mean",
        }
    }

    fn around(&self) -> String {
        match self.band {
            Band::Confidence => format!(
                "the {} % confidence interval of the mean",
                number::short(self.confidence * 100.0)
            ),
            Band::Deviation => "one standard deviation on either side".to_owned(),
            Band::Quartiles => "the quartiles".to_owned(),
            _ => "the range from the lowest to the highest value".to_owned(),
        }
    }

    /// A few words for the figure itself.
    pub(super) fn note(&self) -> String {
        format!("{}; shaded: {}", self.line(), self.around())
    }

    /// Whether every run has a value at each step that any has.
    fn is_every_step(&self) -> bool {
        let exact = matches!(self.align, Alignment::Union | Alignment::Intersect);
        exact && self.left_out == 0 && self.runs.is_some_and(|(least, most)| least == most)
    }

    fn steps(&self) -> String {
        let runs = match self.min_runs {
            Some(n) => format!("at least {}", number::counted(n.max(1) as u64, "run")),
            None => "at least half of the runs".to_owned(),
        };
        match self.align {
            Alignment::Intersect => "at the steps that all runs have".to_owned(),
            Alignment::Bin(width) => {
                format!("over intervals of {width} steps in which {runs} have values")
            }
            Alignment::Interpolate => {
                format!(
                    "at the steps at which {runs} have a value, interpolated linearly if need be"
                )
            }
            _ => format!("at the steps that {runs} have"),
        }
    }
}

impl Facts {
    /// The sentences.
    pub(super) fn caption(&self, format: Format) -> String {
        let tags: Vec<_> = self.tags.iter().map(|tag| printable(tag)).collect();
        let of = format!(" of {}", enumerated(&tags));
        let mut sentences = Vec::new();
        match &self.repeated {
            Some(repeated) => {
                let runs = repeated.runs.map_or_else(String::new, |runs| {
                    format!(" over n = {} runs", range(runs))
                });
                // Where every step is one of all runs, nobody asks which steps these are.
                let steps = match repeated.is_every_step() {
                    true => String::new(),
                    false => format!(", {}", repeated.steps()),
                };
                sentences.push(format!(
                    "Lines show the {}{of}{runs}{steps}; bands show {}.",
                    repeated.line(),
                    repeated.around()
                ));
            }
            None => {
                let lines = match self.together {
                    true => "one line per run and tag",
                    false => "one line per run",
                };
                sentences.push(format!("Values{of}, {lines}."));
            }
        }
        let noun = match (self.together, &self.repeated) {
            (true, _) => "line",
            (_, Some(_)) => "group",
            (_, None) => "run",
        };
        let parts = [self.lines.counted(noun), self.charts.counted("tag")];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        if !parts.is_empty() {
            sentences.push(format!("Shown are {}.", parts.join(" and ")));
        }
        if let Some(weight) = self.smooth {
            let faint = match self.repeated {
                Some(_) => "",
                None => "; faint lines show the unsmoothed values",
            };
            let weight = number::short(weight);
            sentences.push(format!(
                "Smoothed by an exponential moving average with weight {weight}{faint}."
            ));
        }
        let mut omitted = |count: usize, why: &str| {
            if count > 0 {
                let points = number::counted(count as u64, "point");
                let are = if count == 1 { "is" } else { "are" };
                sentences.push(format!("Not shown {are} {points} {why}."));
            }
        };
        let repeated = self.repeated.as_ref();
        omitted(repeated.map_or(0, |r| r.left_out), "at other steps");
        let not_finite = repeated.map_or(0, |r| r.not_finite) + self.gaps.not_finite;
        omitted(not_finite, "that are NaN or infinite");
        omitted(self.gaps.not_positive, "that are not above 0");
        if self.is_cut {
            sentences.push("Values beyond the axes are not shown.".to_owned());
        }
        let caption = sentences.join(" ");
        match format {
            Format::Text => caption,
            // No line ends between a number and its percent sign.
            Format::Latex => escaped_latex(&caption).replace(" \\%", "\\,\\%"),
        }
    }
}

/// `a`, `a and b`, or `a, b and c`.
fn enumerated(names: &[Cow<'_, str>]) -> String {
    match names {
        [others @ .., last] if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        names => names.concat(),
    }
}

/// `3`, or `2–3`.
pub(super) fn range((least, most): (usize, usize)) -> String {
    match least == most {
        true => least.to_string(),
        false => format!("{least}–{most}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caption_says_what_is_drawn_and_what_is_not() {
        let facts = Facts {
            tags: vec!["eval/acc_1".to_owned()],
            lines: Part { drawn: 2, all: 2 },
            charts: Part { drawn: 1, all: 1 },
            together: false,
            repeated: Some(Repeated {
                band: Band::Confidence,
                confidence: 0.95,
                align: Alignment::Union,
                min_runs: None,
                runs: Some((2, 3)),
                left_out: 1,
                not_finite: 4,
            }),
            smooth: None,
            gaps: Gaps::default(),
            is_cut: true,
        };
        assert_eq!(
            facts.caption(Format::Text),
            "Lines show the mean of eval/acc_1 over n = 2–3 runs, at the steps that at least half of the runs have; bands \
             show the 95 % confidence interval of the mean. Not shown is 1 point at other steps. Not shown are 4 points that \
             are NaN or infinite. Values beyond the axes are not shown."
        );
        let every_step = Facts {
            tags: ["a", "b", "c"].map(str::to_owned).into(),
            repeated: facts.repeated.map(|repeated| Repeated {
                runs: Some((3, 3)),
                left_out: 0,
                not_finite: 0,
                ..repeated
            }),
            is_cut: false,
            ..facts.clone()
        };
        assert_eq!(
            every_step.caption(Format::Text),
            "Lines show the mean of a, b and c over n = 3 runs; bands show the 95 % confidence interval of the mean."
        );
        let latex = facts.caption(Format::Latex);
        assert!(
            latex.contains("eval/acc\\_1") && latex.contains("95\\,\\%"),
            "{latex}"
        );
        let plain = Facts {
            lines: Part {
                drawn: 20,
                all: 300,
            },
            repeated: None,
            smooth: Some(0.6),
            is_cut: false,
            ..facts
        };
        assert_eq!(
            plain.caption(Format::Text),
            "Values of eval/acc_1, one line per run. Shown are 20 of 300 runs. Smoothed by an exponential moving average with weight 0.6; faint \
             lines show the unsmoothed values."
        );
    }
}
