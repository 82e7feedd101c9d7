//! What could not go to MLflow as it is.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

/// Kinds of losses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LossKind {
    /// Bytes of an event file that are damaged, and what was in them.
    Damage,
    /// A file that cannot be read.
    Unreadable,
    /// NaN or an infinity that was left out, because that was asked for.
    NonFinite,
    /// An infinity, which MLflow stores as the largest number.
    Infinity,
    /// A whole number beyond 2^53, which MLflow rounds.
    Rounded,
    /// A negative zero, of which MLflow drops the sign.
    Sign,
    /// A time before 1970 or none at all, sent as 1970.
    Time,
    /// A value that cannot be decoded.
    Value,
    /// A parameter that the run at the server has with another value, which it keeps.
    Param,
    /// A value that is too long for where it belongs, and went to a file.
    Long,
    /// A metric for a best value, whose key another tag has.
    Taken,
    /// An artifact that this server does not take.
    Artifact,
}

impl LossKind {
    /// A short name, for JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Damage => "damage",
            Self::Unreadable => "unreadable",
            Self::NonFinite => "non_finite",
            Self::Infinity => "infinity",
            Self::Rounded => "rounded",
            Self::Sign => "sign",
            Self::Time => "time",
            Self::Value => "value",
            Self::Param => "param",
            Self::Long => "long",
            Self::Taken => "taken",
            Self::Artifact => "artifact",
        }
    }
}

impl fmt::Display for LossKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What could not go to MLflow as it is, by kind: how often, and the first example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Losses(BTreeMap<LossKind, Loss>);

/// Losses of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Loss {
    /// How many there are.
    pub count: u64,
    /// What the first of them is about.
    pub first: String,
}

impl Losses {
    /// Adds one, of which `what` says what it is about.
    pub(crate) fn add(&mut self, kind: LossKind, what: impl FnOnce() -> String) {
        let loss = self.0.entry(kind).or_insert_with(|| Loss {
            count: 0,
            first: what(),
        });
        loss.count += 1;
    }

    /// Adds those of another part.
    pub(crate) fn merge(&mut self, other: Self) {
        for (kind, loss) in other.0 {
            match self.0.entry(kind) {
                Entry::Occupied(mut known) => known.get_mut().count += loss.count,
                Entry::Vacant(vacant) => {
                    vacant.insert(loss);
                }
            }
        }
    }

    /// The kinds that there are.
    pub fn iter(&self) -> impl Iterator<Item = (LossKind, &Loss)> {
        self.0.iter().map(|(kind, loss)| (*kind, loss))
    }

    /// As JSON: how often by kind; empty where everything went as it is.
    pub(crate) fn to_json(&self) -> String {
        let counts = self
            .iter()
            .map(|(kind, loss)| format!("\"{kind}\":{}", loss.count));
        let counts: Vec<_> = counts.collect();
        match counts.is_empty() {
            true => String::new(),
            false => format!("{{{}}}", counts.join(",")),
        }
    }

    /// Whether everything went as it is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
