//! Videos, as animated GIFs that the Images dashboard plays.
//!
//! TensorBoard has no plugin for videos. A GIF is an image to it, so that is how they are written and read:
//! see [`image`].

use gif::{Encoder, Frame, Repeat};

use crate::error::{Error, Result};
use crate::plugin::Stored;
use crate::plugin::image::{self, Bitmap, Image, Layout, Pixel};
use crate::proto;
use palette::Palette;

mod palette;

/// A video to log with [`add_video`](crate::SummaryWriter::add_video), as a GIF that repeats forever.
///
/// A GIF has 256 colours: a video of no more keeps them exactly, gray ones always do, and others are
/// reduced to the 256 that suit all their frames best. An alpha channel is left out.
///
/// # Examples
///
/// ```
/// use tfevents::{Video, VideoLayout};
///
/// // Sixteen PyTorch-style frames, [t, c, h, w].
/// let frames = vec![0.5f32; 16 * 3 * 32 * 48];
/// let video = Video::new(&frames, VideoLayout::Tchw, &[16, 3, 32, 48], 4)?;
/// assert_eq!((video.width(), video.height()), (48, 32));
/// assert!(video.as_bytes().starts_with(b"GIF89a"));
/// # Ok::<(), tfevents::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Video(Image);

/// The order of an array's dimensions: `n` videos, `t` frames, `h` rows, `w` columns, `c` channels (1 gray, 2
/// gray and alpha, 3 RGB, 4 RGBA).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VideoLayout {
    /// `[t, h, w]`, gray.
    Thw,
    /// `[t, h, w, c]`.
    Thwc,
    /// `[t, c, h, w]`.
    Tchw,
    /// `[n, t, h, w]`, gray.
    Nthw,
    /// `[n, t, h, w, c]`.
    Nthwc,
    /// `[n, t, c, h, w]`, PyTorch's order.
    Ntchw,
}

impl VideoLayout {
    /// Videos, frames of each, and how a frame is laid out with all frames in a row.
    fn frames(self, shape: &[usize]) -> Result<(usize, usize, Layout, Vec<usize>)> {
        let (layout, frame_dims) = match self {
            Self::Thw | Self::Nthw => (Layout::Nhw, 2),
            Self::Thwc | Self::Nthwc => (Layout::Nhwc, 3),
            Self::Tchw | Self::Ntchw => (Layout::Nchw, 3),
        };
        let several = matches!(self, Self::Nthw | Self::Nthwc | Self::Ntchw);
        let (videos, frames, frame) = match (several, shape) {
            (false, &[t, ref frame @ ..]) if frame.len() == frame_dims => (1, t, frame),
            (true, &[n, t, ref frame @ ..]) if frame.len() == frame_dims => (n, t, frame),
            _ => {
                return Err(Error::argument(format!(
                    "the shape {shape:?} does not have the dimensions of {self:?}"
                )));
            }
        };
        let all = videos.checked_mul(frames).ok_or_else(|| {
            Error::argument(format!("a video of shape {shape:?} has too many frames"))
        })?;
        Ok((videos, frames, layout, [&[all], frame].concat()))
    }
}

impl Video {
    /// Encodes the frames of one video.
    ///
    /// `fps` is how many frames are shown in a second. A GIF counts in hundredths of a second, so single
    /// frames are shown a little too long or too short and the whole video takes the right time. Browsers
    /// show no more than 50 frames per second; with a greater `fps` the video plays at 50.
    ///
    /// # Errors
    ///
    /// A shape that does not fit the layout or the number of components; no frames; more than 4 channels or
    /// 65535 pixels a side; and an `fps` that is not positive and finite, or shows a frame for more than ten
    /// minutes. For several videos see [`batch`](Self::batch).
    pub fn new<P: Pixel>(
        frames: &[P],
        layout: VideoLayout,
        shape: &[usize],
        fps: impl Into<f64>,
    ) -> Result<Self> {
        let mut videos = Self::batch(frames, layout, shape, fps)?;
        match (videos.pop(), videos.len()) {
            (Some(video), 0) => Ok(video),
            (None, _) => Err(Error::argument("no video")),
            (_, rest) => Err(Error::argument(format!(
                "{} videos are not one: log them with add_videos",
                rest + 1
            ))),
        }
    }

