//! What an experiment varies and compares: the columns of the HParams table.

use std::ops::RangeInclusive;

use super::{HParamValue, HParams};
use crate::error::{Error, Result};
use crate::proto::hparams as stored;
use crate::types::WallTime;

/// The hyperparameters and metrics of an experiment, which become the columns of the HParams table.
///
/// Without one TensorBoard makes a column of every hyperparameter of every session, and of every scalar of
/// their runs. With one it shows these columns and no others, also before there are any values. Of several in
/// a logdir it takes an arbitrary one: let all runs declare the same, or one run alone.
///
/// # Examples
///
/// ```
/// use tfevents::Experiment;
/// use tfevents::plugin::hparams::Dataset;
/// use tfevents::{HParam, Metric};
///
/// let experiment = Experiment::new()
///     .hparam(HParam::number("lr").interval(1e-5..=1e-1).description("Learning rate"))
///     .hparam(HParam::text("optimizer").one_of(["adam", "sgd"]))
///     .hparam(HParam::bool("nesterov"))
///     .metric(Metric::new("validation/accuracy").display_name("accuracy").dataset(Dataset::Validation));
/// assert_eq!(experiment.hparams.len(), 3);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Experiment {
    /// A name.
    pub name: String,
    /// A description.
    pub description: String,
    /// Who runs it.
    pub user: String,
    /// When it was created; the Unix epoch if unknown.
    pub time_created: WallTime,
    /// The hyperparameters.
    pub hparams: Vec<HParam>,
    /// The metrics.
    pub metrics: Vec<Metric>,
}

/// A hyperparameter of an [`Experiment`]: its name, its type, and the values that it may take.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HParam {
    /// Its name, unique in the experiment.
    pub name: String,
    /// A name to show instead.
    pub display_name: String,
    /// A description, in Markdown.
    pub description: String,
    /// The type of its values.
    pub kind: HParamKind,
    /// The values it may take; `None` if that is open.
    pub domain: Option<Domain>,
    /// Whether it differs between sessions. TensorBoard puts those that do before those that do not, each in
    /// the order of their names, and shows five at first.
    pub differs: bool,
}

/// The type of a hyperparameter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HParamKind {
    /// Not stated. The domain may tell it.
    #[default]
    Unknown,
    /// Numbers.
    Number,
    /// Truth values.
    Bool,
    /// Text.
    Text,
}

/// The values that a hyperparameter may take.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Domain {
    /// One of these.
    Discrete(Vec<HParamValue>),
    /// A number, the ends included.
    Interval(RangeInclusive<f64>),
}

/// A metric: a scalar series of which the table shows the last value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metric {
    /// The scalar's tag.
    pub tag: String,
    /// The run that holds it, relative to the session's run: empty for that run itself.
    pub group: String,
    /// A name to show instead.
    pub display_name: String,
    /// A description, in Markdown.
    pub description: String,
    /// Which data it was computed on.
    pub dataset: Dataset,
}

/// Which data a metric was computed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dataset {
    /// Not stated.
    #[default]
    Unknown,
    /// The data that the model was trained on.
    Training,
    /// Data that it had not seen.
    Validation,
}

impl Experiment {
    /// No columns yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a hyperparameter.
    #[must_use]
    pub fn hparam(mut self, hparam: HParam) -> Self {
        self.hparams.push(hparam);
        self
    }

    /// Adds a metric.
    #[must_use]
    pub fn metric(mut self, metric: Metric) -> Self {
        self.metrics.push(metric);
        self
    }

    /// Refuses what TensorBoard could not show.
    pub(crate) fn check(&self) -> Result<()> {
        for (i, hparam) in self.hparams.iter().enumerate() {
            if hparam.name.is_empty() {
                return Err(Error::argument("a hyperparameter must have a name"));
            }
            if self.hparams[..i].iter().any(|h| h.name == hparam.name) {
                return Err(Error::argument(format!(
                    "the hyperparameter {:?} is declared twice",
                    hparam.name
                )));
            }
            hparam.check()?;
        }
        for (i, metric) in self.metrics.iter().enumerate() {
            if metric.tag.is_empty() {
                return Err(Error::argument("a metric must name the tag of a scalar"));
            }
            let same = |m: &Metric| (&m.tag, &m.group) == (&metric.tag, &metric.group);
            if self.metrics[..i].iter().any(same) {
                return Err(Error::argument(format!(
                    "the metric {:?} is declared twice",
                    metric.tag
                )));
            }
        }
        Ok(())
    }

