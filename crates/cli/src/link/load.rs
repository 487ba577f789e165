//! Input files as records: ids, values, and what could not be read.

use std::{
    collections::{BTreeSet, HashMap},
    hash::{BuildHasher, RandomState},
    path::PathBuf,
};

use anyhow::{Context, Result, bail};
use linkage::batch::{Model, Records, RecordsBuilder, Shelf, Value};

use super::{
    column::{self, Kind, Told, held, readable, shown},
    table::{Cell, Table},
};

/// Texts end to end: a million ids take no allocation each.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    bytes: String,
    ends: Vec<usize>,
}

impl Texts {
    fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
    }

    pub(crate) fn get(&self, at: u32) -> &str {
        let at = at as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.bytes[start..self.ends[at]]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len() as u32).map(|at| self.get(at))
    }
}

/// An input and what it is called in the output.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) table: Table,
    pub(crate) name: String,
    /// Its column of ids.
    pub(crate) id: String,
    /// Its first record.
    first: u32,
}

/// What was read.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) ids: Texts,
    pub(crate) sources: Vec<Source>,
    /// Sources that a column tells, where one does: their names, and each record's.
    told: Option<ToldSources>,
    pub(crate) columns: Vec<Column>,
    pub(crate) records: Records,
}

#[derive(Debug, Default)]
struct ToldSources {
    names: Vec<String>,
    of: Vec<u16>,
}

impl ToldSources {
    /// The number of a name, which is new or known.
    fn number(&mut self, name: &str) -> Result<u16> {
        let at = self.names.iter().position(|other| other == name);
        let at = at.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        u16::try_from(at).context("the column of sources names more than 65,536: is it one?")
    }
}

/// A column that the model reads.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Values that are of the kind.
    pub(crate) known: u64,
    /// Values that are not, and count as missing.
    pub(crate) unreadable: u64,
    /// Where the first of them stands.
    pub(crate) first: Option<String>,
}

impl Loaded {
    pub(crate) fn len(&self) -> u32 {
        self.ids.ends.len() as u32
    }

    /// The number of the source a record comes from: its input, or what the column of sources says.
    pub(crate) fn source(&self, record: u32) -> usize {
        match &self.told {
            Some(told) => told.of[record as usize].into(),
            None => self.input(record),
        }
    }

    fn input(&self, record: u32) -> usize {
        let after = self
            .sources
            .partition_point(|source| source.first <= record);
        after.saturating_sub(1)
    }

    /// Whether records come from several sources, so that an id needs the name of its own.
    pub(crate) fn has_several_sources(&self) -> bool {
        self.told
            .as_ref()
            .map_or(self.sources.len(), |told| told.names.len())
            > 1
    }

    /// What the source of a record is called.
    pub(crate) fn source_name(&self, record: u32) -> &str {
        let at = self.source(record);
        match &self.told {
            Some(told) => &told.names[at],
            None => &self.sources[at].name,
        }
    }

    /// How many records an input has.
    pub(crate) fn records_of(&self, source: usize) -> u64 {
        let after = self.sources.get(source + 1);
        let end = after.map_or(self.len(), |after| after.first);
        (end - self.sources[source].first).into()
    }

    /// A record's id, with several sources after the name of its own.
    pub(crate) fn name(&self, record: u32) -> String {
        let id = self.ids.get(record);
        if self.has_several_sources() {
            format!("{}/{id}", self.source_name(record))
        } else {
            id.to_owned()
        }
    }

    /// What records hold in each column that the model reads, as the files have it.
    pub(crate) fn values(&self, wanted: &BTreeSet<u32>) -> Result<HashMap<u32, Vec<String>>> {
        let mut values = HashMap::new();
        let names: Vec<&str> = self.columns.iter().map(|c| c.name.as_str()).collect();
        for source in &self.sources {
            let mut record = source.first;
            source.table.rows(&names, &mut |_, cells| {
                if wanted.contains(&record) {
                    values.insert(record, cells.iter().map(readable).collect());
                }
                record += 1;
                Ok(())
            })?;
        }
        Ok(values)
    }

