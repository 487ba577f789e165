//! Which observables join submissions, and by which keys: docs/decisions/0010-which-kinds-join.md. Keys are
//! stored: they never change.

use observables::{Kind, Observable, WarningLists};
use store::work::{Key, key_kind};

use super::{close, hashed};

/// The keys of an observable, and of what contains it as far as that `holds`.
pub(super) fn keys_of(
    observable: &Observable,
    damped: bool,
    lists: &WarningLists,
    holds: impl Fn(&Observable) -> bool,
    keys: &mut Vec<Key>,
) {
    own_keys(observable, damped, keys);
    if !matches!(observable.kind(), Kind::Url | Kind::Email) {
        return;
    }
    // Of a host and its registrable domain the host is enough: its keys are both.
    let mut derived = observable.derived();
    let host = derived.iter().position(|one| one.kind() == Kind::Domain);
    if let Some(host) = host {
        derived.truncate(host + 1);
    }
    for derived in derived.into_iter().filter(|derived| holds(derived)) {
        let damped = lists.check(&derived).is_some();
        if observable.kind() == Kind::Email {
            // Where an address receives its mail says less than where a site is: strangers share providers
            // that no list names. So it is a key of its own, and weaker.
            let id = hashed(&[b"mail_domain", derived.canonical().as_bytes()]);
            push(id, "mail_domain", damped, keys);
        } else {
            own_keys(&derived, damped, keys);
        }
    }
}

fn own_keys(observable: &Observable, damped: bool, keys: &mut Vec<Key>) {
    if observable.kind() == Kind::Domain {
        let (host, registrable) = domain_keys(observable);
        push(host, "domain", damped, keys);
        push(registrable, "registrable", damped, keys);
        if let Some(alike) = close::of_domain(observable) {
            push(alike, "lookalike", damped, keys);
        }
        return;
    }
    let joined = joined(observable);
    let observable = joined.as_ref().unwrap_or(observable);
    // An account on Telegram has the key of the kind of accounts, as it had before it was a kind of its own.
    let kind = match observable.kind() {
        Kind::Telegram => Kind::Social.name(),
        kind => kind.name(),
    };
    push(observable.key() as i64, kind, damped, keys);
}

/// Kinds that are no keys are passed over.
fn push(id: i64, kind: &str, damped: bool, keys: &mut Vec<Key>) {
    if let Some(kind) = key_kind(kind) {
        keys.push(Key { id, kind, damped });
    }
}

/// The observable whose key another form of the same thing has: the account of a RIB is that of its IBAN, and a
/// company is its SIREN. None where it has its own.
fn joined(observable: &Observable) -> Option<Observable> {
    let written = observable.canonical();
    match observable.kind() {
        Kind::Rib => Some(Observable::from_canonical(Kind::Iban, iban_of(written)?)),
        Kind::Siret => Some(siren(written.get(..9)?)),
        Kind::Vat => match written.strip_prefix("FR")? {
            rest if rest.len() == 11 => Some(siren(rest.get(2..)?)),
            _ => None,
        },
        _ => None,
    }
}

fn siren(digits: &str) -> Observable {
    Observable::from_canonical(Kind::Siren, digits.to_owned())
}

/// The French IBAN of a RIB (ISO 13616: the remainder of the account, the country and "00" by 97).
fn iban_of(rib: &str) -> Option<String> {
    let remainder = rib
        .chars()
        .chain("FR00".chars())
        .try_fold(0, |sum: u32, c| {
            let value = c.to_digit(36)?;
            let shift = if value < 10 { 10 } else { 100 };
            Some((sum * shift + value) % 97)
        })?;
    Some(format!("FR{:02}{rib}", 98 - remainder))
}

/// Keys of a host (`www.` is nobody's own) and of its registrable domain. The second is another key
/// even where both are the same name: strangers share a registrable domain, seldom a host.
pub(super) fn domain_keys(domain: &Observable) -> (i64, i64) {
    let name = domain.canonical();
    let bare = name
        .strip_prefix("www.")
        .filter(|rest| rest.contains('.'))
        .unwrap_or(name);
    let host = Observable::from_canonical(Kind::Domain, bare.to_owned());
    let registrable = host.derived().pop().unwrap_or_else(|| host.clone());
    (
        host.key() as i64,
        hashed(&[b"registrable", registrable.canonical().as_bytes()]),
    )
}

/// The key by which submissions with an observable are found: of a registrable domain, also those that
/// name another host of it.
#[must_use]
pub fn lookup_key(observable: &Observable) -> i64 {
    if observable.kind() == Kind::Domain {
        let (host, registrable) = domain_keys(observable);
        let whole = observable.derived().is_empty();
        return if whole { registrable } else { host };
    }
    let joined = joined(observable);
    joined.as_ref().unwrap_or(observable).key() as i64
}

/// Whether submissions can be found by an observable of this kind.
#[must_use]
pub(crate) fn is_joined_by(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Domain | Kind::Telegram | Kind::Rib | Kind::Siret
    ) || key_kind(kind.name()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(kind: Kind, canonical: &str) -> Vec<Key> {
        let lists = WarningLists::from_misp_json(std::iter::empty::<(&str, &str)>()).unwrap();
        let mut keys = Vec::new();
        let observable = Observable::from_canonical(kind, canonical.to_owned());
        keys_of(&observable, false, &lists, |_| true, &mut keys);
        if let [key] = keys[..] {
            assert_eq!(key.id, lookup_key(&observable));
        }
        assert_eq!(keys.is_empty(), !is_joined_by(kind), "{kind}");
        keys
    }

    #[test]
    fn forms_of_one_thing_have_one_key() {
        assert_eq!(
            keys(Kind::Rib, "20041010050500013M02606"),
            keys(Kind::Iban, "FR1420041010050500013M02606")
        );
        let siren = keys(Kind::Siren, "732829320");
        assert_eq!(keys(Kind::Siret, "73282932000074"), siren);
        assert_eq!(keys(Kind::Vat, "FR44732829320"), siren);
        assert_ne!(keys(Kind::Vat, "DE136695976"), siren);
        assert_eq!(
            keys(Kind::Telegram, "gang"),
            keys(Kind::Social, "telegram:gang")
        );
    }

    #[test]
    fn what_strangers_share_is_no_key() {
        for kind in [
            Kind::Amount,
            Kind::Card,
            Kind::CardLast4,
            Kind::Bic,
            Kind::Cve,
            Kind::Attack,
            Kind::UserAgent,
            Kind::Path,
            Kind::Asn,
            Kind::Uuid,
            Kind::Cidr,
            Kind::Yara,
            Kind::Registry,
            Kind::Ja3,
            Kind::Ja4,
        ] {
            assert!(keys(kind, "1").is_empty());
        }
    }
}
