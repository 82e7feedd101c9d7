//! A JSON object in which no name is there twice.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use tfevents_analysis::text::quoted;

/// Names and what is under them, in their order.
#[derive(Debug)]
pub(in super::super) struct Object(pub(in super::super) Vec<(String, Member)>);

#[derive(Debug)]
pub(in super::super) enum Member {
    Object(Object),
    /// Anything else.
    Value(Value),
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Member::deserialize(deserializer)? {
            Member::Object(object) => Ok(object),
            Member::Value(_) => Err(D::Error::custom("this is not a JSON object")),
        }
    }
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyMember)
    }
}

impl From<Value> for Member {
    fn from(value: Value) -> Self {
        match value {
            Value::Object(members) => {
                let members = members.into_iter();
                Self::Object(Object(members.map(|(name, v)| (name, v.into())).collect()))
            }
            value => Self::Value(value),
        }
    }
}

struct AnyMember;

impl<'de> Visitor<'de> for AnyMember {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Member, A::Error> {
        let (mut names, mut members) = (HashSet::new(), Vec::new());
        while let Some((name, member)) = map.next_entry::<String, Member>()? {
            if !names.insert(name.clone()) {
                return Err(A::Error::custom(twice(&name)));
            }
            members.push((name, member));
        }
        Ok(Member::Object(Object(members)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Member, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element()? {
            values.push(value);
        }
        Ok(Member::Value(Value::Array(values)))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Member, E> {
        Ok(Member::Value(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Member, E> {
        Ok(Member::Value(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Member, E> {
        Ok(Member::Value(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Member, E> {
        Ok(Member::Value(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Member, E> {
        Ok(Member::Value(value.into()))
    }

    fn visit_unit<E>(self) -> Result<Member, E> {
        Ok(Member::Value(Value::Null))
    }
}

/// Bytes of the names of objects that may come before the names of what is in them. A row of metrics has a few
/// thousand; without a limit, one long name before many short ones would fill the memory.
const MAX_PREFIXES: usize = 64 << 20;

impl Object {
    pub(in super::super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(member, _)| member == name)
    }

    /// What is in it and in objects in it, under names that tell the way.
    ///
    /// # Errors
    ///
    /// Two of these names are the same, or together they are too long.
    pub(super) fn cells(&self) -> Result<Vec<(String, &Value)>, String> {
        let mut cells = Vec::new();
        let mut room = MAX_PREFIXES;
        self.flatten("", &mut room, &mut cells)?;
        let mut names = HashSet::new();
        match cells.iter().find(|(name, _)| !names.insert(&**name)) {
            Some((name, _)) => Err(twice(name)),
            None => Ok(cells),
        }
    }

    fn flatten<'o>(
        &'o self,
        prefix: &str,
        room: &mut usize,
        cells: &mut Vec<(String, &'o Value)>,
    ) -> Result<(), String> {
        for (name, member) in &self.0 {
            match member {
                Member::Object(inner) if prefix.is_empty() && name == super::SCALARS => {
                    inner.flatten("", room, cells)?;
                }
                _ => {
                    *room = room.checked_sub(prefix.len()).ok_or(
                        "the names of its nested objects are too long to repeat for each value",
                    )?;
                    let name = format!("{prefix}{name}");
                    match member {
                        Member::Object(inner) => inner.flatten(&(name + "/"), room, cells)?,
                        Member::Value(value) => cells.push((name, value)),
                    }
                }
            }
        }
        Ok(())
    }
}

fn twice(name: &str) -> String {
    format!("{} appears twice", quoted(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(name: &str, members: usize) -> Object {
        let members: Vec<_> = (0..members).map(|i| format!("\"{i}\":1")).collect();
        serde_json::from_str(&format!("{{\"{name}\":{{{}}}}}", members.join(","))).unwrap()
    }

    #[test]
    fn a_long_name_is_not_repeated_without_end() {
        let name = "n".repeat(1 << 20);
        assert!(nested(&name, 3).cells().is_ok());
        let problem = nested(&name, 64).cells().unwrap_err();
        assert!(problem.contains("too long"), "{problem}");
    }
}
