//! What event files say beside values: descriptions of series, and what was noted on the way.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tfevents::EventRef;
use tfevents::event::What;
use tfevents::json::Float;
use tfevents::plugin::Metadata;

use super::{Artifact, file};

/// Notes taken of a run.
#[derive(Debug, Default)]
pub(super) struct About {
    /// By tag.
    descriptions: BTreeMap<String, Description>,
    /// A line of JSON each.
    log: Vec<u8>,
    described: usize,
    logged: usize,
}

/// Where descriptions are, by tag.
pub(crate) const DESCRIPTIONS: &str = "tfevents/descriptions.json";
/// Where what was noted on the way is.
pub(crate) const LOG: &str = "tfevents/log.jsonl";

/// What a series says about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Description {
    pub(crate) display_name: String,
    pub(crate) description: String,
}

/// Something that was noted.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Line<N, T> {
    pub(crate) step: i64,
    pub(crate) wall_time: N,
    event: T,
    #[serde(flatten)]
    pub(crate) what: Noted<T>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Noted<T> {
    Message {
        level: i32,
        message: T,
    },
    Session {
        status: i32,
        checkpoint_path: T,
        msg: T,
    },
}

impl About {
    /// Notes an event that is not a value but says something.
    pub(super) fn event(&mut self, event: &EventRef<'_>) {
        let what = match &event.what {
            What::LogMessage(log) => Noted::Message {
                level: log.level,
                message: log.message,
            },
            // That a session starts is in nearly every file, and says nothing to people.
            What::SessionLog(log) if !(log.msg.is_empty() && log.checkpoint_path.is_empty()) => {
                Noted::Session {
                    status: log.status,
                    checkpoint_path: log.checkpoint_path,
                    msg: log.msg,
                }
            }
            _ => return,
        };
        let line = Line {
            step: event.step,
            wall_time: Float(event.wall_time.as_secs()),
            event: event.what.name(),
            what,
        };
        // Writing such a line to memory does not fail.
        if serde_json::to_writer(&mut self.log, &line).is_ok() {
            self.log.push(b'\n');
        }
    }

    /// Notes what is known of a series.
    pub(super) fn series(&mut self, tag: &str, metadata: &Metadata) {
        let is_silent = metadata.display_name.is_empty() && metadata.description.is_empty();
        if is_silent || self.descriptions.contains_key(tag) {
            return;
        }
        let description = Description {
            display_name: metadata.display_name.clone(),
            description: metadata.description.clone(),
        };
        self.descriptions.insert(tag.to_owned(), description);
    }

    /// Files with the notes, of those that have grown since this was asked last.
    pub(super) fn files(&mut self) -> impl Iterator<Item = Artifact> {
        let grown = |known: &mut usize, len: usize| std::mem::replace(known, len) < len;
        let described = grown(&mut self.described, self.descriptions.len());
        let described = described
            .then(|| serde_json::to_vec_pretty(&self.descriptions).ok())
            .flatten();
        let logged = grown(&mut self.logged, self.log.len()).then(|| self.log.clone());
        let described = described.map(|json| file(DESCRIPTIONS.to_owned(), json));
        let logged = logged.map(|lines| file(LOG.to_owned(), lines));
        described.into_iter().chain(logged)
    }
}