    /// Encodes every video of an array.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), but any number of videos will do.
    pub fn batch<P: Pixel>(
        frames: &[P],
        layout: VideoLayout,
        shape: &[usize],
        fps: impl Into<f64>,
    ) -> Result<Vec<Self>> {
        let fps = fps.into();
        let (videos, len, layout, shape) = layout.frames(shape)?;
        if len == 0 && videos > 0 {
            return Err(no_frames());
        }
        let bitmaps = Bitmap::batch(frames, layout, &shape)?;
        bitmaps
            .chunks(len.max(1))
            .map(|frames| Self::from_frames(frames, fps))
            .collect()
    }

    /// Encodes pictures as the frames of a video; [`new`](Self::new) says what `fps` does.
    ///
    /// # Errors
    ///
    /// No frames, frames of different sizes, more than 65535 pixels a side, and an `fps` as for
    /// [`new`](Self::new).
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::{Bitmap, BoundingBox, Layout, Video};
    ///
    /// let mut frames = Bitmap::batch(&[0u8; 10 * 64 * 64], Layout::Nhw, &[10, 64, 64])?;
    /// for (x, frame) in (0u8..).zip(&mut frames) {
    ///     let x = f32::from(x);
    ///     frame.draw_boxes(&[BoundingBox::new(x, 20.0, x + 30.0, 50.0).label("ball")]);
    /// }
    /// let video = Video::from_frames(&frames, 12.5)?;
    /// # Ok::<(), tfevents::Error>(())
    /// ```
    pub fn from_frames(frames: &[Bitmap], fps: impl Into<f64>) -> Result<Self> {
        let Some(first) = frames.first() else {
            return Err(no_frames());
        };
        let size = (first.width(), first.height());
        if let Some(other) = frames.iter().find(|f| (f.width(), f.height()) != size) {
            return Err(Error::argument(format!(
                "a video of {}×{} pixels has a frame of {}×{}",
                size.0,
                size.1,
                other.width(),
                other.height()
            )));
        }
        let (Ok(width), Ok(height)) = (u16::try_from(size.0), u16::try_from(size.1)) else {
            return Err(Error::argument(format!(
                "a video of {}×{} pixels is too large for a GIF: use at most 65535 per side",
                size.0, size.1
            )));
        };
        let delays = Delays::new(fps.into())?;

        let cannot = |e| Error::argument(format!("this video cannot be encoded: {e}"));
        // One palette for all frames: with one for each, what stands still would flicker.
        let palette = Palette::new(frames.iter().flat_map(Bitmap::colors));
        let mut file = Vec::new();
        let mut encoder =
            Encoder::new(&mut file, width, height, palette.as_bytes()).map_err(cannot)?;
        encoder.set_repeat(Repeat::Infinite).map_err(cannot)?;
        for (frame, delay) in frames.iter().zip(delays) {
            let indices: Vec<u8> = frame.colors().map(|c| palette.index(c)).collect();
            let mut frame = Frame::from_indexed_pixels(width, height, indices, None);
            frame.delay = delay;
            encoder.write_frame(&frame).map_err(cannot)?;
        }
        drop(encoder);
        Ok(Self(Image::from_parts(size.0, size.1, file)))
    }

    /// Width in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.0.width()
    }

    /// Height in pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.0.height()
    }

    /// The GIF file.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// The GIF, as an image.
impl From<Video> for Image {
    fn from(video: Video) -> Self {
        video.0
    }
}

fn no_frames() -> Error {
    Error::argument("a video needs at least one frame")
}

/// How long to show one frame after the other, in hundredths of a second.
struct Delays {
    /// Hundredths of a second, not rounded.
    each: f64,
    /// How many frames there were, and when the last one ended.
    frames: f64,
    end: f64,
}

impl Delays {
    /// Browsers take less than this for a mistake, and show such frames slowly.
    const MIN: f64 = 2.0;

    fn new(fps: f64) -> Result<Self> {
        let each = 100.0 / fps;
        if fps <= 0.0 || !fps.is_finite() || each > 60_000.0 {
            return Err(Error::argument(format!(
                "a video cannot have {fps} frames per second"
            )));
        }
        Ok(Self {
            each: each.max(Self::MIN),
            frames: 0.0,
            end: 0.0,
        })
    }
}

impl Iterator for Delays {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        self.frames += 1.0;
        let begin = std::mem::replace(&mut self.end, (self.frames * self.each).round());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "from 2 to 60000"
        )]
        Some((self.end - begin) as u16)
    }
}

/// The samples of one step.
impl Stored for [Video] {
    fn metadata(&self) -> proto::SummaryMetadata {
        image::metadata()
    }

    fn tensor(&self) -> Result<proto::TensorProto> {
        image::tensor(self.iter().map(|video| &video.0))
    }
}

