//! Arbitrary runs: every kind, form and class, metadata early, late, wrong or missing, several files, restarts.

use std::fs;
use std::path::Path;

use tfevents::proto::{self, Message as _, event::What, summary, summary_metadata::PluginData};
use tfevents::record;

use super::dice::Dice;
use super::values::{FORMS, Form, value};

/// What a well-behaved writer makes of a tag: its plugin, the forms it uses, and whether they need no metadata.
struct Habit {
    plugin: &'static str,
    class: i32,
    forms: &'static [Form],
    bare: bool,
}

const fn habit(plugin: &'static str, class: i32, forms: &'static [Form]) -> Habit {
    Habit {
        plugin,
        class,
        forms,
        bare: false,
    }
}

const fn bare(plugin: &'static str, class: i32, forms: &'static [Form]) -> Habit {
    Habit {
        bare: true,
        ..habit(plugin, class, forms)
    }
}

/// The tag of a session's start is one by which hyperparameters are looked up.
const SESSION: &str = "_hparams_/session_start_info";

const HABITS: &[Habit] = &[
    bare("scalars", 1, &[Form::Simple]),
    habit("scalars", 1, &[Form::Float]),
    habit("scalars", 1, &[Form::Number]),
    bare("histograms", 2, &[Form::Histogram]),
    habit("histograms", 2, &[Form::Buckets]),
    bare("images", 3, &[Form::Image]),
    habit("images", 3, &[Form::Strings]),
    bare("audio", 3, &[Form::Audio]),
    habit("audio", 3, &[Form::Strings, Form::Pairs]),
    habit("text", 2, &[Form::String, Form::Strings, Form::Table]),
    habit("graphs", 3, &[Form::Strings]),
    habit("graph_run_metadata", 3, &[Form::String]),
    habit(
        "graph_run_metadata_graph",
        3,
        &[Form::String, Form::Strings],
    ),
    habit("graph_keras_model", 3, &[Form::String]),
    habit("graph_tagged_run_metadata", 3, &[Form::Strings]),
    habit("pr_curves", 2, &[Form::Matrix]),
    habit("mesh", 2, &[Form::Matrix]),
    habit("hparams", 2, &[Form::Nothing]),
    habit("custom_scalars", 2, &[Form::String]),
    habit("foreign", 1, &[Form::Float]),
    habit("foreign", 2, &[Form::Vector, Form::Float]),
    habit("foreign", 3, &[Form::Strings]),
];

/// On which of a tag's values the writer states metadata.
#[derive(Clone, Copy)]
enum States {
    Always,
    First,
    Late,
    Never,
}

struct Series {
    tag: &'static str,
    habit: &'static Habit,
    states: States,
    class: i32,
    /// How many of a hundred values break the habit.
    odd: usize,
    count: usize,
    step: i64,
}

impl Series {
    fn new(dice: &mut Dice, tag: &'static str) -> Self {
        let habit = if tag == SESSION {
            HABITS
                .iter()
                .find(|habit| habit.plugin == "hparams")
                .unwrap()
        } else {
            dice.pick(HABITS)
        };
        Self {
            tag,
            habit,
            states: *dice.pick(if habit.bare {
                &[States::Never, States::Never, States::Never, States::First]
            } else {
                &[
                    States::Always,
                    States::First,
                    States::First,
                    States::Late,
                    States::Never,
                ]
            }),
            // As it should be, left to TensorBoard, or wrong.
            class: *dice.pick(&[habit.class, habit.class, 0, 0, 0, 1, 2, 3, 7]),
            odd: *dice.pick(&[0, 0, 0, 10, 30]),
            count: 0,
            step: 0,
        }
    }

    fn value(&mut self, dice: &mut Dice, id: i32) -> summary::Value {
        let odd = dice.percent(self.odd);
        let form = *dice.pick(if odd { FORMS } else { self.habit.forms });
        let states = match self.states {
            States::Always => true,
            States::First => self.count == 0,
            States::Late => self.count > 0,
            States::Never => false,
        };
        let metadata = (states || odd && dice.percent(40)).then(|| {
            let (plugin, class) = if odd && dice.percent(50) {
                let other = dice.pick(HABITS).plugin;
                (*dice.pick(&[other, other, ""]), dice.below(4) as i32)
            } else {
                (self.habit.plugin, self.class)
            };
            metadata(plugin, class, id)
        });
        self.count += 1;
        // Who leaves the tag out gives a name of the older kind.
        let unnamed = self.tag.is_empty() && dice.percent(50);
        summary::Value {
            tag: self.tag.into(),
            node_name: if unnamed {
                "node".into()
            } else {
                String::new()
            },
            metadata,
            value: value(dice, form, id),
        }
    }
}

