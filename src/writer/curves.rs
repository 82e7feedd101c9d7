//! The writer's methods for curves, meshes and the layout of charts.

use crate::error::{Error, Result};
use crate::plugin::custom_scalars::{Category, Chart, ChartLayout, Series};
use crate::plugin::mesh::{self, Mesh};
use crate::plugin::pr_curve::{PrCurve, PrCurveBuilder};
use crate::proto::{self, summary::value};
use crate::types::{At, IntoScalar};
use crate::writer::SummaryWriter;

impl SummaryWriter {
    /// Logs a precision-recall curve: whether each sample is positive, and the predicted probability that it
    /// is. Labels are `bool`, or numbers of which 1 is positive. For several classes log one curve a class, each
    /// under its own tag.
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
        L: IntoIterator<Item: IntoScalar>,
        P: IntoIterator<Item: IntoScalar>,
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
    /// Tells the Custom Scalars dashboard which scalars to draw together.
    ///
    /// TensorBoard takes a run's last layout, so the writer adds each one to those before: a chart of the same
    /// category and title is replaced, all others stay. What that makes is written once at each flush. TensorBoard
    /// merges the layouts of all runs. A writer that resumes a run starts without a layout.
    ///
    /// # Errors
    ///
    /// As for [`add_scalar`](Self::add_scalar).
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::{Category, Chart, ChartLayout};
    ///
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = tfevents::SummaryWriter::new(dir.path())?;
    /// let both = Chart::multiline("loss", ["train/loss", "validation/loss"]);
    /// writer.add_custom_scalars(&ChartLayout::new().category(Category::new("overview").chart(both)))?;
    /// writer.add_scalar("train/loss", 0.5, 0)?;
    /// writer.add_scalar("validation/loss", 0.6, 0)?;
    /// # writer.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_custom_scalars(&self, layout: &ChartLayout) -> Result<()> {
        self.inner.charts.lock()?.add(layout);
        self.put_layout()
    }

    /// Adds a chart to the Custom Scalars dashboard with a line for each tag, taken literally. For regular expressions see
    /// [`Chart::matching`].
    ///
    /// # Errors
    ///
    /// As for [`add_custom_scalars`](Self::add_custom_scalars), which this is a short form of.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = tfevents::SummaryWriter::new(dir.path())?;
    /// writer.add_custom_scalars_multilinechart(["train/loss", "val/loss"], "overview", "loss")?;
    /// writer.add_custom_scalars_marginchart(["reward/mean", "reward/min", "reward/max"], "overview", "reward")?;
    /// # writer.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_custom_scalars_multilinechart<T: AsRef<str>>(
        &self,
        tags: impl IntoIterator<Item = T>,
        category: &str,
        title: &str,
    ) -> Result<()> {
        self.add_chart(category, Chart::multiline(title, tags))
    }

    /// Adds a chart to the Custom Scalars dashboard with a line and a band around it: the tags of the line, of the lower
    /// and of the upper end of the band. These scalars have to be logged at the same steps.
    ///
    /// # Errors
    ///
    /// As for [`add_custom_scalars`](Self::add_custom_scalars), which this is a short form of.
    pub fn add_custom_scalars_marginchart<T: AsRef<str>>(
        &self,
        tags: [T; 3],
        category: &str,
        title: &str,
    ) -> Result<()> {
        let [value, lower, upper] = tags.each_ref().map(AsRef::as_ref);
        self.add_chart(
            category,
            Chart::margin(title, [Series::new(value, lower, upper)]),
        )
    }

    fn add_chart(&self, category: &str, chart: Chart) -> Result<()> {
        let category = Category::new(category).chart(chart);
        self.add_custom_scalars(&ChartLayout::new().category(category))
    }

    /// Logs numbers that belong together, each as the scalar `<main_tag>/<name>`, and has them drawn in one
    /// chart, `<main_tag>` in the category `scalars` of the Custom Scalars dashboard.
    ///
    /// They stay in this run and in its file; for a run a line, as in PyTorch, see
    /// [`add_scalars_to_sub_runs`](Self::add_scalars_to_sub_runs).
    ///
    /// # Errors
    ///
    /// As for [`add_scalar`](Self::add_scalar), an empty name and one that comes twice. Then nothing is
    /// logged.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = tfevents::SummaryWriter::new(dir.path())?;
    /// for step in 0..100 {
    ///     let x = f64::from(step) / 10.0;
    ///     writer.add_scalars("waves", [("sin", x.sin()), ("cos", x.cos())], step)?;
    /// }
    /// # writer.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "tag_scalar_dict")]
    pub fn add_scalars<N, V>(
        &self,
        main_tag: &str,
        values: impl IntoIterator<Item = (N, V)>,
        at: impl Into<At>,
    ) -> Result<()>
    where
        N: AsRef<str>,
        V: IntoScalar,
    {
        let values: Vec<_> = values.into_iter().collect();
        check_names(main_tag, values.iter().map(|(name, _)| name.as_ref()))?;
        if values.is_empty() {
            return Ok(());
        }
        let scalars = values.iter().map(|(name, value)| proto::summary::Value {
            tag: format!("{main_tag}/{}", name.as_ref()),
            value: Some(value::Value::SimpleValue(value.to_f32())),
            ..Default::default()
        });
        self.put_values(scalars.collect(), at.into())?;
        let names = values.iter().map(|(name, _)| name.as_ref());
        let is_new = self.inner.charts.lock()?.add_group(main_tag, names);
        if is_new { self.put_layout() } else { Ok(()) }
    }

    /// Logs numbers that belong together, each under the same tag in a run of its own, as PyTorch does: the
    /// Scalars dashboard then draws them in one chart. The run of a name is `<main_tag>_<name>` below this one,
    /// with `_` for slashes.
    ///
    /// Every run costs a file, a thread and a buffer. They have this writer's options, and are flushed and
    /// closed with it.
    ///
    /// # Errors
    ///
    /// As for [`add_scalars`](Self::add_scalars), a run that cannot be created, and one that two names would
    /// share.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = tfevents::SummaryWriter::new(dir.path())?;
    /// writer.add_scalars_to_sub_runs("loss", [("train", 0.5), ("validation", 0.6)], 0)?;
    /// writer.close()?;
    /// assert!(dir.path().join("loss_validation").is_dir());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_scalars_to_sub_runs<N, V>(
        &self,
        main_tag: &str,
        values: impl IntoIterator<Item = (N, V)>,
        at: impl Into<At>,
    ) -> Result<()>
    where
        N: AsRef<str>,
        V: IntoScalar,
    {
        let at = at.into();
        let values: Vec<_> = values.into_iter().collect();
        check_names(main_tag, values.iter().map(|(name, _)| name.as_ref()))?;
        for (name, value) in values {
            let writer = self.sub_run(main_tag, name.as_ref())?;
            writer.add_scalar(main_tag, value, at)?;
        }
        Ok(())
    }

    /// Has the charts as they are at the next flush written then, all of them: the last layout counts, and one for
    /// each that comes would take space by the square of their number.
    fn put_layout(&self) -> Result<()> {
        let wall_time = self.wall_time(At::new(0))?;
        self.inner.background.queue().put_layout(wall_time)
    }
}

fn check_names<'n>(main_tag: &str, names: impl Iterator<Item = &'n str>) -> Result<()> {
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    if main_tag.is_empty() || names.first() == Some(&"") {
        return Err(Error::argument(
            "the main tag and the names of scalars that belong together must not be empty",
        ));
    }
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Error::argument(format!(
            "{:?} occurs twice among the scalars of {main_tag:?}: TensorBoard would show only one",
            pair[0]
        ))),
        None => Ok(()),
    }
}
