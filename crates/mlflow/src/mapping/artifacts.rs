//! What becomes of everything that is not a number: files, in the form in which MLflow's pages show them.
//!
//! Pictures, sounds, texts and graphs become one file per value. A series that is drawn as a whole, such as histograms,
//! becomes one page with all its steps: ten thousand steps are one file, not ten thousand. In addition, one file per series
//! holds exactly what was logged: lines as the program's `export` prints them, and the stored value beside.

use tfevents::event::What;
use tfevents::plugin::{PointDecoder, RawValue};
use tfevents::{EventRef, Kind, Value};
use tfevents_table::{Origin, Row};

use super::description::{Description, is_description};
use super::{Artifact, Content};
use crate::error::Result;

pub(crate) mod about;
mod audio;
pub(crate) mod beside;
mod collected;
mod drawn;
pub(crate) mod exact;
mod graph;
pub(crate) mod image;
mod name;
mod page;
mod series;
#[cfg(test)]
mod tests;
mod text;
mod thumbnail;

use about::About;
use collected::Collected;
pub(crate) use series::directory;

/// The tag that makes MLflow's pages offer pictures, and its value.
pub(crate) const HAS_PICTURES: (&str, &str) = ("mlflow.loggedImages", "True");

/// Makes artifacts of one run, given all its events in order.
#[derive(Debug)]
pub(crate) struct Artifacts {
    /// What the run is called in files about its series.
    run: String,
    decoder: PointDecoder,
    about: About,
    collected: Collected,
    description: Description,
}

/// What an event becomes.
#[derive(Debug, Default)]
pub(crate) struct Made {
    /// Files of its own, to be stored before anything says that the event was.
    pub(crate) files: Vec<Artifact>,
    /// What could not be decoded, and is stored as it is.
    pub(crate) broken: Vec<String>,
}

impl Artifacts {
    /// For a run of this name.
    pub(crate) fn new(run: &str) -> Result<Self> {
        Ok(Self {
            run: run.to_owned(),
            decoder: PointDecoder::default(),
            about: About::default(),
            collected: Collected::new()?,
            description: Description::default(),
        })
    }

    /// The text that describes the run.
    pub(crate) fn description(&self) -> &Description {
        &self.description
    }

    /// Whether there were pictures: see [`HAS_PICTURES`].
    pub(crate) fn has_pictures(&self) -> bool {
        self.collected.has_pictures()
    }

    /// Takes the next event, and gives the files that its values become, but for tags and kinds that are not wanted.
    pub(crate) fn event(
        &mut self,
        event: &EventRef<'_>,
        wants: impl Fn(Kind, &str) -> bool,
    ) -> Result<Made> {
        let mut made = Made::default();
        let mut values = match &event.what {
            What::Summary(summary) if summary.as_scalar().is_some() => return Ok(made),
            What::Summary(summary) => Some(summary.values()),
            _ => None,
        };
        self.about.event(event);
        for point in self.decoder.points(event) {
            let here = values.clone();
            if let Some(values) = &mut values {
                let _passed_over = values.next_encoded();
            }
            // A summary that is broken itself is told by whoever reads its numbers.
            let Ok(point) = point else { continue };
            self.about.series(point.tag, &point.metadata);
            if point.kind == Kind::Scalar || !wants(point.kind, point.tag) {
                continue;
            }
            if let Value::Raw(RawValue {
                problem: Some(problem),
                ..
            }) = &point.value
            {
                let (tag, step) = (point.tag, event.step);
                made.broken.push(format!("{tag} at step {step}: {problem}"));
            }
            let files = self.collected.add(&Row {
                run: &self.run,
                tag: point.tag,
                kind: point.kind,
                step: event.step,
                wall_time: event.wall_time,
                value: &point.value,
                origin: here.as_ref().map_or(Origin::Value(None), Origin::Next),
            })?;
            if let (Value::Text(text), [file]) = (&point.value, &files[..])
                && is_description(point.tag)
            {
                self.description.see(point.tag, file, text::whole(text));
            }
            made.files.extend(files);
        }
        Ok(made)
    }

    /// The files about whole series and about the run, of those that have grown since this was asked last.
    pub(crate) fn grown(&mut self) -> Result<Vec<Artifact>> {
        let mut files = self.collected.grown()?;
        files.extend(self.about.files());
        Ok(files)
    }
}

/// An artifact that is small.
fn file(path: String, bytes: impl Into<Vec<u8>>) -> Artifact {
    Artifact {
        path,
        content: Content::Bytes(bytes.into()),
    }
}
