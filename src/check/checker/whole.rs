//! What the files of a run show together.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Checker;
use super::series::{Series, Span};
use super::views;
use crate::check::{Finding, Problem, Report, dashboards, projector};
use crate::plugin::{Kind, RUN_GRAPH_TAG, graph};
use crate::tags::Tags;

impl Checker<'_> {
    /// What was found in all of the files, and how TensorBoard's views of the run differ from its content.
    #[must_use]
    pub fn finish(mut self) -> Report {
        // Where nothing follows, stopping costs nothing.
        self.findings.retain(|finding| finding.count > 0);
        let series = std::mem::take(&mut self.series);
        let writers = self.two_writers(&series);
        let whole = self.whole_series(&series);
        // Beside what the views need, a run of many tags has little room left.
        let series = series.map(Series::known);
        let views = views::compare(self.run, &self.files, &series);
        let (placed, of_run): (Vec<_>, Vec<_>) = views
            .into_iter()
            .partition(|finding| finding.file.is_some());
        self.findings.extend(placed);
        self.findings.extend(writers);
        self.findings.sort_by(|a, b| {
            let offset = |f: &Finding| f.place.map(|place| place.offset);
            a.file.cmp(&b.file).then(offset(a).cmp(&offset(b)))
        });
        self.findings.extend(whole);
        self.findings.extend(projector(self.run.dir()));
        self.findings.extend(of_run);
        Report {
            run: self.run.name().to_owned(),
            findings: self.findings,
            tags: series.map(|known| (known.kind(), known.curve())),
            facts: self.facts,
        }
    }

    /// What all values of a series, or of a mesh, show together.
    fn whole_series(&mut self, series: &Tags<Series>) -> Vec<Finding> {
        let mut found = Vec::new();
        let is_graph = |series: &Series| series.kind == Kind::Graph;
        let has_graph = series.iter().any(|(_, series)| {
            is_graph(series) && &*series.about.plugin != graph::TAGGED_RUN_METADATA
        });
        for (tag, series) in series.iter() {
            let of_clips = || dashboards::uneven(series.found().clips?);
            let of_graphs =
                || (tag == RUN_GRAPH_TAG && series.points > 1).then(dashboards::several_graphs);
            let of_costs = || {
                let is_lonely = !has_graph && is_graph(series);
                is_lonely.then(dashboards::without_graph)
            };
            let is_blank = !series.drawn && series.found().flaws.is_empty();
            let of_chart = || is_blank.then(|| dashboards::of_blank_series(series.kind));
            let flaw = match series.valued {
                true => of_clips()
                    .or_else(of_graphs)
                    .or_else(of_costs)
                    .or_else(of_chart),
                false => dashboards::empty_series(series.kind, &series.about),
            };
            found.extend(flaw.map(|flaw| (Arc::<str>::from(tag), flaw)));
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        let of_meshes = std::mem::take(&mut self.meshes);
        let mut findings = Vec::<Finding>::new();
        let mut counts = BTreeMap::<(Arc<str>, &str), usize>::new();
        for (tag, flaw) in of_meshes.flaws().chain(found) {
            let next = findings.len();
            let known = *counts
                .entry((Arc::clone(&tag), flaw.code()))
                .or_insert(next);
            match findings.get_mut(known) {
                Some(finding) => finding.count += 1,
                None => findings.push(Finding::of_run(Problem::Dashboard(flaw), Some(tag), 1)),
            }
        }
        let name = dashboards::of_run(self.run.dir());
        findings.extend(name.map(|flaw| Finding::of_run(Problem::Dashboard(flaw), None, 1)));
        findings
    }

    fn two_writers(&self, series: &Tags<Series>) -> Vec<Finding> {
        let mut pairs = BTreeMap::<(usize, usize), u64>::new();
        for (_, series) in series.iter() {
            let mut spans = series.spans();
            spans.sort_by(|a, b| a.begin.total_cmp(&b.begin));
            // The file so far that lasts longest.
            let mut longest: Option<(usize, f64)> = None;
            for Span { file, begin, end } in spans {
                let file = file as usize;
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
        let finding = |((file, other), count): ((usize, usize), u64)| {
            let other = self.files.get(other)?;
            Some(Finding {
                problem: Problem::TwoWriters {
                    other: other.to_path_buf(),
                },
                file: Some(Arc::clone(self.files.get(file)?)),
                place: None,
                tag: None,
                count,
            })
        };
        pairs.into_iter().filter_map(finding).collect()
    }
}
