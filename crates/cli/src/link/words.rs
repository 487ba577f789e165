//! Parts of a model in words, from their form in the file.

use linkage::batch::{BlockingRule, Comparison};
use serde_json::{Value, json};

/// The keys of a rule: `surname, birth year`.
pub(super) fn rule_in_words(rule: &BlockingRule) -> String {
    let keys = rule.keys.iter().map(|key| {
        let key = json!(key);
        let column = key["column"].as_str().unwrap_or_default();
        format!("{column} {}", plain(&key["part"]))
            .trim_end()
            .to_owned()
    });
    keys.collect::<Vec<_>>().join(", ")
}

/// A value without the signs of JSON.
fn plain(value: &Value) -> String {
    if value.is_null() {
        return String::new();
    }
    let text = value.to_string().replace(['{', '}', '"'], "");
    text.replace([':', '_'], " ")
}

/// When a pair is at a level, in words; with the columns where the comparison reads several.
pub(super) fn level_in_words(comparison: &Comparison, level: usize) -> String {
    let tests: Vec<Value> = comparison.levels.iter().map(|l| json!(l.when)).collect();
    let mut columns = Vec::new();
    tests.iter().for_each(|test| columns_of(test, &mut columns));
    let several = columns.windows(2).any(|two| two[0] != two[1]);
    tests
        .get(level)
        .map_or_else(String::new, |test| words(test, several))
}

fn words(test: &Value, with_columns: bool) -> String {
    let Some(members) = test.as_object() else {
        return test.to_string();
    };
    let said = members
        .iter()
        .filter_map(|(name, value)| match name.as_str() {
            "is" => value.as_str().map(|test| test.replace('_', " ")),
            "column" => value.as_str().filter(|_| with_columns).map(str::to_owned),
            "columns" => None,
            "of" => {
                let tests = value.as_array().into_iter().flatten();
                Some(format!(
                    "({})",
                    tests
                        .map(|test| words(test, with_columns))
                        .collect::<Vec<_>>()
                        .join(", ")
                ))
            }
            "at_least" => Some(format!(">= {value}")),
            "at_most" => Some(format!("<= {value}")),
            _ => Some(plain(value)),
        });
    let mut said: Vec<String> = said.collect();
    // the members come by name: what is tested before its bound
    said.sort_by_key(|word| word.starts_with(['<', '>']));
    said.join(" ")
}

/// The columns that a test reads.
pub(super) fn columns_of(test: &Value, columns: &mut Vec<String>) {
    match test {
        Value::Object(members) => {
            for (name, value) in members {
                match (name.as_str(), value) {
                    ("column", Value::String(column)) => columns.push(column.clone()),
                    ("columns", Value::Array(both)) => {
                        columns.extend(both.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    _ => columns_of(value, columns),
                }
            }
        }
        Value::Array(tests) => tests.iter().for_each(|test| columns_of(test, columns)),
        _ => {}
    }
}
