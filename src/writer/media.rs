//! Pictures that move or are drawn on, and sounds.

#[cfg(feature = "png")]
use crate::error::Error;
use crate::error::Result;
use crate::plugin::audio::Audio;
#[cfg(feature = "png")]
use crate::plugin::image::{Bitmap, BoundingBox};
#[cfg(feature = "gif")]
use crate::plugin::video::Video;
use crate::types::At;
use crate::writer::SummaryWriter;

impl SummaryWriter {
    /// Logs a picture with boxes and labels drawn into a copy of it: see [`Bitmap::draw_boxes`]. The picture is a
    /// [`Bitmap`] or, with the feature `image`, one of the crate `image`, by value or by reference.
    ///
    /// # Errors
    ///
    /// As for [`add_image`](Self::add_image).
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::{Bitmap, BoundingBox, Layout};
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = tfevents::SummaryWriter::new(dir.path())?;
    /// let photo = Bitmap::new(&[0.2f32; 3 * 60 * 80], Layout::Chw, &[3, 60, 80])?;
    /// let found = [BoundingBox::new(10.0, 20.0, 50.0, 55.0).label("cat")];
    /// writer.add_image_with_boxes("validation/detections", &photo, &found, 0)?;
    /// # writer.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "png")]
    pub fn add_image_with_boxes(
        &self,
        tag: &str,
        picture: impl TryInto<Bitmap, Error: Into<Error>>,
        boxes: &[BoundingBox],
        at: impl Into<At>,
    ) -> Result<()> {
        let mut drawn = picture.try_into().map_err(Into::into)?;
        drawn.draw_boxes(boxes);
        self.add(tag, &drawn.to_png()?, at)
    }

    /// Logs a video, which the Images dashboard plays as an animated GIF.
    ///
    /// # Errors
    ///
    /// As for [`add_image`](Self::add_image).
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::{Video, VideoLayout};
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = tfevents::SummaryWriter::new(dir.path())?;
    /// let frames = vec![0u8; 20 * 32 * 32 * 3];
    /// let video = Video::new(&frames, VideoLayout::Thwc, &[20, 32, 32, 3], 10)?;
    /// writer.add_video("rollout", &video, 0)?;
    /// # writer.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias("vid_tensor", "fps"))]
    #[cfg(feature = "gif")]
    pub fn add_video(&self, tag: &str, video: &Video, at: impl Into<At>) -> Result<()> {
        self.add(tag, video, at)
    }

    /// Logs several videos as samples of one step, each of which TensorBoard shows on a card of its own.
    ///
    /// # Errors
    ///
    /// As for [`add_image`](Self::add_image), and no video at all.
    #[cfg(feature = "gif")]
    pub fn add_videos(&self, tag: &str, videos: &[Video], at: impl Into<At>) -> Result<()> {
        self.add(tag, videos, at)
    }

    /// Logs a sound.
    ///
    /// # Errors
    ///
    /// As for [`add_scalar`](Self::add_scalar), and a sound of 2 GiB or more.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::{Audio, Channels};
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = tfevents::SummaryWriter::new(dir.path())?;
    /// let speech = vec![0.0f32; 16_000];
    /// writer.add_audio("speech", &Audio::new(&speech, Channels::Mono, 16_000)?, 0)?;
    /// # writer.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias("snd_tensor", "sample_rate"))]
    pub fn add_audio(&self, tag: &str, audio: &Audio, at: impl Into<At>) -> Result<()> {
        self.add(tag, audio, at)
    }

    /// Logs several sounds as samples of one step, each of which TensorBoard shows on a card of its own.
    ///
    /// Log the same number at every step: where one step of a tag has fewer than another, TensorBoard answers
    /// with an error for those that it lacks.
    ///
    /// # Errors
    ///
    /// As for [`add_audio`](Self::add_audio), and no sound at all.
    pub fn add_audios(&self, tag: &str, clips: &[Audio], at: impl Into<At>) -> Result<()> {
        self.add(tag, clips, at)
    }
}