    /// Refuses values that would not be in the table.
    pub(crate) fn check_values(&self, hparams: &HParams) -> Result<()> {
        for (name, value) in &hparams.values {
            let Some(declared) = self.hparams.iter().find(|h| h.name == *name) else {
                let known: Vec<_> = self.hparams.iter().map(|h| h.name.as_str()).collect();
                return Err(Error::argument(format!(
                    "the hyperparameter {name:?} is not declared by the experiment, so TensorBoard would not show it; the experiment declares {known:?}"
                )));
            };
            if !declared.takes(value) {
                let advice = if declared.kind == HParamKind::Number && is_integer(value) {
                    "; an integer that does not fit a double is stored as text: declare it with `HParam::text`"
                } else {
                    ""
                };
                return Err(Error::argument(format!(
                    "the hyperparameter {name:?} cannot be {value:?}: it is declared as {:?}{advice}",
                    declared.kind
                )));
            }
        }
        Ok(())
    }
}

/// Whether it is the text of an integer, as a large one is stored.
fn is_integer(value: &HParamValue) -> bool {
    let HParamValue::Text(text) = value else {
        return false;
    };
    text.parse::<i128>().is_ok() || text.parse::<u128>().is_ok()
}

impl HParam {
    /// A hyperparameter whose values are numbers.
    pub fn number(name: impl Into<String>) -> Self {
        Self::new(name, HParamKind::Number)
    }

    /// A hyperparameter whose values are texts.
    pub fn text(name: impl Into<String>) -> Self {
        Self::new(name, HParamKind::Text)
    }

    /// A hyperparameter that is on or off.
    pub fn bool(name: impl Into<String>) -> Self {
        Self::new(name, HParamKind::Bool).one_of([false, true])
    }

    fn new(name: impl Into<String>, kind: HParamKind) -> Self {
        Self {
            name: name.into(),
            kind,
            ..Self::default()
        }
    }

    /// The values it may take, which TensorBoard offers as filters. It shows others, too, until one is set.
    /// With two or more the hyperparameter is one that differs.
    #[must_use]
    pub fn one_of<V: Into<HParamValue>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        let values: Vec<_> = values.into_iter().map(Into::into).collect();
        self.differs = values.len() > 1;
        self.domain = Some(Domain::Discrete(values));
        self
    }

    /// The range of its numbers, which TensorBoard offers as a filter. It shows others, too, until one is set.
    /// Unless it is a single number the hyperparameter is one that differs.
    #[must_use]
    pub fn interval(mut self, range: RangeInclusive<f64>) -> Self {
        self.differs = range.start() < range.end();
        self.domain = Some(Domain::Interval(range));
        self
    }

    /// A name to show instead.
    #[must_use]
    pub fn display_name(mut self, name: impl Into<String>) -> Self {
        self.display_name = name.into();
        self
    }

    /// A description, in Markdown.
    #[must_use]
    pub fn description(mut self, markdown: impl Into<String>) -> Self {
        self.description = markdown.into();
        self
    }

    /// Whether the table can show the value in this column. An empty cell always can be.
    fn takes(&self, value: &HParamValue) -> bool {
        match value {
            HParamValue::Null => true,
            HParamValue::Number(number) if !number.is_finite() => true,
            HParamValue::List(_) | HParamValue::Struct(_) => false,
            _ => {
                let wanted = stored::DataType::from(self.kind);
                wanted == stored::DataType::Unset || wanted == value.data_type()
            }
        }
    }

    fn check(&self) -> Result<()> {
        let wrong = match &self.domain {
            None => None,
            Some(Domain::Discrete(values)) => values
                .iter()
                .find(|value| value.data_type() == stored::DataType::Unset || !self.takes(value))
                .map(|value| format!("{value:?}")),
            Some(Domain::Interval(range)) => {
                let (start, end) = (*range.start(), *range.end());
                let numbers = matches!(self.kind, HParamKind::Number | HParamKind::Unknown);
                let ordered = start.is_finite() && end.is_finite() && start <= end;
                (!(numbers && ordered)).then(|| format!("the range {start} to {end}"))
            }
        };
        wrong.map_or(Ok(()), |wrong| {
            Err(Error::argument(format!(
                "the hyperparameter {:?} is declared as {:?}, whose domain cannot contain {wrong}",
                self.name, self.kind
            )))
        })
    }
}

