//! The recipes of `docs/frameworks.md` and `docs/migrate.md` that take heavy crates. The pages show what is between
//! `begin` and `end`.

pub mod candle;
pub mod migrate;

/// The result of every recipe.
pub type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;
