//! What is done for one run at a time.

use tfevents::Run;

use crate::api::runs;
use crate::error::Result;
use crate::push::{Pushed, Pushing, Stream};
use crate::source::Source;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    /// Send what is new.
    Advance,
    /// Send everything that is left, and say that the run has ended: in this way, unless it says another one itself.
    End(&'static str),
    /// The same for a run that was silent for long when it was first seen: as whoever followed it would have said, had it
    /// not been killed, else as a push says.
    EndOld,
}

/// A run, and what is to be done for it.
pub(super) struct Job<'a> {
    pub(super) task: Task,
    pub(super) run: Run,
    /// What belongs to it. Without that, a stream is needed.
    pub(super) source: Option<Source>,
    /// The id of the run above it.
    pub(super) parent: Option<String>,
    pub(super) stream: Option<Stream<'a>>,
}

/// What was done.
pub(super) struct Done<'a> {
    pub(super) name: String,
    pub(super) task: Task,
    pub(super) result: Result<Outcome<'a>>,
}

/// What became of a run.
pub(super) enum Outcome<'a> {
    /// It holds no event yet.
    Empty,
    /// It is followed: since now, if there is the answer to whether the server's run was made now.
    Followed(Box<Stream<'a>>, Option<bool>),
    /// It has ended.
    Ended(Box<Pushed>),
    /// It has ended, and its files are gone.
    Gone,
}

impl<'a> Job<'a> {
    pub(super) fn carry_out(self, pushing: &Pushing<'a>) -> Done<'a> {
        let (name, task) = (self.run.name().to_owned(), self.task);
        let result = match task {
            Task::Advance => self.advance(pushing),
            Task::End(otherwise) => self.end(pushing, Some(otherwise)),
            Task::EndOld => self.end(pushing, None),
        };
        Done { name, task, result }
    }

    fn advance(self, pushing: &Pushing<'a>) -> Result<Outcome<'a>> {
        if let Some(mut stream) = self.stream
            && stream.advance(&self.run)?
        {
            return Ok(Outcome::Followed(Box::new(stream), None));
        }
        // The source is that of a run of which a file was replaced, too.
        let source = self
            .source
            .unwrap_or_else(|| Source::new(self.run.name(), self.run.clone()));
        let Some((run, is_new)) = pushing.find(&source, self.parent.as_deref())? else {
            return Ok(Outcome::Empty);
        };
        // Marks say nothing about series that were not selected before: a push settles that.
        let run = match pushing.is_other(&run) {
            true => {
                let known = Some((run.clone(), is_new));
                pushing.push(&source, known)?;
                runs::get(pushing.http, &run.info.run_id)?
            }
            false => run,
        };
        let mut stream = Stream::open(pushing, &source, &run)?;
        // Replaced once more: the next look finds that.
        stream.advance(&self.run)?;
        Ok(Outcome::Followed(Box::new(stream), Some(is_new)))
    }

    fn end(self, pushing: &Pushing<'a>, otherwise: Option<&'static str>) -> Result<Outcome<'a>> {
        let ending = |otherwise| Pushing {
            otherwise,
            ..*pushing
        };
        let Some(source) = self.source else {
            if let Some(stream) = self.stream {
                stream.abandon(&ending(otherwise.unwrap_or(pushing.otherwise)))?;
            }
            return Ok(Outcome::Gone);
        };
        drop(self.stream);
        let known = pushing.find(&source, self.parent.as_deref())?;
        let otherwise = otherwise.unwrap_or(match &known {
            Some((run, _)) if Stream::was_left(run) => "KILLED",
            _ => pushing.otherwise,
        });
        Ok(match ending(otherwise).push(&source, known)? {
            Some(pushed) => Outcome::Ended(Box::new(pushed)),
            None => Outcome::Empty,
        })
    }
}
