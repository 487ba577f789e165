//! The few helpers every query shares: typed parameters, many rows a statement, `IN` lists.
//!
//! Portable subset only (SQLite and PostgreSQL): `$n` placeholders, BIGINT, TEXT, BYTEA. Statements hold
//! a power of two of rows, so that few distinct texts are prepared, and stay under [`MOST_PARAMETERS`].
//! Those made here write placeholders through [`placeholder`]: SQLite looks `$n` up one by one, which
//! is quadratic in a statement, and takes `?` at once.

use sqlx::{
    AnyConnection, Row,
    any::{AnyArguments, AnyRow},
    query::Query,
};

use crate::StoreError;

/// The number of parameters a statement may hold.
const MOST_PARAMETERS: usize = 2048;

/// A parameter of a statement.
#[derive(Clone, Debug)]
pub(crate) enum Param {
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
    NoInt,
    NoText,
}

impl From<i64> for Param {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<bool> for Param {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}
impl From<Option<i64>> for Param {
    fn from(value: Option<i64>) -> Self {
        value.map_or(Self::NoInt, Self::Int)
    }
}
impl From<&str> for Param {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}
impl From<String> for Param {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}
impl From<Option<String>> for Param {
    fn from(value: Option<String>) -> Self {
        value.map_or(Self::NoText, Self::Text)
    }
}
impl From<Option<&str>> for Param {
    fn from(value: Option<&str>) -> Self {
        value.map_or(Self::NoText, |text| Self::Text(text.to_owned()))
    }
}
impl From<Vec<u8>> for Param {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}
impl From<[u8; 32]> for Param {
    fn from(value: [u8; 32]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

/// Builds the parameters of one statement or row.
macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$($crate::sql::Param::from($value)),*] };
}
pub(crate) use params;

/// A statement made of our own text: the only place that vouches for SQL built at run time. User
/// values never enter the text, they are always bound.
pub(crate) fn statement(
    text: String,
    values: Vec<Param>,
) -> Query<'static, sqlx::Any, AnyArguments> {
    let mut query = sqlx::query(sqlx::AssertSqlSafe(text));
    for value in values {
        query = match value {
            Param::Int(value) => query.bind(value),
            Param::Text(value) => query.bind(value),
            Param::Bytes(value) => query.bind(value),
            Param::NoInt => query.bind(None::<i64>),
            Param::NoText => query.bind(None::<String>),
        };
    }
    query
}

/// Runs one statement and says how many rows it touched.
pub(crate) async fn run(
    connection: &mut AnyConnection,
    text: &str,
    values: Vec<Param>,
) -> Result<u64, sqlx::Error> {
    Ok(statement(text.to_owned(), values)
        .execute(connection)
        .await?
        .rows_affected())
}

/// All rows of one statement.
pub(crate) async fn rows(
    connection: &mut AnyConnection,
    text: &str,
    values: Vec<Param>,
) -> Result<Vec<AnyRow>, sqlx::Error> {
    statement(text.to_owned(), values)
        .fetch_all(connection)
        .await
}

/// The first row of one statement, if there is one.
pub(crate) async fn row(
    connection: &mut AnyConnection,
    text: &str,
    values: Vec<Param>,
) -> Result<Option<AnyRow>, sqlx::Error> {
    statement(text.to_owned(), values)
        .fetch_optional(connection)
        .await
}

/// The placeholder of the `n`th parameter of a statement with many. PostgreSQL will want `$n`.
fn placeholder(text: &mut String, _n: usize) {
    text.push('?');
}

/// `(…), (…)`: `rows` rows of `columns` placeholders.
fn values_list(text: &mut String, rows: usize, columns: usize) {
    for row in 0..rows {
        text.push_str(if row == 0 { " (" } else { ", (" });
        for column in 0..columns {
            if column > 0 {
                text.push_str(", ");
            }
            placeholder(text, row * columns + column + 1);
        }
        text.push(')');
    }
}

/// Inserts rows, as many a statement as fit: `head` is `INSERT INTO t (a, b) VALUES`, `tail` what
/// follows the values (`ON CONFLICT …`, or nothing).
pub(crate) async fn insert(
    connection: &mut AnyConnection,
    head: &str,
    tail: &str,
    values: Vec<Vec<Param>>,
) -> Result<(), sqlx::Error> {
    let columns = values.first().map_or(0, Vec::len);
    for (text, chunk) in insertions(head, tail, columns, values.into_iter().flatten().collect()) {
        statement(text, chunk).execute(&mut *connection).await?;
    }
    Ok(())
}

