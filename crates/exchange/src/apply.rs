//! A row's values put where the mapping says.

use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::{
    mapping::{Field, From, Mapping, Segment, Source},
    record::{Problem, shown},
    template::{Part, Template},
};

/// The raw answers of a row; `values` holds those of each of the mapping's sources.
pub(crate) fn apply(
    mapping: &Mapping,
    values: &[Vec<String>],
) -> Result<Map<String, Value>, Problem> {
    let mut raw = Value::Object(Map::new());
    for field in &mapping.fields {
        let found = match &field.from {
            From::Template(template, sources) => vec![fill(template, sources, values)],
            From::Source(source) => {
                converted(source, &mapping.sources[source.at], &values[source.at])?
            }
        };
        put_field(&mut raw, field, found, mapping)?;
    }
    for (path, value) in &mapping.constants {
        match path.iter().position(|segment| *segment == Segment::Each) {
            None => put(&mut raw, path, 0, value.clone()),
            Some(each) => {
                let entries = entries(&raw, &path[..each]);
                for index in entries {
                    put(&mut raw, path, index, value.clone());
                }
            }
        }
    }
    drop_gaps(&mut raw);
    match raw {
        Value::Object(raw) => Ok(raw),
        _ => unreachable!("every path begins with a name"),
    }
}

fn put_field(
    raw: &mut Value,
    field: &Field,
    found: Vec<String>,
    mapping: &Mapping,
) -> Result<(), Problem> {
    let given = found.iter().filter(|value| !value.is_empty()).count();
    if given == 0 {
        if let Some(default) = &field.default {
            put(raw, &field.to, 0, Value::String(default.clone()));
        }
        return Ok(());
    }
    let each = field.to.contains(&Segment::Each);
    if given > 1 && !each {
        let from = match &field.from {
            From::Source(source) => mapping.sources[source.at].clone(),
            From::Template(..) => String::new(), // a template gives one value
        };
        return Err(Problem::SeveralValues {
            from,
            count: given,
            to: field.path(),
        });
    }
    for (index, value) in found.into_iter().enumerate() {
        if !value.is_empty() {
            put(raw, &field.to, index, Value::String(value));
        }
    }
    Ok(())
}

/// The values of a column after the field's conversions; empty ones keep their place.
fn converted(source: &Source, name: &str, values: &[String]) -> Result<Vec<String>, Problem> {
    let split = values.iter().flat_map(|value| match &source.split {
        Some(separator) => value
            .split(separator.as_str())
            .map(str::trim)
            .collect::<Vec<_>>(),
        None => vec![value.as_str()],
    });
    split
        .skip(source.skip)
        .take(source.limit)
        .map(|value| {
            let mut value = value.to_owned();
            if value.is_empty() {
                return Ok(value);
            }
            if let Some(table) = &source.values {
                value = match table.get(&value).or(source.otherwise.as_ref()) {
                    Some(other) => other.clone(),
                    None => {
                        return Err(Problem::UnknownValue {
                            from: name.to_owned(),
                            value: shown(&value),
                        });
                    }
                };
            }
            if let Some(format) = &source.date {
                value = Date::strptime(format, &value)
                    .map_err(|_| Problem::NotADate {
                        from: name.to_owned(),
                        value: shown(&value),
                        format: format.clone(),
                    })?
                    .to_string();
            }
            if let Some(prefix) = &source.prefix
                && !value.is_empty()
            {
                value.insert_str(0, prefix);
            }
            Ok(value)
        })
        .collect()
}

fn fill(template: &Template, sources: &[usize], values: &[Vec<String>]) -> String {
    let mut text = String::new();
    let mut at = sources.iter();
    for part in &template.0 {
        match part {
            Part::Optional(parts) => {
                let before = text.len();
                // Every column is gone through, so that the next part finds its own.
                let mut whole = true;
                for part in parts {
                    whole &= fill_part(part, &mut at, values, &mut text);
                }
                if !whole {
                    text.truncate(before);
                }
            }
            part => {
                fill_part(part, &mut at, values, &mut text);
            }
        }
    }
    text.trim().to_owned()
}

/// False when the part is a column and empty.
fn fill_part<'a>(
    part: &Part,
    at: &mut impl Iterator<Item = &'a usize>,
    values: &[Vec<String>],
    text: &mut String,
) -> bool {
    match part {
        Part::Literal(literal) => text.push_str(literal),
        Part::Column { skip, .. } => {
            let source = *at
                .next()
                .expect("a source was kept for each column of the template");
            let mut given = values[source]
                .iter()
                .skip(*skip)
                .filter(|value| !value.is_empty());
            let Some(first) = given.next() else {
                return false;
            };
            text.push_str(first);
            for value in given {
                text.push_str(", ");
                text.push_str(value);
            }
        }
        Part::Optional(_) => unreachable!("parts in brackets do not nest"),
    }
    true
}

