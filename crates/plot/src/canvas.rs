//! What a figure is drawn on.

/// Red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Colour(pub(super) u8, pub(super) u8, pub(super) u8);

/// Pixels from the left and from the top.
pub(crate) type Place = (f64, f64);

/// How a line is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stroke {
    pub(crate) colour: Colour,
    pub(crate) width: f64,
    /// From 0, not to be seen, to 1.
    pub(crate) opacity: f64,
    /// Lengths of dashes and of gaps in turns; none for a line without gaps.
    pub(crate) dashes: &'static [f64],
}

/// Where text stands in relation to its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A picture under way.
pub(crate) trait Canvas {
    /// A line through points, all of them finite.
    fn line(&mut self, points: &[Place], stroke: &Stroke);

    /// The area inside a line through points.
    fn area(&mut self, points: &[Place], colour: Colour, opacity: f64);

    fn dot(&mut self, centre: Place, radius: f64, colour: Colour);

    /// Text whose baseline begins, has its middle or ends at `place`.
    fn text(&mut self, place: Place, text: &str, size: f64, colour: Colour, anchor: Anchor);
}
