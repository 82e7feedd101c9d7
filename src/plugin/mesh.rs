//! Meshes and point clouds, for the Mesh dashboard.
//!
//! A mesh is up to three tensors `[samples, n, 3]`, each a series of its own: vertices, faces, colours. What
//! ties them together is the mesh's name in the plugin's data. TensorFlow and PyTorch tag them `<name>_VERTEX`,
//! `<name>_FACE` and `<name>_COLOR`, as we do; tensorboardX numbers them.

use std::borrow::Borrow;

use crate::error::{Error, Result};
use crate::event::DataRef;
use crate::plugin::{self, Kind, wrong_form};
use crate::proto::mesh_plugin_data::ContentType;
use crate::proto::{self, MeshPluginData, Message as _, TensorProto};
use crate::tensor::{self, DataType, Tensor};
use crate::types::IntoScalar;

mod scene;

pub use scene::{Camera, Light, Material, Scene};

/// How many vertices TensorBoard can tell apart when it draws faces, with indices of 16 bits.
pub const MAX_FACED_VERTICES: usize = 1 << 16;

/// Points in space, with or without triangles between them and a colour each.
///
/// TensorBoard draws faces where there are some, else points. Its camera fits what it shows into the view,
/// but points keep their size: see [`Material::Points`].
///
/// # Examples
///
/// ```
/// use tfevents::Mesh;
///
/// let tetrahedron = Mesh::new([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
///     .faces([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])?
///     .colors([[255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255]])?;
///
/// // Coordinates one after the other, such as a `[n, 3]` array has them.
/// let cloud = Mesh::from_coordinates(vec![0.5; 3 * 100])?;
/// # Ok::<(), tfevents::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mesh {
    vertices: Vec<[f32; 3]>,
    faces: Vec<[i32; 3]>,
    colors: Vec<[u8; 3]>,
    /// JSON, or nothing.
    config: String,
}

impl Mesh {
    /// Points at these places, in numbers of any type, which are stored as `f32`.
    #[must_use]
    pub fn new<V: IntoScalar>(vertices: impl IntoIterator<Item: Borrow<[V; 3]>>) -> Self {
        let vertices = vertices.into_iter();
        Self {
            vertices: vertices.map(|v| v.borrow().map(V::to_f32)).collect(),
            ..Self::default()
        }
    }

    /// The same, of coordinates one after the other: a `[vertices, 3]` array, row-major.
    ///
    /// # Errors
    ///
    /// A number of coordinates that is not a multiple of 3.
    pub fn from_coordinates<I: IntoIterator<Item: IntoScalar>>(coordinates: I) -> Result<Self> {
        let flat: Vec<_> = coordinates.into_iter().map(IntoScalar::to_f32).collect();
        let (vertices, rest) = flat.as_chunks::<3>();
        if !rest.is_empty() {
            return Err(Error::argument(format!(
                "{} coordinates do not make whole vertices, which have 3 each",
                flat.len()
            )));
        }
        Ok(Self::new(vertices))
    }

    /// Triangles, as indices of vertices.
    ///
    /// # Errors
    ///
    /// An index that no vertex has, and more than [`MAX_FACED_VERTICES`] vertices.
    pub fn faces<I>(mut self, faces: impl IntoIterator<Item: Borrow<[I; 3]>>) -> Result<Self>
    where
        I: TryInto<usize> + Copy + std::fmt::Display,
    {
        let vertices = self.vertices.len();
        if vertices > MAX_FACED_VERTICES {
            return Err(Error::argument(format!(
                "a mesh with faces cannot have {vertices} vertices: TensorBoard can address only {MAX_FACED_VERTICES}; leave out the faces, or use fewer vertices"
            )));
        }
        self.faces.clear();
        for (number, face) in faces.into_iter().enumerate() {
            let mut indices = [0; 3];
            for (to, from) in indices.iter_mut().zip(*face.borrow()) {
                let index = from.try_into().ok().filter(|&index| index < vertices);
                match index.and_then(|index| i32::try_from(index).ok()) {
                    Some(index) => *to = index,
                    None => {
                        return Err(Error::argument(format!(
                            "face {number} of a mesh has the vertex {from}, but the mesh has {vertices} vertices"
                        )));
                    }
                }
            }
            self.faces.push(indices);
        }
        Ok(self)
    }