    /// For finding records by their ids.
    pub(crate) fn finder(&self) -> Finder<'_> {
        let mut by_id: HashMap<&str, Vec<u32>> = HashMap::new();
        for (record, id) in (0..).zip(self.ids.iter()) {
            by_id.entry(id).or_default().push(record);
        }
        Finder {
            loaded: self,
            by_id,
        }
    }
}

/// Finds records by their ids.
#[derive(Debug)]
pub(crate) struct Finder<'l> {
    loaded: &'l Loaded,
    by_id: HashMap<&'l str, Vec<u32>>,
}

impl Finder<'_> {
    /// The record of an id, which may be written `source/id`.
    pub(crate) fn find(&self, wanted: &str) -> Result<u32> {
        let of_id = |id: &str| self.by_id.get(id).into_iter().flatten().copied();
        let mut found: Vec<u32> = of_id(wanted).collect();
        for (slash, _) in wanted.match_indices('/') {
            let (name, id) = (&wanted[..slash], &wanted[slash + 1..]);
            found.extend(of_id(id).filter(|record| self.loaded.source_name(*record) == name));
        }
        match found.as_slice() {
            [] => bail!("no record has the id {wanted:?}"),
            [record] => Ok(*record),
            [first, second, ..] => {
                let name = |record: &u32| self.loaded.source_name(*record);
                bail!(
                    "two records have the id {wanted:?}: write {}/{wanted} or {}/{wanted}",
                    name(first),
                    name(second)
                )
            }
        }
    }
}

/// Opens the inputs, and finds the column of ids of each.
pub(crate) fn open(inputs: &[PathBuf], id: Option<&str>) -> Result<Vec<Source>> {
    let mut sources: Vec<Source> = Vec::new();
    for path in inputs {
        let table = Table::open(path)?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let taken = |name: &str| sources.iter().any(|source| source.name == name);
        let name = (1..)
            .map(|number| match number {
                1 => stem.to_string(),
                _ => format!("{stem}-{number}"),
            })
            .find(|name| !taken(name))
            .unwrap_or_default();
        let id = id_column(&table, id)?;
        sources.push(Source {
            table,
            name,
            id,
            first: 0,
        });
    }
    Ok(sources)
}

/// The column of ids: the one told, or `id`, or `unique_id`, or the first.
pub(crate) fn id_column(table: &Table, told: Option<&str>) -> Result<String> {
    let columns = table.columns();
    let usual = ["id", "unique_id"];
    let known = |name: &&str| columns.iter().any(|column| column == name);
    let name = told
        .or_else(|| usual.iter().copied().find(known))
        .or_else(|| columns.first().map(String::as_str));
    let Some(name) = name else {
        bail!(
            "{} is empty: it needs columns, and their names",
            table.path().display()
        );
    };
    table.column(name)?;
    Ok(name.to_owned())
}

/// Reads what a model needs of the inputs, and each record's source where a column tells it. With a shelf, records that
/// have no room in so many bytes go there.
pub(crate) fn load(
    mut sources: Vec<Source>,
    model: &Model,
    told: &[Told],
    source_column: Option<&str>,
    shelf: Option<(Shelf, usize)>,
) -> Result<Loaded> {
    let kinds = column::read_by(model, told, |name| {
        sources
            .iter()
            .try_for_each(|source| source.table.column(name).map(drop))
    })?;
    let named: Vec<_> = kinds
        .iter()
        .map(|(name, kind)| (name.as_str(), kind.kind))
        .collect();
    let mut builder = RecordsBuilder::new(&named)?;
    if let Some((shelf, budget)) = shelf {
        builder = builder.with_shelf(shelf, budget);
    }
    let mut columns: Vec<Column> = kinds
        .into_iter()
        .map(|(name, kind)| Column {
            name,
            kind,
            known: 0,
            unreadable: 0,
            first: None,
        })
        .collect();
    let mut ids = Texts::default();
    let mut told = source_column.map(|column| (column, ToldSources::default()));
    for (number, source) in sources.iter_mut().enumerate() {
        let number = u16::try_from(number).context("more inputs than 65,536")?;
        source.first = ids.ends.len() as u32;
        let told = match &mut told {
            Some((column, told)) => SourceOf::Column(column, told),
            None => SourceOf::Input(number),
        };
        one(source, told, &mut builder, &mut columns, &mut ids)?;
    }
    for column in &columns {
        if let Some(first) = &column.first
            && column.known == 0
        {
            bail!(
                "no value of column {:?} is {}, the first at {first}: say what it holds with --type {}=KIND, or change the model",
                column.name,
                column.kind.wanted(),
                column.name
            );
        }
    }
    Ok(Loaded {
        ids,
        sources,
        told: told.map(|(_, told)| told),
        columns,
        records: builder.finish(),
    })
}

