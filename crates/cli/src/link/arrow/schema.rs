//! What columns there are, and how each is laid out.

use anyhow::{Context, Result, bail};

use super::flat::Table;

/// Most columns, those within columns too.
const MOST_FIELDS: usize = 1 << 14;
/// Deepest nesting.
pub(super) const DEEPEST: usize = 32;

/// How the values of a column are laid out, and what they mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Null,
    Flag,
    /// Of so many bytes.
    Integer {
        size: usize,
        signed: bool,
    },
    Single,
    Double,
    /// Of a length each; where `large`, of 64 bits.
    Bytes {
        text: bool,
        large: bool,
    },
    /// Of a length each, short ones in place.
    Views {
        text: bool,
    },
    /// Of one length.
    Fixed(usize),
    Days,
    /// Of 64 bits: so many microseconds each, or so many of it a microsecond.
    Moment {
        times: i64,
        over: i64,
    },
    List {
        large: bool,
    },
    /// Of so many each.
    FixedList(usize),
    /// What no column can hold, by its name, and its buffers.
    Other(&'static str, usize),
}

/// The type of a dictionary's numbers, and which dictionary it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Coded {
    pub(super) id: i64,
    pub(super) codes: Kind,
}

#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) coded: Option<Coded>,
    pub(super) children: Vec<Field>,
}

impl Field {
    pub(super) fn refers_to(&self, id: i64) -> bool {
        self.coded.is_some_and(|coded| coded.id == id)
    }

    /// The field of the values of its dictionary.
    pub(super) fn values(&self) -> Field {
        Field {
            coded: None,
            ..self.clone()
        }
    }

    /// The field, and those within it.
    pub(super) fn all(&self) -> Vec<&Field> {
        let mut all = vec![self];
        all.extend(self.children.iter().flat_map(Field::all));
        all
    }
}

/// The columns of a schema.
pub(super) fn fields(schema: Table<'_>) -> Result<Vec<Field>> {
    if schema.short(0, 0)? != 0 {
        bail!(
            "its numbers have their highest byte first, which is not read: write it on another machine"
        );
    }
    let mut left = MOST_FIELDS;
    schema
        .tables(1)?
        .map(|table| field(table?, DEEPEST, &mut left))
        .collect()
}

fn field(table: Table<'_>, depth: usize, left: &mut usize) -> Result<Field> {
    *left = left
        .checked_sub(1)
        .context("it has too many columns, or is damaged")?;
    let deeper = depth
        .checked_sub(1)
        .context("its columns lie too deep in columns, or it is damaged")?;
    let children = table.tables(5)?.map(|child| field(child?, deeper, left));
    let children = children.collect::<Result<Vec<Field>>>()?;
    let coded = table.table(4)?.map(|of| coded(of)).transpose()?;
    Ok(Field {
        name: table.text(0)?.to_owned(),
        kind: kind(table.byte(2)?, table.table(3)?)?,
        coded,
        children,
    })
}

fn coded(of: Table<'_>) -> Result<Coded> {
    let codes = match of.table(1)? {
        Some(integer) => integer_of(integer)?,
        None => Kind::Integer {
            size: 4,
            signed: true,
        },
    };
    Ok(Coded {
        id: of.long(0)?,
        codes,
    })
}

fn integer_of(of: Table<'_>) -> Result<Kind> {
    let size = match of.int(0)? {
        8 => 1,
        16 => 2,
        32 => 4,
        64 => 8,
        bits => bail!("it has integers of {bits} bits: it is damaged"),
    };
    Ok(Kind::Integer {
        size,
        signed: of.byte(1)? != 0,
    })
}

/// By the number of the type in the format, and what it says of it.
fn kind(number: u8, of: Option<Table<'_>>) -> Result<Kind> {
    let told = || of.context("a column whose type is not told: it is damaged");
    let whole = |number: i32| match usize::try_from(number) {
        Ok(number @ 1..) => Ok(number),
        _ => bail!("a column has values of no length: it is damaged"),
    };
    Ok(match number {
        1 => Kind::Null,
        2 => integer_of(told()?)?,
        3 => match told()?.short(0, 0)? {
            1 => Kind::Single,
            2 => Kind::Double,
            _ => Kind::Other("a number of 16 bits", 2),
        },
        4 => Kind::Bytes {
            text: false,
            large: false,
        },
        5 => Kind::Bytes {
            text: true,
            large: false,
        },
        6 => Kind::Flag,
        7 => Kind::Other("a decimal", 2),
        8 if told()?.short(0, 1)? == 0 => Kind::Days,
        // a day in milliseconds
        8 => Kind::Moment {
            times: 1_000,
            over: 1,
        },
        9 => Kind::Other("a time of day", 2),
        10 => match told()?.short(0, 0)? {
            0 => Kind::Moment {
                times: 1_000_000,
                over: 1,
            },
            1 => Kind::Moment {
                times: 1_000,
                over: 1,
            },
            2 => Kind::Moment { times: 1, over: 1 },
            3 => Kind::Moment {
                times: 1,
                over: 1_000,
            },
            _ => bail!("a column of moments of no known unit: it is damaged"),
        },
        11 | 18 => Kind::Other("a stretch of time", 2),
        12 => Kind::List { large: false },
        13 => Kind::Other("a nested value", 1),
        15 => Kind::Fixed(whole(told()?.int(0)?)?),
        16 => Kind::FixedList(whole(told()?.int(0)?)?),
        17 => Kind::Other("a map", 2),
        19 => Kind::Bytes {
            text: false,
            large: true,
        },
        20 => Kind::Bytes {
            text: true,
            large: true,
        },
        21 => Kind::List { large: true },
        22 => Kind::Other("a value with its repetitions", 0),
        23 => Kind::Views { text: false },
        24 => Kind::Views { text: true },
        25 | 26 => Kind::Other("a list with its sizes", 3),
        14 => Kind::Other("a union", if told()?.short(0, 0)? == 0 { 1 } else { 2 }),
        _ => bail!(
            "a column is of a type ({number}) that is not known: write it as text, number, date, moment or list"
        ),
    })
}