impl Stored for Video {
    fn metadata(&self) -> proto::SummaryMetadata {
        image::metadata()
    }

    fn tensor(&self) -> Result<proto::TensorProto> {
        self.0.tensor()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames as RGBA, and their delays.
    fn decoded(video: &Video) -> Vec<(Vec<u8>, u16)> {
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::RGBA);
        let mut decoder = options.read_info(video.as_bytes()).unwrap();
        assert_eq!(decoder.repeat(), Repeat::Infinite);
        let mut frames = Vec::new();
        while let Some(frame) = decoder.read_next_frame().unwrap() {
            frames.push((frame.buffer.to_vec(), frame.delay));
        }
        frames
    }

    fn rgba(rgb: &[u8]) -> Vec<u8> {
        rgb.chunks(3)
            .flat_map(|p| [p[0], p[1], p[2], 255])
            .collect()
    }

    #[test]
    fn few_colors_are_kept_exactly() {
        let rgb: Vec<u8> = (0..3 * 4 * 5 * 3).map(|i| (i * 37 % 251) as u8).collect();
        let video = Video::new(&rgb, VideoLayout::Thwc, &[3, 4, 5, 3], 10).unwrap();
        let expected: Vec<_> = rgb.chunks(4 * 5 * 3).map(|f| (rgba(f), 10)).collect();
        assert_eq!(decoded(&video), expected);
    }

    #[test]
    fn every_gray_is_kept() {
        let gray: Vec<u8> = (0..=255).cycle().take(2 * 16 * 16).collect();
        let video = Video::new(&gray, VideoLayout::Thw, &[2, 16, 16], 25.0).unwrap();
        let rgb: Vec<u8> = (0..=255).flat_map(|g| [g; 3]).collect();
        assert_eq!(decoded(&video), [(rgba(&rgb), 4), (rgba(&rgb), 4)]);
    }

    #[test]
    fn layouts_agree() {
        // 2 videos of 3 frames of 2 rows, 2 columns, 3 channels
        let ntchw: Vec<u8> = (0..72).collect();
        let videos = Video::batch(&ntchw, VideoLayout::Ntchw, &[2, 3, 3, 2, 2], 5).unwrap();
        assert_eq!(videos.len(), 2);
        let second = &ntchw[36..];
        let one = Video::new(second, VideoLayout::Tchw, &[3, 3, 2, 2], 5).unwrap();
        assert_eq!(videos[1], one);
        let thwc: Vec<u8> = second
            .chunks(12)
            .flat_map(|f| (0..4).flat_map(move |i| [f[i], f[4 + i], f[8 + i]]))
            .collect();
        assert_eq!(
            Video::new(&thwc, VideoLayout::Thwc, &[3, 2, 2, 3], 5).unwrap(),
            one
        );
    }

    #[test]
    fn a_video_takes_the_time_that_fps_says() {
        let delays = |fps: f64| Delays::new(fps).unwrap();
        let thirty: Vec<_> = delays(30.0).take(6).collect();
        assert_eq!(thirty, [3, 4, 3, 3, 4, 3]);
        assert_eq!(delays(24.0).take(24).map(u32::from).sum::<u32>(), 100);
        assert!(delays(1000.0).take(5).all(|d| d == 2));
        assert_eq!(delays(0.5).next(), Some(200));
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-3] {
            assert!(Delays::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn wrong_shapes_say_what_is_wrong() {
        let say = |layout, shape: &[usize]| {
            Video::new(&[0u8; 24], layout, shape, 4)
                .unwrap_err()
                .to_string()
        };
        assert!(say(VideoLayout::Tchw, &[2, 2, 6]).contains("dimensions of Tchw"));
        assert!(say(VideoLayout::Nthw, &[2, 3, 2, 2]).contains("2 videos"));
        assert!(say(VideoLayout::Thw, &[2, 3, 2]).contains("24 components"));
        let none: [u8; 0] = [];
        for shape in [[0, 3, 2, 2], [1, 0, 2, 2]] {
            assert!(Video::new(&none, VideoLayout::Nthw, &shape, 4).is_err());
        }
        assert_eq!(
            Video::batch(&none, VideoLayout::Nthw, &[0, 3, 2, 2], 4).unwrap(),
            []
        );
        let frames = [[1, 2], [2, 1]].map(|s| Bitmap::new(&[0u8; 2], Layout::Hw, &s).unwrap());
        assert!(Video::from_frames(&frames, 4).is_err());
        assert!(Video::from_frames(&[], 4).is_err());
    }
}
