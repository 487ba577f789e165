//! JSON as this interface reads it (RFC 8259, with what RFC 7493 adds): a name given twice is refused,
//! since two readers could understand two things, and so is what is nested or counted beyond reason.

use std::{cell::Cell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, error::Category};

use super::failure::Failure;

/// More values than this are refused while they are read: each costs 32 bytes of memory for as few as
/// two bytes sent.
const MOST_VALUES: u32 = 1_000_000;

/// Where and why a body is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotJson {
    pub(super) why: Why,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// Why a body is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// It ends before its end.
    Cut,
    /// A name twice in one object.
    DuplicateName,
    /// Nested more than 128 deep.
    TooDeep,
    /// More values than [`MOST_VALUES`].
    TooMany,
    /// Anything else.
    Syntax,
}

impl Why {
    #[cfg(test)]
    pub(super) const ALL: [Self; 5] = [
        Self::Cut,
        Self::DuplicateName,
        Self::TooDeep,
        Self::TooMany,
        Self::Syntax,
    ];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Cut => "cut",
            Self::DuplicateName => "duplicate-name",
            Self::TooDeep => "too-deep",
            Self::TooMany => "too-many-values",
            Self::Syntax => "syntax",
        }
    }
}

/// Reads a body.
pub(super) fn read(body: &[u8]) -> Result<Value, Failure> {
    let text = std::str::from_utf8(body).map_err(|error| Failure::NotUtf8 {
        offset: error.valid_up_to(),
    })?;
    let strict = Strict {
        left: &Cell::new(MOST_VALUES),
        why: &Cell::new(Why::Syntax),
    };
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = strict.deserialize(&mut reader);
    value
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|error| {
            let why = match error.classify() {
                Category::Eof => Why::Cut,
                // The library has no other way to tell; a test holds it.
                Category::Syntax if error.to_string().starts_with("recursion limit") => {
                    Why::TooDeep
                }
                _ => strict.why.get(),
            };
            Failure::NotJson(NotJson {
                why,
                line: error.line(),
                column: error.column(),
            })
        })
}

/// Builds a [`Value`] and refuses what this interface does not read.
#[derive(Clone, Copy)]
struct Strict<'c> {
    left: &'c Cell<u32>,
    why: &'c Cell<Why>,
}

impl Strict<'_> {
    fn refuse<E: serde::de::Error>(self, why: Why) -> E {
        self.why.set(why);
        E::custom(why.as_str())
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let Some(left) = self.left.get().checked_sub(1) else {
            return Err(self.refuse(Why::TooMany));
        };
        self.left.set(left);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        serde_json::Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(self)?;
            if map.insert(name, value).is_some() {
                return Err(A::Error::custom(
                    self.refuse::<A::Error>(Why::DuplicateName),
                ));
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(body: &[u8], expected: Result<Value, NotJson>) {
        match (read(body), expected) {
            (Ok(value), Ok(expected)) => assert_eq!(value, expected),
            (Err(Failure::NotJson(found)), Err(expected)) => assert_eq!(found, expected),
            (found, expected) => panic!("{found:?} where {expected:?} was expected"),
        }
    }

    fn wrong(why: Why, line: usize, column: usize) -> Result<Value, NotJson> {
        Err(NotJson { why, line, column })
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        check(
            b"{\"a\":[1,-2,0.5,null,true,\"\\u00e9\"]}",
            Ok(serde_json::json!({"a": [1, -2, 0.5, null, true, "é"]})),
        );
        check(b"{\"a\":1,\n \"a\":2}", wrong(Why::DuplicateName, 2, 7));
        check(
            b"{\"a\":{\"b\":1,\"b\":1}}",
            wrong(Why::DuplicateName, 1, 18),
        );
        check(b"{\"a\":", wrong(Why::Cut, 1, 5));
        check(b"", wrong(Why::Cut, 1, 0));
        check(b"{} {}", wrong(Why::Syntax, 1, 4));
        check(b"{'a':1}", wrong(Why::Syntax, 1, 2));
        check(b"[1e999]", wrong(Why::Syntax, 1, 6));
        check(b"\"\\ud800\"", wrong(Why::Syntax, 1, 8));
        assert!(matches!(
            read(b"{\"a\":\"\xff\"}"),
            Err(Failure::NotUtf8 { offset: 6 })
        ));
    }

    #[test]
    fn depth_and_number_are_bounded() {
        let deep = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
        assert!(read(&deep(100)).is_ok());
        for depth in [200, 1_000_000] {
            let Err(Failure::NotJson(found)) = read(&deep(depth)) else {
                panic!("{depth} deep was read")
            };
            assert_eq!((found.why, found.line), (Why::TooDeep, 1));
        }
        let many = format!("[{}1]", "1,".repeat(MOST_VALUES as usize));
        let Err(Failure::NotJson(found)) = read(many.as_bytes()) else {
            panic!("it was read")
        };
        assert_eq!(found.why, Why::TooMany);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let _ = read(&bytes);
        }

        #[test]
        fn what_the_library_reads_is_read_the_same(text in "[\\[\\]{}\":,0-9a-z .e-]{0,40}") {
            if let Ok(value) = read(text.as_bytes()) {
                prop_assert_eq!(value, serde_json::from_str::<Value>(&text).unwrap());
            }
        }
    }
}
