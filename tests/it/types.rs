//! What users have at hand is taken as it is: each test reads like a training loop.
#![allow(
    clippy::needless_borrows_for_generic_args,
    reason = "whether something is borrowed must not matter"
)]

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use tfevents::plugin::PointDecoder;
use tfevents::{
    At, Bitmap, Embedding, HParams, Histogram, Image, IntoScalar, Kind, Layout, Logdir,
    LogdirState, Mesh, NoMetrics, Number, OwnedTensor, Policy, PrCurve, RunItem, Selection,
    SummaryWriter, Text, Value, WallTime,
};

/// Every value of the run in `dir`: its tag, step and kind, and what `with` makes of it.
fn read<T>(dir: &Path, with: impl Fn(&Value<'_>) -> T) -> Vec<(String, i64, T)> {
    let logdir = Logdir::open(dir).unwrap();
    let mut decoder = PointDecoder::default();
    let mut reader = logdir.runs()[0].read();
    let mut values = Vec::new();
    while let Some(item) = reader.next_item().unwrap() {
        let RunItem::Event { event, .. } = item else {
            continue;
        };
        for point in decoder.points(&event.event) {
            let point = point.unwrap();
            values.push((point.tag.to_owned(), event.event.step, with(&point.value)));
        }
    }
    values
}

fn written(log: impl FnOnce(&SummaryWriter) -> tfevents::Result<()>) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    log(&writer).unwrap();
    writer.close().unwrap();
    dir
}

#[test]
fn text_is_whatever_can_be_printed() {
    let dir = written(|writer| {
        let (owned, lr) = (String::from("owned"), 0.5);
        let error = std::io::Error::other("a failure");
        writer.add_text("t", "literal", 0)?;
        writer.add_text("t", &owned, 1)?;
        writer.add_text("t", owned.clone(), 2)?;
        writer.add_text("t", Cow::Borrowed("cow"), 3)?;
        writer.add_text("t", format_args!("lr {lr}"), 4)?;
        writer.add_text("t", lr, 5)?;
        writer.add_text("t", &error, 6)?;
        writer.add_text("t", Arc::<str>::from("shared"), 7)?;
        writer.add_text("t", 'c', 8)?;
        writer.add_text("t", Text::new("typed"), 9)?;
        writer.add_text("t", &Text::new("typed"), 10)?;
        writer.add_text("table", Text::table([["lr", "0.5"]])?, 0)?;
        writer.add_text("numbers", &Text::table([[1, 2], [3, 4]])?, 0)?;
        writer.add_text("t", Box::<dyn std::error::Error>::from("boxed"), 11)
    });
    let texts = read(dir.path(), |value| match value {
        Value::Text(text) => text.to_text().collect::<Vec<_>>().join("|"),
        other => panic!("{other:?}"),
    });
    let texts: Vec<_> = texts.iter().map(|(_, _, text)| text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "literal",
            "owned",
            "owned",
            "cow",
            "lr 0.5",
            "0.5",
            "a failure",
            "shared",
            "c",
            "typed",
            "typed",
            "lr|0.5",
            "1|2|3|4",
            "boxed"
        ]
    );
}

fn sizes(dir: &Path) -> Vec<(Option<u32>, Option<u32>, usize)> {
    let sizes = read(dir, |value| match value {
        Value::Images(images) => (images.width, images.height, images.samples.len()),
        other => panic!("{other:?}"),
    });
    sizes.into_iter().map(|(_, _, size)| size).collect()
}

#[test]
fn images_come_by_value_and_by_reference() {
    let dir = written(|writer| {
        let bitmap = Bitmap::new(&[0u8; 6], Layout::Hw, &[2, 3])?;
        let image = Image::try_from(&bitmap)?;
        writer.add_image("i", &bitmap, 0)?;
        writer.add_image("i", bitmap.clone(), 1)?;
        writer.add_image("i", &image, 2)?;
        writer.add_image("i", image.clone(), 3)?;
        let (bitmaps, images) = (vec![bitmap.clone(); 2], [image.clone(), image]);
        writer.add_images("many", &bitmaps, 0)?;
        writer.add_images("many", &images[..], 1)?;
        writer.add_images("many", bitmaps.into_iter().chain([bitmap]).skip(1), 2)?;
        writer.add_images("many", images, 3)
    });
    let one = (Some(3), Some(2), 1);
    let two = (Some(3), Some(2), 2);
    assert_eq!(sizes(dir.path()), [one, one, one, one, two, two, two, two]);
}