    /// The vertices' colours: red, green and blue from 0 to 255, in numbers of any type.
    ///
    /// # Errors
    ///
    /// Another number of colours than of vertices, and a component that is not a whole number from 0 to 255.
    pub fn colors<C>(mut self, colors: impl IntoIterator<Item: Borrow<[C; 3]>>) -> Result<Self>
    where
        C: IntoScalar,
    {
        self.colors.clear();
        for color in colors {
            let mut components = [0; 3];
            for (to, from) in components.iter_mut().zip(color.borrow()) {
                *to = color_component(from.to_f64(), self.colors.len())?;
            }
            self.colors.push(components);
        }
        if self.colors.len() == self.vertices.len() {
            Ok(self)
        } else {
            Err(Error::argument(format!(
                "a mesh of {} vertices cannot have {} colors: it needs one per vertex",
                self.vertices.len(),
                self.colors.len()
            )))
        }
    }

    /// Camera, lights and material of the viewer. TensorBoard takes those of the first step.
    ///
    /// # Errors
    ///
    /// Numbers that are not finite.
    #[doc(alias = "config_dict")]
    pub fn scene(self, scene: &Scene) -> Result<Self> {
        Ok(self.json_config(scene.to_json()?))
    }

    /// The same as JSON text, for all else that [three.js](https://threejs.org) has: objects `camera` and
    /// `material`, and an array `lights`, each with the name of its class as `cls`. The text is not checked;
    /// with one that is not JSON TensorBoard shows nothing.
    #[must_use]
    pub fn json_config(mut self, json: impl Into<String>) -> Self {
        self.config = json.into();
        self
    }

    fn parts(&self) -> [(ContentType, usize); 3] {
        [
            (ContentType::Vertex, self.vertices.len()),
            (ContentType::Face, self.faces.len()),
            (ContentType::Color, self.colors.len()),
        ]
    }
}

fn color_component(number: f64, color: usize) -> Result<u8> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "compared with the number below"
    )]
    let component = number as u8;
    if f64::from(component) == number {
        return Ok(component);
    }
    Err(Error::argument(format!(
        "color {color} of a mesh has the component {number}: use whole numbers from 0 to 255"
    )))
}

/// What a part's tag ends with.
fn suffix(part: ContentType) -> &'static str {
    match part {
        ContentType::Undefined => "",
        ContentType::Vertex => "_VERTEX",
        ContentType::Face => "_FACE",
        ContentType::Color => "_COLOR",
    }
}

/// The tag of the part that every mesh has.
pub(crate) fn vertices_tag(name: &str) -> String {
    format!("{name}{}", suffix(ContentType::Vertex))
}

/// The name of the mesh whose part has this tag.
pub(crate) fn name_of(tag: &str) -> &str {
    let parts = [ContentType::Vertex, ContentType::Face, ContentType::Color];
    let mut names = parts.into_iter().map(|part| tag.strip_suffix(suffix(part)));
    names.find_map(|name| name).unwrap_or(tag)
}

/// The values of one step.
pub(crate) fn values(name: &str, samples: &[Mesh]) -> Result<Vec<proto::summary::Value>> {
    let Some(first) = samples.first() else {
        return Err(Error::argument("no meshes"));
    };
    if name.is_empty() {
        return Err(Error::argument("a mesh must have a name"));
    }
    for (i, sample) in samples.iter().enumerate() {
        if sample.parts() != first.parts() || sample.config != first.config {
            return Err(Error::argument(format!(
                "mesh {i} of a step differs from mesh 0 in the number of vertices, faces or colors, or in its scene: log them under separate tags"
            )));
        }
    }
    let parts = first.parts();
    // Vertices may be none; the other parts are then left out.
    let present = |&(part, len): &(ContentType, usize)| part == ContentType::Vertex || len > 0;
    let components = parts
        .iter()
        .filter(|part| present(part))
        .fold(0, |bits, &(part, _)| bits | 1 << part as u32);
    parts
        .into_iter()
        .filter(present)
        .map(|(part, len)| {
            let shape = [samples.len(), len, 3];
            let content = MeshPluginData {
                name: name.to_owned(),
                content_type: part as i32,
                json_config: match first.config.as_str() {
                    "" => "{}".to_owned(),
                    json => json.to_owned(),
                },
                shape: shape
                    .iter()
                    .map(|&n| i32::try_from(n))
                    .collect::<Result<_, _>>()
                    .map_err(|_| {
                        Error::argument(format!("a mesh of shape {shape:?} is too large"))
                    })?,
                components,
                ..Default::default()
            };
            Ok(proto::summary::Value {
                tag: format!("{name}{}", suffix(part)),
                metadata: Some(plugin::metadata("mesh", content.encode_to_vec())),
                value: Some(proto::summary::value::Value::Tensor(part_tensor(
                    part, &shape, samples,
                ))),
                ..Default::default()
            })
        })
        .collect()
}

