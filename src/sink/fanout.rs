//! Several sinks behind one.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Sink;
use crate::error::{Error, ErrorKind, Result, SinkFailure};
use crate::plugin::histogram::Histogram;
use crate::plugin::hparams::{HParams, Status};
use crate::plugin::image::Image;
use crate::types::At;

/// Forwards each call to all its sinks, in the order in which they were added.
///
/// A sink that fails does not stop the others, and is called again the next time. Until the end, every call succeeds, so
/// that training goes on; [`failures`](Self::failures) returns what has failed so far, by sink, and [`end`](Sink::end)
/// returns it as an error of the kind [`ErrorKind::Sinks`].
///
/// # Examples
///
/// ```
/// use tfevents::sink::{Fanout, Memory};
/// use tfevents::{Sink, Status, SummaryWriter};
///
/// # let dir = tempfile::tempdir()?;
/// let writer = SummaryWriter::new(dir.path())?;
/// let memory = Memory::new();
/// let sinks = Fanout::new().with("tensorboard", writer.clone()).with("memory", memory.clone());
///
/// writer.close()?; // Somebody else's mistake.
/// sinks.log_scalar("loss", 0.5, 1.into())?;
/// sinks.log_scalar("loss", 0.4, 2.into())?;
/// assert_eq!(memory.scalars("loss").len(), 2);
///
/// let error = sinks.end(Status::Success).unwrap_err().to_string();
/// assert!(error.starts_with("the sink `tensorboard` failed 2 times, first with: "));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct Fanout {
    outlets: Vec<Outlet>,
    ended: AtomicBool,
}

struct Outlet {
    name: String,
    sink: Box<dyn Sink>,
    failure: Mutex<Option<SinkFailure>>,
}

impl Fanout {
    /// Creates a fan-out without sinks.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a sink, under a name for error messages.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, sink: impl Sink + 'static) -> Self {
        self.outlets.push(Outlet {
            name: name.into(),
            sink: Box::new(sink),
            failure: Mutex::new(None),
        });
        self
    }

    /// What has failed so far: an entry for each sink that did.
    #[must_use]
    pub fn failures(&self) -> Vec<SinkFailure> {
        self.outlets.iter().filter_map(Outlet::failure).collect()
    }

    fn each(&self, call: impl Fn(&dyn Sink) -> Result<()>) -> Result<()> {
        if self.ended.load(Ordering::Acquire) {
            return Err(Error::new(ErrorKind::Closed));
        }
        for outlet in &self.outlets {
            outlet.call(&call);
        }
        Ok(())
    }
}

impl Outlet {
    /// A panic counts as a failure, so that it keeps nothing from the other sinks.
    fn call(&self, call: impl Fn(&dyn Sink) -> Result<()>) {
        let called = catch_unwind(AssertUnwindSafe(|| call(&*self.sink)));
        let Err(error) = called.unwrap_or_else(|panic| Err(panicked(&*panic))) else {
            return;
        };
        match &mut *self.lock() {
            Some(failure) => failure.calls += 1,
            none => *none = Some(SinkFailure::new(&*self.name, error)),
        }
    }

    fn failure(&self) -> Option<SinkFailure> {
        self.lock().clone()
    }

    /// A panic elsewhere leaves it whole.
    fn lock(&self) -> MutexGuard<'_, Option<SinkFailure>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The error that a panic counts as.
fn panicked(panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Error::argument(format!("it panicked: {}", text.unwrap_or("no message")))
}

impl Sink for Fanout {
    fn log_scalar(&self, tag: &str, value: f64, at: At) -> Result<()> {
        self.each(|sink| sink.log_scalar(tag, value, at))
    }

    fn log_histogram(&self, tag: &str, histogram: &Histogram, at: At) -> Result<()> {
        self.each(|sink| sink.log_histogram(tag, histogram, at))
    }

    fn log_text(&self, tag: &str, markdown: &str, at: At) -> Result<()> {
        self.each(|sink| sink.log_text(tag, markdown, at))
    }

    fn log_image(&self, tag: &str, image: &Image, at: At) -> Result<()> {
        self.each(|sink| sink.log_image(tag, image, at))
    }

    fn log_hparams(&self, hparams: &HParams) -> Result<()> {
        self.each(|sink| sink.log_hparams(hparams))
    }

    fn end(&self, status: Status) -> Result<()> {
        if !self.ended.swap(true, Ordering::AcqRel) {
            for outlet in &self.outlets {
                outlet.call(|sink| sink.end(status));
            }
        }
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
        fn log_scalar(&self, tag: &str, _: f64, _: At) -> Result<()> {
            Err(Error::argument(format!("no scalar {tag}")))
        }
        fn log_histogram(&self, tag: &str, _: &Histogram, _: At) -> Result<()> {
            Err(Error::argument(format!("no histogram {tag}")))
        }
        fn log_text(&self, tag: &str, _: &str, _: At) -> Result<()> {
            Err(Error::argument(format!("no text {tag}")))
        }
        fn log_image(&self, tag: &str, _: &Image, _: At) -> Result<()> {
            Err(Error::argument(format!("no image {tag}")))
        }
        fn log_hparams(&self, _: &HParams) -> Result<()> {
            Err(Error::argument("no hyperparameters"))
        }
        fn end(&self, _: Status) -> Result<()> {
            Err(Error::argument("no end"))
        }
    }

    fn log_all(sink: &dyn Sink) -> Result<()> {
        let image = Image::encoded(*b"GIF89a\x05\0\x04\0\0\0\0")?;
        sink.log_hparams(&HParams::new().with("lr", 0.1))?;
        sink.log_scalar("a", 0.5, 1.into())?;
        sink.log_histogram("b", &Histogram::new([1.0, 2.0]), 2.into())?;
        sink.log_text("c", "text", 3.into())?;
        sink.log_image("d", &image, 4.into())
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
            "the sink `broken` failed 6 times, first with: no hyperparameters; \
             the sink `also broken` failed 6 times, first with: no hyperparameters"
        );
        for memory in [before, after] {
            assert_eq!(memory.logged(), alone.logged());
        }
        assert!(matches!(alone.logged()[5], Logged::End(Status::Success)));
    }

    /// Panics at every scalar.
    struct Panicking;

    impl Sink for Panicking {
        fn log_scalar(&self, tag: &str, _: f64, _: At) -> Result<()> {
            panic!("no scalar {tag}")
        }
        fn log_histogram(&self, _: &str, _: &Histogram, _: At) -> Result<()> {
            panic!("no histograms")
        }
        fn log_text(&self, _: &str, _: &str, _: At) -> Result<()> {
            Ok(())
        }
        fn log_image(&self, _: &str, _: &Image, _: At) -> Result<()> {
            Ok(())
        }
        fn log_hparams(&self, _: &HParams) -> Result<()> {
            Ok(())
        }
        fn end(&self, _: Status) -> Result<()> {
            panic!("no end")
        }
    }

    #[test]
    fn a_panicking_sink_counts_as_failing() {
        let after = Memory::new();
        let sinks = Fanout::new()
            .with("broken", Panicking)
            .with("after", after.clone());
        log_all(&sinks).unwrap();
        assert_eq!(
            sinks.end(Status::Success).unwrap_err().to_string(),
            "the sink `broken` failed 3 times, first with: it panicked: no scalar a"
        );
        assert_eq!(after.logged().len(), 6);
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
        outer.log_scalar("a", 0.5, 1.into()).unwrap();
        assert_eq!(
            outer.end(Status::Success).unwrap_err().to_string(),
            "the sink `inner` failed: the sink `broken` failed 2 times, first with: no scalar a"
        );
    }
}
