//! Values that honest people share: banks' sites, shorteners, public resolvers, numbers for fiction.
//!
//! Reads the warning lists of MISP. A value on one is no indicator by itself; which list it is on says
//! what to make of that, so the answer is the list's name and nothing is removed here.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    net::IpAddr,
    sync::Arc,
};

use aho_corasick::{AhoCorasick, MatchKind};
use regex::RegexSet;
use url::Url;

use crate::{Kind, Observable};

/// The name that a list was given when it was loaded.
///
/// ```
/// use observables::{Kind, ListName, Observable, WarningLists};
///
/// let list = r#"{"type": "string", "matching_attributes": ["domain"], "list": ["banque.example"]}"#;
/// let lists = WarningLists::from_misp_json([("banques", list)]).unwrap();
/// let domain = Observable::parse(Kind::Domain, "banque.example").unwrap();
/// let name: Option<ListName> = lists.check(&domain).cloned();
/// assert_eq!(name.as_deref(), Some("banques"));
/// ```
pub type ListName = Arc<str>;

/// Why a warning list could not be read.
///
/// ```
/// use observables::WarningLists;
///
/// let list = r#"{"type": "cidr", "matching_attributes": ["ip-src"], "list": ["192.0.2.0/33"]}"#;
/// let error = WarningLists::from_misp_json([("réseaux", list)]).unwrap_err();
/// assert_eq!(error.to_string(), "warning list réseaux: \"192.0.2.0/33\" is no network");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WarningListError {
    /// The file is not JSON.
    #[error("warning list {name}: not JSON")]
    Json {
        /// The list.
        name: String,
        /// Where it goes wrong.
        #[source]
        source: serde_json::Error,
    },
    /// A field is missing or has another form.
    #[error("warning list {name}: field {field} is missing or has another form")]
    Field {
        /// The list.
        name: String,
        /// The field.
        field: &'static str,
    },
    /// The list's type is none of `string`, `substring`, `hostname`, `cidr`, `regex`.
    #[error("warning list {name}: unknown type {found:?}")]
    Type {
        /// The list.
        name: String,
        /// Its type.
        found: String,
    },
    /// An entry of a `cidr` list is no network.
    #[error("warning list {name}: {entry:?} is no network")]
    Network {
        /// The list.
        name: String,
        /// The entry.
        entry: String,
    },
    /// The entries of a `regex` or `substring` list cannot be matched.
    #[error("warning list {name}: {reason}")]
    Pattern {
        /// The list.
        name: String,
        /// What the engine says.
        reason: String,
    },
    /// More lists than can be numbered.
    #[error("more than 65,535 warning lists")]
    TooMany,
}

/// Warning lists, ready to be asked.
///
/// ```
/// use observables::{WarningLists, extract};
///
/// let list = r#"{"type": "cidr", "matching_attributes": ["ip-src", "ip-dst"], "list": ["192.0.2.0/24"]}"#;
/// let lists = WarningLists::from_misp_json([("résolveurs publics", list)])?;
/// let hits = extract("de 192.0.2.53 vers 198.51.100.7").hits;
/// let kept: Vec<_> = hits.iter().filter(|hit| lists.check(&hit.observable()).is_none()).collect();
/// assert_eq!(kept[0].canonical, "198.51.100.7");
/// # Ok::<(), observables::WarningListError>(())
/// ```
#[derive(Debug, Default)]
pub struct WarningLists {
    lists: Vec<List>,
    /// Whole values, lower case.
    strings: Table,
    /// Hosts that match themselves and what lies under them.
    hosts: Table,
    /// Disjoint ranges in order, each with the most specific networks' lists.
    v4: Vec<Segment>,
    v6: Vec<Segment>,
    substrings: Vec<(u16, AhoCorasick)>,
    patterns: Vec<(u16, RegexSet)>,
    /// Hosts of the lists of names that people write by hand, and each of them with one letter left
    /// out, to the hosts so written (SymSpell's deletions).
    written: HashMap<Box<str>, Vec<Box<str>>, BuildHasherDefault<Fnv>>,
}

