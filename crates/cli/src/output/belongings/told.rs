//! What went along and what stays behind, for people and for programs.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use serde::Serialize;

use super::{Belongings, OfDir};
use crate::input::beside::named::{PLUGINS, PROJECTOR};
use crate::ui::few;
use crate::ui::reporter::Reporter;
use tfevents_analysis::number;
use tfevents_analysis::text;
use tfevents_table::json::PathText;

impl Belongings {
    /// Tells what stays behind.
    pub(crate) fn report(&self, reporter: &Reporter) {
        let all: Vec<_> = self.0.iter().filter(|of| !of.stays.is_empty()).collect();
        let (first, others) = few::first(&all, few::NAMED);
        for of in first {
            let run = text::printable(&of.run);
            let what = of.describe();
            if of.is_shown() {
                reporter.warn(format_args!(
                    "{run}: not copied: {what}, which TensorBoard shows"
                ));
            } else {
                reporter.note(format_args!("{run}: not copied: {what}"));
            }
        }
        if others > 0 {
            let told = few::more(others, "run", "with files that are not copied");
            match all[first.len()..].iter().any(|of| of.is_shown()) {
                true => reporter.warn(told),
                false => reporter.note(told),
            }
        }
    }

    /// How many files go along.
    pub(in super::super) fn along(&self) -> usize {
        self.0.iter().map(|of| of.along.len()).sum()
    }

    /// What is copied too, for programs.
    pub(in super::super) fn taken_along(&self) -> Vec<Report<'_>> {
        self.reports(|of| of.along.iter().map(|file| &*file.name).collect())
    }

    /// What stays behind, for programs.
    pub(in super::super) fn left_behind(&self) -> Vec<Report<'_>> {
        self.reports(|of| of.stays.iter().map(PathBuf::as_path).collect())
    }

    fn reports<'b>(&'b self, files: impl Fn(&'b OfDir) -> Vec<&'b Path>) -> Vec<Report<'b>> {
        let reports = self.0.iter().map(|of| Report {
            run: &of.run,
            directory: PathText(&of.dir),
            files: files(of).into_iter().map(PathText).collect(),
        });
        reports.filter(|report| !report.files.is_empty()).collect()
    }
}

impl OfDir {
    /// Whether TensorBoard shows something that is not in a copy.
    fn is_shown(&self) -> bool {
        let mut stays = self.stays.iter();
        stays.any(|file| file.ends_with(PROJECTOR) || file.starts_with(PLUGINS))
    }

    /// The files, and of directories how many are in them.
    fn describe(&self) -> String {
        let mut entries = BTreeMap::<_, u64>::new();
        for file in &self.stays {
            let is_below = matches!(file.components().next(), Some(Component::Normal(_)));
            let first = match is_below {
                true => file.iter().next().unwrap_or_default(),
                false => file.as_os_str(),
            };
            let is_dir = file.as_os_str() != first;
            *entries.entry((is_dir, first)).or_default() += 1;
        }
        let entries = entries.iter().map(|(&(is_dir, name), &n)| {
            let name = text::path(name.as_ref());
            let name = text::printable(&name);
            match is_dir {
                true => format!("{name}/ ({})", number::counted(n, "file")),
                false => name.into_owned(),
            }
        });
        let entries: Vec<_> = entries.collect();
        few::in_a_row(&entries, few::NAMED, |more| few::more(more, "", ""))
    }
}

/// How `--json` lists them.
#[derive(Serialize)]
pub(crate) struct Report<'a> {
    run: &'a str,
    directory: PathText<'a>,
    files: Vec<PathText<'a>>,
}