/// Hyperparameters say everything in their metadata, so each says something of its own.
fn metadata(plugin: &str, class: i32, id: i32) -> proto::SummaryMetadata {
    let content = match plugin {
        "hparams" => session(id),
        _ => Vec::new(),
    };
    proto::SummaryMetadata {
        plugin_data: (!plugin.is_empty()).then(|| PluginData {
            plugin_name: plugin.into(),
            content,
        }),
        display_name: if id % 3 == 0 {
            "a name".into()
        } else {
            String::new()
        },
        data_class: class,
        ..Default::default()
    }
}

/// A session's start, with an hour of its own: `HParamsPluginData { session_start_info { group_name } }`.
fn session(id: i32) -> Vec<u8> {
    let name = id.to_string();
    let len = u8::try_from(name.len()).unwrap();
    let mut info = vec![0x22, len];
    info.extend_from_slice(name.as_bytes());
    let mut content = vec![0x1a, u8::try_from(info.len()).unwrap()];
    content.append(&mut info);
    content
}

/// Writes a run's files.
pub(super) fn write(dir: &Path, seed: u64) {
    fs::create_dir_all(dir).unwrap();
    for (i, events) in run(&mut Dice::new(seed)).iter().enumerate() {
        let mut bytes = Vec::new();
        for event in events {
            record::frame(&mut bytes, &event.encode_to_vec());
        }
        fs::write(dir.join(format!("events.out.tfevents.{i:010}.host")), bytes).unwrap();
    }
}

fn run(dice: &mut Dice) -> Vec<Vec<proto::Event>> {
    let mut series: Vec<_> = ["a", "b", "c", SESSION, "", "__run_graph__"]
        .into_iter()
        .filter_map(|tag| {
            let chance = match tag {
                "a" => 100,
                "b" | "c" => 50,
                SESSION => 10,
                _ => 4,
            };
            dice.percent(chance).then(|| Series::new(dice, tag))
        })
        .collect();
    // Most runs go on as they should, some go back, one in a few is in disorder.
    let disorder = *dice.pick(&[0, 5, 5, 50]);
    let files = *dice.pick(&[1, 1, 2, 3]);
    // Some begin below zero, or come to where steps end.
    let base = *dice.pick(&[0, 0, 0, 0, 0, -6, i64::MIN, i64::MAX - 1000]);
    let mut id = 0;
    let mut event = |step: i64, what: What| {
        id += 1;
        proto::Event {
            wall_time: 1_700_000_000.0 + f64::from(id),
            step: base + step,
            what: Some(what),
            ..Default::default()
        }
    };
    let mut number = 0;
    (0..files)
        .map(|_| {
            let mut events = Vec::new();
            if dice.percent(60) {
                let version =
                    *dice.pick(&["brain.Event:2", "brain.Event:2", "brain.Event:1", "2", ""]);
                events.push(event(0, What::FileVersion(version.into())));
            }
            for _ in 0..dice.below(14) {
                let mut other = Series::step(dice, disorder, &mut series[0].step);
                let what = match dice.below(40) {
                    0 => start(dice),
                    1 => What::GraphDef(
                        format!("\n\x03\n\x01{}", (b'a' + dice.below(26) as u8) as char)
                            .into_bytes(),
                    ),
                    2 => What::TaggedRunMetadata(proto::TaggedRunMetadata {
                        tag: (*dice.pick(&["step", "a"])).into(),
                        run_metadata: vec![0x0a, 0],
                    }),
                    3 => What::MetaGraphDef(vec![0x12, 5, 0x0a, 3, 0x0a, 1, b'm']),
                    4 => What::Summary(proto::Summary::default()),
                    _ => {
                        let at_once = 1 + usize::from(dice.percent(20));
                        let mut values = Vec::new();
                        for _ in 0..at_once {
                            let index = dice.below(series.len());
                            let series = &mut series[index];
                            if values.is_empty() {
                                other = Series::step(dice, disorder, &mut series.step);
                            }
                            number += 1;
                            values.push(series.value(dice, number));
                        }
                        What::Summary(proto::Summary { value: values })
                    }
                };
                events.push(event(other, what));
            }
            events
        })
        .collect()
}

fn start(dice: &mut Dice) -> What {
    let status = if dice.percent(80) {
        proto::session_log::SessionStatus::Start
    } else {
        proto::session_log::SessionStatus::Stop
    };
    What::SessionLog(proto::SessionLog {
        status: status as i32,
        ..Default::default()
    })
}

impl Series {
    /// The step of the next event.
    fn step(dice: &mut Dice, disorder: usize, step: &mut i64) -> i64 {
        *step = if dice.percent(disorder) {
            dice.below(12) as i64
        } else {
            *step + *dice.pick(&[0, 1, 1, 1, 2])
        };
        *step
    }
}
