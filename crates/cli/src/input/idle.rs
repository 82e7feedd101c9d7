//! Is anyone writing here? What moves or replaces an input asks first, and once more before it does.

use std::cell::OnceCell;
use std::time::{Duration, SystemTime};

use tfevents_analysis::number;
use tfevents_analysis::writing::{State, Writer, Writers};

/// Keeps hands off files that somebody is at work on.
pub(crate) struct Guard {
    idle: Duration,
    writers: OnceCell<Writers>,
}

impl Guard {
    /// Files count as being written for so long after they were written to last.
    pub(crate) fn new(idle: Duration) -> Self {
        Self {
            idle,
            writers: OnceCell::new(),
        }
    }

    /// Why files in these states have to stay as they are, if they do.
    pub(crate) fn reason(&self, states: &[State]) -> Option<String> {
        let modified = states.iter().filter_map(|state| state.modified()).max();
        if let Some(modified) = modified.filter(|_| !self.idle.is_zero()) {
            match SystemTime::now().duration_since(modified) {
                Ok(since) if since < self.idle => {
                    return Some(format!(
                        "it was modified {} ago (see --idle)",
                        number::duration(since.as_secs_f64())
                    ));
                }
                Ok(_) => {}
                // The time of a file may be ahead of the clock.
                Err(_) => return Some("its modification time is in the future".to_owned()),
            }
        }
        let writers = self.writers.get_or_init(Writers::now);
        let writer = states.iter().find_map(|state| writers.of(*state))?;
        let Writer { process, name, .. } = writer;
        let name = match name.is_empty() {
            true => String::new(),
            false => format!(" ({name})"),
        };
        Some(format!("process {process}{name} has it open for writing"))
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn what_was_written_lately_or_in_the_future_has_to_rest() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        let file = File::create(&path).unwrap();
        let hour = Duration::from_secs(3600);
        let reason = |age: i32| {
            let now = SystemTime::now();
            let time = if age < 0 {
                now + hour
            } else {
                now - hour * age.unsigned_abs()
            };
            file.set_modified(time).unwrap();
            let states = [State::of(&path)];
            [0, 2].map(|hours| {
                let reason = Guard::new(hour * hours).reason(&states);
                reason.filter(|reason| !reason.contains("open for writing"))
            })
        };
        assert_eq!(reason(3), [None, None]);
        let [none, some] = reason(1);
        assert_eq!(none, None);
        assert!(some.unwrap().starts_with("it was modified 1 h ago"));
        assert_eq!(
            reason(-1),
            [
                None,
                Some("its modification time is in the future".to_owned())
            ]
        );
    }
}