/// The statements that insert rows of `columns` values, one row after the other.
fn insertions(
    head: &str,
    tail: &str,
    columns: usize,
    values: Vec<Param>,
) -> Vec<(String, Vec<Param>)> {
    let mut insertions = Vec::new();
    let Some(mut left) = values.len().checked_div(columns) else {
        return insertions;
    };
    let mut size = previous_power_of_two(MOST_PARAMETERS / columns);
    let mut rest = values.into_iter();
    while left > 0 {
        while size > left {
            size /= 2;
        }
        let chunk: Vec<Param> = rest.by_ref().take(size * columns).collect();
        let mut text =
            String::with_capacity(head.len() + tail.len() + size * (columns * 3 + 4) + 2);
        text.push_str(head);
        values_list(&mut text, size, columns);
        text.push(' ');
        text.push_str(tail);
        insertions.push((text, chunk));
        left -= size;
    }
    insertions
}

/// Statements of one transaction that wait for nothing from each other.
///
/// Each statement is a trip to the database's thread and back, and for a small transaction the trips cost
/// more than the work. So the statements of a small batch go as one text. A large one goes statement by
/// statement: its trips are few beside its rows, and its text would be a new one each time, never found
/// prepared.
#[derive(Default)]
pub(crate) struct Batch {
    statements: Vec<(String, Vec<Param>)>,
}

/// A batch of up to this many parameters goes in one trip.
const JOINED_PARAMETERS: usize = 96;

impl Batch {
    /// Adds a statement; its placeholders are `?`, which number on from one statement to the next.
    pub(crate) fn run(&mut self, text: &str, values: Vec<Param>) {
        self.statements.push((text.to_owned(), values));
    }

    /// Adds the insertion of rows; see [`insert`].
    pub(crate) fn insert(&mut self, head: &str, tail: &str, values: Vec<Vec<Param>>) {
        let columns = values.first().map_or(0, Vec::len);
        self.insert_flat(head, tail, columns, values.into_iter().flatten().collect());
    }

    /// The same for the values of rows of `columns`, one row after the other.
    pub(crate) fn insert_flat(
        &mut self,
        head: &str,
        tail: &str,
        columns: usize,
        values: Vec<Param>,
    ) {
        self.statements
            .extend(insertions(head, tail, columns, values));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// Runs the statements in order, up to the first that fails.
    pub(crate) async fn execute(self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let parameters: usize = self.statements.iter().map(|(_, values)| values.len()).sum();
        if parameters > JOINED_PARAMETERS {
            for (text, values) in self.statements {
                statement(text, values).execute(&mut *connection).await?;
            }
            return Ok(());
        }
        let (texts, values): (Vec<String>, Vec<Vec<Param>>) = self.statements.into_iter().unzip();
        statement(texts.join(";\n"), values.into_iter().flatten().collect())
            .execute(connection)
            .await?;
        Ok(())
    }
}

/// Runs `head IN (…) tail` for all the values, some at a time, and gathers the rows.
pub(crate) async fn select_in(
    connection: &mut AnyConnection,
    head: &str,
    tail: &str,
    values: &[i64],
) -> Result<Vec<AnyRow>, sqlx::Error> {
    let values = values.iter().map(|value| Param::Int(*value)).collect();
    select_values(connection, head, tail, values).await
}

/// The same for values that are not numbers.
pub(crate) async fn select_values(
    connection: &mut AnyConnection,
    head: &str,
    tail: &str,
    values: Vec<Param>,
) -> Result<Vec<AnyRow>, sqlx::Error> {
    let mut found = Vec::new();
    for (text, chunk) in in_lists(head, tail, values) {
        found.extend(statement(text, chunk).fetch_all(&mut *connection).await?);
    }
    Ok(found)
}

/// Many rows of `COLUMNS` fields that came as few values; see [`packed`].
pub(crate) struct Packed<const COLUMNS: usize> {
    values: Vec<String>,
}

/// How many values are looked up at once by [`packed`]: what comes back for them is one text in memory, and
/// the database has a longest text.
pub(crate) const PACKED: usize = 2048;

/// `columns` of `FROM values AS wanted` and `tail`, where the values are a table of one column, `value`, handed
/// over as one parameter, and their rows come back as one value too.
///
/// The driver hands each row over from the database's thread to ours, most with a waking, and that costs
/// more than finding a row of a few numbers. None of the columns may be NULL or hold a space: numbers, names
/// of series, hexadecimal. PostgreSQL will want its own functions for the values and for `hex`.
pub(crate) async fn packed<const COLUMNS: usize>(
    connection: &mut AnyConnection,
    columns: [&str; COLUMNS],
    tail: &str,
    values: &[i64],
) -> Result<Packed<COLUMNS>, sqlx::Error> {
    let columns = columns.join(" || ' ' || ");
    let query = format!("SELECT string_agg({columns}, ' ') FROM json_each(?) AS wanted {tail}");
    let mut packed = Packed { values: Vec::new() };
    for chunk in values.chunks(PACKED) {
        if let Some(found) = row(connection, &query, params![list(chunk.iter().copied())]).await? {
            packed.values.extend(text_or_none(&found, 0)?);
        }
    }
    Ok(packed)
}

/// `columns` of `FROM` what is given, in one value as by [`packed`]; in no order.
pub(crate) async fn gathered<const COLUMNS: usize>(
    connection: &mut AnyConnection,
    columns: [&str; COLUMNS],
    from: &str,
    values: Vec<Param>,
) -> Result<Packed<COLUMNS>, sqlx::Error> {
    let columns = columns.join(" || ' ' || ");
    let query = format!("SELECT string_agg({columns}, ' ') FROM {from}");
    let found = row(connection, &query, values).await?;
    let value = found.map_or(Ok(None), |found| text_or_none(&found, 0))?;
    Ok(Packed {
        values: value.into_iter().collect(),
    })
}

impl<const COLUMNS: usize> Packed<COLUMNS> {
    /// The fields of each row, in no order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = [&str; COLUMNS]> {
        self.values.iter().flat_map(|value| {
            let mut fields = value.split(' ');
            std::iter::from_fn(move || {
                // An empty field at the end of a row is a field: only the first says whether there is a row.
                let first = fields.next()?;
                let mut row = [first; COLUMNS];
                for field in &mut row[1..] {
                    *field = fields.next().unwrap_or_default();
                }
                Some(row)
            })
        })
    }