#[derive(Debug)]
struct List {
    name: ListName,
    /// A bit per kind that the list speaks of.
    kinds: u64,
}

type Table = HashMap<Box<str>, Vec<u16>, BuildHasherDefault<Fnv>>;

#[derive(Debug)]
struct Segment {
    first: u128,
    last: u128,
    lists: Vec<u16>,
}

impl WarningLists {
    /// Reads lists in MISP's JSON, each given as its name and text. The first given has precedence.
    ///
    /// ```
    /// use observables::{Kind, Observable, WarningLists};
    ///
    /// let list = r#"{"type": "hostname", "matching_attributes": ["domain", "url"], "list": ["banque.example"]}"#;
    /// let lists = WarningLists::from_misp_json([("banques", list)])?;
    /// let url = Observable::parse(Kind::Url, "https://www.banque.example/a").unwrap();
    /// assert_eq!(lists.check(&url).map(|name| &**name), Some("banques"));
    /// # Ok::<(), observables::WarningListError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Names the list and what is wrong with it.
    pub fn from_misp_json<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<WarningLists, WarningListError> {
        let mut lists = WarningLists::default();
        let mut networks = Vec::new();
        for (name, text) in files {
            lists.add(name, text, &mut networks)?;
        }
        let (v4, v6): (Vec<_>, Vec<_>) = networks.into_iter().partition(|network| network.v4);
        lists.v4 = segments(v4);
        lists.v6 = segments(v6);
        Ok(lists)
    }

