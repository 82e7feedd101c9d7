//! What a mirror tells, for another thread.

use tfevents_mlflow::{Event, Pushed};

/// What the mirror tells, and what stops it.
pub(super) enum Message {
    Followed(String, String, bool),
    Ended(String, Box<Pushed>),
    Failed(String, String),
    Away(String),
    Back,
    Unlisted(String),
    #[cfg_attr(not(unix), expect(dead_code, reason = "sent by `stop_on_interrupt`"))]
    Stop,
}

impl Message {
    /// What is printed about an event; `None` if it is not worth a line.
    pub(super) fn of(event: &Event<'_>) -> Option<Self> {
        Some(match event {
            Event::Followed {
                run,
                run_id,
                is_new,
            } => Self::Followed((*run).to_owned(), (*run_id).to_owned(), *is_new),
            Event::Ended { run, pushed } => {
                Self::Ended((*run).to_owned(), Box::new((*pushed).clone()))
            }
            Event::Failed { run, error } => Self::Failed((*run).to_owned(), error.to_string()),
            Event::Away { error } => Self::Away(error.to_string()),
            Event::Back => Self::Back,
            Event::Unlisted { error } => Self::Unlisted(error.to_string()),
            _ => return None,
        })
    }
}
