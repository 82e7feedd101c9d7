//! The best value of a tag as a metric of its own, because MLflow's tables sort runs by last values.

use std::str::FromStr;

/// Which value of a tag is the best: `max:val/acc`, `min:val/loss`.
///
/// # Examples
///
/// ```
/// use tfevents_mlflow::{Best, Options};
///
/// let options = Options {
///     best: vec!["max:val/acc".parse()?],
///     ..Options::default()
/// };
/// assert!("val/acc".parse::<Best>().is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Best {
    tag: String,
    largest: bool,
}

impl FromStr for Best {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (largest, tag) = match text.split_once(':') {
            Some(("max", tag)) => (true, tag),
            Some(("min", tag)) => (false, tag),
            _ => return Err("expected max:TAG or min:TAG".to_owned()),
        };
        match tag {
            "" => Err("expected a tag after the colon".to_owned()),
            tag => Ok(Self {
                tag: tag.to_owned(),
                largest,
            }),
        }
    }
}

/// A value, and where it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    pub(crate) value: f64,
    pub(crate) step: i64,
    pub(crate) timestamp: i64,
}

impl Best {
    /// The tag of the values.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// The tags of the metrics for the best value and for its step.
    pub(crate) fn tags(&self) -> [String; 2] {
        let name = if self.largest { "max" } else { "min" };
        let tag = format!("{}.{name}", self.tag);
        let step = format!("{tag}.step");
        [tag, step]
    }

    /// The better of two; of equal ones, the first.
    pub(crate) fn better(&self, known: Option<Place>, new: Place) -> Option<Place> {
        if new.value.is_nan() {
            return known;
        }
        let is_better = known.is_none_or(|known| match self.largest {
            true => new.value > known.value,
            false => new.value < known.value,
        });
        if is_better { Some(new) } else { known }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_best_counts() {
        let best: Best = "min:val/loss".parse().unwrap();
        assert_eq!(best.tags(), ["val/loss.min", "val/loss.min.step"]);
        let values = [f64::NAN, 2.0, 1.0, 1.0, 3.0];
        let places = values.into_iter().zip(0..);
        let found = places.fold(None, |known, (value, step)| {
            let timestamp = 0;
            best.better(
                known,
                Place {
                    value,
                    step,
                    timestamp,
                },
            )
        });
        assert_eq!(found.map(|place| (place.value, place.step)), Some((1.0, 2)));
        for odd in ["val/loss", "mean:x", "max:"] {
            assert!(odd.parse::<Best>().is_err(), "{odd}");
        }
    }
}
