//! What can be written of a run's artifacts: series that `push` kept, and pictures, sounds and texts of whomever.

use std::collections::BTreeMap;
use std::io::{Read as _, Write};

use tfevents::proto::event::What;
use tfevents::proto::{LogMessage, SessionLog, TaggedRunMetadata, summary};
use tfevents::{Audio, Image, Kind, Text, WallTime, plugin};

use super::events::File;
use super::kept::{self, Form, Kept, Line, Lines, Place};
use super::media::{self, Media, Medium};
use super::series::wall_time;
use super::sessions::Sessions;
use super::{Contents, beside};
use crate::api::metrics::Number;
use crate::error::Result;
use crate::mapping::artifacts::about::{self, DESCRIPTIONS, Description, LOG, Noted};
use crate::mapping::artifacts::exact;
use crate::mapping::loss::LossKind;
use crate::mapping::params::Params;

/// The largest file that becomes a value: no record of an event file may be longer.
const MAX_FILE: u64 = 256 << 20;

impl<W: Write> File<'_, W> {
    /// The sessions that were pushed, and plans of experiments.
    pub(super) fn sessions(&mut self) -> Result<Sessions> {
        let mut sessions = Sessions::default();
        for kept in self.kept(|kind| kind == Kind::HParams) {
            self.lines(&kept, &mut |file, line| {
                if let Some(value) = file.restored(&line)? {
                    sessions.add((line.place, value));
                }
                Ok(())
            })?;
        }
        Ok(sessions)
    }

    /// A value that is too long for a parameter, which says in which artifact it is.
    pub(super) fn whole(&mut self, value: &str) -> Result<Option<String>> {
        let Some(path) = Params::file_of(value).filter(|path| self.has(path)) else {
            return Ok(None);
        };
        let bytes = self.bytes(path)?;
        self.covered.insert(path.to_owned());
        Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()))
    }

    /// What metrics say about themselves, by tag.
    pub(super) fn descriptions(&mut self) -> Result<BTreeMap<String, Description>> {
        if !self.has(DESCRIPTIONS) {
            return Ok(BTreeMap::new());
        }
        self.covered.insert(DESCRIPTIONS.to_owned());
        let bytes = self.bytes(DESCRIPTIONS)?.unwrap_or_default();
        let read = serde_json::from_slice(&bytes);
        if read.is_err() {
            self.damaged(DESCRIPTIONS);
        }
        Ok(read.unwrap_or_default())
    }

    /// Writes everything else, each series in the order of its steps.
    pub(super) fn artifacts(&mut self) -> Result<()> {
        for kept in self.kept(|kind| kind != Kind::HParams) {
            self.lines(&kept, &mut |file, line| file.line(kept.kind, &line))?;
        }
        self.log()?;
        for file in self.contents.copied() {
            self.covered.insert(file.artifact.clone());
        }
        let files = self.contents.files.iter();
        let rest: Vec<_> = files
            .filter(|file| !self.covered.contains(&file.path))
            .collect();
        let mut found = Vec::new();
        for file in rest {
            match media::of(&file.path) {
                Some(Some(media)) => found.push((self.place(&media), media)),
                // The small version of a picture.
                Some(None) => {}
                None if beside::place(&file.path).is_some() => {}
                None => self.left_out(&file.path),
            }
        }
        found.sort_by(|(a, of_a), (b, of_b)| {
            let (first, second) = (a.time.as_secs(), b.time.as_secs());
            let order = (&a.tag, a.step).cmp(&(&b.tag, b.step));
            order
                .then(first.total_cmp(&second))
                .then(of_a.sample.cmp(&of_b.sample))
                .then(of_a.path.cmp(&of_b.path))
        });
        let is_one = |(a, of_a): &(Place, Media), (b, of_b): &(Place, Media)| {
            let value = |media: &Media| media.sample.map(|(again, _)| (media.medium, again));
            a == b && value(of_a).is_some() && value(of_a) == value(of_b)
        };
        let mut found = found.chunk_by(is_one);
        found.try_for_each(|samples| self.media(samples))
    }

    /// The series that were kept, of kinds that `is` approves of.
    fn kept(&self, is: impl Fn(Kind) -> bool) -> Vec<Kept> {
        let files = self.contents.files.iter();
        let kept = files.filter_map(|file| kept::of(&file.path));
        kept.filter(|kept| is(kept.kind)).collect()
    }

    /// Hands out the lines of a series that was kept.
    fn lines(
        &mut self,
        kept: &Kept,
        each: &mut dyn FnMut(&mut Self, Line) -> Result<()>,
    ) -> Result<()> {
        self.covered.insert(kept.path.clone());
        let pages = self.contents.files.iter().map(|file| &file.path);
        self.covered
            .extend(pages.filter(|path| kept.is_drawn_in(path)).cloned());
        let Some(bytes) = self.opened(&kept.path)? else {
            return Ok(());
        };
        let mut lines = Lines::new(bytes);
        loop {
            match lines.next() {
                Ok(Some(Ok(line))) => each(self, line)?,
                Ok(Some(Err(kept::Damaged))) => self.damaged(&kept.path),
                Ok(None) => return Ok(()),
                Err(e) => {
                    self.unreadable(&kept.path, &e.to_string());
                    return Ok(());
                }
            }
        }
    }

    /// Writes the value of a line, if it is wanted.
    fn line(&mut self, kind: Kind, line: &Line) -> Result<()> {
        let place = &line.place;
        if !self.wants(&place.tag, kind) {
            self.covered.extend(line.files.iter().cloned());
            return Ok(());
        }
        if let Form::Message(_) = line.form {
            let value = self.restored(line)?;
            return value.map_or(Ok(()), |value| self.value(kind, place, value));
        }
        let Some(bytes) = line.files.first().map(|path| self.bytes(path)) else {
            return Ok(());
        };
        let Some(bytes) = bytes? else {
            return Ok(());
        };
        self.covered.extend(line.files.iter().cloned());
        let what = match line.form {
            Form::RunMetadata => What::TaggedRunMetadata(TaggedRunMetadata {
                tag: place.tag.clone(),
                run_metadata: bytes,
            }),
            _ => What::GraphDef(bytes),
        };
        self.counted(kind, place, what)
    }

    /// The value of a line; what files that belongs to are covered by it.
    fn restored(&mut self, line: &Line) -> Result<Option<summary::Value>> {
        let Form::Message(message) = &line.form else {
            return Ok(None);
        };
        let value = exact::restored(message, &line.files, |path| self.bytes(path))?;
        if value.is_some() {
            self.covered.extend(line.files.iter().cloned());
        }
        Ok(value)
    }

    /// What was noted on the way.
    fn log(&mut self) -> Result<()> {
        if !self.has(LOG) {
            return Ok(());
        }
        self.covered.insert(LOG.to_owned());
        let bytes = self.bytes(LOG)?.unwrap_or_default();
        for line in bytes.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
            let Ok(line) = serde_json::from_slice::<about::Line<Number, String>>(line) else {
                self.damaged(LOG);
                continue;
            };
            let place = Place {
                tag: String::new(),
                step: line.step,
                time: WallTime::from_secs(line.wall_time.0),
            };
            let what = match line.what {
                Noted::Message { level, message } => {
                    What::LogMessage(LogMessage { level, message })
                }
                Noted::Session {
                    status,
                    checkpoint_path,
                    msg,
                } => What::SessionLog(SessionLog {
                    status,
                    checkpoint_path,
                    msg,
                }),
            };
            self.put(&place, what)?;
        }
        Ok(())
    }

    /// Where a picture, sound or text belongs, as its name says.
    fn place(&self, media: &Media) -> Place {
        Place {
            tag: media.tag.clone(),
            step: media.step,
            time: wall_time(media.time.unwrap_or(self.start)),
        }
    }

    /// Writes the pictures or sounds of one value, or a text.
    fn media(&mut self, samples: &[(Place, Media)]) -> Result<()> {
        let Some((place, first)) = samples.first() else {
            return Ok(());
        };
        let kind = match first.medium {
            Medium::Image => Kind::Image,
            Medium::Audio => Kind::Audio,
            Medium::Text => Kind::Text,
        };
        if !self.wants(&place.tag, kind) {
            return Ok(());
        }
        let (mut images, mut sounds) = (Vec::new(), Vec::new());
        for (_, Media { path, .. }) in samples {
            let Some(bytes) = self.bytes(path)? else {
                continue;
            };
            let taken = match first.medium {
                Medium::Image => Image::encoded(bytes).map(|image| images.push(image)),
                Medium::Audio => Audio::encoded(bytes).map(|audio| sounds.push(audio)),
                Medium::Text => {
                    let text = Text::new(String::from_utf8_lossy(&bytes));
                    self.made(kind, place, plugin::message(&place.tag, &text)?)?;
                    Ok(())
                }
            };
            // A file that is not what its name says is one more artifact.
            if taken.is_err() {
                self.left_out(path);
            }
        }
        let value = match first.medium {
            Medium::Image if !images.is_empty() => plugin::message(&place.tag, &images[..])?,
            Medium::Audio if !sounds.is_empty() => plugin::message(&place.tag, &sounds[..])?,
            _ => return Ok(()),
        };
        self.made(kind, place, value)
    }

    fn has(&self, path: &str) -> bool {
        self.contents.files.get(path).is_some()
    }

    /// All of an artifact; `None` for one that cannot be had, which is a loss.
    fn bytes(&mut self, path: &str) -> Result<Option<Vec<u8>>> {
        let Some(mut file) = self.opened(path)? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        let problem = match (&mut file).take(MAX_FILE + 1).read_to_end(&mut bytes) {
            Ok(_) if bytes.len() as u64 <= MAX_FILE => return Ok(Some(bytes)),
            Ok(_) => format!("more than {} MiB, which no event can hold", MAX_FILE >> 20),
            Err(e) => e.to_string(),
        };
        self.unreadable(path, &problem);
        Ok(None)
    }

    fn opened(&mut self, path: &str) -> Result<Option<Box<dyn std::io::Read>>> {
        let Contents {
            store,
            record,
            files,
            ..
        } = self.contents;
        let problem = match files.get(path) {
            None => "missing".to_owned(),
            Some(file) => match store.open(record, file) {
                Ok(bytes) => return Ok(Some(bytes)),
                Err(e) if e.is_of_all() => return Err(e),
                Err(e) => e.to_string(),
            },
        };
        self.unreadable(path, &problem);
        Ok(None)
    }

    fn left_out(&mut self, path: &str) {
        let losses = &mut self.pulled.losses;
        losses.add(LossKind::Artifact, || format!("`{path}`"));
    }

    fn damaged(&mut self, path: &str) {
        let losses = &mut self.pulled.losses;
        losses.add(LossKind::Damage, || format!("a line of `{path}`"));
    }

    /// Notes a file that cannot be had. It is not asked for again.
    fn unreadable(&mut self, path: &str, problem: &str) {
        self.covered.insert(path.to_owned());
        let losses = &mut self.pulled.losses;
        losses.add(LossKind::Unreadable, || format!("`{path}`: {problem}"));
    }
}