fn part_tensor(part: ContentType, shape: &[usize], samples: &[Mesh]) -> TensorProto {
    match part {
        ContentType::Face => {
            let faces = samples.iter().flat_map(|mesh| mesh.faces.as_flattened());
            let bytes = faces.flat_map(|index| index.to_le_bytes()).collect();
            tensor::raw_tensor(DataType::Int32, shape, bytes)
        }
        ContentType::Color => {
            let colors = samples.iter().flat_map(|mesh| mesh.colors.as_flattened());
            tensor::raw_tensor(DataType::Uint8, shape, colors.copied().collect())
        }
        ContentType::Vertex | ContentType::Undefined => {
            let vertices = samples.iter().flat_map(|mesh| mesh.vertices.as_flattened());
            tensor::float_tensor(shape, vertices.copied())
        }
    }
}

/// One part of a mesh at one step, as read back.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MeshPart {
    /// The name of the mesh, shared by its parts.
    pub name: String,
    /// Camera, lights and material as JSON text; `{}`, `null` or nothing for the default.
    pub json_config: String,
    /// How many samples the data are, one after the other and all of one size.
    pub samples: usize,
    /// The data.
    pub data: MeshData,
}

/// What a part of a mesh holds.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum MeshData {
    /// Points in space.
    Vertices(Vec<[f32; 3]>),
    /// Triangles, as indices of vertices.
    Faces(Vec<[i32; 3]>),
    /// Red, green and blue of the vertices.
    Colors(Vec<[u8; 3]>),
}

