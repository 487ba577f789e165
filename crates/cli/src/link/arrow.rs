//! Arrow IPC, a file or a stream, batch by batch: flat columns, lists of scalars, dictionaries.
//!
//! Only the buffers of the columns that are asked for are read. What a message says of its own size is held against the
//! bytes there are, and against [`MOST`], before there is room made for it. The form is that of "Arrow Columnar Format",
//! sections "Physical Memory Layout" and "Serialization and Interprocess Communication".

mod array;
mod flat;
mod schema;

use std::{
    collections::HashMap,
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
    path::Path,
    rc::Rc,
};

use anyhow::{Context, Result, bail};

use super::{
    progress,
    table::{Cell, Each},
};
use array::{Array, Codec, Parts, Span};
use flat::{Table, fixed};
use schema::Field;

const MAGIC: &[u8] = b"ARROW1";
/// Most bytes that describe a batch.
const MOST_METADATA: u64 = 1 << 26;
/// Most rows of one batch: more than a run takes.
const MOST_ROWS: usize = 1 << 31;
/// Most bytes of one batch that are held at once.
const MOST: u64 = 1 << 31;

/// Names of the top-level columns.
pub(super) fn columns(path: &Path) -> Result<Vec<String>> {
    let fields = Reader::open(path)?.fields;
    Ok(fields.into_iter().map(|field| field.name).collect())
}

/// Rows of the top-level columns of these numbers.
pub(super) fn rows(path: &Path, wanted: &[usize], each: &mut Each<'_>) -> Result<()> {
    let mut reader = Reader::open(path)?;
    let bar = progress::bytes(reader.length, path);
    let mut row = 0;
    while let Some((arrays, length)) = reader.batch(wanted)? {
        let columns = wanted.iter().map(|at| arrays.get(at));
        let columns: Vec<Option<&Array>> = columns.collect();
        for at in 0..length {
            row += 1;
            let cells = columns.iter().map(|array| match array {
                Some(array) => array.cell(at),
                None => Ok(Cell::Null),
            });
            let cells = cells.collect::<Result<Vec<_>>>();
            each(row, &cells.with_context(|| format!("row {row}"))?)?;
        }
        bar.set_position(reader.next);
    }
    bar.finish_and_clear();
    Ok(())
}

struct Reader {
    file: BufReader<File>,
    length: u64,
    /// Where the next message begins.
    next: u64,
    fields: Vec<Field>,
    /// The values of dictionaries by their id, in the stretches they came in.
    dictionaries: HashMap<i64, Rc<Vec<Array>>>,
    /// Where the batches of a file stand, those to come last; of a stream, `None`.
    blocks: Option<Vec<u64>>,
}

/// A message without what it is about.
struct Message {
    metadata: Vec<u8>,
    body: u64,
    body_length: u64,
}

/// What a message is about, by its number in the format.
const SCHEMA: u8 = 1;
const DICTIONARY: u8 = 2;
const BATCH: u8 = 3;