#[test]
fn a_time_of_the_system_is_read_back() {
    let now = std::time::SystemTime::now();
    let dir = written(|writer| writer.add_scalar("loss", 0.5, At::new(1).at(now)));
    let state = LogdirState::load(dir.path(), Selection::all()).unwrap();
    let loss = state.run(".").unwrap().scalars("loss", Policy::Raw);
    assert_eq!(loss.unwrap().wall_times[..], [WallTime::from(now)]);
}

#[test]
fn masks_are_pictures() {
    let mask = [true, false, false, true];
    let bitmap = Bitmap::new(&mask, Layout::Hw, &[2, 2]).unwrap();
    assert_eq!(bitmap.as_bytes(), [255, 0, 0, 255]);
    let lines = [[true, false], [false, true]];
    let pixels = lines.iter().flatten();
    assert_eq!(
        Bitmap::from_iter(pixels, Layout::Hw, &[2, 2]).unwrap(),
        bitmap
    );
}

/// A view as array libraries have them: dimensions in one order, memory in another.
struct View<'a> {
    memory: &'a [f32],
    shape: [usize; 3],
    strides: [usize; 3],
}

impl View<'_> {
    fn permuted(&self, order: [usize; 3]) -> Self {
        Self {
            memory: self.memory,
            shape: order.map(|i| self.shape[i]),
            strides: order.map(|i| self.strides[i]),
        }
    }

    fn iter(&self) -> impl Iterator<Item = &f32> {
        let [a, b, c] = self.shape;
        let indices =
            (0..a).flat_map(move |i| (0..b).flat_map(move |j| (0..c).map(move |k| [i, j, k])));
        indices.map(|index| {
            let at = index.iter().zip(self.strides).map(|(i, stride)| i * stride);
            &self.memory[at.sum::<usize>()]
        })
    }
}

#[test]
fn permuted_views_draw_what_they_show() {
    let memory: Vec<f32> = (0..24).map(|i| i as f32 / 24.0).collect();
    let chw = View {
        memory: &memory,
        shape: [3, 2, 4],
        strides: [8, 4, 1],
    };
    let expected = Image::new(&memory, Layout::Chw, &[3, 2, 4]).unwrap();
    let hwc = chw.permuted([1, 2, 0]);
    let image = Image::from_iter(hwc.iter(), Layout::Hwc, &hwc.shape).unwrap();
    assert_eq!(image, expected);
    let scrambled = Image::new(&memory, Layout::Hwc, &hwc.shape).unwrap();
    assert_ne!(image, scrambled, "the memory's order is another one");
}

#[test]
fn a_permuted_batch_draws_what_it_shows() {
    // Rows, columns, samples: the samples are the last dimension in memory.
    let memory: Vec<f32> = (0..24).map(|i| i as f32 / 24.0).collect();
    let hwn = View {
        memory: &memory,
        shape: [2, 4, 3],
        strides: [12, 3, 1],
    };
    let nhw = hwn.permuted([2, 0, 1]);
    let in_order: Vec<f32> = nhw.iter().copied().collect();
    let expected = Image::batch(&in_order, Layout::Nhw, &nhw.shape).unwrap();
    let images = Image::batch_from_iter(nhw.iter(), Layout::Nhw, &nhw.shape).unwrap();
    assert_eq!(images, expected);
}

#[test]
fn enlarging_keeps_pixels_whole() {
    let two = Bitmap::new(&[1u8, 2, 3, 4, 5, 6], Layout::Hwc, &[2, 1, 3]).unwrap();
    let large = two.enlarge(2).unwrap();
    let row = |pixel: [u8; 3]| [pixel, pixel, pixel, pixel].concat();
    let expected = [row([1, 2, 3]), row([4, 5, 6])].concat();
    assert_eq!((large.width(), large.height()), (2, 4));
    assert_eq!(large.as_bytes(), expected);
    assert_eq!(two.enlarge(1).unwrap(), two);
    for factor in [0, u32::MAX] {
        let error = two.enlarge(factor).unwrap_err().to_string();
        assert!(error.contains("cannot be enlarged"), "{error}");
    }
}

