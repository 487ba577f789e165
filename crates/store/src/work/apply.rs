//! Takes a batch of harmonised submissions in: docket rows, words, members, keys, components.
//!
//! Components only bound the work of clustering. Each key with evidence belongs to one component; a
//! record whose keys lie in several joins them (the smaller is relabelled). A component never
//! splits here, so it may be wider than the graph: the clustering finds the true parts.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use linkage::Model;
use sqlx::{AnyConnection, Connection};

use super::{
    Reached, Work, again,
    docket::TallyChange,
    matching::{bits, joins, leads, listed, pairs},
    series, set_number, ties, words,
};
use crate::{
    StoreError,
    sql::{self, Param, params},
};

/// A key of a record: see `observables::Observable::key`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Stable 64-bit hash, as the database keeps it (the same bits, signed).
    pub id: i64,
    /// Place in [`super::KEY_KINDS`].
    pub kind: u8,
    /// On a warning list: counted, shown, but no evidence.
    pub damped: bool,
}

/// A submission with everything that was found in it.
#[derive(Clone, Debug)]
pub struct Harmonised {
    /// Place in the ledger.
    pub seq: i64,
    /// UUID text.
    pub id: String,
    /// Desk.
    pub desk: String,
    /// Track of the desk.
    pub track: String,
    /// Option id of the desk's headline question.
    pub headline: String,
    /// Microseconds since 1970 UTC.
    pub received_at: i64,
    /// `queued`, or `quarantined` when it could not be read.
    pub state: String,
    /// In the lane that bypasses every queue.
    pub urgent: bool,
    /// Points of the published criteria.
    pub priority: i64,
    /// The unit that has it.
    pub unit: String,
    /// When somebody must have looked, microseconds since 1970 UTC.
    pub deadline_at: i64,
    /// When it happened, microseconds since 1970 UTC.
    pub occurred_at: Option<i64>,
    /// Loss in minor units.
    pub amount_minor: Option<i64>,
    /// Its currency, empty without a loss.
    pub currency: String,
    /// Where, empty when not said.
    pub place: String,
    /// Criteria and proposals, JSON.
    pub assessment: String,
    /// Observables with where they stand, JSON.
    pub sightings: String,
    /// Text to find it by.
    pub words: String,
    /// Language of the text, `fr` or `en`.
    pub lang: String,
    /// Its keys, each once.
    pub keys: Vec<Key>,
    /// More belongs to it than was read, such as files: it is harmonised again, whole.
    pub more: bool,
}

impl Harmonised {
    /// Order of the queue: urgent first, then by points, then the oldest; smaller comes first.
    fn rank(&self) -> i64 {
        rank(self.urgent, self.priority, self.seq)
    }
}

/// Nine bytes a key: kind with the damped bit, then the key big-endian.
pub(super) fn pack_keys(keys: &[Key]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(keys.len() * 9);
    for key in keys {
        bytes.push(key.kind | if key.damped { 0x80 } else { 0 });
        bytes.extend_from_slice(&key.id.to_be_bytes());
    }
    bytes
}

/// See [`Harmonised::rank`]; also used when the priority changes later.
pub(super) fn rank(urgent: bool, priority: i64, seq: i64) -> i64 {
    const MOST: i64 = 0x3fff;
    let points = priority.clamp(0, MOST / 2) + if urgent { MOST / 2 } else { 0 };
    ((MOST - points) << 40) | (seq & 0xff_ffff_ffff)
}

/// The keys of a docket row.
pub(super) fn unpack_keys(bytes: &[u8]) -> Vec<Key> {
    bytes
        .chunks_exact(9)
        .map(|chunk| Key {
            kind: chunk[0] & 0x7f,
            damped: chunk[0] & 0x80 != 0,
            id: i64::from_be_bytes(chunk[1..].try_into().expect("a chunk has nine bytes")),
        })
        .collect()
}

/// What the batch does to one key.
struct Touched {
    id: i64,
    kind: u8,
    damped: bool,
    /// The first new member of this batch.
    fresh: i64,
    /// The others. Most keys have none, and there are many keys: an empty list takes no memory.
    others: Vec<i64>,
    /// Members before the batch.
    before: i64,
    /// The one member of a key that had no row.
    first: Option<i64>,
    /// Component of its row, 0 for none.
    component: i64,
    has_row: bool,
}

