//! What each value adds to what is known of its tag, and what is wrong with it.

use super::Checker;
use super::series::{Again, Moment, Series};
use crate::check::{Flaw, Place, Problem, dashboards};
use crate::event::{DataRef, MetadataRef};
use crate::plugin::hparams::{self, HParamsEvent};
use crate::plugin::{Kind, RUN_GRAPH_TAG, custom_scalars};
use crate::types::WallTime;

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
        let id = self.series.find(tag);
        if let Some(series) = id.and_then(|id| self.series.value_mut(id)) {
            series.valued = true;
        }
        self.flawed_value(at.place, tag, flaw);
    }

    /// A flaw of a value whose tag is known by now.
    pub(super) fn flawed_value(&mut self, place: Place, tag: &str, flaw: Option<Flaw>) {
        if let Some(id) = flaw.as_ref().and_then(|_| self.series.find(tag)) {
            self.flawed(place, id, flaw);
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
        let known = self.series.get(tag);
        let Some((id, series)) = known.and_then(|id| Some((id, self.series.value(id)?))) else {
            let series = Series::new(at, file, data, metadata, &mut self.abouts);
            let flaw = dashboards::of_series(series.kind, tag, &series.about)
                .or_else(|| dashboards::of_names(series.kind, self.run.name(), tag));
            if series.kind == Kind::HParams && !flaw.as_ref().is_some_and(Flaw::breaks_dashboard) {
                self.facts.hparams(tag, &series.about.content);
            }
            let id = self.series.insert(tag, series);
            self.flawed(at.place, id, flaw);
            self.look(at, id, data);
            return;
        };
        let kind = Kind::of(
            data,
            metadata.unwrap_or(MetadataRef {
                plugin_name: &series.about.plugin,
                ..MetadataRef::default()
            }),
        );
        let (first, last, before) = (series.kind, series.last_step, series.found().again);
        let Again {
            mut back,
            mut same,
            mut kinds,
        } = before;
        // Of these the last one, or the first, stands for all.
        let replaced = matches!(first, Kind::HParams | Kind::CustomScalars) || tag == RUN_GRAPH_TAG;
        if at.step < last && !replaced {
            let (from, to) = (last, at.step);
            back = self.again(back, Problem::StepsBack { from, to }, at.place, id);
        }
        if at.step == last && !replaced {
            let step = at.step;
            same = self.again(same, Problem::DuplicateSteps { step }, at.place, id);
        }
        let differs = kind != first && kind != Kind::Other && first != Kind::Other;
        if differs {
            let problem = Problem::TwoKinds { first, then: kind };
            kinds = self.again(kinds, problem, at.place, id);
        }
        let flaw = self.later_session(id, metadata);
        self.flawed(at.place, id, flaw);
        if let Some(series) = self.series.value_mut(id) {
            let again = Again { back, same, kinds };
            if again != before {
                series.found_mut().again = again;
            }
            series.add(at, file, kind, metadata, &mut self.abouts);
        }
        if differs {
            self.flawed(at.place, id, dashboards::of_stray(data));
        } else {
            self.look(at, id, data);
        }
    }

    /// Whether the dashboard can show a value, and what it needs to know for others.
    fn look(&mut self, at: Moment, id: usize, data: &DataRef<'_>) {
        let Some(series) = self.series.value_mut(id) else {
            return;
        };
        series.valued |= !matches!(data, DataRef::None);
        series.drawn = series.drawn || dashboards::draws(series.kind, data);
        if series.kind == Kind::Scalar && matches!(data, DataRef::Simple(_)) {
            // Nearly all values end here.
            return;
        }
        if series.kind == Kind::Audio
            && let Some(clips) = dashboards::clips(data)
        {
            let known = &mut series.found_mut().clips;
            let (least, most) = known.unwrap_or((clips, clips));
            *known = Some((least.min(clips), most.max(clips)));
        }
        let (Some(series), Some(name)) = (self.series.value(id), self.series.name(id)) else {
            return;
        };
        let flaw = dashboards::of_value(series.kind, name, data, &series.about);
        // Somewhere else the value of these stands.
        let is_elsewhere = matches!(series.kind, Kind::Graph | Kind::HParams);
        let is_misformed = match data {
            DataRef::None => !is_elsewhere,
            _ => flaw.as_ref().is_some_and(Flaw::is_of_form),
        };
        match series.kind {
            Kind::Mesh => self.meshes.add(name, at.step, data, &series.about.content),
            Kind::CustomScalars if name == custom_scalars::LAYOUT_TAG => {
                self.facts.layout = custom_scalars::decode(data).ok();
            }
            _ => {}
        }
        if is_misformed && let Some(series) = self.series.value_mut(id) {
            series.found_mut().misformed += 1;
        }
        self.flawed(at.place, id, flaw);
    }

    /// Of several starts or ends of sessions in a run TensorBoard holds to the first.
    fn later_session(&self, id: usize, metadata: Option<MetadataRef<'_>>) -> Option<Flaw> {
        let series = self
            .series
            .value(id)
            .filter(|series| series.kind == Kind::HParams)?;
        let said = |content| {
            Some(match hparams::decode(content).ok()? {
                // When it was does not stand in the table.
                HParamsEvent::SessionStart { hparams, .. } => HParamsEvent::SessionStart {
                    hparams,
                    time: WallTime::default(),
                },
                HParamsEvent::SessionEnd { status, .. } => HParamsEvent::SessionEnd {
                    status,
                    time: WallTime::default(),
                },
                other => other,
            })
        };
        let later = metadata
            .map(|m| m.content)
            .filter(|later| *later != &*series.about.content)?;
        (said(later) != said(&series.about.content)).then(|| {
            Flaw::new(
                "later_session",
                "HParams: this differs from what the run said first, and TensorBoard shows only what came first",
                "Start each session in its own run.",
            )
        })
    }
}
