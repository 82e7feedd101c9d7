//! A logdir of many small runs, each of which does something that runs do: starts again, repeats itself, writes several
//! files, says late what its series are. What a series is like is in its tag.

use std::fs::{self, File};
use std::path::Path;

use tfevents::proto::event::What;
use tfevents::proto::summary::value::Value as Data;
use tfevents::proto::summary::{Audio, Image, Value};
use tfevents::proto::summary_metadata::PluginData;
use tfevents::proto::tensor_shape_proto::Dim;
use tfevents::proto::{
    DataType, Event, HistogramProto, Summary, SummaryMetadata, TensorProto, TensorShapeProto,
};
use tfevents::writer::EventWriter;

/// Forms of values, with the plugin and the class that is stated for them.
const FORMS: [(&str, &str, i32); 12] = [
    ("simple", "scalars", 1),
    ("float", "scalars", 1),
    ("double", "scalars", 1),
    ("int", "scalars", 1),
    ("text", "text", 2),
    ("unclassed", "text", 0),
    ("histo", "histograms", 2),
    ("picture", "images", 3),
    ("pictures", "images", 3),
    ("sound", "audio", 3),
    ("hparams", "hparams", 2),
    ("mixed", "scalars", 1),
];

/// On which of a series' values metadata are.
const METADATA: [&str; 3] = ["first", "all", "late"];

/// The same numbers each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap()
    }

    fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

pub(super) fn log(logdir: &Path, runs: usize) {
    for run in 0..runs {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ (run as u64 + 1));
        let dir = logdir.join(format!("run{run:03}"));
        fs::create_dir(&dir).unwrap();
        let tags: Vec<_> = (0..=dice.below(3))
            .map(|_| (dice.one_of(&FORMS), dice.one_of(&METADATA)))
            .collect();
        let mut counts = vec![0; tags.len()];
        let mut time = 1_700_000_000.0;
        for file in 0..=dice.below(3) {
            let path = dir.join(format!("events.out.tfevents.{}.host", 1_700_000_000 + file));
            let mut writer = EventWriter::new(File::create(path).unwrap(), time).unwrap();
            let mut step = i64::try_from(dice.below(4)).unwrap();
            for _ in 0..dice.below(9) {
                time += 0.5;
                // On, and sometimes back, or not.
                step += [1, 1, 1, 1, 2, 0, -2][dice.below(7)];
                let mut values = Vec::new();
                for (((form, plugin, class), metadata), count) in tags.iter().zip(&mut counts) {
                    if dice.below(5) == 0 {
                        continue;
                    }
                    let tag = format!("{form}/{metadata}");
                    let says = match *metadata {
                        "first" => *count == 0,
                        "all" => true,
                        _ => *count > 0,
                    };
                    values.push(Value {
                        metadata: says.then(|| about(plugin, *class)),
                        ..value(&mut dice, tag, form, *count)
                    });
                    *count += 1;
                }
                let event = Event {
                    wall_time: time,
                    step,
                    what: Some(What::Summary(Summary { value: values })),
                    ..Event::default()
                };
                writer.write_event(&event).unwrap();
            }
            writer.flush().unwrap();
        }
    }
}

fn about(plugin: &str, class: i32) -> SummaryMetadata {
    SummaryMetadata {
        plugin_data: Some(PluginData {
            plugin_name: plugin.to_owned(),
            content: b"content".to_vec(),
        }),
        display_name: "name".to_owned(),
        summary_description: "*description*".to_owned(),
        data_class: class,
    }
}

fn value(dice: &mut Dice, tag: String, form: &str, count: usize) -> Value {
    let number = dice.one_of(&[0.0, -1.5, 1e30, f32::NAN, f32::INFINITY]);
    let data = match form {
        "simple" => Some(Data::SimpleValue(number)),
        "float" => Some(tensor(DataType::Float, &[], |t| t.float_val = vec![number])),
        "double" => Some(tensor(DataType::Double, &[], |t| {
            t.double_val = vec![number.into()];
        })),
        "int" => Some(tensor(DataType::Int32, &[], |t| t.int_val = vec![-7])),
        "text" | "unclassed" => Some(strings(&["# Title", "text"])),
        "histo" => Some(Data::Histo(HistogramProto {
            min: -1.0,
            max: 2.0,
            num: 3.0,
            sum: 1.0,
            sum_squares: 5.0,
            bucket_limit: vec![-2.0, 0.0, 1.0, 5.0, f64::MAX],
            bucket: vec![0.0, 1.0, 1.0, 1.0, 0.0],
        })),
        "picture" => Some(Data::Image(Image {
            height: 1,
            width: 2,
            colorspace: 3,
            encoded_image_string: vec![0x89, u8::try_from(count).unwrap()],
        })),
        "pictures" => {
            let all = ["2", "1", "one", "two", "three"];
            Some(strings(&all[..3 + dice.below(3)]))
        }
        "sound" => Some(Data::Audio(Audio {
            encoded_audio_string: b"RIFF".to_vec(),
            content_type: "audio/wav".to_owned(),
            ..Audio::default()
        })),
        "mixed" => match dice.below(2) {
            0 => Some(Data::SimpleValue(number)),
            _ => Some(strings(&["text"])),
        },
        _ => None,
    };
    Value {
        tag,
        value: data,
        ..Value::default()
    }
}

fn strings(strings: &[&str]) -> Data {
    tensor(DataType::String, &[strings.len()], |tensor| {
        tensor.string_val = strings.iter().map(|s| s.as_bytes().to_vec()).collect();
    })
}

fn tensor(dtype: DataType, shape: &[usize], fill: impl FnOnce(&mut TensorProto)) -> Data {
    let dim = |&size: &usize| Dim {
        size: i64::try_from(size).unwrap(),
        ..Dim::default()
    };
    let mut tensor = TensorProto {
        dtype: dtype.into(),
        tensor_shape: Some(TensorShapeProto {
            dim: shape.iter().map(dim).collect(),
            ..TensorShapeProto::default()
        }),
        ..TensorProto::default()
    };
    fill(&mut tensor);
    Data::Tensor(tensor)
}