/// Submissions ready to be written: all that needs no database is done, so that the writer is held for
/// the writing alone.
pub struct Batch {
    /// Rows of the docket and their findings.
    rows: sql::Batch,
    members: sql::Batch,
    tally: TallyChange,
    documents: words::Documents,
    touched: Vec<Touched>,
    more: Vec<i64>,
}

impl Batch {
    /// Makes the rows and the tokens of submissions.
    #[must_use]
    pub fn new(submissions: Vec<Harmonised>, analyser: &mut words::Analyser) -> Self {
        let records: Vec<(i64, &[Key])> = submissions
            .iter()
            .map(|one| (one.seq, one.keys.as_slice()))
            .collect();
        let touched = gathered(&records);
        let mut batch = Self {
            rows: sql::Batch::default(),
            members: member_rows(&touched),
            tally: TallyChange::default(),
            documents: words::Documents::default(),
            touched,
            more: Vec::new(),
        };
        // What comes without conflicts is inserted `OR FAIL`: nothing goes on after a statement that fails, so what its
        // first rows changed need not be remembered, which for rows all over a table is a copy of each page.
        let mut rows = Vec::with_capacity(submissions.len());
        let mut findings = Vec::with_capacity(submissions.len());
        for one in submissions {
            let tokens = analyser.document(&one.words, &one.lang);
            batch.documents.push(one.seq, &tokens);
            if one.more {
                batch.more.push(one.seq);
            }
            batch
                .tally
                .add(&one.desk, &one.headline, &one.state, &one.unit, 1);
            let rank = one.rank();
            rows.push(params![
                one.seq,
                one.id,
                one.desk,
                one.track,
                one.headline,
                one.received_at,
                one.state,
                rank,
                one.urgent,
                one.priority,
                one.unit,
                "",
                one.deadline_at,
                one.occurred_at,
                one.amount_minor,
                one.currency,
                one.place,
                0,
                0,
                pack_keys(&one.keys),
            ]);
            findings.push(params![one.seq, one.assessment, one.sightings]);
        }
        batch.rows.insert(
            "INSERT OR FAIL INTO docket (seq, id, desk, track, headline, received_at, state, rank, urgent, priority, unit, owner, deadline_at, occurred_at, amount_minor, currency, place, unread, revision, keys) VALUES",
            "",
            rows,
        );
        batch.rows.insert(
            "INSERT OR FAIL INTO finding (docket, assessment, sightings) VALUES",
            "",
            findings,
        );
        batch
    }
}

impl Touched {
    /// New members of this batch.
    fn fresh(&self) -> impl Iterator<Item = i64> {
        std::iter::once(self.fresh).chain(self.others.iter().copied())
    }

    /// Members with those of the batch.
    fn count(&self) -> i64 {
        self.before + 1 + self.others.len() as i64
    }
}