    fn add(
        &mut self,
        name: &str,
        text: &str,
        networks: &mut Vec<Network>,
    ) -> Result<(), WarningListError> {
        let json: serde_json::Value =
            serde_json::from_str(text).map_err(|source| WarningListError::Json {
                name: name.to_owned(),
                source,
            })?;
        let field = |field: &'static str| WarningListError::Field {
            name: name.to_owned(),
            field,
        };
        let strings = |key: &'static str| -> Result<Vec<&str>, WarningListError> {
            let values = json
                .get(key)
                .and_then(|value| value.as_array())
                .ok_or_else(|| field(key))?;
            values
                .iter()
                .map(|value| value.as_str().ok_or_else(|| field(key)))
                .collect()
        };
        let list_type = json
            .get("type")
            .and_then(|value| value.as_str())
            .ok_or_else(|| field("type"))?;
        let kinds = strings("matching_attributes")?
            .iter()
            .fold(0, |kinds, attribute| kinds | kinds_of(attribute));
        let entries = strings("list")?;
        let id = u16::try_from(self.lists.len()).map_err(|_| WarningListError::TooMany)?;
        self.lists.push(List {
            name: name.into(),
            kinds,
        });

        let pattern = |reason: String| WarningListError::Pattern {
            name: name.to_owned(),
            reason,
        };
        match list_type {
            "string" => entries
                .iter()
                .for_each(|entry| insert(&mut self.strings, entry, id)),
            "hostname" => {
                let by_hand = json
                    .get("written_by_hand")
                    .and_then(|value| value.as_bool());
                for entry in entries.iter().map(|entry| entry.trim_start_matches('.')) {
                    insert(&mut self.hosts, entry, id);
                    if by_hand == Some(true) {
                        self.insert_written(entry);
                    }
                }
            }
            "cidr" => {
                for entry in entries {
                    let network =
                        Network::parse(entry, id).ok_or_else(|| WarningListError::Network {
                            name: name.to_owned(),
                            entry: entry.to_owned(),
                        })?;
                    networks.push(network);
                }
            }
            "substring" => {
                // Nearly all are host names, of which "t.me" inside "at.me" is no match.
                let (hosts, others): (Vec<&str>, Vec<&str>) = entries
                    .into_iter()
                    .partition(|entry| crate::web::domain(entry.trim_start_matches('.')).is_ok());
                hosts
                    .iter()
                    .for_each(|entry| insert(&mut self.hosts, entry.trim_start_matches('.'), id));
                if !others.is_empty() {
                    let automaton = AhoCorasick::builder()
                        .ascii_case_insensitive(true)
                        .match_kind(MatchKind::Standard)
                        .build(others.iter().filter(|entry| !entry.is_empty()))
                        .map_err(|error| pattern(error.to_string()))?;
                    self.substrings.push((id, automaton));
                }
            }
            "regex" => {
                let patterns: Vec<String> = entries.iter().map(|entry| from_pcre(entry)).collect();
                let set = RegexSet::new(patterns).map_err(|error| pattern(error.to_string()))?;
                self.patterns.push((id, set));
            }
            other => {
                return Err(WarningListError::Type {
                    name: name.to_owned(),
                    found: other.to_owned(),
                });
            }
        }
        Ok(())
    }

    /// The list that an observable is on, if any: the most specific entry's, and of equal ones the
    /// list that was given first.
    ///
    /// ```
    /// use observables::{Kind, Observable, WarningLists};
    ///
    /// let list = r#"{"type": "hostname", "matching_attributes": ["domain"], "list": ["banque.example"]}"#;
    /// let lists = WarningLists::from_misp_json([("banques", list)]).unwrap();
    /// let on = |name| lists.check(&Observable::parse(Kind::Domain, name).unwrap()).is_some();
    /// assert!(on("www.banque.example") && !on("fausse-banque.example"));
    /// ```
    pub fn check(&self, observable: &Observable) -> Option<&ListName> {
        let kind = observable.kind();
        let value = observable.canonical();
        let wanted = 1u64 << kind as u64;
        let pick = |ids: &Vec<u16>| {
            ids.iter()
                .map(|id| &self.lists[usize::from(*id)])
                .find(|list| list.kinds & wanted != 0)
                .map(|list| &list.name)
        };
        if let Some(name) = self.strings.get(value).and_then(pick) {
            return Some(name);
        }
        match kind {
            Kind::Ipv4 | Kind::Ipv6 => {
                if let Some(name) = value
                    .parse()
                    .ok()
                    .and_then(|address| self.segment(address))
                    .and_then(pick)
                {
                    return Some(name);
                }
            }
            Kind::Domain => {
                if let Some(name) = self.host(value, pick) {
                    return Some(name);
                }
            }
            Kind::Email => {
                if let Some(name) = value
                    .rsplit_once('@')
                    .and_then(|(_, host)| self.host(host, pick))
                {
                    return Some(name);
                }
            }
            Kind::Url => {
                let host = host_of(value);
                if let Some(name) = self
                    .strings
                    .get(host)
                    .and_then(pick)
                    .or_else(|| self.host(host, pick))
                {
                    return Some(name);
                }
            }
            _ => {}
        }
        let speaks = |id: &u16| self.lists[usize::from(*id)].kinds & wanted != 0;
        let by_substring = self
            .substrings
            .iter()
            .filter(|(id, _)| speaks(id))
            .find(|(_, automaton)| automaton.is_match(value));
        let found = by_substring.map(|(id, _)| id).or_else(|| {
            let by_pattern = self
                .patterns
                .iter()
                .filter(|(id, _)| speaks(id))
                .find(|(_, set)| set.is_match(value));
            by_pattern.map(|(id, _)| id)
        });
        found.map(|id| &self.lists[usize::from(*id)].name)
    }

    fn insert_written(&mut self, entry: &str) {
        if entry.len() < SHORTEST_WRITTEN {
            return;
        }
        for written in deletions(entry).chain([entry.to_owned()]) {
            let hosts = self.written.entry(written.into()).or_default();
            if !hosts.iter().any(|host| **host == *entry) {
                hosts.push(entry.into());
            }
        }
    }

    /// The name that a domain is one slip of the hand from (a letter too many, too few, another or two
    /// changed round), when it is itself on no list: `paypal.om`, `service-pubilc.fr`.
    ///
    /// Only of lists that say `"written_by_hand": true`, and of names of eight letters or more. Whether it
    /// was a slip or a lure, the domain alone cannot tell: that is for where it stood.
    ///
    /// ```
    /// use observables::{Kind, Observable, WarningLists};
    ///
    /// let list = r#"{"type": "hostname", "matching_attributes": ["domain"], "written_by_hand": true,
    ///     "list": ["commerce.example"]}"#;
    /// let lists = WarningLists::from_misp_json([("commerces", list)]).unwrap();
    /// let domain = |name| Observable::parse(Kind::Domain, name).unwrap();
    /// assert_eq!(lists.one_slip_from(&domain("comerce.example")), Some("commerce.example"));
    /// assert_eq!(lists.one_slip_from(&domain("commerce-paiement.example")), None);
    /// ```
    pub fn one_slip_from(&self, observable: &Observable) -> Option<&str> {
        if observable.kind() != Kind::Domain || self.check(observable).is_some() {
            return None;
        }
        let name = observable.canonical();
        let name = name.strip_prefix("www.").unwrap_or(name);
        let candidates = std::iter::once(name.to_owned()).chain(deletions(name));
        candidates
            .filter_map(|written| self.written.get(written.as_str()))
            .flatten()
            .find(|host| is_one_slip(name, host))
            .map(|host| &**host)
    }

    /// The nearest of a host and the names above it.
    fn host<'a>(
        &'a self,
        host: &str,
        pick: impl Fn(&'a Vec<u16>) -> Option<&'a ListName>,
    ) -> Option<&'a ListName> {
        let mut rest = host;
        loop {
            if let Some(name) = self.hosts.get(rest).and_then(&pick) {
                return Some(name);
            }
            rest = &rest[rest.find('.')? + 1..];
        }
    }

    fn segment(&self, address: IpAddr) -> Option<&Vec<u16>> {
        let (segments, address) = match address {
            IpAddr::V4(address) => (&self.v4, u128::from(u32::from(address))),
            IpAddr::V6(address) => (&self.v6, u128::from(address)),
        };
        let after = segments.partition_point(|segment| segment.first <= address);
        let segment = &segments[after.checked_sub(1)?];
        (address <= segment.last).then_some(&segment.lists)
    }
}

