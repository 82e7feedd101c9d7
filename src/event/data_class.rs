//! The classes of series.

/// Which of TensorBoard's stores a series is kept in, and in what form it is served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DataClass {
    /// Not stated. TensorBoard fills in the class of plugins that it knows, and shows nothing of others.
    #[default]
    Unknown,
    /// One number per step.
    Scalar,
    /// One tensor per step, of at most a few kilobytes: larger ones are slow to load. For plugins of your own.
    Tensor,
    /// Files, such as pictures and sounds, of which a step has several.
    BlobSequence,
    /// A number that this version does not know.
    Other(i32),
}

impl DataClass {
    /// The number that is stored, from TensorBoard's enumeration of the same name.
    #[must_use]
    pub fn number(self) -> i32 {
        match self {
            Self::Unknown => 0,
            Self::Scalar => 1,
            Self::Tensor => 2,
            Self::BlobSequence => 3,
            Self::Other(number) => number,
        }
    }
}

/// The class that is stored as this number.
impl From<i32> for DataClass {
    fn from(number: i32) -> Self {
        match number {
            0 => Self::Unknown,
            1 => Self::Scalar,
            2 => Self::Tensor,
            3 => Self::BlobSequence,
            other => Self::Other(other),
        }
    }
}
