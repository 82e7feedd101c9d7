//! Where results go: standard output, or files that appear when they are complete.

pub(crate) mod copies;
pub(crate) mod copy;
pub(crate) mod destination;
mod interrupt;
pub(crate) mod left_behind;
mod lock;
pub(crate) mod merged;
mod moving;
pub(crate) mod names;
mod new_dirs;
mod new_file;
mod partial;
mod place;
mod stdout;
mod target;
mod tree;
pub(crate) mod written;

pub(crate) use interrupt::step;
pub(crate) use moving::{copy_file, move_file};
pub(crate) use new_dirs::NewDirs;
pub(crate) use new_file::{ClosedFile, NewFile};
pub(crate) use partial::{clear_below, clear_left, ignores_case, link_over};
pub(crate) use place::place;
pub(crate) use stdout::{Out, forgive_closed, stdout, styled_stdout};
pub(crate) use target::{Target, is_special};
pub(crate) use tree::Tree;
