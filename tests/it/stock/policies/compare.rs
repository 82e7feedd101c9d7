//! What a loader hands out of a run, beside our view of it.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value as Json;
use tfevents::event::{MetadataRef, What};
use tfevents::state::{BlobPoint, RunState};
use tfevents::{EventItem, EventReader, Kind, Policy, Scalars};

use super::content::Content;

/// Why a loader and our view of it differ all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Explained {
    /// The loader hands the series out, but in a class in which its plugin's dashboard asks for none.
    NoDashboard,
    /// A number among pictures, text and the like. The dashboards cannot show it; we hold it in a series of numbers.
    NumberAmongOthers,
    /// The tag's values name different plugins. TensorBoard goes by the run's first value; we take each for what the
    /// first metadata of its file say.
    Contradicted,
    /// The loader fails at one value and so at the whole series. We have what can be read.
    Fails,
    /// The Python loader fails at all series of a plugin, because one of them has metadata but no values.
    ListFails,
    /// The Python loader stops for good at a histogram that lacks edges.
    Stops,
    /// Text or a complex number in a series of scalars, at which the Scalars dashboard fails.
    NotANumber,
    /// A point of the Python loader's whose pictures or sounds cannot be fetched.
    Unfetched,
    /// Hyperparameters are in the metadata of the first value; as values the loader has empty tensors.
    HParams,
    /// A tensor without a tag: one loader calls all of them by the empty tag, the other by their `node_name`, but
    /// looks for their metadata under the empty tag. Neither leads to a dashboard.
    Unnamed,
}

impl Explained {
    pub(super) const ALL: [Self; 10] = [
        Self::NoDashboard,
        Self::NumberAmongOthers,
        Self::Contradicted,
        Self::Fails,
        Self::ListFails,
        Self::Stops,
        Self::NotANumber,
        Self::Unfetched,
        Self::HParams,
        Self::Unnamed,
    ];
}

/// How often each explanation was needed.
pub(super) type Tally = BTreeMap<Explained, u64>;

/// One series as a loader hands it out.
pub(super) struct Theirs<'a> {
    /// What is asked for: `scalars`, `tensors` or `blob_sequences`.
    class: &'a str,
    pub(super) plugin: &'a str,
    /// The content of its metadata.
    content: &'a Json,
    /// None where reading them failed.
    pub(super) points: Option<Vec<Point<'a>>>,
}

pub(super) struct Point<'a> {
    step: i64,
    wall_time: f64,
    value: &'a Json,
}

/// A point of ours.
type Ours = (i64, f64, Content);

pub(super) struct Comparison<'a> {
    pub(super) run: &'a RunState,
    pub(super) policy: Policy,
    pub(super) tally: &'a mut Tally,
}

