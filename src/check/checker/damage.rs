//! Damaged records of a file, summed up.

use super::Checker;
use crate::check::{Finding, Loader, Place, Problem};
use crate::reader;
use crate::record::Fault;

/// The findings of records in one file: one of each sort.
#[derive(Default)]
pub(super) struct Damage {
    pub(super) records: Option<usize>,
    contents: Option<usize>,
    /// The finding of records that are intact, but too long to be read.
    large: Option<usize>,
}

impl Damage {
    pub(super) fn note(&mut self, checker: &mut Checker<'_>, defect: reader::Defect) {
        let place = Place {
            record: defect.record,
            offset: defect.offset,
        };
        // Where the boundary of the record is known, the fast loader takes it unchecked.
        let skipped = matches!(
            defect.kind,
            reader::DefectKind::Framing(Fault::PayloadCrc { .. })
        );
        match defect.kind {
            reader::DefectKind::Framing(fault) => {
                checker.once_more(&mut self.records, place, || Problem::Damage {
                    bytes: 0,
                    fault,
                });
                let known = self
                    .records
                    .and_then(|known| checker.findings.get_mut(known));
                if let Some(Finding {
                    problem: Problem::Damage { bytes, .. },
                    ..
                }) = known
                {
                    *bytes += defect.len;
                }
            }
            reader::DefectKind::Content(what) => {
                checker.once_more(&mut self.contents, place, || Problem::NotAnEvent(what));
            }
            reader::DefectKind::Large { length, limit } => {
                // TensorBoard accepts it.
                let problem = Problem::LargeRecord { length, limit };
                checker.once_more(&mut self.large, place, || problem);
                return;
            }
        }
        if !skipped {
            checker.stop(Loader::Fast, place);
        }
        checker.stop(Loader::Slow, place);
    }
}
