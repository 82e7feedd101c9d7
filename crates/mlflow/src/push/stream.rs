//! A run that is sent on while it is written.

use std::time::{Duration, Instant};

use super::feed::Part;
use super::one::{Begun, Pushing};
use crate::api::runs::{self, Run, Update};
use crate::error::Result;
use crate::source::Source;

/// How often the files about whole series are stored again.
const GROWN: Duration = Duration::from_secs(60);
/// The tag of a run that was followed.
const FOLLOWED: &str = "tfevents.followed";

/// Sends what is new of a run each time it is asked to. What belongs to a run as a whole, [`Pushing::push`] sends once it
/// has ended.
pub(crate) struct Stream<'a> {
    source: Source,
    run_id: String,
    /// Whether somebody else says when the run ends.
    is_attached: bool,
    begun: Begun<'a>,
    /// When the files about whole series were stored.
    grown: Instant,
}

impl<'a> Stream<'a> {
    /// Sends a source to its run on, which runs again if it had ended, unless it is somebody else's.
    pub(crate) fn open(pushing: &Pushing<'a>, source: &Source, run: &Run) -> Result<Self> {
        let run_id = run.info.run_id.clone();
        let is_attached = pushing.is_attached(run);
        if run.info.status != "RUNNING" && !is_attached {
            let update = Update {
                run_id: &run_id,
                status: Some("RUNNING"),
                ..Update::default()
            };
            runs::update(pushing.http, &update)?;
        }
        if run.tag(FOLLOWED).is_none() {
            runs::set_tag(pushing.http, &run_id, FOLLOWED, "true")?;
        }
        Ok(Self {
            source: source.clone(),
            begun: pushing.begin(source, run, false)?,
            grown: Instant::now(),
            run_id,
            is_attached,
        })
    }

    /// Whether whoever followed a run was killed before it ended. A push that was killed leaves a run `RUNNING`, too, but
    /// without the tag.
    pub(crate) fn was_left(run: &Run) -> bool {
        run.info.status == "RUNNING" && run.tag(FOLLOWED).is_some()
    }

    /// The id of the run in MLflow.
    pub(crate) fn run_id(&self) -> &str {
        &self.run_id
    }

    /// Sends what is new in the files of the run, which may have become more. Returns false if what was read of one is not
    /// there any more: then whoever wants to go on has to open another stream.
    pub(crate) fn advance(&mut self, run: &tfevents::Run) -> Result<bool> {
        let Begun { feed, sender, .. } = &mut self.begun;
        let top = run.dir();
        feed.read(run, top, Part::Own, sender)?;
        for trial in &self.source.trials {
            feed.read(trial, top, Part::Trial, sender)?;
        }
        if feed.is_void {
            return Ok(false);
        }
        if self.grown.elapsed() >= GROWN {
            feed.grown(sender)?;
            self.grown = Instant::now();
        }
        sender.finish(Vec::new(), &[])?;
        Ok(true)
    }

    /// Whether the run says that it has ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.begun.feed.session.has_ended()
    }

    /// Whether a session has begun and nothing is known of its parameters.
    pub(crate) fn wants_source(&self) -> bool {
        self.begun.feed.session.has_begun() && self.source.hparams.is_empty()
    }

    /// Says that a run has ended of which there are no files any more.
    pub(crate) fn abandon(self, pushing: &Pushing<'_>) -> Result<()> {
        if self.is_attached {
            return Ok(());
        }
        let session = &self.begun.feed.session;
        let update = Update {
            run_id: &self.run_id,
            status: Some(session.status(pushing.otherwise)),
            end_time: session.end(),
            run_name: None,
        };
        runs::update(pushing.http, &update)
    }
}
