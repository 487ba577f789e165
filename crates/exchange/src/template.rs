//! A text with the row's columns in it.

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Template(pub(crate) Vec<Part>);

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    Literal(String),
    Column {
        name: String,
        skip: usize,
    },
    /// Left out when a column in it is empty.
    Optional(Vec<Part>),
}

impl Template {
    /// The columns it names.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .flat_map(|part| match part {
                Part::Optional(parts) => parts.as_slice(),
                part => std::slice::from_ref(part),
            })
            .filter_map(|part| match part {
                Part::Column { name, .. } => Some(name.as_str()),
                _ => None,
            })
    }

    /// Reads a template; the error says what is wrong.
    pub(crate) fn parse(text: &str) -> Result<Template, &'static str> {
        let mut outer = Vec::new();
        let mut optional: Option<Vec<Part>> = None;
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let inside = optional.is_some();
            let parts = optional.as_mut().unwrap_or(&mut outer);
            let doubled = rest[first.len_utf8()..].starts_with(first);
            match first {
                '{' | '}' | '[' | ']' if doubled => {
                    push(parts, first);
                    rest = &rest[2..];
                    continue;
                }
                '{' => {
                    let (column, after) = rest[1..].split_once('}').ok_or("a { is not closed")?;
                    let (name, skip) = match column.rsplit_once('+') {
                        Some((name, skip)) if skip.bytes().all(|b| b.is_ascii_digit()) => (
                            name,
                            skip.parse().map_err(|_| "the number after + is not one")?,
                        ),
                        _ => (column, 0),
                    };
                    if name.is_empty() || name.contains(['{', '[', ']']) {
                        return Err("a { holds no column");
                    }
                    parts.push(Part::Column {
                        name: name.to_owned(),
                        skip,
                    });
                    rest = after;
                    continue;
                }
                '}' => return Err("a } closes nothing"),
                '[' if inside => return Err("parts in [ ] do not nest"),
                '[' => optional = Some(Vec::new()),
                ']' => match optional.take() {
                    Some(parts) if parts.iter().any(|part| matches!(part, Part::Column { .. })) => {
                        outer.push(Part::Optional(parts));
                    }
                    Some(_) => return Err("a part in [ ] names no column"),
                    None => return Err("a ] closes nothing"),
                },
                other => push(parts, other),
            }
            rest = &rest[first.len_utf8()..];
        }
        match optional {
            Some(_) => Err("a [ is not closed"),
            None => Ok(Template(outer)),
        }
    }
}

fn push(parts: &mut Vec<Part>, c: char) {
    match parts.last_mut() {
        Some(Part::Literal(text)) => text.push(c),
        _ => parts.push(Part::Literal(c.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: Result<&[&str], &str>) {
        let template = Template::parse(text);
        let columns = template
            .as_ref()
            .map(|template| template.columns().collect::<Vec<_>>());
        assert_eq!(
            columns.map_err(|error| *error),
            expected.map(<[&str]>::to_vec),
            "{text}"
        );
    }

    #[test]
    fn a_template_names_its_columns_or_what_is_wrong() {
        check("", Ok(&[]));
        check("é {a}[ ({b c}, {d+2})].", Ok(&["a", "b c", "d"]));
        check("{{a}} [[b]]", Ok(&[]));
        check("{a", Err("a { is not closed"));
        check("{}", Err("a { holds no column"));
        check("a}", Err("a } closes nothing"));
        check("[{a} [{b}]]", Err("parts in [ ] do not nest"));
        check("[a]", Err("a part in [ ] names no column"));
        check("]", Err("a ] closes nothing"));
        check("[{a}", Err("a [ is not closed"));
        check(
            "{a+99999999999999999999999}",
            Err("the number after + is not one"),
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[{}\\[\\]a+0é]{0,40}") {
            let _ = Template::parse(&text);
        }
    }
}