/// PyTorch and tensorboardX store indices and colours as floats, so any type of number is taken for any part.
pub(crate) fn decode(data: &DataRef<'_>, content: &[u8]) -> Result<MeshPart> {
    let DataRef::Tensor(encoded) = data else {
        return Err(wrong_form(Kind::Mesh, data));
    };
    let about: MeshPluginData = proto::decode_short(content)?;
    let tensor = Tensor::from_encoded(encoded)?;
    let (&[samples, _, 3], Some(numbers)) = (tensor.shape(), tensor.to_f64s()) else {
        return Err(wrong_form(Kind::Mesh, data));
    };
    let triples = numbers.as_chunks::<3>().0.iter();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` clamps what cannot be an index or a color"
    )]
    let data = match about.content_type() {
        ContentType::Vertex => MeshData::Vertices(triples.map(|t| t.map(|v| v as f32)).collect()),
        ContentType::Face => MeshData::Faces(triples.map(|t| t.map(|v| v as i32)).collect()),
        ContentType::Color => MeshData::Colors(triples.map(|t| t.map(|v| v as u8)).collect()),
        ContentType::Undefined => {
            return Err(Error::decode(format!(
                "a part of a mesh has the type {}, not vertices, faces or colors",
                about.content_type
            )));
        }
    };
    Ok(MeshPart {
        name: about.name,
        json_config: about.json_config,
        samples,
        data,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(value: &proto::summary::Value) -> Vec<u8> {
        let plugin = value.metadata.as_ref().unwrap().plugin_data.as_ref();
        plugin.unwrap().content.clone()
    }

    fn read(value: &proto::summary::Value) -> MeshPart {
        let Some(proto::summary::value::Value::Tensor(tensor)) = &value.value else {
            panic!("no tensor");
        };
        let bytes = tensor.encode_to_vec();
        decode(&DataRef::Tensor(bytes[..].into()), &content(value)).unwrap()
    }

    fn triangle() -> Mesh {
        Mesh::new([[0.0, 0.5, -1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    }

    #[test]
    fn golden_content() {
        let values = values("mesh", &[triangle()]).unwrap();
        assert_eq!(values.len(), 1);
        assert_eq!(values[0].tag, "mesh_VERTEX");
        assert_eq!(
            content(&values[0]),
            b"\x12\x04mesh\x18\x01\x2a\x02{}\x32\x03\x01\x03\x03\x38\x02"
        );
    }

    #[test]
    fn all_parts_come_back() {
        let scene = Scene {
            lights: Some(Vec::new()),
            ..Default::default()
        };
        let mesh = triangle()
            .faces([[0u32, 1, 2]])
            .unwrap()
            .colors([[255, 0, 1]; 3])
            .unwrap()
            .scene(&scene)
            .unwrap();
        let values = values("a/b", &[mesh.clone(), mesh.clone()]).unwrap();
        let parts: Vec<_> = values.iter().map(|v| (v.tag.as_str(), read(v))).collect();
        let part = |data| MeshPart {
            name: "a/b".into(),
            json_config: r#"{"lights":[]}"#.into(),
            samples: 2,
            data,
        };
        assert_eq!(
            parts,
            [
                (
                    "a/b_VERTEX",
                    part(MeshData::Vertices([&mesh.vertices[..]; 2].concat()))
                ),
                ("a/b_FACE", part(MeshData::Faces(vec![[0, 1, 2]; 2]))),
                ("a/b_COLOR", part(MeshData::Colors(vec![[255, 0, 1]; 6]))),
            ]
        );
        let components = |v| MeshPluginData::decode(&content(v)[..]).unwrap().components;
        assert!(values.iter().all(|v| components(v) == 0b1110));
    }

    #[test]
    fn floats_are_indices_and_colors_too() {
        for (part, expected) in [
            (ContentType::Face, MeshData::Faces(vec![[0, 1, 2]])),
            (ContentType::Color, MeshData::Colors(vec![[0, 1, 2]])),
        ] {
            let content = MeshPluginData {
                content_type: part as i32,
                ..Default::default()
            };
            let bytes = tensor::float_tensor(&[1, 1, 3], [0.0, 1.0, 2.0]).encode_to_vec();
            let data = DataRef::Tensor(bytes[..].into());
            assert_eq!(
                decode(&data, &content.encode_to_vec()).unwrap().data,
                expected
            );
            assert!(decode(&data, &[]).is_err(), "a part of no type");
        }
    }

    #[test]
    fn faces_need_vertices() {
        let say = |mesh: Result<Mesh>| mesh.unwrap_err().to_string();
        assert!(say(triangle().faces([[0, 1, 3]])).contains("face 0 of a mesh has the vertex 3"));
        assert!(say(triangle().faces([[0, 1, 2], [0, -1, 1]])).contains("face 1"));
        let many = Mesh::new(vec![[0.0; 3]; MAX_FACED_VERTICES + 1]);
        assert!(say(many.faces([[0usize, 1, 2]])).contains("65536"));
        assert!(say(triangle().colors([[0; 3]; 2])).contains("3 vertices cannot have 2 colors"));
    }

    #[test]
    fn numbers_of_any_type_and_order_make_a_mesh() {
        let points = [[0.0f64, 0.5, -1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
        assert_eq!(Mesh::new(points.iter()), triangle());
        assert_eq!(Mesh::new(points.to_vec()), triangle());
        assert_eq!(Mesh::new(points.iter().copied()), triangle());
        let flat = points.iter().flatten();
        assert_eq!(Mesh::from_coordinates(flat).unwrap(), triangle());
        let error = Mesh::from_coordinates([1u8, 2, 3, 4]).unwrap_err();
        assert!(error.to_string().contains("4 coordinates"), "{error}");
        let faces = vec![[0u8, 1, 2]];
        assert_eq!(triangle().faces(&faces).unwrap().faces, [[0, 1, 2]]);
        let floats = [[255.0f32, 0.0, 1.0]; 3];
        let mesh = triangle().colors(floats).unwrap();
        assert_eq!(mesh.colors, [[255, 0, 1]; 3]);
        for bad in [0.5, -1.0, 256.0, f32::NAN] {
            let error = triangle().colors([[0.0, 0.0, bad]; 3]).unwrap_err();
            assert!(error.to_string().contains("color 0"), "{error}");
        }
    }

    #[test]
    fn samples_are_of_one_size() {
        let more = Mesh::new([[0.0; 3]; 4]);
        let error = values("m", &[triangle(), more]).unwrap_err().to_string();
        assert!(error.contains("mesh 1"), "{error}");
        assert!(values("m", &[]).is_err());
        assert!(values("", &[triangle()]).is_err());
    }
}
