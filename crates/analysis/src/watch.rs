//! Asking a condition of runs while they are written.

use std::collections::{BTreeMap, HashMap};

use tfevents::plugin::hparams::HParamValue;
use tfevents::{Number, WallTime};

use crate::aggregate::Running;
use crate::best::RunningBest;
use crate::cell::Cell;
use crate::condition::{Condition, Reference, Subject};
use crate::latest::Latest;
use crate::runs::ancestors;

/// A condition, and what is known for it of each run.
///
/// # Examples
///
/// ```
/// use tfevents::{Number, WallTime};
/// use tfevents_analysis::{Watch, condition::Condition};
///
/// let mut watch = Watch::new(Condition::parse("val/acc > 0.9 and step >= 100", false)?);
/// assert!(!watch.scalar("exp1", "val/acc", 90, WallTime::now(), Number::F32(0.95)));
/// assert!(watch.scalar("exp1", "loss", 100, WallTime::now(), Number::F32(0.1)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Watch {
    condition: Condition,
    runs: HashMap<Box<str>, Run>,
    /// Whether it speaks of any.
    of_hparams: bool,
    hparams: HashMap<Box<str>, BTreeMap<String, Cell>>,
}

#[derive(Debug, Default)]
struct Run {
    /// Where the values of each tag are kept, which is nowhere for most.
    tags: HashMap<Box<str>, Vec<Place>>,
    /// By reference of the condition, then by tag that matches it, in the order in which they were seen.
    values: Vec<Vec<Cell>>,
    /// What comes before the values of series, at the same places.
    running: Vec<Vec<Running>>,
    /// The same of values where other tags are best.
    best: Vec<RunningBest>,
    latest: Latest,
}

/// What the values of a tag are for.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// The place of a reference.
    reference: usize,
    role: Role,
}

#[derive(Clone, Copy, Debug)]
enum Role {
    /// One of its values, by its place among them.
    Value(usize),
    /// What it asks the value of, where another one is best.
    Tag(usize),
    /// What is to be best.
    Other(usize),
}

impl Watch {
    /// Watches for a condition.
    #[must_use]
    pub fn new(condition: Condition) -> Self {
        let mut references = condition.references().iter();
        Self {
            of_hparams: references.any(|reference| reference.subject() == Subject::HParam),
            condition,
            runs: HashMap::new(),
            hparams: HashMap::new(),
        }
    }

    /// Takes note of a scalar, and says whether the condition holds of its run now. It is asked only where the scalar
    /// matters.
    pub fn scalar(
        &mut self,
        run: &str,
        tag: &str,
        step: i64,
        wall_time: WallTime,
        number: Number,
    ) -> bool {
        let references = self.condition.references();
        if !self.runs.contains_key(run) {
            self.runs.insert(run.into(), Run::new(references));
        }
        let Some(known) = self.runs.get_mut(run) else {
            return false;
        };
        known.latest.add(wall_time, step);
        known.note_idle(references, 0.0);
        known.note(references, tag, step, number) && self.holds(run)
    }

    /// Takes note of a run's hyperparameters, and returns the run for which the condition holds now. They count for the
    /// runs below it, too, as far as these have none of their own.
    pub fn hparams(
        &mut self,
        run: &str,
        hparams: &BTreeMap<String, HParamValue>,
    ) -> Option<String> {
        if !self.of_hparams {
            return None;
        }
        let cells = hparams
            .iter()
            .map(|(name, value)| (name.clone(), Cell::from(value)));
        self.hparams.insert(run.into(), cells.collect());
        let references = self.condition.references();
        self.runs
            .entry(run.into())
            .or_insert_with(|| Run::new(references));
        let is_below = |name: &&str| ancestors(name).any(|above| above == run);
        let known = self.runs.keys().map(|name| &**name);
        let mut concerned: Vec<_> = known.filter(is_below).map(str::to_owned).collect();
        concerned.sort_unstable();
        concerned.into_iter().find(|name| self.holds(name))
    }

    /// Takes note that nothing new has come for so many seconds, and returns the run for which the condition holds now, if
    /// it speaks of that; of `.` where there is no run.
    pub fn idle(&mut self, secs: f64) -> Option<String> {
        let references = self.condition.references().iter();
        if !references
            .clone()
            .any(|reference| reference.subject() == Subject::Idle)
        {
            return None;
        }
        if self.runs.is_empty() {
            let run = Run::new(self.condition.references());
            self.runs.insert(".".into(), run);
        }
        for run in self.runs.values_mut() {
            run.note_idle(self.condition.references(), secs);
        }
        let mut names: Vec<_> = self.runs.keys().map(ToString::to_string).collect();
        names.sort_unstable();
        names.into_iter().find(|name| self.holds(name))
    }

