//! Identifiers that pass every check and belong to nobody.

use sha2::{Digest, Sha256};
use sha3::Keccak256;

use super::random::Random;

/// An account whose bank code is assigned to no bank, with good check digits: the country's own
/// where it has some, and those of ISO 13616.
pub(crate) fn iban(random: &mut Random) -> String {
    let (country, bban) = match random.below(10) {
        0..=4 => ("FR", french_account(random)),
        5..=6 => ("DE", format!("99{}", random.digits(16))), // bank codes begin with 1 to 8
        7 => ("BE", belgian_account(random)),
        _ => ("LT", format!("999{}", random.digits(13))),
    };
    let check = 98 - remainder_97(&format!("{bban}{country}00"));
    format!("{country}{check:02}{bban}")
}

/// The account of a victim: French.
pub(crate) fn french_iban(random: &mut Random) -> String {
    let bban = french_account(random);
    format!("FR{:02}{bban}", 98 - remainder_97(&format!("{bban}FR00")))
}

fn french_account(random: &mut Random) -> String {
    let (bank, branch, account) = (
        99_000 + random.below(1_000),
        random.below(100_000),
        random.below(100_000_000_000),
    );
    let key = 97 - (89 * bank + 15 * branch + 3 * account) % 97;
    format!("{bank:05}{branch:05}{account:011}{key:02}")
}

fn belgian_account(random: &mut Random) -> String {
    let number = 9_990_000_000 + random.below(10_000_000);
    let key = match number % 97 {
        0 => 97,
        key => key,
    };
    format!("{number}{key:02}")
}

/// What is left of the letters and digits, A as 10, when divided by 97.
fn remainder_97(text: &str) -> u32 {
    text.chars().fold(0, |left, c| {
        match c.to_digit(36).expect("letters and digits") {
            digit @ 0..10 => (left * 10 + digit) % 97,
            letter => (left * 100 + letter) % 97,
        }
    })
}

/// How many French numbers are reserved for fiction in the ranges that authors use.
const AUTHOR_PHONES: u64 = 40_000;

/// The French number of rank `rank`, from 1, of those that authors use, as ten digits; none once each
/// has been given. Ranks that follow each other look unlike each other.
pub(crate) fn author_phone(rank: u64) -> Option<String> {
    if rank > AUTHOR_PHONES {
        return None;
    }
    let mixed = rank % AUTHOR_PHONES * 24_989 % AUTHOR_PHONES; // 24,989 is prime to 40,000
    let range = ["063998", "019900", "026191", "046571"][(mixed % 4) as usize];
    Some(format!("{range}{:04}", mixed / 4))
}

/// One of the 20,000 numbers of the reserved ranges that authors do not use.
pub(crate) fn victim_phone(random: &mut Random) -> String {
    format!("{}{}", random.pick(&["035301", "053649"]), random.digits(4))
}

/// A Bitcoin address of one of the two usual forms.
pub(crate) fn bitcoin(random: &mut Random) -> String {
    let hash: [u8; 20] = random.bytes();
    if random.chance(50) {
        let payload: Vec<u8> = [0].into_iter().chain(hash).collect();
        return bs58::encode(payload).with_check().into_string();
    }
    bech32::segwit::encode_v0(bech32::hrp::BC, &hash).expect("20 bytes are a witness program")
}

/// An Ethereum address, its letters' case carrying the checksum.
pub(crate) fn ethereum(random: &mut Random) -> String {
    let digits: String = random
        .bytes::<20>()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let hash = Keccak256::digest(digits.as_bytes());
    let cased = digits.char_indices().map(|(at, digit)| {
        let nibble = hash[at / 2] >> (4 * (1 - at % 2)) & 15;
        if nibble >= 8 {
            digit.to_ascii_uppercase()
        } else {
            digit
        }
    });
    format!("0x{}", cased.collect::<String>())
}

/// The key of a made submission: names the seed's stream and the place in it.
pub(crate) fn idempotency(seed: u64, index: usize) -> String {
    let digest = Sha256::digest(format!("orfevre-demo-1\n{seed}\n{index}"));
    digest[..20]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use observables::{Kind, Observable, Proof};

    use super::*;

    fn check(kind: Kind, raw: &str) {
        let parsed = Observable::parse(kind, raw).unwrap_or_else(|error| panic!("{raw}: {error}"));
        assert_eq!(parsed.canonical().replace("+33", "0"), raw);
    }

    #[test]
    fn every_identifier_is_one() {
        let mut random = Random::of(7, 7);
        for rank in 1..500 {
            check(Kind::Iban, &iban(&mut random));
            check(Kind::Iban, &french_iban(&mut random));
            check(Kind::Btc, &bitcoin(&mut random));
            check(Kind::Eth, &ethereum(&mut random));
            check(Kind::Phone, &author_phone(rank).unwrap());
            check(Kind::Phone, &victim_phone(&mut random));
        }
    }

    #[test]
    fn published_examples_come_out() {
        // The registry's own example account, and the first address of EIP-55.
        assert_eq!(98 - remainder_97("20041010050500013M02606FR00"), 14);
        assert_eq!(98 - remainder_97("370400440532013000DE00"), 89);
        let text = "Iban BE68539007547034";
        let hits = observables::extract(text).hits;
        assert_eq!(hits[0].proof, Proof::Checksum);
    }

    #[test]
    fn each_number_of_an_author_is_given_once() {
        let all: BTreeSet<String> = (1..=50_000).filter_map(author_phone).collect();
        assert_eq!(all.len(), 40_000);
        assert_eq!((1..=50_000).filter_map(author_phone).count(), 40_000);
    }
}
