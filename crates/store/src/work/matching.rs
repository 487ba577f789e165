//! What a submission matches: the count of each of its keys elsewhere, and the submissions that share
//! most evidence with it. Read at look-up time from the members; pairs are never stored.

use std::collections::{BTreeSet, HashMap};

use linkage::{KindIx, Model};

use super::{
    Sight, Work,
    apply::{Key, unpack_keys},
    sight,
};
use crate::{
    StoreError,
    sql::{self, params},
};

/// A key of a submission and how many submissions hold it.
#[derive(Clone, Copy, Debug)]
pub struct KeyCount {
    /// The key.
    pub key: Key,
    /// Submissions that hold it, this one included.
    pub members: i64,
    /// Evidence in bits that sharing it gives; 0 when damped or capped.
    pub bits: f64,
}

/// Another submission that shares keys.
#[derive(Clone, Debug)]
pub struct Matched {
    /// Place in the ledger.
    pub seq: i64,
    /// The keys both hold.
    pub shared: Vec<KeyCount>,
    /// Sum of the evidence before the per-group ceilings, in bits: the order of the list.
    pub bits: f64,
}

/// Members of one key that are looked at for a list of matches; series carry the rest.
const PER_KEY: i64 = 50;
/// Members of one key that are counted for an agent: what more hold says nothing of any of them.
pub const MOST_LOOKED_AT: i64 = 2000;

/// Kinds of keys, by the number the database keeps: append only, an entry's place never changes.
pub const KEY_KINDS: &[&str] = &[
    "iban",
    "btc",
    "eth",
    "phone",
    "email",
    "url",
    "domain",
    "registrable",
    "ipv4",
    "ipv6",
    "social",
    "text",
    "payee",
    "image",
    "copy",
    "mail_domain",
    "passage",
    "reference",
    "modus",
    "onion",
    "mac",
    "tron",
    "sol",
    "xmr",
    "ltc",
    "bch",
    "doge",
    "xrp",
    "ton",
    "tx",
    "payment",
    "gift_card",
    "listing",
    "siren",
    "vat",
    "tracking",
    "md5",
    "sha1",
    "sha256",
    "sha512",
    "authentihash",
    "ssdeep",
    "tlsh",
    "imphash",
    "analytics",
    "favicon",
    "cert_serial",
    "message_id",
    "lookalike",
    "payee_sound",
    "sum",
    "sum_in_days",
];

/// The number of a kind of key.
#[must_use]
pub fn key_kind(name: &str) -> Option<u8> {
    KEY_KINDS
        .iter()
        .position(|kind| *kind == name)
        .and_then(|place| u8::try_from(place).ok())
}

/// Bands of a narrative and traits of how it was done weigh between submissions that something stronger
/// brings together, and lead to none: they are kept with their submission and need no list of members.
const UNLISTED: [u8; 2] = [11, 18];
/// How many submissions count as holding a key whose members are not listed.
const UNLISTED_MEMBERS: i64 = 2;

/// Whether a kind has lists of members.
pub(super) fn listed(kind: u8) -> bool {
    !UNLISTED.contains(&kind)
}

/// How many count as holding a key of a kind without lists.
pub(super) fn unlisted_members(kind: u8) -> Option<i64> {
    (!listed(kind)).then_some(UNLISTED_MEMBERS)
}

/// The kind of the model that a stored kind stands for.
pub(super) fn model_kind(model: &Model, kind: u8) -> Option<KindIx> {
    model.kind(KEY_KINDS.get(usize::from(kind))?)
}

/// Whether sharing a key held by `members` brings submissions together.
pub(super) fn joins(model: &Model, kind: u8, members: i64, damped: bool) -> bool {
    members > 1
        && model_kind(model, kind)
            .is_some_and(|kind| model.joins(kind, members.max(0) as u64, damped))
}

/// Whether sharing a key of a kind may bring submissions together, however many hold it.
pub(super) fn leads(model: &Model, kind: u8) -> bool {
    joins(model, kind, 2, false)
}

/// Whether sharing a key held by `members` and a second fact brings submissions together.
pub(super) fn pairs(model: &Model, kind: u8, members: i64, damped: bool) -> bool {
    members > 1
        && model_kind(model, kind)
            .is_some_and(|kind| model.pairs(kind, members.max(0) as u64, damped))
}

/// Whether a key held by `members` is a second fact.
pub(super) fn seconds(model: &Model, kind: u8, members: i64) -> bool {
    model_kind(model, kind).is_some_and(|kind| model.seconds(kind, members.max(0) as u64, false))
}

/// Evidence that sharing a key held by `members` gives, in bits.
pub(super) fn bits(model: &Model, kind: u8, members: i64, damped: bool) -> f64 {
    model_kind(model, kind).map_or(0.0, |kind| {
        model.weight(kind, members.max(0) as u64, damped).bits
    })
}

