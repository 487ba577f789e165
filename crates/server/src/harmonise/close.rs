//! Keys of what is close and not the same: a picture altered, a name that sounds alike, a domain one slip away, a
//! sum asked for in the same days. Closeness is made a key, so that it is looked up as everything else is, online as in
//! batch. Keys are stored: they never change.

use jiff::Timestamp;
use observables::Observable;

use super::hashed;

/// Bits of a band of a picture's hash.
const BAND_DIGITS: usize = 4;
/// Days of a window of sums: two that lie half of it apart, or less, share one.
const WINDOW: i64 = 14;
const DAY: i64 = 24 * 60 * 60;
/// A shorter name of a site is one slip away from many honest ones.
const SHORTEST_LABEL: usize = 8;

/// Keys of a picture's hash in 64 hexadecimal digits (PDQ): every two of its 16 bands of 16 bits. Of two hashes that
/// differ in 31 bits, wherever they lie, two bands are alike in two cases of three, in 20 bits nearly always; of two
/// that have nothing to do with each other, one time in 36 million.
pub(super) fn of_picture(hash: &str) -> Vec<i64> {
    let digits = hash.as_bytes();
    let bands: Vec<(u8, &[u8])> = (0_u8..).zip(digits.chunks_exact(BAND_DIGITS)).collect();
    let mut keys = Vec::with_capacity(bands.len() * bands.len().saturating_sub(1) / 2);
    for (place, (at, band)) in bands.iter().enumerate() {
        for (other_at, other) in &bands[place + 1..] {
            keys.push(hashed(&[b"image", &[*at, *other_at], band, other]));
        }
    }
    keys
}

/// Key of what a registrable domain looks like, whatever it ends in: figures and pairs of letters that pass for
/// letters are those, and hyphens and doubled letters are none (`co1is-suivi.example`, `colissuivi.test`).
pub(super) fn of_domain(domain: &Observable) -> Option<i64> {
    let derived = domain.derived();
    let registrable = derived.last().unwrap_or(domain).canonical();
    let label = registrable.split('.').next()?;
    let looks = looks(&idna::domain_to_unicode(label).0);
    (looks.chars().count() >= SHORTEST_LABEL).then(|| hashed(&[b"lookalike", looks.as_bytes()]))
}

/// A label as it looks at a glance.
fn looks(label: &str) -> String {
    let plain = casework::fold(label).replace("rn", "m").replace("vv", "w");
    let mut looks = String::with_capacity(plain.len());
    for c in plain.chars() {
        let c = match c {
            '0' => 'o',
            '1' | '|' => 'l',
            '3' => 'e',
            '5' => 's',
            // Letters of other scripts that are drawn as these.
            'а' => 'a',
            'е' => 'e',
            'о' | 'ο' => 'o',
            'р' => 'p',
            'с' => 'c',
            'у' | 'υ' => 'y',
            'х' => 'x',
            'і' | 'ı' => 'i',
            'ѕ' => 's',
            'ԁ' => 'd',
            'ν' => 'v',
            '-' | '_' => continue,
            c => c,
        };
        if !looks.ends_with(c) {
            looks.push(c);
        }
    }
    looks
}

/// Key of how the words of a name sound, in whatever order.
pub(super) fn of_name(words: &[&str]) -> i64 {
    let mut sounds: Vec<String> = words
        .iter()
        .map(|word| linkage::sounds_french(word))
        .collect();
    sounds.retain(|sound| !sound.is_empty());
    sounds.sort_unstable();
    hashed(&[b"payee_sound", sounds.join(" ").as_bytes()])
}

/// Key of a sum, in the currency's minor unit.
pub(super) fn of_sum(currency: &str, minor: i64) -> i64 {
    hashed(&[b"sum", currency.as_bytes(), &minor.to_be_bytes()])
}

/// Keys of a sum in the days around a moment: the two windows of a fortnight that hold it.
pub(super) fn of_sum_in_days(currency: &str, minor: i64, at: Timestamp) -> [i64; 2] {
    let day = at.as_second().div_euclid(DAY);
    [0, WINDOW / 2].map(|shift| {
        let window = (day + shift).div_euclid(WINDOW);
        hashed(&[
            b"sum_in_days",
            currency.as_bytes(),
            &minor.to_be_bytes(),
            &shift.to_be_bytes(),
            &window.to_be_bytes(),
        ])
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use observables::Kind;

    use super::*;

    #[test]
    fn a_picture_whose_hash_is_near_shares_a_key_and_another_shares_none() {
        let keys = |hash: &str| BTreeSet::from_iter(of_picture(hash));
        let shares = |a: &str, b: &str| !keys(a).is_disjoint(&keys(b));
        let hash = "86bff29c0c37d79a06bffd1e516a5c35a2eaba1502b5f9602845f3c88d4a5560";
        assert_eq!(keys(hash).len(), 120);
        // Of 16 bands 14 differ.
        let near = "86bff29c1c37c79a16bfed1e416a4c35b2eaaa1512b5e9603845e3c89d4a4560";
        assert!(shares(hash, near));
        let far = "96bff29c1c37c79a16bfed1e416a4c35b2eaaa1512b5e9603845e3c89d4a4560";
        assert!(!shares(hash, far));
        assert!(of_picture("").is_empty());
    }

    #[test]
    fn a_domain_one_slip_away_has_one_key() {
        let key = |name: &str| of_domain(&Observable::parse(Kind::Domain, name).unwrap());
        let one = key("colis-suivi.example").unwrap();
        for alike in [
            "co1is-suivi.test",
            "www.colissuivi.example",
            "collis-suivi.invalid",
            "соlis-suivi.example",
        ] {
            assert_eq!(key(alike), Some(one), "{alike}");
        }
        assert_ne!(key("colis-retour.example"), Some(one));
        assert_eq!(key("suivi.example"), None);
    }

    #[test]
    fn names_that_sound_alike_have_one_key_in_any_order() {
        assert_eq!(of_name(&["dupond", "jean"]), of_name(&["jean", "dupont"]));
        assert_ne!(of_name(&["dupond", "jean"]), of_name(&["durand", "jean"]));
    }

    #[test]
    fn a_sum_is_near_in_time_within_a_week() {
        let at = |day: i64| Timestamp::from_second(day * DAY + 3_600).unwrap();
        for day in -40..40 {
            let keys = |day| of_sum_in_days("EUR", 12_345, at(day));
            let shares = |apart: i64| keys(day).iter().any(|key| keys(day + apart).contains(key));
            assert!((0..=7).all(shares), "{day}");
            assert!(!(14..30).any(shares), "{day}");
        }
        assert_ne!(of_sum("EUR", 1), of_sum("USD", 1));
    }
}
