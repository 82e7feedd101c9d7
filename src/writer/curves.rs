//! The writer's methods for curves, meshes and the layout of charts.

use std::borrow::Borrow;

use crate::error::Result;
use crate::plugin::mesh::{self, Mesh};
use crate::plugin::pr_curve::{PrCurve, PrCurveBuilder, Prediction};
use crate::types::At;
use crate::writer::SummaryWriter;

impl SummaryWriter {
    /// Logs a precision-recall curve: whether each sample is positive, and the predicted probability that it
    /// is. For several classes log one curve a class, each under its own tag.
    ///
    /// NaN predictions are never an error. They are left out and, where there are any, their number is logged
    /// as the scalar `<tag>/nan`.
    ///
    /// # Errors
    ///
    /// As for [`PrCurve::new`] and [`add_scalar`](Self::add_scalar).
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = tfevents::SummaryWriter::new(dir.path())?;
    /// let targets = [2, 0, 1, 2];
    /// let probabilities = [[0.1f32, 0.2, 0.7], [0.8, 0.1, 0.1], [0.3, 0.4, 0.3], [0.5, 0.4, 0.1]];
    /// for class in 0..3 {
    ///     let labels = targets.iter().map(|&target| target == class);
    ///     let predictions = probabilities.iter().map(|p| p[class]);
    ///     writer.add_pr_curve(&format!("class/{class}"), labels, predictions, 0)?;
    /// }
    /// # writer.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_pr_curve<L, P>(
        &self,
        tag: &str,
        labels: L,
        predictions: P,
        at: impl Into<At>,
    ) -> Result<()>
    where
        L: IntoIterator<Item: Borrow<bool>>,
        P: IntoIterator<Item: Prediction>,
    {
        let at = at.into();
        let mut builder = PrCurveBuilder::new();
        builder.add(labels, predictions)?;
        self.add(tag, &builder.build(), at)?;
        if builder.nan() > 0 {
            self.add_scalar(&format!("{tag}/nan"), builder.nan(), at)?;
        }
        Ok(())
    }

    /// Logs a precision-recall curve that was computed elsewhere, or by a [`PrCurveBuilder`].
    ///
    /// # Errors
    ///
    /// Lists of different lengths, and as for [`add_scalar`](Self::add_scalar).
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::PrCurve;
    ///
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = tfevents::SummaryWriter::new(dir.path())?;
    /// let curve = PrCurve {
    ///     true_positives: vec![3.0, 2.0, 1.0],
    ///     false_positives: vec![3.0, 1.0, 0.0],
    ///     true_negatives: vec![0.0, 2.0, 3.0],
    ///     false_negatives: vec![0.0, 1.0, 2.0],
    ///     precision: vec![0.5, 2.0 / 3.0, 1.0],
    ///     recall: vec![1.0, 2.0 / 3.0, 1.0 / 3.0],
    /// };
    /// writer.add_pr_curve_raw("test", &curve, 0)?;
    /// # writer.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_pr_curve_raw(&self, tag: &str, curve: &PrCurve, at: impl Into<At>) -> Result<()> {
        self.add(tag, curve, at)
    }
    /// Logs a mesh or a point cloud.
    ///
    /// Keep to the same parts (vertices, faces, colours) and the same scene from step to step: TensorBoard
    /// takes both from the first one.
    ///
    /// # Errors
    ///
    /// As for [`add_scalar`](Self::add_scalar), for each of the tags `<tag>_VERTEX`, `<tag>_FACE` and
    /// `<tag>_COLOR`.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::Mesh;
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = tfevents::SummaryWriter::new(dir.path())?;
    /// let triangle = Mesh::new([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]).faces([[0, 1, 2]])?;
    /// writer.add_mesh("shape", &triangle, 0)?;
    /// # writer.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_mesh(&self, tag: &str, mesh: &Mesh, at: impl Into<At>) -> Result<()> {
        self.add_meshes(tag, std::slice::from_ref(mesh), at)
    }

    /// Logs several meshes as samples of one step, between which TensorBoard's viewer can switch.
    ///
    /// # Errors
    ///
    /// As for [`add_mesh`](Self::add_mesh), no mesh at all, and meshes that differ in the number of vertices,
    /// faces or colours, or in their scene.
    pub fn add_meshes(&self, tag: &str, meshes: &[Mesh], at: impl Into<At>) -> Result<()> {
        self.put_values(mesh::values(tag, meshes)?, at.into())
    }
}