/// Below this a slip of one letter is another name as often as not.
const SHORTEST_WRITTEN: usize = 8;

/// A text with each of its letters left out in turn.
fn deletions(text: &str) -> impl Iterator<Item = String> {
    text.char_indices().map(|(at, letter)| {
        let mut shorter = String::with_capacity(text.len());
        shorter.push_str(&text[..at]);
        shorter.push_str(&text[at + letter.len_utf8()..]);
        shorter
    })
}

/// Whether two texts that differ are at a Damerau-Levenshtein distance of one.
fn is_one_slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let same = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same..], &b[same..]);
    match a.len() as isize - b.len() as isize {
        0 => {
            let swapped = a.len() > 1 && a[0] == b[1] && a[1] == b[0] && a[2..] == b[2..];
            !a.is_empty() && (a[1..] == b[1..] || swapped)
        }
        1 => a[1..] == *b,
        -1 => *a == b[1..],
        _ => false,
    }
}

fn insert(table: &mut Table, entry: &str, id: u16) {
    let ids = table
        .entry(entry.trim().to_lowercase().into_boxed_str())
        .or_default();
    if ids.last() != Some(&id) {
        ids.push(id);
    }
}

/// The host of a canonical URL, without parsing it again.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    debug_assert!(Url::parse(url).is_ok(), "only canonical URLs come here");
    match host.rfind(':') {
        Some(colon) if !host.ends_with(']') => &host[..colon],
        _ => host,
    }
}