impl Reader {
    fn open(path: &Path) -> Result<Reader> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut reader = Reader {
            file: BufReader::new(file),
            length,
            next: 0,
            fields: Vec::new(),
            dictionaries: HashMap::new(),
            blocks: None,
        };
        let mut start = [0; 8];
        let begun = reader.file.read(&mut start)?;
        if start[..begun].starts_with(b"FEA1") {
            bail!(
                "it is a Feather file of the first version: write it again as Feather version 2, which is Arrow"
            );
        }
        if start.starts_with(MAGIC) {
            reader.blocks = Some(reader.footer()?);
            reader.next = 8;
        }
        let schema = reader.message()?;
        let schema = schema.context("it is empty: no message of Arrow IPC is in it")?;
        let (kind, header) = schema.header()?;
        if kind != SCHEMA {
            bail!("it does not begin with a schema: it is no Arrow IPC, or damaged");
        }
        reader.fields = schema::fields(header)?;
        Ok(reader)
    }

    /// Where the batches of a file stand, dictionaries before what refers to them, the last first.
    fn footer(&mut self) -> Result<Vec<u64>> {
        let cut = "no whole Arrow file: it was cut short, or is something else; fetch it again";
        let end = self.length.checked_sub(10).context(cut)?;
        self.file.seek(SeekFrom::Start(end))?;
        let mut tail = [0; 10];
        self.file.read_exact(&mut tail)?;
        if &tail[4..] != MAGIC {
            bail!(cut);
        }
        let length = u32::from_le_bytes(fixed(&tail, 0)?).into();
        let start = end.checked_sub(length).context(cut)?;
        let footer = self.bytes(start, length, MOST_METADATA)?;
        let footer = Table::root(&footer)?;
        let block = |block: &[u8]| Ok(u64::from_le_bytes(fixed(block, 0)?));
        let [dictionaries, batches] = [2, 3].map(|field| footer.vector(field, 24));
        let blocks = dictionaries?.chain(batches?).map(block);
        let mut blocks = blocks.collect::<Result<Vec<u64>>>()?;
        blocks.reverse();
        Ok(blocks)
    }

    /// Bytes of the file, if there are so many and no more than `most`.
    fn bytes(&mut self, at: u64, length: u64, most: u64) -> Result<Vec<u8>> {
        if length > most {
            bail!(
                "a batch needs {} MiB at once, {} are read at most: write it in smaller batches",
                length >> 20,
                most >> 20
            );
        }
        if at.checked_add(length).is_none_or(|end| end > self.length) {
            bail!("it ends within a batch: it was cut short, or is damaged; fetch it again");
        }
        self.file.seek(SeekFrom::Start(at))?;
        let mut bytes = vec![0; usize::try_from(length)?];
        self.file.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// The message here; `None` at the mark of the end.
    fn message(&mut self) -> Result<Option<Message>> {
        let at = self.next;
        if at == self.length {
            // allowed, but not to be told from a stream that was cut between two batches
            bail!("it has no mark of its end: it was cut short; fetch it, or write it, again");
        }
        let mut size: [u8; 4] = fixed(&self.bytes(at, 4, 4)?, 0)?;
        let mut start = at + 4;
        // before Arrow 0.15 the length came first
        if size == [u8::MAX; 4] {
            size = fixed(&self.bytes(start, 4, 4)?, 0)?;
            start += 4;
        }
        let length = u32::from_le_bytes(size).into();
        if length == 0 {
            return Ok(None);
        }
        if length > MOST_METADATA {
            bail!("it is no Arrow IPC, or damaged");
        }
        let metadata = self.bytes(start, length, MOST_METADATA)?;
        let body_length = Table::root(&metadata)?.long(3)?;
        let body_length = u64::try_from(body_length).context("a batch has a length below 0")?;
        let body = start + length;
        if body
            .checked_add(body_length)
            .is_none_or(|end| end > self.length)
        {
            bail!("it ends within a batch: it was cut short, or is damaged; fetch it again");
        }
        self.next = body + body_length;
        Ok(Some(Message {
            metadata,
            body,
            body_length,
        }))
    }

    /// The next batch: the arrays of the wanted columns, and its rows.
    fn batch(&mut self, wanted: &[usize]) -> Result<Option<(HashMap<usize, Array>, usize)>> {
        loop {
            if let Some(blocks) = &mut self.blocks {
                let Some(at) = blocks.pop() else {
                    return Ok(None);
                };
                self.next = at;
            }
            let Some(message) = self.message()? else {
                return Ok(None);
            };
            let (kind, header) = message.header()?;
            match kind {
                DICTIONARY => self.take_dictionary(&message, header)?,
                BATCH => {
                    let length = header.long(0)?;
                    let length = usize::try_from(length)
                        .ok()
                        .filter(|rows| *rows <= MOST_ROWS);
                    let length = length
                        .context("a batch tells of more rows than there can be: it is damaged")?;
                    let fields = std::mem::take(&mut self.fields);
                    let arrays = self.arrays(&message, header, &fields, |at| wanted.contains(&at));
                    self.fields = fields;
                    return Ok(Some((arrays?, length)));
                }
                _ => bail!("a message is neither a batch nor a dictionary: it is damaged"),
            }
        }
    }

    fn take_dictionary(&mut self, message: &Message, header: Table<'_>) -> Result<()> {
        let id = header.long(0)?;
        let batch = header.table(1)?.context("a dictionary without values")?;
        let fields = self.fields.iter();
        // one that no column refers to is passed over
        let Some(field) = fields
            .flat_map(Field::all)
            .find(|field| field.refers_to(id))
        else {
            return Ok(());
        };
        let values = [field.values()];
        let mut arrays = self.arrays(message, batch, &values, |_| true)?;
        let new = arrays.remove(&0).context("a dictionary without values")?;
        let known = self.dictionaries.entry(id).or_default();
        if header.byte(2)? == 0 {
            *known = Rc::default();
        }
        Rc::make_mut(known).push(new);
        Ok(())
    }

    /// The arrays of the fields, by number, that are wanted.
    fn arrays(
        &mut self,
        message: &Message,
        batch: Table<'_>,
        fields: &[Field],
        wanted: impl Fn(usize) -> bool,
    ) -> Result<HashMap<usize, Array>> {
        let codec = Codec::of(batch)?;
        let mut parts = Parts::of(batch)?;
        let mut room = MOST;
        let mut arrays = HashMap::new();
        for (at, field) in fields.iter().enumerate() {
            let dictionaries = self.dictionaries.clone();
            let mut read = |span: Span| self.buffer(message, span, codec, &mut room);
            let array = Array::new(
                field,
                &mut parts,
                &dictionaries,
                wanted(at).then_some(&mut read),
            )?;
            arrays.extend(array.map(|array| (at, array)));
        }
        Ok(arrays)
    }

    /// A buffer of a message's body.
    fn buffer(
        &mut self,
        message: &Message,
        span: Span,
        codec: Option<Codec>,
        room: &mut u64,
    ) -> Result<Vec<u8>> {
        if span
            .start
            .checked_add(span.length)
            .is_none_or(|end| end > message.body_length)
        {
            bail!("a column lies outside its batch: the file is damaged");
        }
        let bytes = self.bytes(message.body + span.start, span.length, *room)?;
        let bytes = match codec {
            Some(codec) => codec.unpacked(bytes, *room)?,
            None => bytes,
        };
        *room = room.saturating_sub(bytes.len() as u64);
        Ok(bytes)
    }
}

