//! What the files of a run show together.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Checker;
use super::{series::Series, views};
use crate::check::{Finding, Problem, Report, dashboards, projector};
use crate::plugin::{Kind, RUN_GRAPH_TAG};

impl Checker<'_> {
    /// What was found in all of the files, and how TensorBoard's views of the run differ from its content.
    #[must_use]
    pub fn finish(mut self) -> Report {
        // Where nothing follows, stopping costs nothing.
        self.findings.retain(|finding| finding.count > 0);
        let mut series: Vec<_> = std::mem::take(&mut self.series).into_iter().collect();
        series.sort_by(|a, b| a.0.cmp(&b.0));
        let find = |tag: &str| {
            let found = series.binary_search_by(|(name, _)| (**name).cmp(tag));
            found.ok().map(|i| &series[i].1)
        };
        let views = views::compare(self.run, &self.files, find);
        let (placed, of_run): (Vec<_>, Vec<_>) = views
            .into_iter()
            .partition(|finding| finding.file.is_some());
        self.findings.extend(placed);
        self.two_writers(&series);
        self.findings.sort_by(|a, b| {
            let offset = |f: &Finding| f.place.map(|place| place.offset);
            a.file.cmp(&b.file).then(offset(a).cmp(&offset(b)))
        });
        self.whole_series(&series);
        self.findings.extend(projector(self.run.dir()));
        self.findings.extend(of_run);
        Report {
            run: self.run.name().to_owned(),
            tags: series.into_iter().map(|(tag, _)| tag).collect(),
            findings: self.findings,
            facts: self.facts,
        }
    }

    /// What all values of a series, or of a mesh, show together.
    fn whole_series(&mut self, series: &[(Arc<str>, Series)]) {
        let mut found: Vec<_> = std::mem::take(&mut self.meshes).flaws().collect();
        for (tag, series) in series {
            if series.kind == Kind::Scalar {
                self.facts.scalar(tag, series.points, series.last_step);
            }
            let of_clips = || dashboards::uneven(series.clips?);
            let of_graphs =
                || (&**tag == RUN_GRAPH_TAG && series.points > 1).then(dashboards::several_graphs);
            let flaw = match series.valued {
                true => of_clips().or_else(of_graphs),
                false => dashboards::empty_series(series.kind, &series.about),
            };
            found.extend(flaw.map(|flaw| (Arc::clone(tag), flaw)));
        }
        let mut counts = BTreeMap::<(Arc<str>, &str), usize>::new();
        for (tag, flaw) in found {
            let next = self.findings.len();
            let known = *counts
                .entry((Arc::clone(&tag), flaw.code()))
                .or_insert(next);
            match self.findings.get_mut(known) {
                Some(finding) => finding.count += 1,
                None => self
                    .findings
                    .push(Finding::of_run(Problem::Dashboard(flaw), Some(tag), 1)),
            }
        }
        let name = dashboards::of_run(self.run.dir());
        self.findings
            .extend(name.map(|flaw| Finding::of_run(Problem::Dashboard(flaw), None, 1)));
    }

    fn two_writers(&mut self, series: &[(Arc<str>, Series)]) {
        let mut pairs = BTreeMap::<(usize, usize), u64>::new();
        for (_, series) in series {
            let mut spans = series.spans.clone();
            spans.sort_by(|a, b| a.1.total_cmp(&b.1));
            // The file so far that lasts longest.
            let mut longest: Option<(usize, f64)> = None;
            for (file, begin, end) in spans {
                if let Some((other, until)) = longest
                    && begin < until
                {
                    *pairs.entry((other.max(file), other.min(file))).or_default() += 1;
                }
                if longest.is_none_or(|(_, until)| end > until) {
                    longest = Some((file, end));
                }
            }
        }
        for ((file, other), count) in pairs {
            if let (Some(file), Some(other)) = (self.files.get(file), self.files.get(other)) {
                self.findings.push(Finding {
                    problem: Problem::TwoWriters {
                        other: other.clone(),
                    },
                    file: Some(file.clone()),
                    place: None,
                    tag: None,
                    count,
                });
            }
        }
    }
}