/// The kinds, as bits, that an attribute type of MISP stands for.
fn kinds_of(attribute: &str) -> u64 {
    let kinds: &[Kind] = match attribute {
        "url" | "uri" | "link" => &[Kind::Url],
        "domain" | "hostname" => &[Kind::Domain],
        "ip-src" | "ip-dst" => &[Kind::Ipv4, Kind::Ipv6],
        "domain|ip" => &[Kind::Domain, Kind::Ipv4, Kind::Ipv6],
        "email" | "email-src" | "email-dst" | "target-email" | "whois-registrant-email" => {
            &[Kind::Email]
        }
        "phone-number" | "whois-registrant-phone" => &[Kind::Phone],
        "iban" => &[Kind::Iban],
        "btc" => &[Kind::Btc],
        _ => &[],
    };
    kinds.iter().fold(0, |bits, kind| bits | 1 << *kind as u64)
}

/// `/pattern/flags` as our engine writes it. Anchored, since ours are whole values: unanchored, a
/// number for fiction would be found inside other numbers.
fn from_pcre(entry: &str) -> String {
    let (pattern, flags) = match entry
        .strip_prefix('/')
        .and_then(|rest| rest.rsplit_once('/'))
    {
        Some((pattern, flags)) => (pattern, flags),
        None => (entry, ""),
    };
    let case = if flags.contains('i') { "(?i)" } else { "" };
    format!("{case}^(?:{pattern})$")
}

struct Network {
    v4: bool,
    first: u128,
    last: u128,
    id: u16,
}

impl Network {
    fn parse(entry: &str, id: u16) -> Option<Network> {
        let (address, length) = match entry.trim().split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (entry.trim(), None),
        };
        let (v4, bits, value) = match address.parse().ok()? {
            IpAddr::V4(address) => (true, u32::BITS, u128::from(address.to_bits())),
            IpAddr::V6(address) => (false, u128::BITS, address.to_bits()),
        };
        let free = bits.checked_sub(length.unwrap_or(bits))?;
        let hosts = if free == 128 {
            u128::MAX
        } else {
            (1u128 << free) - 1
        };
        Some(Network {
            v4,
            first: value & !hosts,
            last: value | hosts,
            id,
        })
    }
}

/// Cuts networks, which lie in one another or apart, into disjoint ranges. Each carries the lists of
/// its innermost network first.
fn segments(mut networks: Vec<Network>) -> Vec<Segment> {
    networks.sort_by_key(|network| (network.first, std::cmp::Reverse(network.last), network.id));
    let mut done: Vec<Segment> = Vec::new();
    let mut open: Vec<Network> = Vec::new();
    let mut from = 0u128;
    let close = |open: &[Network], from: u128, last: u128, done: &mut Vec<Segment>| {
        if !open.is_empty() && from <= last {
            // Equal networks stand beside one another in the order of their lists, which is kept.
            let same = |a: &Network, b: &Network| (a.first, a.last) == (b.first, b.last);
            let mut lists: Vec<u16> = Vec::new();
            for network in open.chunk_by(same).rev().flatten() {
                if !lists.contains(&network.id) {
                    lists.push(network.id);
                }
            }
            done.push(Segment {
                first: from,
                last,
                lists,
            });
        }
    };
    for network in networks {
        while let Some(top) = open.last().filter(|top| top.last < network.first) {
            let last = top.last;
            close(&open, from, last, &mut done);
            open.pop();
            from = last.saturating_add(1).max(from);
        }
        if let Some(before) = network.first.checked_sub(1) {
            close(&open, from, before, &mut done);
        }
        from = network.first;
        open.push(network);
    }
    while let Some(top) = open.last() {
        let last = top.last;
        close(&open, from, last, &mut done);
        open.pop();
        from = last.saturating_add(1).max(from);
    }
    done
}