    /// The same, all of them whole numbers.
    pub(crate) fn numbers(&self) -> Result<Vec<[i64; COLUMNS]>, StoreError> {
        self.rows()
            .map(|row| {
                let mut numbers = [0; COLUMNS];
                for (number, field) in numbers.iter_mut().zip(row) {
                    *number = whole(field)?;
                }
                Ok(numbers)
            })
            .collect()
    }
}

/// A JSON list of numbers: as such it is one parameter, however many they are.
pub(crate) fn list(values: impl IntoIterator<Item = i64>) -> String {
    use std::fmt::Write as _;
    let mut list = String::from("[");
    for value in values {
        if list.len() > 1 {
            list.push(',');
        }
        // Writing to a string does not fail.
        let _written = write!(list, "{value}");
    }
    list.push(']');
    list
}

/// A field that is a whole number.
pub(crate) fn whole(field: &str) -> Result<i64, StoreError> {
    field.parse().map_err(|_| unread(field))
}

/// A field that `hex` made of bytes.
pub(crate) fn unhex(field: &str) -> Result<Vec<u8>, StoreError> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    };
    field
        .as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect::<Option<_>>()
        .ok_or_else(|| unread(field))
}

fn unread(field: &str) -> StoreError {
    StoreError::Corrupt {
        what: "list of rows",
        why: format!("{field:?} is not what was asked for"),
    }
}

