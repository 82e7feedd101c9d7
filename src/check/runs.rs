//! What only shows when the runs of a logdir are looked at side by side.

use std::sync::Arc;

use super::{Finding, Flaw, Problem, Report};

mod charts;
mod sessions;
mod tags;

/// Adds to the reports of one logdir's runs what the dashboards that put runs together do not show: sessions and
/// metrics that HParams leaves out, and charts that find no scalars.
///
/// # Examples
///
/// ```
/// use tfevents::{HParams, Logdir, SummaryWriter, check};
///
/// # let dir = tempfile::tempdir()?;
/// let writer = SummaryWriter::new(dir.path().join("a"))?;
/// let session = writer.start_session(HParams::new().with("lr", 0.1))?;
/// writer.add_scalar("loss", 0.5, 5_000_000_000_i64)?;
/// session.finish()?;
/// writer.close()?;
///
/// let mut reports: Vec<_> = Logdir::open(dir.path())?.runs().iter().map(check::run).collect();
/// check::together(&mut reports);
/// assert_eq!(reports[0].findings[0].problem.code(), "metric_step");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn together(reports: &mut [Report]) {
    let mut found = sessions::findings(reports);
    found.extend(charts::findings(reports));
    add(found, reports);
}

/// Notes in each report the tags that more than half of the runs that belong together have, and it lacks.
///
/// Runs belong together if they lie side by side, or if they are called the same in directories side by side, as
/// `adam/train` and `sgd/train`: whichever they share more tags with. Runs without any tag are left out; fewer
/// than three cannot be compared.
///
/// # Examples
///
/// ```
/// use tfevents::{Logdir, SummaryWriter, check};
///
/// # let dir = tempfile::tempdir()?;
/// for (run, tag) in [("a", "loss"), ("b", "loss"), ("c", "lss")] {
///     let writer = SummaryWriter::new(dir.path().join(run))?;
///     writer.add_scalar(tag, 0.5, 1)?;
///     writer.close()?;
/// }
/// let mut reports: Vec<_> = Logdir::open(dir.path())?.runs().iter().map(check::run).collect();
/// check::missing_tags(&mut reports);
/// assert_eq!(reports[2].findings[0].tag.as_deref(), Some("loss"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn missing_tags(reports: &mut [Report]) {
    add(tags::missing(reports), reports);
}

fn add(found: Vec<Found>, reports: &mut [Report]) {
    for (run, finding) in found {
        if let Some(report) = reports.get_mut(run) {
            report.findings.push(finding);
        }
    }
}

/// The number of a report, and what is to be added to it.
type Found = (usize, Finding);

/// A flaw of the dashboard that puts runs together.
fn flaw(run: usize, tag: Option<&str>, flaw: Flaw) -> Found {
    (
        run,
        Finding::of_run(Problem::Dashboard(flaw), tag.map(Arc::from), 1),
    )
}