/// FNV-1a. The tables are filled by the operator and only read with what strangers send, so that
/// nobody can make them collide.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn list(list_type: &str, attributes: &[&str], entries: &[&str]) -> String {
        serde_json::json!({"type": list_type, "matching_attributes": attributes, "list": entries})
            .to_string()
    }

    fn check(lists: &[(&str, String)], kind: Kind, raw: &str, expected: Option<&str>) {
        let lists =
            WarningLists::from_misp_json(lists.iter().map(|(name, text)| (*name, text.as_str())))
                .unwrap();
        let observable = Observable::parse(kind, raw).unwrap();
        assert_eq!(
            lists.check(&observable).map(|name| &**name),
            expected,
            "{raw}"
        );
    }

    #[test]
    fn hosts_match_what_lies_under_them() {
        let lists = [
            (
                "sites",
                list("hostname", &["domain", "url"], &[".banque.example"]),
            ),
            (
                "jetables",
                list("substring", &["email-src"], &["jetable.example", "%"]),
            ),
        ];
        check(&lists, Kind::Domain, "banque.example", Some("sites"));
        check(&lists, Kind::Domain, "www.Banque.example", Some("sites"));
        check(
            &lists,
            Kind::Url,
            "https://user@www.banque.example:8080/a",
            Some("sites"),
        );
        check(&lists, Kind::Domain, "fausse-banque.example", None);
        check(&lists, Kind::Email, "a@banque.example", None);
        check(&lists, Kind::Email, "a@jetable.example", Some("jetables"));
        check(&lists, Kind::Email, "a@pasjetable.example", None);
        check(&lists, Kind::Email, "a%b@asso.example", Some("jetables"));
        check(&lists, Kind::Domain, "jetable.example", None);
    }

    #[test]
    fn a_slip_of_the_hand_is_told() {
        let list = serde_json::json!({
            "type": "hostname", "matching_attributes": ["domain"], "written_by_hand": true,
            "list": ["commerce.example", "service-public.example", "ab.fr"],
        })
        .to_string();
        let other = serde_json::json!({
            "type": "hostname", "matching_attributes": ["domain"], "list": ["entrepots.example"],
        })
        .to_string();
        let lists = WarningLists::from_misp_json([("noms", &*list), ("autres", &*other)]).unwrap();
        let check = |raw: &str, expected: Option<&str>| {
            let domain = Observable::parse(Kind::Domain, raw).unwrap();
            assert_eq!(lists.one_slip_from(&domain), expected, "{raw}");
        };
        check("comerce.example", Some("commerce.example"));
        check("commmerce.example", Some("commerce.example"));
        check("commerxe.example", Some("commerce.example"));
        check("cmomerce.example", Some("commerce.example"));
        check("www.commerces.example", Some("commerce.example"));
        check("ervice-public.example", Some("service-public.example"));
        // On the list itself, two slips, something added, too short, or of another list.
        check("commerce.example", None);
        check("www.commerce.example", None);
        check("cmmmerce.example", Some("commerce.example"));
        check("cmmerxe.example", None);
        check("commerce-paiement.example", None);
        check("ac.fr", None);
        check("entrepot.example", None);
    }

    proptest::proptest! {
        #[test]
        fn one_slip_is_the_distance_of_one(a in "[abc]{0,6}", b in "[abc]{0,6}") {
            let mut within: std::collections::HashSet<String> = deletions(&a).collect();
            let letters: Vec<char> = a.chars().collect();
            for at in 0..=letters.len() {
                for letter in ['a', 'b', 'c'] {
                    let mut longer = letters.clone();
                    longer.insert(at, letter);
                    within.insert(longer.into_iter().collect());
                    if at < letters.len() {
                        let mut other = letters.clone();
                        other[at] = letter;
                        within.insert(other.into_iter().collect());
                    }
                }
                if at + 1 < letters.len() {
                    let mut turned = letters.clone();
                    turned.swap(at, at + 1);
                    within.insert(turned.into_iter().collect());
                }
            }
            within.remove(&a);
            proptest::prop_assert_eq!(is_one_slip(&a, &b), within.contains(&b));
        }
    }

    #[test]
    fn the_innermost_network_answers() {
        let ip = ["ip-src", "ip-dst"];
        let lists = [
            ("large", list("cidr", &ip, &["192.0.0.0/16", "0.0.0.0/0"])),
            (
                "small",
                list("cidr", &ip, &["192.0.2.0/24", "2001:DB8::/32", "192.0.2.9"]),
            ),
            ("also small", list("cidr", &ip, &["192.0.2.0/24"])),
        ];
        check(&lists, Kind::Ipv4, "192.0.1.1", Some("large"));
        check(&lists, Kind::Ipv4, "192.0.2.1", Some("small"));
        check(&lists, Kind::Ipv4, "192.0.2.9", Some("small"));
        check(&lists, Kind::Ipv4, "192.0.3.1", Some("large"));
        check(&lists, Kind::Ipv4, "255.255.255.255", Some("large"));
        check(&lists, Kind::Ipv6, "2001:db8::1", Some("small"));
        check(&lists, Kind::Ipv6, "2001:db9::1", None);
        check(&lists[1..], Kind::Ipv4, "192.0.3.0", None);
    }

    #[test]
    fn whole_values_and_patterns() {
        let lists = [
            (
                "noms",
                list("string", &["hostname"], &["Localhost.example"]),
            ),
            (
                "fiction",
                list(
                    "regex",
                    &["phone-number"],
                    &["/((?:\\+|00)33?|0?)(63998)([0-9]{4})/g"],
                ),
            ),
            (
                "contacts",
                list("regex", &["email-src"], &["/^(abuse)\\@.*\\..*$/i"]),
            ),
        ];
        check(&lists, Kind::Domain, "localhost.example", Some("noms"));
        check(&lists, Kind::Domain, "a.localhost.example", None);
        check(&lists, Kind::Phone, "06 39 98 12 34", Some("fiction"));
        check(&lists, Kind::Phone, "01 99 00 12 34", None);
        check(&lists, Kind::Email, "ABUSE@asso.example", Some("contacts"));
    }

    #[test]
    fn a_wrong_list_says_what_is_wrong() {
        let error = |text: &str| {
            WarningLists::from_misp_json([("x", text)])
                .unwrap_err()
                .to_string()
        };
        assert_eq!(error("{"), "warning list x: not JSON");
        assert_eq!(
            error("{}"),
            "warning list x: field type is missing or has another form"
        );
        assert_eq!(
            error(&list("odd", &[], &[])),
            "warning list x: unknown type \"odd\""
        );
        assert_eq!(
            error(&list("cidr", &[], &["1.2.3"])),
            "warning list x: \"1.2.3\" is no network"
        );
        assert_eq!(
            error(&list("cidr", &[], &["192.0.2.0/33"])),
            "warning list x: \"192.0.2.0/33\" is no network"
        );
        assert!(
            error(&list("regex", &[], &["/(/"])).starts_with("warning list x: regex parse error")
        );
    }

    proptest::proptest! {
        #[test]
        fn ranges_answer_as_a_plain_search_would(
            networks in proptest::collection::vec((proptest::num::u8::ANY, 24u32..=32), 0..12),
            last in proptest::num::u8::ANY,
        ) {
            let entries: Vec<String> = networks.iter().map(|(last, length)| format!("192.0.2.{last}/{length}")).collect();
            let parsed: Vec<Network> = entries.iter().map(|entry| Network::parse(entry, 0).unwrap()).collect();
            let address = Ipv4Addr::new(192, 0, 2, last);
            let value = u128::from(u32::from(address));
            let expected = parsed.iter().any(|network| (network.first..=network.last).contains(&value));
            let lists = WarningLists { v4: segments(parsed), ..WarningLists::default() };
            proptest::prop_assert_eq!(lists.segment(IpAddr::V4(address)).is_some(), expected);
        }
    }
}
