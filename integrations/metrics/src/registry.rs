//! All metrics of a program.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use metrics::{Key, KeyName, SharedString, Unit};

use crate::instrument::Instrument;
use crate::tag::tag;

/// What the recorder adds to and the handle reads from.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// By tag, so that ticks log in that order.
    instruments: BTreeMap<String, Registered>,
    /// By the name of the metric.
    descriptions: HashMap<String, String>,
    problems: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Registered {
    pub(crate) name: String,
    pub(crate) instrument: Instrument,
}

impl Registry {
    /// The metric of this key, which is `new` if there is none. `None` where one of another kind has its tag.
    pub(crate) fn get<T>(
        &self,
        key: &Key,
        new: Instrument,
        wanted: impl Fn(&Instrument) -> Option<Arc<T>>,
    ) -> Option<Arc<T>> {
        let mut known = self.lock();
        let tag = tag(key);
        let refused = new.kind();
        let registered = known
            .instruments
            .entry(tag.clone())
            .or_insert_with(|| Registered {
                name: key.name().to_owned(),
                instrument: new,
            });
        let found = wanted(&registered.instrument);
        if found.is_none() {
            let kind = registered.instrument.kind();
            let problem = format!(
                "the {kind} `{}` and the {refused} `{}` have the same tag `{tag}`; only the {kind} is logged. Rename \
                 one of them.",
                registered.name,
                key.name(),
            );
            if !known.problems.contains(&problem) {
                known.problems.push(problem);
            }
        }
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

    /// What was not registered, and why.
    pub(crate) fn problems(&self) -> Vec<String> {
        self.lock().problems.clone()
    }

    /// A panic elsewhere leaves it whole.
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