impl Message {
    /// What the message is about, and what it says of it.
    fn header(&self) -> Result<(u8, Table<'_>)> {
        let message = Table::root(&self.metadata)?;
        let header = message.table(2)?.context("a message about nothing")?;
        Ok((message.byte(1)?, header))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by pyarrow 26: with and without compression, with dictionaries (in the stream, one that grows).
    const PEOPLE: [&str; 4] = [
        "people.arrow",
        "people-lz4.feather",
        "people.arrows",
        "people-zstd.arrows",
    ];

    fn made(name: &str) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/arrow")
            .join(name)
    }

    /// All rows, each cell as it prints.
    fn read(path: &Path) -> Result<Vec<Vec<String>>> {
        let wanted: Vec<usize> = (0..columns(path)?.len()).collect();
        let mut all = Vec::new();
        rows(path, &wanted, &mut |row, cells| {
            assert_eq!(row, all.len() as u64 + 1);
            all.push(cells.iter().map(|cell| format!("{cell:?}")).collect());
            Ok(())
        })?;
        Ok(all)
    }

    #[test]
    fn files_and_streams_of_another_writer_read_the_same() {
        let names = columns(&made(PEOPLE[0])).unwrap();
        assert_eq!(
            names.join(" "),
            "id name town born seen tags place picture amount nested"
        );
        let all = read(&made(PEOPLE[0])).unwrap();
        let counted: Vec<u8> = (0..32).collect();
        let first = [
            "Integer(1)",
            "Text(\"Dupont\")",
            "Text(\"Lyon\")",
            "Date(1)",
            "Moment(1773500400000000)",
            "List([\"a\", \"b\"])",
            "List([\"48.85\", \"2.35\"])",
            &format!("Bytes({counted:?})"),
            "Number(12.5)",
            "Other(\"a nested value\")",
        ];
        assert_eq!(all[0], first);
        // a missing value, an empty list, a place that is not there
        assert_eq!(all[1][4..9], ["Null"; 5]);
        // before 1970, in nanoseconds
        assert_eq!(all[3][4], "Moment(-1000000)");
        assert_eq!((all.len(), &*all[3][2]), (4, "Text(\"Nice\")"));
        for other in &PEOPLE[1..] {
            assert_eq!(read(&made(other)).unwrap(), all, "{other}");
        }
    }

    #[test]
    fn views_and_days_in_milliseconds_are_read() {
        let all = read(&made("views.ipc")).unwrap();
        let cells = [
            "Integer(1)",
            "Text(\"Dupont-Dupont-Dupont\")",
            "Text(\"Lyon\")",
            "Moment(86400000000)",
        ];
        assert_eq!(all[0], cells);
        assert_eq!(all[2][1..], ["Text(\"Martin\")", "Null", "Null"]);
    }

    #[test]
    fn a_file_cut_short_is_an_error_wherever_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let cut = folder.path().join("cut.arrow");
        for name in PEOPLE {
            let whole = std::fs::read(made(name)).unwrap();
            for length in (0..whole.len()).step_by(7) {
                std::fs::write(&cut, &whole[..length]).unwrap();
                assert!(read(&cut).is_err(), "{name} cut to {length}");
            }
        }
    }

    #[test]
    fn damage_of_a_byte_is_an_error_or_other_values() {
        let folder = tempfile::tempdir().unwrap();
        let damaged = folder.path().join("damaged.arrow");
        for name in PEOPLE {
            let whole = std::fs::read(made(name)).unwrap();
            for at in (0..whole.len()).step_by(3) {
                let mut bytes = whole.clone();
                bytes[at] ^= if at % 2 == 0 { 0xFF } else { 0x41 };
                std::fs::write(&damaged, bytes).unwrap();
                let _ = read(&damaged);
            }
        }
    }

    #[test]
    fn what_is_no_arrow_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some.arrow");
        for (bytes, told) in [
            (&b""[..], "no mark of its end"),
            (b"FEA1....", "first version"),
            (b"id,name\n1,Dupont\n", "no Arrow IPC"),
            (b"ARROW1\0\0 and then nothing", "cut short"),
            (&[0xFF; 64], "no Arrow IPC"),
        ] {
            std::fs::write(&path, bytes).unwrap();
            let error = format!("{:#}", columns(&path).unwrap_err());
            assert!(error.contains(told), "{told}: {error}");
        }
    }
}