impl Comparison<'_> {
    /// Fails at a difference that nothing explains. How many series needed no explanation.
    pub(super) fn run(mut self, theirs: &Json) -> u64 {
        if let Some(why) = theirs.get("failed") {
            assert!(why.as_str().unwrap().contains("inhomogeneous"), "{why}");
            self.explain(Explained::Stops);
            return 0;
        }
        let listed = listed(theirs);
        let failed = failed(theirs);
        for _ in &failed {
            self.explain(Explained::ListFails);
        }
        let tags: BTreeSet<_> = self.run.series().map(|series| series.tag).collect();
        let unknown: Vec<_> = listed.keys().filter(|tag| !tags.contains(*tag)).collect();
        assert!(
            unknown.is_empty() || unknown == [&""],
            "{unknown:?} of {}",
            self.run.name()
        );
        let mut same = 0;
        for tag in tags {
            let explained = match (tag, listed.get(tag)) {
                // What the second has for a `node_name`.
                ("" | "node", _) => Some(Explained::Unnamed),
                (_, Some(theirs)) => self.listed(tag, theirs),
                (_, None) => self.unlisted(tag, &failed),
            };
            match explained {
                Some(why) => self.explain(why),
                None => same += 1,
            }
        }
        same
    }

    fn explain(&mut self, why: Explained) {
        *self.tally.entry(why).or_default() += 1;
    }

    /// A series that the loader does not hand out is none of ours, either.
    fn unlisted(&self, tag: &str, failed: &BTreeSet<&str>) -> Option<Explained> {
        let numbers = self.run.scalars(tag, self.policy);
        let blobs = self.run.blobs(tag, self.policy);
        let empty = numbers.as_ref().is_none_or(Scalars::is_empty)
            && blobs.as_ref().is_none_or(Vec::is_empty);
        if empty {
            return None;
        }
        // It may be on a list that failed.
        let of_tag = self.run.series().filter(|series| series.tag == tag);
        let mut plugins = of_tag.flat_map(|series| {
            let stated = series.metadata.plugin_name.clone();
            [Some(stated), series.kind.plugin().map(str::to_owned)]
        });
        let explained = plugins.any(|plugin| failed.contains(&*plugin.unwrap_or_default()));
        assert!(
            explained,
            "{} has no {numbers:?} {blobs:?}",
            self.place(tag)
        );
        Some(Explained::ListFails)
    }

    fn place(&self, tag: &str) -> String {
        format!("{:?} {} {tag:?}", self.policy, self.run.name())
    }

    fn listed(&mut self, tag: &str, theirs: &Theirs<'_>) -> Option<Explained> {
        let place = self.place(tag);
        if !theirs.is_asked_for() {
            let hidden = self.run.scalars(tag, self.policy).is_none()
                && self.run.blobs(tag, self.policy).is_none();
            assert!(hidden, "{place}: no dashboard asks for it");
            return Some(Explained::NoDashboard);
        }
        let Some(points) = &theirs.points else {
            return Some(Explained::Fails);
        };
        let numbers = self.run.scalars(tag, Policy::Raw);
        if theirs.plugin == "hparams" {
            let blobs = self.run.blobs(tag, self.policy);
            let said: Vec<_> = blobs.iter().flatten().map(said).collect();
            if said.is_empty() && numbers.is_some() {
                return Some(Explained::NumberAmongOthers);
            }
            assert_eq!(said, [bytes(theirs.content)], "{place}");
            return Some(Explained::HParams);
        }
        let mut shown: Vec<_> = points.iter().collect();
        if theirs.class == "scalars" {
            shown.retain(|point| point.number().is_some());
            // Two of one event have no order among numbers and tensors.
            shown.sort_by(|a, b| {
                let numbers = || a.number().zip(b.number()).map(|(a, b)| a.total_cmp(&b));
                a.wall_time
                    .total_cmp(&b.wall_time)
                    .then_with(|| numbers().unwrap())
            });
            if shown.len() < points.len() {
                self.explain(Explained::NotANumber);
            }
        } else if let Some(numbers) = numbers
            && points
                .iter()
                .any(|point| numbers.wall_times.contains(&point.wall_time.into()))
        {
            return Some(Explained::NumberAmongOthers);
        }
        let ours = self.ours(tag, theirs.class);
        let our_places: Vec<_> = ours.iter().map(|ours| (ours.0, ours.1)).collect();
        let their_places: Vec<_> = shown
            .iter()
            .map(|point| (point.step, point.wall_time))
            .collect();
        if our_places != their_places && self.is_contradicted(tag) {
            return Some(Explained::Contradicted);
        }
        assert_eq!(
            our_places, their_places,
            "{place}: {} {}",
            theirs.class, theirs.plugin
        );
        for ((step, _, ours), point) in ours.iter().zip(&shown) {
            let theirs = match theirs.class {
                "scalars" => Content::Numbers(point.number().into_iter().collect()),
                "tensors" => Content::of_tensor(point.value),
                _ => Content::of_blobs(point.value),
            };
            if theirs == Content::Unknown {
                self.explain(Explained::Unfetched);
            }
            if !ours.agrees(&theirs) {
                assert!(
                    self.is_contradicted(tag),
                    "{place} at {step}: {ours:?} {theirs:?}"
                );
                return Some(Explained::Contradicted);
            }
        }
        None
    }

    /// What we have of a series that the loader hands out in this class.
    fn ours(&self, tag: &str, class: &str) -> Vec<Ours> {
        let mut ours = Vec::new();
        for point in self.run.blobs(tag, self.policy).iter().flatten() {
            let blob = point.read().unwrap();
            let is_number =
                matches!(Content::of_stored(&blob), Content::Numbers(one) if one.len() == 1);
            if is_number || class != "scalars" {
                ours.push((point.step, point.wall_time.as_secs(), Content::of(&blob)));
            }
        }
        if class == "scalars" {
            // Somebody else's scalars are numbers to us where they have no metadata, and tensors where they have.
            if let Some(numbers) = self.run.scalars(tag, self.policy) {
                let at = numbers.steps.iter().zip(&numbers.wall_times);
                ours.extend(
                    at.zip(numbers.values.iter())
                        .map(|((&step, &wall_time), number)| {
                            (
                                step,
                                wall_time.as_secs(),
                                Content::Numbers(vec![number.as_f64()]),
                            )
                        }),
                );
            }
            ours.sort_by(|a, b| {
                a.1.total_cmp(&b.1)
                    .then_with(|| a.2.number().total_cmp(&b.2.number()))
            });
        }
        ours
    }

    /// Whether the tag's values say that they belong to different plugins.
    fn is_contradicted(&self, tag: &str) -> bool {
        let mut plugins = BTreeSet::new();
        for file in self.run.files() {
            let mut reader = EventReader::open(file.path()).unwrap();
            while let EventItem::Event(record) = reader.next_item().unwrap() {
                match &record.event.what {
                    What::TaggedRunMetadata(run) if run.tag == tag => {
                        plugins.insert("an event of its own".to_owned());
                    }
                    What::Summary(summary) => {
                        let values = summary.values().map(Result::unwrap);
                        for value in values.filter(|value| value.tag == tag) {
                            let implied = Kind::of(&value.data, MetadataRef::default());
                            plugins.extend(value.metadata.map(|m| m.plugin_name.to_owned()));
                            plugins.extend(implied.plugin().map(str::to_owned));
                        }
                    }
                    _ => {}
                }
            }
        }
        plugins.len() > 1
    }
}