impl Work {
    /// The keys of a submission with their counts.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn keys(&self, seq: i64, model: &Model) -> Result<Vec<KeyCount>, StoreError> {
        let mut connection = self.reading().await?;
        let Some(row) = sql::row(
            &mut connection,
            "SELECT keys FROM docket WHERE seq = $1",
            params![seq],
        )
        .await?
        else {
            return Ok(Vec::new());
        };
        let keys = unpack_keys(&sql::bytes(&row, 0)?);
        let ids: Vec<i64> = keys.iter().map(|key| key.id).collect();
        let mut members: HashMap<i64, i64> = HashMap::new();
        for row in sql::select_in(
            &mut connection,
            "SELECT id, members FROM key WHERE id",
            "",
            &ids,
        )
        .await?
        {
            members.insert(sql::int(&row, 0)?, sql::int(&row, 1)?);
        }
        Ok(keys
            .into_iter()
            .filter(|key| listed(key.kind))
            .map(|key| {
                let members = members.get(&key.id).copied().unwrap_or(1);
                KeyCount {
                    key,
                    members,
                    bits: if members > 1 {
                        bits(model, key.kind, members, key.damped)
                    } else {
                        0.0
                    },
                }
            })
            .collect())
    }

    /// Which of the keys of a submission stand in the parts that are shown; none where all of it is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn keys_shown(
        &self,
        seq: i64,
        sight: &Sight,
    ) -> Result<Option<BTreeSet<i64>>, StoreError> {
        let mut connection = self.reading().await?;
        let mut shown = sight::keys_shown(&mut connection, [seq].into_iter(), sight).await?;
        Ok(shown.remove(&seq))
    }

    /// The submissions that share most evidence with this one and are seen, best first, at most `most`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn matches(
        &self,
        seq: i64,
        keys: &[KeyCount],
        most: usize,
        sight: &Sight,
    ) -> Result<Vec<Matched>, StoreError> {
        let mut connection = self.reading().await?;
        let telling = keys.iter().filter(|count| count.bits > 0.0);
        let by_id: HashMap<i64, &KeyCount> = telling.map(|count| (count.key.id, count)).collect();
        let wanted = sql::list(by_id.keys().copied());
        let mut values = params![wanted, seq, PER_KEY];
        let seen = sight.condition_on_key("docket", "wanted.value", &mut values);
        let text = format!(
            "SELECT wanted.value, (SELECT string_agg(holder.seq, ' ') FROM (SELECT member.seq FROM member JOIN docket ON docket.seq = member.seq WHERE member.key = wanted.value AND member.seq <> $2 AND {seen} ORDER BY member.seq DESC LIMIT $3) AS holder) FROM json_each($1) AS wanted"
        );
        let mut found: HashMap<i64, Matched> = HashMap::new();
        for row in sql::rows(&mut connection, &text, values).await? {
            let Some(count) = by_id.get(&sql::int(&row, 0)?) else {
                continue;
            };
            let holders = sql::text_or_none(&row, 1)?.unwrap_or_default();
            for other in holders.split_ascii_whitespace() {
                let other = sql::whole(other)?;
                let matched = found.entry(other).or_insert_with(|| Matched {
                    seq: other,
                    shared: Vec::new(),
                    bits: 0.0,
                });
                matched.shared.push(**count);
            }
        }
        for matched in found.values_mut() {
            // In the order of the submission's own keys, whatever order the database found them in.
            matched
                .shared
                .sort_by_key(|shared| keys.iter().position(|count| count.key.id == shared.key.id));
            matched.bits = matched.shared.iter().map(|count| count.bits).sum();
        }
        let mut matches: Vec<Matched> = found.into_values().collect();
        matches.sort_by(|a, b| b.bits.total_cmp(&a.bits).then(b.seq.cmp(&a.seq)));
        matches.truncate(most);
        Ok(matches)
    }

    /// The submissions that hold a key and are seen, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn holders(
        &self,
        key: i64,
        before: Option<i64>,
        most: i64,
        sight: &Sight,
    ) -> Result<Vec<i64>, StoreError> {
        let mut connection = self.reading().await?;
        let mut values = params![key, before.unwrap_or(i64::MAX), most];
        let seen = sight.condition_on_key("docket", "$1", &mut values);
        let text = format!(
            "SELECT member.seq FROM member JOIN docket ON docket.seq = member.seq WHERE member.key = $1 AND member.seq < $2 AND {seen} ORDER BY member.seq DESC LIMIT $3"
        );
        sql::rows(&mut connection, &text, values)
            .await?
            .iter()
            .map(|row| Ok(sql::int(row, 0)?))
            .collect()
    }

    /// How many submissions that are seen hold each of some keys, among the newest [`MOST_LOOKED_AT`] that hold it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn seen_holders(
        &self,
        keys: &[i64],
        sight: &Sight,
    ) -> Result<HashMap<i64, i64>, StoreError> {
        let mut connection = self.reading().await?;
        let wanted = sql::list(keys.iter().copied());
        let mut values = params![wanted, MOST_LOOKED_AT];
        let seen = sight.condition_on_key("docket", "wanted.value", &mut values);
        let from = format!(
            "(SELECT wanted.value AS id, (SELECT COUNT(*) FROM (SELECT seq FROM member WHERE key = wanted.value ORDER BY seq DESC LIMIT $2) AS holder JOIN docket ON docket.seq = holder.seq WHERE {seen}) AS members FROM json_each($1) AS wanted) AS held"
        );
        let found = sql::gathered(&mut connection, ["id", "members"], &from, values).await?;
        let counts = found
            .numbers()?
            .into_iter()
            .map(|[id, members]| (id, members))
            .collect();
        Ok(counts)
    }

    /// How many submissions hold a key, whoever has them: a figure, not for an agent's eyes.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn held(&self, key: i64) -> Result<i64, StoreError> {
        let mut connection = self.reading().await?;
        if let Some(row) = sql::row(
            &mut connection,
            "SELECT members FROM key WHERE id = $1",
            params![key],
        )
        .await?
        {
            return Ok(sql::int(&row, 0)?);
        }
        let row = sql::row(
            &mut connection,
            "SELECT COUNT(*) FROM member WHERE key = $1",
            params![key],
        )
        .await?;
        Ok(row.map_or(Ok(0), |row| sql::int(&row, 0))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unlisted_kinds_are_the_bands_of_a_text_and_the_modus() {
        assert_eq!(["text", "modus"].map(key_kind), UNLISTED.map(Some));
        assert!(KEY_KINDS.len() < 128, "the eighth bit says damped");
    }
}
