//! Several sinks behind one.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::Sink;
use crate::error::{Error, ErrorKind, Result, SinkFailure};
use crate::plugin::histogram::Histogram;
use crate::plugin::hparams::{HParams, Status};
use crate::plugin::image::Image;
use crate::types::At;

/// Passes every call on to several sinks, in the order in which they were added.
///
/// One that fails does not stop the others, and is called again the next time. Calls succeed all the same, so that
/// training goes on; [`failures`](Self::failures) tells at any time what went wrong in which sink, and
/// [`end`](Sink::end) returns it as an error of the kind [`ErrorKind::Sinks`].
///
/// # Examples
///
/// ```
/// use tfevents::plugin::hparams::Status;
/// use tfevents::sink::{Fanout, Memory, Sink};
/// use tfevents::SummaryWriter;
///
/// # let dir = tempfile::tempdir()?;
/// let writer = SummaryWriter::new(dir.path())?;
/// let memory = Memory::new();
/// let sinks = Fanout::new().with("tensorboard", writer.clone()).with("memory", memory.clone());
///
/// writer.close()?; // Somebody else's mistake.
/// sinks.scalar("loss", 0.5, 1.into())?;
/// sinks.scalar("loss", 0.4, 2.into())?;
/// assert_eq!(memory.scalars("loss").len(), 2);
///
/// let error = sinks.end(Status::Success).unwrap_err().to_string();
/// assert!(error.starts_with("2 calls of the sink tensorboard failed, the first with: "));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct Fanout {
    outlets: Vec<Outlet>,
}

struct Outlet {
    name: String,
    sink: Box<dyn Sink>,
    failed: Mutex<Option<Failed>>,
}

#[derive(Clone)]
struct Failed {
    calls: u64,
    first: Error,
}

impl Fanout {
    /// No sinks yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a sink, under the name by which its failures are told.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, sink: impl Sink + 'static) -> Self {
        self.outlets.push(Outlet {
            name: name.into(),
            sink: Box::new(sink),
            failed: Mutex::new(None),
        });
        self
    }

    /// What went wrong so far: an entry for each sink that failed.
    #[must_use]
    pub fn failures(&self) -> Vec<SinkFailure> {
        self.outlets.iter().filter_map(Outlet::failure).collect()
    }

    fn each(&self, call: impl Fn(&dyn Sink) -> Result<()>) {
        for outlet in &self.outlets {
            outlet.call(&call);
        }
    }
}

impl Outlet {
    fn call(&self, call: impl Fn(&dyn Sink) -> Result<()>) {
        let Err(error) = call(&*self.sink) else {
            return;
        };
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *failed {
            Some(failed) => failed.calls += 1,
            none => {
                *none = Some(Failed {
                    calls: 1,
                    first: error,
                });
            }
        }
    }

    fn failure(&self) -> Option<SinkFailure> {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.clone().map(|Failed { calls, first }| SinkFailure {
            sink: self.name.clone(),
            calls,
            first,
        })
    }
}

impl Sink for Fanout {
    fn scalar(&self, tag: &str, value: f64, at: At) -> Result<()> {
        self.each(|sink| sink.scalar(tag, value, at));
        Ok(())
    }

    fn histogram(&self, tag: &str, histogram: &Histogram, at: At) -> Result<()> {
        self.each(|sink| sink.histogram(tag, histogram, at));
        Ok(())
    }

    fn text(&self, tag: &str, markdown: &str, at: At) -> Result<()> {
        self.each(|sink| sink.text(tag, markdown, at));
        Ok(())
    }

    fn image(&self, tag: &str, image: &Image, at: At) -> Result<()> {
        self.each(|sink| sink.image(tag, image, at));
        Ok(())
    }

    fn hparams(&self, hparams: &HParams) -> Result<()> {
        self.each(|sink| sink.hparams(hparams));
        Ok(())
    }

    fn end(&self, status: Status) -> Result<()> {
        self.each(|sink| sink.end(status));
        let failures = self.failures();
        if failures.is_empty() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Sinks(failures)))
    }
}

impl fmt::Debug for Fanout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.outlets.iter().map(|outlet| &outlet.name);
        f.debug_list().entries(names).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::hparams::HParams;
    use crate::sink::{Logged, Memory};

    /// Fails at every call.
    struct Broken;

    impl Sink for Broken {
        fn scalar(&self, tag: &str, _: f64, _: At) -> Result<()> {
            Err(Error::argument(format!("no scalar {tag}")))
        }
        fn histogram(&self, tag: &str, _: &Histogram, _: At) -> Result<()> {
            Err(Error::argument(format!("no histogram {tag}")))
        }
        fn text(&self, tag: &str, _: &str, _: At) -> Result<()> {
            Err(Error::argument(format!("no text {tag}")))
        }
        fn image(&self, tag: &str, _: &Image, _: At) -> Result<()> {
            Err(Error::argument(format!("no image {tag}")))
        }
        fn hparams(&self, _: &HParams) -> Result<()> {
            Err(Error::argument("no hyperparameters"))
        }
        fn end(&self, _: Status) -> Result<()> {
            Err(Error::argument("no end"))
        }
    }

    fn log_all(sink: &dyn Sink) -> Result<()> {
        let image = Image::encoded(*b"GIF89a\x05\0\x04\0\0\0\0")?;
        sink.hparams(&HParams::new().with("lr", 0.1))?;
        sink.scalar("a", 0.5, 1.into())?;
        sink.histogram("b", &Histogram::new([1.0, 2.0]), 2.into())?;
        sink.text("c", "text", 3.into())?;
        sink.image("d", &image, 4.into())
    }

    #[test]
    fn a_failing_sink_stops_no_other_and_is_named_at_the_end() {
        let alone = Memory::new();
        log_all(&alone).unwrap();
        alone.end(Status::Success).unwrap();

        let (before, after) = (Memory::new(), Memory::new());
        let sinks = Fanout::new()
            .with("before", before.clone())
            .with("broken", Broken)
            .with("after", after.clone())
            .with("also broken", Box::new(Broken) as Box<dyn Sink>);
        log_all(&sinks).unwrap();
        assert_eq!(
            sinks.failures().iter().map(|f| f.calls).collect::<Vec<_>>(),
            [5, 5]
        );
        let error = sinks.end(Status::Success).unwrap_err();
        assert_eq!(
            error.to_string(),
            "6 calls of the sink broken failed, the first with: no hyperparameters; \
             6 calls of the sink also broken failed, the first with: no hyperparameters"
        );
        for memory in [before, after] {
            assert_eq!(memory.logged(), alone.logged());
        }
        assert!(matches!(alone.logged()[5], Logged::End(Status::Success)));
    }

    #[test]
    fn without_failures_the_end_is_a_success_also_when_nested() {
        let memory = Memory::new();
        let inner = Fanout::new().with("memory", memory.clone());
        let outer = Fanout::new().with("inner", inner);
        log_all(&outer).unwrap();
        outer.end(Status::Failure).unwrap();
        assert_eq!(memory.logged().len(), 6);

        let inner = Fanout::new().with("broken", Broken);
        let outer = Fanout::new().with("inner", inner);
        outer.scalar("a", 0.5, 1.into()).unwrap();
        assert_eq!(
            outer.end(Status::Success).unwrap_err().to_string(),
            "1 call of the sink inner failed, with: \
             2 calls of the sink broken failed, the first with: no scalar a"
        );
    }
}