impl Theirs<'_> {
    /// Whether the plugin's dashboard asks for series of this class; somebody else's may.
    pub(super) fn is_asked_for(&self) -> bool {
        let class = match self.plugin {
            "foreign" => return true,
            "scalars" => "scalars",
            "images" | "audio" => "blob_sequences",
            plugin if plugin.starts_with("graph") => "blob_sequences",
            _ => "tensors",
        };
        self.class == class
    }
}

impl Point<'_> {
    fn of(json: &Json) -> Point<'_> {
        Point {
            step: json[0].as_i64().unwrap(),
            wall_time: json[1].as_f64().unwrap(),
            value: &json[2],
        }
    }

    /// Whether there is anything in it; of pictures, sounds and the like, files that can be fetched.
    pub(super) fn has_all(&self) -> bool {
        let blobs = self.value.as_array();
        blobs.is_none_or(|blobs| !blobs.is_empty() && blobs.iter().all(|b| b["bytes"].is_string()))
    }

    fn number(&self) -> Option<f64> {
        self.value.as_f64().or(self.value.as_bool().map(f64::from))
    }
}

/// The series of a run by their tags, of which TensorBoard has one each.
pub(super) fn listed(theirs: &Json) -> BTreeMap<&str, Theirs<'_>> {
    let mut listed = BTreeMap::new();
    for (class, plugins) in theirs.as_object().unwrap() {
        for (plugin, tags) in plugins.as_object().unwrap() {
            let series = tags.as_object().unwrap().iter();
            for (tag, series) in series.filter(|(_, series)| series.is_object()) {
                let points = series["points"].as_array();
                let theirs = Theirs {
                    class,
                    plugin,
                    content: &series["content"],
                    points: points.map(|points| points.iter().map(Point::of).collect()),
                };
                assert!(listed.insert(&**tag, theirs).is_none(), "{tag:?} twice");
            }
        }
    }
    listed
}

/// The plugins of which a list failed.
pub(super) fn failed(theirs: &Json) -> BTreeSet<&str> {
    let classes = theirs.as_object().unwrap().values();
    let plugins = classes.flat_map(|plugins| plugins.as_object().unwrap());
    let failed = plugins.filter(|(_, tags)| tags["error"].is_string());
    failed.map(|(plugin, _)| &**plugin).collect()
}

/// The content of the metadata that came with a value.
fn said(point: &BlobPoint) -> Vec<u8> {
    let blob = point.read().unwrap();
    let value = blob.stored().unwrap().unwrap();
    value.metadata.unwrap_or_default().content.to_vec()
}

fn bytes(json: &Json) -> Vec<u8> {
    BASE64_STANDARD
        .decode(json["bytes"].as_str().unwrap())
        .unwrap()
}
