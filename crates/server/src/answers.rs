//! Remembers what a run answers the same each time, encoded: it never changes, and pages ask again and again.

use std::sync::{Mutex, PoisonError};

use tfevents::event::DataClass;
use tonic::codegen::Bytes;

/// What dashboards ask about all series of a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// Which there are.
    List,
    /// The last point of each.
    Last,
}

#[derive(Debug)]
struct Answer {
    what: What,
    plugin: Box<str>,
    class: DataClass,
    bytes: Bytes,
}

/// The answers of a run. There are few, because it has few plugins.
#[derive(Debug, Default)]
pub(crate) struct Answers(Mutex<Vec<Answer>>);

impl Answers {
    /// The answer, computed when it is asked for the first time. `None` where there is nothing to say, which is not
    /// remembered: anyone can make up plugins. The lock is not held meanwhile.
    pub(crate) fn get(
        &self,
        what: What,
        plugin: &str,
        class: DataClass,
        compute: impl FnOnce() -> Option<Bytes>,
    ) -> Option<Bytes> {
        let is_this = |answer: &&Answer| {
            answer.what == what && answer.class == class && *answer.plugin == *plugin
        };
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = answers
            .iter()
            .find(is_this)
            .map(|answer| answer.bytes.clone());
        drop(answers);
        if known.is_some() {
            return known;
        }
        let bytes = compute()?;
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !answers.iter().any(|answer| is_this(&answer)) {
            answers.push(Answer {
                what,
                plugin: plugin.into(),
                class,
                bytes: bytes.clone(),
            });
        }
        Some(bytes)
    }
}
