//! A value on its way from a file into a table.

use tfevents::event::{EventRef, ValueRef, What};
use tfevents::{Kind, Value};

/// A value and where it belongs.
pub(crate) struct Row<'a> {
    pub(crate) run: &'a str,
    pub(crate) tag: &'a str,
    pub(crate) kind: Kind,
    pub(crate) step: i64,
    pub(crate) wall_time: f64,
    pub(crate) value: &'a Value<'a>,
    pub(crate) origin: Origin<'a>,
}

/// Where a value's stored form is to be found, which few tables ask for.
#[derive(Clone, Copy)]
pub(crate) enum Origin<'a> {
    /// In an event, behind so many other values.
    Event(&'a EventRef<'a>, usize),
    /// Here, unless the value is an event of its own.
    Value(Option<&'a ValueRef<'a>>),
}

impl<'a> Row<'a> {
    /// The value as it is stored, unless it is an event of its own.
    pub(crate) fn stored(&self) -> Option<ValueRef<'a>> {
        match self.origin {
            Origin::Event(event, index) => match &event.what {
                What::Summary(summary) => summary.values().nth(index)?.ok(),
                _ => None,
            },
            Origin::Value(value) => value.cloned(),
        }
    }
}