#[test]
fn an_iterator_of_another_length_is_refused_before_it_ends() {
    // If all of it were taken, this would never end.
    let error = Image::from_iter(std::iter::repeat(0u8), Layout::Hw, &[2, 2]).unwrap_err();
    assert!(error.to_string().contains("yields more"), "{error}");
    let shape_is_wrong = Bitmap::batch_from_iter(std::iter::repeat(0u8), Layout::Hw, &[2]);
    assert!(shape_is_wrong.is_err());
    let error = Bitmap::from_iter([0u8; 3], Layout::Hw, &[2, 2]).unwrap_err();
    assert!(error.to_string().contains("yields fewer"), "{error}");
    let none = Bitmap::batch_from_iter([0u8; 0], Layout::Nhw, &[0, 2, 2]).unwrap();
    assert!(none.is_empty());
}

#[cfg(feature = "image")]
#[test]
fn pictures_of_the_crate_image_are_taken() {
    use image::{DynamicImage, GrayImage, ImageBuffer, Luma, RgbImage, RgbaImage};

    let dir = written(|writer| {
        let (rgb, gray) = (RgbImage::new(3, 2), GrayImage::new(3, 2));
        let deep: ImageBuffer<Luma<u16>, Vec<u16>> = ImageBuffer::new(3, 2);
        writer.add_image("i", &rgb, 0)?;
        writer.add_image("i", rgb.clone(), 1)?;
        writer.add_image("i", &DynamicImage::ImageRgb8(rgb.clone()), 2)?;
        writer.add_image("i", DynamicImage::ImageRgb8(rgb.clone()), 3)?;
        writer.add_image("i", RgbaImage::new(3, 2), 4)?;
        writer.add_image("i", &gray, 5)?;
        writer.add_image("i", deep, 6)?;
        writer.add_images("i", [&rgb], 7)?;
        writer.add_image_with_boxes("i", &gray, &[], 8)
    });
    assert_eq!(sizes(dir.path()), [(Some(3), Some(2), 1); 9]);
}

/// Yields numbers once, in no type that could be cloned.
fn numbers(n: u8) -> Box<dyn Iterator<Item = f32>> {
    Box::new((0..n).map(f32::from))
}

#[test]
fn histograms_count_any_iterator() {
    let expected = Histogram::new([0.0, 1.0, 2.0, 3.0]);
    assert_eq!(Histogram::new(numbers(4)), expected);
    assert_eq!(Histogram::new([0u8, 1, 2, 3].iter()), expected);
    assert_eq!(Histogram::new([0i128, 1, 2, 3]), expected);
    let read = [
        Number::I64(0),
        Number::F32(1.0),
        Number::U64(2),
        Number::F64(3.0),
    ];
    assert_eq!(Histogram::new(read), expected);
    written(|writer| {
        writer.add_histogram("h", numbers(9), 0)?;
        writer.add_histogram_with("e", numbers(9), &tfevents::Bins::Exponential, 0)
    });
}

#[test]
fn labels_are_numbers_or_bools() {
    let expected = PrCurve::new([true, false, true], [0.9f32, 0.8, 0.3]).unwrap();
    let predictions = [0.9f32, 0.8, 0.3];
    let same = |curve: tfevents::Result<PrCurve>| assert_eq!(curve.unwrap(), expected);
    same(PrCurve::new([1u8, 0, 1], predictions));
    same(PrCurve::new(&[1i32, 0, 1], &predictions));
    same(PrCurve::new(vec![1i64, 0, 1], predictions.to_vec()));
    same(PrCurve::new([1, -1, 1], predictions));
    same(PrCurve::new([1.0f32, 0.0, 1.0], predictions));
    same(PrCurve::new(
        [true, false, true].iter(),
        predictions.map(Number::F32),
    ));
    let error = PrCurve::new([0, 1, 2], predictions)
        .unwrap_err()
        .to_string();
    assert!(error.contains("the label 2 of sample 2"), "{error}");
    written(|writer| writer.add_pr_curve("pr", [1u8, 0, 1], Box::new(predictions.into_iter()), 0));
}