    fn holds(&mut self, run: &str) -> bool {
        let Some(known) = self.runs.get_mut(run) else {
            return false;
        };
        if self.of_hparams
            && let Some(hparams) = ancestors(run).find_map(|name| self.hparams.get(name))
        {
            for (reference, values) in self.condition.references().iter().zip(&mut known.values) {
                if reference.subject() == Subject::HParam {
                    let matching = hparams
                        .iter()
                        .filter(|(name, _)| reference.patterns().matches(name));
                    *values = matching.map(|(_, cell)| cell.clone()).collect();
                }
            }
        }
        self.condition.holds(&known.values)
    }

    /// What the condition speaks of, and no run has had so far.
    pub fn unmatched(&self) -> impl Iterator<Item = &Reference> {
        let references = self.condition.references().iter().enumerate();
        references.filter_map(|(i, reference)| {
            let matched = match reference.subject() {
                Subject::Step | Subject::Idle => true,
                Subject::HParam => self
                    .hparam_names()
                    .any(|name| reference.patterns().matches(name)),
                _ => {
                    let mut runs = self.runs.values();
                    runs.any(|run| run.values.get(i).is_some_and(|tags| !tags.is_empty()))
                }
            };
            (!matched).then_some(reference)
        })
    }

    /// The names of hyperparameters that were seen, run by run, if the condition speaks of any.
    pub fn hparam_names(&self) -> impl Iterator<Item = &str> {
        let names = self.hparams.values().flat_map(BTreeMap::keys);
        names.map(String::as_str)
    }

    /// The tags of scalars that were seen, run by run.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.runs
            .values()
            .flat_map(|run| run.tags.keys())
            .map(|tag| &**tag)
    }
}

impl Run {
    fn new(references: &[Reference]) -> Self {
        Self {
            tags: HashMap::new(),
            values: vec![Vec::new(); references.len()],
            running: vec![Vec::new(); references.len()],
            best: vec![RunningBest::default(); references.len()],
            latest: Latest::default(),
        }
    }

    fn note_idle(&mut self, references: &[Reference], secs: f64) {
        for (reference, values) in references.iter().zip(&mut self.values) {
            if reference.subject() == Subject::Idle {
                *values = vec![Cell::Number(Number::F64(secs))];
            }
        }
    }

    /// Whether it matters.
    fn note(&mut self, references: &[Reference], tag: &str, step: i64, number: Number) -> bool {
        if !self.tags.contains_key(tag) {
            let places = self.places(references, tag);
            self.tags.insert(tag.into(), places);
        }
        let places = self.tags.get(tag).map_or(&[][..], Vec::as_slice);
        for &Place { reference, role } in places {
            let subject = references.get(reference).map(Reference::subject);
            let (Some(values), Some(running), Some(best)) = (
                self.values.get_mut(reference),
                self.running.get_mut(reference),
                self.best.get_mut(reference),
            ) else {
                continue;
            };
            match role {
                Role::Value(place) => {
                    let step = match subject {
                        Some(Subject::Step) => self.latest.step().unwrap_or(step),
                        _ => step,
                    };
                    let cell = match running.get_mut(place) {
                        Some(running) => {
                            running.add(step, number).map_or(Cell::Empty, Cell::Number)
                        }
                        None => Cell::Number(Number::I64(step)),
                    };
                    if let Some(kept) = values.get_mut(place) {
                        *kept = cell;
                    }
                    continue;
                }
                Role::Tag(place) => best.add_to_tag(place, step, number),
                Role::Other(place) => best.add_to_other(place, step, number),
            }
            *values = best.values().map(Cell::Number).collect();
        }
        !places.is_empty()
    }

