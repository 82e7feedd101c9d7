//! A value on its way from a file into a table.

use tfevents::event::{ValueRef, Values};
use tfevents::{Kind, Value, WallTime};

/// A value and where it belongs.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// The name of its run.
    pub run: &'a str,
    /// Its tag.
    pub tag: &'a str,
    /// Its kind.
    pub kind: Kind,
    /// The step at which it was logged.
    pub step: i64,
    /// When it was logged.
    pub wall_time: WallTime,
    /// What it is.
    pub value: &'a Value<'a>,
    /// Where its stored form is.
    pub origin: Origin<'a>,
}

/// Where to find a value's stored form, which few tables need.
#[derive(Clone, Copy, Debug)]
pub enum Origin<'a> {
    /// It is the next of these.
    Next(&'a Values<'a>),
    /// Here, unless the value is an event of its own.
    Value(Option<&'a ValueRef<'a>>),
}

impl<'a> Row<'a> {
    /// The value as it is stored, unless it is an event of its own.
    #[must_use]
    pub fn stored(&self) -> Option<ValueRef<'a>> {
        match self.origin {
            Origin::Next(values) => values.clone().next()?.ok(),
            Origin::Value(value) => value.cloned(),
        }
    }
}
