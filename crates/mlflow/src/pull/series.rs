//! Metrics as scalars.

use std::io::Write;

use tfevents::proto::{self, event::What, summary, summary::value};
use tfevents::writer::EventWriter;
use tfevents::{IntoScalar as _, Scalar, WallTime, plugin};

use crate::api::metrics::Point;
use crate::error::Result;
use crate::mapping::artifacts::about::Description;
use crate::mapping::loss::{LossKind, Losses};

/// How many points are looked at before it is decided how a metric is written: a page of a server's answer.
const AHEAD: usize = 25_000;

/// Where the steps of points come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Steps {
    /// They are those of MLflow.
    #[default]
    Stored,
    /// Where all points of a metric have the same step, because none was given, they are counted.
    Index,
}

/// A metric that is being written.
pub(super) struct Series<'a, W: Write> {
    output: &'a mut EventWriter<W>,
    tag: &'a str,
    steps: Steps,
    /// Points that wait for the decision.
    waiting: Vec<Point>,
    form: Option<Form>,
    points: u64,
    /// The step that all points have had so far.
    only_step: Option<i64>,
    /// What its first value says about it.
    about: Option<Description>,
}

/// How a metric is written.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Form {
    /// Whether some numbers need more than 32 bits. Then all are tensors: Python's `EventAccumulator` lists these apart from
    /// plain numbers, so a metric that is both would be torn.
    exact: bool,
    /// Whether steps are counted.
    counted: bool,
}

/// What was written of a metric.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wrote {
    pub(super) points: u64,
    /// Whether several points were written at one and the same step.
    pub(super) at_one_step: bool,
}

impl<'a, W: Write> Series<'a, W> {
    pub(super) fn new(
        output: &'a mut EventWriter<W>,
        tag: &'a str,
        steps: Steps,
        about: Option<Description>,
    ) -> Self {
        Self {
            output,
            tag,
            steps,
            waiting: Vec::new(),
            form: None,
            points: 0,
            only_step: None,
            about,
        }
    }

    /// Takes the next point. The largest numbers stand for infinities, which MLflow's databases do not hold.
    pub(super) fn add(&mut self, mut point: Point, losses: &mut Losses) -> Result<()> {
        let value = &mut point.value.0;
        if value.abs() == f64::MAX {
            *value = f64::INFINITY.copysign(*value);
            losses.add(LossKind::Infinity, || self.tag.to_owned());
        }
        match self.form {
            Some(form) => self.put(&point, form),
            None => {
                self.waiting.push(point);
                if self.waiting.len() < AHEAD {
                    return Ok(());
                }
                self.decide()
            }
        }
    }

    /// Ends the metric.
    pub(super) fn finish(mut self) -> Result<Wrote> {
        if self.form.is_none() {
            self.decide()?;
        }
        Ok(Wrote {
            points: self.points,
            at_one_step: self.points > 1 && self.only_step.is_some(),
        })
    }

    fn decide(&mut self) -> Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        let fits = |value: f64| value.is_nan() || f64::from(value.to_f32()) == value;
        let at_one_step = |first: &Point| waiting.iter().all(|point| point.step == first.step);
        let form = Form {
            exact: !waiting.iter().all(|point| fits(point.value.0)),
            counted: self.steps == Steps::Index
                && waiting.len() > 1
                && waiting.first().is_some_and(at_one_step),
        };
        self.form = Some(form);
        waiting.iter().try_for_each(|point| self.put(point, form))
    }

    fn put(&mut self, point: &Point, form: Form) -> Result<()> {
        let step = match form.counted {
            true => i64::try_from(self.points).unwrap_or(i64::MAX),
            false => point.step,
        };
        self.only_step = match self.points {
            0 => Some(step),
            _ => self.only_step.filter(|only| *only == step),
        };
        self.points += 1;
        let value = point.value.0;
        let mut value = if form.exact {
            plugin::message(self.tag, &Scalar::exact(value))?
        } else {
            let rounded = value.to_f32();
            // One that came late.
            match value.is_nan() || f64::from(rounded) == value {
                true => summary::Value {
                    tag: self.tag.to_owned(),
                    value: Some(value::Value::SimpleValue(rounded)),
                    ..Default::default()
                },
                false => plugin::message(self.tag, &Scalar::exact(value))?,
            }
        };
        if let Some(about) = self.about.take() {
            let metadata = value
                .metadata
                .get_or_insert_with(|| plugin::metadata("scalars", Vec::new()));
            metadata.display_name = about.display_name;
            metadata.summary_description = about.description;
        }
        let time = wall_time(point.timestamp);
        self.output
            .write_event(&event(time, step, summary(value)))?;
        Ok(())
    }
}

/// An event.
pub(super) fn event(time: WallTime, step: i64, what: What) -> proto::Event {
    proto::Event {
        wall_time: time.as_secs(),
        step,
        what: Some(what),
        ..Default::default()
    }
}

/// What an event with one value is.
pub(super) fn summary(value: summary::Value) -> What {
    What::Summary(proto::Summary { value: vec![value] })
}

/// The double that is closest to a time in milliseconds.
#[expect(clippy::cast_precision_loss, reason = "dates of today have 41 bits")]
pub(super) fn wall_time(millis: i64) -> WallTime {
    WallTime::from_secs(millis as f64 / 1000.0)
}