    /// Makes places for a tag that was not seen before.
    fn places(&mut self, references: &[Reference], tag: &str) -> Vec<Place> {
        let mut places = Vec::new();
        let kept = self.values.iter_mut().zip(&mut self.running);
        let kept = kept.zip(&mut self.best);
        for (i, (reference, ((values, running), best))) in references.iter().zip(kept).enumerate() {
            let mut add = |role| {
                let reference = i;
                places.push(Place { reference, role });
            };
            let matches = reference.patterns().matches(tag);
            match reference.subject() {
                // One place for all tags.
                Subject::Step if !values.is_empty() => {
                    add(Role::Value(0));
                    continue;
                }
                Subject::HParam | Subject::Idle => continue,
                Subject::Best(which) => {
                    if matches {
                        add(Role::Tag(best.push_tag()));
                    }
                    if reference.others().is_some_and(|others| others.matches(tag)) {
                        add(Role::Other(best.push_other(which)));
                    }
                    continue;
                }
                _ if !matches => continue,
                Subject::Series(aggregate) => running.push(Running::new(aggregate)),
                Subject::StepOf | Subject::Step => {}
            }
            add(Role::Value(values.len()));
            values.push(Cell::Empty);
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(condition: &str) -> Watch {
        Watch::new(Condition::parse(condition, false).unwrap())
    }

    fn see(watch: &mut Watch, run: &str, tag: &str, step: i64, value: f64) -> bool {
        watch.scalar(run, tag, step, (step as f64).into(), Number::F64(value))
    }

    #[test]
    fn conditions_are_about_one_run_at_a_time() {
        let mut watch = watch("train/loss < 1 and val/loss < 1");
        assert!(!see(&mut watch, "a", "train/loss", 1, 0.5));
        assert!(!see(&mut watch, "b", "val/loss", 1, 0.5));
        assert_eq!(watch.unmatched().count(), 0);
        assert!(!see(&mut watch, "a", "lr", 1, 0.5));
        assert!(see(&mut watch, "a", "val/loss", 2, 0.5));
        // The latest value counts.
        assert!(!see(&mut watch, "a", "train/loss", 3, 2.0));
        assert!(see(&mut watch, "a", "train/loss", 4, 0.1));
    }

    #[test]
    fn a_tag_may_have_several_names() {
        let mut watch = watch("loss < 1 and *s > 0 or acc > 1 or step > 9 and @lr > 1");
        assert!(see(&mut watch, "a", "loss", 1, 0.5));
        let unmatched: Vec<_> = watch.unmatched().map(Reference::name).collect();
        assert_eq!(unmatched, ["acc", "lr"]);
        assert_eq!(watch.tags().collect::<Vec<_>>(), ["loss"]);
    }

    #[test]
    fn aggregates_and_steps_are_those_so_far() {
        let mut watch = watch("min:loss < 1 and max:loss > 2 and step(loss) == 3 and step == 4");
        for (tag, step, value, expected) in [
            ("loss", 1, 0.5, false),
            ("loss", 2, 3.0, false),
            ("loss", 3, 1.0, false),
            ("acc", 4, 1.0, true),
            ("acc", 5, 1.0, false),
        ] {
            assert_eq!(see(&mut watch, "a", tag, step, value), expected, "{step}");
        }
        // NaN is no least value.
        let mut watch = self::watch("min:loss < 1");
        assert!(!see(&mut watch, "a", "loss", 1, f64::NAN));
    }

    #[test]
    fn a_tag_is_asked_for_where_another_is_best() {
        let mut watch = watch("acc@min:loss > 0.8");
        for (tag, step, value, expected) in [
            ("acc", 1, 0.9, false),
            ("loss", 1, 2.0, true),
            ("loss", 2, f64::NAN, true),
            // The latest one before it, until its own comes.
            ("loss", 3, 1.0, true),
            ("acc", 3, 0.5, false),
            ("acc", 4, 0.95, false),
            ("loss", 4, 1.0, false),
            ("loss", 5, 0.5, true),
        ] {
            assert_eq!(
                see(&mut watch, "a", tag, step, value),
                expected,
                "{tag} at {step}"
            );
        }
        let mut same = self::watch("loss@max:loss > 1");
        assert_eq!(same.unmatched().count(), 1);
        assert!(!see(&mut same, "a", "loss", 1, 0.5));
        assert!(see(&mut same, "a", "loss", 2, 1.5));
        assert_eq!(same.unmatched().count(), 0);
    }

    #[test]
    fn nothing_new_can_be_waited_for() {
        let mut alone = watch("idle > 10min");
        assert_eq!(alone.idle(599.0), None);
        assert_eq!(alone.idle(601.0).as_deref(), Some("."));
        let mut both = watch("loss < 1 and idle >= 1.5h");
        assert_eq!(both.idle(6000.0), None);
        // What is new ends the wait.
        assert!(!see(&mut both, "a", "loss", 1, 0.5));
        assert!(!see(&mut both, "b", "loss", 1, 2.0));
        assert_eq!(both.idle(10.0), None);
        assert_eq!(both.idle(5400.0).as_deref(), Some("a"));
        assert_eq!(watch("loss < 1").idle(1e9), None);
        for wrong in ["idle > 10", "0 < idle", "idle > soon", "10min < loss"] {
            let parsed = Condition::parse(wrong, false);
            assert_eq!(parsed.is_err(), wrong.contains("idle"), "{wrong}");
        }
    }

    #[test]
    fn hyperparameters_count_for_runs_below() {
        let mut watch = watch("@lr > 0.5 and last:loss < @lr");
        let lr = |lr: f64| BTreeMap::from([("lr".to_owned(), HParamValue::Number(lr))]);
        assert_eq!(watch.hparams("a", &lr(0.9)), None);
        assert_eq!(watch.hparam_names().collect::<Vec<_>>(), ["lr"]);
        assert_eq!(
            watch.unmatched().map(Reference::name).collect::<Vec<_>>(),
            ["loss"]
        );
        assert!(see(&mut watch, "a/train", "loss", 1, 0.8));
        assert!(!see(&mut watch, "b/train", "loss", 1, 0.8));
        assert_eq!(watch.hparams("a/train", &lr(0.1)), None);
        assert!(!see(&mut watch, "a/train", "loss", 2, 0.05));
        assert_eq!(
            watch.hparams("a/train", &lr(0.6)).as_deref(),
            Some("a/train")
        );
        // They may come after the values that they are compared with.
        assert!(!see(&mut watch, "c/train", "loss", 1, 0.8));
        assert_eq!(watch.hparams("c", &lr(0.9)).as_deref(), Some("c/train"));
    }
}