#[cfg(feature = "half")]
#[test]
fn half_precision_predicts_and_embeds() {
    use half::{bf16, f16};

    let wide = [0.9f32, 0.7, 0.25];
    let halves = wide.map(f16::from_f32);
    let expected = PrCurve::new([1u8, 0, 1], halves.map(f16::to_f32)).unwrap();
    assert_eq!(PrCurve::new([1u8, 0, 1], halves).unwrap(), expected);
    let brains = wide.map(bf16::from_f32);
    let expected = PrCurve::new([1u8, 0, 1], brains.map(bf16::to_f32)).unwrap();
    assert_eq!(PrCurve::new([1u8, 0, 1], &brains).unwrap(), expected);
    assert_eq!(
        Embedding::new(halves.iter().chain(&halves), 3)
            .unwrap()
            .points(),
        2
    );
    assert_eq!(
        HParams::new().with("lr", f16::from_f32(0.5)),
        HParams::new().with("lr", 0.5)
    );
}

#[test]
fn embeddings_and_meshes_take_any_numbers() {
    let expected = Embedding::new([0.0f32, 1.0, 2.0, 3.0], 2).unwrap();
    assert_eq!(Embedding::new(numbers(4), 2).unwrap(), expected);
    assert_eq!(
        Embedding::new(&[0.0f64, 1.0, 2.0, 3.0], 2).unwrap(),
        expected
    );
    assert_eq!(Embedding::new(vec![0i32, 1, 2, 3], 2).unwrap(), expected);
    let huge = Embedding::new([0.0, 1e300], 2).unwrap_err().to_string();
    assert!(huge.contains("dimension 1"), "{huge}");

    let expected = Mesh::new([[0.0f32, 1.0, 2.0], [3.0, 4.0, 5.0]]);
    assert_eq!(
        Mesh::new(vec![[0.0f64, 1.0, 2.0], [3.0, 4.0, 5.0]]),
        expected
    );
    assert_eq!(Mesh::new(&[[0u8, 1, 2], [3, 4, 5]]), expected);
    assert_eq!(Mesh::from_coordinates(numbers(6)).unwrap(), expected);
}

/// A number type of a user's own.
#[derive(Clone, Copy)]
struct Percent(u8);

