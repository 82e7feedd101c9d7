//! How TensorBoard's viewer looks at a mesh.

use std::fmt::Write as _;

use crate::error::{Error, Result};

/// Camera, lights and material of the viewer. What is left out is TensorBoard's default.
///
/// # Examples
///
/// ```
/// use tfevents::plugin::mesh::{Camera, Light, Material, Scene};
///
/// let scene = Scene {
///     camera: Some(Camera { position: Some([0.0, 1.0, 3.0]), ..Default::default() }),
///     lights: Some(vec![Light::Ambient { color: 0xff_ff_ff, intensity: 0.5 }]),
///     material: Some(Material::Points { size: 0.05 }),
/// };
/// assert_eq!(
///     scene.to_json()?,
///     concat!(
///         r#"{"camera":{"cls":"PerspectiveCamera","fov":75,"near":0.1,"far":1000,"position":[0,1,3]},"#,
///         r##""lights":[{"cls":"AmbientLight","color":"#ffffff","intensity":0.5}],"##,
///         r#""material":{"cls":"PointsMaterial","size":0.05}}"#,
///     ),
/// );
/// # Ok::<(), tfevents::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// Where the viewer looks from.
    pub camera: Option<Camera>,
    /// All lights. The default is an ambient one and a directional one.
    pub lights: Option<Vec<Light>>,
    /// What the surface is made of, or how large the points are.
    pub material: Option<Material>,
}

/// A perspective camera; lengths are in the units of the vertices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// Vertical field of view in degrees.
    pub fov: f32,
    /// Nothing closer is drawn.
    pub near: f32,
    /// Nothing farther away is drawn.
    pub far: f32,
    /// Where it stands: by default where the whole mesh is in view.
    pub position: Option<[f32; 3]>,
    /// What it looks at: by default the middle of the mesh.
    pub look_at: Option<[f32; 3]>,
}

impl Default for Camera {
    /// TensorBoard's own camera.
    fn default() -> Self {
        Self {
            fov: 75.0,
            near: 0.1,
            far: 1000.0,
            position: None,
            look_at: None,
        }
    }
}

/// A light; colours are `0xRRGGBB`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Light {
    /// Light from everywhere.
    Ambient {
        /// `0xRRGGBB`.
        color: u32,
        /// 1 for full strength.
        intensity: f32,
    },
    /// Parallel light, as of the sun.
    Directional {
        /// `0xRRGGBB`.
        color: u32,
        /// 1 for full strength.
        intensity: f32,
        /// It shines from here to the origin.
        position: [f32; 3],
    },
}

/// What a mesh is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Material {
    /// For vertices without faces.
    Points {
        /// Size of a point in the units of the vertices; TensorBoard's default of 0.005 hardly shows.
        size: f32,
    },
    /// For faces.
    Surface {
        /// `0xRRGGBB`; multiplied with the vertices' own colours where there are some.
        color: u32,
        /// From 0 for a mirror to 1.
        roughness: f32,
        /// From 0 to 1 for metal.
        metalness: f32,
        /// Draws edges only.
        wireframe: bool,
    },
}

impl Scene {
    /// The JSON that goes into the file.
    ///
    /// # Errors
    ///
    /// Numbers that are not finite, which JSON cannot hold.
    pub fn to_json(&self) -> Result<String> {
        let mut members = Vec::new();
        if let Some(camera) = &self.camera {
            members.push(format!("\"camera\":{}", camera.to_json()?));
        }
        if let Some(lights) = &self.lights {
            let lights: Vec<_> = lights
                .iter()
                .map(|light| light.to_json())
                .collect::<Result<_>>()?;
            members.push(format!("\"lights\":[{}]", lights.join(",")));
        }
        if let Some(material) = &self.material {
            members.push(format!("\"material\":{}", material.to_json()?));
        }
        Ok(format!("{{{}}}", members.join(",")))
    }
}

/// A JSON object that names a three.js class.
struct Object(String);

impl Object {
    fn new(class: &str) -> Self {
        Self(format!("{{\"cls\":\"{class}\""))
    }