/// Where the source of a record stands.
enum SourceOf<'s> {
    Input(u16),
    Column(&'s str, &'s mut ToldSources),
}

fn one(
    source: &Source,
    mut source_of: SourceOf<'_>,
    builder: &mut RecordsBuilder,
    columns: &mut [Column],
    ids: &mut Texts,
) -> Result<()> {
    let table = &source.table;
    let mut names = vec![source.id.clone()];
    names.extend(columns.iter().map(|column| column.name.clone()));
    if let SourceOf::Column(column, _) = &source_of {
        names.push((*column).to_owned());
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let first = ids.ends.len() as u32;
    table.rows(&names, &mut |line, cells| {
        let place = || table.place(line);
        let id = shown(&cells[0]).filter(|id| !id.is_empty());
        let id = id.with_context(|| {
            format!(
                "{}: there is no id in column {:?}: give every record one, or name another column with --id",
                place(),
                source.id
            )
        })?;
        ids.push(&id);
        let mut values = Vec::with_capacity(columns.len());
        for (column, cell) in columns.iter_mut().zip(&cells[1..]) {
            match held(&column.kind, cell) {
                Some(value) => {
                    column.known += u64::from(*cell != Cell::Null);
                    values.push(value);
                }
                None => {
                    column.unreadable += 1;
                    if column.first.is_none() {
                        column.first = Some(match shown(cell) {
                            Some(text) => format!("{}: {text:?}", place()),
                            None => format!("{}: {}", place(), kind_of(cell)),
                        });
                    }
                    values.push(column::Held::Value(Value::Null));
                }
            }
        }
        let values: Vec<Value<'_>> = values.iter().map(column::Held::value).collect();
        let number = match &mut source_of {
            SourceOf::Input(number) => *number,
            SourceOf::Column(column, told) => {
                let name = cells.last().and_then(shown).filter(|name| !name.is_empty());
                let name = name.with_context(|| {
                    format!("{}: column {column:?} tells no source", place())
                })?;
                let number = told.number(&name)?;
                told.of.push(number);
                number
            }
        };
        builder.push(number, &values).with_context(place)
    })?;
    let of = match &source_of {
        SourceOf::Input(_) => &[][..],
        SourceOf::Column(_, told) => &told.of,
    };
    no_doubles(ids, first, of, source)
}

fn kind_of(cell: &Cell<'_>) -> &'static str {
    match cell {
        Cell::List(_) => "a list",
        Cell::Bytes(_) => "bytes that are no text",
        Cell::Other(what) => what,
        _ => "a value",
    }
}

/// Refuses an id that comes twice in one source.
fn no_doubles(ids: &Texts, first: u32, sources: &[u16], input: &Source) -> Result<()> {
    let told = |record: u32| (sources.get(record as usize), ids.get(record));
    // Half of a hash and the record's number: eight bytes a record, where a table of the ids themselves takes fifty.
    let hasher = RandomState::new();
    let hashed = (first..ids.ends.len() as u32)
        .map(|record| hasher.hash_one(told(record)) >> 32 << 32 | u64::from(record));
    let mut hashed: Vec<u64> = hashed.collect();
    hashed.sort_unstable();
    let doubles = hashed
        .chunk_by(|a, b| a >> 32 == b >> 32)
        .flat_map(|alike| {
            let alike = alike.iter().map(|of| *of as u32).enumerate();
            let records = alike.clone().map(|(_, record)| record);
            alike.filter_map(move |(at, record)| {
                let mut earlier = records.clone().take(at);
                Some((record, earlier.find(|other| told(*other) == told(record))?))
            })
        });
    if let Some((record, other)) = doubles.min() {
        bail!(
            "{} has the id {:?} twice (records {} and {}): every record needs an id of its own; name another column with --id",
            input.table.path().display(),
            ids.get(record),
            other - first + 1,
            record - first + 1
        );
    }
    Ok(())
}
