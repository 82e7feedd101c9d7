//! The value of one tag where another one is best: `acc@min:loss`.

use std::collections::BTreeMap;

use tfevents::{Number, Scalars};

use crate::aggregate::{Aggregate, Running};

/// Which value of a series is the best one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Best {
    /// The least.
    Min,
    /// The greatest.
    Max,
}

impl Best {
    pub(crate) const ALL: [Self; 2] = [Self::Min, Self::Max];

    /// What finds the step at which it is.
    fn argument(self) -> Aggregate {
        match self {
            Self::Min => Aggregate::Argmin,
            Self::Max => Aggregate::Argmax,
        }
    }

    /// What precedes the tag that is to be best: `@min:`.
    pub(crate) fn mark(self) -> &'static str {
        match self {
            Self::Min => "@min:",
            Self::Max => "@max:",
        }
    }

    /// The one whose mark a text begins with, and what follows.
    pub(crate) fn strip(text: &str) -> Option<(Self, &str)> {
        let mut all = Self::ALL.into_iter();
        all.find_map(|best| Some((best, text.strip_prefix(best.mark())?)))
    }

    /// The two tags of `TAG@min:OTHER`.
    pub(crate) fn split(text: &str) -> Option<(&str, Self, &str)> {
        let at = |best: Self| {
            let (tag, of) = text.split_once(best.mark())?;
            (!tag.is_empty() && !of.is_empty()).then_some((tag, best, of))
        };
        Self::ALL.into_iter().find_map(at)
    }

    /// The step at which a series is best.
    pub(crate) fn step(self, scalars: &Scalars) -> Option<i64> {
        match self.argument().of(scalars) {
            Some(Number::I64(step)) => Some(step),
            _ => None,
        }
    }
}

/// The value at a step, or else the latest one before it; of several at one step the last.
pub(crate) fn value_at(scalars: &Scalars, step: i64) -> Option<Number> {
    let known = scalars.steps.iter().zip(scalars.values.iter());
    let known = known.filter(|(known, _)| **known <= step);
    Some(known.max_by_key(|(known, _)| **known)?.1)
}

/// The same of series that grow, of any number of tags on either side.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunningBest {
    /// By tag, and then by step.
    values: Vec<BTreeMap<i64, Number>>,
    /// The steps at which others are best.
    steps: Vec<(Running, Option<i64>)>,
}

impl RunningBest {
    /// Makes a place for a tag whose value is asked for.
    pub(crate) fn push_tag(&mut self) -> usize {
        self.values.push(BTreeMap::new());
        self.values.len() - 1
    }

    /// Makes a place for a tag that is to be best.
    pub(crate) fn push_other(&mut self, best: Best) -> usize {
        self.steps.push((Running::new(best.argument()), None));
        self.steps.len() - 1
    }

    /// Takes note of a value of the tag at a place.
    pub(crate) fn add_to_tag(&mut self, place: usize, step: i64, number: Number) {
        if let Some(values) = self.values.get_mut(place) {
            values.insert(step, number);
        }
    }

    /// Takes note of a value of what is to be best.
    pub(crate) fn add_to_other(&mut self, place: usize, step: i64, number: Number) {
        if let Some((running, best)) = self.steps.get_mut(place)
            && let Some(Number::I64(step)) = running.add(step, number)
        {
            *best = Some(step);
        }
    }

    /// The values, as far as there are any.
    pub(crate) fn values(&self) -> impl Iterator<Item = Number> {
        let steps = self.steps.iter().filter_map(|(_, best)| *best);
        steps.flat_map(|best| {
            let known = self.values.iter();
            known.filter_map(move |values| Some(*values.range(..=best).next_back()?.1))
        })
    }
}
