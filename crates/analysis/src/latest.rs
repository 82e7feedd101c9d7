//! Which scalar of a run is its latest.

use tfevents::WallTime;

/// The step of the scalar with the latest wall time, whichever order scalars are read in. Of several at that time, the
/// one with the greatest step counts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Latest(Option<(f64, i64)>);

impl Latest {
    /// Takes in a scalar. One whose time is NaN is earlier than all others.
    pub(crate) fn add(&mut self, wall_time: WallTime, step: i64) {
        let time = match wall_time.as_secs() {
            secs if secs.is_nan() => f64::NEG_INFINITY,
            secs => secs,
        };
        let is_later = |(known, at): (f64, i64)| time > known || time == known && step > at;
        if self.0.is_none_or(is_later) {
            self.0 = Some((time, step));
        }
    }

    /// The step, if there was any scalar.
    pub(crate) fn step(self) -> Option<i64> {
        self.0.map(|(_, step)| step)
    }
}

#[cfg(test)]
mod tests {
    use tfevents::reader::{Tail, TailItem};
    use tfevents::{At, LogdirState, Selection, SummaryWriter, Value, WallTime};

    use super::*;
    use crate::condition::Condition;
    use crate::run_table::Line;
    use crate::{Watch, WholeRun};

    #[test]
    fn the_order_of_reading_does_not_matter() {
        let scalars = [(1.0, 5), (f64::NAN, 9), (3.0, 2), (3.0, 4), (2.0, 8)];
        for turn in 0..scalars.len() {
            let (mut there, mut back) = (Latest::default(), Latest::default());
            let turned = || scalars.iter().cycle().skip(turn).take(scalars.len());
            turned().for_each(|&(time, step)| there.add(WallTime::from_secs(time), step));
            let turned: Vec<_> = turned().collect();
            turned
                .iter()
                .rev()
                .for_each(|&&(time, step)| back.add(WallTime::from_secs(time), step));
            assert_eq!((there.step(), back.step()), (Some(4), Some(4)), "{turn}");
        }
        assert_eq!(Latest::default().step(), None);
    }

    /// A table asks a run that is complete, and a watch one that is being read. Both mean the same.
    #[test]
    fn steps_of_a_run_are_those_of_its_latest_scalar() {
        let dir = tempfile::tempdir().unwrap();
        let writer = SummaryWriter::new(dir.path()).unwrap();
        // The clock goes back, within a tag and from tag to tag.
        for (tag, step, time) in [("a", 1, 1), ("b", 7, 9), ("b", 8, 3), ("a", 5, 2)] {
            let time = WallTime::from_secs(f64::from(time));
            writer
                .add_scalar(tag, 1.0, At::from(step).at(time))
                .unwrap();
        }
        writer.close().unwrap();
        let logdir = LogdirState::load(dir.path(), Selection::all()).unwrap();
        let line = Line::new(".", WholeRun::new(logdir.run(".").unwrap()));
        for (condition, expected) in [
            ("step == 7", true),
            ("step == 5", false),
            ("step == 8", false),
            ("step(a) == 5 and step(b) == 8", true),
            ("step(c) == 0", false),
            ("not step(c) == 0", false),
        ] {
            let condition = Condition::parse(condition, false).unwrap();
            assert_eq!(line.holds(&condition), expected, "{condition}");
            let mut watch = Watch::new(condition.clone());
            let mut holds = false;
            let mut see = |item: TailItem<'_>| {
                if let TailItem::Point {
                    run,
                    step,
                    wall_time,
                    point,
                } = item
                    && let Value::Scalar(number) = point.value
                {
                    holds = watch.scalar(run, point.tag, step, wall_time, number);
                }
            };
            let problems = Tail::new(dir.path()).poll(&mut see);
            assert!(problems.is_empty(), "{problems:?}");
            assert_eq!(holds, expected, "{condition}");
        }
    }
}
