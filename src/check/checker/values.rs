//! What each value adds to what is known of its tag, and what is wrong with it.

use std::sync::Arc;

use super::Checker;
use super::series::{Moment, Series};
use crate::check::{Flaw, Place, Problem, dashboards};
use crate::event::{DataRef, MetadataRef};
use crate::plugin::hparams::{self, HParamsEvent};
use crate::plugin::{Kind, RUN_GRAPH_TAG, custom_scalars};

impl Checker<'_> {
    /// A value of the present file, which a loader that has stopped does not see.
    pub(super) fn count_value(&mut self) {
        self.values += 1;
        for stop in [self.fast_stop, self.slow_stop].into_iter().flatten() {
            if let Some(behind) = self.findings.get_mut(stop) {
                behind.count += 1;
            }
        }
    }

    /// A value that is an event of its own.
    pub(super) fn graph(&mut self, at: Moment, tag: &str, plugin_name: &str, flaw: Option<Flaw>) {
        let metadata = MetadataRef {
            plugin_name,
            ..MetadataRef::default()
        };
        self.value(at, tag, &DataRef::None, Some(metadata));
        if let Some(series) = self.series.get_mut(tag) {
            series.valued = true;
        }
        self.flawed_value(at.place, tag, flaw);
    }

    /// A flaw of a value whose tag is known by now.
    pub(super) fn flawed_value(&mut self, place: Place, tag: &str, flaw: Option<Flaw>) {
        let name = flaw.as_ref().and(self.series.get_key_value(tag));
        if let Some(name) = name.map(|(name, _)| Arc::clone(name)) {
            self.flawed(place, &name, flaw);
        }
    }

    pub(super) fn value(
        &mut self,
        at: Moment,
        tag: &str,
        data: &DataRef<'_>,
        metadata: Option<MetadataRef<'_>>,
    ) {
        self.count_value();
        let file = self.files.len() - 1;
        let Some((name, series)) = self.series.get_key_value(tag) else {
            let series = Series::new(at, file, data, metadata);
            let flaw = dashboards::of_series(series.kind, tag, &series.about)
                .or_else(|| dashboards::of_names(series.kind, self.run.name(), tag));
            if series.kind == Kind::HParams && !flaw.as_ref().is_some_and(Flaw::breaks_dashboard) {
                self.facts.hparams(tag, &series.about.content);
            }
            let name = Arc::<str>::from(tag);
            self.series.insert(Arc::clone(&name), series);
            self.flawed(at.place, &name, flaw);
            self.look(at, &name, data);
            return;
        };
        let name = Arc::clone(name);
        let kind = Kind::of(
            data,
            metadata.unwrap_or(MetadataRef {
                plugin_name: &series.about.plugin,
                ..MetadataRef::default()
            }),
        );
        let last = series.last_step;
        let (first, mut back, mut same, mut kinds) =
            (series.kind, series.back, series.same, series.kinds);
        // Of these the last one, or the first, stands for all.
        let replaced = matches!(first, Kind::HParams | Kind::CustomScalars) || tag == RUN_GRAPH_TAG;
        if at.step < last && !replaced {
            let (from, to) = (last, at.step);
            back = self.again(back, Problem::StepsBack { from, to }, at.place, &name);
        }
        if at.step == last && !replaced {
            let step = at.step;
            same = self.again(same, Problem::DuplicateSteps { step }, at.place, &name);
        }
        let differs = kind != first && kind != Kind::Other && first != Kind::Other;
        if differs {
            let problem = Problem::TwoKinds { first, then: kind };
            kinds = self.again(kinds, problem, at.place, &name);
        }
        let flaw = self.later_session(&name, metadata);
        self.flawed(at.place, &name, flaw);
        if let Some(series) = self.series.get_mut(tag) {
            (series.back, series.same, series.kinds) = (back, same, kinds);
            series.add(at, file, kind, metadata);
        }
        if differs {
            self.flawed(at.place, &name, dashboards::of_stray(data));
        } else {
            self.look(at, &name, data);
        }
    }

    /// Whether the dashboard can show a value, and what it needs to know for others.
    pub(super) fn look(&mut self, at: Moment, name: &Arc<str>, data: &DataRef<'_>) {
        let Some(series) = self.series.get_mut(&**name) else {
            return;
        };
        series.valued |= !matches!(data, DataRef::None);
        let flaw = match (series.kind, data) {
            // Nearly all values end here.
            (Kind::Scalar, DataRef::Simple(_)) => return,
            (kind, data) => dashboards::of_value(kind, name, data, &series.about),
        };
        match series.kind {
            Kind::Mesh => self.meshes.add(name, at.step, data, &series.about.content),
            Kind::Audio => {
                if let Some(clips) = dashboards::clips(data) {
                    let (least, most) = series.clips.unwrap_or((clips, clips));
                    series.clips = Some((least.min(clips), most.max(clips)));
                }
            }
            Kind::CustomScalars if **name == *custom_scalars::LAYOUT_TAG => {
                self.facts.layout = custom_scalars::decode(data).ok();
            }
            _ => {}
        }
        self.flawed(at.place, name, flaw);
    }

    /// Of several starts or ends of sessions in a run TensorBoard holds to the first.
    pub(super) fn later_session(
        &self,
        name: &Arc<str>,
        metadata: Option<MetadataRef<'_>>,
    ) -> Option<Flaw> {
        let series = self
            .series
            .get(&**name)
            .filter(|series| series.kind == Kind::HParams)?;
        let said = |content| {
            Some(match hparams::decode(content).ok()? {
                // When it was does not stand in the table.
                HParamsEvent::SessionStart { hparams, .. } => {
                    HParamsEvent::SessionStart { hparams, time: 0.0 }
                }
                HParamsEvent::SessionEnd { status, .. } => {
                    HParamsEvent::SessionEnd { status, time: 0.0 }
                }
                other => other,
            })
        };
        let later = metadata
            .map(|m| m.content)
            .filter(|later| *later != &*series.about.content)?;
        (said(later) != said(&series.about.content)).then(|| {
            Flaw::new(
                "later_session",
                "HParams: the run says something else here than at first, and TensorBoard holds to what came \
                 first",
                "Start each session in a run of its own.",
            )
        })
    }
}
