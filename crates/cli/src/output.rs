//! Where results go: standard output, or files that appear when they are complete.

pub(crate) mod asked;
pub(crate) mod belongings;
pub(crate) mod copies;
pub(crate) mod copy;
pub(crate) mod destination;
pub(crate) mod format;
mod interrupt;
mod lock;
pub(crate) mod merged;
mod moving;
pub(crate) mod names;
mod new_dirs;
mod new_file;
pub(crate) mod packed;
mod partial;
mod place;
pub(crate) mod renamed;
mod same;
mod stdout;
mod target;
mod tree;
pub(crate) mod written;

pub(crate) use asked::is_special;
#[cfg(all(unix, any(feature = "server", feature = "mlflow")))]
pub(crate) use interrupt::on_interrupt;
pub(crate) use interrupt::{step, watch, will_write};
pub(crate) use moving::{copy_file, move_file};
pub(crate) use new_dirs::NewDirs;
pub(crate) use new_file::{ClosedFile, NewFile};
pub(crate) use partial::{clear_below, clear_left, ignores_case, link_over};
pub(crate) use place::place;
pub(crate) use stdout::{Out, forgive_closed, reader_has_left, stdout, styled_stdout};
pub(crate) use target::Target;
pub(crate) use tree::Tree;
