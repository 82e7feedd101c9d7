//! Mesh, whose parts are series of their own.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::Arc;

use crate::check::Flaw;
use crate::check::json::Json;
use crate::event::DataRef;
use crate::plugin::mesh::{self, MAX_FACED_VERTICES, MeshData};
use crate::proto::{MeshPluginData, Message as _, mesh_plugin_data::ContentType};
use crate::tensor::{Elements, Tensor};

/// What is wrong with a part by itself.
pub(super) fn flaw(data: &DataRef<'_>, content: &[u8]) -> Option<Flaw> {
    let about = MeshPluginData::decode(content).ok()?;
    let tensor = match data {
        DataRef::Tensor(encoded) => Tensor::from_encoded(encoded).ok(),
        _ => None,
    };
    let numbers = tensor.as_ref().and_then(|tensor| match *tensor.shape() {
        [_, _, 3] if !matches!(tensor.elements(), Elements::C64(_) | Elements::C128(_)) => {
            Some((tensor.shape().to_vec(), tensor.to_f64s()?))
        }
        _ => None,
    });
    let Some((shape, numbers)) = numbers else {
        return Some(Flaw::new(
            "mesh_form",
            "Mesh: a part is not a tensor of shape [samples, n, 3] of numbers; TensorBoard answers 500 or \
             draws it wrongly",
            "Log a tensor of that shape.",
        ));
    };
    if about.content_type() == ContentType::Undefined {
        return Some(Flaw::new(
            "mesh_part",
            format!(
                "Mesh: a part is of type {}, neither vertices nor faces nor colors; TensorBoard \
                 answers 500",
                about.content_type
            ),
            "State the type of each part.",
        ));
    }
    let samples = about.shape.first().copied().unwrap_or_default();
    if shape[0] == 0 || usize::try_from(samples) != Ok(shape[0]) {
        return Some(Flaw::new(
            "mesh_samples",
            format!(
                "Mesh: the series claims {samples} samples but a step has {}; TensorBoard answers 500 for the \
                 missing ones",
                shape[0]
            ),
            "Log the same number of samples at every step, one or more.",
        ));
    }
    if !about.json_config.is_empty()
        && !matches!(
            Json::parse(&about.json_config),
            Some(Json::Object(_) | Json::Null)
        )
    {
        return Some(Flaw::new(
            "mesh_config",
            "Mesh: the configuration is not a JSON object; the page draws nothing",
            "Write JSON, or omit the configuration.",
        ));
    }
    let fits = |least: f64, most: f64| numbers.iter().all(|n| (least..=most).contains(n));
    let (fits, wanted) = match about.content_type() {
        ContentType::Vertex => (fits(f64::MIN, f64::MAX), "finite coordinates"),
        ContentType::Face => (
            fits(f64::from(i32::MIN), f64::from(i32::MAX)),
            "indices of vertices",
        ),
        _ => (fits(0.0, 255.0), "colors from 0 to 255"),
    };
    (!fits).then(|| {
        Flaw::new(
            "mesh_numbers",
            format!(
                "Mesh: not all numbers are {wanted}; TensorBoard answers 500 or does not draw it"
            ),
            format!("Log {wanted}."),
        )
    })
}

/// The parts of all meshes of a run.
#[derive(Debug, Default)]
pub(in crate::check) struct Meshes(BTreeMap<(Box<str>, i64), Parts>);

/// The parts of a mesh at a step: how many there are of each in a sample.
#[derive(Debug, Default)]
struct Parts {
    vertices: Option<usize>,
    colors: Option<usize>,
    /// The smallest and the largest index.
    faces: Option<(i32, i32)>,
    /// Where to say that something is wrong.
    tag: Option<Arc<str>>,
}

impl Meshes {
    /// Takes note of a part.
    pub(in crate::check) fn add(
        &mut self,
        tag: &str,
        step: i64,
        data: &DataRef<'_>,
        content: &[u8],
    ) {
        let Ok(part) = mesh::decode(data, content) else {
            return;
        };
        let Some(samples) = NonZero::new(part.samples) else {
            return;
        };
        let parts = self.0.entry((part.name.into(), step)).or_default();
        let per_sample = |n: usize| n / samples;
        match part.data {
            MeshData::Vertices(vertices) => parts.vertices = Some(per_sample(vertices.len())),
            MeshData::Colors(colors) => parts.colors = Some(per_sample(colors.len())),
            MeshData::Faces(faces) => {
                let indices = || faces.iter().flatten().copied();
                parts.faces = indices().min().zip(indices().max());
            }
        }
        if parts.tag.is_none() || parts.vertices.is_none() {
            parts.tag = Some(tag.into());
        }
    }

    /// What is wrong with the parts of each step together.
    pub(in crate::check) fn flaws(self) -> impl Iterator<Item = (Arc<str>, Flaw)> {
        self.0
            .into_values()
            .filter_map(|parts| Some((parts.tag.clone()?, parts.flaw()?)))
    }
}

impl Parts {
    fn flaw(&self) -> Option<Flaw> {
        let Some(vertices) = self.vertices else {
            return Some(Flaw::new(
                "mesh_vertices",
                "Mesh: a step has faces or colors but no vertices; nothing is drawn",
                "Log the vertices of a mesh at each of its steps.",
            ));
        };
        if vertices == 0 {
            return Some(Flaw::new(
                "mesh_vertices",
                "Mesh: a step has no vertices; nothing is drawn",
                "Log at least one vertex at each step.",
            ));
        }
        if let Some((least, greatest)) = self.faces {
            let drawn = vertices.min(MAX_FACED_VERTICES);
            let fits = |index: i32| usize::try_from(index).is_ok_and(|index| index < drawn);
            if !fits(least) || !fits(greatest) {
                return Some(Flaw::new(
                    "mesh_faces",
                    format!(
                        "Mesh: faces name the vertices {least} to {greatest}, but only 0 to {} can be drawn",
                        drawn.saturating_sub(1)
                    ),
                    format!("Use only vertices that exist, among the first {MAX_FACED_VERTICES}."),
                ));
            }
        }
        let colors = self.colors.filter(|&colors| colors != vertices)?;
        Some(Flaw::new(
            "mesh_colors",
            format!(
                "Mesh: {colors} colors for {vertices} vertices, so these are drawn without colors"
            ),
            "Log one color per vertex.",
        ))
    }
}