impl IntoScalar for Percent {
    fn to_f64(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

fn scalars(dir: &Path) -> Vec<(String, i64, Number)> {
    read(dir, |value| match value {
        Value::Scalar(number) => *number,
        other => panic!("{other:?}"),
    })
}

#[test]
fn own_numbers_and_read_ones_are_logged() {
    let dir = written(|writer| {
        writer.add_scalar("own", Percent(50), 0)?;
        writer.scalar("own")?.log(Percent(25), 1)?;
        writer.add_scalars("s", [("a", Percent(1))], 0)?;
        writer.add_histogram("h", [Percent(1), Percent(2)], 0)?;
        writer.add_pr_curve("p", [true, false], [Percent(70), Percent(10)], 0)
    });
    let own = read(dir.path(), |value| match value {
        Value::Scalar(number) => Some(*number),
        _ => None,
    });
    assert_eq!(own[0].2, Some(Number::F32(0.5)));
    assert_eq!(own[1].2, Some(Number::F32(0.25)));

    let copy = written(|writer| {
        for (tag, step, value) in own {
            if let Some(value) = value {
                writer.add_scalar(&tag, value, step)?;
            }
        }
        Ok(())
    });
    assert_eq!(
        scalars(copy.path())[1],
        ("own".into(), 1, Number::F32(0.25))
    );
}

#[test]
fn steps_are_integers_of_any_type() {
    let dir = written(|writer| {
        writer.add_scalar("s", 0.0, -9i8)?;
        writer.add_scalar("s", 0.0, -8i16)?;
        writer.add_scalar("s", 0.0, -7i32)?;
        writer.add_scalar("s", 0.0, -6i64)?;
        writer.add_scalar("s", 0.0, -5isize)?;
        writer.add_scalar("s", 0.0, 1u8)?;
        writer.add_scalar("s", 0.0, 2u16)?;
        writer.add_scalar("s", 0.0, 3u32)?;
        writer.add_scalar("s", 0.0, 4u64)?;
        writer.add_scalar("s", 0.0, 5usize)?;
        writer.add_scalar("s", 0.0, At::new(6))
    });
    let steps: Vec<_> = scalars(dir.path()).iter().map(|s| s.1).collect();
    assert_eq!(steps, [-9, -8, -7, -6, -5, 1, 2, 3, 4, 5, 6]);
}

#[test]
fn hyperparameters_need_no_metrics() {
    written(|writer| writer.add_hparams(HParams::new().with("lr", 0.1), NoMetrics, 0));
    written(|writer| {
        let metrics = HashMap::from([("loss".to_owned(), 0.5f32)]);
        writer.add_hparams(HParams::new().with("lr", 0.1), &metrics, 0)
    });
    let name = String::from("adam");
    let values = [
        HParams::new().with("o", &name),
        HParams::new().with("o", name.as_str()),
        HParams::new().with("o", Cow::Borrowed("adam")),
        BTreeMap::from([("o", name.clone())]).into_iter().collect(),
    ];
    assert!(values.iter().all(|hparams| *hparams == values[0]));
    let read = HParams::new()
        .with("n", Number::F32(0.1))
        .with("b", Number::Bool(true));
    assert_eq!(read, HParams::new().with("n", 0.1).with("b", true));
}

#[test]
fn names_are_parsed_and_printed() {
    fn both_ways<T>(all: &[T])
    where
        T: fmt::Display + std::str::FromStr<Err = tfevents::Error> + PartialEq + fmt::Debug,
    {
        for one in all {
            assert_eq!(one.to_string().parse::<T>().unwrap(), *one);
        }
        let error = "bogus".parse::<T>().unwrap_err().to_string();
        assert!(error.contains("`bogus`"), "{error}");
        for one in all {
            assert!(error.contains(&one.to_string()), "{error}");
        }
    }
    both_ways(&Kind::ALL);
    both_ways(&Layout::ALL);
    both_ways(&Policy::ALL);
}

#[test]
fn tensors_come_back_in_their_own_type() {
    let dir = written(|writer| {
        writer.add_tensor("t", [1i64, 2, 3], 0)?;
        writer.add_tensor("t", OwnedTensor::new(&[1, 2], [0.5f64, 1.5])?, 1)?;
        writer.add_tensor("t", vec![true], 2)?;
        writer.add_tensor("t", &[0.5f32], 2)?;
        writer.add_tensor("t", &vec![0.5f32], 2)?;
        writer.add_tensor("t", 7u8, 3)
    });
    let tensors = read(dir.path(), |value| match value {
        Value::Raw(raw) => match &raw.data {
            tfevents::event::DataRef::Tensor(tensor) => {
                tfevents::Tensor::from_encoded(tensor).unwrap().to_string()
            }
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    });
    let tensors: Vec<_> = tensors.iter().map(|(_, _, t)| t.as_str()).collect();
    assert_eq!(
        tensors,
        [
            "DT_INT64 [3]",
            "DT_DOUBLE [1, 2]",
            "DT_BOOL [1]",
            "DT_FLOAT [1]",
            "DT_FLOAT [1]",
            "DT_UINT8 []"
        ]
    );
}

#[test]
fn charts_are_asked_for_as_in_pytorch() {
    use tfevents::{Category, Chart, ChartLayout, Series};

    let dir = written(|writer| {
        assert_eq!(writer.path().parent(), Some(writer.logdir()));
        writer.add_custom_scalars_multilinechart(["a", "b"], "mine", "lines")?;
        writer.add_custom_scalars_marginchart(["m", "l", "u"], "mine", "band")
    });
    let layouts = read(dir.path(), |value| match value {
        Value::CustomScalars(layout) => layout.clone(),
        other => panic!("{other:?}"),
    });
    let band = Chart::margin("band", [Series::new("m", "l", "u")]);
    let lines = Chart::multiline("lines", ["a", "b"]);
    let mine = Category::new("mine").chart(lines).chart(band);
    assert_eq!(layouts.last().unwrap().2, ChartLayout::new().category(mine));
}
