//! How things are put: text that may go to a terminal, times, sizes, columns.

pub(crate) mod clock;
pub(crate) mod columns;
pub(crate) mod sizes;
pub(crate) mod terminal;
pub(crate) mod width;