impl Work {
    /// Takes a batch in and moves the worker's place to `reached`, all or nothing.
    ///
    /// # Errors
    /// When the database does not answer; nothing was written then.
    pub async fn apply(
        &self,
        batch: Batch,
        reached: Reached,
        model: &Model,
    ) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        batch.rows.execute(&mut transaction).await?;
        batch.tally.write(&mut transaction).await?;
        words::index(&mut transaction, batch.documents).await?;
        write_touched(&mut transaction, batch.touched, batch.members, &[], model).await?;
        again::queue(&mut transaction, &batch.more).await?;
        set_number(&mut transaction, "reached_submission", reached.submission).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Gives records new keys. `grown` are those of them that were there before, with other keys.
pub(super) async fn write_keys(
    connection: &mut AnyConnection,
    records: &[(i64, &[Key])],
    grown: &[i64],
    model: &Model,
) -> Result<(), StoreError> {
    let touched = gathered(records);
    let members = member_rows(&touched);
    write_touched(connection, touched, members, grown, model).await
}

/// The keys that records bring, in the order of their number, which is that of the tables.
fn gathered(records: &[(i64, &[Key])]) -> Vec<Touched> {
    let mut all = Vec::with_capacity(records.iter().map(|(_, keys)| keys.len()).sum());
    for (seq, keys) in records {
        let listed = keys.iter().filter(|key| listed(key.kind));
        all.extend(listed.map(|key| (*key, *seq)));
    }
    // Of equal numbers the first that came stays first: the sort is stable.
    all.sort_by_key(|(key, _)| key.id);
    all.chunk_by(|(a, _), (b, _)| a.id == b.id)
        .map(|same| Touched {
            id: same[0].0.id,
            kind: same[0].0.kind,
            damped: same[0].0.damped,
            fresh: same[0].1,
            others: same[1..].iter().map(|(_, seq)| *seq).collect(),
            before: 0,
            first: None,
            component: 0,
            has_row: false,
        })
        .collect()
}

/// The members that records become, as statements.
fn member_rows(touched: &[Touched]) -> sql::Batch {
    let count = touched
        .iter()
        .map(|key| 1 + key.others.len())
        .sum::<usize>();
    let mut values = Vec::with_capacity(count * 2);
    for key in touched {
        values.extend(
            key.fresh()
                .flat_map(|seq| [Param::from(key.id), Param::from(seq)]),
        );
    }
    let mut members = sql::Batch::default();
    members.insert_flat(
        "INSERT OR FAIL INTO member (key, seq) VALUES",
        "ON CONFLICT DO NOTHING",
        2,
        values,
    );
    members
}

async fn write_touched(
    connection: &mut AnyConnection,
    mut touched: Vec<Touched>,
    members: sql::Batch,
    grown: &[i64],
    model: &Model,
) -> Result<(), StoreError> {
    let ids: Vec<i64> = touched.iter().map(|key| key.id).collect();
    // What is known of each: its row, or the one member of a key without.
    let known = sql::packed(
        connection,
        [
            "wanted.value",
            "COALESCE(key.members, 0)",
            "COALESCE(key.component, member.seq)",
        ],
        "LEFT JOIN key ON key.id = wanted.value LEFT JOIN member ON key.id IS NULL AND member.key = wanted.value WHERE key.id IS NOT NULL OR member.seq IS NOT NULL",
        &ids,
    )
    .await?;
    for [id, members, component_or_first] in known.numbers()? {
        if let Ok(place) = ids.binary_search(&id) {
            let key = &mut touched[place];
            // A row has two members or more.
            if members > 0 {
                key.before = members;
                key.component = component_or_first;
                key.has_row = true;
            } else {
                key.before += 1;
                key.first = Some(component_or_first);
            }
        }
    }

    members.execute(connection).await?;
    let joins = |key: &Touched| joins(model, key.kind, key.count(), key.damped);
    let shared: Vec<&Touched> = touched.iter().filter(|key| key.count() > 1).collect();
    let mut pairing: Vec<i64> = shared
        .iter()
        .filter(|key| pairs(model, key.kind, key.count(), key.damped))
        .map(|key| key.id)
        .collect();
    // A new fact may be the second one beside a key that was there.
    pairing.extend(ties::pairing_keys(connection, grown, model).await?);
    pairing.sort_unstable();
    pairing.dedup();
    if shared.is_empty() && pairing.is_empty() {
        return Ok(());
    }
    let fresh: BTreeSet<i64> = touched
        .iter()
        .flat_map(Touched::fresh)
        .chain(grown.iter().copied())
        .collect();
    let counted = |id| {
        let place = ids.binary_search(&id).ok()?;
        Some(touched[place].count())
    };
    let tied = ties::of(connection, &pairing, &fresh, counted, model).await?;
    let mut components = Components::default();
    let older: Vec<i64> = shared
        .iter()
        .filter(|key| joins(key))
        .filter_map(|key| key.first)
        .chain(grown.iter().copied())
        .chain(tied.iter().flat_map(|(a, b)| [*a, *b]))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let older_components = components_of(connection, &older, model).await?;
    let mut of_record: HashMap<i64, i64> = HashMap::new();
    let mut of_key: HashMap<i64, i64> = HashMap::new();
    for seq in grown {
        for component in older_components.get(seq).into_iter().flatten() {
            let known = components.known(*component);
            let joined = of_record
                .get(seq)
                .map_or(known, |other| components.join(*other, known));
            of_record.insert(*seq, joined);
        }
    }
    for key in &shared {
        if !joins(key) {
            continue;
        }
        // All of these are one component from now on.
        let mut root = if key.component == 0 {
            None
        } else {
            Some(components.known(key.component))
        };
        if let Some(first) = key.first {
            for component in older_components.get(&first).into_iter().flatten() {
                let known = components.known(*component);
                root = Some(root.map_or(known, |root| components.join(root, known)));
            }
            if let Some(other) = of_record.get(&first) {
                root = Some(root.map_or(*other, |root| components.join(root, *other)));
            }
        }
        for seq in key.fresh() {
            if let Some(other) = of_record.get(&seq) {
                root = Some(root.map_or(*other, |root| components.join(root, *other)));
            }
        }
        // A new component is named by the key that made it; 0 is "none".
        let root = root.unwrap_or_else(|| components.made(if key.id == 0 { 1 } else { key.id }));
        for seq in key.fresh().chain(key.first) {
            of_record.insert(seq, root);
        }
        of_key.insert(key.id, root);
    }
    let mut of_tied: BTreeMap<i64, i64> = BTreeMap::new();
    for (a, b) in tied {
        let mut root = None;
        for seq in [a, b] {
            let lies = older_components.get(&seq).into_iter().flatten();
            let stored: Vec<i64> = lies.map(|id| components.known(*id)).collect();
            for other in stored.into_iter().chain(of_record.get(&seq).copied()) {
                root = Some(root.map_or(other, |root| components.join(root, other)));
            }
        }
        let root = root.unwrap_or_else(|| components.made(name_of_tie(a)));
        for seq in [a, b] {
            of_record.insert(seq, root);
            of_tied.insert(seq, root);
        }
    }
    components
        .write(connection, &of_key, &of_tied, &shared, joins)
        .await?;
    let capped: Vec<i64> = shared
        .iter()
        .filter(|key| key.component != 0 && !joins(key))
        .map(|key| key.id)
        .collect();
    if !capped.is_empty() {
        let holders = holders_of(connection, &capped).await?;
        series::settle(connection, &holders, model).await?;
    }
    mark_reweighted(connection, &shared, model).await
}

/// The name of a component that a tie makes: no other has it, as names of components are keys, which are hashes.
fn name_of_tie(seq: i64) -> i64 {
    // The step of SplitMix64 (Steele, Lea, Flood 2014), a bijection.
    let mut hash = (seq as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    match (hash ^ (hash >> 31)) as i64 {
        0 => 1,
        name => name,
    }
}

/// A weak key's weight changes a few times in its life (at powers of two, and at its cap): then every component of
/// which two records hold it is clustered again; where one does, it is no evidence for any two. A key that joins has all
/// its holders in one component, which is marked already.
async fn mark_reweighted(
    connection: &mut AnyConnection,
    shared: &[&Touched],
    model: &Model,
) -> Result<(), StoreError> {
    let reweighted: Vec<i64> = shared
        .iter()
        .filter(|key| {
            key.before > 1
                && !joins(model, key.kind, key.count(), key.damped)
                && bits(model, key.kind, key.before, key.damped)
                    != bits(model, key.kind, key.count(), key.damped)
        })
        .map(|key| key.id)
        .collect();
    if reweighted.is_empty() {
        return Ok(());
    }
    let held = holdings(connection, &reweighted).await?;
    let mut holders: Vec<i64> = held.iter().map(|[_, seq]| *seq).collect();
    holders.sort_unstable();
    holders.dedup();
    let lies = components_of(connection, &holders, model).await?;
    let mut counts: HashMap<(i64, i64), usize> = HashMap::new();
    for [key, seq] in held {
        for component in lies.get(&seq).into_iter().flatten() {
            *counts.entry((key, *component)).or_default() += 1;
        }
    }
    let shared = counts.into_iter().filter(|(_, count)| *count > 1);
    mark(connection, shared.map(|((_, component), _)| component)).await
}

/// The submissions that hold one of these keys, in order.
pub(super) async fn holders_of(
    connection: &mut AnyConnection,
    keys: &[i64],
) -> Result<Vec<i64>, StoreError> {
    let held = holdings(connection, keys).await?;
    let holders: BTreeSet<i64> = held.into_iter().map(|[_, seq]| seq).collect();
    Ok(holders.into_iter().collect())
}

/// Keys, each with a submission that holds it.
pub(super) async fn holdings(
    connection: &mut AnyConnection,
    keys: &[i64],
) -> Result<Vec<[i64; 2]>, StoreError> {
    sql::packed(
        connection,
        ["member.key", "member.seq"],
        "JOIN member ON member.key = wanted.value",
        keys,
    )
    .await?
    .numbers()
}

/// Has the components that records lie in clustered again.
pub(super) async fn mark_components_of(
    connection: &mut AnyConnection,
    records: &[i64],
    model: &Model,
) -> Result<(), StoreError> {
    let lies = components_of(connection, records, model).await?;
    mark(connection, lies.into_values().flatten()).await
}

/// Has components clustered again.
async fn mark(
    connection: &mut AnyConnection,
    components: impl Iterator<Item = i64>,
) -> Result<(), StoreError> {
    let components: BTreeSet<i64> = components.collect();
    let components = components.into_iter().map(Param::from).collect();
    sql::run_in(
        connection,
        "UPDATE component SET dirty = 1 WHERE id",
        components,
    )
    .await?;
    Ok(())
}

/// The keys of records, as they are kept.
pub(super) async fn keys_of(
    connection: &mut AnyConnection,
    records: &[i64],
) -> Result<Vec<(i64, Vec<Key>)>, StoreError> {
    sql::packed(
        connection,
        ["docket.seq", "hex(docket.keys)"],
        "JOIN docket ON docket.seq = wanted.value",
        records,
    )
    .await?
    .rows()
    .map(|[seq, keys]| Ok((sql::whole(seq)?, unpack_keys(&sql::unhex(keys)?))))
    .collect()
}

/// The components that records lie in, through those of their keys that may lead, and through their ties.
pub(super) async fn components_of(
    connection: &mut AnyConnection,
    records: &[i64],
    model: &Model,
) -> Result<HashMap<i64, Vec<i64>>, StoreError> {
    let leading = |keys: Vec<Key>| {
        let keys = keys.into_iter().filter(|key| leads(model, key.kind));
        keys.map(|key| key.id).collect()
    };
    let leading: Vec<(i64, Vec<i64>)> = keys_of(connection, records)
        .await?
        .into_iter()
        .map(|(seq, keys)| (seq, leading(keys)))
        .collect();
    let mut all: Vec<i64> = leading.iter().flat_map(|(_, keys)| keys).copied().collect();
    all.sort_unstable();
    all.dedup();
    let component_of: HashMap<i64, i64> = sql::packed(
        connection,
        ["key.id", "key.component"],
        "JOIN key ON key.id = wanted.value WHERE key.component <> 0",
        &all,
    )
    .await?
    .numbers()?
    .into_iter()
    .map(|[id, component]| (id, component))
    .collect();
    let mut lies: HashMap<i64, BTreeSet<i64>> = leading
        .into_iter()
        .map(|(seq, keys)| {
            let components = keys.iter().filter_map(|key| component_of.get(key).copied());
            (seq, components.collect())
        })
        .collect();
    for [seq, component] in ties::components_of(connection, records).await? {
        lies.entry(seq).or_default().insert(component);
    }
    Ok(lies
        .into_iter()
        .map(|(seq, components)| (seq, components.into_iter().collect()))
        .collect())
}

/// Joins a component to another, which has its keys, ties and series from now on.
pub(super) async fn relabel(
    connection: &mut AnyConnection,
    from: i64,
    to: i64,
) -> Result<(), StoreError> {
    for text in [
        "UPDATE key SET component = $1 WHERE component <> 0 AND component = $2",
        "UPDATE tied SET component = $1 WHERE component = $2",
        "UPDATE series SET component = $1 WHERE component = $2",
    ] {
        sql::run(connection, text, params![to, from]).await?;
    }
    sql::run(
        connection,
        "DELETE FROM component WHERE id = $1",
        params![from],
    )
    .await?;
    Ok(())
}

/// Union-find over component ids; places in `ids` stand for components.
#[derive(Default)]
struct Components {
    ids: Vec<i64>,
    above: Vec<usize>,
    places: HashMap<i64, usize>,
    stored: HashSet<i64>,
}

impl Components {
    fn known(&mut self, id: i64) -> i64 {
        self.stored.insert(id);
        self.made(id)
    }

    fn made(&mut self, id: i64) -> i64 {
        if !self.places.contains_key(&id) {
            self.places.insert(id, self.ids.len());
            self.above.push(self.ids.len());
            self.ids.push(id);
        }
        id
    }

    fn root(&mut self, id: i64) -> i64 {
        let mut place = self.places[&id];
        while self.above[place] != place {
            self.above[place] = self.above[self.above[place]];
            place = self.above[place];
        }
        self.ids[place]
    }

    fn join(&mut self, a: i64, b: i64) -> i64 {
        let (a, b) = (self.root(a), self.root(b));
        // A stored component stays the root, so that fewer rows are relabelled; which of two stored
        // ones stays is settled by their sizes when they are written.
        let (root, leaf) = if self.stored.contains(&a) || !self.stored.contains(&b) {
            (a, b)
        } else {
            (b, a)
        };
        if root != leaf {
            let (root_place, leaf_place) = (self.places[&root], self.places[&leaf]);
            self.above[leaf_place] = root_place;
        }
        root
    }

    async fn write(
        mut self,
        connection: &mut AnyConnection,
        of_key: &HashMap<i64, i64>,
        of_tied: &BTreeMap<i64, i64>,
        shared: &[&Touched],
        joins: impl Fn(&Touched) -> bool,
    ) -> Result<(), StoreError> {
        let stored: Vec<i64> = self.stored.iter().copied().collect();
        let mut sizes: HashMap<i64, i64> = HashMap::new();
        let known = sql::packed(
            connection,
            ["component.id", "component.keys"],
            "JOIN component ON component.id = wanted.value",
            &stored,
        )
        .await?;
        for [id, keys] in known.numbers()? {
            sizes.insert(id, keys);
        }
        // The largest stored component of each set gives it its name.
        let mut groups: HashMap<i64, Vec<i64>> = HashMap::new();
        for id in self.ids.clone() {
            let root = self.root(id);
            groups.entry(root).or_default().push(id);
        }
        let mut name: HashMap<i64, i64> = HashMap::new();
        let mut size: HashMap<i64, i64> = HashMap::new();
        for (root, members) in &groups {
            let best = members
                .iter()
                .copied()
                .max_by_key(|id| (sizes.get(id).copied().unwrap_or(-1), std::cmp::Reverse(*id)))
                .unwrap_or(*root);
            name.insert(*root, best);
            for id in members
                .iter()
                .filter(|id| **id != best && self.stored.contains(id))
            {
                relabel(connection, *id, best).await?;
            }
            let total: i64 = members.iter().filter_map(|id| sizes.get(id)).sum();
            size.insert(best, total);
        }
        let mut keys = Vec::with_capacity(shared.len());
        let mut dirty: BTreeSet<i64> = BTreeSet::new();
        for key in shared {
            let component = match of_key.get(&key.id) {
                Some(component) => {
                    let root = self.root(*component);
                    name[&root]
                }
                // It has just passed its cap: its component must be looked at again without it.
                None if self.places.contains_key(&key.component) => {
                    let root = self.root(key.component);
                    name[&root]
                }
                None => key.component,
            };
            if component != 0 {
                dirty.insert(component);
                if !key.has_row {
                    *size.entry(component).or_insert(0) += 1;
                }
            }
            keys.push(params![
                key.id,
                i64::from(key.kind),
                key.count(),
                key.damped,
                if joins(key) { component } else { 0 }
            ]);
        }
        sql::insert(
            connection,
            "INSERT INTO key (id, kind, members, damped, component) VALUES",
            "ON CONFLICT (id) DO UPDATE SET members = excluded.members, component = excluded.component",
            keys,
        )
        .await?;
        let mut lies: BTreeMap<i64, i64> = BTreeMap::new();
        for (seq, component) in of_tied {
            let root = self.root(*component);
            dirty.insert(name[&root]);
            lies.insert(*seq, name[&root]);
        }
        // They are read as keys are, so they count as such.
        for component in ties::write(connection, lies).await? {
            *size.entry(component).or_insert(0) += 1;
        }
        let rows = dirty
            .iter()
            .map(|component| params![*component, size.get(component).copied().unwrap_or(0), 1])
            .collect();
        sql::insert(
            connection,
            "INSERT INTO component (id, keys, dirty) VALUES",
            "ON CONFLICT (id) DO UPDATE SET keys = CASE WHEN excluded.keys > component.keys THEN excluded.keys ELSE component.keys END, dirty = 1",
            rows,
        )
        .await?;
        Ok(())
    }
}
