//! From tracks to the planes of an `XSpace`.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use crate::plugin::profile::{Stat, Track, lock};
use crate::proto::xplane::{
    XEvent, XEventMetadata, XLine, XPlane, XStat, XStatMetadata, x_event, x_stat,
};

pub(super) fn planes(tracks: &[Track]) -> Vec<XPlane> {
    let mut planes = BTreeMap::<&str, Plane>::new();
    for track in tracks {
        planes.entry(&track.inner.plane).or_default().add(track);
    }
    let numbered = (1..).zip(planes);
    numbered
        .map(|(id, (name, plane))| plane.build(id, name))
        .collect()
}

/// A plane being put together: its lines share their names.
#[derive(Default)]
struct Plane {
    lines: Vec<XLine>,
    events: Ids,
    stats: Ids,
}

/// Names and their ids, which count from 1.
#[derive(Default)]
struct Ids {
    ids: HashMap<String, i64>,
}

impl Ids {
    fn id(&mut self, name: &str) -> i64 {
        if let Some(&id) = self.ids.get(name) {
            return id;
        }
        let id = 1 + i64::try_from(self.ids.len()).unwrap_or(i64::MAX - 1);
        self.ids.insert(name.to_owned(), id);
        id
    }
}

impl Plane {
    fn add(&mut self, track: &Track) {
        let records = lock(&track.inner.records);
        let names = records.names.list();
        let name = |id: usize| names.get(id).copied().unwrap_or_default();
        let mut spans: Vec<_> = records.spans.iter().collect();
        // They came in the order of their ends; around comes before within.
        spans.sort_by_key(|span| (span.start, Reverse(span.duration)));
        let events = spans
            .into_iter()
            .map(|span| XEvent {
                metadata_id: self.events.id(name(span.name)),
                data: Some(x_event::Data::OffsetPs(picoseconds(span.start))),
                duration_ps: picoseconds(span.duration),
                stats: span
                    .stats
                    .iter()
                    .map(|(id, stat)| XStat {
                        metadata_id: self.stats.id(name(*id)),
                        value: Some(match stat.clone() {
                            Stat::Int(v) => x_stat::Value::Int64Value(v),
                            Stat::Uint(v) => x_stat::Value::Uint64Value(v),
                            Stat::Float(v) => x_stat::Value::DoubleValue(v),
                            Stat::Text(v) => x_stat::Value::StrValue(v),
                        }),
                    })
                    .collect(),
            })
            .collect();
        self.lines.push(XLine {
            id: 1 + i64::try_from(self.lines.len()).unwrap_or(i64::MAX - 1),
            name: track.inner.name.clone(),
            // All times count from the start of the profile: xprof's picoseconds would overflow if they
            // counted from 1970.
            timestamp_ns: 0,
            events,
            ..Default::default()
        });
    }

    fn build(self, id: i64, name: &str) -> XPlane {
        let event = |(name, id)| {
            let event = XEventMetadata {
                id,
                name,
                ..Default::default()
            };
            (id, event)
        };
        let stat = |(name, id)| {
            let stat = XStatMetadata {
                id,
                name,
                ..Default::default()
            };
            (id, stat)
        };
        XPlane {
            id,
            name: name.to_owned(),
            lines: self.lines,
            event_metadata: self.events.ids.into_iter().map(event).collect(),
            stat_metadata: self.stats.ids.into_iter().map(stat).collect(),
            ..Default::default()
        }
    }
}

pub(super) fn picoseconds(time: Duration) -> i64 {
    i64::try_from(time.as_nanos().saturating_mul(1000)).unwrap_or(i64::MAX)
}
