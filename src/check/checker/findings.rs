//! How findings are made: one for all places of a file at which the same happens.

use std::sync::Arc;

use super::Checker;
use crate::check::{Finding, Flaw, Loader, Place, Problem};

impl Checker<'_> {
    /// A flaw of a tag: once for all of its values in a file.
    pub(super) fn flawed(&mut self, place: Place, id: usize, flaw: Option<Flaw>) {
        let Some(flaw) = flaw else {
            return;
        };
        let code = flaw.code();
        let flaws = self.series.value(id).map(|series| &series.found().flaws);
        let known = flaws.and_then(|flaws| flaws.iter().find(|(known, _)| *known == code));
        let known = known.map(|&(_, finding)| finding);
        let now = self.again(known, Problem::Dashboard(flaw), place, id);
        if let (Some(now), Some(series)) = (now.filter(|_| now != known), self.series.value_mut(id))
        {
            let flaws = &mut series.found_mut().flaws;
            flaws.retain(|(known, _)| *known != code);
            flaws.push((code, now));
        }
    }

    /// Adds to a finding that concerns no tag, or makes it.
    pub(super) fn once_more(
        &mut self,
        known: &mut Option<usize>,
        place: Place,
        problem: impl FnOnce() -> Problem,
    ) {
        match known.and_then(|known| self.findings.get_mut(known)) {
            Some(finding) => finding.count += 1,
            None => {
                *known = Some(self.findings.len());
                self.find(problem(), Some(place), None, 1);
            }
        }
    }

    /// Adds to a finding of the present file, or makes it.
    pub(super) fn again(
        &mut self,
        known: Option<usize>,
        problem: Problem,
        place: Place,
        id: usize,
    ) -> Option<usize> {
        let known = known.filter(|&known| known >= self.first_finding);
        match known.and_then(|known| self.findings.get_mut(known)) {
            Some(finding) => finding.count += 1,
            None => {
                let tag = self.series.name(id).map(Arc::from);
                self.find(problem, Some(place), tag, 1);
                return Some(self.findings.len() - 1);
            }
        }
        known
    }

    /// A loader stops in the present file, unless it already did.
    pub(super) fn stop(&mut self, loader: Loader, place: Place) {
        let next = self.findings.len();
        let stop = match loader {
            Loader::Fast => &mut self.fast_stop,
            Loader::Slow => &mut self.slow_stop,
        };
        if stop.is_none() {
            *stop = Some(next);
            self.find(Problem::Behind(loader), Some(place), None, 0);
        }
    }

    pub(super) fn find(
        &mut self,
        problem: Problem,
        place: Option<Place>,
        tag: Option<Arc<str>>,
        count: u64,
    ) {
        self.findings.push(Finding {
            problem,
            file: self.files.last().cloned(),
            place,
            tag,
            count,
        });
    }
}
