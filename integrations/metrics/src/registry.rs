//! All metrics of a program.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use metrics::{Key, KeyName, SharedString, Unit};

use crate::instrument::Instrument;
use crate::tag::{left_out, left_out_of, tag};

/// How many problems are described; the others are counted.
const SHOWN: usize = 5;

/// What the recorder adds to and the handle reads from.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    /// For the macros, which ask for the same metrics again and again: neither is a tag made, nor does one thread wait for
    /// another.
    by_key: RwLock<HashMap<Key, Instrument>>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// By tag, so that ticks log in that order.
    instruments: BTreeMap<String, Registered>,
    /// By the name of the metric.
    descriptions: HashMap<String, String>,
    /// The tags and kinds of those that are not logged.
    refused: HashSet<(String, &'static str)>,
    /// What is wrong with the first of them.
    problems: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Registered {
    pub(crate) name: String,
    pub(crate) instrument: Instrument,
}

impl Registry {
    /// The metric of this key, which is `new` if there is none. `None` where another one has its tag.
    pub(crate) fn get<T>(
        &self,
        key: &Key,
        new: fn() -> Instrument,
        wanted: impl Fn(&Instrument) -> Option<Arc<T>>,
    ) -> Option<Arc<T>> {
        let by_key = self.by_key.read().unwrap_or_else(PoisonError::into_inner);
        let found = by_key.get(key).and_then(&wanted);
        drop(by_key);
        found.or_else(|| self.register(key, new(), wanted))
    }

    fn register<T>(
        &self,
        key: &Key,
        new: Instrument,
        wanted: impl Fn(&Instrument) -> Option<Arc<T>>,
    ) -> Option<Arc<T>> {
        let mut known = self.lock();
        let tag = tag(key);
        if known.refuse(&tag, key.name(), &new) {
            return None;
        }
        let registered = known.instruments.entry(tag).or_insert_with(|| Registered {
            name: key.name().to_owned(),
            instrument: new,
        });
        let instrument = registered.instrument.clone();
        let found = wanted(&instrument);
        let mut by_key = self.by_key.write().unwrap_or_else(PoisonError::into_inner);
        by_key.insert(key.clone(), instrument);
        found
    }

    /// Remembers what a metric is, in TensorBoard's Markdown.
    pub(crate) fn describe(&self, name: &KeyName, unit: Option<Unit>, description: &SharedString) {
        let unit = unit.map(|unit| unit.as_str());
        let text = match (unit, description.is_empty()) {
            (Some(unit), false) => format!("{description} (in {unit})"),
            (Some(unit), true) => format!("in {unit}"),
            (None, _) => description.to_string(),
        };
        let name = name.as_str().to_owned();
        self.lock().descriptions.insert(name, text);
    }

    pub(crate) fn description(&self, name: &str) -> Option<String> {
        self.lock().descriptions.get(name).cloned()
    }

    /// All metrics by their tags.
    pub(crate) fn all(&self) -> Vec<(String, Registered)> {
        let known = self.lock();
        let instruments = known.instruments.iter();
        instruments
            .map(|(tag, m)| (tag.clone(), m.clone()))
            .collect()
    }

    /// Which metrics were not registered, and why. `None` if all were.
    pub(crate) fn problems(&self) -> Option<String> {
        let known = self.lock();
        let more = known.refused.len() - known.problems.len();
        match (known.problems.is_empty(), more) {
            (true, _) => None,
            (false, 0) => Some(known.problems.join(" ")),
            _ => Some(format!(
                "{} There are {more} more such metrics.",
                known.problems.join(" ")
            )),
        }
    }

    /// A panic elsewhere leaves it whole.
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// The metric that logs under the tag of a new one, or under that at which the samples are counted that a histogram
    /// leaves out; and the tag that both would have.
    fn owner(&self, tag: &str, new: &Instrument) -> Option<(&Registered, String)> {
        if let Some(own) = self.instruments.get(tag) {
            return (own.instrument.kind() != new.kind()).then(|| (own, tag.to_owned()));
        }
        let histogram = left_out_of(tag).and_then(|tag| self.instruments.get(tag));
        if let Some(histogram) = histogram.filter(|other| other.instrument.is_histogram()) {
            return Some((histogram, tag.to_owned()));
        }
        let counted = new.is_histogram().then(|| left_out(tag))?;
        Some((self.instruments.get(&counted)?, counted))
    }

    /// Notes that a metric is not logged, because its tag has an owner.
    fn refuse(&mut self, tag: &str, name: &str, new: &Instrument) -> bool {
        let Some((owner, shared)) = self.owner(tag, new) else {
            return false;
        };
        let (kind, refused) = (owner.instrument.kind(), new.kind());
        let problem = format!(
            "the {kind} `{}` and the {refused} `{name}` have the same tag `{shared}`; only the {kind} is logged. Rename \
             one of them.",
            owner.name,
        );
        if self.refused.insert((tag.to_owned(), refused)) && self.problems.len() < SHOWN {
            self.problems.push(problem);
        }
        true
    }
}