impl Metric {
    /// The scalar of that tag in the session's run.
    pub fn new(tag: impl Into<String>) -> Self {
        Self {
            tag: tag.into(),
            ..Self::default()
        }
    }

    /// Takes the scalar from a run below the session's, such as `validation`.
    #[must_use]
    pub fn group(mut self, run: impl Into<String>) -> Self {
        self.group = run.into();
        self
    }

    /// A name to show instead.
    #[must_use]
    pub fn display_name(mut self, name: impl Into<String>) -> Self {
        self.display_name = name.into();
        self
    }

    /// A description, in Markdown.
    #[must_use]
    pub fn description(mut self, markdown: impl Into<String>) -> Self {
        self.description = markdown.into();
        self
    }

    /// Which data it was computed on.
    #[must_use]
    pub fn dataset(mut self, dataset: Dataset) -> Self {
        self.dataset = dataset;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn experiment() -> Experiment {
        Experiment {
            name: "n".into(),
            description: "d".into(),
            user: "u".into(),
            time_created: 1.5e9.into(),
            ..Experiment::new()
                .hparam(
                    HParam::number("lr")
                        .interval(0.0..=0.5)
                        .display_name("Rate"),
                )
                .hparam(HParam::number("depth").one_of([1, 2]).description("Layers"))
                .hparam(HParam::text("opt"))
                .hparam(HParam::bool("flag"))
                .metric(
                    Metric::new("loss")
                        .group("eval")
                        .dataset(Dataset::Validation),
                )
                .metric(
                    Metric::new("loss")
                        .display_name("Loss")
                        .description("Less is more"),
                )
        }
    }

    #[test]
    fn comes_back() {
        let stored = stored::Experiment::from(experiment());
        assert_eq!(Experiment::from(stored), experiment());
        experiment().check().unwrap();
    }

    #[test]
    fn what_cannot_be_shown_is_refused() {
        let hparam = |hparam| Experiment::new().hparam(hparam).check();
        assert!(hparam(HParam::number("")).is_err());
        assert!(hparam(HParam::number("x").one_of(["a"])).is_err());
        assert!(hparam(HParam::number("x").one_of([f64::NAN])).is_err());
        assert!(hparam(HParam::text("x").interval(0.0..=1.0)).is_err());
        assert!(hparam(HParam::number("x").interval(1.0..=0.0)).is_err());
        assert!(hparam(HParam::number("x").interval(0.0..=f64::INFINITY)).is_err());
        assert!(hparam(HParam::number("x").interval(0.0..=0.0)).is_ok());
        assert!(experiment().hparam(HParam::text("lr")).check().is_err());
        assert!(experiment().metric(Metric::new("loss")).check().is_err());
        assert!(experiment().metric(Metric::new("")).check().is_err());
        assert!(
            experiment()
                .metric(Metric::new("loss").group("x"))
                .check()
                .is_ok()
        );
    }

    #[test]
    fn values_must_have_a_column() {
        let say = |hparams: HParams| experiment().check_values(&hparams).unwrap_err().to_string();
        let fine = HParams::new()
            .with("lr", 9)
            .with("opt", "x")
            .with("flag", None::<bool>);
        experiment().check_values(&fine).unwrap();
        experiment()
            .check_values(&HParams::new().with("depth", f64::NAN))
            .unwrap();
        assert!(say(HParams::new().with("units", 1)).contains(r#""units" is not declared"#));
        assert!(say(HParams::new().with("lr", "fast")).contains("declared as Number"));
        assert!(say(HParams::new().with("flag", 1)).contains("declared as Bool"));
        assert!(say(HParams::new().with("opt", HParamValue::List(Vec::new()))).contains("opt"));
    }
}
