//! Meshes: the arrays, number by number.

use std::path::Path;

use serde_json::{Value, json};
use tfevents::Mesh;
use tfevents::plugin::mesh::{Material, Scene};

use super::{NOW, list, shown, writer};

const RUN: &str = "mesh";

const VERTICES: [[f32; 3]; 4] = [
    [0.0, 0.1, -1e-3],
    [1e6, 0.0, 0.0],
    [0.0, 1.0, 0.5],
    [-1.0, -0.0, 0.25],
];
const FACES: [[u32; 3]; 2] = [[0, 1, 2], [3, 2, 1]];
const COLORS: [[u8; 3]; 4] = [[255, 0, 1], [2, 128, 3], [0, 0, 0], [255, 255, 255]];

fn scene() -> Scene {
    Scene {
        material: Some(Material::Points { size: 0.25 }),
        ..Default::default()
    }
}

pub(super) fn log(dir: &Path) {
    let writer = writer(dir);
    let points = Mesh::new(VERTICES);
    let whole = points.clone().faces(FACES).unwrap().colors(COLORS).unwrap();
    for step in [2, 5] {
        writer.add_mesh("größe/whole", &whole, step).unwrap();
    }
    let points = points.scene(&scene()).unwrap();
    writer
        .add_meshes("points", &[points.clone(), points], 0)
        .unwrap();
    // More points at every step, as of a scene that is being explored.
    for step in 1..4 {
        let cloud = Mesh::new(&VERTICES[..step]);
        writer.add_mesh("growing", &cloud, step).unwrap();
    }
    writer.add_mesh("nothing", &Mesh::default(), 0).unwrap();
    writer.close().unwrap();
}

fn part(step: i64, part: &str, parts: u32, shape: [usize; 3], data: Value) -> Value {
    json!({
        "step": step,
        "wall_time": NOW,
        "content_type": part,
        "components": parts,
        "config": "{}",
        "data_shape": shape,
        "data": data,
    })
}

/// As f64, which is how JSON's numbers are read.
fn vertices(vertices: &[[f32; 3]]) -> Vec<f64> {
    let flat = vertices.as_flattened().iter();
    flat.map(|&v| f64::from(v)).collect()
}

#[test]
fn every_part_is_shown_with_its_numbers() {
    for shown in shown() {
        let whole = shown.series("mesh", RUN, "größe/whole");
        assert_eq!(whole["samples"], 1);
        let expected: Vec<_> = [2, 5]
            .into_iter()
            .flat_map(|step| {
                [
                    part(step, "VERTEX", 14, [1, 4, 3], json!([vertices(&VERTICES)])),
                    part(step, "FACE", 14, [1, 2, 3], json!([FACES.as_flattened()])),
                    part(step, "COLOR", 14, [1, 4, 3], json!([COLORS.as_flattened()])),
                ]
            })
            .collect();
        assert_eq!(whole["points"], json!(expected), "{:?}", shown.mode);
    }
}

#[test]
fn samples_and_scenes_are_shown() {
    for shown in shown() {
        let points = shown.series("mesh", RUN, "points");
        assert_eq!(points["samples"], 2);
        let data = json!([vertices(&VERTICES), vertices(&VERTICES)]);
        let mut expected = part(0, "VERTEX", 2, [2, 4, 3], data);
        expected["config"] = json!(r#"{"material":{"cls":"PointsMaterial","size":0.25}}"#);
        assert_eq!(points["points"], json!([expected]), "{:?}", shown.mode);
    }
}

#[test]
fn the_number_of_points_may_change() {
    for shown in shown() {
        let growing = list(&shown.series("mesh", RUN, "growing")["points"]);
        assert_eq!(growing.len(), 3);
        for (i, point) in growing.iter().enumerate() {
            assert_eq!(point["data"], json!([vertices(&VERTICES[..=i])]));
        }
        let nothing = &shown.series("mesh", RUN, "nothing")["points"];
        assert_eq!(nothing[0]["data"], json!([[]]), "{:?}", shown.mode);
    }
}