/// Runs `head IN (…)` for all the values, some at a time, for what it changes.
pub(crate) async fn run_in(
    connection: &mut AnyConnection,
    head: &str,
    values: Vec<Param>,
) -> Result<(), sqlx::Error> {
    for (text, chunk) in in_lists(head, "", values) {
        statement(text, chunk).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Runs `head (VALUES (…), …) tail` for all the rows, some at a time: updates from a list. The
/// columns of the list are called `column1`, `column2`… by SQLite and PostgreSQL alike.
pub(crate) async fn run_values(
    connection: &mut AnyConnection,
    head: &str,
    tail: &str,
    rows: Vec<Vec<Param>>,
) -> Result<(), sqlx::Error> {
    let Some(columns) = rows.first().map(Vec::len) else {
        return Ok(());
    };
    let mut rest = rows.into_iter();
    let mut size = previous_power_of_two(MOST_PARAMETERS / columns.max(1));
    while rest.len() > 0 {
        while size > rest.len() {
            size /= 2;
        }
        let chunk: Vec<Param> = rest.by_ref().take(size).flatten().collect();
        let mut text = format!("{head} (VALUES");
        values_list(&mut text, size, columns);
        text.push_str(") ");
        text.push_str(tail);
        statement(text, chunk).execute(&mut *connection).await?;
    }
    Ok(())
}

pub(crate) fn in_lists(head: &str, tail: &str, values: Vec<Param>) -> Vec<(String, Vec<Param>)> {
    let mut lists = Vec::new();
    let mut rest = values.into_iter();
    let mut size = 512;
    while rest.len() > 0 {
        while size > rest.len() {
            size /= 2;
        }
        let chunk: Vec<Param> = rest.by_ref().take(size).collect();
        let mut text = String::with_capacity(head.len() + tail.len() + size * 3 + 8);
        text.push_str(head);
        text.push_str(" IN");
        values_list(&mut text, 1, size);
        text.push(' ');
        text.push_str(tail);
        lists.push((text, chunk));
    }
    lists
}

fn previous_power_of_two(value: usize) -> usize {
    1 << value.max(1).ilog2()
}

/// Column of a row by place; a wrong type is a fault of this crate's own SQL, so it is an error of
/// the database layer.
pub(crate) fn int(row: &AnyRow, column: usize) -> Result<i64, sqlx::Error> {
    row.try_get(column)
}
pub(crate) fn int_or_none(row: &AnyRow, column: usize) -> Result<Option<i64>, sqlx::Error> {
    row.try_get(column)
}
pub(crate) fn text(row: &AnyRow, column: usize) -> Result<String, sqlx::Error> {
    row.try_get(column)
}
pub(crate) fn text_or_none(row: &AnyRow, column: usize) -> Result<Option<String>, sqlx::Error> {
    row.try_get(column)
}
pub(crate) fn bytes(row: &AnyRow, column: usize) -> Result<Vec<u8>, sqlx::Error> {
    row.try_get(column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn packed_rows_are_the_rows() {
        sqlx::any::install_default_drivers();
        let options: sqlx::any::AnyConnectOptions = "sqlite::memory:".parse().unwrap();
        let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
        let table = "CREATE TABLE t (id BIGINT PRIMARY KEY, blob BYTEA NOT NULL)";
        run(&mut connection, table, vec![]).await.unwrap();
        let count = PACKED as i64 * 2 + 1;
        let row = |id: i64| {
            let bytes: Vec<u8> = (0..id % 3).map(|at| (at * 100 + id % 50) as u8).collect();
            params![id - PACKED as i64, bytes]
        };
        let rows = (0..count).map(row).collect();
        insert(&mut connection, "INSERT INTO t (id, blob) VALUES", "", rows)
            .await
            .unwrap();
        let wanted: Vec<i64> = (-2 * PACKED as i64..count).collect();
        let tail = "JOIN t ON t.id = wanted.value";
        let packed = packed(&mut connection, ["t.id", "hex(t.blob)"], tail, &wanted)
            .await
            .unwrap();
        let mut found: Vec<(i64, Vec<u8>)> = packed
            .rows()
            .map(|[id, bytes]| (whole(id).unwrap(), unhex(bytes).unwrap()))
            .collect();
        found.sort();
        let expected: Vec<(i64, Vec<u8>)> = rows_back(&mut connection).await;
        assert_eq!(found.len(), count as usize);
        assert_eq!(found, expected);
        let none = super::packed(&mut connection, ["t.id"], tail, &[i64::MAX])
            .await
            .unwrap();
        assert_eq!(none.numbers().unwrap(), Vec::<[i64; 1]>::new());
    }

    async fn rows_back(connection: &mut AnyConnection) -> Vec<(i64, Vec<u8>)> {
        rows(connection, "SELECT id, blob FROM t ORDER BY id", vec![])
            .await
            .unwrap()
            .iter()
            .map(|row| (int(row, 0).unwrap(), bytes(row, 1).unwrap()))
            .collect()
    }

    #[test]
    fn a_field_that_is_not_what_was_asked_for_is_no_panic() {
        assert!(whole("").is_err() && whole("x").is_err());
        assert!(unhex("0").is_err() && unhex("0g").is_err() && unhex("é").is_err());
        assert_eq!(unhex("00FF").unwrap(), [0, 255]);
    }
}