/// Puts a value at a path, where `each` stands for `*`.
fn put(raw: &mut Value, path: &[Segment], each: usize, value: Value) {
    let place = path.iter().fold(raw, |place, segment| {
        let index = match segment {
            Segment::Name(name) => {
                if place.is_null() {
                    *place = Value::Object(Map::new());
                }
                let Value::Object(object) = place else {
                    unreachable!("the mapping was checked: no other path makes this a list");
                };
                return object.entry(name.as_str()).or_insert(Value::Null);
            }
            Segment::Entry(index) => *index,
            Segment::Each => each,
        };
        if place.is_null() {
            *place = Value::Array(Vec::new());
        }
        let Value::Array(list) = place else {
            unreachable!("the mapping was checked: no other path makes this an object");
        };
        if list.len() <= index {
            list.resize(index + 1, Value::Null);
        }
        &mut list[index]
    });
    *place = value;
}

/// The entries of the list at a path that something was put into.
fn entries(raw: &Value, path: &[Segment]) -> Vec<usize> {
    let list = path.iter().try_fold(raw, |place, segment| match segment {
        Segment::Name(name) => place.get(name),
        Segment::Entry(index) => place.get(index),
        Segment::Each => None,
    });
    let list = list
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    (0..list.len())
        .filter(|&index| !list[index].is_null())
        .collect()
}

fn drop_gaps(value: &mut Value) {
    match value {
        Value::Array(list) => {
            list.retain(|entry| !entry.is_null());
            list.iter_mut().for_each(drop_gaps);
        }
        Value::Object(object) => object.values_mut().for_each(drop_gaps),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rest: &str, line: &str, expected: &str) {
        let mapping: Mapping = format!("format = 1\nid = \"m\"\ndesk = \"d\"\n{rest}")
            .parse()
            .unwrap();
        let read = crate::json_lines(line.as_bytes(), Some(&mapping))
            .next()
            .unwrap();
        let read = read.map_or_else(
            |error| error.to_string(),
            |record| Value::Object(record.raw).to_string(),
        );
        assert_eq!(read, expected);
    }

    #[test]
    fn values_are_converted_in_order() {
        let field = |more: &str| format!("[[field]]\nto = \"a\"\nfrom = \"x\"\n{more}\n");
        check(&field("prefix = \"+\""), r#"{"x":" 1 "}"#, r#"{"a":"+1"}"#);
        check(&field("prefix = \"+\""), r#"{"x":"  "}"#, "{}");
        check(&field("default = \"?\""), r#"{"x":""}"#, r#"{"a":"?"}"#);
        check(
            &field("date = \"%d/%m/%Y\""),
            r#"{"x":"3/12/2025"}"#,
            r#"{"a":"2025-12-03"}"#,
        );
        check(
            &field("date = \"%d/%m/%Y\""),
            r#"{"x":"31/02/2025"}"#,
            "line 1: `x` is \"31/02/2025\", not a date as %d/%m/%Y",
        );
        check(
            &field("values = { c = \"card\" }"),
            r#"{"x":"c"}"#,
            r#"{"a":"card"}"#,
        );
        check(
            &field("values = { c = \"card\" }"),
            r#"{"x":"d"}"#,
            "line 1: `x` is \"d\", which the mapping's values do not name",
        );
        check(
            &field("values = { c = \"card\" }\notherwise = \"o\""),
            r#"{"x":"d"}"#,
            r#"{"a":"o"}"#,
        );
        check(
            &field(""),
            r#"{"x":["1","2"]}"#,
            "line 1: `x` has 2 values for the one answer a",
        );
        check(&field("skip = 1"), r#"{"x":["1","2"]}"#, r#"{"a":"2"}"#);
        check(
            &field("split = \"/\"\nlimit = 1"),
            r#"{"x":"1/2"}"#,
            r#"{"a":"1"}"#,
        );
    }

    #[test]
    fn entries_of_a_repetition_meet_by_position() {
        check(
            "[constants]\n\"p.*.means\" = \"transfer\"\n\"q.0.x\" = 1\nyes = true\n\
             [[field]]\nto = \"p.*.iban\"\nfrom = \"i\"\nsplit = \",\"\n[[field]]\nto = \"p.*.who\"\nfrom = \"w\"\nsplit = \",\"\n",
            r#"{"i":"A,,C,","w":"x,,,z"}"#,
            r#"{"p":[{"iban":"A","means":"transfer","who":"x"},{"iban":"C","means":"transfer"},{"means":"transfer","who":"z"}],"q":[{"x":1}],"yes":true}"#,
        );
    }

    #[test]
    fn a_template_leaves_out_parts_without_a_value() {
        let template = "[[field]]\nto = \"a\"\ntemplate = \"{x}[ ({y})]:[ {z+2}.] {y}\"\n";
        check(
            template,
            r#"{"x":"1","y":["2","","3"],"z":["a","b","c","d"]}"#,
            r#"{"a":"1 (2, 3): c, d. 2, 3"}"#,
        );
        check(template, r#"{"x":"1","z":["a","b"]}"#, r#"{"a":"1:"}"#);
        check(
            "[[field]]\nto = \"a\"\ntemplate = \"[{y} {z}]{x}\"\n",
            r#"{"x":"1","z":"2"}"#,
            r#"{"a":"1"}"#,
        );
        check(
            "[[field]]\nto = \"a\"\ntemplate = \"[{y}]\"\ndefault = \"-\"\n",
            "{}",
            r#"{"a":"-"}"#,
        );
    }
}