    fn member(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        // Writing to a string cannot fail.
        let _ = write!(self.0, ",\"{name}\":{value}");
        self
    }

    fn number(self, name: &str, value: f32) -> Result<Self> {
        if value.is_finite() {
            Ok(self.member(name, value))
        } else {
            Err(Error::argument(format!(
                "the {name} of a mesh's scene is {value}, which JSON cannot represent"
            )))
        }
    }

    fn vector(self, name: &str, [x, y, z]: [f32; 3]) -> Result<Self> {
        if [x, y, z].iter().all(|v| v.is_finite()) {
            Ok(self.member(name, format_args!("[{x},{y},{z}]")))
        } else {
            Err(Error::argument(format!(
                "the {name} of a mesh's scene is [{x}, {y}, {z}], which JSON cannot represent"
            )))
        }
    }

    fn color(self, color: u32) -> Self {
        self.member("color", format_args!("\"#{:06x}\"", color & 0xff_ff_ff))
    }

    fn end(self) -> String {
        self.0 + "}"
    }
}

impl Camera {
    fn to_json(self) -> Result<String> {
        let mut object = Object::new("PerspectiveCamera")
            .number("fov", self.fov)?
            .number("near", self.near)?
            .number("far", self.far)?;
        if let Some(position) = self.position {
            object = object.vector("position", position)?;
        }
        if let Some(look_at) = self.look_at {
            object = object.vector("lookAt", look_at)?;
        }
        Ok(object.end())
    }
}

impl Light {
    fn to_json(self) -> Result<String> {
        let object = match self {
            Self::Ambient { color, intensity } => Object::new("AmbientLight")
                .color(color)
                .number("intensity", intensity)?,
            Self::Directional {
                color,
                intensity,
                position,
            } => Object::new("DirectionalLight")
                .color(color)
                .number("intensity", intensity)?
                .vector("position", position)?,
        };
        Ok(object.end())
    }
}

impl Material {
    fn to_json(self) -> Result<String> {
        let object = match self {
            Self::Points { size } => Object::new("PointsMaterial").number("size", size)?,
            Self::Surface {
                color,
                roughness,
                metalness,
                wireframe,
            } => Object::new("MeshStandardMaterial")
                .color(color)
                .number("roughness", roughness)?
                .number("metalness", metalness)?
                .member("wireframe", wireframe),
        };
        Ok(object.end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_json() {
        let scene = Scene {
            camera: Some(Camera {
                position: Some([0.5, -1.5, 1e-7]),
                look_at: Some([0.0; 3]),
                ..Default::default()
            }),
            lights: Some(vec![
                Light::Ambient {
                    color: 0xff,
                    intensity: 0.1,
                },
                Light::Directional {
                    color: 0x1_23_45_67,
                    intensity: 1.0,
                    position: [0.0, -1.0, 2.0],
                },
            ]),
            material: Some(Material::Surface {
                color: 0xa0_a0_a0,
                roughness: 1.0,
                metalness: 0.0,
                wireframe: true,
            }),
        };
        assert_eq!(
            scene.to_json().unwrap(),
            concat!(
                r#"{"camera":{"cls":"PerspectiveCamera","fov":75,"near":0.1,"far":1000,"#,
                r#""position":[0.5,-1.5,0.0000001],"lookAt":[0,0,0]},"#,
                r##""lights":[{"cls":"AmbientLight","color":"#0000ff","intensity":0.1},"##,
                r##"{"cls":"DirectionalLight","color":"#234567","intensity":1,"position":[0,-1,2]}],"##,
                r##""material":{"cls":"MeshStandardMaterial","color":"#a0a0a0","roughness":1,"##,
                r#""metalness":0,"wireframe":true}}"#,
            )
        );
        assert_eq!(Scene::default().to_json().unwrap(), "{}");
    }

    #[test]
    fn json_has_no_nan() {
        let scene = Scene {
            camera: Some(Camera {
                look_at: Some([0.0, f32::NAN, 0.0]),
                ..Default::default()
            }),
            ..Default::default()
        };
        let error = scene.to_json().unwrap_err().to_string();
        assert!(error.contains("lookAt"), "{error}");
    }
}
